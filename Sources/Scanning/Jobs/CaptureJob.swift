import Capture
import Indicators
import Inputs

/// Scans one capture on as many threads as are free, with the same output for any number of them.
///
/// One thread at a time deals the next stretch of packets to groups of flows. Then any thread can
/// read a group's part of a stretch, one stretch after another. Stretches are committed in order,
/// and there the results of their flows are put into the order of packets. Groups only share the
/// work out: what flows yield, and where limits apply, depends on the flow alone.
///
/// Sendable because every stored property is either immutable, or guarded by the run's lock, or
/// owned by the thread that holds the `isDealing` or the `isCommitting` flag; each section below
/// says which.
final class CaptureJob: InputJob, @unchecked Sendable {
  private enum Task {
    case deal
    case read(group: Int)
    /// Deals, reads and commits a stretch, if there is only one group.
    case walk
  }

  /// A stretch that was dealt, with the results of its groups so far.
  private final class Piece {
    let stretch: CaptureStretch
    /// The number of packets in the stretch, and of bytes below.
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    /// Each element is owned by the thread that reads the group, then by the thread that commits.
    var outputs: [SegmentOutput?]
    var horizons: [UInt64]
    /// Guarded by the run's lock: the number of groups that are still to be read.
    var left: Int

    init(_ stretch: CaptureStretch, groupCount: Int) {
      self.stretch = stretch
      outputs = Array(repeating: nil, count: groupCount)
      horizons = Array(repeating: .max, count: groupCount)
      left = groupCount
    }
  }

  private let input: Int
  private let path: InputPath
  private let run: ScanRun
  private let output: OrderedOutput
  private let options: CaptureOptions
  private let progress: ScanProgress
  private let groupCount: Int
  private let window: Int
  private let conditions = FlowConditions()

  // Guarded by the run's lock.
  private var tasks: [Task] = []
  private var isDealing = false
  private var hasEnded = false
  private var isCommitting = false
  private var isFinished = false
  private var dealt = 0
  private var committed = 0
  private var next: [Int]
  private var isBusy: [Bool]
  private var pieces: [Int: Piece] = [:]
  private var spare: [CaptureStretch] = []
  /// The stretch in which the input ran dry; it is continued once everything dealt is committed.
  private var paused: CaptureStretch?
  private var flows: CaptureFlows?

  // Owned by the thread that deals.
  private var source: InputSource?
  private var dealer: CaptureDealer?
  private var reported: UInt64 = 0
  /// Bytes of the capture that earlier pieces count.
  private var counted: UInt64 = 0

  // Owned by the thread that commits.
  private var order: PacketOrder
  /// A hint for `CaptureFlows.horizon`, if there is only one group: the part of the flows in which
  /// something waited longest.
  private var slowest = 0
  private var problems: [ScanProblem] = []
  private var isStopped = false
  private var isCounted = false

  init(
    _ opened: OpenedInput, in run: ScanRun, to output: OrderedOutput, plan: ScanPlan, threads: Int
  ) {
    input = opened.index
    path = opened.path
    order = PacketOrder(pathLength: path.bytes.count)
    source = opened.source
    self.run = run
    self.output = output
    options = plan.captureOptions
    progress = plan.progress
    var groups = 1
    // Twice as many groups as threads, so that no thread waits long for the last group.
    while groups < 64, threads > 1, groups < 2 * threads { groups *= 2 }
    groupCount = min(groups, options.shardCount)
    // With one group each stretch is dealt, read and committed before the next one begins.
    window = groupCount > 1 ? 2 * threads + 2 : 1
    next = Array(repeating: 0, count: groupCount)
    isBusy = Array(repeating: false, count: groupCount)
  }

  var isDone: Bool { isFinished }

  func claim() -> Bool {
    // Dealing comes first, since only one thread can do it.
    if !isDealing, !hasEnded, dealt - committed < (paused == nil ? window : 1),
      !output.isFull(input: input)
    {
      isDealing = true
      tasks.append(groupCount == 1 ? .walk : .deal)
      return true
    }
    if groupCount == 1 { return false }
    let ready = next.indices.filter { !isBusy[$0] && next[$0] < dealt }
    guard let group = ready.min(by: { next[$0] < next[$1] }) else { return false }
    isBusy[group] = true
    tasks.append(.read(group: group))
    return true
  }

  func perform(_ worker: ScanWorker) {
    switch run.update({ tasks.removeFirst() }) {
    case .deal: deal()
    case .read(let group): read(group, worker)
    case .walk: walk(worker)
    }
  }

