import Parsing

/// Bodies that a client sends only with the server's leave (RFC 9110 §10.1.1).
extension HTTPReader {
  /// Whether the announced body of a request may be left out.
  enum Leave {
    /// The body comes, or there is none.
    case none
    /// The server has not answered yet.
    case awaited
    /// The server has given a final answer, so usually the next request comes instead of the body.
    case refused
    /// The server has switched to another protocol, so no body comes (RFC 9110 §15.2.2).
    case switched
  }

  /// Skips the announced body of a refused request if another request comes in its place.
  ///
  /// True if another protocol begins with `data` instead.
  mutating func passBody(before data: RawSpan) -> Bool {
    if leave == .switched {
      leave = .none
      head.isUpgrade = false
      endMessage()
      return true
    }
    if leave == .refused, !head.isUpgrade || head.expectsLeave,
      HTTPRequest.begins(data) || HTTPRequest.mayBegin(data)
    {
      head.isUpgrade = false
      endMessage()
    }
    leave = .none
    return false
  }
}
