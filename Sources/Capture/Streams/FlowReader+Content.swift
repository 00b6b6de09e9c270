import Indicators
import Parsing

/// TCP: which protocol a stream's bytes are of, and which reader takes them.
extension FlowReader {
  /// Gives a stream's next bytes to what reads them.
  mutating func feed(_ payload: RawSpan, _ visit: StreamVisit, isFirst: Bool) {
    if !search.isEmpty {
      searchNext(payload, visit.side, writer.searchOrigin)
      let direction = flows[visit]
      if direction.isDone {
        if direction.stream != 0 { streams[direction.stream].history.forget() }
        return
      }
    }
    let number = flows[visit].stream
    if number == 0 || streams[number].content.isNone {
      discover(payload, visit, isFirst: isFirst)
      return
    }
    let stream = streams[number]
    // The answer to a HEAD, or to a CONNECT that is granted, announces a body that does not come
    // (RFC 9110 §9.3.2, §9.3.6).
    if case .http = stream.content, stream.http.isInAnswer,
      HTTPRequest.isResponse(payload) || TLSClientHello.firstMessage(payload) == 2
        || !flows[visit].isSurelyServer
          && Application.classify(payload, isDNSPort: visit.isDNSPort, isServer: false).1 == .client
    {
      stream.begin(.none)
      return discover(payload, visit, isFirst: false)
    }
    // After bytes that are no request, another message may begin with a segment.
    if case .http = stream.content, stream.http.isOutOfStep {
      let (application, role) = Application.classify(
        payload, isDNSPort: visit.isDNSPort, isServer: false)
      if role == .client,
        application == .tls || application == .http && !stream.http.isBetweenMessages
      {
        return discoverAnew(payload, stream, number, visit)
      }
    }
    // On a DNS port the stream may have begun with another protocol.
    if case .dns = stream.content, !stream.dns.hasRead {
      let (application, role) = Application.classify(payload, isDNSPort: false, isServer: false)
      // The text of a TXT record may read like the beginning of a request.
      if role == .client,
        application == .tls || application == .http && HTTPRequest.isLineOfKnownMethod(payload)
      {
        return discoverAnew(payload, stream, number, visit)
      }
    }
    // Without a SYN an unfinished line may be the end of something else, and a request begin here.
    let isAlsoRequest =
      flows[visit].isUnannounced && stream.isInRequestLine
      && HTTPRequest.isLineOfKnownMethod(payload)
    let start = flows[visit].next - payload.byteCount
    if case .undecided = stream.content {
      stream.undecided.append(payload, of: writer.present)
      stream.history.append(payload)
      decide(stream, number, payload, visit)
    } else {
      continueContent(payload, stream, number, visit)
    }
    if isAlsoRequest { readUnsearched(payload, at: start, visit) }
  }

  /// Looks whether another protocol begins with these bytes than the one that the stream seemed to have.
  private mutating func discoverAnew(
    _ payload: RawSpan, _ stream: TCPStream, _ number: UInt32, _ visit: StreamVisit
  ) {
    let before = stream.history.bytes
    stream.begin(.none)
    discover(payload, visit, isFirst: false)
    guard flows[visit].stream == number, !stream.content.isNone else { return }
    keepUnread(before, of: stream, behind: before.count + payload.byteCount)
  }

  mutating func context(_ visit: StreamVisit) -> HTTPContext { context(target(visit)) }

  /// Where a direction's requests go: if it has become a tunnel, to the tunnel's end.
  mutating func target(_ visit: StreamVisit) -> HTTPTarget {
    let number = flows[visit].stream
    return number == 0 ? visit.target : streams[number].tunnel ?? visit.target
  }

  private mutating func context(_ target: HTTPTarget) -> HTTPContext {
    HTTPContext(
      target: target, isDatagram: false, headerLimit: options.httpHeaderLimit)
  }

  /// Reads bytes of a known protocol, and keeps or releases the stream.
  mutating func continueContent(
    _ payload: RawSpan, known: Int = 0, _ stream: TCPStream, _ number: UInt32,
    _ visit: StreamVisit
  ) {
    let isDNS = if case .dns = stream.content { true } else { false }
    let isDone = read(payload, known: known, stream, visit)
    if isDNS, visit.isDNSPort, flows[visit].isUnannounced { awaitBeginning(stream, visit) }
    if case .http = stream.content, stream.http.leave != .none {
      flows[visit].awaitsAnswer = true
    }
    if isDone, !stream.mayGoOn {
      flows[visit].isDone = true
      let direction = flows[visit]
      if !direction.isServer {
        heads.keep(
          stream.history.bytes, upTo: direction.next, of: visit.side
        )
      }
      // Segments that wait for others hold nothing that is wanted, unless they are searched.
      guard !search.isEmpty else { return releaseStream(number) }
      stream.begin(.none)
    } else if isDone {
      // Another connection may follow, of which more is wanted.
      stream.begin(.none)
    }
    streams.touch(number)
  }

