import Parsing

/// Reads the DNS messages of one direction of a TCP connection, each preceded by its length
/// (RFC 1035 §4.2.2).
struct DNSStreamReader {
  private var message = StreamBuffer()
  /// The stream was seen from its beginning on a DNS port, so what is taken for a length is one.
  var isTrusted = false
  /// A message that is cut is read as far as it goes: on a DNS port, unless its bytes were read
  /// before.
  var readsCut = false
  /// A valid message was read, so the stream is in step.
  private var isInStep = false
  /// Something was read as a message.
  private(set) var hasRead = false

  var isBetweenMessages: Bool { message.isEmpty }
  /// The packet that brought the first byte that waits for others.
  var firstMark: StreamMark? { message.marks.first }
  var cost: Int { message.cost }

  /// Whether a stream's first bytes, more than a message's header, may begin a message that is not
  /// complete.
  @inline(__always)
  static func mayBegin(_ payload: RawSpan) -> Bool {
    Int(payload.bigEndianUInt16(unchecked: 0)) > payload.byteCount &- 2 && begins(payload)
  }

  /// Whether bytes, more than a message's header, are a length and the beginning of a message.
  @inline(__always)
  static func begins(_ payload: RawSpan) -> Bool {
    let length = Int(payload.bigEndianUInt16(unchecked: 0))
    return DNSMessage.begins(
      payload.extracting(2..<min(payload.byteCount, 2 &+ length)), length: length)
  }

  mutating func reset() {
    message.removeAll()
    isTrusted = false
    readsCut = false
    isInStep = false
    hasRead = false
  }

  /// Reads the next bytes; false if they are no messages.
  mutating func read(
    _ data: RawSpan, pointerLimit: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Bool {
    var offset = 0
    if !isInStep, !message.isEmpty, isOutOfStep { findBeginning(data, &skips) }
    while offset < data.byteCount {
      let rest = data.byteCount - offset
      if message.isEmpty, rest >= 2 {
        let length = 2 + Int(data.bigEndianUInt16(unchecked: offset))
        if length <= rest {
          let whole = data.extracting(offset + 2..<offset + length)
          guard readMessage(whole, pointerLimit, into: &writer, &skips) else { return false }
          offset += length
          continue
        }
      }
      // First the two bytes of the length, then as many bytes as it says.
      var needed = 2 - message.count
      if needed <= 0 {
        needed = 2 + Int(message.bytes[0]) << 8 + Int(message.bytes[1]) - message.count
      }
      let step = min(needed, rest)
      message.append(data.extracting(offset..<offset + step), of: writer.present)
      offset += step
      guard message.count >= 2,
        message.count == 2 + Int(message.bytes[0]) << 8 + Int(message.bytes[1])
      else { continue }
      guard readKept(pointerLimit, into: &writer, &skips) else { return false }
    }
    return true
  }

  /// Drops kept bytes that begin no message, if a message begins with `data`, or with the last kept
  /// segments and `data`.
  ///
  /// Segments of at most `longestUntold` bytes in all are tried together with `data`, since they
  /// are too short to tell by themselves.
  private mutating func findBeginning(_ data: RawSpan, _ skips: inout SkipCounters) {
    if Self.isWhole(data) || message.count >= 14 && data.byteCount > 14 && Self.mayBegin(data) {
      skips.add(.dnsStreamIncomplete)
      return message.removeAll()
    }
    let marks = message.marks
    for index in marks.indices.dropFirst().reversed() {
      let start = marks[index - 1].end
      if message.count - start > Self.longestUntold { return }
      var bytes = Array(message.bytes[start...])
      bytes.append(data)
      let joined = bytes.rawSpan
      guard Self.isWhole(joined) || joined.byteCount > Self.longestUntold && Self.mayBegin(joined)
      else { continue }
      var kept = StreamBuffer()
      var offset = 0
      for mark in marks[index...] {
        kept.append(joined.extracting(offset..<mark.end - start), of: (mark.number, mark.time))
        offset = mark.end - start
      }
      skips.add(.dnsStreamIncomplete)
      return message = kept
    }
  }

  /// The most bytes from which one cannot tell whether a message begins with them.
  private static let longestUntold = 14

  /// Reads the kept message, which came in several parts; false if it is none.
  private mutating func readKept(
    isWhole: Bool = true, _ pointerLimit: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Bool {
    var kept = StreamBuffer()
    swap(&kept, &message)
    writer.useMarks(
      kept.marks.map { StreamMark(end: $0.end - 2, number: $0.number, time: $0.time) })
    // SAFETY: the closure only reads the array's bytes.
    let isRead = unsafe kept.bytes.withUnsafeBytes {
      let message = unsafe $0.bytes.extracting(2..<$0.count)
      if isWhole { return readMessage(message, pointerLimit, into: &writer, &skips) }
      DNSMessage.read(message, pointerLimit: pointerLimit, into: &writer, &skips)
      return true
    }
    writer.endMarks()
    kept.removeAll()
    swap(&kept, &message)
    return isRead
  }

  /// Whether the kept bytes begin no message, as when the stream was joined in the middle of one.
  private var isOutOfStep: Bool {
    guard message.count >= 14 else { return true }
    // SAFETY: the closure only reads the array's bytes.
    return unsafe message.bytes.withUnsafeBytes {
      let bytes = unsafe $0.bytes
      return !DNSMessage.begins(
        bytes.extracting(2..<bytes.byteCount),
        length: Int(bytes.bigEndianUInt16(unchecked: 0)))
    }
  }

  /// Whether bytes begin with a length and a whole message.
  private static func isWhole(_ data: RawSpan) -> Bool {
    guard data.byteCount > 14 else { return false }
    let length = Int(data.bigEndianUInt16(unchecked: 0))
    return length > 12 && length <= data.byteCount - 2
      && DNSMessage.isMessage(data.extracting(2..<2 + length), needsQuestion: true)
  }

  private mutating func readMessage(
    _ message: RawSpan, _ pointerLimit: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Bool {
    // In the middle of a stream, two bytes taken for a length need not be one.
    guard isTrusted || DNSMessage.isMessage(message, needsQuestion: false) else {
      skips.add(.dnsStreamIncomplete)
      return false
    }
    hasRead = true
    if DNSMessage.isMessage(message, needsQuestion: false) { isInStep = true }
    DNSMessage.read(message, pointerLimit: pointerLimit, into: &writer, &skips)
    return true
  }

  /// Ends the stream: an incomplete message is counted, and with `readsCut` read as far as it goes.
  mutating func finish(
    pointerLimit: Int, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    guard !message.isEmpty else { return }
    skips.add(.dnsStreamIncomplete)
    if readsCut, message.count >= 14, isInStep || !isOutOfStep {
      _ = readKept(isWhole: false, pointerLimit, into: &writer, &skips)
    }
    message.removeAll()
  }
}
