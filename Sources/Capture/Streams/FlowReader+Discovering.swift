import Indicators
import Parsing

/// TCP: which protocol begins in a stream of which nothing is known.
extension FlowReader {
  /// Looks whether a protocol begins with these bytes.
  ///
  /// So many of the first were read already, as what stands before a protocol's own.
  mutating func discover(
    _ whole: RawSpan, behind start: Int = 0, _ visit: StreamVisit, isFirst: Bool
  ) {
    let direction = flows[visit]
    let payload = whole.extracting(start..<whole.byteCount)
    var (application, role) = classify(
      payload, isDNSPort: visit.isDNSPort, isServer: direction.isSurelyServer, of: visit.side)
    if application == .beginning { return wait(whole, behind: start, visit) }
    if isFirst, application == .dnsStream, Application.mayBeOther(payload) {
      (application, role) = (.none, .unknown)
    }
    // By itself the segment has told.
    if start > 0 { settle(Role.told(role, application, payload), visit) }
    if application == .upgrade {
      let end = Preamble.upgradeEnd(payload) ?? payload.byteCount
      guard start == 0, end < payload.byteCount else { return }
      return discover(whole, behind: end, visit, isFirst: false)
    }
    if application == .none, start == 0, role != .client, let end = Preamble.answerEnd(payload) {
      flows[visit].isServer = true
      return discover(whole, behind: end, visit, isFirst: false)
    }
    if application == .none, role == .unknown, isFirst {
      if payload.byteCount < Application.decidedLength || start == 0 && Preamble.isCut(payload) {
        return wait(whole, behind: start, visit)
      }
      if start == 0, let end = Preamble.end(payload) {
        noteTunnel(Preamble.target(payload), visit)
        guard end < payload.byteCount else { return wait(payload, behind: end, visit) }
        return discover(payload, behind: end, visit, isFirst: true)
      }
      (application, role) = Application.classifyBeginning(payload, isServer: direction.isServer)
    }
    // Answers are known by the first of them; later the same bytes may be anything.
    if role == .server, application == .none, isFirst, !flows[visit].mayEndRequestLine(payload) {
      flows[visit].isServer = true
    }
    if role == .server, application == .none, readsAnswers { return readAnswer(payload, visit) }
    if application == .none, readsAnswers, direction.isServer, start == 0,
      HTTPReader.isCutAnswer(payload)
    {
      return wait(whole, behind: start, visit)
    }
    guard application != .none else {
      if direction.stream != 0 { streams[direction.stream].history.forget() }
      return
    }
    let number = openStream(visit)
    let stream = streams[number]
    stream.history.forget()
    if start > 0 { stream.history.append(whole.extracting(0..<start)) }
    stream.begin(application, isFirst: isFirst, isDNSPort: visit.isDNSPort)
    // A connection may have been joined in the middle of a message.
    if direction.isUnannounced, payload.byteCount >= Application.decidedLength,
      !DNSStreamReader.begins(payload)
    {
      stream.dns.isTrusted = false
    }
    continueContent(payload, stream, number, visit)
  }

  /// Waits for more bytes of what begins behind so many; none of it may be there yet.
  private mutating func wait(_ bytes: RawSpan, behind start: Int, _ visit: StreamVisit) {
    let number = openStream(visit)
    let stream = streams[number]
    stream.begin(.undecided)
    if start < bytes.byteCount {
      stream.undecided.append(bytes.extracting(start..<bytes.byteCount), of: writer.present)
    }
    stream.history.forget()
    stream.history.append(bytes)
    streams.touch(number)
  }

  /// Reads the head of an answer; one that goes on in the next segment is read there.
  mutating func readAnswer(_ payload: RawSpan, _ visit: StreamVisit) {
    let context = context(visit)
    let known = flows[visit].stream
    if known != 0 { streams[known].history.forget() }
    answers.keep(payload, at: flows[visit].next - payload.byteCount, of: visit.side)
    answerReader.beginAnswer()
    guard case .all = answerReader.read(payload, context, into: &writer, &skips) else { return }
    let number = openStream(visit)
    let stream = streams[number]
    stream.begin(.http)
    swap(&stream.http, &answerReader)
    stream.http.countAnew()
    if !stream.http.isInAnswer { stream.history.append(payload) }
    streams.touch(number)
  }
}
