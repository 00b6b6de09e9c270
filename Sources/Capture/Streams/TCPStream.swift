import Indicators
import Parsing

/// One direction of a TCP connection while something in it is being read.
///
/// Bytes that arrive in order go straight from the packet to the protocol's reader, which keeps only
/// what belongs to an unfinished line or message. Kept here besides: segments that came too early, and
/// the last bytes read, against which a segment that comes again is compared.
///
/// Accesses to its state are not checked at run time (`@exclusivity(unchecked)`: the checks were a
/// tenth of reading a capture). They cannot overlap: one thread has a stream at a time, and what reads
/// one of its parts in place is given no way to the stream.
final class TCPStream {
  /// A segment that came before others that precede it.
  struct Early {
    var sequence: UInt32
    var bytes: [UInt8]
    /// Bytes that the packet had beyond what was captured.
    var missing: Int
    var number: UInt64
    var time: Int64
    /// How many of its bytes were read, and in how many parts.
    var read = 0
    var parts = 0

    /// Where the bytes begin that were not read.
    var place: UInt32 { sequence &+ UInt32(truncatingIfNeeded: read) }

    /// Writes the bytes from a number on into others that begin with that one.
    func copy(to output: inout [UInt8], from next: UInt32) {
      let start = Int(Int32(bitPattern: sequence &- next))
      let known = max(0, -start)
      guard known < bytes.count else { return }
      bytes.rawSpan.extracting(known..<bytes.count).copy(to: &output, at: start + known)
    }
  }

  /// What was read of an unfinished message, with other bytes in some place of it.
  struct Version {
    var bytes: [UInt8]
    /// The number of the first.
    var sequence: UInt32
    /// The packet that brought the last of them.
    var number: UInt64
    var time: Int64
    /// The bytes that are other than those read: some before and behind them may be, none else.
    var changed: Range<Int>
    /// All segments that differed are in it: what a receiver has with which the last one wins.
    var isLast = false
    /// What that packet had already (`ObservableWriter.written`).
    var written: [UInt64] = []
  }

  /// What reads another version of the bytes that were read, on with those that follow.
  struct Rereading {
    var reader: TCPStream
    /// Sequence number of the next byte that it expects: the stream's own, or one before it, whose bytes come again.
    var next: UInt32
    /// Bytes that it may still read.
    var left = mostReread
  }

  /// The most segments that wait in one direction, and behind bytes that the other side has acknowledged.
  static let longestQueue = 1024
  static let longestAcknowledged = 32
  /// The most bytes kept of what was read.
  static let longestHistory = 16 << 10
  /// The most bytes that are read of one other version of a stream, and for all of them.
  private static let mostReread = 1 << 20

  /// What is being read.
  enum Content {
    case none
    /// The first bytes, too few to tell.
    case undecided
    case http
    case tls
    case dns
  }

  @safe @exclusivity(unchecked) var content = Content.none
  @safe @exclusivity(unchecked) var undecided = StreamBuffer()
  @safe @exclusivity(unchecked) var http = HTTPReader()
  @safe @exclusivity(unchecked) var tls = TLSReader()
  @safe @exclusivity(unchecked) var dns = DNSStreamReader()
  /// Early segments, ascending in sequence, and the bytes in them.
  @safe @exclusivity(unchecked) var queue: [Early] = []
  @safe @exclusivity(unchecked) var queuedBytes = 0
  /// Other versions of the message that is being read, which go on with the same bytes as it does.
  @safe @exclusivity(unchecked) private(set) var openVersions: [Version] = []
  /// What reads other versions of messages that were read, whose own go on.
  @safe @exclusivity(unchecked) private(set) var rereadings: [Rereading] = []
  /// Some of them were taken away, and go on with the bytes that are being read.
  @safe @exclusivity(unchecked) var isRereading = false
  /// The bytes before the next one expected, as far as they are kept.
  @safe @exclusivity(unchecked) private(set) var history: [UInt8] = []
  /// What the history held when a long body began, and the number behind that.
  @safe @exclusivity(unchecked) private var lead: (bytes: [UInt8], end: UInt32) = ([], 0)
  /// The same bytes with all segments in them that disagreed, as a receiver has them with which the last one wins;
  /// none where these are the history's.
  @safe @exclusivity(unchecked) private(set) var latest: [UInt8] = []
  /// The same bytes with some of these segments in them; as many as the history has.
  @safe @exclusivity(unchecked) private(set) var alternates: [[UInt8]] = []
  /// Bytes that were given up in the middle of messages, in case they come after all.
  @safe @exclusivity(unchecked) var holes: [StreamHole] = []
  /// The direction as it was when another connection seemed to begin; both may go on.
  @safe @exclusivity(unchecked) var parked: FlowDirection?
  @safe @exclusivity(unchecked) var room = (queue: Room(), history: Room())
  /// Where another connection would begin, as a SYN said whose number does not fit this one; its bytes tell
  /// whether there is one.
  @safe @exclusivity(unchecked) var otherStart: UInt32?
  /// Up to where the other side has acknowledged what is waited for: the capture lacks it, or has it later.
  @safe @exclusivity(unchecked) var acknowledged: UInt32?
  /// Which of the gaps that are given up in time the present one is (`AcknowledgedGap`); 0 for none.
  @safe @exclusivity(unchecked) var gap: UInt64 = 0
  /// The flow and the direction that the stream belongs to.
  @safe @exclusivity(unchecked) var flow: UInt32 = 0
  @safe @exclusivity(unchecked) var isFromFirst = false
  /// How the flow is shown, and where its requests go.
  @safe @exclusivity(unchecked) var record: FlowRecord
  @safe @exclusivity(unchecked) var target: HTTPTarget
  /// Where a proxy was asked to lead the connection to.
  @safe @exclusivity(unchecked) var tunnel: HTTPTarget?

