import Parsing

/// Reads the handshake messages of one direction of a TLS connection across records and segments
/// (RFC 8446 §5.1, RFC 5246 §6.2).
///
/// A message that is whole in a record of one packet is read where it stands. Messages that name
/// nothing are stepped over, and with the first encrypted byte the reader is done.
struct TLSReader {
  /// What became of the bytes.
  enum Outcome {
    case goesOn
    /// Nothing that is wanted can follow.
    case done
    /// This is no TLS.
    case other
  }

  private static let headerLength = 5
  /// A record holds at most 2¹⁴ bytes, and 2048 more where it is encrypted.
  private static let longestRecord = 1 << 14 + 2048
  /// The longest message that is put together: as long as what may wait in a direction; chains of certificates in use
  /// stay below 64 KiB.
  private static let longestMessage = 1 << 20

  /// The bytes of a record's header that are there.
  private var header: UInt64 = 0
  private var headerCount = 0
  /// Bytes of the present record that are still to come.
  private var rest = 0
  private var isHandshake = false
  /// A handshake message that goes on in another record or packet.
  private var message = StreamBuffer()
  /// Bytes of a message of no interest that are still to come.
  private var unwanted = 0
  /// No byte of the present record was read so far.
  private var isAtStart = false
  /// A ChangeCipherSpec record has passed.
  private var isEncrypted = false
  /// Bytes of application data that may still come before a second hello.
  private var earlyRest = 0
  /// Bytes that a client may send before the server's answer, which may ask for a second hello (RFC 8446 §4.2.10): servers
  /// take a quarter of it.
  private static let mostEarly = 64 << 10

  /// Whether nothing has begun that is not over.
  var isBetweenMessages: Bool { message.isEmpty && rest == 0 && headerCount == 0 }
  /// The packet that brought the first of the bytes that wait for others.
  var firstMark: StreamMark? { message.marks.first }
  /// Bytes of memory in use, about.
  var cost: Int { message.cost }

  mutating func reset() {
    message.removeAll()
    (header, headerCount, rest, unwanted) = (0, 0, 0, 0)
    (isHandshake, isEncrypted, earlyRest) = (false, false, 0)
  }

