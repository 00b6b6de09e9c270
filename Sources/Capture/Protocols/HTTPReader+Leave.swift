import Parsing

/// Bodies for which a client waits for the server's leave (RFC 9110 §10.1.1).
extension HTTPReader {
  /// Whether the body of a request that is to come next may be left out.
  enum Leave {
    /// It comes, or there is none.
    case none
    /// The server has not said yet.
    case awaited
    /// The server has answered for good, so that most often a request follows in the body's place.
    case refused
    /// The server has switched to another protocol, so that no body comes (RFC 9110 §15.2.2).
    case switched
  }

  /// Leaves out the announced body of a request that was refused, where another request stands in its place; whether
  /// another protocol begins there.
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
