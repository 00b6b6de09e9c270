/// Which end is the machine's that wrote the record, and which address of several an end is.
extension EventFactTests {
  /// The ends as the machine sees them that wrote the record.
  static let local: [Case] = [
    (
      #"{"ActionType":"ConnectionSuccess","RemoteIP":"192.0.2.1","RemotePort":443,"LocalIP":"192.0.2.2","LocalPort":5,"Protocol":"Tcp"}"#,
      "(protocol 6 192.0.2.2#5 to 192.0.2.1#443)",
      ["RemoteIP 192.0.2.1 port 443 destination", "LocalIP 192.0.2.2 port 5 source"]
    ),
    (
      #"{"ActionType":"LogonFailed","LogonType":"Network","RemoteIP":"192.0.2.1","RemotePort":63914,"InitiatingProcessId":"0"}"#,
      "(192.0.2.1#63914 to ?)", ["RemoteIP 192.0.2.1 port 63914 source"]
    ),
    (
      #"{"client_ip":"192.0.2.1","target_ip":"192.0.2.2","target_port":"22"}"#,
      "(192.0.2.1 to 192.0.2.2#22)",
      ["client_ip 192.0.2.1 source", "target_ip 192.0.2.2 port 22 destination"]
    ),
    (
      #"{"LocalIP":"192.0.2.2","RemoteIP":"192.0.2.1","ActionType":"InboundConnectionAccepted"}"#,
      "(192.0.2.1 to 192.0.2.2)", ["RemoteIP 192.0.2.1 source"]
    ),
    (
      #"{"local_ip":"192.0.2.2","remote_ip":"192.0.2.1","direction":"outbound"}"#,
      "(192.0.2.2 to 192.0.2.1)", ["local_ip 192.0.2.2 source"]
    ),
    (
      #"{"remote":{"ip":"192.0.2.1","port":9},"local":{"ip":"192.0.2.2"},"direction":"inbound"}"#,
      "(192.0.2.1#9 to 192.0.2.2)", ["remote.ip 192.0.2.1 port 9 source"]
    ),
    (
      "a,direction,LocalIP,RemoteIP\n1,Outbound,192.0.2.2,192.0.2.1\n",
      "(192.0.2.2 to 192.0.2.1)", ["RemoteIP 192.0.2.1 destination"]
    ),
    ("local_ip=192.0.2.2 remote_ip=192.0.2.1 direction=in", "(192.0.2.1 to 192.0.2.2)", []),
    (
      #"{"LocalAddressIP4":"192.0.2.2","RemoteAddressIP4":"192.0.2.1","ConnectionDirection":"1"}"#,
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    // Nobody says who began.
    (
      #"{"LocalIP":"192.0.2.2","RemoteIP":"192.0.2.1"}"#, "",
      ["RemoteIP 192.0.2.1"]
    ),
    (
      #"{"remote_ip":"192.0.2.1","local_ip":"192.0.2.2","proto":"udp"}"#, "(protocol 17 ? to ?)",
      ["remote_ip 192.0.2.1 ("]
    ),
    // Other fields do.
    (
      #"{"local_ip":"192.0.2.2","remote_ip":"192.0.2.1","src_ip":"192.0.2.1"}"#,
      "(192.0.2.1 to ?)", []
    ),
    // Beside a program of the machine's own the other end need not be a client.
    (
      #"{"DeviceName":"ws1","RemoteIP":"192.0.2.1","RemotePort":443,"RemoteUrl":"a.example","InitiatingProcessFileName":"a.exe"}"#,
      "", ["RemoteIP 192.0.2.1 port 443"]
    ),
    ("RemoteIP,x,InitiatingProcessId\n192.0.2.1,1,4\n", "", []),
    (
      #"{"RemoteIP":"192.0.2.1","RemoteUrl":"a.example","direction":"out","LocalIP":"192.0.2.2"}"#,
      "(192.0.2.2 to 192.0.2.1)", ["RemoteIP 192.0.2.1 destination"]
    ),
    // Of the addresses of one end the one that the other can be met from.
    (
      #"{"LocalAddressIP4":"192.0.2.1","LocalAddressIP6":"2001:db8::8","RemoteAddressIP6":"2001:db8:1::9","RemotePort":"443","LocalPort":"60716","Protocol":"6","ConnectionDirection":"0"}"#,
      "(protocol 6 2001:db8::8#60716 to 2001:db8:1::9#443)",
      ["LocalAddressIP4 192.0.2.1 port 60716 (", "LocalAddressIP6 2001:db8::8 port 60716 source"]
    ),
    (
      #"{"RemoteIPv6":"2001:db8:1::9","RemoteIP":"192.0.2.9","LocalIPv6":"2001:db8::8","direction":"in"}"#,
      "(2001:db8:1::9 to 2001:db8::8)", []
    ),
    (
      #"{"LocalIPv6":"2001:db8::8","LocalIP":"192.0.2.1","RemoteIP":"192.0.2.9","direction":"in"}"#,
      "(192.0.2.9 to 192.0.2.1)", []
    ),
    (
      #"{"srcip":"192.0.2.1","srcv6":"2001:db8::8","dstv6":"2001:db8:1::9","srcport":5,"dstport":443}"#,
      "(2001:db8::8#5 to 2001:db8:1::9#443)", ["srcip 192.0.2.1", "srcv6 2001:db8::8 source"]
    ),
    (
      "srcip=192.0.2.1 srcport=5 dstv6=2001:db8:1::9 dstip=192.0.2.2 dstport=443",
      "(192.0.2.1#5 to 192.0.2.2#443)", []
    ),
    (
      "src_ip,dst_ip,srcv6\n192.0.2.1,2001:db8::9,2001:db8::8\n", "(2001:db8::8 to 2001:db8::9)", []
    ),
    // Where there is none, they stay.
    (#"{"src_ip":"192.0.2.1","dst_ip":"2001:db8::9"}"#, "(192.0.2.1 to 2001:db8::9)", []),
  ]
}
