import Indicators
import Parsing

/// TCP: where connections begin, and which of two connections a direction's bytes belong to.
extension FlowReader {
  /// Begins a connection with a SYN, unless it only repeats the SYN of the present connection.
  ///
  /// False if a receiver drops the SYN and the bytes that it carries.
  ///
  /// A SYN whose number does not fit may be anyone's: while something may still be wanted of the
  /// present connection, the next bytes decide which of the two they belong to
  /// (`chooseConnection`). A SYN with a number among the bytes that were read is dropped (RFC 9293
  /// §3.10.7.4) unless the connection is over, so it begins one only if the other side takes it.
  mutating func beginConnection(
    _ place: FlowPlace, _ sequence: SequenceNumber, _ item: FlowItem
  ) -> Bool {
    let isTaken = item.flags & TCPFlag.ack != 0 && takeInnerSYN(place, item)
    let visit = StreamVisit(place, item)
    let direction = flows[visit]
    if direction.isUnannounced {
      if direction.isServer, item.isOpening, direction.base.offset(from: sequence) < Self.widestSwap
      {
        // What seemed to be an answer is none.
        restart(visit, at: sequence)
        return true
      }
      if beginEarlier(at: sequence, visit) {
        flows[visit].isUnannounced = false
        return true
      }
    }
    if direction.isStarted {
      let read = direction.next - direction.base
      let distance = sequence - direction.base
      if distance == 0 { return true }
      if distance > 0, distance <= read {
        if isTaken {
          beginBeside(at: sequence, visit)
        } else {
          flows[visit].hasInnerSYN = true
        }
        return isTaken
      }
      if !direction.isDone {
        let number = openStream(visit)
        streams[number].otherStart = sequence
        streams.touch(number)
        return true
      }
    }
    restart(visit, at: sequence)
    return true
  }

  /// Begins the connection of an inner SYN (`hasInnerSYN`) if the other side's SYN answers it.
  ///
  /// Tells whether it does.
  private mutating func takeInnerSYN(_ place: FlowPlace, _ item: FlowItem) -> Bool {
    let asked = flows[place.side.other]
    let distance = item.acknowledgement.offset(from: asked.base)
    guard asked.hasInnerSYN, distance > 0, distance <= asked.readCount else {
      return false
    }
    let target = HTTPTarget(
      address: VersionedAddress(item.source, version: item.key.version), port: item.sourcePort)
    beginBeside(
      at: item.acknowledgement,
      StreamVisit(
        side: place.side.other, target: target,
        isDNSPort: item.isDNSPort))
    return true
  }

  private mutating func restart(_ visit: StreamVisit, at sequence: SequenceNumber) {
    while flows[visit].stream != 0 { closeStream(flows[visit].stream) }
    forgetTail(visit.side)
    flows[visit] = FlowDirection(next: sequence, base: sequence, isStarted: true)
  }

  /// Goes on with the connection that the bytes at `sequence` belong to.
  ///
  /// A connection announced by a SYN may begin beside the present one. Which of the two the
  /// receiver has shows only in what follows, so both go on.
  mutating func chooseConnection(_ sequence: SequenceNumber, _ visit: StreamVisit) {
    let number = flows[visit].stream
    guard number != 0 else { return }
    if let parked = streams[number].parked,
      streams.isNearer(parked, to: sequence, than: flows[visit])
    {
      exchange(visit.side)
    }
    let present = flows[visit]
    guard let start = streams[present.stream].otherStart else { return }
    let ahead = sequence - start
    guard ahead >= 0, ahead <= FlowDirection.widestWindow else { return }
    if let distance = present.distance(to: sequence), distance <= ahead { return }
    beginBeside(at: start, visit)
  }

  /// Begins a connection beside the present one, which is parked in case more of its bytes come.
  ///
  /// If nothing more was wanted of the present connection, it is over instead.
  private mutating func beginBeside(at start: SequenceNumber, _ visit: StreamVisit) {
    if flows[visit].isDone { return restart(visit, at: start) }
    let number = openStream(visit)
    let present = flows[visit]
    if let parked = streams[number].parked { closeStream(parked.stream) }
    streams[number].otherStart = nil
    streams.touch(number)
    flows[visit] = FlowDirection(next: start, base: start, isStarted: true)
    forgetTail(visit.side)
    flows[notes: visit.flow].hasHole = true
    let new = openStream(visit)
    streams[new].parked = present
    streams.touch(new)
  }

  /// Reads a segment of the present connection; bytes from before its first are read by themselves.
  ///
  /// A SYN told which byte is the first. No receiver takes earlier ones (RFC 9293 §3.10.7.4), so
  /// the connection does not begin with them. They may belong to another connection, whose SYN the
  /// capture lacks: a message that begins in them goes on in the segments that follow.
  mutating func acceptFromBase(
    _ payload: RawSpan, at sequence: SequenceNumber, missing: Int, _ visit: StreamVisit
  ) {
    let direction = flows[visit]
    let count = direction.base - sequence
    // A single byte may be a keep-alive probe.
    guard count > 0, !direction.isUnannounced, payload.byteCount > 1 else {
      return accept(payload, at: sequence, missing: missing, visit)
    }
    let before = payload.extracting(0..<min(count, payload.byteCount))
    if direction.isDone {
      searchAlone(before, at: sequence, of: visit)
    } else {
      if direction.stream != 0, !streams[direction.stream].rereadings.isEmpty {
        continueRereadings(before, at: sequence, of: direction.stream, visit)
      }
      readAlone(before, at: sequence, visit)
    }
    guard count < payload.byteCount else { return noteWritten(visit) }
    accept(
      payload.extracting(count..<payload.byteCount), at: direction.base, missing: missing, visit)
  }
}
