import Indicators
import Logs

/// Lines of words that hold a question of DNS, or the host and the path of a request, at a known place.
extension LineRuleCases {
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
