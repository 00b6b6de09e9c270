import TestSupport

/// Lines of the formats that are known line by line, mostly whole and sometimes spoilt.
extension RandomLogs.Maker {
  /// A value of a field: never empty, and without blanks where they would end it.
  private mutating func word() -> String {
    let text = random.below(3) == 0 ? fragments(2) : random.pick(Self.values)
    let kept = text.filter { $0 != " " && $0 != "\"" && $0 != "\n" && $0 != "\r\n" && $0 != "\t" }
    return kept.isEmpty ? "-" : kept
  }

  private mutating func address() -> String {
    random.pick(["192.0.2.1", "198.51.100.9", "2001:db8::1", "::ffff:192.0.2.7", "-", word()])
  }

  private mutating func port() -> String { random.pick(["443", "1", "65535", "0", "08", "x"]) }

  private mutating func phrase() -> String { fragments(5).filter { $0 != "\n" && $0 != "\r\n" } }

  private mutating func iso() -> String {
    random.pick([
      "2024-05-01T10:00:00.123456Z", "2024-05-01T10:00:00+02:00", "2024-05-01T10:00:00",
      "2024-02-30T10:00:00Z", "2024-05-01T10:00:00 Z", "2024-05-01T10:00:00,5-0700",
    ])
  }

  mutating func formatted() {
    var line = random.below(3) == 0 ? syslogHeader() : ""
    switch random.below(12) {
    case 0: line += phrase()
    case 1: line += cef()
    case 2: line += leef()
    case 3: line += access()
    case 4: line += balancer()
    case 5: line += squid()
    case 6: line += filter()
    case 7: line += pairs()
    case 8, 9: line += firewall()
    case 10: line += nameServer()
    default: line += flow()
    }
    // A byte more, less or other, as a bad disk or a bad parser has it.
    if random.below(6) == 0, !line.isEmpty {
      var scalars = Array(line.unicodeScalars)
      let place = random.below(scalars.count)
      switch random.below(3) {
      case 0: scalars.remove(at: place)
      case 1: scalars.insert(random.pick(Array(" |=\"[]:\\,-\u{FF}".unicodeScalars)), at: place)
      default: scalars[place] = random.pick(Array(" |=\"[]:\\,-1a".unicodeScalars))
      }
      line = String(String.UnicodeScalarView(scalars))
    }
    add(line)
  }

  mutating func syslogHeader() -> String {
    let priority = random.pick(["", "", "<13>", "<165>", "<1234>", "<>"])
    let host = random.pick(["host", "a.example", "192.0.2.1", "2001:db8::1", "INFO", word()])
    let tag = random.pick([
      "app: ", "app[1]: ", "a.example[12]: ", "CEF: ", ": ", "", "x[: ", "%x: ",
    ])
    let time = random.pick([
      "Oct 11 22:14:15", "oct  1 22:14:15.003", "Jan  5 2024 08:52:35", "Oct 11 22:14", iso(),
      iso(),
    ])
    switch random.below(8) {
    case 0: return priority
    case 1: return priority + time + ": "
    case 2: return priority + time + " " + tag
    case 3, 4:
      var data = random.pick(["-", "-", "", "[x]"])
      for _ in 0..<random.below(3) {
        data += "[" + random.pick(["id@1", "origin", "a.example"])
        for _ in 0..<random.below(3) {
          data += " " + random.pick(["ip", "port", "host", "x"]) + "=\""
          data += phrase().filter { $0 != "\"" && $0 != "]" && $0 != "\\" }
          data += random.pick(["", "\\\"", "\\]", "\\\\", "\\n"]) + "\""
        }
        data += "]"
      }
      return "<13>1 " + random.pick([iso(), "-"]) + " \(host) app - \(word()) \(data) "
    default: return priority + time + " " + host + " " + tag
    }
  }

