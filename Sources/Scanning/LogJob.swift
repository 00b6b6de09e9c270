import Indicators
import Inputs
import Logs
import Parsing

/// Scans one log on as many threads as are free, with output as if one thread had read it front to
/// back.
///
/// One thread at a time reads a chunk, cut at a line's end, and goes on to scan it from a *guessed*
/// state (format, header, open structures): the one in which the last committed chunk ended. Chunks
/// are committed in order; where the guess was wrong, or the chunk before ended inside a record, the
/// result is thrown away and the chunk scanned again behind what was left over. So a guess costs
/// time at worst, never a difference. Where guesses keep failing (one pretty-printed document),
/// chunks are no longer scanned ahead.
///
/// Sendable because every stored property is either immutable, or guarded by the run's lock, or owned
/// by whoever holds the `isReading` or the `isCommitting` flag; each section below says which.
final class LogJob: InputJob, @unchecked Sendable {
  private struct Piece {
    let chunk: Chunk?
    let firstLine: UInt64
    let isFinal: Bool
    var guess: LogState?
    var scanned: Scanned?
  }

  private struct Scanned {
    var output: SegmentOutput
    var state: LogState
    var consumed: Int
    var lines: UInt64
  }

  private let input: Int
  private let path: InputPath
  private let run: ScanRun
  private let output: OrderedOutput
  private let options: LogOptions
  private let progress: ScanProgress
  private let window: Int
  private let content: InputContent

  // Guarded by the run's lock.
  private var isReading = false
  private var isCommitting = false
  private var hasEnded = false
  private var isFinished = false
  private var outstanding = 0
  private var nextIndex = 0
  private var nextCommit = 0
  private var waiting: [Int: Piece] = [:]
  private var guess: LogState?
  private var failedGuesses = 0
  private var problems: [ScanProblem] = []

  // Owned by the thread that reads.
  private let source: InputSource
  private var reader: ChunkReader
  private var readLines: UInt64 = 0

  // Owned by the thread that commits.
  private var state: LogState?
  private var tail: [UInt8] = []
  private var lines: UInt64 = 0

  init(
    input: Int, path: InputPath, source: InputSource, content: InputContent, run: ScanRun,
    output: OrderedOutput, options: LogOptions, progress: ScanProgress, threads: Int
  ) {
    self.input = input
    self.path = path
    self.source = source
    self.content = content
    self.run = run
    self.output = output
    self.options = options
    self.progress = progress
    window = 2 * threads + 2
    var encoding = ChunkReader.Encoding.bytes
    if case .utf16(let isBigEndian) = content { encoding = .utf16(isBigEndian: isBigEndian) }
    // A line longer than the greatest size is handed on in parts, which the extractor puts together.
    reader = ChunkReader(source, greatestSize: 2 << 20, encoding: encoding)
  }

  var isDone: Bool { isFinished }

  func claim() -> Bool {
    guard !isReading, !hasEnded, outstanding < window, nextIndex == 0 || guess != nil,
      !output.isFull(input: input)
    else { return false }
    isReading = true
    return true
  }

  func perform(_ worker: ScanWorker) {
    var piece = read()
    let (index, start) = run.update { () -> (Int, LogState?) in
      isReading = false
      hasEnded = piece.isFinal || output.isStopped
      defer { nextIndex += 1 }
      outstanding += 1
      return (nextIndex, failedGuesses < 3 ? guess : nil)
    }
    if let start, let chunk = piece.chunk {
      piece.guess = start
      piece.scanned = scan(
        chunk.bytes, from: start, base: chunk.base, line: piece.firstLine,
        isFinal: piece.isFinal, worker: worker)
    }
    commit(piece, index: index, worker: worker)
  }

  // MARK: Reading

  private func read() -> Piece {
    let before = source.rawBytesRead
    var chunk: Chunk?
    do throws(InputError) {
      chunk = try reader.nextChunk()
    } catch {
      run.update { problems.append(ScanProblem(path: path, cutBy: error)) }
    }
    progress.add(bytes: source.rawBytesRead &- before)
    // Where a fault waits behind the last chunk, the next read reports it.
    let isFinal = chunk.map { $0.isFinal && reader.fault == nil } ?? true
    let piece = Piece(chunk: chunk, firstLine: readLines, isFinal: isFinal)
    if let chunk { readLines += UInt64(chunk.bytes.count(of: Byte.lineFeed)) }
    return piece
  }

  // MARK: Scanning

