import Indicators
import Parsing

/// Reads the requests of one direction of a connection line by line, as its bytes arrive (RFC 9112).
///
/// A line that is whole in a packet is read where it stands; only one that goes on in the next packet
/// is kept. Bodies are stepped over. The methods that write values are in
/// `HTTPReader+Values.swift` and `+FileNames.swift`.
struct HTTPReader {
  enum Phase {
    case requestLine
    case headers
    /// Bytes of a body, or of one chunk with the line break behind it, that are still to come.
    case body(Int)
    case chunk(Int)
    case chunkSize
    case trailers
  }

  /// What became of the bytes.
  enum Outcome {
    /// All were read.
    case all
    /// From this offset on they are something else: behind an answer's head, or no request.
    case other(Int)
    /// From this offset on another protocol begins: behind a CONNECT, say.
    case begins(Int)
  }

  var phase = Phase.requestLine
  /// A line that is not whole yet.
  private var line = StreamBuffer()
  /// Bytes of the present head.
  private var headLength = 0

  /// What the head says so far.
  var target: [UInt8] = []
  var targetRoom = Room()
  /// Bytes of memory of a target that go over to another stream.
  private static let keptTarget = 1 << 10
  var hasTarget = false
  var isConnect = false
  var isUpgrade = false
  var hasHost = false
  /// The request may be over with its first line, as HTTP/0.9's are.
  var isVersionless = false
  /// The URL was written with the destination for its host.
  private var hasURLWithoutHost = false
  /// What the headers say of the body's length: 0 where they differ, nil where none does.
  var statedLength: Int?
  private var contentLength: Int { statedLength ?? 0 }
  /// The first and the last of lengths that differ, of which somebody may believe either.
  var differingLengths: (first: Int, last: Int)?
  /// The same of the request that has just ended, of whose body nothing was read.
  private var possibleLengths: (first: Int, last: Int)?
  var isChunked = false
  /// The client waits for leave to send the body (RFC 9110 §10.1.1).
  var expectsLeave = false
  /// Where a CONNECT asks to be led to; a name is of version 0.
  var tunnel: HTTPTarget?
  /// What is known of a body that waits for the server's leave, while none of it came.
  var leave = Leave.none
  /// Answers are read, not requests: their heads, and others behind short bodies.
  private(set) var isAnswer = false
  /// An answer is over, and what follows may be another.
  private var isAnswerOver = false
  /// The answer has no body, whatever its head says of one (RFC 9110 §6.4.1).
  private var isBodiless = false
  /// Bytes of bodies that may still be stepped over.
  private var bodyBudget = 0

  /// The longest body of an answer that is stepped over, to find another behind it in the same segment.
  private static let longestAnswer = 64 << 10

  /// Whether no request has begun that is not over.
  var isBetweenMessages: Bool {
    switch phase {
    case .requestLine: line.isEmpty
    case .body, .chunk, .chunkSize, .trailers: isAnswer && line.isEmpty
    case .headers: false
    }
  }

  /// Whether a request line is expected, and what came of it, if anything did, begins none.
  var isOutOfStep: Bool {
    guard case .requestLine = phase, !isAnswer else { return false }
    return line.isEmpty || !HTTPRequest.mayBegin(line.bytes.rawSpan)
  }

  /// Whether an answer's body is stepped over.
  var isInAnswer: Bool {
    switch phase {
    case .requestLine, .headers: false
    case .body, .chunk, .chunkSize, .trailers: isAnswer
    }
  }

  /// Whether what comes next belongs to a body of some length.
  var isLongBody: Bool {
    switch phase {
    case .body(let rest), .chunk(let rest): rest > 1 << 15
    default: false
    }
  }

  /// The packet that brought the first of the bytes that wait for others.
  var firstMark: StreamMark? { line.marks.first }
  /// Bytes of memory in use, about.
  var cost: Int { line.cost + targetRoom.count }

  /// Counts memory by what is held now: which thread's reader it was before, no limit may depend on.
  mutating func countAnew() {
    line.countAnew()
    if target.isEmpty, targetRoom.count > Self.keptTarget { target = [] }
    targetRoom = Room()
    targetRoom.reach(target.count)
  }

