import Indicators
import Parsing

/// TCP: which bytes of a segment are the next ones, and what reads them.
extension PacketDecoder {
  /// The most of a stream's first bytes that are kept until they can be told from others.
  private static let decidedLength = 15

  /// Reads a TCP segment.
  @inline(__always)
  mutating func decodeTCP(
    _ packet: RawSpan, _ header: IPHeader, _ segment: Segment, _ depth: Int
  ) {
    var place = findFlow(header, segment, depth)
    let direction = flows[place.flow][isFromFirst: place.isSourceFirst]
    let peerWaits = flows[place.flow][isFromFirst: !place.isSourceFirst].hasQueue
    let isSYN = segment.flags & tcpSYN != 0
    let hasData = segment.end > segment.payload
    var (application, role) = (Application.none, Role.unknown)
    let isWanted = hasData && (!direction.isDone || isSYN || !search.isEmpty)
    if isWanted, direction.stream == 0 || !flows[place.flow].isRoleKnown {
      let payload = packet.extracting(segment.payload..<segment.end)
      (application, role) = Self.classify(payload, segment, isServer: direction.isServer)
    }
    if isSYN { role = segment.flags & tcpACK == 0 ? .client : .server }
    settle(&place, role)
    // Most segments come in order, and nothing in them is wanted.
    let isNext =
      direction.stream == 0 && application == .none && direction.isStarted && search.isEmpty
      && segment.sequence == direction.next && direction.next != direction.base
    if !isSYN, !peerWaits, !isWanted || isNext {
      if isWanted {
        flows[place.flow][isFromFirst: place.isSourceFirst].next &+=
          UInt32(truncatingIfNeeded: segment.end &- segment.payload &+ header.missing)
      }
      beginRecord(header, segment, place, depth, isNeeded: false)
    } else {
      beginRecord(header, segment, place, depth, isNeeded: true)
      reassemble(packet, header, segment, place)
    }
    endRecord(place)
  }

  @inline(__always)
  private static func classify(
    _ payload: RawSpan, _ segment: Segment, isServer: Bool
  ) -> (Application, Role) {
    switch payload.byte(unchecked: 0) {
    case 20, 22:
      if let type = TLSClientHello.firstMessage(payload) {
        return (.tls, type == 1 ? .client : type == 2 ? .server : .unknown)
      }
    case 0x0a, 0x0d, 0x21...0x7e:
      if !isServer, HTTPRequest.begins(payload) { return (.http, .client) }
      if HTTPRequest.isResponse(payload) { return (.none, .server) }
    default: break
    }
    guard payload.byteCount > 14 else { return (.none, .unknown) }
    let isRegistered = isDNSPort(segment)
    let length = Int(payload.bigEndianUInt16(unchecked: 0))
    if isRegistered || length == payload.byteCount &- 2 {
      let message = payload.extracting(2..<min(payload.byteCount, 2 &+ length))
      if DNSMessage.isMessage(message, needsQuestion: !isRegistered) {
        return (.dnsStream, DNSMessage.isResponse(message) ? .server : .client)
      }
      if isRegistered {
        return (.dnsStream, DNSMessage.isResponse(message) ? .server : .client)
      }
    }
    return (.none, .unknown)
  }

  private static func isDNSPort(_ segment: Segment) -> Bool {
    segment.sourcePort == 53 || segment.destinationPort == 53 || segment.sourcePort == 5355
      || segment.destinationPort == 5355
  }

  // MARK: Order

  /// Puts a segment in its place, and reads what can be read then.
  @inline(never)
  private mutating func reassemble(
    _ packet: RawSpan, _ header: IPHeader, _ segment: Segment, _ place: FlowPlace
  ) {
    let side = place.isSourceFirst
    var sequence = segment.sequence
    if segment.flags & tcpSYN != 0 {
      sequence &+= 1
      beginConnection(place, sequence)
    }
    if segment.flags & tcpACK != 0 {
      acknowledge(place.flow, !side, segment.acknowledgement)
    }
    if segment.end > segment.payload,
      !flows[place.flow][isFromFirst: side].isDone || !search.isEmpty
    {
      let payload = packet.extracting(segment.payload..<segment.end)
      if !flows[place.flow][isFromFirst: side].isStarted {
        flows[place.flow][isFromFirst: side].isStarted = true
        flows[place.flow][isFromFirst: side].next = sequence
        flows[place.flow][isFromFirst: side].base = sequence
      }
      let visit = StreamVisit(
        flow: place.flow, isFromFirst: side,
        target: (header.destination, header.version, segment.destinationPort),
        isDNSPort: Self.isDNSPort(segment))
      accept(payload, at: sequence, missing: header.missing, visit)
    }
    keepLimits()
  }

