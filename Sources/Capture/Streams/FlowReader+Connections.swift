import Indicators
import Parsing

/// TCP: where connections begin, and which of two the bytes of a direction are of.
extension FlowReader {
  /// Notes where the bytes of a connection are expected that the capture has not from its beginning.
  @inline(never)
  mutating func expectStart(_ sequence: UInt32, _ flow: UInt32, _ side: Bool) {
    guard !flows[flow][isFromFirst: side].isStarted else { return }
    flows[flow][isFromFirst: side].next = sequence
    flows[flow][isFromFirst: side].base = sequence
  }

  /// Where a direction begins whose first segment came: there, unless an acknowledgement before it told that
  /// others precede it.
  func start(_ direction: FlowDirection, _ sequence: UInt32) -> UInt32 {
    let ahead = sequence &- direction.base
    // What probes whether a connection is alive stands a byte before its place.
    return direction.expectsStart && ahead > 1 && ahead < 1 << 16 ? direction.base : sequence
  }

  /// A SYN begins a connection, unless it only repeats the one that began the present one.
  ///
  /// One whose number does not fit may be anyone's: while something may still be wanted of the present
  /// connection, the next bytes decide which of the two they belong to.
  mutating func beginConnection(_ place: FlowPlace, _ sequence: UInt32, _ item: FlowItem) {
    let side = place.isSourceFirst
    let direction = flows[place.flow][isFromFirst: side]
    if direction.isUnannounced, beginEarlier(at: sequence, visit(place, item)) {
      flows[place.flow][isFromFirst: side].isUnannounced = false
      return
    }
    if direction.isStarted {
      let read = Int32(bitPattern: direction.next &- direction.base)
      let distance = Int32(bitPattern: sequence &- direction.base)
      if distance == 0 || distance > 0 && distance <= read { return }
      if !direction.isDone {
        let number = openStream(visit(place, item))
        streams[number].otherStart = sequence
        return streams.touch(number)
      }
    }
    restart(place.flow, side, at: sequence)
  }

  func visit(_ place: FlowPlace, _ item: FlowItem) -> StreamVisit {
    StreamVisit(
      flow: place.flow, isFromFirst: place.isSourceFirst,
      target: (item.destination, item.key.version, item.destinationPort),
      isDNSPort: Self.isDNSPort(item))
  }

  private mutating func restart(_ flow: UInt32, _ side: Bool, at sequence: UInt32) {
    while flows[flow][isFromFirst: side].stream != 0 {
      closeStream(flows[flow][isFromFirst: side].stream)
    }
    forgetTail(flow, isFromFirst: side)
    flows[flow][isFromFirst: side] = FlowDirection(
      next: sequence, base: sequence, isStarted: true)
  }

  /// The most bytes between the next one expected and a segment of the same connection.
  private static let widestWindow = 1 << 24

  /// How far a number is from the next byte of a direction; nil where it is not one of its.
  private static func distance(_ sequence: UInt32, _ direction: FlowDirection) -> Int? {
    let distance = Int(Int32(bitPattern: sequence &- direction.next))
    let read = Int(direction.next &- direction.base)
    return distance >= -read && distance <= widestWindow ? abs(distance) : nil
  }

  /// Goes to the connection that the bytes at a number are of: one of which a SYN told may begin beside the
  /// present one, and which of the two the receiver has shows only in what follows, so both go on.
  mutating func chooseConnection(_ sequence: UInt32, _ visit: StreamVisit) {
    let (flow, side) = (visit.flow, visit.isFromFirst)
    let number = flows[flow][isFromFirst: side].stream
    guard number != 0 else { return }
    // Both may fit: then the nearer one.
    if let parked = streams[number].parked, let other = Self.distance(sequence, parked),
      other < Self.distance(sequence, flows[flow][isFromFirst: side]) ?? .max
    {
      exchange(flow, side)
    }
    let present = flows[flow][isFromFirst: side]
    guard let start = streams[present.stream].otherStart else { return }
    let ahead = Int(Int32(bitPattern: sequence &- start))
    guard ahead >= 0, ahead <= Self.widestWindow else { return }
    if let distance = Self.distance(sequence, present), distance <= ahead { return }
    if let parked = streams[present.stream].parked { closeStream(parked.stream) }
    streams[present.stream].otherStart = nil
    streams.touch(present.stream)
    flows[flow][isFromFirst: side] = FlowDirection(next: start, base: start, isStarted: true)
    forgetTail(flow, isFromFirst: side)
    flows[notes: flow].hasHole = true
    let new = openStream(visit)
    streams[new].parked = present
    streams.touch(new)
  }
}
