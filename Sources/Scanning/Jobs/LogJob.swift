import Indicators
import Inputs
import Logs
import Parsing

/// Scans one log on as many threads as are free, with output as if one thread had read it front to
/// back.
///
/// One thread at a time reads a chunk, which ends at a line's end. It then looks for candidates in
/// the chunk, which takes most of the time and depends only on the bytes. The chunk's lines are
/// read from a *guessed* state (format, header, open structures): the state in which the last
/// committed chunk ended. Chunks are committed in order. If the guess was wrong, or the chunk
/// before ended inside a record, the result is thrown away and the lines are read again, together
/// with the bytes that were left over. So a guess can cost time but never change the output. After
/// a wrong guess lines are read only when their turn comes, until a guess would have been right.
///
/// Sendable because every stored property is either immutable, or guarded by the run's lock, or
/// owned by the thread that holds the `isReading` or the `isCommitting` flag; each section below
/// says which.
final class LogJob: InputJob, @unchecked Sendable {
  /// What is done with a chunk before its turn to be committed.
  private enum Ahead {
    case nothing
    case candidates
    case everything
  }

  private let input: Int
  private let path: InputPath
  private let run: ScanRun
  private let output: OrderedOutput
  private let options: LogOptions
  private let progress: ScanProgress
  private let contextLines: Int
  private let window: Int
  /// Whether chunks are read before those ahead of them are scanned, so that their lines must be
  /// counted when they are read.
  private let readsAhead: Bool
  private let content: InputContent

  // Guarded by the run's lock.
  private var isReading = false
  private var isCommitting = false
  private var hasEnded = false
  private var isFinished = false
  private var outstanding = 0
  private var nextIndex = 0
  private var nextCommit = 0
  private var waiting: [Int: LogPiece] = [:]
  private var guess: LogState?
  /// Whether more than the first chunk is needed to tell the log's format.
  private var isUndecided = false
  /// Whether the last guess was right.
  private var isGuessRight = true
  /// Whether the last committed chunk ended inside a line or record.
  private var isBehindTail = false
  private var problems: [ScanProblem]

  // Owned by the thread that reads.
  private var pieces: LogPieceReader

  // Owned by the thread that commits, and read under the lock when nothing is left to commit.
  private var state: LogState?
  private var tail: [UInt8] = []
  /// The number of bytes in the tail that were scanned without completing a line or record.
  private var scannedTail = 0
  /// Reused memory for the tail and the chunk after it.
  private var joined: [UInt8] = []
  private var lines: UInt64 = 0
  /// The offset in the input of the end of the last committed chunk.
  private var lastEnd: UInt64 = 0
  /// Reused memory for the output of lines.
  private var spare = SegmentOutput()
  /// The lines before the tail, if lines around hits are shown.
  private var linesCommitted: [UInt8] = []

  init(
    _ opened: OpenedInput, in run: ScanRun, to output: OrderedOutput, plan: ScanPlan
  ) {
    problems = plan.problemOfFirstLog(opened.path).map { [$0] } ?? []
    input = opened.index
    path = opened.path
    content = opened.content
    self.run = run
    self.output = output
    options = plan.logOptions
    progress = plan.progress
    contextLines = plan.options.contextLines
    let threads = plan.options.threads
    // Each outstanding chunk may hold its bytes and the lines of many hits, so only a few wait
    // beyond those being worked on.
    window = threads + min(threads, 2) + 2
    readsAhead = threads > 1 || contextLines > 0
    pieces = LogPieceReader(
      opened.source, content: content, contextLines: contextLines, countsLines: readsAhead)
  }

  var isDone: Bool { isFinished }

  func claim() -> Bool {
    guard !isReading, !hasEnded, outstanding < window,
      nextIndex == 0 || guess != nil || isUndecided,
      !output.isFull(input: input)
    else { return false }
    isReading = true
    return true
  }

  func perform(_ worker: ScanWorker) {
    var piece = pieces.next(after: readsAhead ? nil : lines, progress)
    let fault = pieces.takeFault()
    let (index, ahead) = run.update { () -> (Int, Ahead) in
      isReading = false
      if let fault { problems.append(ScanProblem(path: path, cutBy: fault)) }
      hasEnded = piece.isFinal || output.isStopped
      defer { nextIndex += 1 }
      outstanding += 1
      piece.guess = guess
      // A chunk after a tail is scanned once, together with the tail. With one thread each chunk's
      // turn comes as soon as it is read.
      if isBehindTail || !readsAhead { return (nextIndex, .nothing) }
      return (nextIndex, guess != nil && isGuessRight ? .everything : .candidates)
    }
    if let chunk = piece.chunk {
      switch ahead {
      case .nothing: break
      case .candidates:
        piece.keep(worker.tools.findCandidates(in: chunk.bytes))
      case .everything:
        if let start = piece.guess,
          let scanned = scanAhead(piece, chunk, from: start, worker)
        {
          piece.scanned = scanned
          piece.keep(scanned.candidates)
        }
      }
    }
    commit(piece, index: index, worker: worker)
  }

