import TestSupport

/// Logs put together from fragments that are known to be nasty.
enum RandomLogs {
  enum Shape: CaseIterable, Sendable {
    case text, json, mixed, zeek, w3c, csv, lines, records, bytes
  }

  static func log(_ shape: Shape, seed: UInt64) -> [UInt8] {
    var maker = Maker(random: SeededGenerator(seed: seed))
    switch shape {
    case .text: maker.lines { $0.text() }
    case .json: maker.lines { $0.object(depth: 0) }
    case .mixed: maker.lines { $0.mixed() }
    case .zeek: maker.zeek()
    case .w3c: maker.w3c()
    case .csv: maker.csv()
    case .lines: maker.lines { $0.formatted() }
    case .records: maker.records()
    case .bytes: maker.bytes()
    }
    return maker.output
  }

  /// The log with separators written as people write them so that nobody clicks, here and there.
  static func defanged(_ log: [UInt8], seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: seed ^ 0x5eed)
    var result: [UInt8] = []
    for (index, byte) in log.enumerated() {
      let text: String?
      switch byte {
      case UInt8(ascii: "."):
        text = random.pick([
          nil, nil, "[.]", "(.)", "{.}", "[dot]", "(DOT)", "[.", ".]", "\\.", "\\\\.", "[\\u002e]",
          "\\u005b.]", "[d\\u006ft]",
        ])
      case UInt8(ascii: ":"): text = random.pick([nil, nil, nil, "[:]", "[://]"])
      case UInt8(ascii: "@"): text = random.pick([nil, "[@]", "[at]", "(at)"])
      case UInt8(ascii: "/"): text = random.pick([nil, nil, nil, "[/]", "[\\/]"])
      case UInt8(ascii: "t") where index > 0 && log[index - 1] == UInt8(ascii: "h"):
        text = random.pick([nil, "x"])
      default: text = nil
      }
      if let text { result += Array(text.utf8) } else { result.append(byte) }
    }
    for (plain, broken) in [("hxtp", "hxxp"), ("http", "h**p"), ("ftp:", "fxp:")] {
      let (from, to) = (Array(plain.utf8), Array(broken.utf8))
      var offset = 0
      while offset + from.count <= result.count {
        if result[offset..<offset + from.count].elementsEqual(from), random.below(2) == 0 {
          result.replaceSubrange(offset..<offset + from.count, with: to)
        }
        offset += 1
      }
    }
    return result
  }

  struct Maker {
    var random: SeededGenerator
    var output: [UInt8] = []

    static let md5 = "0123456789abcdef0123456789ABCDEF"

    static let values: [String] = [
      "evil.example", "WWW.Evil.Example", "a.b.test", "192.0.2.1", "198.51.100.255", "256.1.1.1",
      "192.0.2.01", "2001:db8::1", "2001:DB8:0:0:0:0:0:1", "::1", "::", "::ffff:192.0.2.1",
      "fe80::1%eth0", "2001:db8:1:2:3:4:5:6:443", "00:11:22:33:44:55:66:77", "52:54:00:12:35:02",
      "http://evil.example/.a/..,/...;b/./..", "evil.example/.,..;", "12:34:56",
      "wget+http://evil.example/a", "https://u:p@evil.example:8443/%7e/../x?q=%2f#f",
      "x.-ftp://192.0.2.1/x", "http://[2001:db8::1]:80/", "http://intranet/", "http://",
      "file://Files.example@SSL/a", "file://192.0.2.1@8080/x",
      "file://www.evil.example@80)", "file://u@80@b.example/",
      "user@evil.example", "a+b.c@evil.test", "@evil.example", "x@192.0.2.1", "get.wpgate.zip",
      "wpgate.zip", "main.py", "Safari.app", md5, md5 + "01234567", md5 + md5, md5 + "0",
      "bücher.example", "例え.テスト", "访问www.example.com查看", "１.２.３.４", "evil。example", "a..b.example",
      "4.3.2.1.in-addr.arpa", "xn--bcher-kva.example", "xn--.example", "example.com_",
      "user.name", "localhost", "test", "1", "443",
      "AB:" + String(repeating: "CD:", count: 18) + "EF", "Mozilla/5.0 Chrome/1.2.3.4",
    ]

    static let long: [String] = [
      String(repeating: "x", count: 63) + ".test", String(repeating: "x", count: 64) + ".test",
      String(repeating: "x.", count: 124) + "test", String(repeating: "x.", count: 125) + "test",
    ]

    static let glue: [String] = [
      " ", " ", " ", "\t", ":", "::", ":443", ":80", "#53", "/", "//", "/24", "\\", "\\\\", "@",
      "=",
      "-", ".", "..", "_", "~", "rv:", ",", ";", "'", "\"", "(", ")", "[", "]", "<", ">", "{", "}",
      "|", "%", "%2F", "%2f%2F", "%5C", "%3A", "%25", "%252F", "%41", "%2E", "%20", "%4", "->", "!",
      "?", "*", "+", "$", "`", "^", "\u{1B}[31m", "\u{1B}[", "\u{1B}", "\u{0}", "\u{7F}", "。", "，",
      "\u{200B}", "\u{FEFF}", "\u{A0}", "\u{AD}", "\u{200D}", "é", "中", "ß", "\u{301}", "²", "“",
      "SRC=", "SPT=", "DST=", "DPT=", "srcip=", "srcport=", "MD5=", "IMPHASH=", "ja3: ",
      "sha3-256=",
      "\"Mozilla/5.0 ", "inside:", "en0-:", "://", "http://", "x://", ",O=", ",CN=", "\\x2f", "\\n",
      "\\u002f", "\\/", "a", "f", "g", "Z", "0", "9",
    ]

    static let keys: [String] = [
      "a", "host", "hostname", "query", "answers", "san.dns", "server_name", "uri", "url",
      "http_port", "id.resp_h", "id.resp_p", "src_ip", "src_port", "user_agent", "software",
      "version", "ja3", "hash", "fingerprint", "cert_chain_fps", "serial", "cipher_alg",
      "kexAlgorithms", "hassh", "string", "md5", "method", "evil.example", "msg", "x\\u0041", "é",
      "x.host", "x.uri", "x.http_port",
    ]

    mutating func add(_ text: String) { output += Array(text.utf8) }

    mutating func fragments(_ most: Int) -> String {
      var text = ""
      for _ in 0...random.below(most) {
        text += random.below(5) < 2 ? random.pick(Self.values) : random.pick(Self.glue)
        if random.below(60) == 0 { text += " " + random.pick(Self.long) + random.pick(Self.glue) }
      }
      return text
    }

    mutating func lines(_ line: (inout Maker) -> Void) {
      for _ in 0...random.below(3) {
        line(&self)
        add(random.pick(["\n", "\n", "\n", "\r\n", ""]))
      }
    }

    mutating func text() {
      for _ in 0...random.below(3) {
        add(fragments(8))
        if random.below(12) == 0 { output.append(random.pick([0xFF, 0xC3, 0xE4, 0x80, 0xED])) }
      }
      if random.below(10) == 0 { object(depth: 2) }
    }

    /// A JSON string of fragments, with escapes where they must be and some where they need not.
    mutating func string(_ text: String) {
      add("\"")
      for byte in text.utf8 {
        switch byte {
        case 0x22: add("\\\"")
        case 0x5C: add("\\\\")
        case 0x2F where random.below(2) == 0: add("\\/")
        case 0x09: add("\\t")
        case 0..<0x20: add("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
        case 0x2E where random.below(8) == 0: add("\\u002e")
        default: output.append(byte)
        }
      }
      add("\"")
    }

    mutating func value(depth: Int) {
      switch random.below(10) {
      case 0 where depth < 3: object(depth: depth + 1)
      case 1 where depth < 3:
        add("[")
        for number in 0..<random.below(3) {
          if number > 0 { add(",") }
          value(depth: depth + 1)
        }
        add("]")
      case 2: add(random.pick(["1", "80", "8080", "-1.5e3", "true", "null", "01", "nul"]))
      case 3:
        var inner = Maker(random: random)
        inner.object(depth: 2)
        random = inner.random
        string(String(decoding: inner.output, as: UTF8.self))
      case 4, 5: string(random.pick(Self.values))
      case 6: string("/" + fragments(3))
      default: string(fragments(5))
      }
    }

    mutating func object(depth: Int) {
      let space = random.pick(["", "", " ", "\n", "\r\n  ", "\t"])
      add("{" + space)
      for number in 0..<random.below(5) {
        if number > 0 { add("," + space) }
        add("\"" + random.pick(Self.keys) + "\":" + random.pick(["", " "]))
        value(depth: depth)
      }
      add(space + "}")
      if random.below(25) == 0 { output.removeLast() }
    }

    mutating func mixed() {
      switch random.below(8) {
      case 0: text()
      case 1:
        add(random.pick(["[", "[\n", " [ "]))
        for number in 0..<random.below(4) {
          if number > 0 { add(random.pick([",", ", ", ",\n", "\n"])) }
          random.below(5) == 0 ? value(depth: 2) : object(depth: 2)
        }
        add(random.pick(["]", "\n]", "", "]x"]))
      case 2:
        object(depth: 1)
        add(random.pick(["", " ", ",", "x", "\t", "}"]))
        object(depth: 1)
      case 3:
        add(random.pick(["{", "[", "[{", "{\"", "[\"a.test\"", "{}", "[]"]))
        text()
      case 4:
        add("Jan 1 host app: ")
        object(depth: 1)
      case 5:
        add(random.pick(["#separator \\x09", "#Fields: a b c", "a,b,c", "", " ", "\u{FEFF}"]))
      default: object(depth: 0)
      }
    }

    mutating func zeek() {
      let columns = (0..<1 + random.below(6)).map { _ in random.pick(Self.keys) }
      let types = columns.map { name in
        name.hasSuffix("_h") || name.hasSuffix("_ip")
          ? "addr"
          : random.pick([
            "string", "string", "vector[string]", "set[string]", "table[string]", "enum", "port",
            "count",
          ])
      }
      add("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n")
      add("#fields\t" + columns.joined(separator: "\t") + "\n")
      add("#types\t" + types.joined(separator: "\t") + "\n")
      for _ in 0...random.below(4) {
        if random.below(12) == 0 {
          text()
        } else {
          let width = random.below(10) == 0 ? 1 + random.below(6) : columns.count
          let cells = (0..<width).map { _ in
            random.pick([
              "-", "(empty)", "80", random.pick(Self.values), "/" + fragments(2), fragments(4),
              random.pick(Self.values) + "," + random.pick(Self.values),
            ]).filter { $0 != "\t" }
          }
          add(cells.joined(separator: "\t"))
        }
        add("\n")
        if random.below(10) == 0 { add("#close\tevil.example\n") }
      }
    }

    mutating func w3c() {
      let names = [
        "date", "time", "c-ip", "c-port", "s-ip", "cs-method", "cs-uri-stem", "cs-uri-query",
        "cs-host", "cs(Host)", "cs(User-Agent)", "x",
      ]
      let columns = (0..<1 + random.below(6)).map { _ in random.pick(names) }
      add("#Software: evil.example\n#Fields: " + columns.joined(separator: " ") + "\n")
      for _ in 0...random.below(4) {
        let width = random.below(10) == 0 ? 1 + random.below(6) : columns.count
        for number in 0..<width {
          if number > 0 { add(random.pick([" ", " ", "  "])) }
          let cell = random.pick([
            "-", random.pick(Self.values), "/" + fragments(2), fragments(3), "80",
          ]).filter { $0 != " " && $0 != "\t" && $0 != "\"" }
          if number < columns.count, ["date", "time"].contains(columns[number]),
            random.below(6) > 0
          {
            add(
              random.pick([
                "2024-05-01", "10:00:00", "-", "01/May/2024", "1.5.2024", "20240501", "2024-05",
                "1714557600.5", "192.0.2.1", "2024-05-01T10:00:00", "1:", "1:2", "1-2-3-4",
              ]))
            continue
          }
          add(random.below(6) == 0 ? "\"\(cell) x\"" : cell.isEmpty ? "-" : cell)
        }
        add(random.pick(["\n", "\n", "\r\n"]))
        if random.below(10) == 0 { add("#Date: evil.example\n") }
      }
    }

    mutating func csv() {
      let names = Self.keys.filter { $0 != "evil.example" && !$0.contains("\\") }
      let columns = Set((0..<3 + random.below(4)).map { _ in random.pick(names) }).sorted()
      add(columns.joined(separator: ",") + "\n")
      for _ in 0...random.below(30) {
        let width = random.below(60) == 0 ? 1 + random.below(8) : columns.count
        for number in 0..<width {
          if number > 0 { add(",") }
          let cell = random.pick([random.pick(Self.values), fragments(2), "80", ""])
          if random.below(3) == 0 {
            add("\"")
            for byte in cell.utf8 { output += byte == 0x22 ? [0x22, 0x22] : [byte] }
            if random.below(6) == 0 { add("\nb.test") }
            add("\"")
          } else {
            add(cell.filter { $0 != "," && $0 != "\"" && $0 != "\n" })
          }
        }
        add(random.pick(["\n", "\n", "\r\n"]))
      }
    }

    /// Anything at all, mostly of the characters that mean something.
    mutating func bytes() {
      let alphabet = Array("aZ09fF.:-_/@%=\"'{}[],#\\ \n\t~".utf8) + [0xC3, 0xA9, 0xFF, 0x1B]
      for _ in 0...random.below(80) { output.append(random.pick(alphabet)) }
    }
  }
}