  // MARK: Dealing

  private func deal() {
    do throws(CaptureError) {
      let dealer = try open()
      let stretch = nextStretch()
      let piece = Piece(stretch, groupCount: groupCount)
      count(dealer, piece) { dealer.deal(into: stretch) }
      run.update {
        pieces[dealt] = piece
        dealt += 1
        if stretch.isPaused { paused = stretch }
        flows = dealer.flows
        isDealing = false
        hasEnded = hasEnded || stretch.isLast || output.isStopped
      }
    } catch {
      refuse(error)
    }
  }

  private func nextStretch() -> CaptureStretch {
    run.update { paused.take() ?? spare.popLast() } ?? CaptureStretch()
  }

  /// Runs `read` and notes how many packets and bytes it added to a piece.
  private func count(_ dealer: CaptureDealer, _ piece: Piece, _ read: () -> Void) {
    let packets = dealer.packetCount
    read()
    piece.packets = dealer.packetCount - packets
    // What was read to open the capture is part of the first piece.
    let bytes = dealer.byteCount
    piece.bytes = bytes - counted
    counted = bytes
    if let source {
      progress.add(bytes: source.rawBytesRead &- reported)
      reported = source.rawBytesRead
    }
  }

  /// Ends the job with an error: the file's header was refused, so nothing was dealt.
  private func refuse(_ error: CaptureError) {
    problems.append(ScanProblem(path: path, error))
    run.update {
      isDealing = false
      hasEnded = true
    }
    finish()
  }

  private func open() throws(CaptureError) -> CaptureDealer {
    if let dealer { return dealer }
    guard let source else { preconditionFailure("a capture is opened once") }
    let dealer = try CaptureDealer(source: source, options: options, groupCount: groupCount)
    self.dealer = dealer
    return dealer
  }

  // MARK: Reading

  private func read(_ group: Int, _ worker: ScanWorker) {
    let (index, piece, flows) = run.update { (next[group], pieces[next[group]], self.flows) }
    guard let piece, let flows else { return }
    let reader = worker.tools.flowWorker(options)
    var position = 0
    let yielded = scan(piece.stretch, group, flows, reader, worker) { batch in
      reader.read(from: &position, of: piece.stretch, group: group, flows, into: &batch)
    }
    let horizon = flows.horizon(group: group, of: groupCount)
    let isComplete = run.update { () -> Bool in
      piece.outputs[group] = yielded
      piece.horizons[group] = horizon
      isBusy[group] = false
      next[group] = index + 1
      piece.left -= 1
      guard piece.left == 0, index == committed, !isCommitting else { return false }
      isCommitting = true
      return true
    }
    if isComplete { commit(piece, worker) }
  }

  /// Scans a group's part of a stretch and returns its output.
  ///
  /// `next` appends the observables of the packets batch by batch. After the last stretch the data
  /// that still waits in the flows is scanned too.
  private func scan(
    _ stretch: CaptureStretch, _ group: Int, _ flows: CaptureFlows, _ reader: FlowWorker,
    _ worker: ScanWorker, _ next: (inout ObservableBatch) -> Bool
  ) -> SegmentOutput {
    var segment = SegmentOutput()
    let tools = worker.tools
    let place = SegmentPlace(
      input: input, path: path, numberBase: 0, offsetBase: 0, countsPackets: true,
      conditions: conditions)
    tools.batch.removeAll()
    func process() {
      worker.processor.process(&tools.batch, chunk: RawSpan(), place: place, output: &segment)
      tools.batch.removeAll()
    }
    while next(&tools.batch) { process() }
    if stretch.isLast {
      var shard = group
      while reader.finish(
        &shard, groupCount: groupCount, after: stretch, flows, into: &tools.batch)
      {
        process()
      }
    }
    process()
    segment.statistics.skipped.merge(reader.takeTally())
    return segment
  }

  /// Reads and commits the next stretch; with one group nothing is dealt to others.
  private func walk(_ worker: ScanWorker) {
    do throws(CaptureError) {
      let dealer = try open()
      let stretch = nextStretch()
      let reader = worker.tools.flowWorker(options)
      let piece = Piece(stretch, groupCount: 1)
      count(dealer, piece) {
        dealer.begin(stretch)
        piece.outputs[0] = scan(stretch, 0, dealer.flows, reader, worker) { batch in
          dealer.walk(stretch, reader, into: &batch)
        }
        // With one group no other thread writes to `order`.
        let fresh = piece.outputs[0]?.lowestPacket ?? .max
        if !order.isEmpty || fresh < .max {
          piece.horizons[0] = dealer.flows.horizon(
            above: min(order.lowest, fresh), hint: &slowest)
        }
      }
      run.update {
        dealt += 1
        isDealing = false
        if stretch.isPaused { paused = stretch }
        hasEnded = stretch.isLast || output.isStopped
      }
      commit(piece, worker)
    } catch {
      refuse(error)
    }
  }

