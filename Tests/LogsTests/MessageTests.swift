import Indicators
import Logs
import Parsing
import Testing

/// What the line of another program says that stands in a string of a record, and pairs as people write them
/// (`Logs.md`).
@Suite struct MessageTests {
  typealias Case = (record: String, says: String)

  static let messages: [Case] = [
    (
      #"{"message":"CEF:0|v|p|1|1|n|5|src=192.0.2.1 spt=5 dst=192.0.2.2 dpt=443 act=blocked"}"#,
      "(192.0.2.1#5 to 192.0.2.2#443 blocked)"
    ),
    (
      #"{"message":"<134>May  1 10:00:00 fw %ASA-6-302013: Built outbound TCP connection 1 for outside:192.0.2.2/443 (192.0.2.2/443) to inside:192.0.2.1/5 (192.0.2.3/5)","input":{"type":"udp"}}"#,
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 allowed)"
    ),
    (
      #"{"log":"192.0.2.1 - - [01/May/2024:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"curl/8\"\n","stream":"stdout"}"#,
      "(192.0.2.1 to ?)"
    ),
    (
      #"{"MESSAGE":"Failed password for root from 192.0.2.1 port 42 ssh2","PRIORITY":"6"}"#,
      "(192.0.2.1#42 to ?)"
    ),
    (
      #"{"MESSAGE":"DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 LEN=40 PROTO=TCP SPT=5 DPT=22"}"#,
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#22 blocked)"
    ),
    (
      #"{"logStreamName":"eni-1-all","timestamp":1714557600000,"message":"2 123456789010 eni-1 192.0.2.1 192.0.2.2 5 22 6 20 4249 1714557600 1714557660 REJECT OK"}"#,
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#22 blocked)"
    ),
    (
      #"{"event":{"original":"date=2024-05-01 time=10:00:00 srcip=192.0.2.1 dstip=192.0.2.2 action=\"deny\""}}"#,
      "(192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      #"{"sourcetype":"pan","event":"1,2024/05/01 10:00:00,0017,TRAFFIC,end,2305,2024/05/01 10:00:00,192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,rule,user,,ssl,vsys1,a,b,e1,e2,p,2024/05/01 10:00:00,234981,1,51413,443,0,0,0x19,tcp,allow,2346,1974"}"#,
      "(protocol 6 192.0.2.1#51413 to 192.0.2.2#443 allowed)"
    ),
    (
      #"{"EventDescription":"User admin logged in via Web from 192.0.2.1 using https"}"#,
      "(192.0.2.1 to ?)"
    ),
    // What a logon of Windows says, line by line.
    (
      #"{"message":"An account failed to log on.\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\tA\r\n\tSource Network Address:\t192.0.2.1\r\n\tSource Port:\t5000\r\n"}"#,
      "(192.0.2.1#5000 to ?)"
    ),
    (
      #"{"message":"A connection was permitted.\n\tSource Address:\t192.0.2.1\n\tSource Port:\t5000\n\tDestination Address:\t192.0.2.2\n\tDestination Port:\t443\n\tProtocol:\t6"}"#,
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#443)"
    ),
    (
      #"{"EventID":5156,"RenderedDescription":"The Windows Filtering Platform has permitted a connection.\r\n\r\nNetwork Information:\r\n\tDirection:\t\tOutbound\r\n\tSource Address:\t\t192.0.2.1\r\n\tSource Port:\t\t5000\r\n\tDestination Address:\t192.0.2.2\r\n\tDestination Port:\t\t443\r\n\tProtocol:\t\t6\r\n"}"#,
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#443 allowed)"
    ),
    // The row of a table says nothing of an event, its message does.
    (
      "id,HostIP,SyslogMessage\n1,x,\"msg_id=\"\"3000-0148\"\" Deny Trusted External 52 tcp 20 127 192.0.2.1 192.0.2.2 5 443 offset 8 S\"\n",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 blocked)"
    ),
    // What the record says itself goes before.
    (
      #"{"src_ip":"192.0.2.1","message":"Failed password for root from 192.0.2.2 port 42 ssh2"}"#,
      "(192.0.2.1 to ?)"
    ),
    // Of several messages none is the event.
    (
      #"{"logEvents":[{"message":"Failed password for a from 192.0.2.1 port 42 ssh2"},{"message":"b"}]}"#,
      ""
    ),
    // The message of a record that another program holds in a string.
    (
      #"{"log":"{\"level\":\"info\",\"message\":\"Failed password for root from 192.0.2.1 port 42 ssh2\"}","stream":"stdout"}"#,
      "(192.0.2.1#42 to ?)"
    ),
    // The line as it was, where what was made of it tells nothing; what tells something goes before.
    (
      #"{"message":"Login failed","event":{"original":"sshd[1]: Failed password for root from 192.0.2.1 port 42 ssh2"}}"#,
      "(192.0.2.1#42 to ?)"
    ),
    (
      #"{"event":{"original":"sshd[1]: Failed password for root from 192.0.2.1 port 42 ssh2"},"message":"Failed password for root, seen on 192.0.2.3"}"#,
      "(192.0.2.1#42 to ?)"
    ),
    (
      #"{"event":{"original":"Failed password for root from 192.0.2.1 port 42 ssh2"},"message":"Failed password for a from 192.0.2.2 port 1 ssh2"}"#,
      "(192.0.2.2#1 to ?)"
    ),
    // The record that a line in a message ends with, and the message of that.
    (
      #"{"message":"May  1 10:00:00 h s[1]: {\"src_ip\":\"192.0.2.1\",\"src_port\":5,\"dest_ip\":\"192.0.2.2\",\"dest_port\":80,\"proto\":\"TCP\"}"}"#,
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#80)"
    ),
    (
      #"{"message":"@cee: {\"src_ip\":\"192.0.2.1\",\"dest_ip\":\"192.0.2.2\"}"}"#,
      "(192.0.2.1 to 192.0.2.2)"
    ),
    (
      #"{"log":"2024-05-01T10:00:00.1Z stdout F {\"message\":\"Failed password for root from 192.0.2.1 port 42 ssh2\"}"}"#,
      "(192.0.2.1#42 to ?)"
    ),
    (
      #"{"message":"<134>May  1 10:00:00 h app: {\"a\":\"Failed password for root from 192.0.2.1 port 42 ssh2\"}"}"#,
      ""
    ),
    (
      #"{"message":"sshd: Failed password for root from 192.0.2.1 port 42 ssh2 {\"a\":\"192.0.2.3\"}"}"#,
      "(192.0.2.1#42 to ?)"
    ),
    (
      "id,_raw,x\n1,\"May  1 10:00:00 h s: {\"\"src\"\":\"\"192.0.2.1\"\",\"\"dst\"\":\"\"192.0.2.2\"\"}\",y\n",
      "(192.0.2.1 to 192.0.2.2)"
    ),
    // What became of it is in the record, between whom in the sentence; alone neither goes before.
    (
      #"{"message":"May  1 10:00:00 h sshd[1]: Failed password for a from 192.0.2.1 port 22 {\"action\":\"denied\"}"}"#,
      "(192.0.2.1#22 to ? blocked)"
    ),
    (
      #"May  1 10:00:00 h sshd[1]: Failed password for a from 192.0.2.1 port 22 {"action":"denied"}"#,
      "(192.0.2.1#22 to ? blocked)"
    ),
    (
      #"{"log":"{\"action\":\"denied\",\"message\":\"Failed password for a from 192.0.2.1 port 22\"}"}"#,
      "(192.0.2.1#22 to ? blocked)"
    ),
    (
      #"{"message":"May  1 10:00:00 h sshd[1]: Failed password for a from 192.0.2.1 port 22 {\"src_ip\":\"192.0.2.2\",\"action\":\"denied\"}"}"#,
      "(192.0.2.2 to ? blocked)"
    ),
    (
      #"{"message":"app: seen 192.0.2.1 today {\"action\":\"denied\"}"}"#,
      "(? to ? blocked)"
    ),
    // The line's own fields go before.
    (
      #"{"message":"CEF:0|v|p|1|1|n|5|src=192.0.2.1 dst=192.0.2.2 msg=a {\"src\":\"192.0.2.3\"}"}"#,
      "(192.0.2.1 to 192.0.2.2)"
    ),
    // A list in a string that tells of no event.
    (#"{"addresses":"[{\"ip\":\"192.0.2.1\"},{\"ip\":\"192.0.2.2\"}]"}"#, ""),
    // A record is no line, whatever words are in it.
    (#"{"message":"{\"a\":\"Failed password for root from 192.0.2.1 port 42 ssh2\"}"}"#, ""),
    (#"{"message":"{\"device\":\"x\",\"note\":\"login from ip 192.0.2.1\"}"}"#, ""),
    (
      #"{"message":"{\"a\":\"from 192.0.2.3 it came\"}","event":{"original":"Failed password for root from 192.0.2.1 port 42 ssh2"}}"#,
      "(192.0.2.1#42 to ?)"
    ),
    (
      #"<134>May  1 10:00:00 h app: {"a":"Failed password for root from 192.0.2.1 port 42 ssh2"}"#,
      ""
    ),
    (
      "id,message,x\n1,\"{\"\"a\"\":\"\"Failed password for root from 192.0.2.1 port 42\"\"}\",y\n",
      ""
    ),
    (
      #"sshd: Failed password for root from 192.0.2.1 port 42 ssh2 {"a":"192.0.2.3"}"#,
      "(192.0.2.1#42 to ?)"
    ),
    // A member of another name is none, nor is one that names no end.
    (#"{"note":"Failed password for root from 192.0.2.1 port 42 ssh2"}"#, ""),
    (#"{"message":"the zone of 192.0.2.1 was loaded, action=deny"}"#, ""),
  ]

  static let pairs: [Case] = [
    (
      "<134>1 1714557600.123 MX84 urls src=[2001:db8::1]:5 dst=[2001:db8::2]:53 request: GET http://a.example/",
      "(2001:db8::1#5 to 2001:db8::2#53)"
    ),
    (
      "<134>1 1714557600.123 MX84 urls src=2001:db8:1:2:3:4:5:6:55566 dst=2001:db8:1:2:3:4:5:7:80 request: GET http://a.example/",
      "(2001:db8:1:2:3:4:5:6#55566 to 2001:db8:1:2:3:4:5:7#80)"
    ),
    (
      "CEF:0|v|p|1|1|n|1|src=192.0.2.1 dst=192.0.2.2 act=drop-all",
      "(192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      "CEF:0|v|p|1|1|n|1|src=192.0.2.1 dst=192.0.2.2 act=IDS:Reset",
      "(192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      "<134>1 1714557600.123 MX84 flows deny src=192.0.2.1 dst=192.0.2.2 mac=00:00:5E:00:53:01 protocol=udp sport=5 dport=53",
      "(protocol 17 192.0.2.1#5 to 192.0.2.2#53 blocked)"
    ),
    (
      "<134>1 1714557600.123 MX84 firewall src=192.0.2.1 dst=192.0.2.2 protocol=tcp sport=5 dport=80 pattern: allow all",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#80 allowed)"
    ),
    (
      "<134>1 1714557600.123 MX84 security_event ids_alerted signature=1:2:3 protocol=tcp/ip src=192.0.2.1:80 dst=192.0.2.2:5 decision=blocked message: a b",
      "(protocol 6 192.0.2.1#80 to 192.0.2.2#5 blocked)"
    ),
    (
      "<134>1 1714557600.123 MR18 events type=8021x_eap_success identity='a' client_ip='192.0.2.1' vap='0'",
      "(192.0.2.1 to ?)"
    ),
    (
      "May  1 10:00:00 192.0.2.9 time=1714557600 action=drop product=VPN-1 & FireWall-1 src=192.0.2.1 s_port=5 dst=192.0.2.2 service=443 proto=6",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 blocked)"
    ),
    (
      "May  1 10:00:00 gw CheckPoint: drop gw1 >eth0 src: 192.0.2.1; dst: 192.0.2.2; proto: tcp; service: 443; s_port: 5; action: drop",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 blocked)"
    ),
    (
      "2024 May  1 10:00:00 UTC: %ACLLOG-5-ACLLOG_FLOW_INTERVAL: Src IP: 192.0.2.1, Dst IP: 192.0.2.2, Src Port: 5, Dst Port: 80, Src Intf: Ethernet1/1, Protocol: \"TCP\"(6), Hit-count = 5",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#80)"
    ),
    (
      "2024-05-01T10:00:00Z fw1 logger: Deny 1-Trusted 0-External tcp 192.0.2.1 192.0.2.2 5 443 msg=\"blocked sites\" proc_id=\"firewall\"",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 blocked)"
    ),
    (
      "May  1 10:00:00 r1 7: %SEC-6-IPACCESSLOGDP: list 101 permitted icmp 192.0.2.1 -> 192.0.2.2 (8/0), 1 packet",
      "(protocol 1 192.0.2.1 to 192.0.2.2 allowed)"
    ),
    (
      "May  1 10:00:00 f5 ASM:unit_hostname=\"a\",ip_client=\"192.0.2.1\",src_port=\"5\",dest_ip=\"192.0.2.2\",dest_port=\"443\",request_status=\"blocked\"",
      "(192.0.2.1#5 to 192.0.2.2#443 blocked)"
    ),
    (
      "2024-05-01 10:00:00 UTC [123]: [1-1] user=u,db=d,client=192.0.2.1 FATAL: no such role",
      "(192.0.2.1 to ?)"
    ),
    (
      "May  1 10:00:00 h openvpn[12]: 192.0.2.1:1194 TLS: Initial packet from [AF_INET]192.0.2.1:1194, sid=1",
      "(192.0.2.1#1194 to ?)"
    ),
    (
      "May  1 10:00:00 h charon: 12[NET] received packet: from 192.0.2.1[500] to 192.0.2.2[4500] (408 bytes)",
      "(192.0.2.1#500 to 192.0.2.2#4500)"
    ),
    // Whose address it is, is not said; nor are words with a colon a pair.
    ("May  1 10:00:00 h dhcp: new lease, IP address: 192.0.2.1, for a.example", ""),
    ("May  1 10:00:00 h app: error: 192.0.2.1: tcp 192.0.2.2 192.0.2.3", ""),
    ("udp 192.0.2.1 192.0.2.2 5", ""), ("seen as udp 1 2 192.0.2.1", ""), ("the udp 192.0.2.1", ""),
  ]

  static let names: [Case] = [
    (
      #"{"event":{"csip":"192.0.2.1","csport":"5","cdip":"192.0.2.2","cdport":"443","action":"Block/Drop"}}"#,
      "(192.0.2.1#5 to 192.0.2.2#443 blocked)"
    ),
    (
      #"{"clt_sip":"192.0.2.1","srv_dip":"192.0.2.2","srv_dport":"53","reqaction":"Allow"}"#,
      "(192.0.2.1 to 192.0.2.2#53 allowed)"
    ),
    (
      #"{"src":"192.0.2.1","dst":"192.0.2.2","action":"Allow due to insufficient app data"}"#,
      "(192.0.2.1 to 192.0.2.2 allowed)"
    ),
    (#"{"cliIP":"192.0.2.1","reqHost":"a.example"}"#, "(192.0.2.1 to ?)"),
    (#"{"remote_address":"192.0.2.1","request_url":"/a"}"#, "(192.0.2.1 to ?)"),
    (#"{"remote_host":"192.0.2.1","uri":"/a"}"#, "(192.0.2.1 to ?)"),
    (#"{"client":"192.0.2.1","domain":"a.example"}"#, "(192.0.2.1 to ?)"),
    (#"{"Calling-Station-ID":"192.0.2.1","NAS-IP-Address":"192.0.2.9"}"#, "(192.0.2.1 to ?)"),
    (#"{"remote_address":"192.0.2.1","local_address":"192.0.2.2"}"#, ""),
    (
      #"{"src":"192.0.2.1","s_port":5,"dst":"192.0.2.2","service":443}"#,
      "(192.0.2.1#5 to 192.0.2.2#443)"
    ),
    (#"{"src":"192.0.2.1","dst":"192.0.2.2","service":"https"}"#, "(192.0.2.1 to 192.0.2.2)"),
  ]

  private static let all = messages + pairs + names

  @Test(arguments: all.indices)
  func isTold(_ index: Int) {
    let (record, says) = Self.all[index]
    FixtureTests.expectTold(record, says)
  }

  @Test func endsOfAMessageHaveTheirSides() {
    let record = #"{"host":"192.0.2.3","message":"deny src=192.0.2.1:5 dst=192.0.2.2:443"}"#
    let found = FixtureTests.listing(Array(record.utf8)) { $0 }.split(separator: "\n")
    #expect(found.contains { $0.contains("message 192.0.2.1 port 5 source") }, "\(found)")
    #expect(found.contains { $0.contains("message 192.0.2.2 port 443 destination") }, "\(found)")
    #expect(found.contains { $0.contains("host 192.0.2.3 (") }, "\(found)")
  }

  static let times: [(record: String, time: String?)] = [
    (#"{"message":"CEF:0|v|p|1|1|n|5|dhost=a.example rt=1714557600500"}"#, half),
    (#"{"log":"2024-05-01T10:00:00.500Z a.example was asked for"}"#, half),
    // That of a line before that of a record at its end, unless only that has a zone.
    (
      #"{"log":"2024-05-01T10:00:00.5Z stdout F {\"src\":\"192.0.2.1\",\"h\":\"a.example\"}"}"#,
      half
    ),
    (#"{"log":"2024-05-01T10:00:00.5Z x {\"ts\":1714557600,\"h\":\"a.example\"}"}"#, half),
    (#"{"log":"2024-05-01 12:00:00 x {\"ts\":1714557600.5,\"h\":\"a.example\"}"}"#, half),
    (#"{"message":"May  1 12:00:00 h s: {\"ts\":1714557600.5,\"h\":\"a.example\"}"}"#, half),
    // That of the line where an event apart at its end has none.
    (#"{"message":"2024-05-01T10:00:00.5Z h x: b.example q={\"q\":\"a.example\"}"}"#, half),
    (
      #"{"message":"2024-05-01T10:00:00.5Z x [{\"q\":\"b.example\",\"time\":\"2024-05-01T09:00:00Z\"},{\"q\":\"a.example\"}]"}"#,
      half
    ),
    (
      #"{"message":"2024-05-01T09:00:00Z x [{\"q\":\"a.example\",\"time\":\"2024-05-01T10:00:00.5Z\"},{\"q\":\"b.example\"}]"}"#,
      half
    ),
    (
      "id,message,x\n1,\"2024-05-01T10:00:00.5Z h x: b.example q={\"\"q\"\":\"\"a.example\"\"}\",y\n",
      half
    ),
    // The record's own goes before.
    (#"{"time":"2024-05-01T10:00:00.5Z","log":"2024-05-01T12:00:00Z a.example"}"#, half),
    (#"{"start":1714557600.5,"host":"a.example"}"#, half),
    (#"{"start":17,"host":"a.example"}"#, nil),
    (#"{"Received":"2024-05-01T10:00:00.5","host":"a.example"}"#, half),
    (#"{"detectedDateTime":"2024-05-01T10:00:00.5Z","host":"a.example"}"#, half),
    (#"{"log_timestamp":"2024-05-01T10:00:00.5Z","host":"a.example"}"#, half),
    (#"{"reqTimeSec":"1714557600.5","reqHost":"a.example"}"#, half),
    (#"{"asctime":"2024-05-01 10:00:00,5","host":"a.example"}"#, half),
    (#"{"timeUnixNano":"1714557600500000000","host":"a.example"}"#, half),
    (
      "a.example - root [05/01/2024:10:00:00.5 -0000] \"GET /a HTTP/1.1\" 200 0 \"-\" \"-\" \"s\" \"-\" 2087",
      half
    ),
    (
      "192.0.2.1 - a [05/01/2024:12:00:00.5 +0200] \"POST /\" FAILED LOGIN cpaneld: a.example", half
    ),
    ("192.0.2.1 - a [13/01/2024:12:00:00 +0200] \"POST /\" FAILED LOGIN: a.example", nil),
    (
      "May  1 10:00:00 192.0.2.9 time=1714557600.5 product=a & b src=192.0.2.1 origin=a.example",
      half
    ),
    (
      "datetime=\"Wed May 01 10:00:00.500 2024\" a & b src=192.0.2.1 url=a.example",
      half
    ),
  ]
  private static let half = "2024-05-01T10:00:00.500000Z"

  @Test(arguments: times.indices)
  func timeIsTold(_ index: Int) {
    let (record, expected) = Self.times[index]
    let found = extract(Array(record.utf8), LogOptions(purpose: .extract)).found
    let name = found.first { $0.kind == .domain && $0.value == "a.example" }
    #expect(name != nil, "\(record)")
    var time: [UInt8] = []
    if let value = name?.time, value != ObservableRecord.noTime {
      Timestamp.append(value, to: &time)
    }
    #expect(String(decoding: time, as: UTF8.self) == expected ?? "", "\(record)")
  }
}
