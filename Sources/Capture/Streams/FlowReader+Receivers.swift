import Indicators
import Parsing

/// TCP: segments that disagree, as receivers with other rules than the stream's take them.
extension FlowReader {
  /// Notes whether a segment disagrees with bytes that were read in its place, or wait there.
  ///
  /// If so, a `ReceiverVersion` begins for each rule by which receivers do not take the first
  /// bytes.
  @inline(never)
  mutating func compare(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) {
    let number = direction.stream
    let mayBegin =
      !direction.isDone
      && (number == 0
        || streams[number].receivers.count < ReceiverVersion.Rule.allCases.count
          && streams[number].receiverBytes <= TCPStream.mostReceiverBytes)
    let isWaiting =
      direction.hasQueue && (mayBegin || !flows[notes: visit.flow].hasOverlap)
      && streams[number].disagrees(payload, at: sequence)
    let isRead =
      mayBegin && sequence < direction.next
      && disagreesWithRead(payload, at: sequence, direction, visit)
    guard isWaiting || isRead else { return }
    noteOverlap(visit)
    if mayBegin { beginReceivers(at: isRead ? sequence : direction.next, direction, visit) }
  }

  private mutating func disagreesWithRead(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) -> Bool {
    if direction.stream != 0 {
      let stream = streams[direction.stream]
      if stream.history.disagrees(payload, at: sequence, next: direction.next) { return true }
      if !stream.isUnread { return false }
    }
    return firsts.differ(
      payload, at: sequence, of: visit.side,
      from: direction.base, present: stretch)
  }

  /// Begins a `ReceiverVersion` for each rule where segments disagree from `sequence` on.
  ///
  /// It begins with what was read of the present message, and with the waiting segments in the
  /// order in which they came.
  mutating func beginReceivers(
    at sequence: SequenceNumber, _ direction: FlowDirection, _ visit: StreamVisit
  ) {
    let number = openStream(visit)
    let stream = streams[number]
    let waiting = stream.queue.sorted { $0.number < $1.number }
    for rule in ReceiverVersion.Rule.allCases
    where !stream.receivers.contains(where: { $0.rule == rule }) {
      // If no segments wait, the stream itself has the first bytes.
      if rule == .firstWins, waiting.isEmpty { continue }
      guard let bytes = bytesRead(rule, from: sequence, stream, direction, visit) else { return }
      let start = direction.next - bytes.count
      var receiver = ReceiverVersion(rule, bytes, at: start)
      for early in waiting where !receiver.put(early.bytes.rawSpan, at: early.sequence) {
        skips.add(.tcpOverlapLimit)
      }
      stream.receivers.append(receiver)
    }
  }

  /// The bytes read of the message that the byte at `sequence` belongs to, as `rule` has them.
  ///
  /// Nil if they are not kept.
  private mutating func bytesRead(
    _ rule: ReceiverVersion.Rule, from sequence: SequenceNumber, _ stream: TCPStream,
    _ direction: FlowDirection, _ visit: StreamVisit
  ) -> [UInt8]? {
    if stream.isUnread,
      let first = firsts.bytes(
        rule, of: visit.side, from: direction.base,
        count: direction.readCount, present: stretch)
    {
      return first
    }
    // Between messages, the next byte begins one, whatever came before.
    if sequence == direction.next, stream.isBetweenMessages { return [] }
    let bytes = stream.history.bytes
    // In the middle of a message nothing can be read.
    if bytes.isEmpty, !stream.isUnread { return nil }
    let beginning = stream.history.beginning
    let behind = direction.next.offset(from: sequence)
    if behind <= bytes.count - beginning { return Array(bytes[beginning...]) }
    let preceding = stream.history.preceding
    return behind <= bytes.count - preceding ? Array(bytes[preceding...]) : bytes
  }

  /// Puts a segment into the receivers' versions, before the stream itself takes it.
  mutating func putReceivers(_ payload: RawSpan, at sequence: SequenceNumber, _ visit: StreamVisit)
  {
    let number = flows[visit].stream
    guard number != 0, !streams[number].receivers.isEmpty else { return }
    let stream = streams[number]
    var isLost = false
    for index in stream.receivers.indices where !stream.receivers[index].put(payload, at: sequence)
    {
      isLost = true
    }
    if isLost { skips.add(.tcpOverlapLimit) }
  }