  // MARK: Scanning

  /// Scans lines whose turn it is, and writes the output whenever it has become large.
  private func scan(_ bytes: RawSpan, at place: LogPlace, _ worker: ScanWorker) -> ScannedPiece {
    let (output, input, progress) = (output, input, progress)
    return scan(bytes, at: place, into: takeSpare(), worker) { segment in
      guard segment.isMuch else { return false }
      _ = output.write(segment, input: input)
      segment.restart()
      output.waitForRoom(input: input) { progress.isStopRequested }
      return false
    }
  }

  private func takeSpare() -> SegmentOutput {
    var taken = SegmentOutput()
    swap(&taken, &spare)
    return taken
  }

  /// Scans a chunk before its turn; nil if it yields so much that it has to wait for its turn.
  private func scanAhead(
    _ piece: LogPiece, _ chunk: Chunk, from start: LogState, _ worker: ScanWorker
  ) -> ScannedPiece? {
    let place = LogPlace(
      state: start, offset: chunk.base, line: piece.firstLine, isFinal: piece.isFinal,
      surroundings: piece.surroundings)
    var isTooMuch = false
    let scanned = scan(chunk.bytes, at: place, into: SegmentOutput(), worker) { segment in
      isTooMuch = isTooMuch || segment.isMuch
      return isTooMuch
    }
    return isTooMuch ? nil : scanned
  }

  private func scan(
    _ bytes: RawSpan, at place: LogPlace, into segment: consuming SegmentOutput,
    _ worker: ScanWorker, isStopped: (inout SegmentOutput) -> Bool
  ) -> ScannedPiece {
    var inInput = SegmentPlace(
      input: input, path: path, numberBase: place.line, offsetBase: place.offset,
      countsPackets: false)
    if case .utf16 = content { inInput.transcoded = TranscodedOffsets() }
    inInput.surroundings = place.surroundings
    let (output, progress) = (output, progress)
    let scanned = worker.scanText(
      bytes, from: place.state, place: inInput, isFinal: place.isFinal,
      candidates: place.candidates, output: &segment
    ) { isStopped(&$0) || output.isStopped || progress.isStopRequested }
    return ScannedPiece(
      output: segment, state: scanned.state, consumed: scanned.consumed, lines: scanned.lines,
      candidates: scanned.candidates)
  }

  // MARK: Committing

