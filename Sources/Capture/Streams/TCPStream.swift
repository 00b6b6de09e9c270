import Indicators
import Parsing

/// One direction of a TCP connection while something in it is being read.
///
/// Bytes that arrive in order go straight from the packet to the protocol's reader, which keeps
/// only what belongs to an unfinished line or message. Also kept here are segments that came too
/// early, and the last bytes read (`StreamHistory`), with which a segment that comes again is
/// compared.
///
/// Accesses to its state are not checked at run time (`@exclusivity(unchecked)`): the checks were a
/// tenth of the time of reading a capture. Accesses cannot overlap: one thread has a stream at a
/// time, and code that reads one of its parts in place is given no way to the stream.
final class TCPStream {
  /// A segment that came before others that precede it.
  struct Early {
    var sequence: SequenceNumber
    var bytes: [UInt8]
    /// Bytes that the packet had beyond what was captured.
    var missing: Int
    /// It was read before: what is missing is given up only when a segment begins behind it.
    var isAgain = false
    var number: UInt64
    var time: Int64
    /// How many of the bytes were read, and in how many parts.
    var read = 0
    var parts = 0

    /// The sequence number of the first byte that was not read.
    var place: SequenceNumber { sequence + read }
  }

  /// Another version of the bytes read of an unfinished message.
  struct Version {
    var bytes: [UInt8]
    /// The sequence number of the first byte.
    var sequence: SequenceNumber
    /// The packet that brought the last of them.
    var number: UInt64
    var time: Int64
    /// The range in which the bytes differ from the version they were made from.
    var changed: Range<Int>
    /// Values that the packets which brought them had already (`ObservableWriter.written`).
    var written: [UInt64] = []
  }

  /// A reader of another version of bytes that were read, which goes on with the bytes that follow.
  ///
  /// One without content waits for a request that may begin with the next byte that it expects.
  struct Rereading {
    var reader: TCPStream
    /// The sequence number of the next byte that it expects.
    ///
    /// That is the stream's own next byte, or one before it, which comes again, or of a reader without
    /// content one behind it.
    var next: SequenceNumber
    /// Bytes that it may still read.
    var left = mostReread
  }

  /// The most segments that wait in one direction, and the most behind acknowledged bytes.
  static let longestQueue = 1024
  static let longestAcknowledged = 32
  /// The most bytes that are read of one other version of a stream.
  private static let mostReread = 1 << 20
  /// The most bytes read of `receivers`, counted again each time that they are read anew.
  static let mostReceiverBytes = 4 << 20

  /// What is being read.
  enum Content {
    case none
    /// The first bytes, too few to tell.
    case undecided
    case http
    case tls
    case dns

    var isNone: Bool { if case .none = self { true } else { false } }
  }

  @safe @exclusivity(unchecked) var content = Content.none
  @safe @exclusivity(unchecked) var undecided = StreamBuffer()
  @safe @exclusivity(unchecked) var http = HTTPReader()
  @safe @exclusivity(unchecked) var tls = TLSReader()
  @safe @exclusivity(unchecked) var dns = DNSStreamReader()
  /// Early segments, ascending in sequence, and the bytes in them.
  @safe @exclusivity(unchecked) var queue = EarlySegments()
  @safe @exclusivity(unchecked) var queuedBytes = 0
  /// Other versions of the message that is being read, which go on with the same bytes.
  @safe @exclusivity(unchecked) private(set) var openVersions: [Version] = []
  /// Readers of other versions of messages that were read; those versions go on.
  @safe @exclusivity(unchecked) private(set) var rereadings: [Rereading] = []
  /// Some of `rereadings` were taken out, and go on with the bytes that are being read.
  @safe @exclusivity(unchecked) var isRereading = false
  /// The versions of receivers that do not take the first of segments that disagree.
  ///
  /// `receiverBytes` counts the bytes that were read of them.
  @safe @exclusivity(unchecked) var receivers: [ReceiverVersion] = []
  @safe @exclusivity(unchecked) var receiverBytes = 0
  /// The last bytes that were read, and what other segments held in their place: `GET /a` and
  /// `GET /b`, both at 1000.
  @safe @exclusivity(unchecked) var history = StreamHistory()
  /// Where bytes were given up, as six between `GET /in` and ` HTTP/1.1`, in case a later packet
  /// brings them after all.
  @safe @exclusivity(unchecked) var holes: [StreamHole] = []
  /// The unread rest of holes that are no longer kept.
  @safe @exclusivity(unchecked) var lost = LostRanges()
  /// The direction of the connection that waits while another, which seemed to begin, is read.
  ///
  /// Both may go on.
  @safe @exclusivity(unchecked) var parked: FlowDirection?
  @safe @exclusivity(unchecked) var queueRoom = Room()
  /// How often waiting segments may still be cut (`split`).
  @safe @exclusivity(unchecked) var cutsLeft = TCPStream.fewCuts
  /// Where another connection would begin, as told by a SYN whose number does not fit this one.
  ///
  /// Its bytes tell whether there is such a connection.
  @safe @exclusivity(unchecked) var otherStart: SequenceNumber?
  /// Up to where the other side has acknowledged bytes that are missing here.
  ///
  /// The capture lacks them, or has them later.
  @safe @exclusivity(unchecked) var acknowledged: SequenceNumber?
  /// The present gap's `AcknowledgedGap.order`; 0 if no gap is to be given up in time.
  @safe @exclusivity(unchecked) var gap: UInt64 = 0
  /// The flow and the direction that the stream belongs to.
  @safe @exclusivity(unchecked) var side = FlowSide(flow: 0, isFromFirst: false)
  /// How the flow is shown, and the target of its requests.
  @safe @exclusivity(unchecked) var record: FlowRecord
  @safe @exclusivity(unchecked) var target: HTTPTarget
  /// The target to which a proxy was asked to lead the connection.
  @safe @exclusivity(unchecked) var tunnel: HTTPTarget?
  /// The beginning of a status line that came in its own segment, while an answer is waited for.
  @safe @exclusivity(unchecked) var answerStart: [UInt8] = []