  private mutating func cef() -> String {
    var line = random.pick(["CEF:0|", "CEF: 0|", "x CEF:1.0|", "xCEF:0|"])
    for _ in 0..<5 { line += random.pick(["Vendor", "1.2.3.4", word(), "a\\|b\\\\", ""]) + "|" }
    line += random.pick(["5|", "5|", "5", "5\\|"])
    for _ in 0..<random.below(6) {
      line += random.pick([
        "src", "dst", "spt", "dpt", "request", "dhost", "requestMethod", "msg", "fileHash", "rt",
        "sourceTranslatedAddress", "sourceTranslatedPort", "host", "url",
      ])
      line +=
        "="
        + random.pick([
          address(), port(), word(), phrase(), "http://a.example/?b\\=c", "/a\\=b", "CONNECT",
          "x=y",
          "a\\\\b\\n" + word(),
        ])
      line += " "
    }
    return line
  }

  private mutating func leef() -> String {
    var line = random.pick(["LEEF:1.0|", "LEEF:2.0|", "LEEF: 2|", "LEEF:|"])
    for _ in 0..<4 { line += random.pick(["Vendor", word(), "a\\|b"]) + "|" }
    let (named, separator) = random.pick([
      ("", "\t"), ("^|", "^"), ("x7C|", "|"), ("0x09|", "\t"), ("|", "\t"), ("xyz|", "\t"),
      ("5e|", "^"), ("xa6|", "¦"), ("¦|", "¦"),
    ])
    line += named
    for number in 0..<random.below(6) {
      if number > 0 { line += separator }
      line += random.pick(["src", "srcPort", "dst", "dstPort", "url", "host", " md5", "a b", ""])
      line += random.pick(["=", "=", " =", ""])
      line += random.pick([address(), port(), word(), Self.md5, phrase()])
    }
    return line
  }

  private mutating func access() -> String {
    var line = random.pick(["", "", "a.example:443 ", "www.example.com ", "\"x y\" "])
    line += address() + " - " + random.pick(["-", "frank", "John Doe", word()])
    if random.below(6) == 0 {
      return line + " " + iso() + " \"GET /\(word()) HTTP/1.1\" 200 17 \"http://b.example/\" \"x\""
    }
    line +=
      " ["
      + random.pick([
        "10/Oct/2000:13:55:36 -0700", "10/oct/2000:13:55 UTC", "31/Feb/2000:13:55:36 +0000",
        "10/Oct/2000:13:55:36", "1/Oct/2000:13:55:36 -0700", "1/Oct/2000:13:55:36",
        "1/10/2000:13:55:36",
      ])
    line +=
      random.pick(["] \"", "] \"", "] (3 s) \""])
      + random.pick([
        "GET /\(word()) HTTP/1.1", "GET http://a.example/ HTTP/1.0",
        "CONNECT wpgate.zip:443 HTTP/1.1",
        "connect / x", "-", "GET /a\\\"b c", phrase().filter { $0 != "\"" && $0 != "\\" },
      ])
    line += "\"" + random.pick([" 200 17", " 200 -", " x", "", " a.example b.example"])
    for _ in 0..<random.below(5) {
      line += random.pick([
        " \"-\"", " \"http://b.example/\"", " \"Mozilla/5.0 1.2.3.4\"", " 0.01",
        " \"a\\\"b.example\"",
        " \"c.example\"x", " \"",
      ])
    }
    return line
  }

  private mutating func balancer() -> String {
    var line = random.pick(["", "", "http ", "h2 ", "tls 2.0 ", "tls  1.0 ", "ftp "])
    let isNetwork = line.hasPrefix("tls")
    line += iso() + " " + random.pick(["elb", word()]) + " " + (isNetwork ? "listener " : "")
    line += random.pick(["192.0.2.1:443", "2001:db8::1:443", "[2001:db8::1]:1", "-", word() + ":1"])
    line += " " + random.pick(["192.0.2.2:80", "2001:db8::2:08", "-", "x"])
    line += " " + random.pick(["0.1", "-1"]) + " 0.01 0. 200 200 0 29 "
    line += random.pick(["\"GET http://a.example:80/ HTTP/1.1\"", "\"- - - \"", "x"])
    line += " \"" + word() + " 1.2.3.4\" - - " + word() + " \"Root\" \"" + word() + "\" "
    if random.below(2) == 0 {
      line +=
        "\"arn\" 1 2 \"waf\" \"https://b.example/\" \"-\" \"192.0.2.3:80\" \"200\" \"h2\",\"x\""
    }
    return line
  }

