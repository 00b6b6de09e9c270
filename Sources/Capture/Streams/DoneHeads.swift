import Parsing

/// The first bytes of directions that are done, or of answers, to know them when they come again.
///
/// Other bytes that come in their place may be what the receiver has, and are read. The same bytes
/// once more, as a second tap brings them a little later, yield nothing. Only the last few
/// directions of a shard are known.
struct DoneHeads {
  private struct Slot {
    var side = FlowSide(flow: 0, isFromFirst: false)
    var sequence = SequenceNumber()
    var bytes: [UInt8] = []
    /// Hashes of other bytes that were read in their place.
    var others: [UInt64] = []
  }

  private static let most = 32
  private static let mostOthers = 8

  /// The most bytes of a direction that are kept.
  private let longest: Int
  private var slots: [Slot] = []
  private var oldest = 0

  init(longest: Int) { self.longest = longest }

  /// Keeps the bytes read of a direction, the last of which lies before `end`.
  mutating func keep(_ bytes: [UInt8], upTo end: SequenceNumber, of side: FlowSide) {
    keep(bytes.rawSpan, at: end - bytes.count, of: side)
  }

  /// Keeps bytes read of a direction in the place of those that were kept.
  mutating func keep(_ bytes: RawSpan, at sequence: SequenceNumber, of side: FlowSide) {
    guard bytes.byteCount > 0 else { return }
    let index = take(side)
    slots[index].sequence = sequence
    slots[index].bytes.append(bytes.extracting(0..<min(bytes.byteCount, longest)))
  }

  /// How bytes compare with those read in their place before.
  enum Comparison {
    /// Nothing is known of the bytes there.
    case unknown
    /// The bytes are the same, or came here before.
    case same
    /// The bytes differ: the kept ones with these in their place, and the range of these.
    case different([UInt8], Range<Int>)
  }

  /// Compares bytes that come in the place of read ones; those that differ are known from now on.
  mutating func compare(
    _ payload: RawSpan, at sequence: SequenceNumber, of side: FlowSide
  ) -> Comparison {
    guard
      let index = slots.firstIndex(where: { $0.side == side })
    else { return .unknown }
    let start = sequence - slots[index].sequence
    let kept = slots[index].bytes
    guard start >= 0, start < kept.count else { return .unknown }
    let end = start + payload.byteCount
    if kept.has(payload, at: start, upTo: min(end, kept.count)) {
      // If only the first `longest` bytes are kept, those behind them may differ.
      return end <= kept.count || kept.count < longest ? .same : .unknown
    }
    let hash = ContentHash.hash(payload, of: UInt64(sequence.rawValue))
    if slots[index].others.contains(hash) { return .same }
    if slots[index].others.count == Self.mostOthers { slots[index].others.removeFirst() }
    slots[index].others.append(hash)
    var bytes = Array(kept[..<start])
    bytes.append(payload)
    if end < kept.count { bytes += kept[end...] }
    return .different(bytes, start..<end)
  }

  /// Whether bytes differ from those kept of their place.
  func differ(_ payload: RawSpan, at sequence: SequenceNumber, of side: FlowSide) -> Bool {
    guard let slot = slots.first(where: { $0.side == side }) else { return false }
    let start = sequence - slot.sequence
    return start >= 0 && start < slot.bytes.count
      && !slot.bytes.has(
        payload, at: start, upTo: min(start + payload.byteCount, slot.bytes.count))
  }

  /// Keeps bytes that were read alone, unless bytes of their direction are kept already.
  mutating func keepAlone(
    _ payload: RawSpan, at sequence: SequenceNumber, of side: FlowSide
  ) {
    if slots.contains(where: { $0.side == side }) { return }
    keep(payload, at: sequence, of: side)
  }

  /// A slot for a direction: its own, or the oldest, emptied.
  private mutating func take(_ side: FlowSide) -> Int {
    var index = slots.firstIndex { $0.side == side }
    if index == nil, slots.count < Self.most {
      slots.append(Slot())
      index = slots.count - 1
    }
    let taken = index ?? oldest
    if index == nil { oldest = (oldest + 1) % Self.most }
    slots[taken].side = side
    slots[taken].bytes.removeAll(keepingCapacity: true)
    slots[taken].others.removeAll(keepingCapacity: true)
    return taken
  }
}
