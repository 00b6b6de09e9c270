import Indicators
import Logs

/// Lines of words that hold a question of DNS, or the host and the path of a request, at a known place.
extension LineRuleCases {
  static let questions: [Case] = [
    Case(
      "dnsmasq",
      "May  1 10:00:00 dnsmasq[1]: query[A] a.zip from 192.0.2.1",
      ["domain query a.zip @37", "ipv4 text 192.0.2.1 @48"]),
    Case(
      "dnsmasq with clients",
      "May  1 10:00:00 h dnsmasq[1]: 12 192.0.2.1/53211 query[AAAA] a.zip from 192.0.2.1",
      [
        "ipv4 text 192.0.2.1 @33",
        "domain query a.zip @61",
        "ipv4 text 192.0.2.1 @72",
      ]),
    Case(
      "an answer of dnsmasq",
      "May  1 10:00:00 dnsmasq[1]: reply a.zip is <CNAME>",
      ["domain query a.zip @34"]),
    Case(
      "an answer about an address",
      "May  1 10:00:00 dnsmasq[1]: reply 192.0.2.1 is a.zip",
      ["ipv4 text 192.0.2.1 @34", "domain query a.zip @47"]),
    Case(
      "what dnsmasq asked",
      "May  1 10:00:00 dnsmasq[1]: forwarded a.zip to 192.0.2.1#5353",
      ["domain query a.zip @38", "ipv4 text 192.0.2.1 @47 :5353"]),
    Case(
      "what Pi-hole blocked",
      "May  1 10:00:00 dnsmasq[1]: gravity blocked a.zip is 0.0.0.0",
      ["domain query a.zip @44", "ipv4 text 0.0.0.0 @53"]),
    Case(
      "what dnsmasq knew",
      "May  1 10:00:00 dnsmasq[1]: cached a.zip is NODATA-IPv6",
      ["domain query a.zip @35"]),
    Case(
      "words of other programs",
      "May  1 10:00:00 x[1]: config main.py is loaded",
      []),
    Case(
      "nor a user",
      "May  1 10:00:00 x[1]: auth user.zip from 192.0.2.1",
      ["ipv4 text 192.0.2.1 @41"]),
    Case(
      "unbound",
      "[1714557600] unbound[1:0] info: 192.0.2.1 a.zip. A IN",
      ["ipv4 text 192.0.2.1 @32", "domain query a.zip @42"]),
    Case(
      "an answer of unbound",
      "May  1 10:00:00 h unbound[1]: [1:0] reply: 192.0.2.1 a.zip. TYPE65 IN NOERROR 0.000000 1 44",
      ["ipv4 text 192.0.2.1 @43", "domain query a.zip @53"]),
    Case(
      "CoreDNS",
      #"[INFO] 192.0.2.1:41393 - 54384 "A IN a.zip. udp 50 false 1232" NXDOMAIN qr,rd,ra 113 0.056s"#,
      ["ipv4 text 192.0.2.1 @7 :41393", "domain query a.zip @37"]),
    Case(
      "PowerDNS",
      "May  1 10:00:00 ns pdns[1]: Remote 192.0.2.1 wants 'a.zip|A', do = 0, bufsize = 512: packetcache MISS",
      ["ipv4 text 192.0.2.1 @35", "domain query a.zip @52"]),
    Case(
      "a file between bars",
      "May  1 10:00:00 ns x[1]: opened 'a.zip|b.zip' IN a.zip",
      []),
    Case(
      "Route 53",
      "1.0 2024-05-01T10:00:00.000Z Z123412341234 a.zip A NXDOMAIN UDP FRA6 192.0.2.1 198.51.100.0/24",
      [
        "domain query a.zip @43",
        "ipv4 resolver_ip 192.0.2.1 @69",
        "ipv4 edns_client_subnet 198.51.100.0 @79",
      ]),
    Case(
      "Umbrella without a header",
      #""2024-05-01 10:00:00","user","x","192.0.2.1","198.51.100.9","Blocked","1 (A)","NOERROR","a.zip.","Software""#,
      [
        "ipv4 text 192.0.2.1 @34",
        "ipv4 text 198.51.100.9 @46",
        "domain query a.zip @89",
      ]),
  ]

