import Indicators
import Parsing

/// TCP: bytes that come again, the same or different.
extension FlowReader {
  /// Reads bytes from before the next one: the same ones again, or another version of them.
  mutating func reread(_ payload: RawSpan, at sequence: SequenceNumber, _ visit: StreamVisit) {
    let direction = flows[visit]
    guard direction.stream != 0 else {
      return rereadWithoutStream(payload, at: sequence, direction, visit)
    }
    if !streams[direction.stream].holes.isEmpty || !streams[direction.stream].lost.isEmpty,
      rereadAroundHole(payload, at: sequence, direction.stream, visit)
    {
      return
    }
    if !streams[direction.stream].rereadings.isEmpty {
      continueRereadings(payload, at: sequence, of: direction.stream, visit)
    }
    let version: [UInt8]
    let changed: Range<Int>
    var isBefore = false
    switch streams[direction.stream].history.compare(payload, at: sequence, next: direction.next) {
    case .same:
      // What precedes the read bytes of a connection without a SYN is read once more with all that came since.
      guard direction.isUnannounced, direction.base.offset(from: sequence) > 0,
        let bytes = streams[direction.stream].history.bytes(
          fromBefore: sequence, next: direction.next)
      else { return skips.add(.retransmission) }
      version = bytes
      changed = 0..<min(payload.byteCount, bytes.count)
      isBefore = true
    case .unknown:
      return rereadUnknown(payload, at: sequence, direction, visit)
    case .earlier(let bytes, let count):
      // These bytes were read, and perhaps written, before the kept ones, and come again.
      if count == payload.byteCount, !flows[notes: visit.flow].hasHole,
        sequence >= direction.base,
        !firsts.differ(
          payload, at: sequence, of: visit.side,
          from: direction.base, present: stretch)
      {
        return skips.add(.retransmission)
      }
      version = bytes
      changed = 0..<count
      isBefore = true
      if direction.isUnannounced, direction.base.offset(from: sequence) == count {
        let stream = streams[direction.stream]
        stream.history.precede(bytes.prefix(count), preceding: count + stream.history.preceding)
      }
    case .different(let bytes, let range):
      guard streams[direction.stream].history.isNewVersion(payload, at: sequence) else {
        return skips.add(.retransmission)
      }
      guard !streams[direction.stream].history.hasTooManyVersions else {
        return skips.add(.tcpOverlapLimit)
      }
      version = bytes
      changed = range
      if streams[direction.stream].isUnread || direction.isUnannounced {
        // In case nothing is made of the first bytes either way, or others precede them.
        _ = firsts.replace(
          payload, at: sequence, of: visit.side,
          from: direction.base, present: stretch)
      }
      skips.add(.tcpOverlap)
      noteOverlap(visit)
      let others = streams[direction.stream].history.alternate(
        payload, at: sequence, next: direction.next, bytes,
        isWhole: direction.next.offset(from: sequence) <= bytes.count)
      for (bytes, changed) in others {
        readVersions(bytes, changed, at: sequence, direction, visit)
      }
      readVersions(version, changed, at: sequence, direction, visit)
      if streams[direction.stream].content.isNone, changed.lowerBound > 0 {
        // Nothing was made of the kept bytes: a message may begin with the others.
        readAlone(payload, at: sequence, visit)
      }
      return streams.touch(direction.stream)
    }
    readVersion(version, changed, isBefore: isBefore, direction, visit)
    streams.touch(direction.stream)
  }

  /// Reads the kept bytes of a stream with others, which begin at `sequence`, in their place.
  ///
  /// If some of them precede what the stream has read, a message may begin there, with the others or
  /// with the first of all.
  private mutating func readVersions(
    _ bytes: [UInt8], _ changed: Range<Int>, at sequence: SequenceNumber,
    _ direction: FlowDirection, _ visit: StreamVisit
  ) {
    let history = streams[direction.stream].history
    var starts = [0]
    if history.preceding > 0 {
      // A segment may begin before the kept bytes.
      let read = history.preceding + bytes.count - history.bytes.count
      let other = bytes.count - direction.next.offset(from: sequence)
      if other > 0, other < read { starts.append(other) }
      if read < changed.upperBound { starts.append(read) }
    }
    for start in starts {
      readVersion(
        start == 0 ? bytes : Array(bytes[start...]), Self.moved(changed, by: start),
        isBefore: false, direction, visit)
    }
  }

  /// Fills a hole of the stream with repeated bytes, and reads those around it.
  ///
  /// False if they lie in no hole.
  private mutating func rereadAroundHole(
    _ payload: RawSpan, at sequence: SequenceNumber, _ number: UInt32, _ visit: StreamVisit
  ) -> Bool {
    guard
      let rest = fillHole(payload, at: sequence, number, visit)
        ?? readLost(payload, at: sequence, number, visit)
    else { return false }
    for part in [rest.before, rest.behind] where !part.isEmpty {
      reread(
        payload.extracting(part), at: sequence + part.lowerBound, visit
      )
    }
    return true
  }

