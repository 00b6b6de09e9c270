import Glibc
import Inputs
import Logs
import Parsing

/// Scans log files that grow, each line as soon as it is complete, until it is asked to stop.
///
/// One thread looks at the files in turn, so hits are written in the order in which they are found.
/// If another file takes the name of a followed one (rotation), the old file is read on beside the
/// new one until nothing was added for a while: its writer may not have switched yet.
final class FollowRun {
  /// The number of bytes read at once.
  private static let readSize = 1 << 20
  /// Milliseconds between two looks at files that send no notifications.
  private static let pollInterval: Int32 = 40
  /// Milliseconds after which a request to stop is noticed at the latest.
  private static let longestWait: Int32 = 200
  /// Seconds without new bytes after which a replaced file is given up.
  private static let patience = 30.0

  /// A followed file, and how far its scan has come.
  private final class Stream {
    let file: FollowedFile
    let input: Int
    var state: LogState?
    /// The bytes that were read but not consumed: the beginning of a line or record.
    var waiting: [UInt8] = []
    /// The number of waiting bytes that were scanned already, but began a line or record that was
    /// incomplete.
    var scannedCount = 0
    /// Whether enough was added for another scan: a line feed, or as many bytes as were scanned
    /// before.
    var hasNews: Bool {
      let added = waiting.dropFirst(scannedCount)
      return added.count >= scannedCount || added.contains(Byte.lineFeed)
    }
    /// The offset in the file of the first waiting byte.
    private(set) var base: UInt64 = 0
    /// The transcoder of a file in UTF-16; `waiting` then holds UTF-8.
    private var transcoder: UTF16Transcoder?
    private var isEncodingKnown = false
    var isTranscoded: Bool { transcoder != nil }
    var lines: UInt64 = 0
    var linesBefore: [UInt8] = []
    /// When bytes last came, in seconds, once another file has taken this one's name.
    var replacedSince: Double?
    var hasBegun = false
    var isAbsent = false
    /// Whether a failed read was reported, until a read succeeds again.
    var hasFailed = false
    var isOver = false

    init(path: InputPath, input: Int) {
      file = FollowedFile(path: path)
      self.input = input
    }

    /// Adds bytes that were read from the file.
    func append(_ bytes: RawSpan) {
      if transcoder != nil {
        transcoder?.transcode(bytes, isFinal: false, to: &waiting)
        return
      }
      waiting.append(contentsOf: bytes.copied(bytes.byteOffsets))
      guard !isEncodingKnown, waiting.count >= 2 else { return }
      isEncodingKnown = true
      guard
        case .utf16(let isBigEndian) = ContentSniffer.content(of: waiting.rawSpan)
      else { return }
      var transcoder = UTF16Transcoder(isBigEndian: isBigEndian)
      var text: [UInt8] = []
      // Without the byte order mark.
      transcoder.transcode(waiting.rawSpan.extracting(2...), isFinal: false, to: &text)
      (self.transcoder, waiting, base) = (transcoder, text, 2)
    }

    /// Completes the waiting bytes, since nothing more will come.
    func end() {
      transcoder?.transcode([UInt8]().rawSpan, isFinal: true, to: &waiting)
    }

    /// Removes the first `count` waiting bytes, which were scanned.
    func consume(_ count: Int) {
      base += UInt64(
        isTranscoded
          ? UTF16Transcoder.sourceLength(ofUTF8: waiting.rawSpan, 0..<count) : count)
      waiting.removeFirst(count)
      scannedCount = waiting.count
    }

    /// Starts from the beginning, as a file of its own.
    func restart() {
      state = nil
      transcoder = nil
      isEncodingKnown = false
      waiting = []
      scannedCount = 0
      base = 0
      lines = 0
      linesBefore = []
    }
  }

  private let plan: ScanPlan
  private let writer: ResultWriter
  private let worker: ScanWorker
  private let output: Int32?
  private let watch = FileWatch()
  private var streams: [Stream]
  private var isStopped = false
  private var buffer = [UInt8](repeating: 0, count: FollowRun.readSize)

  /// Creates a run over some files.
  ///
  /// `output` is the descriptor that the writer writes to; it is watched to notice that nobody
  /// reads it.
  init(
    paths: [InputPath], plan: ScanPlan, writer: ResultWriter, worker: ScanWorker, output: Int32?
  ) {
    self.plan = plan
    self.writer = writer
    self.worker = worker
    self.output = output
    streams = paths.enumerated().map { Stream(path: $1, input: $0) }
  }

  /// Runs until it is asked to stop, the limit on hits is reached, or the reader of the output goes
  /// away.
  func run() {
    for stream in streams { watch.add(stream.file.path) }
    while !isStopped, !plan.isStopRequested, !streams.isEmpty {
      var isIdle = true
      // Streams that are added meanwhile have their turn in the next round.
      for stream in streams where !isStopped {
        if look(at: stream) { isIdle = false }
      }
      streams.removeAll { $0.isOver }
      guard isIdle, !isStopped else { continue }
      let isSeen =
        watch.isWorking && streams.allSatisfy { $0.file.isWatchable && $0.replacedSince == nil }
      guard
        watch.wait(
          milliseconds: isSeen ? Self.longestWait : Self.pollInterval, output: output)
      else {
        writer.noteBrokenPipe()
        break
      }
    }
    // Scan the last lines although they were never completed.
    for stream in streams where !isStopped { scan(stream, isFinal: true) }
  }

