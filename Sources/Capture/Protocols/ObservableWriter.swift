import Indicators
import Matchers
import Parsing

/// Appends one packet's observables to the batch, each (field, value) of a packet once.
///
/// The batch is moved in for the time of one `fill` and moved out again, so that nothing but this
/// struct holds it and appending copies nothing. A value is written to the end of the arena and
/// then either kept by an observable or cut off again, so a value needs no memory of its own.
struct ObservableWriter: ~Copyable {
  var batch = ObservableBatch()
  var normalizer = Normalizer()
  /// Bytes put together for one value (a URL, a message's pieces); reused.
  var scratch: [UInt8] = []
  var name = NameText()
  /// The kinds that take part; values that have to be computed are left out where theirs does not.
  var kinds = IndicatorKindSet.all
  /// What finds the texts that values of text are searched for, as payloads are.
  var textMatchers: [LiteralMatcher] = []
  var textMatches: [LiteralMatch] = []
  /// The present ClientHello's parts; reused.
  var fingerprint = TLSFingerprint()

  /// What is kept are numbers of patterns, which no text equals.
  var keepsPatterns = false
  /// The flow of what is written next; its record is made when something is.
  private(set) var source = FlowSource()
  private(set) var madeFlow = FlowRecord(
    source: (0, 0), destination: (0, 0), sourcePort: 0, destinationPort: 0, ipProtocol: 0,
    ipVersion: 0, tunnelDepth: 0, hasPorts: false)
  private(set) var isFlowMade = true
  /// Where that flow stands in the batch, or `ObservableRecord.noFlow`.
  private(set) var flowIndex = ObservableRecord.noFlow
  /// Of the present batch, so that flows know whether their index is still good; never 0.
  private(set) var serial: UInt32 = 0

  var fields = InlineArray<32, UInt16>(repeating: 0)
  private(set) var number: UInt64 = 0
  private(set) var time = ObservableRecord.noTime
  private(set) var order: UInt64 = 0
  /// The packet's record for the present flow, once it has one.
  private var record = UInt32.max
  /// The code of the DNS response whose values are written.
  private var responseCode: DNSResponseCode?
  /// Where values come from bytes of several packets: which brought which.
  private var marks: [StreamMark] = []
  private var packet = (number: UInt64(0), time: ObservableRecord.noTime)
  /// Where the packet's values begin in the batch.
  private(set) var packetStart = 0
  var seen = SeenValues()
  /// Where the values of a message begin that are written once, however many packets brought it.
  private(set) var messageStart = Int.max
  /// The questions of the present DNS message, as observables; more of them are not told from other messages'.
  private var questions = InlineArray<4, UInt32>(repeating: 0)
  private var questionCount = 0
  /// The observable that holds the value kept last.
  private var lastKept: UInt32 = 0
  /// Hashes of questions that an earlier version has, so that they are no observables of this one (`UInt32.max`).
  private var droppedQuestions = InlineArray<4, UInt64>(repeating: 0)
  private var lastDropped: UInt64 = 0
  /// Values, with their packets, that are not written again; sorted.
  var written: [UInt64] = []

  /// Takes the batch over; `serial` is a number that no other batch of the capture has, never 0.
  mutating func begin(_ batch: inout ObservableBatch, serial: UInt32) {
    swap(&self.batch, &batch)
    self.serial = serial
    flowIndex = ObservableRecord.noFlow
    record = .max
    number = 0
    packetStart = self.batch.observables.count
    // The caller may hand in another batch each time, or one whose table was started anew.
    for field in CaptureField.allCases
    where !self.batch.fields.isName(field.name, at: fields[field.rawValue]) {
      fields[field.rawValue] = self.batch.fields.intern(field.name)
    }
  }

  /// Gives the batch back.
  mutating func end(_ batch: inout ObservableBatch) { swap(&self.batch, &batch) }

  /// Begins a packet; `order` tells of its values in which order they became known.
  @inline(__always)
  mutating func beginPacket(number: UInt64, time: Int64, order: UInt64) {
    self.number = number
    self.time = time
    self.order = order
    record = .max
    packetStart = batch.observables.count
    seen.removeAll()
  }

  /// Begins another version of the packet before.
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

  /// Begins a flow whose record was kept.
  mutating func beginFlow(_ flow: FlowRecord, index: UInt32) {
    madeFlow = flow
    isFlowMade = true
    flowIndex = index
    record = .max
  }

