import Parsing

/// The first bytes of directions of which no reader made anything.
///
/// Others may come in their place, and may be what the receiver has. If the capture lacks the SYN,
/// others may also precede them, since packets that follow one another closely are swapped on their
/// way. Both come soon or not at all. So only the last few directions of a shard are known, and
/// only their bytes in the stretch that is being read: their places there are noted, and the bytes
/// are copied when others come. What is found depends on the capture alone.
@safe
struct FirstSegments {
  /// The bytes that are kept of a direction.
  private struct Slot {
    var side = FlowSide(flow: 0, isFromFirst: false)
    var sequence = SequenceNumber()
    var count = 0
    /// How many segments had other bytes.
    var versions = 0
    /// All of these segments are in `others`.
    var hasAllOthers = true
    /// The stretch in whose memory the pieces are.
    var stretch: UInt64 = 0
    /// The number of pieces there; 0 if the bytes were copied.
    var pieces = 0
  }

  /// A version of the first bytes of a direction.
  struct Version {
    var bytes: [UInt8]
    /// The range of the bytes that changed.
    var changed: Range<Int>
  }

  /// A segment that had other bytes in the place of some of those kept.
  struct Other: Equatable {
    var sequence: SequenceNumber
    var bytes: [UInt8]
  }

  /// All that was kept of a direction.
  struct Kept {
    /// The bytes as the first segments had them.
    var first: [UInt8]
    /// The segments that disagreed, as they came.
    var others: [Other]
    /// No further segments disagreed.
    var hasAllOthers: Bool
  }

