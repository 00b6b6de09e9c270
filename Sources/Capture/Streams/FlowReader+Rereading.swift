import Indicators
import Parsing

/// TCP: other versions of what was read, which go on with the bytes that follow or come again.
extension FlowReader {
  /// Continues the rereadings that expect one of these bytes, which come again.
  @inline(never)
  mutating func continueRereadings(
    _ payload: RawSpan, at sequence: SequenceNumber, of number: UInt32, _ visit: StreamVisit
  ) {
    let taken = streams[number].takeRereadings(at: sequence, count: payload.byteCount)
    guard !taken.isEmpty else { return }
    streams[number].isRereading = true
    continueRereadings(taken, payload, at: sequence, of: number, visit)
  }

  /// Continues other versions of messages with the stream's next bytes, or with repeated ones.
  ///
  /// A version ends where both it and the stream are between messages at the same byte, since they
  /// go on alike from there. Versions that begin behind bodies of these versions are read with them.
  @inline(never)
  mutating func continueRereadings(
    _ rereadings: [TCPStream.Rereading], _ payload: RawSpan, at sequence: SequenceNumber,
    of number: UInt32, _ visit: StreamVisit
  ) {
    let written = writer.written
    var waiting = rereadings
    var done = 0
    while done < waiting.count {
      var rereading = waiting[done]
      done += 1
      writer.written = writer.writtenValues()
      let rest = payload.extracting(rereading.next.offset(from: sequence)..<payload.byteCount)
      if rereading.reader.content.isNone {
        // Behind a body of a length that was not believed.
        guard HTTPRequest.begins(rest) || HTTPRequest.mayBegin(rest) else { continue }
        rereading.reader.begin(.http)
      }
      // Ends that were found where nobody asked for them are told from bytes read long ago.
      for _ in rereading.reader.http.takeOtherEnds() { skips.add(.tcpOverlapLimit) }
      let isDone = read(rest, rereading.reader, visit)
      rereading.left -= rest.byteCount
      rereading.next += rest.byteCount
      for end in rereading.reader.http.takeOtherEnds() where flows[visit].stream == number {
        let other = versionBehind(end, rereading.next, visit)
        if end >= 0 {
          keep(other, of: number)
        } else if waiting.count < Self.mostRereadings, end >= -rest.byteCount {
          waiting.append(other)
        } else {
          skips.add(.tcpOverlapLimit)
        }
      }
      let isOver = isDone || rereading.reader.content.isNone
      let direction = flows[visit]
      if !isOver, rereading.left <= 0 {
        skips.add(.tcpOverlapLimit)
      } else if !isOver, direction.stream == number,
        !(rereading.reader.isInStep && streams[number].isInStep
          && rereading.next == direction.next),
        keep(rereading, of: number)
      {
        continue
      }
      finishContent(rereading.reader)
    }
    writer.written = written
    guard flows[visit].stream == number else { return }
    streams[number].isRereading = false
    streams.touch(number)
  }

  /// Reads requests behind bodies of lengths that the stream does not believe.
  ///
  /// The bodies end so many bytes behind the stream's next one, or before it if negative.
  @inline(never)
  mutating func readBehind(
    _ ends: [Int], _ payload: RawSpan, at sequence: SequenceNumber, of number: UInt32,
    _ visit: StreamVisit
  ) {
    var present: [TCPStream.Rereading] = []
    for end in ends where end >= -payload.byteCount {
      let rereading = versionBehind(end, flows[visit].next, visit)
      if end < 0 { present.append(rereading) } else { keep(rereading, of: number) }
    }
    if present.isEmpty { return streams.touch(number) }
    streams[number].isRereading = true
    continueRereadings(present, payload, at: sequence, of: number, visit)
  }

  /// The most versions that the bytes of one segment are read in.
  private static let mostRereadings = 16

  /// A version that begins so many bytes behind `next`, or before it if negative.
  private mutating func versionBehind(
    _ end: Int, _ next: SequenceNumber, _ visit: StreamVisit
  ) -> TCPStream.Rereading {
    TCPStream.Rereading(
      reader: TCPStream(record: writer.flow(), target: target(visit)), next: next + end)
  }

  /// Keeps a version that waits for its bytes, or counts that there are enough; tells whether it is
  /// kept.
  @discardableResult
  private mutating func keep(_ rereading: TCPStream.Rereading, of number: UInt32) -> Bool {
    if streams[number].keep(rereading) { return true }
    skips.add(.tcpOverlapLimit)
    return false
  }

  /// Keeps the reader of another version if more of that is to come; tells whether it is kept.
  ///
  /// More comes behind the last byte read, if a message goes on there in the version or the stream,
  /// or in earlier bytes that come again.
  mutating func keepRereading(
    _ reader: TCPStream, end: SequenceNumber, _ visit: StreamVisit
  ) -> Bool {
    let direction = flows[visit]
    let behind = direction.next - end
    guard behind >= 0 || direction.isDone, !reader.content.isNone else { return false }
    if reader.isBetweenMessages {
      guard behind == 0, direction.stream != 0, !streams[direction.stream].isBetweenMessages
      else { return false }
    }
    let number = openStream(visit)
    defer { streams.touch(number) }
    let ends = reader.http.takeOtherEnds()
    guard streams[number].keep(TCPStream.Rereading(reader: reader, next: end)) else {
      skips.add(.tcpOverlapLimit)
      return false
    }
    for other in ends {
      // What begins before the last byte read is no longer at hand.
      if other >= 0 {
        keep(versionBehind(other, end, visit), of: number)
      } else {
        skips.add(.tcpOverlapLimit)
      }
    }
    if direction.isDone {
      flows[visit].isDone = false
      if behind < 0 { flows[visit].next = end }
    }
    return true
  }
}