  // MARK: Committing

  private func commit(_ first: Piece, _ worker: ScanWorker) {
    var piece: Piece? = first
    while let due = piece {
      let isLast = apply(due, worker)
      if isLast { return finish(worker) }
      piece = run.update { () -> Piece? in
        pieces[committed] = nil
        committed += 1
        if !due.stretch.isPaused { spare.append(due.stretch) }
        if let further = pieces[committed], further.left == 0 { return further }
        isCommitting = false
        return nil
      }
    }
  }

  /// Writes the output of a stretch as far as its order is certain; true after the last stretch.
  private func apply(_ piece: Piece, _ worker: ScanWorker) -> Bool {
    var outputs = piece.outputs
    piece.outputs = []
    for group in outputs.indices {
      guard var output = outputs[group].take() else { continue }
      if group == 0 {
        output.statistics.inputs = isCounted ? 0 : 1
        isCounted = true
        output.statistics.packets = piece.packets
        output.statistics.bytes = piece.bytes
      }
      order.append(output)
    }
    let isLast = piece.stretch.isLast
    if let failure = piece.stretch.failure {
      problems.append(ScanProblem(path: path, failure))
    }
    let horizon =
      piece.stretch.isOverdue ? .max : piece.horizons.reduce(piece.stretch.horizon, min)
    let due = min(horizon, piece.stretch.lastNumber + 1)
    let segment =
      piece.stretch.isPaused
      ? order.releaseAhead(before: due) : order.release(before: isLast ? .max : due)
    if !write(segment, worker) {
      run.update { hasEnded = true }
      isStopped = true
      return true
    }
    return isLast
  }

  /// Writes lines whose turn it is; packed ones are rendered here.
  private func write(_ segment: SegmentOutput, _ worker: ScanWorker?) -> Bool {
    guard !segment.packedLines.isEmpty,
      let renderer = worker?.processor as? any PackedHitRenderer
    else { return output.write(segment, input: input) }
    var part = SegmentOutput()
    part.statistics = segment.statistics
    var packed = segment.packedLines[...]
    var start = 0
    for (index, end) in segment.lineEnds.enumerated() {
      if let line = packed.first, line.line == index {
        packed.removeFirst()
        renderer.render(segment.packs[line.pack], at: line.place, to: &part)
      } else {
        part.bytes.append(contentsOf: segment.bytes[start..<end])
        part.lineEnds.append(part.bytes.count)
      }
      start = end
      guard part.isMuch else { continue }
      guard output.write(part, input: input) else { return false }
      part.restart()
      output.waitForRoom(input: input) { [progress] in progress.isStopRequested }
    }
    return output.write(part, input: input)
  }

  private func finish(_ worker: ScanWorker? = nil) {
    // If no more output is wanted another thread may still be dealing, and counts are no longer
    // taken.
    if !isStopped { writeRest(worker) }
    output.finish(input: input, problems: problems)
    run.update { isFinished = true }
  }

  /// Notes a problem if no packet of a capture could be read: it would look like a capture without
  /// hits.
  private func noteUnread(_ counts: [String: UInt64], packets: UInt64) {
    let prefix = "link-type-"
    let unread = counts.filter { $0.key.hasPrefix(prefix) }
    guard packets > 0, unread.values.reduce(0, +) == packets else { return }
    let names = unread.keys.map { String($0.dropFirst(prefix.count)) }.sorted()
    problems.append(
      ScanProblem(
        .unknownLinkType, path: path,
        message:
          "none of its packets was read: link type \(names.joined(separator: ", ")) is not known",
        isError: false))
  }

  private func writeRest(_ worker: ScanWorker?) {
    var segment = order.release(before: .max)
    segment.statistics.inputs = isCounted ? 0 : 1
    if let dealer {
      let tally = dealer.tally
      segment.statistics.skipped.merge(tally)
      noteUnread(tally.counts, packets: dealer.packetCount)
    }
    segment.statistics.skipped.add("hits-behind-their-place", order.late)
    source = nil
    dealer = nil
    _ = write(segment, worker)
  }
}
