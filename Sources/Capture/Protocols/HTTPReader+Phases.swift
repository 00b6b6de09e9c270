import Parsing

/// Where a reader of HTTP is in its stream.
extension HTTPReader {
  /// Whether all requests that have begun are complete.
  var isBetweenMessages: Bool {
    switch phase {
    case .requestLine: line.isEmpty
    case .body, .chunk, .chunkSize, .trailers: isAnswer && line.isEmpty
    case .headers, .lost: false
    }
  }

  /// Whether a request line, or what is taken for one, is incomplete.
  var isInRequestLine: Bool {
    if case .requestLine = phase { !isAnswer && !line.isEmpty } else { false }
  }

  /// Whether the next request is searched for in bytes that cannot be read.
  var isLost: Bool {
    if case .lost = phase { true } else { false }
  }

  /// Whether a request line is expected, but the bytes that have come of it, if any, cannot begin
  /// one.
  var isOutOfStep: Bool {
    if isLost { return true }
    guard case .requestLine = phase, !isAnswer else { return false }
    return line.isEmpty || !HTTPRequest.mayBegin(line.bytes.rawSpan)
  }

  /// Whether an answer's body is stepped over.
  var isInAnswer: Bool {
    switch phase {
    case .requestLine, .headers, .lost: false
    case .body, .chunk, .chunkSize, .trailers: isAnswer
    }
  }

  /// How many of the next bytes are surely of the present body; 0 if it is none.
  var bodyRest: Int {
    switch phase {
    case .body(let rest), .chunk(let rest): rest
    case .requestLine, .headers, .chunkSize, .trailers, .lost: 0
    }
  }

  /// Whether much of a body or chunk is still to come.
  var isLongBody: Bool {
    switch phase {
    case .body(let rest), .chunk(let rest): rest > 1 << 15
    default: false
    }
  }

  /// Whether a chunk's length is expected next.
  var isBeforeChunk: Bool {
    if case .chunkSize = phase { !isAnswer } else { false }
  }

  /// Whether a body or its first chunk is to come next.
  var announcesBody: Bool {
    switch phase {
    case .body, .chunkSize: true
    default: false
    }
  }
}
