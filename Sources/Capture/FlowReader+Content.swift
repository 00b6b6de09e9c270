import Indicators
import Parsing

/// TCP: what a stream's bytes are, and who reads them.
extension FlowReader {
  /// The most of a stream's first bytes that are kept until they can be told from others.
  static let decidedLength = 15

  /// Gives a stream's next bytes to what reads them.
  mutating func feed(_ payload: RawSpan, _ visit: StreamVisit, isFirst: Bool) {
    if !search.isEmpty {
      searchNext(payload, visit.flow, isFromFirst: visit.isFromFirst, writer.searchOrigin)
      let direction = flows[visit.flow][isFromFirst: visit.isFromFirst]
      if direction.isDone {
        if direction.stream != 0 { streams[direction.stream].forgetHistory() }
        return
      }
    }
    let number = flows[visit.flow][isFromFirst: visit.isFromFirst].stream
    if number == 0 || isNone(streams[number].content) {
      discover(payload, visit, isFirst: isFirst)
      return
    }
    let stream = streams[number]
    if case .undecided = stream.content {
      stream.undecided.append(payload, writer)
      stream.remember(payload)
      decide(stream, number, payload, visit)
    } else {
      continueContent(payload, stream, number, visit)
    }
  }

  func isNone(_ content: TCPStream.Content) -> Bool {
    if case .none = content { true } else { false }
  }

  /// Looks whether a protocol begins with these bytes.
  ///
  /// So many of the first were read already, as what stands before a protocol's own.
  mutating func discover(
    _ whole: RawSpan, behind start: Int = 0, _ visit: StreamVisit, isFirst: Bool
  ) {
    let direction = flows[visit.flow][isFromFirst: visit.isFromFirst]
    let payload = whole.extracting(start..<whole.byteCount)
    var (application, role) = Self.classify(
      payload, isDNSPort: visit.isDNSPort, isServer: direction.isServer)
    if application == .upgrade {
      let end = Preamble.upgradeEnd(payload) ?? payload.byteCount
      guard start == 0, end < payload.byteCount else { return }
      return discover(whole, behind: end, visit, isFirst: false)
    }
    if application == .none, role == .unknown, isFirst {
      if payload.byteCount < Self.decidedLength {
        let number = openStream(visit)
        streams[number].begin(.undecided)
        streams[number].undecided.append(payload, writer)
        streams[number].remember(whole)
        streams.touch(number)
        return
      }
      if start == 0, let end = Preamble.end(payload) {
        guard end < payload.byteCount else { return }
        return discover(payload, behind: end, visit, isFirst: true)
      }
      if HTTPRequest.mayBegin(payload) { (application, role) = (.http, .client) }
    }
    // Answers are known by the first of them; later the same bytes may be anything.
    if role == .server, application == .none, isFirst {
      flows[visit.flow][isFromFirst: visit.isFromFirst].isServer = true
    }
    if role == .server, application == .none, readsAnswers { return readAnswer(payload, visit) }
    guard application != .none else {
      if direction.stream != 0 { streams[direction.stream].forgetHistory() }
      return
    }
    let number = openStream(visit)
    let stream = streams[number]
    stream.forgetHistory()
    if start > 0 { stream.remember(whole.extracting(0..<start)) }
    begin(application, stream, visit, isFirst: isFirst)
    continueContent(payload, stream, number, visit)
  }

  /// Reads the head of an answer; one that goes on in the next segment is read there.
  private mutating func readAnswer(_ payload: RawSpan, _ visit: StreamVisit) {
    let context = context(visit)
    let known = flows[visit.flow][isFromFirst: visit.isFromFirst].stream
    if known != 0 { streams[known].forgetHistory() }
    var start = 0
    // A provisional answer, or one with a short body, may stand before another.
    while start < payload.byteCount {
      let rest = payload.extracting(start..<payload.byteCount)
      guard HTTPRequest.isResponse(rest) else { return }
      answerReader.beginAnswer()
      guard case .other(let end) = answerReader.read(rest, context, into: &writer, &skips) else {
        let number = openStream(visit)
        let stream = streams[number]
        stream.begin(.http)
        swap(&stream.http, &answerReader)
        stream.remember(rest)
        return streams.touch(number)
      }
      let body = answerReader.bodyLength
      guard body <= rest.byteCount - end else { return }
      start += end + body
    }
  }

  private func context(_ visit: StreamVisit) -> HTTPContext {
    HTTPContext(
      address: visit.target.address, version: visit.target.version, port: visit.target.port,
      isDatagram: false, headerLimit: options.httpHeaderLimit)
  }