  /// The flow of what is written next, as it is shown.
  mutating func flow() -> FlowRecord {
    if !isFlowMade {
      madeFlow = source.record
      isFlowMade = true
    }
    return madeFlow
  }

  /// Begins a flow of the packet of which nothing is written.
  @inline(__always)
  mutating func leaveFlow() { record = .max }

  /// Shows from now on that the flow's packets disagree about some bytes.
  mutating func markOverlap() {
    madeFlow = flow()
    madeFlow.hasOverlap = true
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

  /// Says that what is read next came with several packets.
  mutating func useMarks(_ marks: [StreamMark]) {
    self.marks = marks
    packet = (number, time)
  }

  /// Says that the next value's last byte stands before an offset of the bytes being read.
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

  /// Ends what several packets brought.
  mutating func endMarks() {
    if marks.isEmpty { return }
    marks = []
    attribute(number: packet.number, time: packet.time)
  }

  /// Begins a DNS message, each of whose values is written once; those of a response have a record of their own.
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

  /// Notes that the value kept last is a question's name.
  @inline(__always)
  mutating func noteQuestion() {
    if questionCount < questions.count {
      questions[questionCount] = lastKept
      droppedQuestions[questionCount] = lastDropped
    }
    questionCount += 1
  }

  /// Whether the value at the end of the arena, from `start` on, is the name of one of the message's questions.
  mutating func isQuestion(from start: Int) -> Bool {
    guard questionCount <= questions.count else {
      return known(.dnsQuery, .domain, from: start, addsIt: false) >= 0
    }
    for index in 0..<questionCount {
      let isSame =
        questions[index] == .max
        ? droppedQuestions[index] == valueHash(from: start)
        : isSameValue(Int(questions[index]), .dnsQuery, .domain, from: start)
      if isSame { return true }
    }
    return false
  }

  /// The packet that values are written of.
  var present: (number: UInt64, time: Int64) {
    @inline(__always) get { (number, time) }
  }

  /// Whether anything was written for the packet's present flow.
  var hasRecord: Bool { record != .max }

  /// The packet's record for the present flow.
  private mutating func recordIndex() -> UInt32 {
    if record != .max { return record }
    if flowIndex == ObservableRecord.noFlow {
      flowIndex = UInt32(truncatingIfNeeded: batch.flows.count)
      // Made where it stands: a copy of what was written just now waits for it.
      batch.flows.append(isFlowMade ? madeFlow : source.record)
    }
    record = UInt32(truncatingIfNeeded: batch.records.count)
    var made = ObservableRecord(number: number, base: order, time: time, flow: flowIndex)
    made.responseCode = responseCode
    batch.records.append(made)
    return record
  }

  // MARK: Values

  /// Writes a pair of IPv4 addresses of a header, each with its port; none is compared with others.
  mutating func append(
    _ first: (field: CaptureField, address: UInt32, port: UInt16, flags: ObservableFlags),
    _ second: (field: CaptureField, address: UInt32, port: UInt16, flags: ObservableFlags)
  ) {
    let start = UInt32(truncatingIfNeeded: batch.arena.count)
    let bytes = (UInt64(first.address) << 32 | UInt64(second.address)).bigEndian
    // SAFETY: the closure only reads the number's bytes.
    unsafe withUnsafeBytes(of: bytes) { unsafe batch.arena.append(contentsOf: $0) }
    let record = recordIndex()
    batch.observables.append(
      Observable(
        kind: .ipv4, flags: first.flags.union(.inArena), field: fields[first.field.rawValue],
        offset: start, length: 4, record: record, port: first.port, schemeLength: 0))
    batch.observables.append(
      Observable(
        kind: .ipv4, flags: second.flags.union(.inArena), field: fields[second.field.rawValue],
        offset: start &+ 4, length: 4, record: record, port: second.port, schemeLength: 0))
  }

  /// Writes an address; IPv6 forms of IPv4 addresses become IPv4.
  mutating func append(
    _ field: CaptureField, _ address: IPAddress, version: UInt8, port: UInt16 = 0,
    flags: ObservableFlags = [], isRepeatable: Bool = false
  ) {
    let start = batch.arena.count
    let kind: IndicatorKind
    if version == 4 {
      kind = .ipv4
      append(bigEndian: address.ipv4)
    } else if address.isMapped {
      kind = .ipv4
      append(bigEndian: UInt32(truncatingIfNeeded: address.low))
    } else {
      kind = .ipv6
      append(bigEndian: UInt32(truncatingIfNeeded: address.high >> 32))
      append(bigEndian: UInt32(truncatingIfNeeded: address.high))
      append(bigEndian: UInt32(truncatingIfNeeded: address.low >> 32))
      append(bigEndian: UInt32(truncatingIfNeeded: address.low))
    }
    if isRepeatable {
      write(field, kind, start, flags, port: port)
    } else {
      keep(field, kind, from: start, flags: flags, port: port)
    }
  }

  /// The value that says that a matcher's pattern was found; another one that ends with the one before belongs to
  /// it.
  mutating func makePattern(_ pattern: FoundPattern, _ record: UInt32) -> Observable {
    let start = batch.arena.count
    appendPattern(pattern.pattern, of: pattern.matcher)
    return Observable(
      kind: .text,
      flags: pattern.isAnother ? [.pattern, .joint, .inArena] : [.pattern, .inArena],
      field: fields[CaptureField.payload.rawValue], offset: UInt32(truncatingIfNeeded: start),
      length: 8, record: record, port: 0, schemeLength: 0)
  }

  /// Adds the number of a pattern, and that of its matcher, to the arena.
  mutating func appendPattern(_ pattern: UInt32, of matcher: UInt32) {
    append(bigEndian: matcher)
    append(bigEndian: pattern)
  }

  private mutating func append(bigEndian value: UInt32) {
    // SAFETY: the closure only reads the number's bytes.
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe batch.arena.append(contentsOf: $0) }
  }