  /// A SYN begins a connection, unless it only repeats the one that began the present one.
  private mutating func beginConnection(_ place: FlowPlace, _ sequence: UInt32) {
    let direction = flows[place.flow][isFromFirst: place.isSourceFirst]
    if direction.isStarted {
      let read = Int32(bitPattern: direction.next &- direction.base)
      let distance = Int32(bitPattern: sequence &- direction.base)
      if distance == 0 || distance > 0 && distance <= read { return }
    }
    closeStream(direction.stream)
    flows[place.flow][isFromFirst: place.isSourceFirst] = FlowDirection(
      next: sequence, base: sequence, isStarted: true)
  }

  /// Gives up waiting for bytes that the other side has acknowledged: the capture lacks them.
  private mutating func acknowledge(_ flow: UInt32, _ side: Bool, _ number: UInt32) {
    let stream = flows[flow][isFromFirst: side].stream
    guard stream != 0 else { return }
    while let early = streams[stream].queue.first, flows[flow][isFromFirst: side].stream == stream,
      Int32(bitPattern: number &- early.sequence) > 0
    {
      passGap(stream)
    }
  }

  /// Reads a segment whose place is known: now, later, or beside what was read before.
  private mutating func accept(
    _ payload: RawSpan, at sequence: UInt32, missing: Int, _ visit: StreamVisit
  ) {
    let direction = flows[visit.flow][isFromFirst: visit.isFromFirst]
    let distance = Int32(bitPattern: sequence &- direction.next)
    if distance > 0 {
      enqueue(payload, at: sequence, missing: missing, visit)
      return
    }
    let known = min(Int(direction.next &- sequence), payload.byteCount)
    // A keep-alive probe repeats one byte, whatever it was (RFC 9293 §3.8.4).
    if distance == -1, payload.byteCount == 1 { return }
    if distance < 0 { reread(payload.extracting(0..<known), at: sequence, visit) }
    guard known < payload.byteCount else { return }
    advance(payload.extracting(known..<payload.byteCount), missing: missing, visit)
    drain(visit)
  }

  /// Reads the next bytes of a stream.
  private mutating func advance(_ payload: RawSpan, missing: Int, _ visit: StreamVisit) {
    let isFirst =
      flows[visit.flow][isFromFirst: visit.isFromFirst].next
      == flows[visit.flow][isFromFirst: visit.isFromFirst].base
    flows[visit.flow][isFromFirst: visit.isFromFirst].next &+=
      UInt32(truncatingIfNeeded: payload.byteCount)
    feed(payload, visit, isFirst: isFirst)
    if missing > 0 {
      flows[visit.flow][isFromFirst: visit.isFromFirst].next &+=
        UInt32(truncatingIfNeeded: missing)
      loseBytes(missing, visit)
    }
    // The distance to the first byte must stay a positive number.
    let direction = flows[visit.flow][isFromFirst: visit.isFromFirst]
    if direction.next &- direction.base > 1 << 30 {
      flows[visit.flow][isFromFirst: visit.isFromFirst].base = direction.next &- 1 << 29
    }
  }

  /// Keeps a segment that came too early.
  private mutating func enqueue(
    _ payload: RawSpan, at sequence: UInt32, missing: Int, _ visit: StreamVisit
  ) {
    let number = openStream(visit)
    let stream = streams[number]
    var bytes: [UInt8] = []
    bytes.append(payload)
    stream.enqueue(
      TCPStream.Early(
        sequence: sequence, bytes: bytes, missing: missing, number: writer.number,
        time: writer.time))
    flows[visit.flow][isFromFirst: visit.isFromFirst].hasQueue = true
    while stream.queue.count > TCPStream.longestQueue || stream.queuedBytes > options.streamLimit {
      passGap(number)
    }
    if flows[visit.flow][isFromFirst: visit.isFromFirst].stream == number { streams.touch(number) }
  }

