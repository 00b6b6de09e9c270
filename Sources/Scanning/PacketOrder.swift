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

  private var held = SegmentOutput()
  /// Nothing was added to `held`.
  private var isFresh = true
  private var released = PacketPlace(packet: 0, order: 0)
  /// No packet of what is held has a lower number.
  private(set) var lowest = UInt64.max
  /// Hits that came after one that belongs behind them was handed on.
  private(set) var late: UInt64 = 0

  /// Whether nothing waits.
  var isEmpty: Bool { held.count == 0 }

  /// Adds what a part of a stretch yielded.
  mutating func append(_ segment: SegmentOutput) {
    for place in segment.places {
      if place < released { late += 1 }
      lowest = min(lowest, place.packet)
    }
    if isFresh {
      held = segment
      isFresh = false
    } else {
      held.append(segment)
    }
  }

  /// Takes what belongs to packets before a number, in order, and whatever is too much to hold.
  mutating func release(before packet: UInt64) -> SegmentOutput {
    guard held.count > 0 else { return take() }
    let isTooMuch = held.bytes.count + held.hits.count * 512 > Self.limit
    if lowest >= packet, !held.places.isEmpty, !isTooMuch { return takeCounts() }
    var bound = PacketPlace(packet: packet, order: 0)
    if held.places.allSatisfy({ $0 < bound }) {
      if held.places.indices.dropFirst().allSatisfy({ !(held.places[$0] < held.places[$0 - 1]) }) {
        return take()
      }
    } else if isTooMuch {
      bound = max(bound, held.places.sorted()[held.places.count / 2])
    }
    // Equal places keep the order in which they were added.
    let due = held.places.indices.filter { held.places[$0] < bound }.sorted {
      held.places[$0] != held.places[$1]
        ? held.places[$0] < held.places[$1] : $0 < $1
    }
    if due.isEmpty {
      lowest = held.places.reduce(.max) { min($0, $1.packet) }
      return takeCounts()
    }
    var isDue = [Bool](repeating: false, count: held.places.count)
    for index in due { isDue[index] = true }
    var output = held.selecting(due)
    let rest = held.selecting(held.places.indices.filter { !isDue[$0] })
    output.statistics = held.statistics
    held = rest
    lowest = rest.places.reduce(.max) { min($0, $1.packet) }
    note(output)
    return output
  }

  /// Takes everything as it is.
  private mutating func take() -> SegmentOutput {
    defer {
      held = SegmentOutput()
      isFresh = true
      lowest = .max
    }
    note(held)
    return held
  }

  private mutating func takeCounts() -> SegmentOutput {
    var output = SegmentOutput()
    swap(&output.statistics, &held.statistics)
    return output
  }

  private mutating func note(_ output: SegmentOutput) {
    if let last = output.places.last { released = max(released, last) }
  }
}

extension SegmentOutput {
  /// A segment of some of this one's lines or hits, in an order of its own, without counts.
  fileprivate func selecting(_ indices: [Int]) -> SegmentOutput {
    var result = SegmentOutput()
    result.places = indices.map { places[$0] }
    if lineEnds.isEmpty {
      result.hits = indices.map { hits[$0] }
      return result
    }
    for index in indices {
      let start = index == 0 ? 0 : lineEnds[index - 1]
      result.bytes.append(contentsOf: bytes[start..<lineEnds[index]])
      result.lineEnds.append(result.bytes.count)
    }
    return result
  }
}