  /// Reads the next bytes of the stream.
  mutating func read(
    _ data: RawSpan, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Outcome {
    var offset = 0
    while offset < data.byteCount {
      if rest == 0 {
        while headerCount < Self.headerLength, offset < data.byteCount {
          header = header << 8 | UInt64(data.byte(unchecked: offset))
          headerCount += 1
          offset += 1
        }
        guard headerCount == Self.headerLength else { return .goesOn }
        let outcome = beginRecord()
        guard case .goesOn = outcome else { return outcome }
        continue
      }
      let end = offset + min(rest, data.byteCount - offset)
      if isHandshake {
        if isEncrypted, isAtStart, message.isEmpty, unwanted == 0,
          !Self.isHello(data, offset, end, record: rest)
        {
          return .done
        }
        isAtStart = false
        guard readHandshake(data, offset, end, into: &writer, &skips) else { return .other }
      }
      rest -= end - offset
      offset = end
    }
    return .goesOn
  }

  /// Whether a record behind a ChangeCipherSpec is a second hello after all (RFC 8446, appendix D.4),
  /// and no ciphertext.
  private static func isHello(_ data: RawSpan, _ offset: Int, _ end: Int, record: Int) -> Bool {
    let type = data.byte(unchecked: offset)
    guard type == 1 || type == 2 else { return false }
    guard end - offset >= 4 else { return true }
    let length = Int(data.bigEndianUInt32(unchecked: offset) & 0xff_ffff) + 4
    if length == record { return true }
    guard length > record, length <= longestRecord else { return false }
    // It may go on in other records; its version tells it from ciphertext, which is longer than a few bytes.
    return record < 16
      || end - offset >= 6 && data.byte(unchecked: offset + 4) == 3
        && data.byte(unchecked: offset + 5) <= 4
  }

  private mutating func beginRecord() -> Outcome {
    let type = UInt8(truncatingIfNeeded: header >> 32)
    let major = UInt8(truncatingIfNeeded: header >> 24)
    rest = Int(header & 0xffff)
    (header, headerCount) = (0, 0)
    guard major == 3, rest <= Self.longestRecord else { return .other }
    isHandshake = type == 22
    isAtStart = true
    switch type {
    case 20: isEncrypted = true
    case 21, 22, 24: break
    case 23:
      guard earlyRest > 0, rest <= earlyRest else { return .done }
      earlyRest -= rest
    default: return .other
    }
    return .goesOn
  }

  /// Reads the handshake bytes of a record that are there; false where they are no handshake.
  private mutating func readHandshake(
    _ data: RawSpan, _ start: Int, _ end: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Bool {
    var offset = start
    while offset < end {
      if unwanted > 0 {
        let step = min(unwanted, end - offset)
        unwanted -= step
        offset += step
        continue
      }
      if message.isEmpty, end - offset >= 4 {
        let word = data.bigEndianUInt32(unchecked: offset)
        let (type, length) = (UInt8(truncatingIfNeeded: word >> 24), Int(word & 0xff_ffff))
        guard type <= 24 || type == 67 || type == 254 else { return false }
        guard TLSHandshake.isWanted(type, writer.kinds), length <= Self.longestMessage else {
          if TLSHandshake.isWanted(type, writer.kinds) { skips.add(.tlsMessageLimit) }
          unwanted = 4 + length
          continue
        }
        if length <= end - offset - 4 {
          noteEarlyData(
            TLSHandshake.read(
              data.extracting(offset..<offset + 4 + length), isWhole: true, into: &writer, &skips))
          offset += 4 + length
          continue
        }
      }
      // The header's four bytes first, then as many as they say.
      let needed = message.count < 4 ? 4 - message.count : messageLength - message.count
      let step = min(needed, end - offset)
      message.append(data.extracting(offset..<offset + step), of: writer.present)
      offset += step
      guard message.count >= 4 else { continue }
      if message.count == 4 {
        let type = message.bytes[0]
        guard type <= 24 || type == 67 || type == 254 else { return false }
        if !TLSHandshake.isWanted(type, writer.kinds) || messageLength > 4 + Self.longestMessage {
          if TLSHandshake.isWanted(type, writer.kinds) { skips.add(.tlsMessageLimit) }
          unwanted = messageLength - 4
          message.removeAll()
          continue
        }
      }
      if message.count == messageLength { readMessage(isWhole: true, into: &writer, &skips) }
    }
    return true
  }

  /// Length of the message whose first four bytes are there, those included.
  private var messageLength: Int {
    4 + Int(message.bytes[1]) << 16 + Int(message.bytes[2]) << 8 + Int(message.bytes[3])
  }

  private mutating func noteEarlyData(_ isAnnounced: Bool) {
    earlyRest = isAnnounced ? Self.mostEarly : 0
  }

  private mutating func readMessage(
    isWhole: Bool, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    var whole = StreamBuffer()
    swap(&whole, &message)
    writer.useMarks(whole.marks)
    // SAFETY: the closure only reads the array's bytes.
    let hasEarlyData = unsafe whole.bytes.withUnsafeBytes {
      unsafe TLSHandshake.read($0.bytes, isWhole: isWhole, into: &writer, &skips)
    }
    noteEarlyData(hasEarlyData)
    writer.endMarks()
    whole.removeAll()
    swap(&whole, &message)
  }

  /// Steps over bytes that the capture does not have; false where they belonged to something wanted.
  mutating func skip(_ count: Int) -> Bool {
    guard message.isEmpty, headerCount == 0, count <= rest else { return false }
    if isHandshake {
      guard count <= unwanted else { return false }
      unwanted -= count
    }
    rest -= count
    return true
  }

  /// Tells that no more bytes come: of a message that is not whole, what is there is read.
  mutating func finish(into writer: inout ObservableWriter, _ skips: inout SkipCounters) {
    if message.count >= 4 { readMessage(isWhole: false, into: &writer, &skips) }
    message.removeAll()
  }
}
