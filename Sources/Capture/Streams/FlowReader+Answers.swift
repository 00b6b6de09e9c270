import Parsing

/// TCP: requests whose answer tells what follows them, and connections that proxies lead on.
extension FlowReader {
  /// Notes the target to which a proxy is asked to lead a direction's connection.
  mutating func noteTunnel(_ target: HTTPTarget?, _ visit: StreamVisit) {
    guard let target else { return }
    let number = openStream(visit)
    streams[number].tunnel = target
    streams.touch(number)
  }

  /// Notes a server's answer to a CONNECT, or to a request that waits for leave to send its body.
  ///
  /// A final answer before any byte of the body refuses the body (RFC 9110 §10.1.1).
  ///
  /// Only the server's next bytes count, and only if the server had the head and nothing more when
  /// it sent them: others answer earlier requests.
  @inline(never)
  mutating func noteAnswer(_ payload: RawSpan, _ item: FlowItem, _ place: FlowPlace) {
    let side = place.side.other
    let waiting = flows[side]
    let own = flows[place.side]
    guard waiting.stream != 0, streams[waiting.stream].awaitsAnswer else {
      flows[side].awaitsAnswer = false
      return
    }
    guard item.flags & TCPFlag.ack != 0, item.acknowledgement == waiting.next,
      !own.isStarted || item.sequence == own.next,
      let status = streams[waiting.stream].status(payload)
    else { return }
    streams[waiting.stream].takeAnswer(status)
    flows[side].awaitsAnswer = streams[waiting.stream].awaitsAnswer
  }
}

extension TCPStream {
  /// Whether what follows depends on the answer to the last request, behind which nothing came.
  fileprivate var awaitsAnswer: Bool {
    switch content {
    case .http: http.leave != .none
    case .undecided: undecided.isEmpty && tunnel != nil
    case .none, .tls, .dns: false
    }
  }

  /// The status of an answer whose next bytes are `payload`.
  ///
  /// Nil if they do not reach up to the status, and are kept, or if they are no answer.
  fileprivate func status(_ payload: RawSpan) -> Int? {
    if answerStart.isEmpty, let status = HTTPRequest.status(payload) { return status }
    var start = answerStart
    start.append(payload.extracting(0..<min(payload.byteCount, 12 - start.count)))
    let isCut = start.count < 12 && HTTPReader.mayBeginAnswer(start.rawSpan)
    answerStart = isCut ? start : []
    return isCut ? nil : HTTPRequest.status(start.rawSpan)
  }

  /// Takes the status of an answer; interim ones other than 100 and 101 tell nothing.
  fileprivate func takeAnswer(_ status: Int) {
    switch content {
    case .http where status == 100: http.leave = .none
    case .http where status == 101 && http.head.isUpgrade: http.leave = .switched
    case .http where status >= 200: http.leave = .refused
    // A CONNECT that is refused opens no tunnel.
    case .undecided where status >= 300: tunnel = nil
    default: break
    }
  }
}
