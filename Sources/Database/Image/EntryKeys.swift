import Indicators
import Parsing

/// What tells apart entries of one kind with the same comparison key, in the order of comparison.
///
///     bits 48–55  network prefix length
///          32–47  port
///          24–31  mode
///           8–23  length of the scheme
///           1     the key is the value without its `http://` or `https://`
///           0     letters match in either case
struct EntryAttributes: Equatable {
  var rawValue: UInt64

  init(rawValue: UInt64) { self.rawValue = rawValue }

  init(
    prefixLength: UInt8 = 0, port: UInt16 = 0, mode: MatchMode = .exact, schemeLength: UInt16 = 0,
    isSchemeStripped: Bool = false, ignoresCase: Bool = false
  ) {
    rawValue =
      UInt64(prefixLength) << 48 | UInt64(port) << 32 | UInt64(mode.rawValue) << 24
      | UInt64(schemeLength) << 8 | (isSchemeStripped ? 2 : 0) | (ignoresCase ? 1 : 0)
  }

  var prefixLength: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 48) }
  var port: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 32) }
  var mode: MatchMode { MatchMode(rawValue: UInt8(truncatingIfNeeded: rawValue >> 24)) ?? .exact }
  var schemeLength: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 8) }
  var isSchemeStripped: Bool { rawValue & 2 != 0 }
  var ignoresCase: Bool { rawValue & 1 != 0 }
}

/// The comparison keys of all records, read from the collection's own bytes.
///
/// Feed readers hand on normal forms. What is corrected here (a host bit below a prefix, a capital
/// in a name) would let two equal entries pass as different ones. Only corrected keys are copied.
struct RecordKeys {
  /// Why the compiler refuses a record; shown among the feed's refusals.
  enum Refusal: String {
    case valueTooLong = "value-too-long"
    /// A path with more separators than a file name may have.
    case pathTooDeep = "path-too-deep"
    case invalidRecord = "invalid-record"
  }

  let collection: IndicatorCollection
  /// The keys that differ from what the collection holds.
  private var corrected: [UInt8] = []
  private var correctedRanges: [UInt32: Range<Int>] = [:]

  init(_ collection: IndicatorCollection) { self.collection = collection }

  /// Whether any key differs from what the collection holds.
  var hasCorrections: Bool { !corrected.isEmpty }

  /// The key of a record that was admitted.
  @_lifetime(borrow self)
  @inline(__always)
  func key(_ index: UInt32) -> RawSpan {
    let record = collection.records[Int(index)]
    if !correctedRanges.isEmpty, let range = correctedRanges[index] {
      return corrected.rawSpan.extracting(range)
    }
    let start = Int(record.valueOffset)
    let value = collection.values.rawSpan.extracting(start..<start + Int(record.valueLength))
    return record.kind == .url
      ? value.extracting(
        droppingFirst: EntryKey.urlKeyOffset(value, schemeLength: Int(record.schemeLength)))
      : value
  }

  /// Checks a record and corrects its key; to be called once for each record.
  mutating func admit(_ index: UInt32, _ record: IndicatorRecord) -> Refusal? {
    let (end, overflow) = record.valueOffset.addingReportingOverflow(UInt64(record.valueLength))
    guard !overflow, end <= UInt64(collection.values.count), record.valueLength > 0 else {
      return .invalidRecord
    }
    let length = Int(record.valueLength)
    let kind = record.kind
    if length > EntryRules.maximumLength(kind) { return .valueTooLong }
    if let width = kind.fixedWidth, width != length { return .invalidRecord }
    let range = Int(record.valueOffset)..<Int(end)
    switch kind {
    case .ipv4, .ipv6: return admitAddress(index, record, range)
    case .url:
      let value = collection.values.rawSpan.extracting(range)
      guard Int(record.schemeLength) <= min(length, 255) else { return .invalidRecord }
      let key = value.extracting(
        droppingFirst: EntryKey.urlKeyOffset(value, schemeLength: Int(record.schemeLength)))
      // A value that is nothing but a scheme has no key; a prefix that ends within the authority
      // would match other hosts than the one it names.
      if key.isEmpty { return .invalidRecord }
      if record.mode == .prefix, URLKey.authorityLength(key) == nil { return .invalidRecord }
    case .filename:
      let separators = EntryRules.separatorCount(collection.values.rawSpan.extracting(range))
      if separators > EntryRules.maximumSeparators { return .pathTooDeep }
      foldCapitals(index, range)
    case _ where EntryRules.ignoresCase(kind): foldCapitals(index, range)
    default: break
    }
    return nil
  }