  private func commit(_ piece: LogPiece, index: Int, worker: ScanWorker) {
    var next = run.update { () -> LogPiece? in
      waiting[index] = piece
      guard !isCommitting, let due = waiting.removeValue(forKey: nextCommit) else { return nil }
      isCommitting = true
      return due
    }
    while let due = next {
      let isRight = apply(due, worker: worker)
      if let chunk = due.chunk { pieces.recycle(chunk) }
      next = run.update { () -> LogPiece? in
        nextCommit += 1
        outstanding -= 1
        guess = state
        isUndecided = state == nil
        isGuessRight = isRight
        isBehindTail = !tail.isEmpty
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

  /// Accepts a piece's result, or scans the piece if there is none or the guess was wrong.
  ///
  /// - Returns: whether the guess was right, or would have been; true if there was no guess.
  private func apply(_ piece: LogPiece, worker: ScanWorker) -> Bool {
    guard let chunk = piece.chunk else {
      scanTail(worker)
      return true
    }
    lastEnd = chunk.base &+ sourceLength(chunk.bytes)
    if !piece.isFinal, mustWait(chunk.bytes) {
      tail.append(chunk.bytes)
      return true
    }
    let start =
      state
      ?? initialState(chunk.bytes, isFinal: piece.isFinal)
    let isRight =
      piece.guess.map { $0 == start && tail.isEmpty && piece.firstLine == lines } ?? true
    if isRight, let scanned = piece.scanned {
      accept(scanned, of: chunk.bytes)
      return true
    }
    scan(piece, chunk, from: start, worker)
    return isRight
  }

  /// Whether a chunk is only appended to the tail for now.
  private func mustWait(_ bytes: RawSpan) -> Bool {
    // For a line far longer than a chunk: the tail is scanned again only once it has doubled.
    if !tail.isEmpty, bytes.byteCount < scannedTail - (tail.count - scannedTail),
      bytes.count(of: Byte.lineFeed) == 0
    {
      return true
    }
    // From a pipe: only the rows that follow tell the log's format.
    return state == nil && isUndecided(bytes)
  }

  /// Scans a piece whose turn it is, together with the tail before it.
  private func scan(
    _ piece: LogPiece, _ chunk: Chunk, from start: LogState, _ worker: ScanWorker
  ) {
    var place = LogPlace(
      state: start, offset: chunk.base, line: lines, isFinal: piece.isFinal,
      surroundings: ChunkSurroundings(before: linesCommitted, after: piece.surroundings.after))
    if tail.isEmpty {
      place.candidates = piece.candidates
      accept(scan(chunk.bytes, at: place, worker), of: chunk.bytes)
      return
    }
    place.offset = chunk.base &- sourceLength(tail)
    // Taken out for the call, so that it can be read while the rest is written.
    var joined = self.joined
    self.joined = []
    joined.removeAll(keepingCapacity: true)
    joined.append(contentsOf: tail)
    joined.append(chunk.bytes)
    accept(scan(joined.rawSpan, at: place, worker), of: joined.rawSpan)
    self.joined = joined
  }

  /// Scans the tail of an input that ended in a fault, so that nothing follows.
  private func scanTail(_ worker: ScanWorker) {
    guard !tail.isEmpty else { return }
    let rest = tail
    let place = LogPlace(
      state: state
        ?? LogState.initial(firstBytes: rest.rawSpan, isFinal: true, options: options),
      offset: lastEnd &- sourceLength(rest), line: lines, isFinal: true,
      surroundings: ChunkSurroundings(before: linesCommitted))
    accept(scan(rest.rawSpan, at: place, worker), of: rest.rawSpan)
  }

  private func isUndecided(_ next: RawSpan) -> Bool {
    // Beyond 128 KiB the format is decided anyway.
    guard next.byteCount <= 1 << 17 else { return false }
    if tail.isEmpty { return LogState.isUndecided(firstBytes: next, options: options) }
    let bytes = tail + next.copied(next.byteOffsets)
    return LogState.isUndecided(firstBytes: bytes.rawSpan, options: options)
  }

  private func initialState(_ first: RawSpan, isFinal: Bool) -> LogState {
    let first = first.extracting(..<min(first.byteCount, 1 << 20))
    if tail.isEmpty {
      return LogState.initial(firstBytes: first, isFinal: isFinal, options: options)
    }
    let bytes = tail + first.copied(first.byteOffsets)
    return LogState.initial(firstBytes: bytes.rawSpan, isFinal: isFinal, options: options)
  }

  /// The number of bytes in the input, before transcoding, that `bytes` came from.
  private func sourceLength(_ bytes: RawSpan) -> UInt64 {
    guard case .utf16 = content else { return UInt64(bytes.byteCount) }
    return UInt64(UTF16Transcoder.sourceLength(ofUTF8: bytes, 0..<bytes.byteCount))
  }

  private func sourceLength(_ bytes: [UInt8]) -> UInt64 { sourceLength(bytes.rawSpan) }

  private func accept(_ scanned: consuming ScannedPiece, of bytes: RawSpan) {
    state = scanned.state
    lines += scanned.lines
    let consumed = min(scanned.consumed, bytes.byteCount)
    tail = bytes.copied(consumed..<bytes.byteCount)
    scannedTail = tail.count
    if contextLines > 0 {
      linesCommitted = ChunkSurroundings.last(
        contextLines, of: linesCommitted, bytes.extracting(..<consumed))
    }
    // Once it is written only this job holds it, so that its memory can be used again.
    swap(&spare, &scanned.output)
    if !output.write(spare, input: input) { run.update { hasEnded = true } }
    spare.restart()
  }

  private func finish() {
    var all = run.update { problems }
    var last = SegmentOutput()
    last.statistics.inputs = 1
    switch content {
    // Of an input that was not waited for it is not known.
    case .empty where !all.contains(where: \.isError) && !progress.isStopRequested:
      all.append(ScanProblem(.empty, path: path, message: "is empty", isError: false))
    case .binary:
      all.append(
        ScanProblem(
          .binary, path: path, message: "looks like binary data and was scanned as text",
          isError: false))
    case .compressed:
      all.append(
        ScanProblem(
          .compressedTwice, path: path,
          message: "is compressed twice and was scanned as it is; decompress it once",
          isError: false))
    case .utf16:
      last.statistics.skipped.add("utf-16-transcoded")
      // The byte order mark, which is no part of what is transcoded.
      last.statistics.bytes = 2
    default: break
    }
    _ = output.write(last, input: input)
    output.finish(input: input, problems: all)
  }
}