  /// Reads the waiting segments that are next now.
  private mutating func drain(_ visit: StreamVisit) {
    let number = flows[visit.flow][isFromFirst: visit.isFromFirst].stream
    guard number != 0 else { return }
    while flows[visit.flow][isFromFirst: visit.isFromFirst].stream == number,
      let early = streams[number].queue.first,
      Int32(
        bitPattern: early.sequence &- flows[visit.flow][isFromFirst: visit.isFromFirst].next) <= 0
    {
      take(streams[number].dequeue(), visit)
    }
    noteQueue(number)
  }

  /// Keeps the flow's note of whether segments wait in a stream.
  private mutating func noteQueue(_ number: UInt32) {
    let stream = streams[number]
    guard flows[stream.flow][isFromFirst: stream.isFromFirst].stream == number else { return }
    flows[stream.flow][isFromFirst: stream.isFromFirst].hasQueue = !stream.queue.isEmpty
  }

  /// Reads a segment that waited; it is not after the next byte.
  private mutating func take(_ early: TCPStream.Early, _ visit: StreamVisit) {
    // SAFETY: the closure only reads the array's bytes.
    unsafe early.bytes.withUnsafeBytes {
      let payload = unsafe $0.bytes
      let next = flows[visit.flow][isFromFirst: visit.isFromFirst].next
      let known = min(Int(next &- early.sequence), payload.byteCount)
      if known > 0 { reread(payload.extracting(0..<known), at: early.sequence, visit) }
      if known < payload.byteCount {
        advance(
          payload.extracting(known..<payload.byteCount), missing: early.missing, visit)
      }
    }
  }

  /// Goes on behind a hole that nothing will fill; values there belong to the packets they came in.
  private mutating func passGap(_ number: UInt32) {
    let stream = streams[number]
    guard !stream.queue.isEmpty else { return }
    skips.add(.tcpGap)
    let visit = StreamVisit(
      flow: stream.flow, isFromFirst: stream.isFromFirst, target: stream.target,
      isDNSPort: stream.target.port == 53)
    let packet = (writer.number, writer.time)
    let next = flows[visit.flow][isFromFirst: visit.isFromFirst].next
    let start = stream.queue[0].sequence
    flows[visit.flow][isFromFirst: visit.isFromFirst].next = start
    loseBytes(Int(start &- next), visit)
    while flows[visit.flow][isFromFirst: visit.isFromFirst].stream == number,
      let early = stream.queue.first,
      Int32(
        bitPattern: early.sequence &- flows[visit.flow][isFromFirst: visit.isFromFirst].next) <= 0
    {
      writer.attribute(number: early.number, time: early.time)
      take(stream.dequeue(), visit)
      // What follows a hole is kept, in case the missing bytes come after all.
      if flows[visit.flow][isFromFirst: visit.isFromFirst].stream == number,
        case .none = stream.content
      {
        // SAFETY: the closure only reads the array's bytes.
        unsafe early.bytes.withUnsafeBytes { stream.remember(unsafe $0.bytes) }
      }
    }
    noteQueue(number)
    writer.attribute(number: packet.0, time: packet.1)
  }

  /// Tells a stream's reader that bytes are missing.
  private mutating func loseBytes(_ count: Int, _ visit: StreamVisit) {
    let number = flows[visit.flow][isFromFirst: visit.isFromFirst].stream
    guard number != 0 else { return }
    let stream = streams[number]
    stream.forgetHistory()
    stream.searchStates = []
    let goesOn =
      switch stream.content {
      case .http: stream.http.skip(count)
      case .tls: stream.tls.skip(count)
      case .none, .undecided, .dns: false
      }
    if !goesOn { finishContent(stream) }
  }

  /// Reads as far as it goes what a reader still waited with.
  private mutating func finishContent(_ stream: TCPStream) {
    switch stream.content {
    case .none, .undecided: break
    case .http: stream.http.finish(&skips)
    case .tls: stream.tls.finish(into: &writer, &skips)
    case .dns: stream.dns.finish(&skips)
    }
    stream.begin(.none)
  }

