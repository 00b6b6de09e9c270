import Indicators
import Parsing

/// What an entry adds to the filter.
struct Candidates {
  enum Value {
    case tail(UInt64), value(UInt64), host(UInt64)
    /// The last two labels of a name, one of which is written as `xn--` (`WideTail`).
    case wideTail(UInt64)
    /// A host that only a word tells, and whether a label of it may be written as `xn--`.
    case otherHost(isWide: Bool)
    /// A last label that begins with a digit.
    case digitLabel(DigitLabels.Label)
  }

  /// Bytes of a name that is looked for label by label.
  static let longestName = 253

  /// Whether a name matches only one that is nothing more.
  private let isWhole: Bool
  /// How many there are, at most four.
  private(set) var count = 0
  // In place, since every entry of a database makes one of these.
  private var first = Value.otherHost(isWide: false)
  private var second = Value.otherHost(isWide: false)
  private var third = Value.otherHost(isWide: false)
  private var fourth = Value.otherHost(isWide: false)

  /// One of them by its place.
  @inline(__always)
  subscript(_ index: Int) -> Value {
    switch index {
    case 0: first
    case 1: second
    case 2: third
    default: fourth
    }
  }

  /// All of them.
  var all: [Value] { (0..<count).map { self[$0] } }

  @inline(__always)
  private mutating func append(_ value: Value) {
    switch count {
    case 0: first = value
    case 1: second = value
    case 2: third = value
    default: fourth = value
    }
    count += 1
  }

  /// Those of an entry's comparison key and raw `MatchMode`.
  @inline(__always)
  init(_ kind: IndicatorKind, key: RawSpan, mode: UInt8) {
    isWhole = kind != .domain || mode == MatchMode.exact.rawValue
    switch kind {
    case .domain: addName(key, 0..<key.byteCount)
    case .email:
      let start = key.lastOffset(of: UInt8(ascii: "@")).map { $0 + 1 } ?? 0
      addName(key, start..<key.byteCount)
    case .url: addHost(key)
    case _ where kind.isDigest:
      append(
        .value(
          SuffixHash.hash(
            digest: key.littleEndianUInt64(unchecked: 0).byteSwapped, width: key.byteCount)))
    default: break
    }
  }

  /// The host of a URL's comparison key.
  private mutating func addHost(_ key: RawSpan) {
    // A path alone is met in captures only.
    if !key.isEmpty, key.byte(unchecked: 0) == Byte.slash { return }
    let end = min((URLKey.authorityLength(key) ?? key.byteCount + 1) - 1, key.byteCount)
    let start = key.lastOffset(of: Byte.slash, from: 0, to: end).map { $0 + 1 } ?? 0
    // A normal form has an `@` where Windows writes the port of a WebDAV share, behind the host.
    var hostEnd = key.firstOffset(of: UInt8(ascii: "@"), from: start, to: end) ?? end
    hostEnd = key.lastOffset(of: Byte.colon, from: start, to: hostEnd) ?? hostEnd
    if let address = IPAddressText.ipv4(key, start..<hostEnd) {
      append(.host(SuffixHash.hash(ipv4: address)))
    } else {
      addName(key, start..<hostEnd)
    }
  }

  /// Whether the walk over a name in text sees this one label by label: none is empty or longer than a label is, no
  /// hyphen at an end is stripped, and the last label is no number.
  private static func isWalked(_ key: RawSpan, _ name: Range<Int>) -> Bool {
    guard name.count <= longestName, key.byte(unchecked: name.lowerBound) != UInt8(ascii: "-"),
      key.byte(unchecked: name.upperBound - 1) != UInt8(ascii: "-")
    else { return false }
    if let masks = NameMasks(key.extracting(name)), masks.dots != 0 {
      return !masks.hasEmptyLabel && !masks.endsInNumber
    }
    let classes = TextClasses.shared
    var start = name.lowerBound
    var isNumber = true
    for offset in name {
      let byte = key.byte(unchecked: offset)
      if byte == Byte.dot {
        guard 1...63 ~= offset - start else { return false }
        start = offset + 1
        isNumber = true
      } else {
        guard classes.is(byte, .label) else { return false }
        if !classes.is(byte, .digit) { isNumber = false }
      }
    }
    return !isNumber && name.upperBound - start <= 63
  }

  /// Whether text above ASCII may stand for a host.
  private static func mayBeWide(_ host: RawSpan) -> Bool {
    WideTail.holdsEncoded(host)
      || host.byteOffsets.contains {
        let byte = host.byte(unchecked: $0)
        return byte >= 0x80 || byte == UInt8(ascii: "%")
      }
  }

  private mutating func addName(_ key: RawSpan, _ name: Range<Int>) {
    let (start, end) = (name.lowerBound, name.upperBound)
    let lastDot = key.lastOffset(of: Byte.dot, from: start, to: end) ?? start
    let lastLabel = lastDot + 1
    let first = lastLabel < end ? key.byte(unchecked: lastLabel) : 0
    let isDigit = Byte.isDigit(first)
    guard lastDot > start, isDigit || Byte.isLetter(first), Self.isWalked(key, name) else {
      let host = key.extracting(name)
      append(.otherHost(isWide: Self.mayBeWide(host)))
      return
    }
    if isDigit {
      append(
        .digitLabel(DigitLabels.label(key.extracting(..<end), from: lastLabel, .shared)))
    }
    let firstLabel = key.lastOffset(of: Byte.dot, from: start, to: lastDot).map { $0 + 1 } ?? start
    if WideTail.isEncoded(key, at: firstLabel) || WideTail.isEncoded(key, at: lastLabel),
      let hash = WideTail.hash(key, firstLabel..<lastLabel - 1, lastLabel..<end)
    {
      append(.wideTail(hash))
    }
    var hash = SuffixHash()
    append(.tail(hash.hash(key, before: end, length: end - firstLabel)))
    let value = hash.hash(key, before: end, length: name.count)
    append(.value(isWhole ? SuffixHash.whole(value) : value))
  }
}
