/// What one piece of an input yielded: rendered lines, or hits to be grouped, and counts.
///
/// A segment is filled by one thread and committed in the order of the input, so that the output is
/// the same whatever the number of threads.
package struct SegmentOutput: Sendable {
  /// Rendered lines, one after another.
  package var bytes: [UInt8] = []
  /// Offset in `bytes` after each line, so that a limit can cut between two.
  package var lineEnds: [Int] = []
  /// Hits for a grouping, which renders only at the end.
  package private(set) var hits: [Hit] = []
  /// Memory that these need, about.
  private var hitBytes = 0
  /// Of a capture: where each line or hit belongs.
  package var places: [PacketPlace] = []
  /// What was counted.
  package var statistics = ScanStatistics()

  package init() {}

  /// Lines or hits held.
  package var count: Int { lineEnds.count + hits.count }

  /// The lowest number of a packet that a line or hit belongs to, if there is any.
  package var lowestPacket: UInt64? { places.lazy.map(\.packet).min() }

  /// Whether anything has to be committed.
  package var isEmpty: Bool { bytes.isEmpty && hits.isEmpty }

  /// Memory for lines and hits, about.
  package var byteCount: Int { bytes.count + hitBytes }

  /// Whether it is so much that it should be handed on: a chunk full of hits has a hundred times its length.
  package var isMuch: Bool { byteCount > 4 << 20 }

  /// Begins anew once what is here was handed on; its memory is used again.
  package mutating func restart() {
    var (bytes, lineEnds) = (bytes, lineEnds)
    self = SegmentOutput()
    bytes.removeAll(keepingCapacity: true)
    lineEnds.removeAll(keepingCapacity: true)
    (self.bytes, self.lineEnds) = (bytes, lineEnds)
  }

  /// Adds a hit that is rendered later.
  package mutating func append(_ hit: Hit) {
    hits.append(hit)
    hitBytes += 1024 + (hit.context?.byteCount ?? 0)
  }

  /// Marks the end of a rendered line.
  package mutating func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    lineEnds.append(bytes.count)
  }

  /// Adds another segment's output behind this one's.
  package mutating func append(_ other: SegmentOutput) {
    let shift = bytes.count
    bytes.append(contentsOf: other.bytes)
    lineEnds.append(contentsOf: other.lineEnds.map { $0 + shift })
    hits.append(contentsOf: other.hits)
    hitBytes += other.hitBytes
    places.append(contentsOf: other.places)
    statistics.merge(other.statistics)
  }

  /// Keeps the first `limit` lines or hits and returns how many were cut.
  package mutating func cut(to limit: Int) -> Int {
    let cut = count - limit
    guard cut > 0 else { return 0 }
    if lineEnds.count > limit {
      lineEnds.removeLast(lineEnds.count - limit)
      bytes.removeLast(bytes.count - (lineEnds.last ?? 0))
    }
    if hits.count > limit { hits.removeLast(hits.count - limit) }
    return cut
  }
}
