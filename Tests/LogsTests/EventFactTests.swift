import Testing

/// What a record says of its event: ends with ports, state and verdict (`Logs.md`).
@Suite struct EventFactTests {
  /// A record, what it says, and the sides of its addresses where these are asked for.
  typealias Case = (record: String, says: String, sides: [String])

  static let cases: [Case] = [
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
      #"{"events":[{"src_ip":"192.0.2.1","dest_ip":"192.0.2.2","action":"block"},{"src_ip":"192.0.2.3","dest_ip":"192.0.2.4","action":"allow"}]}"#,
      "", []
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

  @Test(arguments: cases.indices)
  func isTold(_ index: Int) {
    let (record, says, sides) = Self.cases[index]
    let lines = FixtureTests.listing(Array(record.utf8)) { $0 }.split(separator: "\n")
    #expect(!lines.isEmpty, "\(record)")
    for line in lines where !line.hasPrefix("#") {
      let told = line.firstIndex(of: "(").map { line[$0...] } ?? ""
      #expect(told == says, "\(line)")
    }
    for side in sides { #expect(lines.contains { $0.contains(side) }, "\(side) in \(lines)") }
  }
}