  mutating func reset() {
    phase = .requestLine
    line.removeAll()
    beginHead()
    possibleLengths = nil
    isAnswer = false
    isAnswerOver = false
  }

  /// Bytes of a body whose lengths differ, if a request follows one of these and none is where the body begins.
  private mutating func possibleBody(in data: RawSpan, from start: Int) -> Int {
    guard let lengths = possibleLengths else { return 0 }
    possibleLengths = nil
    let rest = data.extracting(start..<data.byteCount)
    if HTTPRequest.begins(rest) { return 0 }
    return [lengths.first, lengths.last].first {
      0 < $0 && $0 < rest.byteCount
        && HTTPRequest.begins(rest.extracting($0..<rest.byteCount))
    } ?? 0
  }

  /// Begins to read answers, from the first one's status line on.
  mutating func beginAnswer() {
    reset()
    isAnswer = true
    bodyBudget = Self.longestAnswer
  }

  /// Whether a payload begins with an answer, as far as it is there.
  static func mayBeginAnswer(_ payload: RawSpan) -> Bool {
    let name: StaticString = "http/1."
    let count = min(payload.byteCount, name.utf8CodeUnitCount)
    for index in 0..<count {
      // SAFETY: the index is below the name's length.
      if unsafe payload.byte(unchecked: index) | 0x20 != name.utf8Start[index] { return false }
    }
    return true
  }

  /// Whether a payload is too short to be told from the beginning of an answer.
  @inline(__always)
  static func isCutAnswer(_ payload: RawSpan) -> Bool {
    1..<7 ~= payload.byteCount && mayBeginAnswer(payload)
  }

