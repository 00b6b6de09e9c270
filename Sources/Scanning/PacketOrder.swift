import Capture

/// Where a line or a hit of a capture belongs: its packet, and what led to it in which order.
package struct PacketPlace: Sendable, Comparable {
  /// Packet number, from 1.
  package var packet: UInt64
  /// What became known later has a higher number; hits that share it stand together.
  package var order: UInt64

  package static func < (left: PacketPlace, right: PacketPlace) -> Bool {
    left.packet != right.packet ? left.packet < right.packet : left.order < right.order
  }
}

/// Puts what a capture's flows yield into the order of packets.
///
/// A value may belong to an earlier packet than the one that made it known (a line of a request that came
/// in two packets, a segment that waited for one that never came), so hits wait until no earlier ones can
/// come. They do not wait beyond a limit of memory: then the lower half goes, and a hit that comes too
/// late for its place is counted. What is held, and when, depends on the capture alone.
struct PacketOrder {
  /// Bytes of output that wait.
  private static let limit = 32 << 20

  /// A line or hit that waits.
  private struct Waiting: Ranked {
    struct Rank: Comparable {
      var place: PacketPlace
      /// Equal places keep the order in which they were added.
      var number: UInt64

      static func < (left: Rank, right: Rank) -> Bool {
        left.place != right.place ? left.place < right.place : left.number < right.number
      }
    }

    var rank: Rank
    /// Where it is: bytes of `held`, or with a length of zero a hit of it.
    var start: Int
    var length: Int
  }

  private var waiting = RankedHeap<Waiting>()
  /// What waits, and what was handed on since it was last packed.
  private var held = SegmentOutput()
  /// How much of `held` waits.
  private var heldBytes = 0
  private var number: UInt64 = 0
  /// A segment that alone was added; nothing else waits.
  private var fresh: SegmentOutput?
  private var statistics = ScanStatistics()
  private var released = PacketPlace(packet: 0, order: 0)
  /// Hits that came after one that belongs behind them was handed on.
  private(set) var late: UInt64 = 0

  /// Whether nothing waits.
  var isEmpty: Bool { waiting.isEmpty && fresh == nil }

  /// No packet of what waits has a lower number.
  var lowest: UInt64 { waiting.first?.rank.place.packet ?? .max }

  /// Adds what a part of a stretch yielded.
  mutating func append(_ segment: SegmentOutput) {
    for place in segment.places where place < released { late += 1 }
    statistics.merge(segment.statistics)
    if segment.count == 0 { return }
    if isEmpty {
      fresh = segment
    } else {
      keepFresh()
      keep(segment)
    }
  }

  /// Takes what belongs to packets before a number, in order, and whatever is too much to hold.
  mutating func release(before packet: UInt64) -> SegmentOutput {
    var output = takeFresh(before: packet)
    if output == nil {
      keepFresh()
      output = takeWaiting(before: packet)
    }
    var result = output ?? SegmentOutput()
    swap(&result.statistics, &statistics)
    if let last = result.places.last { released = max(released, last) }
    return result
  }

  /// Takes the only segment as it is, if all of it is due and in order.
  private mutating func takeFresh(before packet: UInt64) -> SegmentOutput? {
    guard let places = fresh?.places, (places.last?.packet ?? 0) < packet,
      zip(places, places.dropFirst()).allSatisfy({ !($1 < $0) })
    else { return nil }
    var segment = fresh.take()
    segment?.statistics = ScanStatistics()
    return segment
  }

  private mutating func takeWaiting(before packet: UInt64) -> SegmentOutput? {
    var bound = PacketPlace(packet: packet, order: 0)
    let heldHits = held.hits.isEmpty ? 0 : waiting.count
    if heldBytes + heldHits * 512 > Self.limit {
      let places = waiting.all.map(\.rank.place).sorted()
      if let last = places.last, !(last < bound) { bound = max(bound, places[places.count / 2]) }
    }
    var output = SegmentOutput()
    while let first = waiting.first, first.rank.place < bound {
      _ = waiting.takeFirst()
      output.places.append(first.rank.place)
      if first.length == 0 {
        output.hits.append(held.hits[first.start])
      } else {
        output.bytes.append(contentsOf: held.bytes[first.start..<first.start + first.length])
        output.lineEnds.append(output.bytes.count)
        heldBytes -= first.length
      }
    }
    pack()
    return output
  }

  // MARK: What waits

  private mutating func keepFresh() {
    if let segment = fresh.take() { keep(segment) }
  }

  private mutating func keep(_ segment: SegmentOutput) {
    let base = held.bytes.count
    var start = 0
    for (index, place) in segment.places.enumerated() {
      let rank = Waiting.Rank(place: place, number: number)
      number += 1
      if index < segment.lineEnds.count {
        let end = segment.lineEnds[index]
        waiting.append(Waiting(rank: rank, start: base + start, length: end - start))
        start = end
      } else {
        waiting.append(Waiting(rank: rank, start: held.hits.count + index, length: 0))
      }
    }
    held.bytes.append(contentsOf: segment.bytes)
    held.hits.append(contentsOf: segment.hits)
    heldBytes += segment.bytes.count
  }

  /// Lets go of what was handed on, once that is more than what waits.
  private mutating func pack() {
    let isSparse = held.bytes.count > 2 * heldBytes || held.hits.count > 2 * waiting.count
    guard isSparse else { return }
    let sparse = held
    var packed = SegmentOutput()
    waiting.updateAll { entry in
      if entry.length == 0 {
        packed.hits.append(sparse.hits[entry.start])
        entry.start = packed.hits.count - 1
      } else {
        let start = packed.bytes.count
        packed.bytes.append(contentsOf: sparse.bytes[entry.start..<entry.start + entry.length])
        entry.start = start
      }
    }
    held = packed
  }
}