  init(record: FlowRecord, target: HTTPTarget) {
    self.record = record
    self.target = target
  }

  /// Bytes of memory that the stream takes, about: what its buffers have room for, in use or not.
  var cost: Int {
    let waiting = queuedBytes + queue.count * 48 + room.queue.count * MemoryLayout<Early>.stride
    let unfinished = undecided.cost + http.cost + tls.cost + dns.cost
    var cost = 640 + waiting + unfinished + room.history.count * (1 + otherCount)
    for version in openVersions { cost += version.bytes.count + 8 * version.written.count }
    cost += lead.bytes.count
    for hole in holes { cost += hole.cost }
    for rereading in rereadings { cost += rereading.reader.cost }
    return cost
  }

  /// Whether nothing would be lost if the stream were forgotten, but for telling a repeated segment.
  var isIdle: Bool {
    queue.isEmpty && openVersions.isEmpty && rereadings.isEmpty && isBetweenMessages
      && parked == nil
  }

  /// Whether nothing is read, and no bytes that were read are kept.
  var isBare: Bool {
    if case .none = content {
      history.isEmpty && openVersions.isEmpty && rereadings.isEmpty && otherStart == nil
        && holes.isEmpty && parked == nil
    } else {
      false
    }
  }

  /// Whether nothing is being read.
  var isUnread: Bool {
    switch content {
    case .none, .undecided: true
    case .http, .tls, .dns: false
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
    return first == .max ? nil : first
  }

  /// Begins to read content of another protocol.
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

  /// Keeps bytes that were read, which follow those kept before.
  func remember(_ data: RawSpan) {
    if history.count + data.byteCount > Self.longestHistory {
      if data.byteCount >= Self.longestHistory {
        forgetHistory()
        return
      }
      let kept = min(history.count, (Self.longestHistory - data.byteCount) / 2)
      let superfluous = history.count - kept
      history.removeFirst(superfluous)
      if !latest.isEmpty { latest.removeFirst(superfluous) }
      for index in alternates.indices { alternates[index].removeFirst(superfluous) }
    }
    history.append(data)
    if !latest.isEmpty { latest.append(data) }
    for index in alternates.indices { alternates[index].append(data) }
    room.history.reach(history.count)
  }

  /// How many other versions of the history are kept.
  private var otherCount: Int { alternates.count + (latest.isEmpty ? 0 : 1) }

  /// Takes other versions of the bytes that are kept, those that are as many as these.
  func remember(_ others: [[UInt8]], latest: [UInt8]) {
    func isOther(_ version: [UInt8]) -> Bool {
      version.count == history.count && version != history
    }
    if isOther(latest) { self.latest = latest }
    alternates += others.filter { isOther($0) && $0 != latest }
    alternates.removeLast(max(0, alternates.count - Self.mostAlternates))
  }

  /// The bytes that were read, and other versions of them.
  typealias History = (bytes: [UInt8], latest: [UInt8], alternates: [[UInt8]])

  /// Takes the bytes that were read away, and their other versions.
  func takeHistory() -> History {
    let kept = (history, latest, alternates)
    forgetHistory()
    return kept
  }

  /// Gives back what `takeHistory` took.
  func restore(_ kept: History) {
    if !kept.bytes.isEmpty { (history, latest, alternates) = kept }
  }

  /// Forgets the bytes that were read: others follow that are not kept.
  func forgetHistory() {
    if !history.isEmpty { history.removeAll(keepingCapacity: true) }
    if !latest.isEmpty { latest = [] }
    if !alternates.isEmpty { alternates = [] }
  }

  /// Forgets the bytes that were read but for a message's beginning, which ends before a number; its body follows.
  func forgetBody(from end: UInt32) {
    if !history.isEmpty { lead = (history, end) }
    forgetHistory()
  }

  /// Whether bytes are other ones than those that a message with a long body began with.
  func differsFromLead(_ data: RawSpan, at sequence: UInt32) -> Bool {
    let start = lead.bytes.count - Int(Int32(bitPattern: lead.end &- sequence))
    guard !lead.bytes.isEmpty, start >= 0, start < lead.bytes.count else { return false }
    return !Self.has(
      lead.bytes, data, at: start, upTo: min(start + data.byteCount, lead.bytes.count))
  }

  /// Other versions that are kept of the bytes in the history, besides the latest.
  private static let mostAlternates = 4

  /// Another version, the bytes in which it differs from what it was made of, and whether it is the latest.
  typealias Other = (bytes: [UInt8], changed: Range<Int>, isLast: Bool)

  /// Puts a segment that differs from the history into every other version of it that is kept, and keeps a version of
  /// the history with it; gives the others, and whether that version is the latest one.
  func alternate(
    _ data: RawSpan, at sequence: UInt32, next: UInt32, _ version: [UInt8], isWhole: Bool
  ) -> (others: [Other], isLast: Bool) {
    guard isWhole, version.count == history.count else { return ([], false) }
    let start = history.count - Int(next &- sequence)
    func other(_ base: [UInt8], isLast: Bool) -> Other {
      var bytes = base
      data.copy(to: &bytes, at: start)
      var (first, last) = (start, start + data.byteCount)
      while last > first, base[last - 1] == bytes[last - 1] { last -= 1 }
      while first < last, base[first] == bytes[first] { first += 1 }
      return (bytes, first..<last, isLast)
    }
    let before = latest
    let newest = before.isEmpty ? nil : other(before, isLast: true)
    latest = newest?.bytes ?? version
    var others: [Other] = newest.map { [$0] } ?? []
    others += alternates.map { other($0, isLast: false) }.filter { $0.bytes != latest }
    others.removeAll { $0.changed.isEmpty || $0.bytes == version || $0.bytes == history }
    let isLast = latest == version
    var kept: [[UInt8]] = before.isEmpty || before == latest ? [] : [before]
    if !isLast { kept.append(version) }
    kept += others.lazy.filter { !$0.isLast }.map(\.bytes)
    alternates = Array(kept.prefix(Self.mostAlternates))
    if latest == history { latest = [] }
    return (others, isLast)
  }

  /// Puts bytes that were read in the order of their places into the latest version, in which the last to arrive are;
  /// gives that, and which of its bytes are not the history's, if there are any.
  func putLatest(_ data: [UInt8], at sequence: UInt32, next: UInt32) -> Other? {
    let start = history.count - Int(next &- sequence)
    guard start >= 0, start + data.count <= history.count else { return nil }
    let before = latest
    if latest.isEmpty { latest = history }
    latest.replaceSubrange(start..<start + data.count, with: data)
    var (first, last) = (0, history.count)
    while last > first, history[last - 1] == latest[last - 1] { last -= 1 }
    while first < last, history[first] == latest[first] { first += 1 }
    if first == last { latest = [] }
    if !before.isEmpty, before != latest {
      alternates = Array(
        ([before] + alternates.filter { $0 != before }).prefix(Self.mostAlternates))
    }
    return first == last ? nil : (latest, first..<last, true)
  }

  /// Other versions of bytes that were read already, as hashes; a few of the last.
  @safe @exclusivity(unchecked) private var versions: [UInt64] = []
  /// How many other versions were read, and how many bytes: each costs as much as the bytes kept.
  @safe @exclusivity(unchecked) private var versionCount = 0
  @safe @exclusivity(unchecked) private var versionBytes = 0
  private static let mostVersions = 256

  /// Whether no more versions are read.
  var hasTooManyVersions: Bool {
    versionCount > Self.mostVersions || versionBytes > Self.mostReread
  }

  /// Whether other bytes for a place are none that came before.
  func isNewVersion(_ data: RawSpan, at sequence: UInt32) -> Bool {
    let hash = ContentHash.hash(data, of: UInt64(sequence))
    if versions.contains(hash) { return false }
    if versions.count == 8 { versions.removeFirst() }
    versions.append(hash)
    versionCount += 1 + otherCount
    versionBytes += (1 + otherCount) * history.count
    return true
  }

  /// The most versions of one message that are kept.
  private static let mostOpenVersions = 8

  /// Keeps another version of the unfinished message; false where there are enough.
  ///
  /// One in which all segments are that differed makes room for itself: the one before it is none any more.
  func open(_ version: Version) -> Bool {
    var version = version
    if openVersions.count >= Self.mostOpenVersions {
      guard version.isLast else { return false }
      if openVersions.count > Self.mostOpenVersions,
        let index = openVersions.lastIndex(where: \.isLast)
      {
        // What that one would have had written is written of this one.
        let before = openVersions.remove(at: index)
        let shift = Int(Int32(bitPattern: before.sequence &- version.sequence))
        let first = max(0, before.changed.lowerBound + shift)
        version.changed = min(first, version.changed.lowerBound)..<version.changed.upperBound
      }
    }
    openVersions.append(version)
    return true
  }

  /// Keeps what reads another version of what was read; false where there are enough.
  func keep(_ rereading: Rereading) -> Bool {
    guard rereadings.count < Self.mostOpenVersions else { return false }
    rereadings.append(rereading)
    return true
  }

  /// Takes away what reads other versions and expects one of these bytes.
  func takeRereadings(at sequence: UInt32, count: Int) -> [Rereading] {
    let isNext = { (rereading: Rereading) in Int(rereading.next &- sequence) < count }
    let taken = rereadings.filter(isNext)
    rereadings.removeAll(where: isNext)
    return taken
  }

  /// Takes away all that reads other versions.
  func takeRereadings() -> [Rereading] {
    defer { rereadings = [] }
    return rereadings
  }

  /// Whether more may be wanted of the direction, though not of what was read of it.
  var mayGoOn: Bool {
    otherStart != nil || parked != nil || !rereadings.isEmpty || isRereading
  }

  /// Whether it is known where the next message begins.
  var isInStep: Bool {
    if case .none = content { false } else { isBetweenMessages }
  }

  /// Notes what the packet that brought the last of the other versions' bytes has.
  func noteWritten(_ values: [UInt64], number: UInt64) {
    for index in openVersions.indices where openVersions[index].number == number {
      openVersions[index].written = values
    }
  }

  /// Takes the other versions away, each with what follows.
  func takeVersions(with data: RawSpan, number: UInt64, time: Int64) -> [Version] {
    var versions = openVersions
    openVersions = []
    for index in versions.indices where !data.isEmpty {
      versions[index].bytes.append(data)
      (versions[index].number, versions[index].time) = (number, time)
    }
    return versions
  }

  /// Keeps versions that may go on; those that have become too long are given back.
  func keep(_ versions: [Version]) -> [Version] {
    openVersions = versions.filter { $0.bytes.count <= 2 * Self.longestHistory }
    return versions.filter { $0.bytes.count > 2 * Self.longestHistory }
  }

  /// Makes the object ready for another connection.
  func reset() {
    begin(.none)
    (otherStart, tunnel) = (nil, nil)
    (acknowledged, gap) = (nil, 0)
    if !openVersions.isEmpty { openVersions = [] }
    if !rereadings.isEmpty { rereadings = [] }
    isRereading = false
    if !latest.isEmpty { latest = [] }
    if !alternates.isEmpty { alternates = [] }
    if !lead.bytes.isEmpty { lead = ([], 0) }
    if !holes.isEmpty { holes = [] }
    parked = nil
    if room.queue.count <= 16 {
      queue.removeAll(keepingCapacity: true)
    } else {
      queue = []
      room.queue = Room()
    }
    queuedBytes = 0
    (versionCount, versionBytes) = (0, 0)
    if !versions.isEmpty { versions.removeAll(keepingCapacity: true) }
    if room.history.count <= 2048 {
      history.removeAll(keepingCapacity: true)
    } else {
      history = []
      room.history = Room()
    }
  }
}
