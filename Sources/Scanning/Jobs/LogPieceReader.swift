import Inputs
import Parsing

/// Reads the chunks of a log in their order, each with the lines around it where lines around hits are shown.
struct LogPieceReader: ~Copyable {
  private let source: InputSource
  private var reader: ChunkReader
  private let contextLines: Int
  /// Lines read so far; they are counted only where chunks are read before those ahead of them are scanned.
  private var lines: UInt64 = 0
  private let countsLines: Bool
  /// Pieces read ahead, for the lines behind a hit, and the lines before the next one.
  private var ahead: [LogPiece] = []
  private var linesBefore: [UInt8] = []
  /// What ended the input early, until it is taken.
  private var fault: InputError?

  init(_ source: InputSource, content: InputContent, contextLines: Int, countsLines: Bool) {
    self.source = source
    self.contextLines = contextLines
    self.countsLines = countsLines
    // A line longer than the greatest size is handed on in parts, which the extractor puts together. It holds two
    // pieces as long as a line may be by default and a little more, so that hardly anything is left over.
    let size = ChunkReader.defaultSize + 32
    reader = ChunkReader(
      source, size: size, greatestSize: 2 * size, encoding: ChunkReader.Encoding(of: content))
  }

  /// Reads the next piece; the number of lines before it is given where they are not counted here.
  mutating func next(after lines: UInt64?, _ progress: ScanProgress) -> LogPiece {
    contextLines > 0 ? nextWithContext(progress) : read(after: lines, progress)
  }

  /// Takes what ended the input early, if anything did since it was asked last.
  mutating func takeFault() -> InputError? { fault.take() }

  /// Gives the memory of a chunk back that nobody looks at any more.
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
    // Where a fault waits behind the last chunk, the next read reports it.
    let isFinal = chunk.map { $0.isFinal && reader.fault == nil } ?? true
    let piece = LogPiece(chunk: chunk, firstLine: known ?? lines, isFinal: isFinal)
    if countsLines, let chunk { lines += UInt64(chunk.bytes.count(of: Byte.lineFeed)) }
    return piece
  }

  /// Reads a piece with the lines before it, and as many pieces behind it as hold the lines that a hit at
  /// its end needs.
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

  /// The lines behind the first of the pieces read ahead; nil where more are to be read for them.
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
