import Indicators
import Parsing

/// Reads the requests of one direction of a connection line by line, as its bytes arrive
/// (RFC 9112).
///
/// A line that is whole in one packet is read in place; only a line that continues in the next
/// packet is kept (`HTTPReader+Lines.swift`). Bodies are stepped over. The methods that write
/// values are in `HTTPReader+Values.swift` and `+FileNames.swift`; what may be asked of the reader's
/// place in the stream is in `HTTPReader+Phases.swift`.
struct HTTPReader {
  enum Phase {
    case requestLine
    case headers
    /// Bytes of a body, or of one chunk and the line break after it, that are still to come.
    case body(Int)
    case chunk(Int)
    case chunkSize
    case trailers
    /// After chunks with invalid lengths: how many more bytes may come before the next request.
    case lost(Int)
  }

  /// What to do after the bytes that were read.
  enum Outcome {
    /// All bytes were read.
    case all
    /// The bytes from this offset on are not read here: they follow an answer's head, or are no
    /// request.
    case other(Int)
    /// Another protocol begins at this offset, for example after a CONNECT.
    case begins(Int)
  }

  var phase = Phase.requestLine
  /// A line that is not complete yet.
  var line = StreamBuffer()
  /// Bytes of the present head.
  private var headLength = 0

  /// The contents of the present head, as far as it has been read.
  var head = HTTPHead()
  /// Lengths that the last head stated and that were not believed, if no byte behind it was read.
  var possibleLengths: [Int] = []
  /// Where bodies of such lengths end, at which nothing was read: so far behind the bytes that were
  /// given to `read`, or before their end if negative.
  var otherEnds: [Int] = []
  /// Whether an announced body will come, as long as none of it has.
  var leave = Leave.none
  /// Answers are read instead of requests: their heads, and further ones behind short bodies.
  private(set) var isAnswer = false
  /// An answer is over, and another may follow.
  private var isAnswerOver = false
  /// At least one line was read.
  private var hasRead = false
  /// Bytes of answers' bodies that may still be stepped over.
  private var bodyBudget = 0

  /// The longest body of an answer that is stepped over to find another answer behind it in the
  /// same segment.
  private static let longestAnswer = 64 << 10

  /// Whether no request line has confirmed yet that these are requests; always true for answers.
  var isOnlyAssumed: Bool { isAnswer || !hasRead }

  /// The packet that brought the first byte that waits for others.
  var firstMark: StreamMark? { line.marks.first }
  /// Approximate bytes of memory in use.
  var cost: Int { line.cost + head.cost }

  /// Recounts `cost` from what is held now, since no limit may depend on which thread used this
  /// reader before.
  mutating func countAnew() {
    line.countAnew()
    head.countAnew()
  }

  mutating func reset() {
    phase = .requestLine
    line.removeAll()
    beginHead()
    if !possibleLengths.isEmpty { possibleLengths = [] }
    isAnswer = false
    isAnswerOver = false
    hasRead = false
  }

  /// The most bytes after chunks with invalid lengths in which the next request is searched for.
  private static let longestLost = 1 << 20

  /// Begins in bytes that cannot be read; the next request is searched for after an empty line.
  mutating func beginLost() {
    reset()
    hasRead = true
    phase = .lost(Self.longestLost)
  }

  /// Begins to read answers, at the first one's status line.
  mutating func beginAnswer() {
    reset()
    isAnswer = true
    bodyBudget = Self.longestAnswer
  }

  /// Whether a payload begins with an answer, as far as its bytes have come.
  static func mayBeginAnswer(_ payload: RawSpan) -> Bool {
    let name: StaticString = "http/1."
    let count = min(payload.byteCount, name.utf8CodeUnitCount)
    for index in 0..<count {
      // SAFETY: the index is below the name's length.
      if unsafe payload.byte(unchecked: index) | 0x20 != name.utf8Start[index] { return false }
    }
    return true
  }

