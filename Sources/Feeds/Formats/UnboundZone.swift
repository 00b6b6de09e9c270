import Indicators
import Parsing

/// A name that unbound answers for itself (unbound.conf(5)).
struct UnboundZone {
  /// Where the name is in the line.
  let name: Range<Int>
  /// A zone covers what is below it, a record of its own only its name.
  let nameMode: MatchMode
  /// Whether the answer keeps the name from being reached.
  let isBlocked: Bool

  private static let answers: [StaticString] = [
    "always_nxdomain", "always_null", "always_refuse", "always_nodata", "always_deny", "refuse",
    "deny", "static", "redirect", "inform_deny", "inform_redirect",
  ]

  /// Reads `local-zone: "name" answer` or `local-data: "name A …"`; nil for other lines.
  ///
  /// The quotes may be of any sort, or missing.
  init?(_ line: RawSpan) {
    let isZone = line.starts(with: "local-zone:")
    guard isZone || line.starts(with: "local-data:") else { return nil }
    func isBorder(_ offset: Int) -> Bool {
      let byte = line.byte(unchecked: offset)
      return Text.isSpace(byte) || byte == Byte.quote || byte == Byte.apostrophe
    }
    var start = "local-zone:".utf8.count
    while start < line.byteCount, isBorder(start) { start += 1 }
    var end = start
    while end < line.byteCount, !isBorder(end) { end += 1 }
    guard end > start else { return nil }
    name = start..<end
    nameMode = isZone ? .withSubdomains : .exact
    while end < line.byteCount, isBorder(end) { end += 1 }
    let answer = line.extracting(end..<line.byteCount)
    isBlocked = !isZone || Self.answers.contains { answer.equals(ignoringCase: $0) }
  }
}