  private mutating func beginHead() {
    headLength = 0
    target.removeAll(keepingCapacity: true)
    hasTarget = false
    isConnect = false
    isUpgrade = false
    hasHost = false
    isVersionless = false
    hasURLWithoutHost = false
    statedLength = nil
    differingLengths = nil
    isChunked = false
    isBodiless = false
    expectsLeave = false
    tunnel = nil
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
        // What has begun to come is not left out.
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
      default:
        offset += possibleBody(in: data, from: offset)
        if let outcome = readHead(data, &offset, context, into: &writer, &skips) { return outcome }
      }
      if case .requestLine = phase, isConnect || isUpgrade {
        isConnect = false
        isUpgrade = false
        return isAnswer ? .other(offset) : .begins(offset)
      }
    }
    return isAnswerOver ? .other(data.byteCount) : .all
  }

  /// Reads a line of a head, or the beginning of one; gives what that comes to where no more is to be read.
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
      // The body that the answer to a HEAD announces does not come (RFC 9110 §9.3.2).
      endMessage()
    }
    if isVersionless, end == data.byteCount, case .headers = phase, !hasHost {
      // Headers may still come; where none do, this was all.
      keepURLOnce(context, into: &writer, &skips)
    }
    return nil
  }

  /// Whether a body is to come next, or its first chunk.
  private var announcesBody: Bool {
    switch phase {
    case .body, .chunkSize: true
    default: false
    }
  }

  /// The offset behind the next line break.
  private func lineEnd(_ data: RawSpan, _ offset: Int) -> Int? {
    data.firstOffset(of: Byte.lineFeed, in: offset..<data.byteCount).map { $0 + 1 }
  }

  /// Whether a header may go on behind the line break that a piece ends with: a line that begins with a blank
  /// belongs to the one before (RFC 9112 §5.2), and what begins the next line may be in the next packet.
  private func mayGoOn(_ piece: RawSpan, _ data: RawSpan, _ offset: Int) -> Bool {
    guard case .headers = phase else { return false }
    // Nothing goes on with the empty line that ends the head.
    let count = line.count + piece.byteCount
    if count == 1
      || count == 2 && (line.bytes.first ?? piece.byte(unchecked: 0)) == Byte.carriageReturn
    {
      return false
    }
    return offset == data.byteCount || Byte.isBlank(data.byte(unchecked: offset))
  }

  /// Whether a header waits with its line break for what follows.
  private var hasWholeHeader: Bool {
    guard case .headers = phase else { return false }
    return line.bytes.last == Byte.lineFeed
  }

  /// Reads a header that waits with its line break, unless the next byte goes on with it.
  mutating func readWaiting(
    before next: UInt8?, _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    guard hasWholeHeader else { return }
    if let next, Byte.isBlank(next) { return }
    readKeptHeader(context, into: &writer, &skips)
  }

  private mutating func readKeptHeader(
    _ context: HTTPContext, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    // Any line is a header.
    _ = readKeptLine(context, into: &writer, &skips)
  }

  /// Reads the line that is kept; false where it is none of a request.
  private mutating func readKeptLine(
    _ context: HTTPContext, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Bool {
    var whole = StreamBuffer()
    swap(&whole, &line)
    writer.useMarks(whole.marks)
    // SAFETY: the closure only reads the array's bytes.
    let isRead = unsafe whole.bytes.withUnsafeBytes {
      unsafe readLine($0.bytes, context, into: &writer, &skips)
    }
    writer.endMarks()
    whole.removeAll()
    swap(&whole, &line)
    return isRead
  }

  /// Steps over bytes that the capture does not have; false where they were not a body's.
  mutating func skip(_ count: Int) -> Bool {
    leave = .none
    switch phase {
    case .body(let rest) where count <= rest:
      if count == rest {
        endMessage()
        // Behind the body of an upgrade something else begins.
        return !isUpgrade
      }
      phase = .body(rest - count)
    case .chunk(let rest) where count <= rest:
      phase = count == rest ? .chunkSize : .chunk(rest - count)
    default: return false
    }
    return true
  }

  /// Tells that no more bytes come: a head that is not over is counted.
  mutating func finish(
    _ context: HTTPContext, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    if case .headers = phase, line.bytes.last == Byte.carriageReturn {
      // A header that is there but for its line feed.
      readKeptHeader(context, into: &writer, &skips)
    } else {
      readWaiting(before: nil, context, into: &writer, &skips)
    }
    switch phase {
    case .headers: if !isVersionless { skips.add(.httpHeadCut) }
    case .requestLine: if !line.isEmpty { skips.add(.httpHeadCut) }
    default: break
    }
  }

  mutating func endMessage() {
    phase = .requestLine
    isAnswerOver = isAnswer
    // It is granted or refused behind the body.
    let isUpgrade = isUpgrade
    beginHead()
    self.isUpgrade = isUpgrade
  }

  /// Reads a line with its line break; false where it is none of a request.
  private mutating func readLine(
    _ text: RawSpan, _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Bool {
    var end = text.byteCount - 1
    if end > 0, text.byte(unchecked: end - 1) == Byte.carriageReturn { end -= 1 }
    switch phase {
    case .requestLine:
      if isAnswer {
        guard HTTPRequest.isResponse(text) else { return false }
        phase = .headers
        isBodiless =
          text.hasText(" 1", at: 8) || text.hasText(" 204", at: 8) || text.hasText(" 304", at: 8)
        return true
      }
      // Empty lines before a request are left by clients that end a body with one (RFC 9112 §2.2).
      if end == 0 { return headLength <= 4 }
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
      // An empty line stands between a chunk and the next one's size.
      if end == 0 { return true }
      guard let size = HTTPRequest.hexadecimal(text, end: end) else { return false }
      phase = size == 0 ? .trailers : .chunk(size)
    case .trailers:
      if end == 0 { endMessage() }
    case .body, .chunk: break
    }
    return true
  }

  private mutating func keepURLOnce(
    _ context: HTTPContext, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    if hasURLWithoutHost { return }
    hasURLWithoutHost = true
    keepURLWithoutHost(context, into: &writer, &skips)
  }

  private mutating func endHead(
    _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    if !hasHost, hasTarget { keepURLOnce(context, into: &writer, &skips) }
    if isAnswer, isBodiless || isConnect || isUpgrade {
      endMessage()
    } else if isConnect || isUpgrade && !isChunked && contentLength == 0 {
      phase = .requestLine
      headLength = 0
    } else if isAnswer, !isChunked, contentLength > bodyBudget {
      endMessage()
    } else if isChunked {
      phase = .chunkSize
      headLength = 0
    } else if contentLength > 0 {
      phase = .body(contentLength)
    } else {
      let lengths = isAnswer ? nil : differingLengths
      endMessage()
      possibleLengths = lengths
    }
    if expectsLeave || isUpgrade, announcesBody { leave = .awaited }
  }
}