  // MARK: Repeated bytes

  /// Looks at bytes that stand before the next one: the same again, or another version of them.
  private mutating func reread(_ payload: RawSpan, at sequence: UInt32, _ visit: StreamVisit) {
    let direction = flows[visit.flow][isFromFirst: visit.isFromFirst]
    var version: [UInt8] = []
    if direction.stream == 0 {
      // Nothing was wanted of them; a message that begins here was not among them.
      version.append(payload)
      if Int32(bitPattern: sequence &- direction.base) >= 0 { skips.add(.retransmission) }
    } else {
      switch streams[direction.stream].compare(payload, at: sequence, next: direction.next) {
      case .same:
        return skips.add(.retransmission)
      case .unknown:
        if Int32(bitPattern: sequence &- direction.base) >= 0 {
          skips.add(.retransmission)
          // Of what a reader has read long ago no other version can still be taken.
          guard isNone(streams[direction.stream].content) else { return }
        }
        version.append(payload)
      case .earlier(let bytes):
        version = bytes
      case .different(let bytes):
        guard streams[direction.stream].isNewVersion(payload, at: sequence) else {
          return skips.add(.retransmission)
        }
        guard streams[direction.stream].versionCount <= TCPStream.mostVersions else {
          return skips.add(.tcpOverlapLimit)
        }
        version = bytes
        skips.add(.tcpOverlap)
        markOverlap(visit.flow)
        writer.markOverlap()
      }
    }
    // SAFETY: the closure only reads the array's bytes.
    unsafe version.withUnsafeBytes { readAlone(unsafe $0.bytes, visit) }
  }

  /// Reads bytes as a stream of their own.
  private mutating func readAlone(_ bytes: RawSpan, _ visit: StreamVisit) {
    guard bytes.byteCount > 0 else { return }
    if !search.isEmpty {
      var states = search.states()
      search.search(bytes, &states, into: &writer, &skips)
    }
    let segment = Segment(
      sourcePort: visit.isDNSPort ? 53 : 0, destinationPort: visit.target.port)
    let isServer = flows[visit.flow][isFromFirst: visit.isFromFirst].isServer
    let (application, _) = Self.classify(bytes, segment, isServer: isServer)
    guard application != .none else { return }
    let stream = TCPStream(record: writer.flow, target: visit.target)
    begin(application, stream, visit, isFirst: false)
    _ = read(bytes, stream, visit)
    finishContent(stream)
  }

  // MARK: Content

  /// Gives a stream's next bytes to what reads them.
  private mutating func feed(_ payload: RawSpan, _ visit: StreamVisit, isFirst: Bool) {
    if !search.isEmpty {
      searchPayload(payload, visit)
      if flows[visit.flow][isFromFirst: visit.isFromFirst].isDone { return }
    }
    let number = flows[visit.flow][isFromFirst: visit.isFromFirst].stream
    if number == 0 || isNone(streams[number].content) {
      discover(payload, visit, isFirst: isFirst)
      return
    }
    let stream = streams[number]
    if case .undecided = stream.content {
      stream.undecided.append(payload, writer)
      decide(stream, number, payload, visit)
    } else {
      continueContent(payload, stream, number, visit)
    }
  }

  /// Looks for byte strings in a stream's next bytes.
  private mutating func searchPayload(_ payload: RawSpan, _ visit: StreamVisit) {
    let number = openStream(visit)
    let stream = streams[number]
    if stream.searchStates.isEmpty { stream.searchStates = search.states() }
    search.search(payload, &stream.searchStates, into: &writer, &skips)
    streams.touch(number)
  }

  private func isNone(_ content: TCPStream.Content) -> Bool {
    if case .none = content { true } else { false }
  }

