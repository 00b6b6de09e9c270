import Testing

/// What stands in objects, under keys that are paths and in lists, and what further devices write.
extension EventFactTests {
  /// What stands in objects of objects, and names of more products.
  static let deep: [Case] = [
    (
      #"{"data":{"win":{"eventdata":{"sourceIp":"192.0.2.1","sourcePort":"5","destinationIp":"192.0.2.2","destinationPort":"443","protocol":"tcp"}}}}"#,
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443)",
      ["data.win.eventdata.destinationIp 192.0.2.2 port 443 destination"]
    ),
    (
      #"{"hits":{"hits":[{"_source":{"winlog":{"event_data":{"SourceIp":"192.0.2.1","DestinationIp":"192.0.2.2"}}}}]}}"#,
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    (
      #"{"a":[{"b":{"c":{"src_ip":"192.0.2.1"}}},{"b":{"c":{"src_ip":"192.0.2.2"}}}]}"#, "", []
    ),
    // DNS-collector, in objects and flat; Metron; AdGuard Home.
    (
      #"{"network":{"query-ip":"192.0.2.1","query-port":"5000","response-ip":"192.0.2.2","response-port":"53"},"dns":{"rcode":"NXDOMAIN"}}"#,
      "(192.0.2.1#5000 to 192.0.2.2#53 NXDOMAIN)",
      [
        "network.query-ip 192.0.2.1 port 5000 source",
        "network.response-ip 192.0.2.2 port 53 destination",
      ]
    ),
    (
      #"{"network.query-ip":"192.0.2.1","network.query-port":"5000","network.response-ip":"192.0.2.2","network.response-port":"53"}"#,
      "(192.0.2.1#5000 to 192.0.2.2#53)", []
    ),
    (#"{"dns":{"query-ip":"192.0.2.1","response-ip":"192.0.2.2"}}"#, "", []),
    (
      #"{"ip_src_addr":"192.0.2.1","ip_src_port":5000,"ip_dst_addr":"192.0.2.2","ip_dst_port":80}"#,
      "(192.0.2.1#5000 to 192.0.2.2#80)",
      ["ip_src_addr 192.0.2.1 port 5000 source", "ip_dst_addr 192.0.2.2 port 80 destination"]
    ),
    (#"{"QH":"a.example","Result":{"IsFiltered":true}}"#, "(? to ? blocked)", []),
    // Azure's flow logs, of groups and of networks, and what is none of their flows.
    (
      #"{"time":"2024-05-01T10:05:00Z","category":"NetworkSecurityGroupFlowEvent","properties":{"flows":[{"rule":"r","flows":[{"flowTuples":["1714557600,192.0.2.1,192.0.2.2,5,443,T,I,D,B,,,,"]}]}]}}"#,
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 blocked)",
      [
        "properties.flows.flows.flowTuples 192.0.2.1 port 5 source",
        "properties.flows.flows.flowTuples 192.0.2.2 port 443 destination",
      ]
    ),
    (
      #"{"flowTuples":["1714557600123,2001:db8::1,2001:db8::2,5,53,17,O,C,NX,1,2,3,4"]}"#,
      "(protocol 17 2001:db8::1#5 to 2001:db8::2#53 allowed)", []
    ),
    (#"{"flowTuples":["1714557600,192.0.2.1,192.0.2.2,5,443,T,I,X"]}"#, "", []),
    (#"{"flowTuples":["1714557600,192.0.2.1,192.0.2.2,5,443"]}"#, "", []),
    // The record as it was exported, and no end.
    (#"{"_source":{"ip":"192.0.2.1","port":443}}"#, "", ["_source.ip 192.0.2.1 port 443"]),
    (#"{"fields":{"_source.ip":["192.0.2.1"]}}"#, "", []),
    (#"{"_source":{"source":{"ip":"192.0.2.1"}}}"#, "(192.0.2.1 to ?)", []),
    // What is nearer goes before, and without an end of the event nothing counts that far down.
    (
      #"{"a":{"b":{"c":{"src_ip":"192.0.2.1","dst_ip":"192.0.2.2"}}},"src_ip":"192.0.2.3"}"#,
      "(192.0.2.3 to ?)", []
    ),
    (#"{"a":{"b":{"c":{"protocol":"tcp","action":"deny"}}},"host":"a.example"}"#, "", []),
    (
      #"{"fields":{"source.ip":["192.0.2.1"],"destination.ip":["192.0.2.2"],"destination.port":[443]}}"#,
      "(192.0.2.1 to 192.0.2.2#443)", ["fields.destination.ip 192.0.2.2 port 443 destination"]
    ),
    (
      #"{"IPV4_SRC_ADDR":"192.0.2.1","L4_SRC_PORT":5,"IPV4_DST_ADDR":"192.0.2.2","L4_DST_PORT":443,"PROTOCOL":6}"#,
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443)", []
    ),
    (
      #"{"netflow.ipv4_src_addr":"192.0.2.1","netflow.ipv4_dst_addr":"192.0.2.2","netflow.l4_dst_port":443}"#,
      "(192.0.2.1 to 192.0.2.2#443)", ["netflow.ipv4_dst_addr 192.0.2.2 port 443 destination"]
    ),
    (
      "ip.src\tip.dst\ttcp.srcport\ttcp.dstport\tudp.srcport\tudp.dstport\n192.0.2.1\t192.0.2.2\t\t\t5\t53\n",
      "(192.0.2.1#5 to 192.0.2.2#53)", ["ip.dst 192.0.2.2 port 53 destination"]
    ),
    (
      #"{"sip":"192.0.2.1","sport":5,"dip":"192.0.2.2","dport":443}"#,
      "(192.0.2.1#5 to 192.0.2.2#443)", []
    ),
    (
      #"{"source.ip":"192.0.2.1","destination.ip":"192.0.2.2","event.type":["denied"]}"#,
      "(192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (
      "time,source.ip,event.type\n1,192.0.2.1,denied\n", "(192.0.2.1 to ? blocked)", []
    ),
    (#"{"src_ip":"192.0.2.1","event_type":"drop"}"#, "(192.0.2.1 to ? blocked)", []),
    // Of one address by two names one has the port.
    (
      #"{"request":{"remote_ip":"192.0.2.1","remote_port":"5","client_ip":"192.0.2.1"}}"#,
      "(192.0.2.1#5 to ?)", []
    ),
    (
      #"{"request":{"remote_ip":"192.0.2.2","remote_port":"5","client_ip":"192.0.2.1"}}"#,
      "(192.0.2.1 to ?)", []
    ),
    // Beside a client it is the server.
    (
      #"{"sIP":"192.0.2.2","cIP":"192.0.2.1","sPort":443}"#, "(192.0.2.1 to 192.0.2.2#443)",
      ["cIP 192.0.2.1 source", "sIP 192.0.2.2 port 443 destination"]
    ),
    (
      #"{"output_fields":{"fd.cip":"192.0.2.1","fd.cport":5,"fd.sip":"192.0.2.2","fd.sport":443}}"#,
      "(192.0.2.1#5 to 192.0.2.2#443)", []
    ),
    // Auth0's client, known by the identifier of the entry.
    (
      #"{"log_id":"900","data":{"type":"f","ip":"203.0.113.7","client_id":"x"}}"#,
      "(203.0.113.7 to ?)", ["data.ip 203.0.113.7 source"]
    ),
    (
      #"{"data":{"client_ip":"203.0.113.8","ip":"203.0.113.7","log_id":"900"}}"#,
      "(203.0.113.8 to ?)", ["data.ip 203.0.113.7", "data.client_ip 203.0.113.8 source"]
    ),
    (#"{"id":"900","data":{"ip":"203.0.113.7"}}"#, "", ["data.ip 203.0.113.7"]),
    (#"{"log_id":"900","ip":"203.0.113.7"}"#, "", []),
    // Falco's server is that also where it is named alone; of its own and the other end neither opened it.
    (
      #"{"rule":"x","output_fields":{"fd.sip":"203.0.113.9","fd.sport":4444,"fd.l4proto":"tcp"}}"#,
      "(protocol 6 ? to 203.0.113.9#4444)",
      ["output_fields.fd.sip 203.0.113.9 port 4444 destination"]
    ),
    (
      #"{"output_fields":{"fd.rip":"203.0.113.9","fd.rport":4444,"fd.lip":"192.0.2.2","fd.lport":5}}"#,
      "", ["output_fields.fd.rip 203.0.113.9 port 4444"]
    ),
    ("x cip=192.0.2.1 sip=192.0.2.2 sport=443 y=z", "(192.0.2.1 to 192.0.2.2#443)", []),
    (
      "time,c_ip,s_ip,s_port\n1,192.0.2.1,192.0.2.2,443\n", "(192.0.2.1 to 192.0.2.2#443)",
      ["s_ip 192.0.2.2 port 443 destination"]
    ),
    (#"{"sip":"192.0.2.1","sport":5}"#, "(192.0.2.1#5 to ?)", ["sip 192.0.2.1 port 5 source"]),
    (
      #"{"type":"audit","origin.address":"192.0.2.1:5000","event.action":"x"}"#,
      "(192.0.2.1#5000 to ?)", []
    ),
    (#"{"event":"session.start","addr.remote":"192.0.2.1:5000"}"#, "(192.0.2.1#5000 to ?)", []),
    (
      #"{"event":"session.start","addr.remote":"192.0.2.1:5000","addr.local":"192.0.2.2:3022"}"#,
      "(192.0.2.1#5000 to 192.0.2.2#3022)", []
    ),
    (
      #"{"flow":{"verdict":"DROPPED","IP":{"source":"192.0.2.1","destination":"192.0.2.2"},"l4":{"TCP":{"source_port":5,"destination_port":443}}}}"#,
      "(192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (
      #"{"src.ip.address":"192.0.2.1","src.port.number":5,"dst.ip.address":"192.0.2.2","dst.port.number":443}"#,
      "(192.0.2.1#5 to 192.0.2.2#443)", []
    ),
    (
      "No.,Time,Source,Destination,Protocol\n1,0.5,192.0.2.1,192.0.2.2,TCP\n",
      "(protocol 6 192.0.2.1 to 192.0.2.2)", ["Source 192.0.2.1 source"]
    ),
    ("No.,Time,Source,Protocol\n1,0.5,192.0.2.1,TCP\n", "(protocol 6 ? to ?)", []),
    ("sep=;\r\nid;src_ip;dst_ip\r\n1;192.0.2.1;192.0.2.2\r\n", "(192.0.2.1 to 192.0.2.2)", []),
    (
      "#TYPE Selected.X\n\"id\",\"src_ip\",\"dst_ip\"\n\"1\",\"192.0.2.1\",\"192.0.2.2\"\n",
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    ("srcip=192.0.2.1, dstip=192.0.2.2; action=deny", "(192.0.2.1 to 192.0.2.2 blocked)", []),
    ("srcip=192.0.2.1 protocol=HTTPS transport=tcp", "(protocol 6 192.0.2.1 to ?)", []),
    // A port is none of another address' than that before it, or in its object.
    (
      "two events: srcip=192.0.2.1 act=ping | srcip=192.0.2.2 srcport=80", "(192.0.2.1 to ?)",
      ["192.0.2.2 port 80"]
    ),
    (
      "kernel: SRC=192.0.2.1 DST=192.0.2.2 PROTO=ICMP [SRC=192.0.2.2 DST=192.0.2.1 PROTO=TCP SPT=443 DPT=80 ]",
      "(protocol 1 192.0.2.1 to 192.0.2.2)", []
    ),
    ("a srcport=443 srcip=192.0.2.1 x", "(192.0.2.1#443 to ?)", []),
    (
      #"{"first":{"src_ip":"192.0.2.1"},"second":{"src_ip":"192.0.2.2","src_port":80}}"#,
      "(192.0.2.1 to ?)", ["192.0.2.2 port 80"]
    ),
    (
      #"{"alert":{"src_ip":"192.0.2.1"},"src_ip":"192.0.2.2","src_port":443}"#,
      "(192.0.2.2#443 to ?)",
      []
    ),
    (
      #"{"src_ip":"192.0.2.1","transport":{"src_port":80}}"#, "(192.0.2.1 to ?)", []
    ),
    (
      #"{"_source":{"event":{"type":["connection","denied"]},"source":{"ip":"192.0.2.1"}}}"#,
      "(192.0.2.1 to ? blocked)", []
    ),
    (#"{"evidence":[{"entityType":"Ip","ipAddress":"192.0.2.1"}]}"#, "", []),
    // The record's own before those in objects of it, and none of who sent it to a collector.
    (
      #"{"tunnel":{"src_ip":"192.0.2.7","dest_ip":"192.0.2.8"},"src_ip":"192.0.2.1","dest_ip":"192.0.2.2"}"#,
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    (
      #"{"log":{"source":{"address":"192.0.2.9:5"}},"source":{"ip":"192.0.2.1","port":4},"destination":{"ip":"192.0.2.2"}}"#,
      "(192.0.2.1#4 to 192.0.2.2)", []
    ),
    (
      #"{"log":{"source":{"address":"192.0.2.9:5"}},"message":"sshd[1]: Failed password for a from 192.0.2.1 port 5000 ssh2"}"#,
      "(192.0.2.1#5000 to ?)", []
    ),
  ]

  /// Hosts that are clients in access logs as the parsers of Fluent Bit and Fluentd write them.
  static let accessLogs: [Case] = [
    (
      #"{"host":"192.0.2.1","user":"-","method":"GET","path":"/x","code":"200","size":"5","agent":"b"}"#,
      "(192.0.2.1 to ?)", ["192.0.2.1 source"]
    ),
    (
      #"{"date":1,"size":5,"code":200,"path":"/x","method":"GET","host":"192.0.2.1"}"#,
      "(192.0.2.1 to ?)", ["192.0.2.1 source"]
    ),
    (#"{"host":"192.0.2.1","method":"GET","path":"/x","status":200}"#, "", ["192.0.2.1"]),
    (
      #"{"remote":"192.0.2.2","host":"192.0.2.1","method":"GET","path":"/x","code":200,"size":5}"#,
      "", []
    ),
  ]

  /// Keys that are paths, pairs of names and values, and further devices.
  static let paths: [Case] = [
    // Keys that are paths, and pairs of names and values.
    (
      #"{"suricata.eve.src_ip":"192.0.2.1","suricata.eve.src_port":5000,"suricata.eve.dest_ip":"192.0.2.2","suricata.eve.dest_port":443,"suricata.eve.alert.action":"blocked"}"#,
      "(192.0.2.1#5000 to 192.0.2.2#443 blocked)", []
    ),
    (
      #"{"nat.src_ip":"192.0.2.9","src_ip":"192.0.2.1","src_port":5000}"#,
      "(192.0.2.1#5000 to ?)", []
    ),
    (#"{"log.source.address":"192.0.2.9:5","event":"x"}"#, "", []),
    (#"{"a.evidence.ipAddress":"192.0.2.9"}"#, "", []),
    (
      ##"{"Event":{"EventData":{"Data":[{"@Name":"SourceIp","#text":"192.0.2.1"},{"@Name":"SourcePort","#text":"5000"},{"@Name":"DestinationIp","#text":"192.0.2.2"},{"#text":"443","@Name":"DestinationPort"}]}}}"##,
      "(192.0.2.1#5000 to 192.0.2.2#443)", []
    ),
    (
      #"{"body":"x","attributes":[{"key":"client.address","value":{"stringValue":"192.0.2.1"}},{"key":"server.address","value":{"stringValue":"192.0.2.2"}}]}"#,
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    (
      #"{"request":"x","headers":[{"name":"client-ip","value":"192.0.2.9"}]}"#, "", []
    ),
    // What may be anything's, and the record's own before keys that are paths and pairs.
    (#"{"x":1,"queryString":[{"name":"src_ip","value":"192.0.2.9"}]}"#, "", []),
    (
      #"{"attributes":[{"key":"client.address","value":{"stringValue":"192.0.2.9"}}],"client_ip":"192.0.2.1"}"#,
      "(192.0.2.1 to ?)", []
    ),
    (
      #"{"policy.default.action":"deny","parent.protocol":"udp","action":"allow","protocol":"tcp","src_ip":"192.0.2.1"}"#,
      "(protocol 6 192.0.2.1 to ? allowed)", []
    ),
    ("nat.src_ip=192.0.2.9 src_ip=192.0.2.1 dst_ip=192.0.2.2", "(192.0.2.1 to 192.0.2.2)", []),
    (
      #"{"message":"{\"nat.src_ip\":\"192.0.2.9\",\"src_ip\":\"192.0.2.1\"}"}"#, "(192.0.2.1 to ?)",
      []
    ),
    (
      #"{"events":[{"parameters":[{"name":"src_ip","value":"192.0.2.1"}]},{"parameters":[{"name":"src_ip","value":"192.0.2.2"}]}]}"#,
      "", []
    ),
    (
      #"{"data":{"jsonPayload":{"connection":{"src_ip":"192.0.2.1","dest_ip":"192.0.2.2"},"disposition":"DENIED"}}}"#,
      "(192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (
      #"{"ip_src":"192.0.2.1","port_src":5000,"src4_addr":"192.0.2.3","dst4_addr":"192.0.2.2"}"#,
      "(192.0.2.1#5000 to 192.0.2.2)", []
    ),
    (
      #"{"policy":{"default":{"action":"deny"}},"action":"allow","src_ip":"192.0.2.1"}"#,
      "(192.0.2.1 to ? allowed)", []
    ),
    // A kernel's own log, nfdump's columns, PAN-OS' exports, and what BIND did and did not do.
    (
      "[ 9802.389172] [UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=UDP SPT=1 DPT=2",
      "(protocol 17 192.0.2.1#1 to 192.0.2.2#2 blocked)", []
    ),
    (
      "ts,te,td,sa,da,sp,dp,pr,flg\n2024-05-01 10:00:00,2024-05-01 10:00:05,5,192.0.2.1,192.0.2.2,1,2,UDP,x\n",
      "(protocol 17 192.0.2.1#1 to 192.0.2.2#2)", []
    ),
    (
      "Source address,Destination address,IP Protocol\n192.0.2.1,192.0.2.2,tcp\n",
      "(protocol 6 192.0.2.1 to 192.0.2.2)", []
    ),
    (
      "01-May-2024 10:00:00.123 security: info: client @0x7f 192.0.2.1#5 (a.example): query 'a.example/ANY/IN' denied (allow-query did not match)",
      "(192.0.2.1#5 to ? blocked)", []
    ),
    (
      "01-May-2024 10:00:00.123 rpz: info: client @0x7f 192.0.2.1#5 (a.example): disabled rpz QNAME NXDOMAIN rewrite a.example/A/IN via a.example",
      "(192.0.2.1#5 to ?)", []
    ),
    // A byte order mark before a message (RFC 5424 §6.4).
    (
      "<30>1 2024-05-01T10:00:00Z h p 1 - - \u{feff}src=192.0.2.1 dst=192.0.2.2 spt=5 dpt=80 act=deny",
      "(192.0.2.1#5 to 192.0.2.2#80 blocked)",
      ["192.0.2.1 port 5 source", "192.0.2.2 port 80 destination"]
    ),
    // Addresses under several keys of one end share its port.
    (
      "CEF:0|V|P|1|1|n|3|src=192.0.2.1 shost=192.0.2.1 spt=5000 dst=192.0.2.2 dhost=192.0.2.3 dpt=80",
      "(192.0.2.1#5000 to 192.0.2.2#80)",
      [
        "192.0.2.1 port 5000 source", "192.0.2.1 port 5000", "192.0.2.2 port 80 destination",
        "192.0.2.3 port 80",
      ]
    ),
    (
      "src=192.0.2.1 shost=192.0.2.4 src=192.0.2.5 spt=5000 dst=192.0.2.2 dpt=80",
      "(192.0.2.1 to 192.0.2.2#80)",
      [
        "192.0.2.1 source", "192.0.2.4 port 5000", "192.0.2.5 port 5000",
        "192.0.2.2 port 80 destination",
      ]
    ),
    // What begins in a string of the record that ends a line is a member's.
    (
      "2024-05-01T10:00:00+00:00\tfw.tag\t{\"message\": \"DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=5 DPT=80\"}",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#80 blocked)",
      ["192.0.2.1 port 5 source", "192.0.2.2 port 80 destination"]
    ),
    // The line's own time goes before one in the text of a message.
    (
      "2024-05-01 10:00:00 ERROR app {\"message\":\"2023-01-01 00:00:00 refused 192.0.2.7 port 80\",\"src_ip\":\"192.0.2.1\"}",
      "(192.0.2.1 to ?)", ["192.0.2.1 source"]
    ),
    // Another program's clients are none of BIND's.
    (
      "client 192.0.2.9#5353: src=192.0.2.1 spt=1000 dst=192.0.2.2 dpt=443",
      "(192.0.2.1#1000 to 192.0.2.2#443)", []
    ),
    // BIND's clients with zones of links and keys, the network asked for, and messages without a question.
    (
      "client @0x7f 192.0.2.1#5 (a.example): query: a.example IN A +E(0) (192.0.2.53) [ECS 203.0.113.0/24/0]",
      "(192.0.2.1#5 to 192.0.2.53)", []
    ),
    (
      "client @0x7f 2001:db8::1%eth0#5 (a.example): query: a.example IN A + (2001:db8::53%2)",
      "(2001:db8::1#5 to 2001:db8::53)", []
    ),
    (
      "client @0x7f 192.0.2.1#5/key a-key (a.example): query: a.example IN AXFR -ST (192.0.2.53)",
      "(192.0.2.1#5 to 192.0.2.53)", []
    ),
    (
      "client @0x7f 192.0.2.1#5/key a-key: updating zone 'a.example/IN': adding an RR at 'b.a.example' A 192.0.2.9",
      "(192.0.2.1#5 to ?)", []
    ),
    // A flow behind the time of a collector, connections to a load balancer, squid's own word behind a combined line.
    (
      "2024-05-01T10:00:00.000Z 2 123456789010 eni-1 192.0.2.1 192.0.2.2 1000 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
      "(protocol 6 192.0.2.1#1000 to 192.0.2.2#22 allowed)", []
    ),
    (
      #"2024-05-01T10:00:00.514108Z 192.0.2.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 "CN=a.example" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF2 Success TID_1"#,
      "(protocol 6 192.0.2.1#36280 to ?)", ["192.0.2.1 port 36280 source"]
    ),
    (
      #"192.0.2.1 - - [01/May/2024:10:00:00 +0000] "GET http://a.example/ HTTP/1.1" 403 39 "-" "-" TCP_DENIED:HIER_NONE"#,
      "(192.0.2.1 to ? blocked)", []
    ),
    (
      "2024-05-01T10:00:00.000Z 1714557600.123 1 192.0.2.1 TCP_DENIED/403 12 GET http://a.example/ - HIER_NONE/- text/html",
      "(192.0.2.1 to ? blocked)", ["192.0.2.1 source"]
    ),
    // Clients in brackets.
    (
      #"[2001:db8::7] - - [01/May/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 0 "-" "-""#,
      "(2001:db8::7 to ?)", []
    ),
    (
      #"[2001:db8::7]:5000 - a [01/May/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 0 "-" "-""#,
      "(2001:db8::7#5000 to ?)", []
    ),
    (
      #"192.0.2.1 - [192.0.2.9] - - [01/May/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 0 "-" "-""#,
      "(192.0.2.1 to ?)", []
    ),
    // Cisco's clients of servers, and protocols by number.
    (
      #"%ASA-5-304001: a@192.0.2.1(LOCAL\a) Accessed JAVA URL 192.0.2.2:http://a.example/x"#,
      "(192.0.2.1 to 192.0.2.2)", []
    ),
    ("%ASA-5-304001: 192.0.2.1 Accessed URL 192.0.2.2:/x/y.exe", "(192.0.2.1 to 192.0.2.2)", []),
    (
      "%ASA-6-106100: access-list a est-allowed tcp o/192.0.2.1(5000) -> i/192.0.2.2(53) hit-cnt 5",
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#53 allowed)", []
    ),
    (
      "%ASA-3-106010: Deny inbound protocol 47 src o:192.0.2.1 dst i:192.0.2.2",
      "(protocol 47 192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (
      #"{"SrcIpAddr":"192.0.2.1","DstIpAddr":"192.0.2.2","DvcAction":"Deny","NetworkProtocol":"TCP"}"#,
      "(protocol 6 192.0.2.1 to 192.0.2.2 blocked)", []
    ),
    (
      #"{"src_ap":"192.0.2.1:5000","dst_ap":"192.0.2.2:443"}"#, "(192.0.2.1#5000 to 192.0.2.2#443)",
      []
    ),
    (
      "LEEF:1.0|V|P|1|E|src=192.0.2.1|dst=192.0.2.2|srcPort=5000|dstPort=443",
      "(192.0.2.1#5000 to 192.0.2.2#443)", []
    ),
    (
      #"{"msg":"TCP request from 192.0.2.1:5000 to 192.0.2.2:443. Action: Deny. Policy: p. Rule: r"}"#,
      "(192.0.2.1#5000 to 192.0.2.2#443 blocked)", []
    ),
    (
      "%ASA-4-410001: Dropped UDP DNS request from o:192.0.2.1/53 to i:192.0.2.2/1234; label length 9",
      "(protocol 17 192.0.2.1#53 to 192.0.2.2#1234 blocked)", []
    ),
    // Escapes are undone.
    (
      #"{"src_ip":"192\u002e0.2.1","src_port":"\u0034\u00343","dest_ip":"2001:db8:\u003a1","action":"b\u006cock","proto":"T\u0043P"}"#,
      "(protocol 6 192.0.2.1#443 to 2001:db8::1 blocked)", ["src_ip 192.0.2.1 port 443 source"]
    ),
    (#"{"src_ap":"192.0.2.1\u003a5000"}"#, "(192.0.2.1#5000 to ?)", []),
    (#"{"src_ip":"192.0.2.1","blocked":true}"#, "(192.0.2.1 to ? blocked)", []),
    (#"{"src_ip":"192.0.2.1","blocked":false,"x":null}"#, "(192.0.2.1 to ? allowed)", []),
    (#"[true,{"src_ip":"192.0.2.1","blocked":[true]}]"#, "(192.0.2.1 to ?)", []),
    (
      "May 01 2024 10:00:00 fw asa %ASA-4-106023: Deny tcp src outside:192.0.2.1/4 dst inside:192.0.2.2/22 by x",
      "(protocol 6 192.0.2.1#4 to 192.0.2.2#22 blocked)", []
    ),
    (
      "<166>:May 01 2024 10:00:00 UTC: %ASA-4-106023: Deny tcp src outside:192.0.2.1/4 dst inside:192.0.2.2/22 by x",
      "(protocol 6 192.0.2.1#4 to 192.0.2.2#22 blocked)", []
    ),
  ]

  @Test func flowsKeepTheirOwnEndsAndSides() {
    let record =
      #"{"clientIp":"192.0.2.77","srcIp":"192.0.2.77","dstIp":"192.0.2.78","flowTuples":["1714557600,192.0.2.1,192.0.2.2,5,443,T,I,D"]}"#
    let found = FixtureTests.listing(Array(record.utf8)) { $0 }.split(separator: "\n")
    for (value, ends) in [
      ("clientIp 192.0.2.77 source", "(192.0.2.77 to 192.0.2.78)"),
      ("flowTuples 192.0.2.1 port 5 source", "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 blocked)"),
      (
        "flowTuples 192.0.2.2 port 443 destination",
        "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 blocked)"
      ),
    ] {
      #expect(found.contains { $0.contains(value) && $0.hasSuffix(ends) }, "\(value): \(found)")
    }
  }
}
