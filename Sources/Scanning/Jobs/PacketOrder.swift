/// The place of a line or hit in a capture's output: its packet, and an order within the packet.
package struct PacketPlace: Sendable, Comparable {
  /// Packet number, from 1.
  package var packet: UInt64
  /// Higher for values that became known later; hits with the same number stay together.
  package var order: UInt64

  package static func < (left: PacketPlace, right: PacketPlace) -> Bool {
    left.packet != right.packet ? left.packet < right.packet : left.order < right.order
  }
}

/// Puts the lines and hits of a capture's flows into the order of packets.
///
/// A value may belong to an earlier packet than the one that made it known (a line of a request
/// that came in two packets, a segment that waited for one that never came). So hits wait until no
/// earlier ones can come. They wait only within a limit of memory: beyond it the lower half is
/// released, and a hit that then comes too late for its place is counted. Which hits are held, and
/// when, depends on the capture alone.
struct PacketOrder {
  /// The number of bytes of output that may wait.
  private static let limit = 32 << 20

  /// A line or hit that waits.
  private struct Waiting: Comparable {
    var place: PacketPlace
    /// A serial number: equal places keep the order in which they were added.
    var number: UInt64
    /// The range in the bytes of `held`; with a length of zero, `start` is an index of its hits.
    var start: Int
    var length: Int
    /// For a packed line, the index in `held.packs`; else -1.
    ///
    /// Then `start` is the place in that pack, and `length` the approximate length of the line.
    var pack: Int32 = -1
    var isPacked: Bool { pack >= 0 }

    static func < (left: Waiting, right: Waiting) -> Bool {
      left.place != right.place ? left.place < right.place : left.number < right.number
    }
  }

  /// The waiting lines and hits from `next` on, in order if `isSorted`; those before were released.
  private var waiting: [Waiting] = []
  private var next = 0
  /// How many from `next` on were released before their stretch was over.
  ///
  /// Until then they count among those that wait, so that the limit applies at the same place
  /// wherever a stretch was paused.
  private var ahead = 0
  /// Whether anything was released for lack of room, so that hits that belong before it may still
  /// come.
  private var hasCut = false
  private var isSorted = true
  /// The lines and hits of `waiting`.
  private var held = SegmentOutput()
  /// The number of bytes in `held` that wait.
  private var heldBytes = 0
  /// The memory that waits, without the input's path in each line.
  private var heldCost = 0
  private let pathLength: Int
  private static let longestPath = 256
  private var number: UInt64 = 0
  /// A segment that was added while nothing else waited, still unsorted.
  private var fresh: SegmentOutput?
  private var statistics = ScanStatistics()
  private var released = PacketPlace(packet: 0, order: 0)
  /// The lowest packet number that waits.
  private(set) var lowest = UInt64.max
  /// The number of hits that came after a hit that belongs after them was released.
  private(set) var late: UInt64 = 0

  /// Creates an order for lines that contain a path of `pathLength` bytes.
  ///
  /// The path is left out of what lines cost, so that the capture's name does not decide which are
  /// held.
  init(pathLength: Int) { self.pathLength = min(pathLength, Self.longestPath) }

  /// Whether nothing waits.
  var isEmpty: Bool { next == waiting.count && fresh == nil }

  /// Adds the output of one group's part of a stretch.
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

  /// Takes the lines and hits of packets before `packet`, in order, and more if too much is held.
  mutating func release(before packet: UInt64) -> SegmentOutput {
    var output = takeFresh(before: packet)
    if output == nil {
      keepFresh()
      output = takeWaiting(before: packet)
    }
    return handOn(output)
  }

  /// Takes the lines and hits of packets before `packet` while the stretch is paused.
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

  /// Takes the only segment unchanged, if all of it is due and in order.
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

  /// Appends the waiting elements from an index on that belong before a place; returns their
  /// number.
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

  /// What a line counts towards the limit: its length without the path, even if it contains none.
  private func cost(_ waiting: Waiting) -> Int {
    max(0, waiting.length - (waiting.isPacked ? 0 : pathLength)) + MemoryLayout<Waiting>.stride
  }

  /// Frees the memory of what was released, once it is more than what waits.
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
