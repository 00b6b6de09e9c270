import Indicators
import Logs
import TestSupport
import Testing

/// The texts that the rules of logs look for, with a byte more or less at either end: what is compared at a value's
/// end must not reach before its start, nor behind its end.
@Suite("Literals with a byte more or less")
struct LiteralEdgeTests {
  /// Texts that the extractor compares with, of every sort.
  static let literals: [String] = [
    // Ends of names and what stands for one; ports, zones and prefixes.
    ".in-addr.arpa", "4.3.2.1.in-addr.arpa", ".ip6.arpa",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "*.a.example",
    ".a.example", "a.zip", "a.app", "xn--", ":443", ":80", "#53", "/24", "%eth0", "%25", "%2F",
    "192.0.2.1", "192.0.2.1-192.0.2.2", "2001:db8::1", "::ffff:192.0.2.1", "[2001:db8::1]:443",
    "rv:192.0.2.1", "~192.0.2.1", "inside:192.0.2.1", "a@a.example", "@", "(0)",
    "(1)a(7)example(0)",
    // Schemes, and what programs write where a value is missing.
    "://", "http://", "https://a.example:443/", "ftp://a", "h**p://a", "hxxp://a", "file://a@SSL/",
    "-", "n/a", "(empty)", "Mozilla/", "GET / HTTP/1.1", "CONNECT", "http/1.1", "TLSv",
    // Digests and their labels, hives, pipes, fingerprints.
    "md5=0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef01234567",
    "00:11:22:33:44:55", "hkey_", "hklm:\\", "registry::hk", "\\\\.\\pipe\\",
    "\\device\\namedpipe\\",
    "t13d1516h2_8daaf6152771_e5627efa2ab1",
    // Times and what is behind them.
    "2024-05-01T10:00:00Z", "2024-05-01 10:00:00 +0000 UTC m=+0.01", "2024-05-01 10:00:00 (UTC)",
    "May  1 10:00:00", "01/May/2024:10:00:00 +0000", "1:00:00 PM UTC", "/Date(1714557600000)/",
    "1714557600.123",
    // Fronts of lines and words in them.
    "<13>1 ", "CEF:0|", "LEEF:2.0|", "%ASA-6-302013: ", "%FTD-1-430003: ", "#Fields: ", "#fields\t",
    "#separator ", "<Event", "[{", "{\"Records\":[", "client 192.0.2.1#53 (a.example)",
    "client @0x7f ",
    "query: ",
    "query[A] ", "reply:", "rpz ", "disabled rpz ", "denied", "IN=", "SRC=", "sep=", "msg=audit(",
    "connection received: host=", "relay=", "DIRECT/", "TCP_DENIED/403", "[client ", ", host: \"",
    "\u{1b}[1m", "\\u001b[", "\\x2e", "\u{feff}", "。", "user@",
  ]

  /// A line, or a whole log, of a format that holds values in fields for names, addresses and URLs.
  enum Format: CaseIterable, Sendable {
    case json, zeek, csv, pairs, cef, access, dnsmasq, bind, text

    func log(_ values: [String]) -> [UInt8] {
      var log = ""
      switch self {
      case .zeek:
        log = "#separator \\x09\n#path\tx\n#fields\thost\turi\tid.resp_h\tts\n"
        log += "#types\tstring\tstring\tstring\ttime\n"
      case .csv: log = "host,url,src_ip,time\n"
      default: break
      }
      for value in values { log += line(value) + "\n" }
      return Array(log.utf8)
    }

    private func line(_ value: String) -> String {
      switch self {
      case .json:
        let text = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
          .replacing("\u{1b}", with: "\\u001b").replacing("\t", with: "\\t")
        return #"{"query":"\#(text)","src_ip":"\#(text)","url":"\#(text)","time":"\#(text)"}"#
      case .zeek:
        let text = value.replacing("\t", with: "\\x09")
        return "\(text)\t\(text)\t\(text)\t1"
      case .csv:
        let text = value.replacing("\"", with: "\"\"")
        return "\"\(text)\",\"\(text)\",\"\(text)\",\"\(text)\""
      case .pairs: return "srcip=192.0.2.9 hostname=\"\(value)\" dstip=\(value) url=\(value)"
      case .cef: return "CEF:0|a|b|1|2|c|5|src=\(value) dhost=\(value) request=\(value)"
      case .access:
        return
          "\(value) 192.0.2.9 - - [10/Oct/2000:13:55:36 +0000] \"GET \(value) HTTP/1.1\" 200 1 "
          + "\"\(value)\" \"\(value)\""
      case .dnsmasq: return "May  1 10:00:00 dnsmasq[1]: query[PTR] \(value) from \(value)"
      case .bind:
        return
          "01-Jan-2024 10:00:00.123 client \(value)#53 (\(value)): query: \(value) IN A + (192.0.2.53)"
      case .text: return value
      }
    }
  }

  /// Bytes that a comparison may take for a part of the literal, or for none.
  private static let edges = [".", "-", ":", "/", " ", "\"", "@", "a", "1"]

  /// A literal as it is, without its first or last byte, and with one before it or behind it.
  private static func variants(_ literal: String) -> [String] {
    [literal, String(literal.dropFirst()), String(literal.dropLast())]
      + edges.flatMap { [$0 + literal, literal + $0] }
  }

  @Test("Read without a trap, as the reference reads them", arguments: Format.allCases)
  func edges(_ format: Format) {
    let values = Self.literals.flatMap(Self.variants)
    let log = format.log(values)
    for purpose in [LogPurpose.extract, .scan] {
      #expect(extract(log, LogOptions(purpose: purpose)).extractor.bytes == UInt64(log.count))
    }
    // Unoptimised, the reference reads some tens of kilobytes a second.
    #if DEBUG
      let step = 29
    #else
      let step = 1
    #endif
    let some = format.log(stride(from: 0, to: values.count, by: step).map { values[$0] })
    let expected = Self.values(ExtractionWay.reference.extract(some))
    let found = Self.values(ExtractionWay.whole.extract(some))
    let differences = found.symmetricDifference(expected).sorted().prefix(10)
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
  }

  /// What was found and where, without the fields: in which a broken line is read is no matter here.
  private static func values(_ found: [ReferenceObservable]) -> Set<String> {
    let own = [.userAgent, .filename, .registryKey, .mutex, .pipe, .ja4].map(\IndicatorKind.name)
    return Set(
      found.lazy.filter { !own.contains($0.kind) }.map {
        "\($0.line):\($0.offset) \($0.kind) \(String(decoding: $0.value, as: UTF8.self))"
      })
  }
}
