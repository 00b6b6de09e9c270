import Indicators
import Parsing

/// The datagrams seen lately in parts, bounded in bytes and in time.
struct FragmentTable {
  /// Nanoseconds of packet time after which a datagram is given up.
  private let patience: Int64
  /// Bytes of one datagram.
  private let datagramLimit: Int
  private let limit: Int
  private var datagrams: [FragmentKey: FragmentedDatagram] = [:]
  /// The same from oldest to newest, with ones no longer there among them.
  private var queue: [FragmentedDatagram] = []
  private var firstLive = 0
  private var bytes = 0
  /// Datagrams given up for want of room, to be read as far as they go.
  private(set) var dropped: [FragmentedDatagram] = []
  /// How many were given up.
  private(set) var incomplete: UInt64 = 0
  /// How many datagrams are held, those included that were replaced and not yet let go.
  var heldCount: Int { queue.count }
  /// The last time at which nothing is given up yet.
  private(set) var deadline = Int64.max
  /// The time of the last packet by which something had waited too long.
  private var lateTime = ObservableRecord.noTime

  /// The lowest number of a packet that a datagram still to be read may belong to.
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

  /// What a part did.
  enum Outcome {
    /// It may be one of which packets were chosen.
    case incomplete(isChosen: Bool)
    case complete(FragmentedDatagram)
    case malformed
  }

  /// Adds a part, which these packets brought where that matters; gives the datagram where it is complete
  /// now.
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
      return .malformed
    }
    if cost == 0 {
      // Only now, since a part that is none must not make another one forgotten.
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

  /// Gives up what has waited too long by a packet's time and by that of the last one before it by which anything had:
  /// a single one may be wrong by years.
  @inline(__always)
  mutating func expire(at time: Int64) {
    if time <= deadline { return }
    giveUp(before: time)
  }

  private mutating func giveUp(before time: Int64) {
    // A packet without time is no reason.
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

  /// Lets go of datagrams whose number was used again, which may stand behind one that still waits.
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