  /// Reads bytes from before the next one in a direction that has no stream.
  private mutating func rereadWithoutStream(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) {
    if direction.isUnannounced, readBefore(payload, at: sequence, direction, visit) { return }
    if direction.isServer, rereadAnswer(payload, at: sequence, visit) { return }
    if readInPlace(payload, at: sequence, direction, visit) { return }
    // Nothing was wanted of these bytes, so a message that begins here was not among them.
    if sequence >= direction.base { skips.add(.retransmission) }
    readAgainOrAlone(payload, at: sequence, direction, visit)
  }

  /// Reads bytes from before the next one if the stream keeps none to compare them with.
  private mutating func rereadUnknown(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) {
    guard sequence >= direction.base else {
      return readAlone(payload, at: sequence, visit)
    }
    if direction.isServer, rereadAnswer(payload, at: sequence, visit) { return }
    let isRead = streams[direction.stream].isRead && !streams.isDoubtfulAnswer(direction)
    if !isRead, readInPlace(payload, at: sequence, direction, visit) { return }
    skips.add(.retransmission)
    guard isRead else { return readAgainOrAlone(payload, at: sequence, direction, visit) }
    // Bytes read long ago have no further versions, except the head before a long body.
    if streams[direction.stream].history.differsFromLead(payload, at: sequence),
      direction.beginsAnew(payload, at: sequence),
      streams[direction.stream].history.isNewVersion(payload, at: sequence),
      !streams[direction.stream].history.hasTooManyVersions
    {
      noteOverlap(visit)
      readAlone(payload, at: sequence, visit)
    }
  }

  /// Reads the kept bytes of a stream with other bytes in their place, or before them.
  private mutating func readVersion(
    _ bytes: [UInt8], _ changed: Range<Int>, isBefore: Bool, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) {
    let sequence = direction.next - bytes.count
    let stream = streams[direction.stream]
    // A receiver has the same bytes. In an unfinished message others may yet take their place.
    if stream.isBetweenMessages, stream.receivers.contains(where: { $0.has(bytes, at: sequence) }) {
      return
    }
    // A version of an unfinished message goes on with the bytes that follow.
    if !isBefore, !stream.isBetweenMessages,
      stream.open(
        TCPStream.Version(
          bytes: bytes, sequence: sequence, number: writer.number, time: writer.time,
          changed: changed))
    {
      return
    }
    readAlone(
      bytes.rawSpan, at: sequence, changed: changed, isBefore: isBefore,
      readsAnswers: true, visit)
  }

  /// Notes that a stream's packets disagree, and shows it from here on.
  mutating func noteOverlap(_ visit: StreamVisit) {
    let number = flows[visit].stream
    if number != 0 { streams[number].record.hasOverlap = true }
    markOverlap(visit.flow)
    writer.markOverlap()
  }

  /// Notes the packet's values in the stream's open versions, which do not write them again.
  @inline(__always)
  mutating func noteWritten(_ visit: StreamVisit) {
    let number = flows[visit].stream
    guard number != 0, !streams[number].openVersions.isEmpty else { return }
    streams[number].noteWritten(writer.writtenValues(), number: writer.number)
  }

  /// Keeps other versions of a message that goes on, and reads them once the message is complete.
  ///
  /// They have the stream's next bytes, which the stream itself has read.
  @inline(never)
  mutating func continueVersions(
    _ versions: [TCPStream.Version], of number: UInt32, _ visit: StreamVisit
  ) {
    var complete = versions
    if flows[visit].stream == number,
      !streams[number].isBetweenMessages
    {
      complete = streams[number].keep(versions)
      streams.touch(number)
    } else {
      adopt(&complete, number, visit)
    }
    read(complete, visit)
  }

  /// Lets a stream in whose bytes no protocol was found go on with a version in which one is.
  private mutating func adopt(
    _ versions: inout [TCPStream.Version], _ number: UInt32, _ visit: StreamVisit
  ) {
    guard flows[visit].stream == number,
      streams[number].content.isNone
    else { return }
    let kept = streams[number].history.take()
    for index in versions.indices {
      let version = versions[index]
      let isAdopted = readAgain(
        version.bytes.rawSpan, at: version.sequence, changed: version.changed, visit)
      guard isAdopted else { continue }
      versions.remove(at: index)
      if flows[visit].stream == number {
        // What was read before is the other version now.
        streams[number].history.add(
          [kept.bytes] + kept.alternates, latest: kept.latest)
      }
      return
    }
    streams[number].history.restore(kept)
  }

  /// Reads other versions of messages, as far as they go.
  mutating func read(_ versions: [TCPStream.Version], _ visit: StreamVisit) {
    guard !versions.isEmpty else { return }
    let packet = (writer.number, writer.time)
    for version in versions {
      writer.attribute(number: version.number, time: version.time)
      writer.written = version.written
      readAlone(
        version.bytes.rawSpan, at: version.sequence, changed: version.changed, readsAnswers: true,
        visit)
      writer.written = []
    }
    writer.attribute(number: packet.0, time: packet.1)
  }

  /// Reads the other versions of a message that does not go on.
  mutating func finishVersions(_ number: UInt32) {
    let stream = streams[number]
    if !stream.openVersions.isEmpty {
      read(
        stream.takeVersions(with: RawSpan(), number: 0, time: 0),
        StreamVisit(stream))
    }
    for rereading in stream.takeRereadings() { finishContent(rereading.reader) }
  }
}
