import Parsing

/// Reads the handshake messages of one direction of a TLS connection across records and segments
/// (RFC 8446 §5.1, RFC 5246 §6.2).
///
/// A message that is whole in one record of one packet is read in place. Messages that name nothing
/// are stepped over. The reader is done at the first encrypted byte.
struct TLSReader {
  /// What to do after the bytes that were read.
  enum Outcome {
    case goesOn
    /// No message that is wanted can follow.
    case done
    /// The bytes are not TLS.
    case other
  }

  private static let headerLength = 5
  /// A record holds at most 2¹⁴ bytes, and up to 2048 more if it is encrypted.
  private static let longestRecord = 1 << 14 + 2048
  /// The longest message that is put together: as many bytes as may wait in one direction.
  ///
  /// Certificate chains in use stay below 64 KiB.
  private static let longestMessage = 1 << 20

  /// The bytes of the next record's header that have come.
  private var header: UInt64 = 0
  private var headerCount = 0
  /// Bytes of the present record that are still to come.
  private var rest = 0
  private var isHandshake = false
  /// A handshake message that continues in another record or packet.
  private var message = StreamBuffer()
  /// Bytes of an unwanted message that are still to come.
  private var unwanted = 0
  /// No byte of the present record has been read yet.
  private var isAtStart = false
  /// A ChangeCipherSpec record has passed.
  private var isEncrypted = false
  /// Application data may come before a second hello.
  ///
  /// A client may send early data before the server's answer, which may ask for a second hello
  /// (RFC 8446 §4.2.10). How much of it there may be the server has said in an earlier connection.
  private var hasEarlyData = false
  /// Bytes of early data that were stepped over, if the last record that began has early data.
  private var earlyCount = 0
  /// The last record that began has early data, of which much was stepped over.
  var isInLongEarlyData: Bool { earlyCount > 1 << 13 }

  /// Whether all records and messages that have begun are complete.
  var isBetweenMessages: Bool { message.isEmpty && rest == 0 && headerCount == 0 }
  /// The packet that brought the first byte that waits for others.
  var firstMark: StreamMark? { message.marks.first }
  /// Approximate bytes of memory in use.
  var cost: Int { message.cost }

  mutating func reset() {
    message.removeAll()
    (header, headerCount, rest, unwanted) = (0, 0, 0, 0)
    (isHandshake, isEncrypted, hasEarlyData, earlyCount) = (false, false, false, 0)
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
      } else if hasEarlyData {
        earlyCount += end - offset
      }
      rest -= end - offset
      offset = end
    }
    return .goesOn
  }

  /// Whether a record after a ChangeCipherSpec begins a second hello (RFC 8446, appendix D.4), and
  /// is not encrypted.
  private static func isHello(_ data: RawSpan, _ offset: Int, _ end: Int, record: Int) -> Bool {
    let type = data.byte(unchecked: offset)
    guard type == 1 || type == 2 else { return false }
    guard end - offset >= 4 else { return true }
    let length = Int(data.bigEndianUInt32(unchecked: offset) & 0xff_ffff) + 4
    if length == record { return true }
    guard length > record, length <= longestRecord else { return false }
    // The hello may continue in other records. Its version then tells it from ciphertext; a record
    // this short cannot be ciphertext.
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
    case 21, 24: break
    case 22: earlyCount = 0
    case 23:
      guard hasEarlyData else { return .done }
    default: return .other
    }
    return .goesOn
  }

  /// Reads the bytes of a handshake record that have come; false if they are no handshake.
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
          hasEarlyData = TLSHandshake.read(
            data.extracting(offset..<offset + 4 + length), isWhole: true, into: &writer, &skips)
          offset += 4 + length
          continue
        }
      }
      // First the header's four bytes, then as many as the header says.
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

  /// Length of the message in `message`, whose four header bytes are there, including the header.
  private var messageLength: Int {
    4 + Int(message.bytes[1]) << 16 + Int(message.bytes[2]) << 8 + Int(message.bytes[3])
  }

  private mutating func readMessage(
    isWhole: Bool, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    var whole = StreamBuffer()
    swap(&whole, &message)
    writer.useMarks(whole.marks)
    // SAFETY: the closure only reads the array's bytes.
    hasEarlyData = unsafe whole.bytes.withUnsafeBytes {
      unsafe TLSHandshake.read($0.bytes, isWhole: isWhole, into: &writer, &skips)
    }
    writer.endMarks()
    whole.removeAll()
    swap(&whole, &message)
  }

  /// Steps over bytes that the capture does not have; false if they belonged to something wanted.
  mutating func skip(_ count: Int) -> Bool {
    guard message.isEmpty, headerCount == 0, count <= rest else { return false }
    if isHandshake {
      guard count <= unwanted else { return false }
      unwanted -= count
    }
    rest -= count
    return true
  }

  /// Ends the stream; an incomplete message is read as far as it has come.
  mutating func finish(into writer: inout ObservableWriter, _ skips: inout SkipCounters) {
    if message.count >= 4 { readMessage(isWhole: false, into: &writer, &skips) }
    message.removeAll()
  }
}
