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
  private struct Waiting: Comparable {
    var place: PacketPlace
    /// Equal places keep the order in which they were added.
    var number: UInt64
    /// Where it is: bytes of `held`, or with a length of zero a hit of it.
    var start: Int
    var length: Int
    /// Of a packed line: which of `held.packs` has it.
    ///
    /// Then `start` is where in that, and `length` about what the line's will be.
    var pack: Int32 = -1
    var isPacked: Bool { pack >= 0 }

    static func < (left: Waiting, right: Waiting) -> Bool {
      left.place != right.place ? left.place < right.place : left.number < right.number
    }
  }

  /// What waits, in order if `isSorted`, from `next` on; before that what was handed on.
  private var waiting: [Waiting] = []
  private var next = 0
  /// How many from `next` on were handed on before their stretch was over.
  ///
  /// They count among what waits until then, so that the limit bites at the same place wherever a stretch was paused.
  private var ahead = 0
  /// Whether anything was handed on for want of room, so that others may come that belong before it.
  private var hasCut = false
  private var isSorted = true
  /// The lines and hits of `waiting`.
  private var held = SegmentOutput()
  /// Bytes of `held` that wait.
  private var heldBytes = 0
  /// The same without the input's path in each line.
  private var heldCost = 0
  private let pathLength: Int
  private static let longestPath = 256
  private var number: UInt64 = 0
  /// A segment that alone was added; nothing else waits.
  private var fresh: SegmentOutput?
  private var statistics = ScanStatistics()
  private var released = PacketPlace(packet: 0, order: 0)
  /// No packet of what waits has a lower number.
  private(set) var lowest = UInt64.max
  /// Hits that came after one that belongs behind them was handed on.
  private(set) var late: UInt64 = 0

  /// For lines in which a path of some bytes stands: what is held, and when, depends on the capture alone and not on
  /// its name.
  init(pathLength: Int) { self.pathLength = min(pathLength, Self.longestPath) }

  /// Whether nothing waits.
  var isEmpty: Bool { next == waiting.count && fresh == nil }

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
    return handOn(output)
  }

  /// Takes what belongs to packets before a number while the stretch is paused.
  mutating func releaseAhead(before packet: UInt64) -> SegmentOutput {
    keepFresh()
    guard !hasCut, lowest < packet else { return handOn(nil) }
    sortWaiting()
    var output = SegmentOutput()
    let first = next + ahead
    ahead += take(from: first, before: PacketPlace(packet: packet, order: 0), to: &output)
    setLowest()
    return handOn(output)
  }

  private mutating func handOn(_ output: consuming SegmentOutput?) -> SegmentOutput {
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
    let isTooMuch =
      heldBytes > 2 * Self.limit
      || heldCost + (held.hits.isEmpty ? 0 : waiting.count - next) * 512 > Self.limit
    guard lowest < packet || isTooMuch || ahead > 0 else { return nil }
    sortWaiting()
    var bound = PacketPlace(packet: packet, order: 0)
    if isTooMuch, let last = waiting.last, !(last.place < bound) {
      bound = max(bound, waiting[next + (waiting.count - next) / 2].place)
      hasCut = true
    }
    var output = SegmentOutput()
    let end = next + ahead + take(from: next + ahead, before: bound, to: &output)
    for index in next..<end {
      heldBytes -= waiting[index].length
      heldCost -= cost(waiting[index])
    }
    (next, ahead) = (end, 0)
    setLowest()
    pack()
    return output
  }

  private mutating func sortWaiting() {
    if !isSorted { waiting[(next + ahead)...].sort() }
    isSorted = true
  }

  /// Appends what waits from an index on and belongs before a place; gives how many that are.
  private func take(
    from first: Int, before bound: PacketPlace, to output: inout SegmentOutput
  ) -> Int {
    var index = first
    while index < waiting.count, waiting[index].place < bound {
      let due = waiting[index]
      index += 1
      output.places.append(due.place)
      if due.isPacked {
        if output.packs.isEmpty { _ = output.append(packs: held.packs) }
        output.append(
          SegmentOutput.PackedLine(
            line: 0, pack: Int(due.pack), place: PackedHits.Place(due.start), length: due.length))
      } else if due.length == 0 {
        output.append(held.hits[due.start])
      } else {
        output.bytes.append(contentsOf: held.bytes[due.start..<due.start + due.length])
        output.lineEnds.append(output.bytes.count)
      }
    }
    return index - first
  }

  private mutating func setLowest() {
    let first = next + ahead
    lowest = first < waiting.count ? waiting[first].place.packet : .max
  }

  // MARK: What waits

  private mutating func keepFresh() {
    if let segment = fresh.take() { keep(segment) }
  }

  private mutating func keep(_ segment: SegmentOutput) {
    let base = held.bytes.count
    let firstPack = segment.packs.isEmpty ? 0 : held.append(packs: segment.packs)
    var packed = segment.packedLines[...]
    var start = 0
    for (index, place) in segment.places.enumerated() {
      var added = Waiting(place: place, number: number, start: 0, length: 0)
      number += 1
      if let line = packed.first, line.line == index {
        packed.removeFirst()
        (added.start, added.length) = (Int(line.place), line.length)
        added.pack = Int32(firstPack + line.pack)
        heldBytes += line.length
      } else if index < segment.lineEnds.count {
        let end = segment.lineEnds[index]
        (added.start, added.length) = (base + start, end - start)
        start = end
      } else {
        added.start = held.hits.count + index
      }
      heldCost += cost(added)
      if let last = waiting.last, added < last { isSorted = false }
      waiting.append(added)
      lowest = min(lowest, place.packet)
    }
    held.bytes.append(contentsOf: segment.bytes)
    for hit in segment.hits { held.append(hit) }
    heldBytes += segment.bytes.count
  }

  /// What a line costs, also one in which no path stands.
  private func cost(_ waiting: Waiting) -> Int {
    max(0, waiting.length - (waiting.isPacked ? 0 : pathLength)) + MemoryLayout<Waiting>.stride
  }

  /// Lets go of what was handed on, once that is more than what waits.
  private mutating func pack() {
    guard next > waiting.count / 2 || held.bytes.count > 2 * heldBytes else { return }
    var packed = SegmentOutput()
    waiting.removeFirst(next)
    next = 0
    var packs: [Int32: Int32] = [:]
    for index in waiting.indices {
      let (start, length) = (waiting[index].start, waiting[index].length)
      if waiting[index].isPacked {
        let pack = waiting[index].pack
        let place =
          packs[pack] ?? Int32(packed.append(packs: [held.packs[Int(pack)]]))
        packs[pack] = place
        waiting[index].pack = place
      } else if length == 0 {
        waiting[index].start = packed.hits.count
        packed.append(held.hits[start])
      } else {
        waiting[index].start = packed.bytes.count
        packed.bytes.append(contentsOf: held.bytes[start..<start + length])
      }
    }
    held = packed
  }
}
