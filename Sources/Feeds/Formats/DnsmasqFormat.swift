import Indicators
import Parsing

/// dnsmasq's `address=/name/…`, `server=/name/…` and `local=/name/`; several names may share a line.
///
/// Lists for unbound say the same as `local-zone: "name" always_nxdomain`.
struct DnsmasqFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") || line.equals(ignoringCase: "server:") {
      return
    }
    if let zone = UnboundZone(Comment.removed(from: line)) {
      guard zone.isBlocked else {
        sink.refuse(.unsupportedRule, line, line: number)
        return
      }
      sink.add(
        line.extracting(zone.name), as: .kind(.domain), nameMode: zone.nameMode, line: number)
      return
    }
    let rule = Comment.removed(from: line)
    guard var start = Self.firstName(of: rule), Self.blocks(rule) else {
      sink.refuse(.unsupportedRule, line, line: number)
      return
    }
    while let end = rule.firstOffset(of: Byte.slash, from: start) {
      sink.add(rule.extracting(start..<end), as: .kind(.domain), line: number)
      start = end + 1
    }
  }

  /// Whether a rule blocks its names: it gives an address, or no server, or one that never answers.
  ///
  /// The server `#` means the usual ones (dnsmasq(8)).
  private static func blocks(_ line: RawSpan) -> Bool {
    line.starts(with: "address=") || line.byte(unchecked: line.byteCount - 1) == Byte.slash
      || asksNobody(line)
  }

  /// Whether the server is dnsmasq itself, or nowhere.
  ///
  /// With a port it is another server of the host, which answers.
  private static func asksNobody(_ line: RawSpan) -> Bool {
    var start = line.byteCount
    while start > 0, line.byte(unchecked: start - 1) != Byte.slash { start -= 1 }
    let server = line.extracting(start..<line.byteCount)
    return (["127.0.0.1", "0.0.0.0", "::1", "::"] as [StaticString]).contains {
      server.equals(ignoringCase: $0)
    }
  }

  /// Offset of the first name in a line of the format.
  static func firstName(of line: RawSpan) -> Int? {
    let start: Int
    if line.starts(with: "address=/") {
      start = 9
    } else if line.starts(with: "server=/") {
      start = 8
    } else if line.starts(with: "local=/") {
      start = 7
    } else {
      return nil
    }
    return line.firstOffset(of: Byte.slash, from: start) == nil ? nil : start
  }
}
