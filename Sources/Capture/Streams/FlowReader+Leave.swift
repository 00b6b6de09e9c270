import Parsing

/// TCP: bodies for which a client waits for the server's leave.
extension FlowReader {
  /// Notes what a server says to a request that waits for leave to send its body: a final answer before any of it
  /// came refuses it (RFC 9110 §10.1.1).
  ///
  /// Only the next bytes of the server's count, which it sent when it had the head and nothing more: others answer
  /// requests before it.
  @inline(never)
  mutating func noteLeave(_ payload: RawSpan, _ item: FlowItem, _ place: FlowPlace) {
    let side = !place.isSourceFirst
    let waiting = flows[place.flow][isFromFirst: side]
    let own = flows[place.flow][isFromFirst: place.isSourceFirst]
    guard waiting.stream != 0, case .http = streams[waiting.stream].content,
      streams[waiting.stream].http.leave != .none
    else {
      flows[place.flow][isFromFirst: side].awaitsLeave = false
      return
    }
    guard item.flags & tcpACK != 0, item.acknowledgement == waiting.next,
      !own.isStarted || item.sequence == own.next,
      let status = HTTPRequest.status(payload)
    else { return }
    if status == 100 {
      streams[waiting.stream].http.leave = .none
      flows[place.flow][isFromFirst: side].awaitsLeave = false
    } else if status >= 200 {
      streams[waiting.stream].http.leave = .refused
    }
  }
}
