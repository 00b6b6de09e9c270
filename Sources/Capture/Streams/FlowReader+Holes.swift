import Indicators
import Parsing

/// TCP: bytes that were given up and come after all.
extension FlowReader {
  /// Reads the part of a segment that lies in a hole of the stream.
  ///
  /// Gives the ranges of the payload before and behind that part; nil if none lies in a hole.
  mutating func fillHole(
    _ payload: RawSpan, at sequence: SequenceNumber, _ number: UInt32, _ visit: StreamVisit
  ) -> (before: Range<Int>, behind: Range<Int>)? {
    let stream = streams[number]
    for index in stream.holes.indices {
      let hole = stream.holes[index]
      let start = hole.start - sequence
      let end = min(payload.byteCount, hole.end - sequence)
      guard start < payload.byteCount, end > max(start, 0) else { continue }
      let part = payload.extracting(max(start, 0)..<end)
      var before = 0..<max(start, 0)
      if hole.has(payload.extracting(before)) { before = 0..<0 }
      if start < 0 {
        let isKept = stream.holes[index].keep(
          part, at: sequence, number: writer.number, time: writer.time)
        if !isKept { skips.add(.tcpOverlapLimit) }
      } else {
        fill(part, index, stream, visit)
        while index < stream.holes.count, let piece = stream.holes[index].takePiece() {
          // SAFETY: the closure only reads the array's bytes.
          unsafe piece.withUnsafeBytes { fill(unsafe $0.bytes, index, stream, visit) }
        }
        if stream.holes[index].isFilled { close(stream.holes.remove(at: index), stream, visit) }
      }
      streams.touch(number)
      return (before, end..<payload.byteCount)
    }
    return nil
  }

  private mutating func fill(
    _ whole: RawSpan, _ index: Int, _ stream: TCPStream, _ visit: StreamVisit
  ) {
    var hole = stream.holes[index]
    let part = whole.extracting(0..<min(whole.byteCount, hole.end.offset(from: hole.start)))
    if search.isEmpty {
      _ = hole.fill(part)
    } else {
      let searched = hole.fill(part)
      // SAFETY: the closure only reads the array's bytes.
      unsafe searched.bytes.withUnsafeBytes {
        searchAlone(
          unsafe $0.bytes, at: searched.sequence, changed: searched.changed, of: visit)
      }
    }
    if let reader = hole.reader {
      if read(part, reader, visit) { hole.reader = nil }
    } else {
      hole.bytes.append(part)
      let (bytes, known) = (hole.bytes, hole.known)
      // SAFETY: the closure only reads the array's bytes.
      hole.reader = unsafe bytes.withUnsafeBytes {
        beginFilling(unsafe $0.bytes, known: known, visit)
          ?? beginInside(unsafe $0.bytes, behind: known, visit)
      }
      if hole.reader != nil || hole.bytes.count > 4 * Application.decidedLength {
        hole.bytes = []
        hole.known = 0
      }
    }
    stream.holes[index] = hole
  }

  /// Begins to read a message whose first `known` bytes were read before a hole.
  ///
  /// Nil if its protocol cannot be told, or if nothing more is wanted of it.
  private mutating func beginFilling(
    _ bytes: RawSpan, known: Int, _ visit: StreamVisit
  ) -> TCPStream? {
    guard let (reader, start) = beginMessage(bytes, isFirst: false, visit) else { return nil }
    let isDone = read(
      bytes.extracting(start..<bytes.byteCount), known: max(0, known - start), reader, visit)
    return isDone ? nil : reader
  }

  /// A reader for the message that begins in `all`, and where it begins behind any preambles.
  ///
  /// Nil if its protocol cannot be told.
  mutating func beginMessage(
    _ all: RawSpan, isFirst: Bool, _ visit: StreamVisit
  ) -> (reader: TCPStream, start: Int)? {
    let bytes = Preamble.stripped(from: all)
    guard bytes.byteCount > 0 else { return nil }
    let isServer = flows[visit].isSurelyServer
    var (application, role) = Application.classify(
      bytes, isDNSPort: visit.isDNSPort, isServer: isServer)
    if application == .none, role == .unknown, bytes.byteCount >= Application.decidedLength {
      (application, role) = Application.classifyBeginning(bytes, isServer: isServer)
    }
    let reader = TCPStream(record: writer.flow(), target: target(visit))
    switch application {
    case .http, .tls, .dnsStream:
      reader.begin(application, isFirst: isFirst, isDNSPort: visit.isDNSPort)
      // The stream itself has read a cut message as far as it goes.
      reader.dns.readsCut = false
    case .none where role == .server && readsAnswers:
      reader.begin(.http)
      reader.http.beginAnswer()
    case .none, .beginning, .upgrade, .dns, .dtls: return nil
    }
    return (reader, all.byteCount - bytes.byteCount)
  }

  /// Begins to read a message that begins with a hole's first byte; nil if none does.
  private mutating func beginInside(
    _ bytes: RawSpan, behind known: Int, _ visit: StreamVisit
  ) -> TCPStream? {
    guard known > 0, bytes.byteCount - known >= Application.decidedLength else { return nil }
    return beginFilling(bytes.extracting(known..<bytes.byteCount), known: 0, visit)
  }

