import Indicators
import Parsing

/// TCP: which bytes of a segment are the next ones, and what reads them.
extension FlowReader {
  /// Reads a TCP segment.
  @inline(__always)
  mutating func decodeTCP(_ payload: RawSpan, _ item: FlowItem, _ flow: UInt32) {
    var place = enter(flow, item)
    let direction = flows[place.side]
    let peerWaits = flows[place.side.other].hasQueue
    let isSYN = item.flags & TCPFlag.syn != 0
    let hasData = payload.byteCount > 0
    if hasData, flows[place.side.other].awaitsAnswer {
      noteAnswer(payload, item, place)
    }
    var (application, role) = (Application.none, Role.unknown)
    let isWanted =
      hasData
      && (!direction.isDone || isSYN || !search.isEmpty
        || direction.comesAgain(payload, at: item.sequence))
    if isWanted, direction.stream == 0 || !flows[notes: place.flow].isRoleKnown {
      (application, role) = classify(
        payload, isDNSPort: item.isDNSPort, isServer: direction.isSurelyServer,
        of: place.side)
    }
    let isAnswer =
      application == .none && readsAnswers
      && (role == .server || hasData && direction.isServer && HTTPReader.isCutAnswer(payload))
    role = Role.told(role, application, payload)
    if isSYN { role = item.isOpening ? .client : .server }
    settle(&place, role, isOpening: item.isOpening)
    if place.isNew, !hasData, item.flags == TCPFlag.ack {
      flows[place.side].expectStart(item.sequence)
    }
    // Most segments come in order, and nothing in them is wanted.
    let isNext =
      direction.stream == 0 && application == .none && !isAnswer && direction.isStarted
      && item.sequence == direction.next && direction.next != direction.base
      && direction.missingAfterNext == 0
    let isSearched = isWanted && !search.isEmpty
    if !isSYN, !peerWaits, !isWanted || isNext {
      if isWanted {
        flows[place.side].advance(payload.byteCount)
        keepFirst(payload, isFirst: false, place.side)
        if item.missing > 0, isNext {
          flows[place.side].missingAfterNext = item.missing
        }
      }
      beginRecord(item, place, isNeeded: isSearched)
      if isSearched {
        searchNext(
          payload, place.side, writer.searchOrigin)
      }
    } else {
      beginRecord(item, place, isNeeded: true)
      reassemble(payload, item, place)
    }
    endRecord(place)
  }

  /// What a segment begins with, and the role of its sender.
  ///
  /// What looks like an answer of the side known to be the client is not one.
  @inline(__always)
  mutating func classify(
    _ payload: RawSpan, isDNSPort: Bool, isServer: Bool, of side: FlowSide
  ) -> (Application, Role) {
    let (application, role) = Application.classify(
      payload, isDNSPort: isDNSPort, isServer: isServer)
    let isClient =
      role == .server && flows[notes: side.flow].isRoleKnown
      && flows[notes: side.flow].isFirstOriginator == side.isFromFirst
    return (application, isClient ? .unknown : role)
  }

  // MARK: Order

  /// Puts a segment in its place, and reads what can be read then.
  @inline(never)
  mutating func reassemble(_ payload: RawSpan, _ item: FlowItem, _ place: FlowPlace) {
    let visit = StreamVisit(place, item)
    var sequence = item.sequence
    var isTaken = true
    if item.flags & TCPFlag.syn != 0 {
      sequence += 1
      isTaken = beginConnection(place, sequence, item)
      if item.flags & TCPFlag.ack != 0 {
        flows[visit.side.other].expectStart(item.acknowledgement)
      }
    }
    if item.flags & TCPFlag.ack != 0 {
      acknowledge(visit.side.other, item.acknowledgement)
    }
    if !isTaken {
      readAlone(payload, at: sequence, visit)
    } else if payload.byteCount > 0, flows[visit].isDone, search.isEmpty {
      readAgainOrAlone(payload, at: sequence, flows[visit], visit)
    } else if payload.byteCount > 0 {
      if !flows[visit].isStarted {
        let start = flows[visit].start(at: sequence)
        flows[visit].isStarted = true
        flows[visit].isUnannounced = start == sequence
        flows[visit].next = start
        flows[visit].base = start
      }
      chooseConnection(sequence, visit)
      acceptFromBase(payload, at: sequence, missing: Int(item.missing), visit)
    }
    keepLimits()
  }

