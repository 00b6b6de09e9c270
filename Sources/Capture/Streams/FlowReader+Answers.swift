import Parsing

/// TCP: requests whose answer tells what follows them.
extension FlowReader {
  /// Notes what a server says to a request that waits for leave to send its body, which a final answer before any of
  /// it came refuses (RFC 9110 §10.1.1), or to a CONNECT.
  ///
  /// Only the next bytes of the server's count, which it sent when it had the head and nothing more: others answer
  /// requests before it.
  @inline(never)
  mutating func noteAnswer(_ payload: RawSpan, _ item: FlowItem, _ place: FlowPlace) {
    let side = !place.isSourceFirst
    let waiting = flows[place.flow][isFromFirst: side]
    let own = flows[place.flow][isFromFirst: place.isSourceFirst]
    guard waiting.stream != 0, streams[waiting.stream].awaitsAnswer else {
      flows[place.flow][isFromFirst: side].awaitsAnswer = false
      return
    }
    guard item.flags & tcpACK != 0, item.acknowledgement == waiting.next,
      !own.isStarted || item.sequence == own.next,
      let status = streams[waiting.stream].status(payload)
    else { return }
    streams[waiting.stream].takeAnswer(status)
    flows[place.flow][isFromFirst: side].awaitsAnswer = streams[waiting.stream].awaitsAnswer
  }
}

extension TCPStream {
  /// Whether what follows depends on the answer to the last request, and nothing came behind that.
  fileprivate var awaitsAnswer: Bool {
    switch content {
    case .http: http.leave != .none
    case .undecided: undecided.isEmpty && tunnel != nil
    case .none, .tls, .dns: false
    }
  }

  /// The status of an answer of which these bytes are the next; nil where they do not go up to it, and are kept, or where
  /// they are none.
  fileprivate func status(_ payload: RawSpan) -> Int? {
    if answerStart.isEmpty, let status = HTTPRequest.status(payload) { return status }
    var start = answerStart
    start.append(payload.extracting(0..<min(payload.byteCount, 12 - start.count)))
    let isCut = start.count < 12 && HTTPReader.mayBeginAnswer(start.rawSpan)
    answerStart = isCut ? start : []
    return isCut ? nil : HTTPRequest.status(start.rawSpan)
  }

  /// Takes the status of an answer; interim ones but for the leave itself tell nothing.
  fileprivate func takeAnswer(_ status: Int) {
    switch content {
    case .http where status == 100: http.leave = .none
    case .http where status == 101 && http.head.isUpgrade: http.leave = .switched
    case .http where status >= 200: http.leave = .refused
    // A CONNECT that is refused leads nowhere.
    case .undecided where status >= 300: tunnel = nil
    default: break
    }
  }
}