  /// Writes bytes as they are.
  mutating func append(
    _ field: CaptureField, _ kind: IndicatorKind, _ value: RawSpan, flags: ObservableFlags = []
  ) {
    let start = batch.arena.count
    appendToArena(value)
    keep(field, kind, from: start, flags: flags)
  }

  /// Adds bytes to the value at the end of the arena.
  mutating func appendToArena(_ value: RawSpan) {
    // SAFETY: the closure only reads the span's bytes.
    unsafe value.withUnsafeBytes { unsafe batch.arena.append(contentsOf: $0) }
  }

  /// Makes an observable of the arena's bytes from `start` on, or drops them: empty values, and
  /// values that the packet already has in this field.
  @discardableResult
  mutating func keep(
    _ field: CaptureField, _ kind: IndicatorKind, from start: Int, flags: ObservableFlags = [],
    port: UInt16 = 0, schemeLength: UInt16 = 0
  ) -> Bool {
    let length = batch.arena.count - start
    guard length > 0 else { return false }
    let wasWritten = !written.isEmpty && isWritten(field, kind, from: start)
    let known = known(field, kind, from: start, addsIt: !wasWritten)
    if known >= 0 || wasWritten {
      lastKept = known >= 0 ? UInt32(truncatingIfNeeded: known) : .max
      if known < 0 { lastDropped = valueHash(from: start) }
      batch.arena.removeLast(length)
      return false
    }
    lastKept = UInt32(truncatingIfNeeded: batch.observables.count)
    write(field, kind, start, flags, port: port, schemeLength: schemeLength)
    return true
  }

  private mutating func write(
    _ field: CaptureField, _ kind: IndicatorKind, _ start: Int, _ flags: ObservableFlags,
    port: UInt16, schemeLength: UInt16 = 0
  ) {
    let record = recordIndex()
    batch.observables.append(
      Observable(
        kind: kind, flags: flags.union(.inArena), field: fields[field.rawValue],
        offset: UInt32(truncatingIfNeeded: start),
        length: UInt32(truncatingIfNeeded: batch.arena.count - start), record: record,
        port: port, schemeLength: schemeLength))
  }

  // MARK: Versions

  /// Where the batch stands.
  struct Place {
    fileprivate var observables: Int
    fileprivate var records: Int
    fileprivate var arena: Int
  }

  /// Where the batch stands now.
  var place: Place {
    Place(
      observables: batch.observables.count, records: batch.records.count, arena: batch.arena.count)
  }

  /// Forgets where values stand: others were inserted before them.
  mutating func forgetPlaces() { seen.removeAll() }

  /// Takes back what was written since the batch stood at a place.
  mutating func takeBack(to place: Place) {
    batch.observables.removeLast(batch.observables.count - place.observables)
    batch.records.removeLast(batch.records.count - place.records)
    batch.arena.removeLast(batch.arena.count - place.arena)
    if record != .max, Int(record) >= place.records { record = .max }
    // Some of the values by hash are none any more.
    seen.removeAll()
  }
}