  /// Reads the end of a message whose hole is filled.
  private mutating func close(_ hole: StreamHole, _ stream: TCPStream, _ visit: StreamVisit) {
    // SAFETY: the closures only read the arrays' bytes.
    if !search.isEmpty, !hole.last.isEmpty {
      var bytes = hole.last
      bytes += hole.after.prefix(hole.last.count)
      let sequence = hole.end - hole.last.count
      unsafe bytes.withUnsafeBytes {
        searchAlone(unsafe $0.bytes, at: sequence, changed: 0..<hole.last.count, of: visit)
      }
    }
    guard let reader = hole.reader else {
      // Without the bytes behind the hole, there were too few to tell the protocol.
      let bytes = hole.bytes + hole.after
      let reader = unsafe bytes.withUnsafeBytes {
        beginFilling(unsafe $0.bytes, known: hole.known, visit)
          ?? beginInside(unsafe $0.bytes, behind: hole.known, visit)
      }
      if let reader { finishContent(reader) }
      return
    }
    unsafe hole.after.withUnsafeBytes {
      readRest(
        unsafe $0.bytes, isAll: hole.leavesRest(isUnread: stream.isUnread), reader, visit)
    }
    finishContent(reader)
  }

  /// Reads the rest of a message behind what changed in it.
  ///
  /// Unless `isAll`, reads only up to the message's end: the stream's own reader has read what
  /// follows.
  mutating func readRest(
    _ bytes: RawSpan, isAll: Bool, _ reader: TCPStream, _ visit: StreamVisit
  ) {
    if isAll {
      _ = read(bytes, reader, visit)
      return
    }
    var offset = 0
    while offset < bytes.byteCount, !reader.content.isNone, !reader.isBetweenMessages {
      // A body ends anywhere, and the next message begins right there.
      var body = 0
      if case .http = reader.content { body = reader.http.bodyRest }
      let end =
        body > 0
        ? min(bytes.byteCount, offset + body)
        : bytes.firstOffset(of: Byte.lineFeed, in: offset..<bytes.byteCount).map { $0 + 1 }
          ?? bytes.byteCount
      if read(bytes.extracting(offset..<end), reader, visit) { return }
      offset = end
    }
  }

  /// Reads, as far as they go, messages whose holes were not filled.
  mutating func finishHoles(_ number: UInt32) {
    let holes = streams[number].holes
    if holes.isEmpty { return }
    streams[number].holes = []
    for hole in holes { giveUp(hole, of: streams[number], StreamVisit(streams[number])) }
  }

  /// Gives the stream's next bytes to its holes, and gives up those behind which too many came.
  @inline(never)
  mutating func followHoles(_ payload: RawSpan, _ number: UInt32, _ visit: StreamVisit) {
    for hole in streams[number].followHoles(payload) {
      giveUp(hole, of: streams[number], visit)
    }
  }

  /// Reads what came for a hole that is no longer kept, and notes what may yet come.
  mutating func giveUp(_ hole: StreamHole, of stream: TCPStream, _ visit: StreamVisit) {
    if let reader = hole.reader { finishContent(reader) }
    let packet = (writer.number, writer.time)
    var start = hole.start
    for piece in hole.pieces.sorted(by: { $0.sequence < $1.sequence }) {
      stream.lost.add(start, piece.sequence, isBody: false)
      let known = max(0, start - piece.sequence)
      guard known < piece.bytes.count else { continue }
      writer.attribute(number: piece.number, time: piece.time)
      // SAFETY: the closure only reads the array's bytes.
      unsafe piece.bytes.withUnsafeBytes {
        readAlone(
          unsafe $0.bytes.extracting(known..<piece.bytes.count), at: piece.sequence + known, visit)
      }
      start = piece.sequence + piece.bytes.count
    }
    writer.attribute(number: packet.0, time: packet.1)
    stream.lost.add(start, hole.end, isBody: false)
  }

  /// Reads the part of a segment that was lost, and whose hole is no longer kept.
  ///
  /// Gives the ranges of the payload before and behind that part; nil if none was lost, or if no
  /// protocol is read in the stream, which may then go on with what comes late.
  mutating func readLost(
    _ payload: RawSpan, at sequence: SequenceNumber, _ number: UInt32, _ visit: StreamVisit
  ) -> (before: Range<Int>, behind: Range<Int>)? {
    guard streams[number].isRead,
      let (offsets, isBody) = streams[number].lost.take(at: sequence, count: payload.byteCount)
    else { return nil }
    let part = payload.extracting(offsets)
    let place = sequence + offsets.lowerBound
    if isBody {
      searchAlone(part, at: place, of: visit)
    } else {
      if !streams[number].rereadings.isEmpty {
        continueRereadings(part, at: place, of: number, visit)
      }
      readAlone(part, at: place, visit)
    }
    return (0..<offsets.lowerBound, offsets.upperBound..<payload.byteCount)
  }
}
