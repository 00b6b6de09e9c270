import Testing

/// What a record says of its event: ends with ports, state and verdict (`Logs.md`).
@Suite struct EventFactTests {
  /// A record, what it says, and the sides of its addresses where these are asked for.
  typealias Case = (record: String, says: String, sides: [String])

  static let cases: [Case] = [
    // Log Analytics writes types behind the names.
    (
      #"{"SourceIp_s":"192.0.2.1","SourcePort_d":5000,"DestinationIp_s":"192.0.2.9","DestinationPort_d":80}"#,
      "(192.0.2.1#5000 to 192.0.2.9#80)",
      ["192.0.2.1 port 5000 source", "192.0.2.9 port 80 destination"]
    ),
    // A prefix of all bits is an address, any other a network.
    (
      #"{"src_ip":"192.0.2.1/32","dst_ip":"2001:db8::2/128"}"#, "(192.0.2.1 to 2001:db8::2)",
      ["192.0.2.1 source", "2001:db8::2 destination"]
    ),
    (#"{"src_ip":"192.0.2.1/24","dst_ip":"2001:db8::2/32"}"#, "", []),
    (#"{"remote_ip":"192.0.2.1/32","x":"2001:db8::2/3"}"#, "(192.0.2.1 to ?)", []),
    (
      "date=2024-05-01 time=10:00:00 src=192.0.2.1/32 dst=192.0.2.2/32 action=deny",
      "(192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (
      "May  1 10:00:00 mx postgrey[12]: action=greylist, reason=new, client_name=a.example, client_address=192.0.2.1/32, sender=a@b.example",
      "(192.0.2.1 to ?)", ["client_address 192.0.2.1 source"]
    ),
    // What happened to the packet outranks what the rule wanted.
    (
      #"{"alert":{"action":"allowed"},"verdict":{"action":"drop"},"host":"a.example"}"#,
      "(? to ? blocked)", []
    ),
    (
      #"{"verdict":{"action":"alert"},"alert":{"action":"blocked"},"host":"a.example"}"#,
      "(? to ? allowed)", []
    ),
    (#"{"alert":{"action":"blocked"},"action":"pass","host":"a.example"}"#, "(? to ? blocked)", []),
    // An alert on a packet that answers.
    (
      #"{"src_ip":"192.0.2.9","src_port":80,"dest_ip":"192.0.2.1","dest_port":5000,"flow":{"src_ip":"192.0.2.1","dest_ip":"192.0.2.9","src_port":5000,"dest_port":80}}"#,
      "(192.0.2.1#5000 to 192.0.2.9#80)",
      ["192.0.2.9 port 80 destination", "192.0.2.1 port 5000 source"]
    ),
    (
      #"{"flow":{"src_ip":"192.0.2.1","dest_ip":"192.0.2.9"},"src_ip":"192.0.2.9","src_port":80,"dest_ip":"192.0.2.1","dest_port":5000}"#,
      "(192.0.2.1 to 192.0.2.9)", []
    ),
    (
      #"{"src_ip":"192.0.2.9","src_port":80,"dest_ip":"2001:db8::1","dest_port":5000,"direction":"to_client"}"#,
      "(2001:db8::1#5000 to 192.0.2.9#80)",
      ["192.0.2.9 port 80 destination", "2001:db8::1 port 5000 source"]
    ),
    (
      #"{"src_ip":"192.0.2.1","src_port":5000,"dest_ip":"192.0.2.9","dest_port":80,"direction":"to_server"}"#,
      "(192.0.2.1#5000 to 192.0.2.9#80)", ["192.0.2.1 port 5000 source"]
    ),
    (
      #"{"src_ip":"192.0.2.1","src_port":5000,"dest_ip":"192.0.2.9","dest_port":80,"direction":"to_client","flow":{"src_ip":"192.0.2.1","dest_ip":"192.0.2.9","src_port":5000,"dest_port":80}}"#,
      "(192.0.2.1#5000 to 192.0.2.9#80)", []
    ),
    (
      #"{"src_ip":"192.0.2.1","dest_ip":"192.0.2.9","frame":{"direction":"toclient"}}"#,
      "(192.0.2.1 to 192.0.2.9)", []
    ),
    // Of several elements of an array none is known to be the event; one alone is.
    (
      #"{"ts":1,"events":[{"src_ip":"192.0.2.1","dest_ip":"192.0.2.2","action":"block"},{"src_ip":"192.0.2.3","dest_ip":"192.0.2.4","action":"allow"}]}"#,
      "", []
    ),
    // Whose elements come behind it take nothing from a record in a string.
    (
      #"{"ts":1,"a":[{"src_ip":"192.0.2.7"},{"src_ip":"192.0.2.8"}],"message":"{\"src_ip\":\"192.0.2.1\",\"dest_ip\":\"192.0.2.2\"}","b":[{"src_ip":"192.0.2.9"}]}"#,
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    // Where what is around them says nothing, each is one.
    (
      #"{"events":[{"src_ip":"192.0.2.1","dest_ip":"192.0.2.2","action":"block"},{"action":"allow"}]}"#,
      "(192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (
      #"{"o":"x","logEvents":[{"id":"1","timestamp":1714566601000,"message":"{}"},{"id":"2","timestamp":1714566601000,"message":"{\"src_ip\":\"192.0.2.1\",\"dest_ip\":\"192.0.2.2\",\"dest_port\":80}"}]}"#,
      "(192.0.2.1 to 192.0.2.2#80)", ["192.0.2.1 source", "192.0.2.2 port 80 destination"]
    ),
    (
      #"{"events":[{"src_ip":"192.0.2.1","dest_ip":"192.0.2.2","action":"block"}]}"#,
      "(192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    // Addresses of another object are no ends of the event's flow.
    (
      #"{"src_ip":"192.0.2.1","dest_ip":"192.0.2.2","tunnel":{"src_ip":"192.0.2.3"}}"#,
      "(192.0.2.1 to 192.0.2.2)",
      ["192.0.2.1 source", "192.0.2.2 destination", "192.0.2.3"]
    ),
    // A server that listens everywhere is no end, nor is a machine in an inventory.
    (#"{"server_addr":"[::]:3022","addr":"192.0.2.1"}"#, "", []),
    (#"{"server_addr":"[2001:db8::1]:3022","addr":"192.0.2.1"}"#, "(? to 2001:db8::1#3022)", []),
    (#"{"managedsystem":{"ipaddress":"192.0.2.1"},"managedsystem.ipaddress":"192.0.2.2"}"#, "", []),
    (
      #"{"src_ip":"fe80::1%eth0","dest_ip":"2001:db8::2"}"#, "(fe80::1 to 2001:db8::2)", []
    ),
    (
      #"{"SourceAddress":"192.0.2.1","SourcePort":"1","DestAddress":"192.0.2.2","DestPort":"2"}"#,
      "(192.0.2.1#1 to 192.0.2.2#2)", []
    ),
    (
      #"{"SrcIpAddr":"192.0.2.1","DstIpAddr":"192.0.2.2","DstPortNumber":2}"#,
      "(192.0.2.1 to 192.0.2.2#2)", []
    ),
    (
      #"{"src":{"ip":"192.0.2.1","port":1},"dst":{"ip":"192.0.2.2"}}"#,
      "(192.0.2.1#1 to 192.0.2.2)", []
    ),
    // A port belongs to the address of its name.
    (
      #"{"request":{"remote_ip":"192.0.2.7","remote_port":"44790","client_ip":"192.0.2.8"}}"#,
      "(192.0.2.8 to ?)", []
    ),
    (#"{"remote_ip":"192.0.2.7","remote_port":"44790"}"#, "(192.0.2.7#44790 to ?)", []),
    (#"{"remote_addr":"192.0.2.7","remote_port":"44790"}"#, "(192.0.2.7#44790 to ?)", []),
    (
      #"{"client":{"ip":"192.0.2.7","port":1},"source":{"ip":"192.0.2.8"}}"#, "(192.0.2.8 to ?)", []
    ),
    (
      #"{"src":"192.0.2.7","sport":7,"dst":"192.0.2.8","dport":8}"#, "(192.0.2.7#7 to 192.0.2.8#8)",
      []
    ),
    (
      "#Fields: c-ip s-ip s-port r-ip\n192.0.2.1 192.0.2.2 3128 192.0.2.3\n",
      "(192.0.2.1 to 192.0.2.3)", []
    ),
    (
      "#Fields: c-ip s-ip s-port r-ip\n192.0.2.1 192.0.2.2 3128 -\n",
      "(192.0.2.1 to 192.0.2.2#3128)", []
    ),
    // The packet that a firewall tells of, not the one in it.
    (
      "%ASA-4-313005: No matching connection for ICMP error message: icmp src outside:192.0.2.9 dst inside:192.0.2.5 (type 3, code 3) on outside interface.  Original IP payload: udp src 192.0.2.5/53 dst 192.0.2.9/4444.",
      "(protocol 1 192.0.2.9 to 192.0.2.5)",
      ["src_ip 192.0.2.9 source", "src_ip 192.0.2.5 port 53 ("]
    ),
    (
      "%ASA-6-305011: Built dynamic TCP translation from inside:192.0.2.5/1234 to outside:192.0.2.77/5678",
      "(protocol 6 192.0.2.5#1234 to ? allowed)", ["src_mapped_ip 192.0.2.77 port 5678 ("]
    ),
    // Codes of answers.
    (#"{"rcode":3,"query":"a.example"}"#, "(? to ? NXDOMAIN)", []),
    (#"{"rcode":"3","rcode_name":"NXDOMAIN","query":"a.example"}"#, "(? to ? NXDOMAIN)", []),
    (#"{"rcode":"NXDomain","query":"a.example"}"#, "(? to ? NXDOMAIN)", []),
    (#"{"rcode_id":5,"query":"a.example"}"#, "(? to ? REFUSED)", []),
    (#"{"rcode":99,"query":"a.example"}"#, "", []),
    (
      #"{"dns":{"rcode":"SERVFAIL"},"conn_state":"SF","query":"a.example"}"#, "(? to ? SERVFAIL)",
      []
    ),
    // Clients of a web server.
    (
      #"192.0.2.4, 198.51.100.5 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5"#,
      "(192.0.2.4 to ?)", ["remote_addr 192.0.2.4 source", "remote_addr 198.51.100.5 at"]
    ),
    (
      #"a.example 192.0.2.4, 192.0.2.5 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5"#,
      "(192.0.2.4 to ?)", ["server_name a.example"]
    ),
    (
      #"192.0.2.8:51234 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5"#,
      "(192.0.2.8#51234 to ?)", ["remote_addr 192.0.2.8 port 51234 source"]
    ),
    (
      "IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=UDP SPT=1 DPT=2",
      "(protocol 17 192.0.2.1#1 to 192.0.2.2#2)", []
    ),
  ]

  static let others: [Case] = [
    (
      #"{"src":"192.0.2.1","src_port":5,"dest":"192.0.2.2","dest_port":443}"#,
      "(192.0.2.1#5 to 192.0.2.2#443)", ["dest 192.0.2.2 port 443 destination"]
    ),
    (
      #"{"src":"192.0.2.1:5","dst":"[2001:db8::1]:443"}"#, "(192.0.2.1#5 to 2001:db8::1#443)", []
    ),
    (#"{"ClientIP":"[2001:db8::1]"}"#, "(2001:db8::1 to ?)", []),
    (
      #"{"transaction":{"remote_address":"192.0.2.1","remote_port":5,"local_address":"192.0.2.2","local_port":443}}"#,
      "(192.0.2.1#5 to 192.0.2.2#443)", []
    ),
    (
      "[01/May/2024:10:00:00 +0000] 192.0.2.1 TLSv1.2 AES256-SHA \"GET /x HTTP/1.1\" 1375",
      "(192.0.2.1 to ?)", []
    ),
    (
      #"id=firewall m=98 src=192.0.2.1:5:X0 dst=192.0.2.2:443:X1 proto=tcp/https fw_action="drop""#,
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 blocked)", []
    ),
    (
      #"id=firewall m=98 src=:5:X0 srcV6=2001:db8::1 dst=:443:X1 dstV6=2001:db8::2 proto=udp/dns"#,
      "(protocol 17 2001:db8::1 to 2001:db8::2)",
      ["srcV6 2001:db8::1 source", "dstV6 2001:db8::2 destination"]
    ),
    (
      #"date=2024-05-01,time=10:00:00,tz="+0100",srcip=192.0.2.1,srcport=5,dstip=192.0.2.2,dstport=80,action="deny""#,
      "(192.0.2.1#5 to 192.0.2.2#80 blocked)", []
    ),
    (
      #"Jun 28 04:35:30 gw kernel: [12345.678901] [WAN_LOCAL-D-2147483647] DESCR="no desc" IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2"#,
      "(protocol 6 192.0.2.1#1 to 192.0.2.2#2 blocked)", []
    ),
    (
      "date=2024-05-01,time=10:00:00, srcip=192.0.2.1, dstip=192.0.2.2, action=deny",
      "(192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (
      #"date=2024-05-01,time=10:00:00 srcip=192.0.2.1 dstip=192.0.2.2 msg="a,b=c,d=e""#,
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    // Verdicts.
    (
      "Jun 28 04:35:30 gw kernel: [WAN_IN-default-D]IN=eth0 OUT=eth1 SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2",
      "(protocol 6 192.0.2.1#1 to 192.0.2.2#2 blocked)", []
    ),
    (
      "Jan 16 15:19:05 F http-proxy[1]: msg_id=\"1AFF-0024\" ProxyDeny 1-Trusted 0-External tcp 192.0.2.1 192.0.2.2 39398 80 msg=\"x\"",
      "(protocol 6 192.0.2.1#39398 to 192.0.2.2#80 blocked)", []
    ),
    (
      #"<12>1 2016-02-18T01:32:50.391Z u RT_UTM - WEBFILTER_URL_BLOCKED [j@1 source-address="192.0.2.1" source-port="5" destination-address="192.0.2.2" destination-port="80"]"#,
      "(192.0.2.1#5 to 192.0.2.2#80 blocked)", []
    ),
    (
      "%FTD-7-710005: UDP request discarded from 192.0.2.1/5 to inside:192.0.2.2/53",
      "(protocol 17 192.0.2.1#5 to 192.0.2.2#53 blocked)", []
    ),
    (
      "src=2001:db8::1 dst=2001:db8::2 protocol=icmp6 type=135",
      "(protocol 58 2001:db8::1 to 2001:db8::2)", []
    ),
    (
      #"<14>1 2024-05-01T10:00:00Z h RT_FLOW - RT_FLOW_SESSION_DENY [j@1 source-address="192.0.2.1" destination-address="192.0.2.2" protocol-id="6"]"#,
      "(protocol 6 192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (#"{"firewall_rule_action":"BLOCK","query_name":"a.example"}"#, "(? to ? blocked)", []),
    (#"{"deviceAction":"blocked","host":"a.example"}"#, "(? to ? blocked)", []),
    (#"log_type="x" log_subtype="Denied" host=a.example"#, "(? to ? blocked)", []),
    (#"{"SecurityAction":"block","host":"a.example"}"#, "(? to ? blocked)", []),
    (#"{"action":"drop-icmp","host":"a.example"}"#, "(? to ? blocked)", []),
    ("id=1 blocked=true hostname=a.example", "(? to ? blocked)", []),
    (
      "%ASA-4-338006: Dynamic Filter dropped blacklisted TCP traffic from inside:192.0.2.1/1 to outside:192.0.2.2/80",
      "(protocol 6 192.0.2.1#1 to 192.0.2.2#80 blocked)", []
    ),
    ("logid=1 action=close hostname=a.example", "(? to ? allowed)", []),
    ("id=1 action=close hostname=a.example", "", []),
    ("logid=1 action=client-rst hostname=a.example", "(? to ? allowed)", []),
    // Codes of answers.
    (#"{"responseCode":"NXDOMAIN","queryName":"a.example."}"#, "(? to ? NXDOMAIN)", []),
    (#"{"reply_code":"No Error","query":"a.example"}"#, "(? to ? NOERROR)", []),
    (#"{"responseCode":200,"responseCodes":"OK","host":"a.example"}"#, "", []),
    (#"{"responseCode":"OK","host":"a.example"}"#, "", []),
    (
      "client 192.0.2.1#5: UDP: query: a.example IN A response: NXDOMAIN -",
      "(192.0.2.1#5 to ? NXDOMAIN)", []
    ),
    (
      "client @0x7f 192.0.2.1#5 (a.example): response: a.example IN A SERVFAIL",
      "(192.0.2.1#5 to ? SERVFAIL)", []
    ),
    (
      "client @0x7f 192.0.2.1#5 (a.example): rpz QNAME NXDOMAIN rewrite a.example via b.example",
      "(192.0.2.1#5 to ? NXDOMAIN blocked)", []
    ),
    // Clients of a web server and of load balancers.
    (
      #"192.0.2.4 198.51.100.5 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5"#,
      "(192.0.2.4 to ?)", ["remote_addr 192.0.2.4 source", "remote_addr 198.51.100.5 at"]
    ),
    (
      #"2024-05-01 10:00:00 192.0.2.4 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5"#,
      "(192.0.2.4 to ?)", ["remote_addr 192.0.2.4 source"]
    ),
    (
      #"pod-1 nginx 192.0.2.4 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5"#,
      "(192.0.2.4 to ?)", ["remote_addr 192.0.2.4 source"]
    ),
    (
      #"2024-05-01T10:00:00.1Z stdout F 192.0.2.4 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5"#,
      "(192.0.2.4 to ?)", ["remote_addr 192.0.2.4 source"]
    ),
    (
      #"http 2024-05-01T10:00:00.1Z app/a/b 2001:db8::5:50718 192.0.2.2:80 0.1 0.1 0.1 200 200 34 366 "GET http://192.0.2.2/ HTTP/1.1" "c" - -"#,
      "(protocol 6 2001:db8::5#50718 to 192.0.2.2#80)",
      ["client:port 2001:db8::5 port 50718 source"]
    ),
    (
      #"http 2024-05-01T10:00:00.1Z app/a/b 2001:db8::5:2817 - 0.1 0.1 0.1 200 200 34 366 "GET http://192.0.2.2/ HTTP/1.1" "c" - -"#,
      "(protocol 6 2001:db8::5#2817 to ?)", ["client:port 2001:db8::5 port 2817 source"]
    ),
    (
      #"1714557600.123 97 192.0.2.1 TCP_MISS/200 0 GET https://a.example/ "CORP\b@N" DIRECT/192.0.2.2 text/html D <I> -"#,
      "(192.0.2.1 to 192.0.2.2 allowed)", []
    ),
    // Headers with odd blanks, and two of them.
    (
      "<185>2024-05-01T10:00:00Z   %FTD-1-430003: AccessControlRuleAction: Block, SrcIP: 192.0.2.1, DstIP: 192.0.2.2, DstPort: 443",
      "(192.0.2.1 to 192.0.2.2#443 blocked)", ["SrcIP 192.0.2.1 source"]
    ),
    (
      "2024-05-01T10:00:00Z FTD-1 : %FTD-1-430003: SrcIP: 192.0.2.1, DstIP: 192.0.2.2",
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    (
      "2024-05-01T10:00:00.1+01:00 fw %ASA-4-106023: Deny tcp src outside:192.0.2.1/4 dst inside:192.0.2.2/22 by access-group",
      "(protocol 6 192.0.2.1#4 to 192.0.2.2#22 blocked)", []
    ),
    (
      "<166>2024-05-01T10:00:00Z: %ASA-4-106023: Deny tcp src outside:192.0.2.1/4 dst inside:192.0.2.2/22 by access-group",
      "(protocol 6 192.0.2.1#4 to 192.0.2.2#22 blocked)", []
    ),
    (
      "Aug 16 2019 14:54:25 ftd  %FTD-1-430004: SrcIP: 192.0.2.1, DstIP: 192.0.2.2",
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    (
      "Nov 27 08:52:35 192.0.2.9 Nov 27 2024 08:52:35 fw : %ASA-4-106023: Deny tcp src outside:192.0.2.1/4 dst inside:192.0.2.2/22 by x",
      "(protocol 6 192.0.2.1#4 to 192.0.2.2#22 blocked)", []
    ),
    (
      "2024-05-01T10:00:00+01:00 a date=2024-05-01 time=08:52:34 srcip=192.0.2.1 dstip=192.0.2.2",
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    (
      "2024-05-01T10:00:00+01:00 a b=1 src=192.0.2.1 dst=192.0.2.2 and more",
      "(192.0.2.1 to 192.0.2.2)", []
    ),
  ]

  private static let all = cases + local + others + deep + accessLogs + paths

  @Test(arguments: all.indices)
  func isTold(_ index: Int) {
    let (record, says, sides) = Self.all[index]
    let lines = FixtureTests.listing(Array(record.utf8)) { $0 }.split(separator: "\n")
    #expect(!lines.isEmpty, "\(record)")
    for line in lines where !line.hasPrefix("#") {
      let told = line.firstIndex(of: "(").map { line[$0...] } ?? ""
      #expect(told == says, "\(line)")
    }
    for side in sides { #expect(lines.contains { $0.contains(side) }, "\(side) in \(lines)") }
  }
}