  /// Tells what a stream is whose first bytes were too few for it.
  mutating func decide(
    _ stream: TCPStream, _ number: UInt32, _ payload: RawSpan, _ visit: StreamVisit
  ) {
    guard stream.undecided.count >= Self.decidedLength else { return streams.touch(number) }
    // Taken out, not copied, and given back with its memory.
    var first = StreamBuffer()
    swap(&first, &stream.undecided)
    defer {
      first.removeAll()
      swap(&first, &stream.undecided)
    }
    stream.begin(.none)
    // What reads them remembers them.
    stream.forgetHistory()
    let packet = (writer.number, writer.time)
    // SAFETY: the closure only reads the array's bytes.
    unsafe first.bytes.withUnsafeBytes {
      let bytes = unsafe $0.bytes
      let isServer = flows[visit.flow][isFromFirst: visit.isFromFirst].isServer
      var (application, role) = Self.classify(
        bytes, isDNSPort: visit.isDNSPort, isServer: isServer)
      if application == .none, role == .unknown, HTTPRequest.mayBegin(bytes) {
        (application, role) = (.http, .client)
      }
      if role == .server, application == .none {
        flows[visit.flow][isFromFirst: visit.isFromFirst].isServer = true
        // So few bytes hold no header.
        if readsAnswers { return readAnswer(bytes, visit) }
      }
      // Behind a few bytes of another protocol (SOCKS, say) a known one may begin.
      guard application != .none, application != .upgrade else {
        let known = bytes.byteCount - payload.byteCount
        if let end = Preamble.end(bytes), end >= known, end < bytes.byteCount {
          return discover(payload, behind: end - known, visit, isFirst: true)
        }
        return discover(payload, visit, isFirst: false)
      }
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

  mutating func begin(
    _ application: Application, _ stream: TCPStream, _ visit: StreamVisit, isFirst: Bool
  ) {
    switch application {
    case .none, .upgrade, .dns, .dtls: break
    case .http: stream.begin(.http)
    case .tls: stream.begin(.tls)
    case .dnsStream:
      stream.begin(.dns)
      stream.dns.isTrusted = isFirst && visit.isDNSPort
    }
  }

  /// Reads bytes of a known protocol and keeps or lets go of the stream.
  mutating func continueContent(
    _ payload: RawSpan, known: Int = 0, _ stream: TCPStream, _ number: UInt32,
    _ visit: StreamVisit
  ) {
    let isDone = read(payload, known: known, stream, visit)
    if isDone {
      flows[visit.flow][isFromFirst: visit.isFromFirst].isDone = true
      // Segments that wait for others hold nothing that is wanted, unless they are searched.
      guard !search.isEmpty else { return releaseStream(number) }
      stream.begin(.none)
      streams.touch(number)
      return
    }
    streams.touch(number)
  }

  /// Reads bytes with a stream's reader; true where nothing more is wanted of the direction.
  mutating func read(
    _ payload: RawSpan, _ stream: TCPStream, _ visit: StreamVisit
  ) -> Bool {
    var offset = 0
    while offset < payload.byteCount {
      let rest = payload.extracting(offset..<payload.byteCount)
      switch stream.content {
      case .none, .undecided: return false
      case .http:
        let context = context(visit)
        let isAnswer = stream.http.isAnswer
        if stream.http.isLongBody { stream.forgetHistory() } else { stream.remember(rest) }
        switch stream.http.read(rest, context, into: &writer, &skips) {
        case .all: return false
        case .other(let end):
          // Behind a CONNECT another protocol may begin at once.
          offset += end
          stream.begin(.none)
          guard !isAnswer, end > 0, offset < payload.byteCount else { return false }
          let following = payload.extracting(offset..<payload.byteCount)
          let (application, _) = Self.classify(
            following, isDNSPort: Self.isDNSPort(visit.target.port), isServer: false)
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

  /// Tells a stream's reader that bytes are missing.
  mutating func loseBytes(_ count: Int, _ visit: StreamVisit) {
    forgetTail(visit.flow, isFromFirst: visit.isFromFirst)
    let number = flows[visit.flow][isFromFirst: visit.isFromFirst].stream
    guard number != 0 else { return }
    let stream = streams[number]
    finishVersions(number)
    stream.forgetHistory()
    let goesOn =
      switch stream.content {
      case .http: stream.http.skip(count)
      case .tls: stream.tls.skip(count)
      case .none, .undecided, .dns: false
      }
    if !goesOn { finishContent(stream) }
  }

  /// Reads as far as it goes what a reader still waited with.
  mutating func finishContent(_ stream: TCPStream) {
    switch stream.content {
    case .none, .undecided: break
    case .http: stream.http.finish(&skips)
    case .tls: stream.tls.finish(into: &writer, &skips)
    case .dns: stream.dns.finish(&skips)
    }
    stream.begin(.none)
  }
}
