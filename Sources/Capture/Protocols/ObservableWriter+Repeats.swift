import Glibc
import Indicators
import Parsing

/// Finds values that a packet, a message or an earlier version of it already has.
extension ObservableWriter {
  /// The most values of a packet that are compared one by one; with more, values are found by hash.
  private static let few = 12

  /// The observable of the packet or message that has the value, or -1; `addsIt` says that the
  /// value is written next if there is none.
  @inline(__always)
  mutating func known(
    _ field: CaptureField, _ kind: IndicatorKind, from start: Int, addsIt: Bool
  ) -> Int {
    let (first, count) = (packetStart, batch.observables.count)
    if count &- first > Self.few { return knownByHash(field, kind, from: start, addsIt: addsIt) }
    var index = first
    while index < count {
      if isSame(index, field, kind, from: start) { return index }
      index &+= 1
    }
    return -1
  }

  @inline(never)
  private mutating func knownByHash(
    _ field: CaptureField, _ kind: IndicatorKind, from start: Int, addsIt: Bool
  ) -> Int {
    if seen.isFull { seen.removeAll() }
    if seen.isEmpty {
      seen.reserve(batch.observables.count - packetStart)
      for index in packetStart..<batch.observables.count {
        let other = batch.observables[index]
        let begin = Int(other.offset)
        seen.insert(
          Self.hash(
            batch.arena, begin..<begin + Int(other.length), salt: Self.salt(other.field, other.kind)
          ),
          UInt32(truncatingIfNeeded: index))
      }
    }
    let hash = Self.hash(
      batch.arena, start..<batch.arena.count, salt: Self.salt(fields[field.rawValue], kind))
    var probe = 0
    while let index = seen.candidate(hash, probe) {
      if isSame(Int(index), field, kind, from: start) { return Int(index) }
      probe += 1
    }
    if addsIt { seen.insert(hash, UInt32(truncatingIfNeeded: batch.observables.count)) }
    return -1
  }

  private static func salt(_ field: UInt16, _ kind: IndicatorKind) -> Int {
    Int(field) << 8 | Int(kind.rawValue)
  }

  /// Whether an observable has the value at the end of the arena, and belongs to the same packet or
  /// message.
  @inline(__always)
  private func isSame(
    _ index: Int, _ field: CaptureField, _ kind: IndicatorKind, from start: Int
  ) -> Bool {
    isSameValue(index, field, kind, from: start)
      && (index >= messageStart
        || batch.records[Int(batch.observables[index].record)].number == number)
  }

  /// Whether an observable has the value at the end of the arena.
  @inline(__always)
  func isSameValue(
    _ index: Int, _ field: CaptureField, _ kind: IndicatorKind, from start: Int
  ) -> Bool {
    let length = batch.arena.count &- start
    let other = batch.observables[index]
    return Int(other.length) == length && other.field == fields[field.rawValue]
      && other.kind == kind && Self.isEqual(batch.arena, Int(other.offset), start, length)
      && (kind != .text || other.flags.contains(.pattern) == keepsPatterns)
  }

  private static func isEqual(_ arena: [UInt8], _ left: Int, _ right: Int, _ length: Int) -> Bool {
    // SAFETY: both ranges are in the arena: one is an observable's, the other ends at the arena's
    // end.
    unsafe arena.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return true }
      return unsafe memcmp(base + left, base + right, length) == 0
    }
  }

  // MARK: Versions

  /// The sorted hashes, for `written`, of the present packet's values; with `ofAll`, of all values
  /// written since the packet began.
  func writtenValues(ofAll: Bool = false) -> [UInt64] {
    (packetStart..<batch.observables.count).compactMap { index in
      let value = batch.observables[index]
      guard ofAll || batch.records[Int(value.record)].number == number else { return nil }
      let start = Int(value.offset)
      return writtenHash(
        Self.salt(value.field, value.kind), start..<start + Int(value.length))
    }
    .sorted()
  }

  /// Whether the value at the end of the arena is one of `written`.
  func isWritten(_ field: CaptureField, _ kind: IndicatorKind, from start: Int) -> Bool {
    let hash = writtenHash(Self.salt(fields[field.rawValue], kind), start..<batch.arena.count)
    var (low, high) = (0, written.count)
    while low < high {
      let middle = (low + high) / 2
      if written[middle] < hash { low = middle + 1 } else { high = middle }
    }
    return low < written.count && written[low] == hash
  }

  /// A hash of the value at the end of the arena, from `start` on.
  func valueHash(from start: Int) -> UInt64 {
    let range = start..<batch.arena.count
    return UInt64(Self.hash(batch.arena, range, salt: 1)) << 32
      | UInt64(Self.hash(batch.arena, range, salt: 2))
  }

  /// A hash of a value, its field and its packet.
  private func writtenHash(_ salt: Int, _ range: Range<Int>) -> UInt64 {
    let salt = salt ^ Int(truncatingIfNeeded: number &<< 24)
    let high = UInt64(Self.hash(batch.arena, range, salt: salt))
    return high << 32 | UInt64(Self.hash(batch.arena, range, salt: ~salt))
  }

  /// A hash of some of the arena's bytes: eight at a time, multiplied and folded.
  private static func hash(_ bytes: [UInt8], _ range: Range<Int>, salt: Int) -> UInt32 {
    // SAFETY: the span does not leave the closure, and every load is inside it.
    unsafe bytes.withUnsafeBytes { buffer in
      let value = unsafe buffer.bytes.extracting(0..<range.upperBound)
      var hash = UInt64(truncatingIfNeeded: salt) &* 0x9e37_79b9_7f4a_7c15
      var offset = range.lowerBound
      while value.byteCount &- offset >= 8 {
        hash = (hash ^ value.littleEndianUInt64(unchecked: offset)) &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 32
        offset &+= 8
      }
      var rest: UInt64 = 0
      while offset < value.byteCount {
        rest = rest << 8 | UInt64(value.byte(unchecked: offset))
        offset &+= 1
      }
      hash = (hash ^ rest) &* 0xc4ce_b9fe_1a85_ec53
      return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }
  }
}
