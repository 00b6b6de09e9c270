import Inputs
import Logs
import Parsing

/// A chunk of a log on its way from reading to committing.
struct LogPiece {
  let chunk: Chunk?
  let firstLine: UInt64
  let isFinal: Bool
  /// The state in which the last chunk committed before it was read had ended.
  var guess: LogState?
  var scanned: ScannedPiece?
  /// What the first pass found in the chunk, where that was made.
  var candidates: ChunkCandidates?
  /// Where lines around hits are shown.
  var surroundings = ChunkSurroundings()

  /// Keeps what the first pass found, unless that is so much that finding it again is better.
  mutating func keep(_ found: ChunkCandidates) {
    if let chunk, found.isSmall(beside: chunk.bytes.byteCount) { candidates = found }
  }
}

/// What came of scanning the lines of a chunk.
struct ScannedPiece {
  var output: SegmentOutput
  var state: LogState
  var consumed: Int
  var lines: UInt64
  var candidates: ChunkCandidates
}