  /// Takes a segment: reads it if it is next, queues it if it is early, compares repeated bytes.
  mutating func accept(
    _ payload: RawSpan, at sequence: SequenceNumber, missing: Int, _ visit: StreamVisit
  ) {
    if flows[visit].missingAfterNext != 0 {
      passMissing(sequence, visit)
    }
    if flows[visit].isUnannounced {
      beginEarlier(at: sequence, count: payload.byteCount, visit)
    }
    let direction = flows[visit]
    let distance = sequence - direction.next
    // A keep-alive probe repeats one byte (RFC 9293 §3.8.4).
    if distance == -1, payload.byteCount == 1,
      isProbe(payload, at: sequence, direction, visit.side)
    {
      // If segments disagree anyway, the byte may be part of a receiver's version.
      putReceivers(payload, at: sequence, visit)
      return readReceivers(visit)
    }
    if distance < 0 || direction.hasQueue { compare(payload, at: sequence, direction, visit) }
    putReceivers(payload, at: sequence, visit)
    if distance > 0 {
      enqueue(payload, at: sequence, missing: missing, visit)
    } else {
      readPlaced(payload, at: sequence, missing: missing, visit)
      drain(visit)
      readReceivers(visit)
    }
  }

  /// Whether a byte in the place of the last one read is a keep-alive probe, as far as that is known.
  private mutating func isProbe(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection, _ side: FlowSide
  ) -> Bool {
    if direction.stream != 0,
      let isProbe = streams[direction.stream].isProbe(payload.byte(unchecked: 0))
    {
      return isProbe
    }
    return !differsFromFirst(payload, at: sequence, direction, side)
  }

  /// Reads bytes that do not begin after the next one: those that come again, and those that follow.
  private mutating func readPlaced(
    _ payload: RawSpan, at sequence: SequenceNumber, missing: Int, _ visit: StreamVisit
  ) {
    let next = flows[visit].next
    let known = min(next.offset(from: sequence), payload.byteCount)
    if known > 0 { reread(payload.extracting(0..<known), at: sequence, visit) }
    if known < payload.byteCount {
      let isSearched = known > 0 && !search.isEmpty
      let tails = isSearched ? tails(with: payload.extracting(0..<known), at: next, visit) : []
      let rest = payload.extracting(known..<payload.byteCount)
      advance(rest, missing: missing, visit)
      if isSearched { searchBehind(tails, rest, at: next, visit) }
    }
    noteWritten(visit)
  }

  /// Reads the next bytes of a stream.
  mutating func advance(_ payload: RawSpan, missing: Int, _ visit: StreamVisit) {
    let sequence = flows[visit].next
    let isFirst = sequence == flows[visit].base
    flows[visit].advance(payload.byteCount)
    let number = flows[visit].stream
    let missingAfterNext = Int(flows[visit].missingAfterNext)
    if missingAfterNext > 0 {
      flows[visit].missingAfterNext =
        UInt16(max(0, missingAfterNext - payload.byteCount))
    }
    if number != 0, !streams[number].holes.isEmpty { followHoles(payload, number, visit) }
    var rereadings: [TCPStream.Rereading] = []
    if number != 0, !streams[number].rereadings.isEmpty {
      rereadings = streams[number].takeRereadings(at: sequence, count: payload.byteCount)
      streams[number].isRereading = !rereadings.isEmpty
    }
    if number == 0 || streams[number].openVersions.isEmpty {
      feed(payload, visit, isFirst: isFirst)
    } else {
      let versions = streams[number].takeVersions(
        with: payload, number: writer.number, time: writer.time)
      feed(payload, visit, isFirst: isFirst)
      continueVersions(versions, of: number, visit)
    }
    if !rereadings.isEmpty {
      continueRereadings(rereadings, payload, at: sequence, of: number, visit)
    }
    let read = flows[visit].stream
    if read != 0, !streams[read].http.otherEnds.isEmpty {
      let ends = streams[read].http.takeOtherEnds()
      readBehind(ends, payload, at: sequence, of: read, visit)
    }
    keepFirst(payload, isFirst: isFirst, visit.side)
    if missing > 0 { noteMissing(missing, visit) }
  }

  /// Notes bytes that a packet had beyond those captured.
  ///
  /// A message that is being read goes on without them.
  private mutating func noteMissing(_ missing: Int, _ visit: StreamVisit) {
    let number = flows[visit].stream
    if number == 0
      || streams[number].content.isNone && streams[number].openVersions.isEmpty
        && streams[number].rereadings.isEmpty
    {
      let known = flows[visit].missingAfterNext
      flows[visit].missingAfterNext = max(
        known, UInt16(clamping: missing))
      return
    }
    flows[visit].missingAfterNext = 0
    flows[visit].advance(missing)
    loseBytes(missing, visit)
  }