  /// Looks whether a protocol begins with these bytes.
  private mutating func discover(_ payload: RawSpan, _ visit: StreamVisit, isFirst: Bool) {
    let direction = flows[visit.flow][isFromFirst: visit.isFromFirst]
    let segment = Segment(
      sourcePort: visit.isDNSPort ? 53 : 0, destinationPort: visit.target.port)
    var (application, role) = Self.classify(payload, segment, isServer: direction.isServer)
    if application == .none, role == .unknown, isFirst {
      if payload.byteCount < Self.decidedLength {
        let number = openStream(visit)
        streams[number].begin(.undecided)
        streams[number].undecided.append(payload, writer)
        streams.touch(number)
        return
      }
      if HTTPRequest.mayBegin(payload) { (application, role) = (.http, .client) }
    }
    // Answers are known by the first of them; later the same bytes may be anything.
    if role == .server, application == .none, isFirst {
      flows[visit.flow][isFromFirst: visit.isFromFirst].isServer = true
    }
    guard application != .none else {
      if direction.stream != 0 { streams[direction.stream].forgetHistory() }
      return
    }
    let number = openStream(visit)
    let stream = streams[number]
    stream.forgetHistory()
    begin(application, stream, visit, isFirst: isFirst)
    continueContent(payload, stream, number, visit)
  }

  /// Tells what a stream is whose first bytes were too few for it.
  private mutating func decide(
    _ stream: TCPStream, _ number: UInt32, _ payload: RawSpan, _ visit: StreamVisit
  ) {
    guard stream.undecided.count >= Self.decidedLength else { return streams.touch(number) }
    let first = stream.undecided
    stream.begin(.none)
    let packet = (writer.number, writer.time)
    // SAFETY: the closure only reads the array's bytes.
    unsafe first.bytes.withUnsafeBytes {
      let bytes = unsafe $0.bytes
      let segment = Segment(
        sourcePort: visit.isDNSPort ? 53 : 0, destinationPort: visit.target.port)
      let isServer = flows[visit.flow][isFromFirst: visit.isFromFirst].isServer
      var (application, role) = Self.classify(bytes, segment, isServer: isServer)
      if application == .none, role == .unknown, HTTPRequest.mayBegin(bytes) {
        (application, role) = (.http, .client)
      }
      if role == .server, application == .none {
        flows[visit.flow][isFromFirst: visit.isFromFirst].isServer = true
      }
      // Behind a few bytes of another protocol (SOCKS, say) a known one may begin.
      guard application != .none else { return discover(payload, visit, isFirst: false) }
      begin(application, stream, visit, isFirst: true)
      var start = 0
      for mark in first.marks {
        guard flows[visit.flow][isFromFirst: visit.isFromFirst].stream == number,
          !isNone(stream.content)
        else { break }
        writer.attribute(number: mark.number, time: mark.time)
        continueContent(bytes.extracting(start..<mark.end), stream, number, visit)
        start = mark.end
      }
    }
    writer.attribute(number: packet.0, time: packet.1)
  }

  private mutating func begin(
    _ application: Application, _ stream: TCPStream, _ visit: StreamVisit, isFirst: Bool
  ) {
    switch application {
    case .none, .dns, .dtls: break
    case .http: stream.begin(.http)
    case .tls: stream.begin(.tls)
    case .dnsStream:
      stream.begin(.dns)
      stream.dns.isTrusted = isFirst && visit.isDNSPort
    }
  }

  /// Reads bytes of a known protocol and keeps or lets go of the stream.
  private mutating func continueContent(
    _ payload: RawSpan, _ stream: TCPStream, _ number: UInt32, _ visit: StreamVisit
  ) {
    let isDone = read(payload, stream, visit)
    if isDone {
      flows[visit.flow][isFromFirst: visit.isFromFirst].isDone = true
      // Segments that wait for others hold nothing that is wanted.
      guard search.isEmpty else { return stream.begin(.none) }
      releaseStream(number)
      return
    }
    streams.touch(number)
  }

