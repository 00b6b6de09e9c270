import Parsing

/// The first bytes of directions of which nothing was made.
///
/// Others may come in their place, which are what the receiver has; and where the capture lacks the SYN, some that
/// precede them, since packets that follow one another closely are swapped on their way. Both come soon or not at all,
/// so only the last few directions are kept, by part of the flows: what is found does not depend on threads.
struct FirstSegments {
  private struct Slot {
    var flow: UInt32 = 0
    var isFromFirst = false
    var sequence: UInt32 = 0
    var count = 0
    /// How many segments had other bytes.
    var versions = 0
  }

  /// The first bytes of a direction as the last segments had them.
  struct Version {
    var bytes: [UInt8]
    /// The bytes that are other ones now.
    var changed: Range<Int>
  }

  /// More would only push other things out of the processor's caches.
  private static let most = 4
  /// Bytes of a direction that are kept: those of two packets, as a greeting or a request may have.
  static let longest = 3072
  /// Each costs as much as the bytes kept.
  private static let mostVersions = 64

  private var slots = [Slot](repeating: Slot(), count: most)
  private var bytes: [UInt8] = []
  private var oldest = 0

  private func index(of flow: UInt32, isFromFirst: Bool) -> Int? {
    slots.firstIndex { $0.flow == flow && $0.isFromFirst == isFromFirst && $0.count > 0 }
  }

  /// Keeps the first segment of a direction in the place of the oldest, or a further one behind those kept.
  mutating func keep(
    _ segment: RawSpan, at sequence: UInt32, of flow: UInt32, isFromFirst: Bool, isFirst: Bool
  ) {
    guard isFirst else {
      return append(segment, at: sequence, of: flow, isFromFirst: isFromFirst)
    }
    guard segment.byteCount <= Self.longest else { return }
    if bytes.isEmpty { bytes = [UInt8](repeating: 0, count: Self.most * Self.longest) }
    slots[oldest] = Slot(
      flow: flow, isFromFirst: isFromFirst, sequence: sequence, count: segment.byteCount)
    segment.copy(to: &bytes, at: oldest * Self.longest)
    oldest = (oldest + 1) % Self.most
  }

  private mutating func append(
    _ segment: RawSpan, at sequence: UInt32, of flow: UInt32, isFromFirst: Bool
  ) {
    guard let index = index(of: flow, isFromFirst: isFromFirst),
      slots[index].sequence &+ UInt32(slots[index].count) == sequence,
      slots[index].count + segment.byteCount <= Self.longest
    else { return }
    segment.copy(to: &bytes, at: index * Self.longest + slots[index].count)
    slots[index].count += segment.byteCount
  }

  /// The bytes of a direction from a number on, if they are all there; they are kept no longer.
  mutating func take(
    of flow: UInt32, isFromFirst: Bool, from sequence: UInt32, count: Int
  ) -> [UInt8]? {
    guard let index = index(of: flow, isFromFirst: isFromFirst), slots[index].count == count,
      slots[index].sequence == sequence
    else { return nil }
    slots[index].count = 0
    return Array(bytes[index * Self.longest..<index * Self.longest + count])
  }

  /// Puts a segment in the place of bytes of a direction that begins at a number; nil where none of these are kept, or
  /// they are the same.
  mutating func replace(
    _ segment: RawSpan, at sequence: UInt32, of flow: UInt32, isFromFirst: Bool, from base: UInt32
  ) -> Version? {
    guard let index = index(of: flow, isFromFirst: isFromFirst), slots[index].sequence == base,
      slots[index].versions < Self.mostVersions
    else { return nil }
    let (start, place) = (Int(sequence &- base), index * Self.longest)
    guard start < slots[index].count else { return nil }
    var changed: Range<Int>?
    for offset in 0..<min(segment.byteCount, slots[index].count - start) {
      let byte = segment.byte(unchecked: offset)
      guard bytes[place + start + offset] != byte else { continue }
      bytes[place + start + offset] = byte
      changed = (changed?.lowerBound ?? start + offset)..<start + offset + 1
    }
    guard let changed else { return nil }
    slots[index].versions += 1
    return Version(
      bytes: Array(bytes[place..<place + slots[index].count]), changed: changed)
  }
}