  /// Whether a payload is the beginning of an answer but too short to be sure.
  @inline(__always)
  static func isCutAnswer(_ payload: RawSpan) -> Bool {
    1..<7 ~= payload.byteCount && mayBeginAnswer(payload)
  }

  private mutating func beginHead() {
    headLength = 0
    head.reset()
    leave = .none
  }

  /// Reads the next bytes of the stream.
  mutating func read(
    _ data: RawSpan, _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Outcome {
    var offset = 0
    if leave != .none, data.byteCount > 0, passBody(before: data) { return .begins(0) }
    while offset < data.byteCount {
      if isAnswerOver {
        guard Self.mayBeginAnswer(data.extracting(offset..<data.byteCount)) else {
          return .other(offset)
        }
        isAnswerOver = false
      }
      switch phase {
      case .body(let rest):
        // A body of which something has come will not be left out.
        leave = .none
        let step = min(rest, data.byteCount - offset)
        offset += step
        bodyBudget -= step
        if step == rest { endMessage() } else { phase = .body(rest - step) }
      case .chunk(let rest):
        leave = .none
        let step = min(rest, data.byteCount - offset)
        offset += step
        bodyBudget -= step
        phase = step == rest ? .chunkSize : .chunk(rest - step)
        if isAnswer, bodyBudget < 0 { return .other(offset) }
      case .lost(let rest):
        guard let next = HTTPRequest.offsetBehindEmptyLine(data, from: offset) else {
          let length = data.byteCount - offset
          phase = .lost(rest - length)
          return length < rest ? .all : .other(data.byteCount)
        }
        offset = next
        endMessage()
      default:
        offset += possibleBody(in: data, from: offset, &skips)
        if let outcome = readHead(data, &offset, context, into: &writer, &skips) { return outcome }
      }
      if case .requestLine = phase, head.isConnect || head.isUpgrade {
        head.isConnect = false
        head.isUpgrade = false
        return isAnswer ? .other(offset) : .begins(offset)
      }
    }
    return isAnswerOver ? .other(data.byteCount) : .all
  }

  /// Reads a line of a head, or the beginning of one; returns an outcome if nothing more is to be
  /// read.
  private mutating func readHead(
    _ data: RawSpan, _ offset: inout Int, _ context: HTTPContext,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Outcome? {
    if hasWholeHeader, !Byte.isBlank(data.byte(unchecked: offset)) {
      readKeptHeader(context, into: &writer, &skips)
    }
    guard let end = lineEnd(data, offset) else {
      let rest = data.extracting(offset..<data.byteCount)
      headLength += rest.byteCount
      guard headLength <= context.headerLimit else {
        skips.add(.httpHeaderLimit)
        return .other(data.byteCount)
      }
      line.append(rest, of: writer.present)
      return .all
    }
    let start = offset
    offset = end
    headLength += end - start
    guard headLength <= context.headerLimit else {
      skips.add(.httpHeaderLimit)
      return .other(end)
    }
    let piece = data.extracting(start..<end)
    let mayGoOn = mayGoOn(piece, data, end)
    if line.isEmpty, !mayGoOn {
      if !readLine(piece, context, into: &writer, &skips) { return .other(start) }
    } else {
      line.append(piece, of: writer.present)
      if mayGoOn { return nil }
      if !readKeptLine(context, into: &writer, &skips) { return .other(end) }
    }
    if isAnswer, piece.byteCount <= 2, announcesBody,
      HTTPRequest.isResponse(data.extracting(end..<data.byteCount))
    {
      // The body that an answer to a HEAD announces does not come (RFC 9110 §9.3.2).
      endMessage()
    }
    if head.isVersionless, end == data.byteCount, case .headers = phase, !head.hasHost {
      // Headers may still come; if none do, the request is complete.
      keepURLOnce(context, into: &writer, &skips)
    }
    return nil
  }

  /// Steps over bytes that the capture does not have; false if they did not belong to a body.
  mutating func skip(_ count: Int) -> Bool {
    leave = .none
    switch phase {
    case .body(let rest) where count <= rest:
      if count == rest {
        endMessage()
        // After the body of an upgrade request another protocol begins.
        return !head.isUpgrade
      }
      phase = .body(rest - count)
    case .chunk(let rest) where count <= rest:
      phase = count == rest ? .chunkSize : .chunk(rest - count)
    default: return false
    }
    return true
  }

  /// Ends the stream; an incomplete head is counted.
  mutating func finish(
    _ context: HTTPContext, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    if case .headers = phase, line.bytes.last == Byte.carriageReturn {
      // A header that is complete but for its line feed.
      readKeptHeader(context, into: &writer, &skips)
    } else {
      readWaiting(before: nil, context, into: &writer, &skips)
    }
    switch phase {
    case .headers: if !head.isVersionless { skips.add(.httpHeadCut) }
    case .requestLine: if !line.isEmpty { skips.add(.httpHeadCut) }
    default: break
    }
  }

  mutating func endMessage() {
    phase = .requestLine
    isAnswerOver = isAnswer
    // An upgrade is granted or refused after the body, so it is remembered until then.
    let isUpgrade = head.isUpgrade
    beginHead()
    head.isUpgrade = isUpgrade
  }

  /// Reads a line with its line break; false if it does not belong to a request.
  mutating func readLine(
    _ text: RawSpan, _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Bool {
    hasRead = true
    var end = text.byteCount - 1
    if end > 0, text.byte(unchecked: end - 1) == Byte.carriageReturn { end -= 1 }
    switch phase {
    case .requestLine:
      if isAnswer {
        guard HTTPRequest.isResponse(text) else { return false }
        phase = .headers
        head.isBodiless =
          text.starts(ignoringCase: " 1", at: 8) || text.starts(ignoringCase: " 204", at: 8)
          || text.starts(ignoringCase: " 304", at: 8)
        return true
      }
      // Clients that end a body with an empty line leave it before the next request (RFC 9112
      // §2.2); servers accept more than one.
      if end == 0 {
        headLength = 0
        return true
      }
      guard let request = HTTPRequest.line(text, end: end) else { return false }
      beginRequest(text, request, context, into: &writer, &skips)
    case .headers:
      if end == 0 {
        endHead(context, into: &writer, &skips)
      } else {
        readHeader(text, 0..<end, context, into: &writer, &skips)
      }
    case .chunkSize:
      headLength = 0
      // An empty line separates a chunk from the next one's size.
      if end == 0 { return true }
      guard let size = HTTPRequest.hexadecimal(text, end: end) else { return false }
      phase = size == 0 ? .trailers : .chunk(size)
    case .trailers:
      if end == 0 { endMessage() }
    case .body, .chunk, .lost: break
    }
    return true
  }

  private mutating func keepURLOnce(
    _ context: HTTPContext, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    if head.hasURLWithoutHost { return }
    head.hasURLWithoutHost = true
    keepURLWithoutHost(context, into: &writer, &skips)
  }

  private mutating func endHead(
    _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    if !head.hasHost, head.hasTarget { keepURLOnce(context, into: &writer, &skips) }
    if isAnswer, head.isBodiless || head.isConnect || head.isUpgrade {
      endMessage()
    } else if head.isConnect || head.isUpgrade && !head.isChunked && head.contentLength == 0 {
      phase = .requestLine
      headLength = 0
    } else if isAnswer, !head.isChunked, head.contentLength > bodyBudget {
      endMessage()
    } else if head.isChunked {
      phase = .chunkSize
      headLength = 0
      if !isAnswer { possibleLengths = head.otherLengths }
    } else if head.contentLength > 0 {
      phase = .body(head.contentLength)
    } else {
      let lengths = isAnswer ? [] : head.otherLengths
      endMessage()
      possibleLengths = lengths
    }
    if head.expectsLeave || head.isUpgrade, announcesBody { leave = .awaited }
  }
}