  /// Gives up bytes that a packet had beyond those captured, if a segment begins behind them.
  private mutating func passMissing(_ sequence: SequenceNumber, _ visit: StreamVisit) {
    let direction = flows[visit]
    let ahead = sequence - direction.next
    guard ahead > 0 else { return }
    let lost = min(ahead, Int(direction.missingAfterNext))
    flows[visit].missingAfterNext = 0
    flows[visit].advance(lost)
    loseBytes(lost, visit)
  }

  /// Queues a segment that came too early.
  mutating func enqueue(
    _ payload: RawSpan, at sequence: SequenceNumber, missing: Int, isAgain: Bool = false,
    _ visit: StreamVisit
  ) {
    let number = openStream(visit)
    let stream = streams[number]
    var bytes: [UInt8] = []
    bytes.append(payload)
    stream.enqueue(
      TCPStream.Early(
        sequence: sequence, bytes: bytes, missing: missing, isAgain: isAgain,
        number: writer.number, time: writer.time))
    stream.cutsLeft += TCPStream.cutsEach
    flows[visit].hasQueue = true
    while stream.queue.count > TCPStream.longestQueue || stream.queuedBytes > options.streamLimit {
      passGap(number)
    }
    passAcknowledged(number, over: TCPStream.longestAcknowledged)
    if flows[visit].stream == number { streams.touch(number) }
  }

  /// Reads the waiting segments that are next now.
  mutating func drain(_ visit: StreamVisit) {
    let number = flows[visit].stream
    guard number != 0 else { return }
    guard flows[visit].hasQueue else { return }
    let stream = streams[number]
    while flows[visit].stream == number,
      let early = stream.queue.first,
      early.place <= flows[visit].next
    {
      take(stream.dequeue(), visit)
    }
    noteQueue(number)
  }

  /// Updates the direction's `hasQueue`, and forgets an acknowledged gap that has closed.
  mutating func noteQueue(_ number: UInt32) {
    let stream = streams[number]
    guard flows[stream].stream == number else { return }
    flows[stream].hasQueue = !stream.queue.isEmpty
    if !stream.awaitsAcknowledged { (stream.acknowledged, stream.gap) = (nil, 0) }
    streams.touch(number)
  }

  /// Reads a segment that waited, and now begins at the next byte or before it.
  ///
  /// Where a segment that came before it has bytes for a part of its place, those are read first.
  mutating func take(_ early: TCPStream.Early, _ visit: StreamVisit) {
    let number = flows[visit].stream
    let next = flows[visit].next
    let part = number == 0 ? early.bytes.count : streams[number].split(early, next: next)
    if part == nil { skips.add(.tcpOverlapLimit) }
    let end = part ?? early.bytes.count
    let missing = end == early.bytes.count ? early.missing : 0
    let wasApart = isApart
    isApart = true
    defer { isApart = wasApart }
    // SAFETY: the closure only reads the array's bytes.
    unsafe early.bytes.withUnsafeBytes {
      readPlaced(
        unsafe $0.bytes.extracting(early.read..<end), at: early.place,
        missing: early.isAgain ? 0 : missing, visit)
    }
    // Until they are given up, other versions of what precedes them can still be read.
    if early.isAgain, missing > 0, flows[visit].next == early.sequence + end {
      flows[visit].missingAfterNext = UInt16(clamping: missing)
      if let behind = number == 0 ? nil : streams[number].queue.first {
        passMissing(behind.place, visit)
      }
    }
  }

  /// Gives up the bytes before the first waiting segment, and reads on from there.
  ///
  /// Values there belong to the packets that brought them.
  mutating func passGap(_ number: UInt32) {
    let stream = streams[number]
    guard !stream.queue.isEmpty else { return }
    skips.add(.tcpGap)
    let visit = StreamVisit(stream)
    let packet = (writer.number, writer.time)
    let next = flows[visit].next
    let start = stream.queue[0].place
    flows[visit].missingAfterNext = 0
    flows[visit].next = start
    loseBytes(start.offset(from: next), visit)
    awaitBeginning(stream, visit)
    // Values behind a segment that came late were complete only with that segment's packet.
    var latest = (number: UInt64(0), time: Int64(0))
    while flows[visit].stream == number,
      let early = stream.queue.first,
      early.place <= flows[visit].next
    {
      if early.number >= latest.number { latest = (early.number, early.time) }
      writer.attribute(number: latest.number, time: latest.time)
      take(stream.dequeue(), visit)
      // Bytes that follow a hole are kept, in case the missing ones come after all.
      if flows[visit].stream == number,
        case .none = stream.content
      {
        // SAFETY: the closure only reads the array's bytes.
        unsafe early.bytes.withUnsafeBytes { stream.history.append(unsafe $0.bytes) }
      }
    }
    noteQueue(number)
    writer.attribute(number: packet.0, time: packet.1)
  }
}
