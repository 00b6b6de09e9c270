import Indicators
import Matchers
import Parsing

/// Appends one packet's observables to the batch, each pair of field and value once for a packet.
///
/// The batch is moved in for the time of one `fill` and moved out again, so that only this struct
/// holds it and appending copies nothing. A value is written to the end of the arena; then either
/// an observable keeps it or it is cut off again, so a value needs no memory of its own.
struct ObservableWriter: ~Copyable {
  var batch = ObservableBatch()
  var normalizer = Normalizer()
  /// Bytes of one value that is put together (a URL, a message's pieces); reused.
  var scratch: [UInt8] = []
  var name = NameText()
  /// The kinds that are wanted; of other kinds, values that would have to be computed are left out.
  var kinds = IndicatorKindSet.all
  /// The matchers that search values of kind text, as they search payloads.
  var textMatchers: [LiteralMatcher] = []
  var textMatches: [LiteralMatch] = []
  /// The present ClientHello's parts; reused.
  var fingerprint = TLSFingerprint()

  /// Whether the values being kept are pattern numbers, which must not compare equal to texts.
  var keepsPatterns = false
  /// The flow of the next values; its record (`madeFlow`) is made when a value is written.
  private(set) var source = FlowSource()
  private(set) var madeFlow = FlowRecord(
    source: IPAddress(ipv4: 0), destination: IPAddress(ipv4: 0), sourcePort: 0, destinationPort: 0,
    ipProtocol: 0,
    ipVersion: 0, tunnelDepth: 0, hasPorts: false)
  private(set) var isFlowMade = true
  /// Where a proxy leads the stream that is being read; nil if none does.
  var tunnel: HTTPTarget?
  /// Index of that flow in the batch, or `ObservableRecord.noFlow`.
  private(set) var flowIndex = ObservableRecord.noFlow
  /// The present batch's number, by which flows know whether their index is still valid; never 0.
  private(set) var serial: UInt32 = 0

  var fields = InlineArray<32, UInt16>(repeating: 0)
  private(set) var number: UInt64 = 0
  private(set) var time = ObservableRecord.noTime
  private(set) var order: UInt64 = 0
  /// Index of the packet's record for the present flow; `.max` until it has one.
  private var record = UInt32.max
  /// The code of the DNS response whose values are being written; nil outside of one.
  private var responseCode: DNSResponseCode?
  /// If the bytes being read came in several packets, which packet brought which; else empty.
  private var marks: [StreamMark] = []
  private var packet = (number: UInt64(0), time: ObservableRecord.noTime)
  /// Index of the packet's first observable in the batch.
  private(set) var packetStart = 0
  var seen = SeenValues()
  /// Index of the first observable of the present message, whose values are written once even if
  /// several packets brought it.
  private(set) var messageStart = Int.max
  /// The observables of the present DNS message's questions.
  ///
  /// If there are more than fit, names are compared with all questions of the packet.
  private var questions = InlineArray<4, UInt32>(repeating: 0)
  private var questionCount = 0
  /// The observable that holds the value that was kept last; `.max` if an earlier version has it.
  var lastKept: UInt32 = 0
  /// Hashes of questions that an earlier version of the packet has; they have no observable here
  /// (`UInt32.max` in `questions`).
  private var droppedQuestions = InlineArray<4, UInt64>(repeating: 0)
  var lastDropped: UInt64 = 0
  /// Sorted hashes of values and their packets; these values are not written again.
  var written: [UInt64] = []
  /// Other forms of values in the batch, listed behind them when it is given back.
  var laterForms: [LaterForm] = []

  /// Takes over a batch; `serial` is a number that no other batch of the capture has, never 0.
  mutating func begin(_ batch: inout ObservableBatch, serial: UInt32) {
    swap(&self.batch, &batch)
    self.serial = serial
    flowIndex = ObservableRecord.noFlow
    record = .max
    number = 0
    packetStart = self.batch.observables.count
    // The batch may be another one each time, or one whose table of fields was started anew.
    for field in CaptureField.allCases
    where !self.batch.fields.isName(field.name, at: fields[field.rawValue]) {
      fields[field.rawValue] = self.batch.fields.intern(field.name)
    }
  }

  /// Gives the batch back.
  mutating func end(_ batch: inout ObservableBatch) {
    insertForms()
    swap(&self.batch, &batch)
  }

  /// Begins a packet; `order` is the position of its values in the order in which values become
  /// known.
  @inline(__always)
  mutating func beginPacket(number: UInt64, time: Int64, order: UInt64) {
    self.number = number
    self.time = time
    self.order = order
    record = .max
    packetStart = batch.observables.count
    seen.removeAll()
  }

  /// Begins another version of the present packet.
  @inline(__always)
  mutating func continuePacket(order: UInt64) {
    self.order = order
    record = .max
  }

  /// Begins a flow of the packet: the outermost one, or one inside a tunnel.
  @inline(__always)
  mutating func beginFlow(_ source: FlowSource, index: UInt32) {
    self.source = source
    isFlowMade = false
    flowIndex = index
    record = .max
  }

  /// Begins a flow whose record was kept by the caller.
  mutating func beginFlow(_ flow: FlowRecord, index: UInt32) {
    madeFlow = flow
    isFlowMade = true
    flowIndex = index
    record = .max
  }