  private mutating func foldCapitals(_ index: UInt32, _ range: Range<Int>) {
    guard ASCIICase.hasCapital(collection.values.rawSpan.extracting(range)) else { return }
    let start = corrected.count
    corrected.append(contentsOf: collection.values[range])
    ASCIICase.fold(&corrected, from: start)
    correctedRanges[index] = start..<corrected.count
  }

  /// Clears the bits below an address's prefix.
  private mutating func admitAddress(
    _ index: UInt32, _ record: IndicatorRecord, _ range: Range<Int>
  ) -> Refusal? {
    let width = range.count * 8
    guard record.mode == .prefix else { return nil }
    let prefixLength = Int(record.prefixLength)
    guard prefixLength <= width else { return .invalidRecord }
    let start = corrected.count
    var isRight = true
    for place in 0..<range.count {
      let kept = max(0, min(8, prefixLength - place * 8))
      let byte = collection.values[range.lowerBound + place]
      corrected.append(byte & UInt8(truncatingIfNeeded: 0xff00 >> kept))
      if corrected[start + place] != byte { isRight = false }
    }
    if isRight {
      corrected.removeLast(range.count)
    } else {
      correctedRanges[index] = start..<corrected.count
    }
    return nil
  }

  /// Asks for the cache line of a record.
  @inline(__always)
  func prefetchRecord(_ index: UInt32) {
    collection.records.prefetch(Int(index))
  }

  /// Asks for the cache line of a record's value.
  @inline(__always)
  func prefetchKey(_ index: UInt32) {
    prefetchValue(Int(truncatingIfNeeded: collection.records[Int(index)].valueOffset))
  }

  /// Asks for the cache line of the value at an offset.
  @inline(__always)
  func prefetchValue(_ offset: Int) {
    collection.values.prefetch(offset)
  }

  /// What tells a record's entry apart from others with the same key.
  @inline(__always)
  func attributes(_ index: UInt32) -> EntryAttributes {
    let record = collection.records[Int(index)]
    switch record.kind {
    case .domain:
      return EntryAttributes(mode: record.mode <= .subdomainsOnly ? record.mode : .exact)
    case .ipv4, .ipv6:
      let width: UInt8 = record.kind == .ipv4 ? 32 : 128
      let prefixLength = record.mode == .prefix ? record.prefixLength : width
      return EntryAttributes(
        prefixLength: prefixLength, port: record.port,
        mode: prefixLength == width ? .exact : .prefix)
    case .url:
      return EntryAttributes(
        mode: record.mode == .prefix || record.mode == .path ? record.mode : .exact,
        schemeLength: record.schemeLength,
        isSchemeStripped: key(index).byteCount < Int(record.valueLength))
    case .filename:
      return EntryAttributes(
        mode: EntryRules.separatorCount(key(index)) > 0 || record.mode == .contains
          ? .contains : .exact)
    case .text: return EntryAttributes(mode: .contains, ignoresCase: record.ignoresCase)
    default: return EntryAttributes()
    }
  }
}

/// Folds ASCII capitals to small letters.
enum ASCIICase {
  @inline(__always)
  static func fold(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }

  /// Whether any byte is a capital.
  static func hasCapital(_ bytes: RawSpan) -> Bool {
    var offset = 0
    while offset + 8 <= bytes.byteCount {
      // Bit 7 of each byte: is it at least `A`, and is it above `Z`; bytes above ASCII are neither.
      let word = bytes.littleEndianUInt64(unchecked: offset)
      let low = word & 0x7f7f_7f7f_7f7f_7f7f
      let fromA = low &+ 0x3f3f_3f3f_3f3f_3f3f
      let aboveZ = low &+ 0x2525_2525_2525_2525
      if fromA & ~aboveZ & ~word & 0x8080_8080_8080_8080 != 0 { return true }
      offset += 8
    }
    while offset < bytes.byteCount {
      if bytes.byte(unchecked: offset) &- UInt8(ascii: "A") < 26 { return true }
      offset += 1
    }
    return false
  }

  static func fold(_ bytes: inout [UInt8], from start: Int) {
    for index in start..<bytes.count { bytes[index] = fold(bytes[index]) }
  }
}