  var flow: UInt32 { side.flow }

  init(record: FlowRecord, target: HTTPTarget) {
    self.record = record
    self.target = target
  }

  /// Bytes of memory that the stream takes, about: all that its buffers have room for, used or not.
  var cost: Int {
    let waiting = queuedBytes + queue.count * 48 + queueRoom.count * MemoryLayout<Early>.stride
    let unfinished = undecided.cost + http.cost + tls.cost + dns.cost
    var cost = 640 + waiting + unfinished + history.cost + lost.cost
    for version in openVersions { cost += version.bytes.count + 8 * version.written.count }
    for hole in holes { cost += hole.cost }
    for rereading in rereadings { cost += rereading.reader.cost }
    for receiver in receivers { cost += receiver.cost }
    return cost
  }

  /// Whether nothing would be lost with the stream, except that repeated segments are recognized.
  var isIdle: Bool {
    queue.isEmpty && openVersions.isEmpty && rereadings.isEmpty && receivers.isEmpty
      && holes.allSatisfy(\.isIdle) && isBetweenMessages && parked == nil
  }

  /// Whether nothing is read, and no bytes that were read are kept.
  var isBare: Bool {
    if case .none = content {
      history.bytes.isEmpty && openVersions.isEmpty && rereadings.isEmpty && receivers.isEmpty
        && otherStart == nil && holes.isEmpty && parked == nil
    } else {
      false
    }
  }

  /// Whether no protocol is being read.
  var isUnread: Bool {
    switch content {
    case .none, .undecided: true
    case .http, .tls, .dns: false
    }
  }

  /// Whether nothing was made of the bytes so far; their protocol may be assumed.
  var isOnlyAssumed: Bool {
    switch content {
    case .none, .undecided: true
    case .http: http.isOnlyAssumed
    case .dns: !dns.hasRead
    case .tls: false
    }
  }

  /// Whether what was read may be the middle of a message all the same, whose beginning is yet to come.
  var mayBeMiddle: Bool {
    if case .tls = content { false } else { true }
  }

  /// Whether a protocol's reader takes the stream's bytes, and has not lost its way in them.
  var isRead: Bool {
    switch content {
    case .none: false
    case .http: !http.isLost
    case .undecided, .tls, .dns: true
    }
  }

  /// Whether the stream's bytes are an answer of HTTP.
  var isInAnswer: Bool {
    if case .http = content { http.isInAnswer } else { false }
  }

  /// Whether the next bytes are stepped over: a long body, or much early data.
  ///
  /// Other versions of them matter only to the search for literals.
  var isSteppingOver: Bool {
    switch content {
    case .http: http.isLongBody
    case .tls: tls.isInLongEarlyData
    case .none, .undecided, .dns: false
    }
  }

  /// Whether a line has begun that is taken for a request's, or may be.
  var isInRequestLine: Bool {
    switch content {
    case .undecided: undecided.bytes.last.map { $0 != Byte.lineFeed } ?? false
    case .http: http.isInRequestLine
    case .none, .tls, .dns: false
    }
  }

  /// Whether no message is unfinished.
  var isBetweenMessages: Bool {
    switch content {
    case .none: true
    case .undecided: undecided.isEmpty
    case .http: http.isBetweenMessages
    case .tls: tls.isBetweenMessages
    case .dns: dns.isBetweenMessages
    }
  }

  /// The lowest number of a packet whose bytes wait for others; later values may belong to it.
  var firstWaiting: UInt64? {
    var first = UInt64.max
    for early in queue { first = min(first, early.number) }
    let mark: StreamMark? =
      switch content {
      case .none: nil
      case .undecided: undecided.marks.first
      case .http: http.firstMark
      case .tls: tls.firstMark
      case .dns: dns.firstMark
      }
    if let mark { first = min(first, mark.number) }
    for version in openVersions { first = min(first, version.number) }
    for rereading in rereadings { first = min(first, rereading.reader.firstWaiting ?? .max) }
    for receiver in receivers { first = min(first, receiver.reader?.firstWaiting ?? .max) }
    for hole in holes { first = min(first, hole.firstWaiting) }
    return first == .max ? nil : first
  }