  /// Reads and scans new bytes of a file; false if there was nothing new.
  private func look(at stream: Stream) -> Bool {
    let wasOpen = stream.file.isOpen
    // SAFETY: the buffer is lent for the call.
    let step = unsafe buffer.withUnsafeMutableBytes { unsafe stream.file.step(into: $0) }
    if !wasOpen, stream.file.isOpen { watch.add(stream.file.path) }
    switch step {
    case .bytes(let count):
      stream.isAbsent = false
      stream.hasFailed = false
      if stream.replacedSince != nil { stream.replacedSince = SystemClock.seconds }
      plan.progress.add(bytes: UInt64(count))
      stream.append(buffer.rawSpan.extracting(..<count))
      scan(stream, isFinal: false)
      return true
    case .nothing:
      if let since = stream.replacedSince, SystemClock.seconds - since > Self.patience {
        scan(stream, isFinal: true)
        stream.isOver = true
      }
      // The file was opened just now: look again at once, since bytes written before its watch
      // began send no notification.
      return !wasOpen
    case .absent(let error):
      if error.code == .unsupported {
        writer.note(
          ScanProblem(
            .cannotFollow, path: stream.file.path, message: error.message,
            remedy: "read it without \(.follow)"))
        stream.isOver = true
      } else if !stream.isAbsent {
        stream.isAbsent = true
        note(.absent, stream, error.message + "; waiting for it")
      }
      return false
    case .truncated:
      note(.shortened, stream, "became shorter; it is read again from its start")
      scan(stream, isFinal: true)
      stream.restart()
      return true
    case .failed(let error):
      if !stream.hasFailed {
        stream.hasFailed = true
        writer.note(ScanProblem(path: stream.file.path, error))
      }
      if stream.replacedSince != nil { stream.isOver = true }
      return false
    case .replaced:
      note(.replaced, stream, "was replaced; the new file is read from its start")
      stream.replacedSince = SystemClock.seconds
      streams.append(Stream(path: stream.file.path, input: stream.input))
      watch.add(stream.file.path)
      return true
    }
  }

  private func note(_ code: ScanProblem.Code, _ stream: Stream, _ message: String) {
    writer.note(ScanProblem(code, path: stream.file.path, message: message, isError: false))
  }

  // MARK: Scanning

  /// Whether the first bytes are those of a log; nil if there are too few to tell.
  private func isLog(_ stream: Stream, isFinal: Bool) -> Bool? {
    let first = stream.waiting.prefix(ContentSniffer.length)
    switch Self.content(of: stream) {
    case .pcap, .pcapng, .unsupportedCapture, .wrapped, .foreign, .compressed: return false
    default:
      return isFinal || first.contains(Byte.lineFeed) || first.count == ContentSniffer.length
        ? true : nil
    }
  }

  private static func content(of stream: Stream) -> InputContent {
    ContentSniffer.content(of: Array(stream.waiting.prefix(ContentSniffer.length)).rawSpan)
  }

  /// Why a file that is no log is not followed.
  private static func problem(with stream: Stream) -> ScanProblem {
    if case .foreign(let name, let advice) = content(of: stream) {
      return ScanProblem(
        .cannotFollow, path: stream.file.path,
        message: "is \(name), which cannot be followed; \(advice)")
    }
    return ScanProblem(
      .cannotFollow, path: stream.file.path,
      message: "is compressed or a capture, which cannot be followed",
      remedy: "leave out \(.follow)")
  }

  /// Scans the whole lines and records among the waiting bytes.
  private func scan(_ stream: Stream, isFinal: Bool) {
    if isFinal { stream.end() }
    guard !stream.waiting.isEmpty, !stream.isOver, isFinal || stream.hasNews else { return }
    var start: LogState
    if let state = stream.state {
      start = state
    } else {
      guard let isLog = isLog(stream, isFinal: isFinal) else { return }
      guard isLog else {
        writer.note(Self.problem(with: stream))
        stream.isOver = true
        return
      }
      let options = plan.logOptions
      let first = stream.waiting
      if !isFinal, LogState.isUndecided(firstBytes: first.rawSpan, options: options) { return }
      start = LogState.initial(firstBytes: first.rawSpan, isFinal: isFinal, options: options)
    }
    let text = stream.waiting
    var segment = SegmentOutput()
    if !stream.hasBegun {
      stream.hasBegun = true
      segment.statistics.inputs = 1
      if stream.isTranscoded { segment.statistics.skipped.add("utf-16-transcoded") }
    }
    var place = SegmentPlace(
      input: stream.input, path: stream.file.path, numberBase: stream.lines,
      offsetBase: stream.base, countsPackets: false)
    if stream.isTranscoded { place.transcoded = TranscodedOffsets() }
    place.surroundings.before = stream.linesBefore
    let progress = plan.progress
    let scanned = worker.scanText(
      text.rawSpan, from: start, place: place, isFinal: isFinal, output: &segment
    ) { _ in progress.isStopRequested }
    start = scanned.state
    stream.state = start
    stream.lines += scanned.lines
    let count = plan.options.contextLines
    if count > 0 {
      stream.linesBefore = ChunkSurroundings.last(
        count, of: stream.linesBefore, text.rawSpan.extracting(..<scanned.consumed))
    }
    stream.consume(scanned.consumed)
    // A followed input was counted when its first segment was scanned.
    if !writer.write(segment, input: stream.input, isCounted: true) { isStopped = true }
  }
}
