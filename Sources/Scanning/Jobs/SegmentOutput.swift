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
  /// Of a capture: long lines, which are rendered when they are written.
  ///
  /// Each has an empty one among the rendered lines, in its place.
  package private(set) var packedLines: [PackedLine] = []
  private(set) var packs: [PackedHits] = []
  /// Of a capture: where each line or hit belongs.
  package var places: [PacketPlace] = []
  /// What was counted.
  package var statistics = ScanStatistics()

  package init() {}

  /// A hit with so much text around it that it is kept packed until it is written.
  package struct PackedLine: Sendable {
    /// Which of the segment's lines it is.
    var line: Int
    /// Where it is: which of `packs`, and where in that.
    var pack: Int
    var place: PackedHits.Place
    /// Bytes that its line will have, about, without the input's path.
    var length: Int
  }

  /// Bytes of text from which on a line is packed: a packet of one kilobyte may hit a value a hundred times that has
  /// ten thousand sources, and all hits of a stretch of packets are at hand before the first is written.
  static let longLine = 4096

  /// Adds a hit as a line that is rendered when it is written.
  mutating func pack(_ hit: Hit) {
    if packs.isEmpty { packs.append(PackedHits()) }
    let last = packs.count - 1
    let place = packs[last].append(hit)
    packedLines.append(
      PackedLine(line: lineEnds.count, pack: last, place: place, length: hit.sourceLength))
    lineEnds.append(bytes.count)
  }

  /// Adds a line that another segment has packed.
  mutating func append(_ line: PackedLine) {
    var line = line
    line.line = lineEnds.count
    packedLines.append(line)
    lineEnds.append(bytes.count)
  }

  /// Takes over what others have packed; the number of the first.
  mutating func append(packs others: [PackedHits]) -> Int {
    packs += others
    return packs.count - others.count
  }

  /// Lines or hits held.
  package var count: Int { lineEnds.count + hits.count }

  /// The lowest number of a packet that a line or hit belongs to, if there is any.
  package var lowestPacket: UInt64? { places.lazy.map(\.packet).min() }

  /// Memory for lines and hits, about.
  package var byteCount: Int {
    bytes.count + hitBytes + packs.reduce(0) { $0 + $1.byteCount }
  }

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