  /// The record of the flow that the next values belong to.
  mutating func flow() -> FlowRecord {
    if !isFlowMade {
      madeFlow = source.record
      isFlowMade = true
    }
    return madeFlow
  }

  /// Where what is being read leads: the present flow's responder, or the end of a tunnel.
  mutating func responder() -> HTTPTarget {
    if let tunnel { return tunnel }
    let flow = flow()
    return HTTPTarget(
      address: VersionedAddress(flow.destination, version: flow.ipVersion),
      port: flow.destinationPort)
  }

  /// Begins a flow of the packet for which nothing is written.
  @inline(__always)
  mutating func leaveFlow() { record = .max }

  /// Marks the flow as one whose packets disagree about some bytes, in records from now on.
  mutating func markOverlap() {
    madeFlow = flow()
    madeFlow.hasOverlap = true
    flowIndex = ObservableRecord.noFlow
    record = .max
  }

  /// Shows from now on the other end as the one that began the flow.
  mutating func turnRound() {
    madeFlow = flow()
    madeFlow.turnRound()
    flowIndex = ObservableRecord.noFlow
    record = .max
  }

  /// Says that values are written which an earlier packet brought.
  mutating func attribute(number: UInt64, time: Int64) {
    guard number != self.number || time != self.time else { return }
    self.number = number
    self.time = time
    record = .max
  }

  /// Says that the bytes read next came in several packets.
  mutating func useMarks(_ marks: [StreamMark]) {
    self.marks = marks
    packet = (number, time)
  }

  /// Says that the next value ends at offset `end` of the bytes being read: it belongs to the
  /// packet that brought its last byte.
  @inline(__always)
  mutating func place(_ end: Int) {
    if !marks.isEmpty { findPlace(end) }
  }

  private mutating func findPlace(_ end: Int) {
    var (low, high) = (0, marks.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if marks[middle].end >= end { high = middle } else { low = middle + 1 }
    }
    attribute(number: marks[low].number, time: marks[low].time)
  }

  /// Ends the bytes that came in several packets.
  mutating func endMarks() {
    if marks.isEmpty { return }
    marks = []
    attribute(number: packet.number, time: packet.time)
  }

  /// Begins a DNS message, each of whose values is written once; a response gets a record of its
  /// own.
  @inline(__always)
  mutating func beginMessage(_ code: DNSResponseCode?) {
    messageStart = batch.observables.count
    questionCount = 0
    guard let code else { return }
    responseCode = code
    record = .max
  }

  /// Ends a DNS message.
  @inline(__always)
  mutating func endMessage() {
    messageStart = .max
    if responseCode == nil { return }
    responseCode = nil
    record = .max
  }

  /// Notes that the value kept last is the name of a question.
  @inline(__always)
  mutating func noteQuestion() {
    if questionCount < questions.count {
      questions[questionCount] = lastKept
      droppedQuestions[questionCount] = lastDropped
    }
    questionCount += 1
  }

  /// Whether the value at the end of the arena, from `start` on, is the name of one of the
  /// message's questions.
  mutating func isQuestion(_ kind: IndicatorKind, from start: Int) -> Bool {
    guard questionCount <= questions.count else {
      return known(.dnsQuery, kind, from: start, addsIt: false) >= 0
    }
    for index in 0..<questionCount {
      let isSame =
        questions[index] == .max
        ? droppedQuestions[index] == valueHash(from: start)
        : isSameValue(Int(questions[index]), .dnsQuery, kind, from: start)
      if isSame { return true }
    }
    return false
  }

  /// The packet that the next values belong to.
  var present: (number: UInt64, time: Int64) {
    @inline(__always) get { (number, time) }
  }

  /// Whether a value was written for the packet's present flow.
  var hasRecord: Bool { record != .max }

  /// The index of the packet's record for the present flow, which is made if there is none.
  mutating func recordIndex() -> UInt32 {
    if record != .max { return record }
    if flowIndex == ObservableRecord.noFlow {
      flowIndex = UInt32(truncatingIfNeeded: batch.flows.count)
      // Made in place: a copy would have to wait for the bytes that were written just now.
      batch.flows.append(isFlowMade ? madeFlow : source.record)
    }
    record = UInt32(truncatingIfNeeded: batch.records.count)
    var made = ObservableRecord(number: number, base: order, time: time, flow: flowIndex)
    made.responseCode = responseCode
    batch.records.append(made)
    return record
  }

  // MARK: Versions

  /// A position in the batch to which `takeBack` can return.
  struct Place {
    fileprivate var observables: Int
    fileprivate var records: Int
    fileprivate var arena: Int
  }

  /// The present position in the batch.
  var place: Place {
    Place(
      observables: batch.observables.count, records: batch.records.count, arena: batch.arena.count)
  }

  /// Forgets the indices of values, because other values were inserted before them.
  mutating func forgetPlaces() { seen.removeAll() }

  /// Removes everything written since the batch was at `place`.
  mutating func takeBack(to place: Place) {
    batch.observables.removeLast(batch.observables.count - place.observables)
    batch.records.removeLast(batch.records.count - place.records)
    batch.arena.removeLast(batch.arena.count - place.arena)
    laterForms.removeAll { max($0.place, $0.form.offset) >= place.arena }
    if record != .max, Int(record) >= place.records { record = .max }
    // Some values found by hash no longer exist.
    seen.removeAll()
  }
}
