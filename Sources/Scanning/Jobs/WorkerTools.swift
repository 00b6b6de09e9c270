import Capture
import Database
import Indicators
import Inputs
import Logs
import Parsing

/// Scratch memory of one thread, reused from piece to piece.
final class WorkerTools {
  var batch = ObservableBatch()
  let logs: LogExtractor
  /// Finds the lines of a log that are worth reading; nil before the first log, or if all are read.
  var finder: CandidateFinder?
  private var finderSource: FinderSource?
  var candidates: [UInt32] = []
  private var flows: FlowWorker?

  init(logOptions: LogOptions, finder: FinderSource?) {
    logs = LogExtractor(options: logOptions)
    finderSource = finder
  }

  /// The reader of captures' flows; all captures of a run have the same options.
  func flowWorker(_ options: CaptureOptions) -> FlowWorker {
    if let flows { return flows }
    let worker = FlowWorker(options)
    flows = worker
    return worker
  }

  /// Looks for candidates in a chunk of a log.
  func findCandidates(in chunk: RawSpan) -> ChunkCandidates {
    if let finderSource {
      finder = finderSource.finder
      self.finderSource = nil
    }
    guard finder != nil else { return ChunkCandidates() }
    let before = finder?.counts ?? []
    let isFound = finder?.find(in: chunk, candidates: &candidates) ?? false
    var found = ChunkCandidates()
    if isFound { found.places = candidates }
    found.words = finder?.wordPlaces
    found.hosts = finder?.hostPlaces ?? []
    found.counts = zip(finder?.counts ?? [], before).map { $0 &- $1 }
    return found
  }
}

/// What the first pass over a chunk of a log found.
///
/// It depends on the bytes alone, not on the lines before them.
struct ChunkCandidates {
  /// The offsets at which an indicator may be; nil if everything must be read.
  var places: [UInt32]?
  /// Those offsets near which a file name may be.
  var words: [UInt32]?
  /// Those offsets at which only the host of a URL may be.
  var hosts: [UInt32] = []
  /// The number of values of each kind that the pass looked at, by the kind's raw value.
  var counts: [UInt64] = []

  /// Whether the candidates are few enough to be kept longer than the scan of their chunk.
  func isSmall(beside byteCount: Int) -> Bool {
    (places?.count ?? 0) + (words?.count ?? 0) + hosts.count <= byteCount / 16
  }

  /// Leaves out the values of a part of the chunk.
  mutating func leaveOut(_ part: [UInt64]) {
    for kind in counts.indices where kind < part.count {
      counts[kind] -= min(part[kind], counts[kind])
    }
  }

  /// Adds the values that the pass looked at and that were not extracted, and so not counted yet.
  func addCounts(to observables: inout [UInt64], beyond extracted: [UInt64]) {
    for kind in counts.indices where kind < observables.count && counts[kind] > extracted[kind] {
      observables[kind] += counts[kind] - extracted[kind]
    }
  }
}

extension ScanWorker {
  /// The result of scanning a piece of a log.
  struct ScannedText {
    var state: LogState
    /// The number of bytes of the whole lines and records that were read.
    var consumed: Int
    var lines: UInt64
    /// What the first pass found in the piece.
    var candidates: ChunkCandidates
  }

  /// Scans the whole lines and records of a piece of a log.
  ///
  /// - Parameters:
  ///   - bytes: The piece.
  ///   - start: The state after the bytes before the piece.
  ///   - place: The place of the piece in its input.
  ///   - isFinal: Whether nothing follows the piece.
  ///   - known: What the first pass found in the piece, if it was made already.
  ///   - output: Receives hits and counts.
  ///   - isStopped: Called now and then with the output so far, which it may take; true ends the
  ///     scan early.
  /// - Returns: How far the scan came.
  func scanText(
    _ bytes: RawSpan, from start: LogState, place: SegmentPlace, isFinal: Bool,
    candidates known: ChunkCandidates? = nil, output: inout SegmentOutput,
    isStopped: (inout SegmentOutput) -> Bool
  ) -> ScannedText {
    tools.logs.resetCounters()
    let candidates = known ?? tools.findCandidates(in: bytes)
    tools.logs.setCandidates(
      candidates.places, words: candidates.words, hosts: candidates.hosts)
    var state = start
    var offset = 0
    var lines: UInt64 = 0
    // The number of observables that were extracted, by kind. They are counted in the output,
    // except those that `isStopped` has taken from there.
    var extracted = output.statistics.observables.map { 0 &- $0 }
    var counted = (lines: UInt64(0), bytes: UInt64(0))
    var transcoded: UInt64? = place.transcoded == nil ? nil : 0
    // Counts what was read since the last time: output may be taken now, or be the last one wanted.
    func count(_ output: inout SegmentOutput) {
      let read = transcoded ?? UInt64(offset)
      output.statistics.lines &+= lines &- counted.lines
      output.statistics.bytes &+= read &- counted.bytes
      counted = (lines, read)
    }
    func isEnough(_ output: inout SegmentOutput) -> Bool {
      count(&output)
      let before = output.statistics.observables
      let isEnough = isStopped(&output)
      for kind in before.indices {
        extracted[kind] &+= before[kind] &- output.statistics.observables[kind]
      }
      return isEnough
    }
    var hasTail = false
    while true {
      tools.batch.removeAll()
      let progress = tools.logs.extract(
        bytes, from: &offset, line: &lines, state: &state, isFinal: isFinal, into: &tools.batch)
      processor.process(
        &tools.batch, chunk: bytes, place: place, output: &output, isStopped: isEnough)
      // Behind the batch, so that offsets are asked for in ascending order.
      transcoded = place.transcoded?.sourceOffset(of: offset, in: bytes)
      if progress == .needsMore { hasTail = !isFinal && offset < bytes.byteCount }
      if progress == .needsMore || isEnough(&output) { break }
    }
    for kind in extracted.indices { extracted[kind] &+= output.statistics.observables[kind] }
    var looked = candidates
    // What is not consumed is scanned, and counted, again with what follows it.
    if hasTail { looked.leaveOut(tools.findCandidates(in: bytes.extracting(offset...)).counts) }
    looked.addCounts(to: &output.statistics.observables, beyond: extracted)
    count(&output)
    // The last line need not end in a line feed.
    if isFinal, offset > 0, offset >= bytes.byteCount,
      bytes.byte(at: bytes.byteCount - 1) != Byte.lineFeed
    {
      output.statistics.lines += 1
    }
    output.statistics.skipped.merge(tools.logs.tally)
    return ScannedText(
      state: state, consumed: min(offset, bytes.byteCount), lines: lines, candidates: candidates)
  }
}