  /// A segment's bytes; those in the memory of the present stretch stay there until it ends.
  struct Segment: ~Escapable {
    let bytes: RawSpan
    /// The stretch in whose memory the bytes are; nil if they are elsewhere.
    let stretch: UInt64?

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, stretch: UInt64?) {
      self.bytes = bytes
      self.stretch = stretch
    }
  }

  private static let mostPieces = 4
  /// Bytes of a direction that are kept: those of two packets, as a greeting or a request may have.
  static let longest = 3072
  /// The most segments with other bytes: each costs as much as the bytes kept.
  private static let mostVersions = 64
  /// The most bytes of them that are kept in case other bytes precede all of these.
  private static let mostOtherBytes = 2 * longest

  // In place, since the first bytes of every direction are noted here.
  private var slots = InlineArray<4, Slot>(repeating: Slot())
  /// Where pieces begin, and how long they are: `mostPieces` of each slot.
  private var places = InlineArray<16, UInt>(repeating: 0)
  private var lengths = InlineArray<16, Int>(repeating: 0)
  /// Bytes that were copied; where segments disagreed, as the last of them had them.
  private var copies = InlineArray<4, [UInt8]>(repeating: [])
  /// The bytes as the first segments had them, where the last ones disagreed; else empty.
  private var originals = InlineArray<4, [UInt8]>(repeating: [])
  /// The segments that disagreed, as they came; one that came again at its last place.
  private var others = InlineArray<4, [Other]>(repeating: [])
  private var oldest = 0

  @inline(__always)
  private func index(of side: FlowSide) -> Int? {
    for index in slots.indices
    where slots[index].side == side && slots[index].count > 0 {
      return index
    }
    return nil
  }

  /// Keeps a direction's first segment in the oldest slot, or a further one behind those kept.
  mutating func keep(
    _ segment: Segment, at sequence: SequenceNumber, of side: FlowSide,
    isFirst: Bool,
    present: UInt64
  ) {
    let count = segment.bytes.byteCount
    if isFirst {
      guard count <= Self.longest else { return }
      let index = oldest
      oldest = (oldest + 1) % slots.count
      slots[index] = Slot(
        side: side, sequence: sequence, stretch: present)
      if !originals[index].isEmpty { originals[index].removeAll(keepingCapacity: true) }
      if !others[index].isEmpty { others[index] = [] }
      add(segment, to: index)
    } else if let index = index(of: side),
      slots[index].sequence + slots[index].count == sequence,
      slots[index].count + count <= Self.longest
    {
      guard slots[index].pieces == 0 || slots[index].stretch == present else {
        slots[index].count = 0
        return
      }
      add(segment, to: index)
    }
  }

  private mutating func add(_ segment: Segment, to index: Int) {
    let pieces = slots[index].pieces
    let isFirst = slots[index].count == 0
    if segment.stretch == slots[index].stretch, isFirst || pieces > 0, pieces < Self.mostPieces {
      let place = index * Self.mostPieces + pieces
      // SAFETY: only the address is kept; the bytes there are read only during their stretch
      // (`hold`).
      places[place] = unsafe segment.bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
      lengths[place] = segment.bytes.byteCount
      slots[index].pieces = pieces + 1
    } else {
      if isFirst { copies[index].removeAll(keepingCapacity: true) } else { copy(index) }
      copies[index].append(segment.bytes)
      if !originals[index].isEmpty { originals[index].append(segment.bytes) }
      slots[index].pieces = 0
    }
    slots[index].count += segment.bytes.byteCount
  }

  /// Copies the pieces of a slot, which are in the memory of the present stretch.
  private mutating func copy(_ index: Int) {
    guard slots[index].pieces > 0 else { return }
    copies[index].removeAll(keepingCapacity: true)
    for piece in 0..<slots[index].pieces {
      let place = index * Self.mostPieces + piece
      guard let start = unsafe UnsafeRawPointer(bitPattern: places[place]) else { continue }
      // SAFETY: a stretch's memory stays as it is until all of it was read, and is not given back before.
      copies[index].append(unsafe RawSpan(_unsafeStart: start, byteCount: lengths[place]))
    }
    slots[index].pieces = 0
  }

  /// Copies the bytes of a slot; false, and the slot is emptied, if their stretch is over.
  private mutating func hold(_ index: Int, _ present: UInt64) -> Bool {
    if slots[index].pieces > 0, slots[index].stretch != present {
      slots[index].count = 0
      return false
    }
    copy(index)
    return true
  }

  /// Takes the `count` bytes of a direction from `sequence` on; nil unless just these are kept.
  mutating func take(
    of side: FlowSide, from sequence: SequenceNumber, count: Int, present: UInt64
  ) -> Kept? {
    guard let index = index(of: side), slots[index].count == count,
      slots[index].sequence == sequence, hold(index, present)
    else { return nil }
    slots[index].count = 0
    let first = originals[index].isEmpty ? copies[index] : originals[index]
    return Kept(
      first: first, others: others[index], hasAllOthers: slots[index].hasAllOthers)
  }

  /// The `count` bytes of a direction from `sequence` on, as `rule` has them.
  ///
  /// These are as the first or the last segments had them; nil unless just these are kept.
  mutating func bytes(
    _ rule: ReceiverVersion.Rule, of side: FlowSide, from sequence: SequenceNumber,
    count: Int, present: UInt64
  ) -> [UInt8]? {
    guard let index = index(of: side), slots[index].count == count,
      slots[index].sequence == sequence, hold(index, present)
    else { return nil }
    return rule == .lastWins || originals[index].isEmpty ? copies[index] : originals[index]
  }

  /// Whether a segment differs from the bytes kept of a direction that begins at `base`.
  ///
  /// False if none are kept there.
  mutating func differ(
    _ segment: RawSpan, at sequence: SequenceNumber, of side: FlowSide,
    from base: SequenceNumber,
    present: UInt64
  ) -> Bool {
    guard let index = index(of: side), slots[index].sequence == base
    else { return false }
    let start = sequence.offset(from: base)
    guard start < slots[index].count, hold(index, present) else { return false }
    return !copies[index].has(
      segment, at: start, upTo: min(start + segment.byteCount, slots[index].count))
  }

  /// Puts a segment in the place of kept bytes of a direction that begins at `base`.
  ///
  /// Gives the bytes with it as the last segments had them and, where these differ, as the first
  /// ones had. Empty if no bytes are kept there, if they are the same, or after too many versions.
  mutating func replace(
    _ segment: RawSpan, at sequence: SequenceNumber, of side: FlowSide,
    from base: SequenceNumber,
    present: UInt64
  ) -> [Version] {
    guard
      differ(
        segment, at: sequence, of: side, from: base, present: present),
      let index = index(of: side)
    else { return [] }
    guard slots[index].versions < Self.mostVersions else {
      slots[index].hasAllOthers = false
      return []
    }
    let start = sequence.offset(from: base)
    var last = copies[index]
    guard let changed = Self.put(segment, at: start, into: &last) else { return [] }
    slots[index].versions += 1
    keepOther(segment, at: sequence, index)
    var versions = [Version(bytes: last, changed: changed)]
    if originals[index].isEmpty {
      originals[index] = copies[index]
    } else {
      var first = originals[index]
      if let changed = Self.put(segment, at: start, into: &first), first != last {
        versions.append(Version(bytes: first, changed: changed))
      }
    }
    copies[index] = last
    return versions
  }

  private mutating func keepOther(_ segment: RawSpan, at sequence: SequenceNumber, _ index: Int) {
    var other = Other(sequence: sequence, bytes: [])
    other.bytes.append(segment)
    others[index].removeAll { $0 == other }
    let kept = others[index].reduce(0) { $0 + $1.bytes.count }
    if kept + segment.byteCount <= Self.mostOtherBytes {
      others[index].append(other)
    } else {
      slots[index].hasAllOthers = false
    }
  }

  /// Puts a segment's bytes into `bytes`; gives the range that changed, or nil if none did.
  private static func put(
    _ segment: RawSpan, at start: Int, into bytes: inout [UInt8]
  ) -> Range<Int>? {
    var changed: Range<Int>?
    for offset in 0..<min(segment.byteCount, bytes.count - start) {
      let byte = segment.byte(unchecked: offset)
      guard bytes[start + offset] != byte else { continue }
      bytes[start + offset] = byte
      changed = (changed?.lowerBound ?? start + offset)..<start + offset + 1
    }
    return changed
  }
}
