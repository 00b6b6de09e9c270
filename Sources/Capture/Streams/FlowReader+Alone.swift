import Parsing

/// TCP: bytes that are read apart from what their stream has read.
extension FlowReader {
  /// Reads a stream's last bytes, of which nothing was wanted so far, again or in another version.
  ///
  /// The stream goes on with a message that begins at `sequence`; false if none does. With
  /// `wasRead`, values in the bytes before `changed` are not written.
  mutating func readAgain(
    _ bytes: RawSpan, at sequence: SequenceNumber, changed: Range<Int>? = nil, wasRead: Bool = true,
    _ visit: StreamVisit
  ) -> Bool {
    let all = bytes
    let bytes = Preamble.stripped(from: all)
    guard bytes.byteCount > 0 else { return false }
    let stripped = all.byteCount - bytes.byteCount
    let sequence = sequence + stripped
    let changed = changed.map { Self.moved($0, by: stripped) }
    let isServer = flows[visit].isSurelyServer
    var (application, role) = Application.classify(
      bytes, isDNSPort: visit.isDNSPort, isServer: isServer)
    if application == .none, role == .unknown, !isServer, HTTPRequest.mayBegin(bytes) {
      application = .http
    }
    guard application != .none else { return false }
    searchAlone(bytes, at: sequence, changed: changed, of: visit)
    let number = openStream(visit)
    if stripped > 0 { noteTunnel(Preamble.target(all), visit) }
    let stream = streams[number]
    stream.begin(application, isFirst: false, isDNSPort: visit.isDNSPort)
    continueContent(
      bytes, known: wasRead ? changed?.lowerBound ?? 0 : 0, stream, number, visit)
    return true
  }

  /// A range's place in the bytes behind the first `count`.
  static func moved(_ range: Range<Int>, by count: Int) -> Range<Int> {
    max(0, range.lowerBound - count)..<max(0, range.upperBound - count)
  }

  /// Reads repeated bytes that were not kept; the next bytes may go on with a message in them.
  mutating func readAgainOrAlone(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) {
    if direction.isDone { return rereadDone(payload, at: sequence, direction, visit) }
    if sequence + payload.byteCount == direction.next,
      readAgain(payload, at: sequence, visit)
    {
      return
    }
    readAlone(payload, at: sequence, visit)
  }

  /// Searches bytes, and reads them as a stream of their own.
  ///
  /// If `changed` is given, only these bytes are new: values in the bytes before them are not
  /// written, nor strings without a byte of them. With `isBefore`, the changed bytes precede others
  /// whose messages the stream has read: only a message that begins in the changed bytes goes on in
  /// those.
  mutating func readAlone(
    _ bytes: RawSpan, at sequence: SequenceNumber, changed: Range<Int>? = nil,
    isBefore: Bool = false,
    readsAnswers: Bool = false, _ visit: StreamVisit
  ) {
    guard bytes.byteCount > 0 else { return }
    searchAlone(bytes, at: sequence, changed: changed, of: visit)
    readUnsearched(
      bytes, at: sequence, changed: changed, isBefore: isBefore, readsAnswers: readsAnswers, visit)
  }

  /// Reads bytes like `readAlone`, but does not search them: they are searched elsewhere.
  mutating func readUnsearched(
    _ bytes: RawSpan, at sequence: SequenceNumber, changed: Range<Int>? = nil,
    isBefore: Bool = false,
    readsAnswers: Bool = false, _ visit: StreamVisit
  ) {
    var known = changed?.lowerBound ?? 0
    var end = isBefore ? changed?.upperBound ?? bytes.byteCount : bytes.byteCount
    var readsAnswers = readsAnswers && self.readsAnswers
    var whole = bytes
    if let first = Preamble.end(bytes), first < bytes.byteCount {
      whole = bytes.extracting(first..<bytes.byteCount)
      known = max(0, known - first)
      end = max(0, end - first)
      readsAnswers = false
    }
    readMessages(
      whole, at: sequence + (bytes.byteCount - whole.byteCount),
      known: known, upTo: end, isBefore: isBefore, readsAnswers: readsAnswers, visit)
  }

  private mutating func readMessages(
    _ bytes: RawSpan, at sequence: SequenceNumber, known: Int, upTo end: Int, isBefore: Bool,
    readsAnswers: Bool, _ visit: StreamVisit
  ) {
    let isServer = flows[visit].isSurelyServer
    var (application, role) = Application.classify(
      bytes, isDNSPort: visit.isDNSPort, isServer: isServer)
    let next = sequence + bytes.byteCount
    // A message that goes on in repeated bytes may begin with only a few of them.
    if application == .beginning { application = .tls }
    let direction = flows[visit]
    if application == .none, role == .unknown, !isServer, known == 0, !isBefore,
      direction.isDone || next != direction.next, HTTPRequest.mayBegin(bytes)
    {
      application = .http
    }
    let isAnswer = application == .none && role == .server && readsAnswers
    guard application != .none || isAnswer else { return }
    let stream = TCPStream(record: writer.flow(), target: target(visit))
    if isAnswer {
      stream.begin(.http)
      stream.http.beginAnswer()
    } else {
      stream.begin(application, isFirst: false, isDNSPort: visit.isDNSPort)
      stream.dns.readsCut = false
    }
    if end == 0 || end == bytes.byteCount {
      let isDone = read(bytes, known: known, stream, visit)
      if !isDone, !isBefore, keepRereading(stream, end: next, visit) { return }
    } else if !read(bytes.extracting(0..<end), known: known, stream, visit) {
      let number = flows[visit].stream
      readRest(
        bytes.extracting(end..<bytes.byteCount), isAll: number == 0 || streams[number].isUnread,
        stream, visit)
    }
    finishContent(stream)
  }

  /// Reads bytes with a stream's reader, but does not write values of the first `known` bytes.
  ///
  /// Those were read before. True if nothing more is wanted of the direction.
  mutating func read(
    _ bytes: RawSpan, known: Int, _ stream: TCPStream, _ visit: StreamVisit
  ) -> Bool {
    guard known > 0 else { return read(bytes, stream, visit) }
    let (place, counted) = (writer.place, skips)
    let isDone = read(bytes.extracting(0..<known), stream, visit)
    if case .http = stream.content {
      // A header that waits only for the byte behind it was read with the bytes before.
      stream.http.readWaiting(
        before: known < bytes.byteCount ? bytes.byte(unchecked: known) : nil, context(visit),
        into: &writer, &skips)
    }
    writer.takeBack(to: place)
    skips = counted
    guard !isDone, known < bytes.byteCount else { return isDone }
    var start = known
    if case .undecided = stream.content {
      start = max(0, known - stream.undecided.count)
      stream.begin(.none)
    }
    let rest = bytes.extracting(start..<bytes.byteCount)
    if stream.content.isNone {
      let isServer = flows[visit].isSurelyServer
      let (application, _) = Application.classify(
        rest, isDNSPort: visit.isDNSPort, isServer: isServer)
      stream.begin(application, isFirst: false, isDNSPort: visit.isDNSPort)
    }
    return read(rest, stream, visit)
  }
}
