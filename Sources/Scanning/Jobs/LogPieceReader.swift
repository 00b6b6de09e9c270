import Inputs
import Parsing

/// Reads the chunks of a log in order, with the lines around each if lines around hits are shown.
struct LogPieceReader: ~Copyable {
  private let source: InputSource
  private var reader: ChunkReader
  private let contextLines: Int
  /// The number of lines read so far.
  ///
  /// They are counted only if chunks are read before those ahead of them are scanned.
  private var lines: UInt64 = 0
  private let countsLines: Bool
  /// The pieces read ahead for the lines after a hit, and below the lines before the next piece.
  private var ahead: [LogPiece] = []
  private var linesBefore: [UInt8] = []
  /// The error that ended the input early, until it is taken.
  private var fault: InputError?

  init(_ source: InputSource, content: InputContent, contextLines: Int, countsLines: Bool) {
    self.source = source
    self.contextLines = contextLines
    self.countsLines = countsLines
    // A line longer than the greatest size is handed on in parts, which the extractor puts
    // together. The size has room for two pieces of the default line limit and a little more, so
    // that hardly anything is left over.
    let size = ChunkReader.defaultSize + 32
    reader = ChunkReader(
      source, size: size, greatestSize: 2 * size, encoding: ChunkReader.Encoding(of: content))
  }

  /// Reads the next piece; `lines` is the number of lines before it, if they are not counted here.
  mutating func next(after lines: UInt64?, _ progress: ScanProgress) -> LogPiece {
    contextLines > 0 ? nextWithContext(progress) : read(after: lines, progress)
  }

  /// Takes the error that ended the input early, if there was one since the last call.
  mutating func takeFault() -> InputError? { fault.take() }

  /// Gives back the memory of a chunk that is no longer used.
  func recycle(_ chunk: Chunk) { reader.recycle(chunk) }

  private mutating func read(after known: UInt64?, _ progress: ScanProgress) -> LogPiece {
    let before = source.rawBytesRead
    var chunk: Chunk?
    do throws(InputError) {
      chunk = try reader.nextChunk()
    } catch {
      fault = error
    }
    progress.add(bytes: source.rawBytesRead &- before)
    // If a fault follows the last chunk, the next read reports it.
    let isFinal = chunk.map { $0.isFinal && reader.fault == nil } ?? true
    let piece = LogPiece(chunk: chunk, firstLine: known ?? lines, isFinal: isFinal)
    if countsLines, let chunk { lines += UInt64(chunk.bytes.count(of: Byte.lineFeed)) }
    return piece
  }

  /// Reads a piece with the lines before it, and as many later pieces as hold the lines that a hit
  /// at its end needs.
  private mutating func nextWithContext(_ progress: ScanProgress) -> LogPiece {
    while true {
      if let after = linesBehindFirst() {
        var piece = ahead.removeFirst()
        piece.surroundings.after = after
        return piece
      }
      var piece = read(after: nil, progress)
      piece.surroundings.before = linesBefore
      if let chunk = piece.chunk {
        linesBefore = ChunkSurroundings.last(contextLines, of: linesBefore, chunk.bytes)
      }
      ahead.append(piece)
    }
  }

  /// The lines after the first piece in `ahead`; nil if more pieces have to be read for them.
  private func linesBehindFirst() -> [UInt8]? {
    guard let last = ahead.last else { return nil }
    var found = 0
    var after: [UInt8] = []
    for piece in ahead.dropFirst() {
      guard found < contextLines, after.count < LineContext.reach, let chunk = piece.chunk
      else { break }
      let bytes = chunk.bytes
      let part = bytes.extracting(..<min(bytes.byteCount, LineContext.reach))
      found += part.count(of: Byte.lineFeed)
      after.append(contentsOf: part.copied(0..<part.byteCount))
    }
    return found >= contextLines || after.count >= LineContext.reach || last.isFinal ? after : nil
  }
}