  static let requests: [Case] = [
    Case(
      "Envoy",
      #"[2024-05-01T10:00:00.000Z] "GET /x HTTP/1.1" 200 - 0 0 180 179 "-" "curl/7.5.0.1" "1" "a.zip" "192.0.2.9:80""#,
      [
        "url request http://a.zip/x @32",
        "domain authority a.zip @87",
        "ipv4 upstream_host 192.0.2.9 @95 :80",
      ]),
    Case(
      "Istio",
      #"[2024-05-01T10:00:00.000Z] "GET /x HTTP/1.1" 200 - via_upstream - "-" 0 0 180 179 "-" "curl/7" "1" "a.example:8080" "192.0.2.9:80" outbound|80||b 192.0.2.2:5 192.0.2.3:80 192.0.2.4:6 c.zip default"#,
      [
        "url request http://a.example:8080/x @32",
        "domain authority a.example @100",
        "ipv4 upstream_host 192.0.2.9 @117 :80",
        "ipv4 upstream_local_address 192.0.2.2 @146 :5",
        "ipv4 downstream_local_address 192.0.2.3 @158 :80",
        "ipv4 downstream_remote_address 192.0.2.4 @171 :6",
        "domain requested_server_name c.zip @183",
      ]),
    Case(
      "a proxy's line of other words",
      #"[2024-05-01T10:00:00.000Z] "GET /x HTTP/1.1" 200 - "curl/7" "a.zip" "192.0.2.9:80" 1 2 3 4 5 6 7 8"#,
      ["ipv4 text 192.0.2.9 @69 :80"]),
    Case(
      "nginx' error log",
      #"2024/05/01 10:00:00 [error] 54053#0: *1 open() failed, client: 192.0.2.7, server: _, request: "GET /x HTTP/1.1", host: "a.zip:8080""#,
      [
        "ipv4 text 192.0.2.7 @63",
        "url request http://a.zip:8080/x @99",
        "domain host a.zip @120",
      ]),
    Case(
      "ModSecurity in Apache's error log",
      #"[Wed May 01 10:00:00.123456 2024] [:error] [pid 1] [client 192.0.2.7:3333] ModSecurity: Access denied. [hostname "a.zip"] [uri "/x"] [unique_id "x"]"#,
      [
        "ipv4 text 192.0.2.7 @59 :3333",
        "domain hostname a.zip @114",
        "url uri http://a.zip/x @128",
      ]),
    Case(
      "an appliance's proxy",
      #"<144>Feb 16 15:19:05 W F (2024-01-10T08:48:25) firewall: msg_id="1AFF-002C" Deny 1-Trusted 0-External tcp 192.0.2.1 192.0.2.2 36834 80 msg="ProxyDeny" host="a.zip" path="/x" (HTTP-00)"#,
      [
        "ipv4 text 192.0.2.1 @106",
        "ipv4 text 192.0.2.2 @116",
        "domain host a.zip @157",
        "url path http://a.zip/x @170",
      ]),
    Case(
      "the same by other names",
      #"<144>Feb 16 15:19:05 W F firewall: msg_id="1AFF-0021" Allow a b tcp 192.0.2.1 192.0.2.2 36834 80 op="GET" dstname="a.zip" arg="/x" (HTTP-00)"#,
      [
        "ipv4 text 192.0.2.1 @68",
        "ipv4 text 192.0.2.2 @78",
        "domain dstname a.zip @115",
        "url arg http://a.zip/x @127",
      ]),
    Case(
      "an appliance's tunnel",
      #"<144>Feb 16 15:19:05 W F firewall: msg_id="1AFF-0021" Allow a b tcp op="CONNECT" dstname="a.zip" arg="/x" (HTTP-00)"#,
      ["domain dstname a.zip @90"]),
  ]
}
