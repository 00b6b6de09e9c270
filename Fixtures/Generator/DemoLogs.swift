/// The same half hour as three programs logged it.
enum DemoLogs {
  /// A Zeek dns.log.
  static var zeekDNS: String {
    var log = """
      #separator \\x09
      #set_separator\t,
      #empty_field\t(empty)
      #unset_field\t-
      #path\tdns
      #open\t2024-05-01-10-00-00
      #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tqtype_name\tanswers
      #types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tstring\tvector[string]

      """
    let queries = [
      ("www.example.com", "198.51.100.80"), ("mail.example.org", "198.51.100.25"),
      ("stage2.evil.example", "203.0.113.66"), ("www.example.net", "198.51.100.81"),
      ("66.113.0.203.in-addr.arpa", "cdn.evil.example"),
    ]
    for (index, query) in queries.enumerated() {
      log += "\(1_714_557_600 + index * 7).250000\tCdemo\(index)\t192.0.2.10\t\(40_100 + index)\t"
      log += "192.0.2.53\t53\tudp\t\(query.0)\tA\t\(query.1)\n"
    }
    return log + "#close\t2024-05-01-10-30-00\n"
  }

  /// Suricata EVE records.
  static var eve: String {
    """
    {"timestamp":"2024-05-01T10:05:00.000000+0000","event_type":"http","src_ip":"192.0.2.10","src_port":51001,"dest_ip":"198.51.100.23","dest_port":80,"proto":"TCP","http":{"hostname":"downloads.example","url":"/payload.bin","http_user_agent":"EvilBot/1.0","http_method":"GET","status":200}}
    {"timestamp":"2024-05-01T10:05:02.000000+0000","event_type":"fileinfo","src_ip":"198.51.100.23","src_port":80,"dest_ip":"192.0.2.10","dest_port":51001,"proto":"TCP","fileinfo":{"filename":"/payload.bin","sha256":"0b8c522294106d866765bde4d84798c2c4f9559250108c5f455d8fe77d8f6d86","size":4096}}
    {"timestamp":"2024-05-01T10:06:00.000000+0000","event_type":"tls","src_ip":"2001:db8:10::10","src_port":51002,"dest_ip":"2001:db8:bad::1","dest_port":8443,"proto":"TCP","tls":{"sni":"c2.example","version":"TLS 1.3"}}
    {"timestamp":"2024-05-01T10:07:00.000000+0000","event_type":"flow","src_ip":"192.0.2.30","src_port":51003,"dest_ip":"192.0.2.66","dest_port":9100,"proto":"TCP"}

    """
  }

  /// A web server's access log, combined format.
  static var access: String {
    """
    198.51.100.7 - - [01/May/2024:10:01:00 +0000] "GET /index.html HTTP/1.1" 200 5120 "https://www.example.org/" "Mozilla/5.0 (X11; Linux x86_64) Browser/1.0.154.43"
    203.0.113.99 - - [01/May/2024:10:02:00 +0000] "POST /upload.php HTTP/1.1" 404 153 "-" "EvilBot/1.0"
    198.51.100.8 - - [01/May/2024:10:03:00 +0000] "GET /go?url=http%3A%2F%2Fcdn.evil.example%2Fa HTTP/1.1" 302 0 "http://downloads.example/payload.bin" "Mozilla/5.0"

    """
  }
}
