internal import Indicators
internal import Parsing

/// What tells apart two entries of one kind with one comparison key, in the order of comparison.
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

extension KeyArena {
  /// Why the compiler lets a record go; shown among the feed's refusals.
  enum Refusal: String {
    case valueTooLong = "value-too-long"
    /// A path with more parts than any has.
    case pathTooDeep = "path-too-deep"
    case invalidRecord = "invalid-record"
  }

  init(records: Int, bytes: Int) {
    offsets.reserveCapacity(records)
    lengths.reserveCapacity(records)
    attributes.reserveCapacity(records)
    self.bytes.reserveCapacity(bytes)
  }

  /// Appends the key and the attributes of a record; a refused one has an empty key.
  ///
  /// Feed readers hand on normal forms; what is put right here (a host bit below a prefix, a capital
  /// in a name) is what would let two equal entries pass as different ones.
  mutating func append(_ record: IndicatorRecord, values: [UInt8]) -> Refusal? {
    let start = bytes.count
    offsets.append(UInt64(start))
    let (end, overflow) = record.valueOffset.addingReportingOverflow(UInt64(record.valueLength))
    var refusal: Refusal?
    var entry = EntryAttributes()
    if overflow || end > UInt64(values.count) || record.valueLength == 0 {
      refusal = .invalidRecord
    } else if Int(record.valueLength) > EntryRules.maximumLength(record.kind) {
      refusal = .valueTooLong
    } else {
      bytes.append(contentsOf: values[Int(record.valueOffset)..<Int(end)])
      refusal = canonicalize(record, from: start, &entry)
    }
    if refusal != nil { bytes.removeSubrange(start...) }
    lengths.append(UInt32(bytes.count - start))
    attributes.append(entry.rawValue)
    return refusal
  }

  /// Turns the value that begins at `start` and ends the arena into its comparison key.
  private mutating func canonicalize(
    _ record: IndicatorRecord, from start: Int, _ entry: inout EntryAttributes
  ) -> Refusal? {
    let length = bytes.count - start
    if let width = record.kind.fixedWidth, width != length { return .invalidRecord }
    if EntryRules.ignoresCase(record.kind) { ASCIICase.fold(&bytes, from: start) }
    switch record.kind {
    case .ipv4, .ipv6:
      return canonicalizeAddress(record, from: start, &entry)
    case .domain:
      let mode = record.mode
      entry = EntryAttributes(mode: mode <= .subdomainsOnly ? mode : .exact)
    case .url:
      guard Int(record.schemeLength) <= min(length, 255) else { return .invalidRecord }
      let keyOffset = bytes.withBytes {
        EntryKey.urlKeyOffset(
          $0.extracting(start..<start + length), schemeLength: Int(record.schemeLength))
      }
      // A value that is nothing but a scheme has no key.
      guard keyOffset < length else { return .invalidRecord }
      bytes.removeSubrange(start..<start + keyOffset)
      // A prefix that ends within the authority would match other hosts than the one it names.
      let hasAuthority = bytes.withBytes {
        URLParts.authorityLength($0.extracting(droppingFirst: start)) != nil
      }
      if record.mode == .prefix, !hasAuthority { return .invalidRecord }
      entry = EntryAttributes(
        mode: record.mode == .prefix || record.mode == .path ? record.mode : .exact,
        schemeLength: record.schemeLength, isSchemeStripped: keyOffset > 0)
    case .filename:
      let separators = bytes.withBytes {
        EntryRules.separatorCount($0.extracting(droppingFirst: start))
      }
      if separators > EntryRules.maximumSeparators { return .pathTooDeep }
      entry = EntryAttributes(
        mode: separators > 0 || record.mode == .contains ? .contains : .exact)
    case .text:
      entry = EntryAttributes(mode: .contains, ignoresCase: record.ignoresCase)
    default:
      break
    }
    return nil
  }

  private mutating func canonicalizeAddress(
    _ record: IndicatorRecord, from start: Int, _ entry: inout EntryAttributes
  ) -> Refusal? {
    let width = (bytes.count - start) * 8
    let prefixLength = record.mode == .prefix ? Int(record.prefixLength) : width
    guard prefixLength <= width else { return .invalidRecord }
    for index in 0..<(width / 8) {
      let kept = max(0, min(8, prefixLength - index * 8))
      bytes[start + index] &= UInt8(truncatingIfNeeded: 0xff00 >> kept)
    }
    entry = EntryAttributes(
      prefixLength: UInt8(prefixLength), port: record.port,
      mode: prefixLength == width ? .exact : .prefix)
    return nil
  }
}

/// ASCII letters in lower case.
enum ASCIICase {
  @inline(__always)
  static func fold(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }

  static func fold(_ bytes: inout [UInt8], from start: Int) {
    for index in start..<bytes.count { bytes[index] = fold(bytes[index]) }
  }
}