  /// Reads bytes with a stream's reader; true if nothing more is wanted of the direction.
  mutating func read(
    _ payload: RawSpan, _ stream: TCPStream, _ visit: StreamVisit
  ) -> Bool {
    var offset = 0
    var isRemembered = false
    var isPassed = false
    while offset < payload.byteCount {
      let rest = payload.extracting(offset..<payload.byteCount)
      if stream.isInAnswer || stream.isSteppingOver && search.isEmpty {
        isPassed = true
        if offset == 0, stream.isInAnswer, !stream.history.bytes.isEmpty {
          answers.keep(
            stream.history.bytes, upTo: flows[visit].next - payload.byteCount, of: visit.side)
        }
        if offset == 0, !stream.isInAnswer, !stream.history.bytes.isEmpty {
          let next = flows[visit].next
          stream.history.forgetBody(from: next - payload.byteCount)
        } else {
          stream.history.forget()
        }
      } else if !isRemembered, !stream.content.isNone {
        stream.history.append(rest, isBeginning: stream.isBetweenMessages)
        isRemembered = true
      }
      switch stream.content {
      case .none: return false
      case .undecided:
        stream.undecided.append(rest, of: writer.present)
        return false
      case .http:
        let context = context(visit)
        let isAnswer = stream.http.isAnswer
        switch stream.http.read(rest, context, into: &writer, &skips) {
        case .all: return false
        case .other(let end):
          offset += end
          let isBeforeChunk = stream.http.isBeforeChunk
          stream.begin(.none)
          if isAnswer, isRemembered {
            answers.keep(stream.history.bytes, upTo: flows[visit].next, of: visit.side)
          }
          var application = Application.none
          if !isAnswer, offset < payload.byteCount {
            application = Application.findFollowing(
              payload, &offset, mayBeginHere: end > 0,
              isDNSPort: DNSMessage.isRegistered(streamPort: visit.target.port))
          }
          stream.begin(application, isFirst: false, isDNSPort: visit.isDNSPort)
          if application == .none, isBeforeChunk {
            stream.begin(.http)
            stream.http.beginLost()
            return false
          }
          if isAnswer { return false }
        case .begins(let end):
          // Behind a CONNECT another protocol may begin at once, or in the next segments.
          offset += end
          if stream.http.head.tunnel != nil {
            noteTunnel(stream.http.head.tunnel, visit)
            flows[visit].awaitsAnswer = true
          }
          stream.begin(.undecided)
          guard offset < payload.byteCount else { return false }
          let following = payload.extracting(offset..<payload.byteCount)
          if following.byteCount < Application.decidedLength { continue }
          var (application, _) = Application.classify(
            following, isDNSPort: DNSMessage.isRegistered(streamPort: visit.target.port),
            isServer: false)
          if application == .none || application == .dnsStream && Application.mayBeOther(following)
          {
            (application, _) = Application.classifyBeginning(following, isServer: false)
          }
          if application == .none { stream.begin(.none) }
          stream.begin(application, isFirst: false, isDNSPort: visit.isDNSPort)
        }
      case .tls:
        writer.tunnel = stream.tunnel
        let outcome = stream.tls.read(rest, into: &writer, &skips)
        writer.tunnel = nil
        switch outcome {
        case .goesOn:
          // Another hello has begun behind early data.
          if isPassed, !stream.isSteppingOver { stream.history.append(rest) }
          return false
        case .done: return true
        case .other:
          stream.begin(.none)
          return false
        }
      case .dns:
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

  /// Tells a stream that `count` bytes before its next one are missing.
  mutating func loseBytes(_ count: Int, _ visit: StreamVisit) {
    forgetTail(visit.side)
    flows[notes: visit.flow].hasHole = true
    let number = flows[visit].stream
    guard number != 0 else { return }
    let stream = streams[number]
    // Rereadings that expect bytes behind the lost ones miss none, and are kept.
    let behind = stream.takeRereadings(at: flows[visit].next, count: Int(Int32.max))
    finishVersions(number)
    for rereading in behind { _ = stream.keep(rereading) }
    finishReceivers(number)
    let history = stream.isBetweenMessages ? [] : stream.history.bytes
    stream.history.forget()
    stream.breakHoles()
    let goesOn =
      switch stream.content {
      case .http: stream.http.skip(count)
      case .tls: stream.tls.skip(count)
      case .none, .undecided, .dns: false
      }
    let end = flows[visit].next
    if goesOn { return stream.lost.add(end - count, end, isBody: true) }
    let wasRead = !stream.content.isNone
    finishContent(stream)
    if wasRead || !history.isEmpty {
      let oldest = stream.keepHole(
        StreamHole(start: end - count, end: end, history, last: search.tailLength))
      if let oldest { giveUp(oldest, of: stream, visit) }
    } else {
      stream.lost.add(end - count, end, isBody: false)
    }
    if wasRead { awaitBeginning(stream, visit) }
  }

  /// Waits for a message that may begin behind a hole and go on in the next segment.
  mutating func awaitBeginning(_ stream: TCPStream, _ visit: StreamVisit) {
    guard stream.content.isNone, !flows[visit].isDone else {
      return
    }
    stream.begin(.undecided)
  }

  /// Reads, as far as it goes, what a stream's reader still waits with, and ends the reading.
  mutating func finishContent(_ stream: TCPStream) {
    switch stream.content {
    case .none, .undecided: break
    case .http: stream.http.finish(context(stream.tunnel ?? stream.target), into: &writer, &skips)
    case .tls:
      writer.tunnel = stream.tunnel
      stream.tls.finish(into: &writer, &skips)
      writer.tunnel = nil
    case .dns:
      stream.dns.finish(pointerLimit: options.dnsPointerLimit, into: &writer, &skips)
    }
    stream.begin(.none)
  }
}
