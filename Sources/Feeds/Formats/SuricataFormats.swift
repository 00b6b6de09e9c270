public import Indicators
import Parsing

/// Suricata's reputation list: `address or prefix,category,score`.
///
/// The score (1–127) becomes the confidence in percent, the category a label; a score of 0 says that
/// nothing is known of the address, so it is no entry.
struct SuricataIPRepFormat: LineFormat {
  /// Cells of a line.
  private struct Row {
    var address: Range<Int>
    var category: Range<Int>
    var score: Int
  }

  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") { return }
    guard let row = Self.row(of: line) else {
      sink.refuse(.malformedLine, line, line: number)
      return
    }
    let address = line.extracting(row.address)
    if row.score == 0 {
      sink.refuse(.zeroScore, address, line: number)
      return
    }
    var context = sink.emptyContext
    context.confidence = UInt8(min(100, (row.score * 100 + 63) / 127))
    let label = sink.collection.intern(
      "iprep-category-" + Text.string(line.extracting(row.category)))
    context.labels = sink.intern(labels: [label])
    sink.setContext(context)
    sink.add(address, as: .network, line: number)
  }

  private static func row(of line: RawSpan) -> Row? {
    guard let first = line.firstOffset(of: Byte.comma),
      let second = line.firstOffset(of: Byte.comma, from: first + 1)
    else { return nil }
    let category = Text.trimmed(line, first + 1..<second)
    // What follows a third comma is left to later versions of the format.
    let end = line.firstOffset(of: Byte.comma, from: second + 1) ?? line.byteCount
    guard let number = Text.number(line.extracting(category)), number <= 60,
      let score = Text.number(line.extracting(Text.trimmed(line, second + 1..<end))), score <= 127
    else { return nil }
    return Row(address: Text.trimmed(line, 0..<first), category: category, score: score)
  }
}

/// What the lines of a Suricata dataset are; they do not show it, since strings are Base64.
public enum DatasetKind: Equatable, Sendable {
  /// Digests and addresses as they are, all else Base64 of a value whose shape decides.
  case any
  /// Base64 of values of one kind.
  case string(IndicatorKind)
  /// MD5 or SHA-256 in hexadecimal digits.
  case digest
  /// Addresses as text.
  case address

  /// Suricata's own name of a type (`string md5 sha256 ipv4 ipv6 ip`), or the name of a kind.
  public init?(name: String) {
    switch name {
    case "string": self = .any
    case "md5", "sha256": self = .digest
    case "ip", "ipv4", "ipv6": self = .address
    default:
      guard let kind = IndicatorKind(name: name) else { return nil }
      self = .string(kind)
    }
  }
}

/// Suricata's dataset, one value a line, and its `datarep`, `value,number`.
struct SuricataDatasetFormat: LineFormat {
  let kind: DatasetKind
  private var decoded: [UInt8] = []

  init(kind: DatasetKind) { self.kind = kind }

  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    var value = line
    var context = sink.emptyContext
    if let comma = line.firstOffset(of: Byte.comma) {
      let reputation = Text.trimmed(line.extracting(comma + 1..<line.byteCount))
      guard let score = Text.number(reputation), score <= 65_535 else {
        sink.refuse(.malformedLine, line, line: number)
        return
      }
      value = Text.trimmed(line.extracting(0..<comma))
      context.description = sink.collection.intern("reputation \(score)")
    }
    sink.setContext(context)
    switch kind {
    case .digest: sink.add(value, as: .digest, line: number)
    case .address: sink.add(value, as: .kind(.ipv4), line: number)
    case .any where Text.isDigest(value): sink.add(value, as: .digest, line: number)
    case .any where IPAddressText.ipv4(value) != nil || IPAddressText.ipv6(value) != nil:
      sink.add(value, as: .network, line: number)
    case .any: addDecoded(value, as: .none, number, &sink)
    // A string set of digests holds their digits in Base64; lists from which sets are made hold the
    // digits.
    case .string(let kind) where kind.isDigest && Text.isDigest(value):
      sink.add(value, as: .kind(kind), line: number)
    case .string(let kind): addDecoded(value, as: .kind(kind), number, &sink)
    }
  }

  private mutating func addDecoded(
    _ value: RawSpan, as declared: DeclaredKind, _ number: UInt64, _ sink: inout FeedSink
  ) {
    decoded.removeAll(keepingCapacity: true)
    guard Base64.decode(value, to: &decoded) else {
      sink.refuse(.malformedBase64, value, line: number)
      return
    }
    let text = decoded
    // A leading dot is how these sets ask for the names below; without it only the name itself
    // matches.
    sink.add(text.rawSpan, as: declared, nameMode: .exact, line: number)
  }
}