  private mutating func squid() -> String {
    random.pick(["1714557600.642", "1714557600.64", "17145.642"]) + "    161 " + address() + " "
      + random.pick(["TCP_MISS/200", "TCP_DENIED/403", "/1", "tcp/2", "X"]) + " 1037 "
      + random.pick(["GET", "CONNECT", "a.example"]) + " "
      + random.pick(["http://a.example/x", "wpgate.zip:443", "[2001:db8::1]:08", word()]) + " "
      + random.pick(["-", "user@a.example"]) + " "
      + random.pick(["DIRECT/" + address(), "HIER_DIRECT/" + address(), "HIER_NONE/-", "NONE"])
      + " "
      + random.pick(["text/html", "-", "", "text/html x.example"])
  }

  private mutating func filter() -> String {
    var line = random.pick(["", "[1.5] ", "[UFW BLOCK] ", "a.example: ", "xIN= "])
    line += random.pick(["IN=eth0 OUT= ", "IN= OUT=a.example ", "IN= ", "in= out= "])
    for _ in 0...random.below(6) {
      line += random.pick([
        "SRC=", "DST=", "SPT=", "DPT=", "PROTO=", "[SRC=", "MAC=", "DF ", "src=", "saddr=",
        "sport=",
      ])
      line +=
        random.pick([address(), port(), "TCP", word() + "]", ""]) + random.pick([" ", " ", "  "])
    }
    return line
  }

  private mutating func pairs() -> String {
    var line = random.pick(["", "", "", "ASM:", address() + "  ", "a.example "])
    let comma = random.below(5) == 0 ? "," : nil
    for _ in 0...random.below(7) {
      line += random.pick([
        "srcip", "srcport", "src", "spt", "dst", "dstPort", "host", "url", "uri", "method",
        "http_port",
        "md5", "serial", "user.name", "a.example", "@x", "id.resp_h", "id.resp_p", "software",
        "client",
        "clientport", "hosthost", "hostport",
      ])
      line += "="
      switch random.below(4) {
      case 0: line += "\"" + phrase().filter { $0 != "\"" && $0 != "\\" } + "\""
      case 1:
        line +=
          "\"" + random.pick(["a\\\"b.example", "{\\\"a\\\":\\\"b.example\\\"}", "\\"]) + "\""
      default:
        line += random.pick([
          address(), port(), word(), "/" + word(), "", "CONNECT", "8080", Self.md5,
          "'a \(word())'", "'a b=c'", "'\(word())", "'' ",
        ])
      }
      line += comma ?? random.pick([" ", " ", " ", "  ", ", "])
    }
    return line
  }

  private mutating func end() -> String {
    let address = address()
    let port = port()
    return random.pick([
      "inside:\(address)/\(port)", "outside:\(address)/\(port) (\(address)/\(port))",
      "\(address)/\(port)",
      "inside/\(address)(\(port))", "\(address)", "\(address).", "inside:\(address)",
      "from (\(address))", "\(address) ==>", "(\(address)/\(port))(LOCAL\\user.name)",
      "\(address)/\(port)(LOCAL\\x)", "(", "()", word(),
    ])
  }

