import Database
import Indicators
import Parsing

/// Databases that hold nothing but a value, to see where inputs show it.
enum ProbeDatabase {
  /// A database of values, under every kind that they can have, and of texts to find in payloads.
  ///
  /// A name covers those below it as well.
  static func make(
    _ values: [AskedValue], literals: [[UInt8]] = []
  ) throws(DatabaseError) -> IndicatorDatabase {
    var collection = IndicatorCollection()
    let feed = collection.addFeed(FeedDescription(name: "asked", format: "plain"))
    func append(
      _ kind: IndicatorKind, _ mode: MatchMode, _ bytes: [UInt8], _ value: AskedValue?
    ) {
      collection.append(
        IndicatorRecord(
          kind: kind, mode: mode, prefixLength: value?.prefixLength ?? 0,
          ignoresCase: kind == .text, port: value?.port ?? 0,
          schemeLength: value?.schemeLength ?? 0, feed: feed, line: 0, context: 0, valueLength: 0,
          valueOffset: 0),
        value: bytes.rawSpan)
    }
    for value in values {
      for kind in value.kinds {
        let mode: MatchMode =
          switch kind {
          case .domain: .withSubdomains
          case .text: .contains
          default: value.mode ?? .exact
          }
        append(kind, mode, value.bytes, value)
      }
    }
    for literal in literals { append(.text, .contains, literal, nil) }
    return try IndicatorDatabase(DatabaseCompiler.compile(collection))
  }

  /// The name as DNS writes it: each label behind its length.
  static func wireForm(ofName name: [UInt8]) -> [UInt8]? {
    var wire: [UInt8] = []
    for label in name.split(separator: Byte.dot, omittingEmptySubsequences: false) {
      guard !label.isEmpty, label.count < 64 else { return nil }
      wire.append(UInt8(label.count))
      wire += label
    }
    return wire
  }
}
