import Indicators
import Parsing

/// One of several values that mean something only together.
struct JointPart {
  var value: [UInt8]
  var declared: DeclaredKind
  var nameMode: MatchMode
  /// The value is a digest of the file or certificate that all values are about, and identifies it.
  var isIdentity = false

  /// Whether the value is a single address.
  var isAddress: Bool {
    IPAddressText.ipv4(value.rawSpan) != nil || IPAddressText.ipv6(value.rawSpan) != nil
  }

  /// Adds a port to an address; false for any other value, which has no port of its own.
  mutating func join(port: [UInt8]) -> Bool {
    guard isAddress else { return false }
    let isLong = value.contains(Byte.colon)
    value =
      (isLong ? [UInt8(ascii: "[")] : []) + value + (isLong ? [UInt8(ascii: "]")] : [])
      + [Byte.colon] + port
    return true
  }
}

/// One of several values in normal form, and how it is named in their condition.
struct JointMember {
  let value: [UInt8]
  /// Kind and value: distinguishes members, and is what a person reads.
  let text: String
  private let result: ParsedIndicator
  private let mode: MatchMode

  init(_ result: ParsedIndicator, mode: MatchMode, value: [UInt8]) {
    self.result = result
    self.value = value
    self.mode = result.kind == .domain ? mode : result.mode ?? .exact
    var shown: [UInt8] = []
    ValueText.append(
      kind: result.kind, bytes: value.rawSpan, prefixLength: result.prefixLength,
      port: result.port, to: &shown)
    let isBelow = result.kind == .domain && self.mode != .exact
    text = result.kind.name + (isBelow ? ":*." : ":") + String(decoding: shown, as: UTF8.self)
  }

  /// Whether the value says little by itself.
  var isWeak: Bool {
    switch result.kind {
    case .userAgent, .ja3: true
    case .filename: !value.contains { $0 == Byte.slash || $0 == Byte.backslash }
    default: false
    }
  }

  /// The record of the member.
  func record(feed: UInt32, line: UInt32, context: UInt32) -> IndicatorRecord {
    IndicatorRecord(
      kind: result.kind, mode: mode, prefixLength: result.prefixLength,
      ignoresCase: result.kind == .filename, port: result.port,
      schemeLength: result.schemeLength, feed: feed, line: line, context: context,
      valueLength: 0, valueOffset: 0)
  }
}