  private mutating func firewall() -> String {
    var line = random.pick([
      "%ASA-6-302013: ", "%ASA-4-106023: ", "%FTD-1-430003: ", "%PIX-6-1:",
      "%ASA-session-6-302013: ", "%ASA-6-302013 ", "%ASA: ",
      "<189>1: sw.example: May  1 2024 10:00:00.123: ",
    ])
    if line.contains("430003") {
      for _ in 0...random.below(5) {
        line += random.pick([
          "SrcIP", "SrcPort", "DstIP", "URL", "UserAgent", "DNSQuery", "x y", "",
        ])
        line += random.pick([": ", ": ", ":"])
        line +=
          random.pick([address(), port(), word(), phrase()]) + random.pick([", ", ", ", ","])
      }
      return line
    }
    line += random.pick([
      "Built outbound ", "Built inbound ", "Teardown ", "Deny ", "access-list x denied ",
    ])
    line += random.pick(["TCP connection 1 ", "udp ", ""])
    for _ in 0...random.below(3) {
      line +=
        random.pick(["for ", "to ", "from ", "src ", "dst ", "-> ", "faddr ", "", "by "]) + end()
        + " "
    }
    return line + phrase()
  }

  private mutating func nameServer() -> String {
    let name = random.pick(["a.example", "wpgate.zip", "x", "4.3.2.1.in-addr.arpa", word()])
    var line = random.pick([
      "01-Jan-2024 10:00:00.123 ", "01-Jan-2024 10:00:00.123 queries: info: ", "", iso() + " ",
      "client ",
    ])
    line += random.pick(["client ", "client @0x7f ", "client @x y ", "Client "])
    line += address() + random.pick(["#53", "#123456", "# ", ""])
    line +=
      random.pick([" (\(name))", "", " ()"]) + random.pick([": ", " ", ": view a.example: "])
    line += random.pick([
      "query: \(name) IN A +E(0)K (192.0.2.53)", "query failed (SERVFAIL) for \(name)/IN/A",
      "query: ",
      "query (cache) '\(name)/ANY/IN' denied", "transfer of '\(name)/IN': done", "query: \(name)",
      "query: \(name) IN A + (2001:db8::53)",
    ])
    return line
  }

  private mutating func flow() -> String {
    "2 123456789010 " + random.pick(["eni-1", "x"]) + " " + address() + " " + address() + " "
      + port() + " " + port() + " 6 20 4249 1714557600 1714557660 "
      + random.pick(["ACCEPT OK", "REJECT OK", "- NODATA", "ACCEPT"])
  }

  // MARK: Files

  /// Records under a header of a flow log, in a list, or line by line.
  mutating func records() {
    switch random.below(3) {
    case 0:
      add(random.pick(["", "x\n", "{\"a\":\"b.example\"}\n"]))
      let names = random.pick([
        "version srcaddr dstaddr srcport dstport", "version x pkt-srcaddr srcaddr dstaddr",
        "srcaddr dstaddr srcport dstport action", "version srcaddr dstaddr x x",
      ])
      add(names + random.pick(["\n", "\r\n"]))
      for _ in 0...random.below(4) {
        switch random.below(4) {
        case 0: mixed()
        case 1: formatted()
        default:
          for number in 0..<5 {
            add((number > 0 ? " " : "") + random.pick([address(), port(), word(), "-", "5"]))
          }
        }
        add("\n")
        if random.below(6) == 0 { add("version y dstaddr srcaddr srcport\n") }
      }
    case 1:
      add(random.pick(["", "", "[", "[{\"a\":1},\n"]))
      add(
        random.pick(["{\"Records\":[", "{ \"records\" : [ ", "{\"Records\":[\n", "{\"Record\":["]))
      for number in 0...random.below(4) {
        if number > 0 { add(random.pick([",", ", ", ",\n", "\n"])) }
        random.below(6) == 0 ? value(depth: 2) : object(depth: 2)
      }
      add(
        random.pick([
          "]}", "]}", "]}]", "]},{}]", "]\n}", "]", "],\"a\":\"b.example\"}", "]}x", "}",
          "] }{\"a\":1}",
        ])
      )
      add(random.pick(["\n", " a.example\n", ""]))
    default:
      for _ in 0...random.below(6) {
        switch random.below(3) {
        case 0: mixed()
        default: formatted()
        }
        add(random.pick(["\n", "\n", "\r\n"]))
      }
    }
  }
}