  /// Reads what the receivers' versions have by now.
  @inline(never)
  mutating func readReceivers(_ visit: StreamVisit) {
    let number = flows[visit].stream
    guard number != 0, !streams[number].receivers.isEmpty else { return }
    let stream = streams[number]
    let receivers = stream.receivers
    stream.receivers = []
    let written = writer.written
    var kept: [ReceiverVersion] = []
    for var receiver in receivers {
      writer.written = writer.writtenValues()
      if read(&receiver, stream, visit) { kept.append(receiver) }
    }
    writer.written = written
    if !kept.isEmpty || !stream.openVersions.isEmpty {
      // The same values may be in versions that end later, and in open versions of the stream.
      let values = writer.writtenValues(ofAll: true)
      for index in kept.indices { kept[index].noteWritten(values) }
      stream.noteWritten(values, number: writer.number)
    }
    stream.receivers = kept
    streams.touch(number)
  }

  /// Reads what a receiver has by now; false if it need not be kept any longer.
  private mutating func read(
    _ receiver: inout ReceiverVersion, _ stream: TCPStream, _ visit: StreamVisit
  ) -> Bool {
    let next = flows[visit].next
    if let unread = receiver.takeUnread() {
      if receiver.reader == nil {
        stream.receiverBytes += receiver.end
        guard stream.receiverBytes <= TCPStream.mostReceiverBytes else {
          skips.add(.tcpOverlapLimit)
          return false
        }
      }
      read(&receiver, from: unread.from, isAgain: unread.isAgain, stream, visit)
    }
    let isAlike = receiver.next == next && !flows[visit].hasQueue
    if isAlike, receiver.common(with: stream.history.bytes, before: next) == receiver.end {
      return false
    }
    if next.offset(from: receiver.start) < ReceiverVersion.longest { return true }
    guard let reader = receiver.reader else { return false }
    if receiver.next != next || isAlike && reader.isInStep && stream.isInStep {
      finishContent(reader)
    } else if !stream.keep(TCPStream.Rereading(reader: reader, next: receiver.next)) {
      skips.add(.tcpOverlapLimit)
      finishContent(reader)
    }
    return false
  }

  /// Reads a receiver's bytes from index `start` on.
  ///
  /// With `isAgain`, the bytes before `start` were read already, and are read again without being
  /// written.
  private mutating func read(
    _ receiver: inout ReceiverVersion, from start: Int, isAgain: Bool, _ stream: TCPStream,
    _ visit: StreamVisit
  ) {
    let direction = flows[visit]
    let bytes = receiver.bytes
    // SAFETY: the closure only reads the array's bytes.
    unsafe bytes.withUnsafeBytes {
      let bytes = unsafe $0.bytes.extracting(0..<receiver.end)
      if !search.isEmpty {
        let first = max(0, start - search.tailLength)
        searchAlone(
          bytes.extracting(first..<bytes.byteCount),
          at: receiver.start + first,
          changed: start - first..<bytes.byteCount - first, of: visit)
      }
      if receiver.isOver { return }
      if let reader = receiver.reader {
        let rest = bytes.extracting(start..<bytes.byteCount)
        receiver.isOver = read(rest, reader, visit) || reader.content.isNone
      } else if let (reader, begin) = beginMessage(
        bytes, isFirst: receiver.start == direction.base, visit)
      {
        // The stream has read the bytes that both have in common from the first on.
        let known = max(
          isAgain ? start : 0, receiver.common(with: stream.history.bytes, before: direction.next))
        receiver.reader = reader
        receiver.isOver =
          read(
            bytes.extracting(begin..<bytes.byteCount), known: max(0, known - begin), reader, visit)
          || reader.content.isNone
      }
      if receiver.isOver { receiver.reader = nil }
    }
  }

  /// Gives up the receivers' versions; messages that have begun in them go on as rereadings.
  mutating func releaseReceivers(_ stream: TCPStream) {
    for receiver in stream.receivers {
      guard let reader = receiver.reader else { continue }
      if !stream.keep(TCPStream.Rereading(reader: reader, next: receiver.next)) {
        skips.add(.tcpOverlapLimit)
        finishContent(reader)
      }
    }
    stream.receivers = []
  }

  /// Reads the receivers' versions as far as they go: the stream does not go on.
  mutating func finishReceivers(_ number: UInt32) {
    let receivers = streams[number].receivers
    if receivers.isEmpty { return }
    streams[number].receivers = []
    let written = writer.written
    for receiver in receivers {
      guard let reader = receiver.reader else { continue }
      writer.written = receiver.written
      finishContent(reader)
    }
    writer.written = written
  }
}