  private func scan(
    _ bytes: RawSpan, from start: LogState, base: UInt64, line: UInt64, isFinal: Bool,
    worker: ScanWorker
  ) -> Scanned {
    let tools = worker.tools
    tools.logs.resetCounters()
    var output = SegmentOutput()
    let counted = tools.findCandidates(in: bytes)
    var state = start
    var offset = 0
    var lines: UInt64 = 0
    var place = SegmentPlace(
      input: input, path: path, numberBase: line, offsetBase: base, countsPackets: false)
    if case .utf16 = content { place.transcoded = TranscodedOffsets() }
    while true {
      tools.batch.removeAll()
      let progress = tools.logs.extract(
        bytes, from: &offset, line: &lines, state: &state, isFinal: isFinal, into: &tools.batch)
      worker.processor.process(&tools.batch, chunk: bytes, place: place, output: &output)
      if progress == .needsMore || self.output.isStopped || self.progress.isStopRequested { break }
    }
    tools.finder?.addCounts(since: counted, to: &output.statistics.observables)
    output.statistics.lines += lines
    output.statistics.bytes += UInt64(offset)
    output.statistics.skipped.merge(tools.logs.tally)
    return Scanned(output: output, state: state, consumed: offset, lines: lines)
  }

  // MARK: Committing

  private func commit(_ piece: Piece, index: Int, worker: ScanWorker) {
    var next = run.update { () -> Piece? in
      waiting[index] = piece
      guard !isCommitting, let due = waiting.removeValue(forKey: nextCommit) else { return nil }
      isCommitting = true
      return due
    }
    while let due = next {
      let isRight = apply(due, worker: worker)
      if let chunk = due.chunk { reader.recycle(chunk) }
      next = run.update { () -> Piece? in
        nextCommit += 1
        outstanding -= 1
        guess = state
        failedGuesses = isRight ? 0 : failedGuesses + 1
        if let further = waiting.removeValue(forKey: nextCommit) { return further }
        isCommitting = false
        return nil
      }
    }
    let isLast = run.update { () -> Bool in
      guard hasEnded, outstanding == 0, !isReading, !isFinished, !isCommitting else { return false }
      isFinished = true
      return true
    }
    if isLast { finish() }
  }

  /// Takes a piece's result over, or scans it again where the guess was wrong.
  ///
  /// - Returns: whether the guess was right, or there was none.
  private func apply(_ piece: Piece, worker: ScanWorker) -> Bool {
    guard let chunk = piece.chunk else {
      // The input ended in a fault: what was left over is all there is.
      if let state, !tail.isEmpty {
        let rest = tail
        let base = lastEnd &- sourceLength(rest)
        accept(
          scan(rest.rawSpan, from: state, base: base, line: lines, isFinal: true, worker: worker),
          of: rest.rawSpan)
      }
      return true
    }
    let start =
      state
      ?? LogState.initial(firstBytes: chunk.bytes, isFinal: piece.isFinal, options: options)
    lastEnd = chunk.base &+ sourceLength(chunk.bytes)
    if let scanned = piece.scanned, piece.guess == start, tail.isEmpty, piece.firstLine == lines {
      accept(scanned, of: chunk.bytes)
      return true
    }
    if tail.isEmpty {
      accept(
        scan(
          chunk.bytes, from: start, base: chunk.base, line: lines, isFinal: piece.isFinal,
          worker: worker), of: chunk.bytes)
    } else {
      let base = chunk.base &- sourceLength(tail)
      let joined = tail + chunk.bytes.copied(chunk.bytes.byteOffsets)
      accept(
        scan(
          joined.rawSpan, from: start, base: base, line: lines, isFinal: piece.isFinal,
          worker: worker), of: joined.rawSpan)
    }
    return piece.scanned == nil
  }

  /// Offset in the input of the end of the last chunk committed.
  private var lastEnd: UInt64 = 0

  /// Bytes of the input, before transcoding, that some bytes stand for.
  private func sourceLength(_ bytes: RawSpan) -> UInt64 {
    guard case .utf16 = content else { return UInt64(bytes.byteCount) }
    return UInt64(UTF16Transcoder.sourceLength(ofUTF8: bytes, 0..<bytes.byteCount))
  }

  private func sourceLength(_ bytes: [UInt8]) -> UInt64 { sourceLength(bytes.rawSpan) }

  private func accept(_ scanned: Scanned, of bytes: RawSpan) {
    state = scanned.state
    lines += scanned.lines
    tail = bytes.copied(min(scanned.consumed, bytes.byteCount)..<bytes.byteCount)
    if !output.write(scanned.output, input: input) { run.update { hasEnded = true } }
  }

  private func finish() {
    var all = run.update { problems }
    var last = SegmentOutput()
    last.statistics.inputs = 1
    switch content {
    case .empty where all.isEmpty:
      all.append(ScanProblem(path: path, message: "is empty", isError: false))
    case .binary:
      all.append(
        ScanProblem(
          path: path, message: "looks like binary data and was scanned as text", isError: false))
    case .compressed:
      all.append(
        ScanProblem(
          path: path, message: "is compressed twice and was scanned as it is; decompress it once",
          isError: false))
    case .utf16: last.statistics.skipped.add("utf-16-transcoded")
    default: break
    }
    _ = output.write(last, input: input)
    output.finish(input: input, problems: all)
  }
}
