import Inputs
import Logs
import Parsing

/// A chunk of a log on its way from reading to committing.
///
/// The chunk is nil at the end of the input or after a fault.
struct LogPiece {
  let chunk: Chunk?
  let firstLine: UInt64
  let isFinal: Bool
  /// The state at the end of the last chunk that was committed when this one was read.
  var guess: LogState?
  var scanned: ScannedPiece?
  /// What the first pass found in the chunk, if it was made.
  var candidates: ChunkCandidates?
  /// The lines before and after the chunk, if lines around hits are shown.
  var surroundings = ChunkSurroundings()

  /// Keeps what the first pass found, unless it is so large that finding it again is better.
  mutating func keep(_ found: ChunkCandidates) {
    if let chunk, found.isSmall(beside: chunk.bytes.byteCount) { candidates = found }
  }
}

/// Where text stands in its log, and what is known of it before its lines are read.
struct LogPlace {
  /// The state after the bytes before the text.
  var state: LogState
  /// The offset of the text in the input.
  var offset: UInt64
  /// The number of lines before the text.
  var line: UInt64
  /// Whether nothing follows the text.
  var isFinal: Bool
  /// The lines before and after the text, if lines around hits are shown.
  var surroundings: ChunkSurroundings
  /// What the first pass found in the text, if it was made.
  var candidates: ChunkCandidates?
}

/// The result of scanning the lines of a chunk.
struct ScannedPiece {
  var output: SegmentOutput
  var state: LogState
  var consumed: Int
  var lines: UInt64
  var candidates: ChunkCandidates
}