  /// Begins to read content of another protocol, and resets the reader used before.
  func begin(_ content: Content) {
    switch self.content {
    case .none: break
    case .undecided: undecided.removeAll()
    case .http: http.reset()
    case .tls: tls.reset()
    case .dns: dns.reset()
    }
    self.content = content
  }

  /// Begins to read what a payload was found to be; nothing if that is not read in streams.
  ///
  /// With `isFirst`, no bytes of the direction precede it.
  func begin(_ application: Application, isFirst: Bool, isDNSPort: Bool) {
    switch application {
    case .none, .upgrade, .dns, .dtls: break
    case .beginning: begin(.undecided)
    case .http: begin(.http)
    case .tls: begin(.tls)
    case .dnsStream:
      begin(.dns)
      dns.isTrusted = isFirst && isDNSPort
      dns.readsCut = isDNSPort
    }
  }

  /// Takes over the reader of another stream's content, and leaves that stream without content.
  func takeContent(of other: TCPStream) {
    content = other.content
    swap(&http, &other.http)
    swap(&dns, &other.dns)
    other.content = .none
  }

  /// Whether a byte in the place of the last one read is a keep-alive probe; nil if that is not kept.
  ///
  /// A probe repeats the last byte, or is a zero, which no message of HTTP ends with.
  func isProbe(_ byte: UInt8) -> Bool? {
    guard let last = history.bytes.last else { return nil }
    if byte != 0 || byte == last { return byte == last }
    if case .http = content { return http.isBetweenMessages }
    return false
  }

  /// The most versions of one message that are kept.
  private static let mostOpenVersions = 8
  /// The most rereadings that wait for the beginning of a message.
  private static let mostWaiting = 16

  /// Keeps another version of the unfinished message; false if there are enough.
  func open(_ version: Version) -> Bool {
    guard openVersions.count < Self.mostOpenVersions else { return false }
    openVersions.append(version)
    return true
  }

  /// Keeps a rereading; false if there are enough, of those that read or of those that wait for the
  /// beginning of a message.
  func keep(_ rereading: Rereading) -> Bool {
    let waits = rereading.reader.content.isNone
    let most = waits ? Self.mostWaiting : Self.mostOpenVersions
    guard rereadings.count(where: { $0.reader.content.isNone == waits }) < most else {
      return false
    }
    rereadings.append(rereading)
    return true
  }

  /// Takes out the rereadings that expect one of the `count` bytes from `sequence` on.
  func takeRereadings(at sequence: SequenceNumber, count: Int) -> [Rereading] {
    let isNext = { (rereading: Rereading) in rereading.next.offset(from: sequence) < count }
    let taken = rereadings.filter(isNext)
    rereadings.removeAll(where: isNext)
    return taken
  }

  /// Takes out all rereadings.
  func takeRereadings() -> [Rereading] {
    defer { rereadings = [] }
    return rereadings
  }

  /// Whether more may be wanted of the direction though nothing more is of its present content.
  var mayGoOn: Bool {
    otherStart != nil || parked != nil || !rereadings.isEmpty || !receivers.isEmpty || isRereading
  }

  /// Whether it is known where the next message begins.
  var isInStep: Bool {
    if case .none = content { false } else { isBetweenMessages }
  }

  /// Notes the values of the packet with `number` in the open versions whose last bytes it brought.
  func noteWritten(_ values: [UInt64], number: UInt64) {
    if values.isEmpty { return }
    for index in openVersions.indices where openVersions[index].number == number {
      openVersions[index].written = Set(openVersions[index].written).union(values).sorted()
    }
  }

  /// Takes out the open versions, each with `data` behind it.
  func takeVersions(with data: RawSpan, number: UInt64, time: Int64) -> [Version] {
    var versions = openVersions
    openVersions = []
    for index in versions.indices where !data.isEmpty {
      versions[index].bytes.append(data)
      (versions[index].number, versions[index].time) = (number, time)
    }
    return versions
  }

  /// Keeps versions that may go on; gives back those that have become too long.
  func keep(_ versions: [Version]) -> [Version] {
    openVersions = versions.filter { $0.bytes.count <= 2 * StreamHistory.longest }
    return versions.filter { $0.bytes.count > 2 * StreamHistory.longest }
  }

  /// Makes the object ready for another connection.
  func reset() {
    begin(.none)
    _ = http.takeOtherEnds()
    (otherStart, tunnel) = (nil, nil)
    if !answerStart.isEmpty { answerStart = [] }
    (acknowledged, gap) = (nil, 0)
    if !openVersions.isEmpty { openVersions = [] }
    if !rereadings.isEmpty { rereadings = [] }
    if !receivers.isEmpty { receivers = [] }
    receiverBytes = 0
    isRereading = false
    history.reset()
    if !holes.isEmpty { holes = [] }
    if !lost.isEmpty { lost.removeAll() }
    parked = nil
    if queueRoom.count <= 16 {
      queue.removeAll()
    } else {
      queue = EarlySegments()
      queueRoom = Room()
    }
    (queuedBytes, cutsLeft) = (0, Self.fewCuts)
  }
}
