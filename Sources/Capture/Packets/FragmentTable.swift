import Indicators
import Parsing

/// The datagrams of which fragments came lately, bounded in bytes and in time.
struct FragmentTable {
  /// Nanoseconds of packet time after which a datagram is given up.
  private let patience: Int64
  /// The most bytes of one datagram.
  private let datagramLimit: Int
  private let limit: Int
  private var datagrams: [FragmentKey: FragmentedDatagram] = [:]
  /// The same datagrams from oldest to newest, and some that are no longer held.
  private var queue: [FragmentedDatagram] = []
  private var firstLive = 0
  private var bytes = 0
  /// Datagrams that were given up, to be read as far as they have come.
  private(set) var dropped: [FragmentedDatagram] = []
  /// Number of datagrams that were given up.
  private(set) var incomplete: UInt64 = 0
  /// Number of datagrams in memory, including replaced ones that were not removed yet.
  var heldCount: Int { queue.count }
  /// The last packet time at which no datagram is given up yet.
  private(set) var deadline = Int64.max
  /// The time of the last packet that came after the deadline.
  private var lateTime = ObservableRecord.noTime

  /// The lowest packet number that a datagram still to be read may belong to.
  var horizon: UInt64 {
    let given = dropped.reduce(UInt64.max) { min($0, $1.first.number) }
    guard !datagrams.isEmpty else { return given }
    let waiting = queue[firstLive...].first {
      (!$0.isRead || $0.hasNews) && $0.isHeld
    }
    return min(waiting?.first.number ?? .max, given)
  }

  init(limit: Int, datagramLimit: Int, patience: Int64) {
    self.limit = limit
    self.datagramLimit = datagramLimit
    self.patience = patience
  }

  /// What adding a part resulted in.
  enum Outcome {
    /// The datagram is not complete, or brings nothing new; `isChosen` if a chosen flow was found
    /// in it.
    case incomplete(isChosen: Bool)
    case complete(FragmentedDatagram)
    /// It belongs to no datagram; alone where none of the same number is there.
    case malformed(isAlone: Bool)
  }

  /// Adds a part, and returns the datagram if that makes it complete.
  ///
  /// `packets` are the numbers of the packets that brought the part, or empty if no flows are
  /// chosen.
  mutating func insert(
    _ header: IPHeader, depth: Int, part: RawSpan, packet: (number: UInt64, time: Int64),
    of packets: [UInt64]
  ) -> Outcome {
    defer { noteDeadline() }
    let key = FragmentKey(header, depth: depth)
    var known = datagrams[key]
    if let old = known, isTooLate(packet.time, for: old) {
      drop(old)
      known = nil
    }
    let datagram: FragmentedDatagram
    var cost = 0
    if let known, !known.isRead || !known.isContradicted(by: part, at: header.fragmentOffset) {
      datagram = known
      cost = known.cost
    } else {
      datagram = FragmentedDatagram(key, header, depth: depth, packet: packet)
    }
    guard
      datagram.add(
        part, at: header.fragmentOffset, isLast: !header.hasMoreFragments,
        isCut: header.missing > 0, limit: datagramLimit)
    else {
      return .malformed(isAlone: known == nil)
    }
    if cost == 0 {
      // Only now, since a malformed part must not make the table forget another datagram.
      if let known, known !== datagram {
        remove(known)
        known.predecessor = nil
        datagram.predecessor = known
      }
      datagrams[key] = datagram
      datagram.isHeld = true
      queue.append(datagram)
      forgetReplaced()
    }
    if header.fragmentOffset == 0, !datagram.hasFirst {
      datagram.hasFirst = true
      datagram.header = header
    }
    datagram.last = packet
    if !packets.isEmpty { datagram.note(packets) }
    bytes += datagram.cost - cost
    while bytes > limit, let oldest = oldest(), oldest !== datagram { drop(oldest) }
    guard datagram.isComplete, datagram.hasFirst, datagram.hasNews else {
      return .incomplete(isChosen: datagram.isChosen)
    }
    datagram.isRead = true
    datagram.hasNews = false
    return .complete(datagram)
  }

  private mutating func noteDeadline() {
    guard let oldest = oldest() else {
      deadline = .max
      return
    }
    let (time, isBeyond) = oldest.created.addingReportingOverflow(patience)
    deadline = isBeyond ? .max : time
  }

  private func isTooLate(_ time: Int64, for datagram: FragmentedDatagram) -> Bool {
    time != ObservableRecord.noTime
      && time.subtractingReportingOverflow(datagram.created).0 > patience
  }

  /// Gives up datagrams that have waited too long.
  ///
  /// A datagram must be too old at this packet's time and at that of the last packet after the
  /// deadline: the time of a single packet may be wrong by years.
  @inline(__always)
  mutating func expire(at time: Int64) {
    if time <= deadline { return }
    giveUp(before: time)
  }

  private mutating func giveUp(before time: Int64) {
    // A packet without a time gives nothing up.
    guard time != ObservableRecord.noTime else { return }
    let sure = min(time, lateTime)
    lateTime = time
    while let oldest = oldest(), isTooLate(sure, for: oldest) { drop(oldest) }
    noteDeadline()
  }

  /// Gives up everything: the capture has ended.
  mutating func dropAll() {
    while let oldest = oldest() { drop(oldest) }
    noteDeadline()
  }

  /// Takes the datagrams that were given up.
  mutating func takeDropped() -> [FragmentedDatagram] {
    defer { dropped = [] }
    return dropped
  }

  private mutating func oldest() -> FragmentedDatagram? {
    while firstLive < queue.count, !queue[firstLive].isHeld { firstLive += 1 }
    if firstLive * 2 > queue.count {
      queue.removeFirst(firstLive)
      firstLive = 0
    }
    return firstLive < queue.count ? queue[firstLive] : nil
  }

  /// Removes datagrams that are no longer held, which may be behind one in the queue that still
  /// waits.
  private mutating func forgetReplaced() {
    guard queue.count > 64 + 2 * datagrams.count else { return }
    queue.removeAll { !$0.isHeld }
    firstLive = 0
  }

  private mutating func drop(_ datagram: FragmentedDatagram) {
    remove(datagram)
    guard !datagram.isRead || datagram.hasNews else { return }
    incomplete += 1
    dropped.append(datagram)
  }

  private mutating func remove(_ datagram: FragmentedDatagram) {
    datagrams[datagram.key] = nil
    datagram.isHeld = false
    bytes -= datagram.cost
  }
}
