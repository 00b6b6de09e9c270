import Indicators
import Parsing

/// TCP: what protocol a stream has whose first segments are too short to tell.
extension FlowReader {
  /// Decides the protocol of an undecided stream, once enough of its first bytes are there.
  mutating func decide(
    _ stream: TCPStream, _ number: UInt32, _ payload: RawSpan, _ visit: StreamVisit
  ) {
    guard stream.undecided.count >= Application.decidedLength else { return streams.touch(number) }
    // The buffer is taken out, not copied, and given back so that its memory is used again.
    var first = StreamBuffer()
    swap(&first, &stream.undecided)
    defer {
      if stream.undecided.isEmpty {
        first.removeAll()
        swap(&first, &stream.undecided)
      }
    }
    stream.begin(.none)
    let before = Array(stream.history.bytes.dropLast(first.count))
    let (others, latest) = (stream.history.alternates, stream.history.latest)
    // The reader that takes these bytes adds them to the history again.
    stream.history.forget()
    // SAFETY: the closure only reads the array's bytes.
    unsafe first.bytes.withUnsafeBytes {
      decide(unsafe $0.bytes, first.marks, last: payload, number, visit)
    }
    if flows[visit].stream == number, !flows[visit].isDone {
      let count = before.count + first.count
      // The first bytes of a direction of which nothing was made are kept in any case (`FirstSegments`).
      let isKept = stream.content.isNone && flows[visit].readCount == count
      if count > stream.history.bytes.count, !isKept {
        keepUnread(before + first.bytes, of: stream, behind: count)
      }
    }
    stream.history.add(others, latest: latest)
  }

  /// Keeps bytes that no message of a stream began with: with others behind them, one may.
  ///
  /// They begin `count` bytes before the next one; those that the history has are not kept again.
  func keepUnread(_ bytes: [UInt8], of stream: TCPStream, behind count: Int) {
    let unread = min(count - stream.history.bytes.count, bytes.count)
    let isRead = !stream.content.isNone
    // The bytes of answers and of long bodies are not kept.
    guard unread > 0, !isRead || !stream.history.bytes.isEmpty else { return }
    let preceding = isRead ? unread + stream.history.preceding : 0
    stream.history.precede(bytes.prefix(unread), preceding: preceding)
  }

  /// Finds what begins in a stream's first bytes: at once, behind preambles, or in a later packet.
  ///
  /// `marks` tell which packet brought which bytes.
  private mutating func decide(
    _ bytes: RawSpan, _ marks: [StreamMark], last payload: RawSpan, _ number: UInt32,
    _ visit: StreamVisit
  ) {
    let isServer = flows[visit].isSurelyServer
    var start = 0
    // A protocol's own bytes may begin at `start`, not only a packet's.
    var isBeginning = true
    var preambles = 0
    // On a port of DNS all bytes may be the middle of a message.
    var mayBeDNS = false
    while start < bytes.byteCount {
      let rest = bytes.extracting(start..<bytes.byteCount)
      var (application, role) = classify(
        rest, isDNSPort: visit.isDNSPort && start == 0, isServer: isServer, of: visit.side)
      if application == .dnsStream, !DNSStreamReader.begins(rest) {
        (application, role, mayBeDNS) = (.none, .unknown, true)
      }
      settle(Role.told(role, application, rest), visit)
      // With a protocol behind it what stands before is known better than by its own bytes.
      let preamble =
        preambles < Self.mostPreambles ? Preamble.end(rest) ?? Preamble.answerEnd(rest) : nil
      if application == .none, role == .unknown, isBeginning, preamble == nil {
        if Preamble.isCut(rest) { return keepUndecided(rest, marks, from: start, number) }
        (application, role) = Application.classifyBeginning(rest, isServer: isServer)
      }
      if role == .server, application == .none, start == 0 {
        if !flows[visit].mayEndRequestLine(rest) { flows[visit].isServer = true }
        // So few bytes hold no header.
        if readsAnswers { return readAnswer(bytes, visit) }
      }
      switch application {
      case .none, .upgrade, .dns, .dtls: break
      case .beginning:
        return keepUndecided(rest, marks, from: start, number)
      case .http, .tls, .dnsStream:
        return read(bytes, marks, from: start, as: application, number, visit)
      }
      // Behind a few bytes of another protocol (SOCKS, say) a known one may begin.
      if let end = preamble {
        noteTunnel(Preamble.target(rest), visit)
        start += end
        preambles += 1
        isBeginning = true
        guard bytes.byteCount - start < Application.decidedLength else { continue }
        return keepUndecided(
          bytes.extracting(start..<bytes.byteCount), marks, from: start, number)
      }
      isBeginning = false
      guard let next = marks.first(where: { $0.end > start })?.end else { break }
      start = next
    }
    if mayBeDNS { return read(bytes, marks, from: 0, as: .dnsStream, number, visit) }
    discover(payload, visit, isFirst: false)
  }

  /// The most preambles in a stream's first bytes: proxies put one before another.
  private static let mostPreambles = 4

  /// Keeps waiting with `rest`, the last of a stream's first bytes, from offset `start` on.
  private mutating func keepUndecided(
    _ rest: RawSpan, _ marks: [StreamMark], from start: Int, _ number: UInt32
  ) {
    let stream = streams[number]
    stream.begin(.undecided)
    let packet = (writer.number, writer.time)
    var offset = 0
    for mark in marks where mark.end > start + offset {
      writer.attribute(number: mark.number, time: mark.time)
      stream.undecided.append(rest.extracting(offset..<mark.end - start), of: writer.present)
      offset = mark.end - start
    }
    writer.attribute(number: packet.0, time: packet.1)
    stream.history.append(rest)
    streams.touch(number)
  }

  /// Reads a stream's first bytes from offset `start` on, each as those of its packet.
  private mutating func read(
    _ bytes: RawSpan, _ marks: [StreamMark], from start: Int, as application: Application,
    _ number: UInt32, _ visit: StreamVisit
  ) {
    let stream = streams[number]
    let packet = (writer.number, writer.time)
    let direction = flows[visit]
    // Behind a hole or another protocol they are not the stream's own first ones.
    let isFirst = start == 0 && direction.readCount == bytes.byteCount
    stream.begin(application, isFirst: isFirst, isDNSPort: visit.isDNSPort)
    // Others behind these first bytes may belong to a message that begins with them.
    if start > 0 {
      var unread: [UInt8] = []
      unread.append(bytes.extracting(0..<start))
      stream.history.precede(unread, preceding: start)
    }
    var offset = start
    for mark in marks where mark.end > offset {
      guard flows[visit].stream == number,
        !stream.content.isNone
      else { break }
      writer.attribute(number: mark.number, time: mark.time)
      continueContent(bytes.extracting(offset..<mark.end), stream, number, visit)
      offset = mark.end
    }
    writer.attribute(number: packet.0, time: packet.1)
  }
}
