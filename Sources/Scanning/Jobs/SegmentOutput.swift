/// The output of one piece of an input: rendered lines, or hits to be grouped, and counts.
///
/// A segment is filled by one thread and committed in the order of the input, so that the output is
/// the same whatever the number of threads.
package struct SegmentOutput: Sendable {
  /// Rendered lines, one after another.
  package var bytes: [UInt8] = []
  /// Offset in `bytes` after each line, so that a limit can cut between two.
  package var lineEnds: [Int] = []
  /// Hits that are kept as values, for a grouping or a caller.
  package private(set) var hits: [Hit] = []
  /// The approximate memory that `hits` needs.
  private var hitBytes = 0
  /// For a capture: long lines, which are rendered when they are written.
  ///
  /// Each has an empty line in its place among the rendered lines.
  package private(set) var packedLines: [PackedLine] = []
  private(set) var packs: [PackedHits] = []
  /// For a capture: the place of each line or hit.
  package var places: [PacketPlace] = []
  /// The counts of the piece.
  package var statistics = ScanStatistics()

  package init() {}

  /// A hit whose sources have so much text that it is kept packed until it is written.
  package struct PackedLine: Sendable {
    /// The index of the line in the segment.
    var line: Int
    /// The index of its pack in `packs`, and its place there below.
    var pack: Int
    var place: PackedHits.Place
    /// The approximate number of bytes of the rendered line, without the input's path.
    var length: Int
  }

  /// The number of bytes of text above which a line is packed.
  ///
  /// A packet of one kilobyte may hit a value with ten thousand sources a hundred times, and all
  /// hits of a stretch of packets are in memory before the first is written.
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

  /// Adds packs of another segment; returns the index of the first.
  mutating func append(packs others: [PackedHits]) -> Int {
    packs += others
    return packs.count - others.count
  }

  /// The number of lines or hits.
  package var count: Int { lineEnds.count + hits.count }

  /// The lowest number of a packet that a line or hit belongs to, if there is any.
  package var lowestPacket: UInt64? { places.lazy.map(\.packet).min() }

  /// The approximate memory for lines and hits.
  package var byteCount: Int {
    bytes.count + hitBytes + packs.reduce(0) { $0 + $1.byteCount }
  }

  /// Whether the output is so large that it should be handed on.
  ///
  /// The output of a chunk full of hits is a hundred times as long as the chunk.
  package var isMuch: Bool { byteCount > 4 << 20 }

  /// Empties the segment once its output was handed on, and keeps its memory.
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