  /// Reads bytes with a stream's reader; true where nothing more is wanted of the direction.
  private mutating func read(
    _ payload: RawSpan, _ stream: TCPStream, _ visit: StreamVisit
  ) -> Bool {
    var offset = 0
    while offset < payload.byteCount {
      let rest = payload.extracting(offset..<payload.byteCount)
      switch stream.content {
      case .none, .undecided: return false
      case .http:
        let context = HTTPContext(
          address: visit.target.address, version: visit.target.version, port: visit.target.port,
          isDatagram: false, headerLimit: options.httpHeaderLimit)
        if stream.http.isLongBody { stream.forgetHistory() } else { stream.remember(rest) }
        switch stream.http.read(rest, context, into: &writer, &skips) {
        case .all: return false
        case .other(let end):
          // Behind a CONNECT another protocol may begin at once.
          offset += end
          stream.begin(.none)
          guard end > 0, offset < payload.byteCount else { return false }
          let following = payload.extracting(offset..<payload.byteCount)
          let segment = Segment(sourcePort: 0, destinationPort: visit.target.port)
          let (application, _) = Self.classify(following, segment, isServer: false)
          begin(application, stream, visit, isFirst: false)
        }
      case .tls:
        stream.remember(rest)
        switch stream.tls.read(rest, into: &writer, &skips) {
        case .goesOn: return false
        case .done: return true
        case .other:
          stream.begin(.none)
          return false
        }
      case .dns:
        stream.remember(rest)
        if !stream.dns.read(
          rest, pointerLimit: options.dnsPointerLimit, into: &writer, &skips)
        {
          stream.begin(.none)
        }
        return false
      }
    }
    return false
  }

  // MARK: Keeping streams

  /// The number of a direction's stream, which is made if there is none.
  private mutating func openStream(_ visit: StreamVisit) -> UInt32 {
    let number = flows[visit.flow][isFromFirst: visit.isFromFirst].stream
    if number != 0 { return number }
    let new = streams.insert(record: writer.flow, target: visit.target)
    streams[new].flow = visit.flow
    streams[new].isFromFirst = visit.isFromFirst
    flows[visit.flow][isFromFirst: visit.isFromFirst].stream = new
    return new
  }

  /// Forgets a stream with whatever waits in it.
  private mutating func releaseStream(_ number: UInt32) {
    let stream = streams[number]
    flows[stream.flow][isFromFirst: stream.isFromFirst].stream = 0
    flows[stream.flow][isFromFirst: stream.isFromFirst].hasQueue = false
    streams.remove(number)
  }

  /// Reads what waits in a stream as far as it goes, and forgets the stream.
  mutating func closeStream(_ number: UInt32) {
    guard number != 0 else { return }
    let stream = streams[number]
    while !stream.queue.isEmpty,
      flows[stream.flow][isFromFirst: stream.isFromFirst].stream == number
    {
      passGap(number)
    }
    guard flows[stream.flow][isFromFirst: stream.isFromFirst].stream == number else { return }
    finishContent(stream)
    releaseStream(number)
  }

  /// Forgets streams until the limits are kept.
  @inline(__always)
  private mutating func keepLimits() {
    while let number = streams.superfluous {
      if !streams[number].isIdle { skips.add(.tcpStreamLimit) }
      closeApart(number)
    }
  }

  /// Closes a stream of another flow than the packet's.
  private mutating func closeApart(_ number: UInt32) {
    let stream = streams[number]
    guard !stream.isIdle else { return releaseStream(number) }
    let (flow, index) = (writer.flow, writer.flowIndex)
    let owner = stream.flow
    writer.beginFlow(
      stream.record,
      index: flows[owner].batch == writer.serial
        ? flows[owner].batchIndex : ObservableRecord.noFlow)
    closeStream(number)
    if writer.hasRecord {
      flows[owner].batch = writer.serial
      flows[owner].batchIndex = writer.flowIndex
    }
    writer.beginFlow(flow, index: index)
  }

  /// Closes the streams of the flow that makes room for a new one.
  @inline(never)
  mutating func closeOldestFlow() {
    let flow = flows[flows.oldest]
    for number in [flow.first.stream, flow.second.stream] where number != 0 {
      if !streams[number].isIdle { skips.add(.tcpStreamLimit) }
      closeApart(number)
    }
  }

  /// Reads what waits in all streams: the capture has ended.
  mutating func closeAllStreams() {
    while let number = streams.oldest { closeApart(number) }
  }
}

/// Where a segment is read: its flow and direction, and what its requests are sent to.
struct StreamVisit {
  var flow: UInt32
  var isFromFirst: Bool
  var target: (address: IPAddress, version: UInt8, port: UInt16)
  var isDNSPort: Bool
}
