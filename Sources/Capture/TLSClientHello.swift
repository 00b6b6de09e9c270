import Indicators
import Parsing

/// Reads what TLS and DTLS ClientHellos name (RFC 8446 §4.1.2, RFC 6347 §4.2.2, RFC 6066 §3).
struct TLSClientHello {
  private static let handshake: UInt8 = 22
  private static let changeCipherSpec: UInt8 = 20
  private static let alert: UInt8 = 21
  private static let clientHello: UInt8 = 1
  private static let serverHello: UInt8 = 2
  private static let recordHeader = 5
  private static let datagramRecordHeader = 13
  private static let handshakeHeader = 4
  private static let datagramHandshakeHeader = 12
  /// A plain record holds at most 2¹⁴ bytes.
  private static let longestRecord = 1 << 14

  /// The type of the handshake message that a TLS payload begins with; nil where it is none.
  ///
  /// A client's second hello follows a ChangeCipherSpec record for the sake of middleboxes
  /// (RFC 8446, appendix D.4): that gives type 0.
  @inline(__always)
  static func firstMessage(_ payload: RawSpan) -> UInt8? {
    guard payload.byteCount > recordHeader, payload.byte(unchecked: 1) == 3,
      payload.byte(unchecked: 2) <= 4
    else { return nil }
    switch payload.byte(unchecked: 0) {
    case handshake:
      let length = Int(payload.bigEndianUInt16(unchecked: 3))
      guard length >= handshakeHeader else { return firstShort(payload, length) }
      guard length <= longestRecord else { return nil }
      return payload.byte(unchecked: recordHeader)
    case changeCipherSpec:
      return payload.bigEndianUInt16(unchecked: 3) == 1 ? 0 : nil
    case alert:
      return firstShort(payload, Int(payload.bigEndianUInt16(unchecked: 3)))
    default:
      return nil
    }
  }

  /// The type where the first record is an alert, or too short for a message's header: senders cut a
  /// hello so that it is not seen, and receivers put it together again (RFC 8446 §5.1).
  @inline(never)
  private static func firstShort(_ payload: RawSpan, _ length: Int) -> UInt8? {
    let type = payload.byte(unchecked: 0)
    let next = recordHeader + length
    // What follows must be a record of this kind too, as far as it is there.
    if payload.byteCount > next {
      guard payload.byte(unchecked: next) == handshake,
        payload.byteCount <= next + 1 || payload.byte(unchecked: next + 1) == 3
      else { return nil }
    } else if type == alert || length == 0 {
      return nil
    }
    if type == alert {
      guard length == 2, payload.byte(unchecked: recordHeader) &- 1 <= 1 else { return nil }
      return 0
    }
    guard length > 0 else { return 0 }
    let message = payload.byte(unchecked: recordHeader)
    return message == clientHello || message == serverHello ? message : nil
  }

  /// The type of the handshake message that a DTLS payload begins with; nil where it is none.
  @inline(__always)
  static func firstDatagramMessage(_ payload: RawSpan) -> UInt8? {
    guard payload.byteCount > datagramRecordHeader, payload.byte(unchecked: 0) == handshake else {
      return nil
    }
    switch payload.bigEndianUInt16(unchecked: 1) {
    // 1.0, 1.2, and 1.0 before its standard.
    case 0xfeff, 0xfefd, 0x0100: return payload.byte(unchecked: datagramRecordHeader)
    default: return nil
    }
  }

  /// Writes what the handshake messages of a datagram say that begins with a DTLS record.
  ///
  /// Of a ClientHello in fragments only the first one is read: the name stands in it as a rule. Other
  /// messages are put together.
  static func readDatagram(
    _ payload: RawSpan, flow: FlowKey, isFromFirst: Bool, _ handshakes: inout DatagramHandshakes,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    var offset = 0
    while payload.byteCount - offset >= datagramRecordHeader,
      payload.byte(unchecked: offset) == handshake,
      // Later epochs are encrypted.
      payload.bigEndianUInt16(unchecked: offset + 3) == 0
    {
      let length = Int(payload.bigEndianUInt16(unchecked: offset + 11))
      let start = offset + datagramRecordHeader
      let end = min(start + length, payload.byteCount)
      var message = start
      while end - message >= datagramHandshakeHeader {
        let fragment =
          Int(payload.bigEndianUInt32(unchecked: message + 8) & 0xff_ffff)
        let whole = readDatagramMessage(
          payload, message, end, (flow, isFromFirst), &handshakes, into: &writer, &skips)
        // SAFETY: the closure only reads the array's bytes.
        unsafe whole?.withUnsafeBytes {
          unsafe TLSHandshake.read(
            $0.bytes, start: datagramHandshakeHeader, isWhole: true, into: &writer, &skips)
        }
        message += datagramHandshakeHeader + fragment
      }
      offset = start + length
    }
  }

  /// Reads a message or a part of one; gives the message that the part made whole.
  private static func readDatagramMessage(
    _ payload: RawSpan, _ start: Int, _ end: Int, _ sender: (flow: FlowKey, isFromFirst: Bool),
    _ handshakes: inout DatagramHandshakes, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> [UInt8]? {
    let type = payload.byte(unchecked: start)
    let body = start + datagramHandshakeHeader
    let whole = Int(payload.bigEndianUInt32(unchecked: start) & 0xff_ffff)
    let fragmentOffset = Int(payload.bigEndianUInt32(unchecked: start + 5) & 0xff_ffff)
    let isWhole = fragmentOffset == 0 && whole <= end - body
    if type == clientHello {
      if fragmentOffset == 0 {
        readHello(
          payload.extracting(body..<min(end, body + whole)), isDatagram: true, isWhole: isWhole,
          &writer, &skips)
      } else {
        skips.add(.tlsHelloCut)
      }
    } else if TLSHandshake.isWanted(type, writer.kinds) {
      guard !isWhole else {
        TLSHandshake.read(
          payload.extracting(start..<body + whole), start: datagramHandshakeHeader, isWhole: true,
          into: &writer, &skips)
        return nil
      }
      let length = Int(payload.bigEndianUInt32(unchecked: start + 8) & 0xff_ffff)
      return handshakes.add(
        payload.extracting(body..<min(end, body + length)), at: fragmentOffset,
        of: DatagramHandshakes.Name(
          flow: sender.flow, isFromFirst: sender.isFromFirst,
          sequence: payload.bigEndianUInt16(unchecked: start + 4), type: type, length: whole),
        &skips)
    }
    return nil
  }

  /// Reads a hello's body, as far as it is there.
  static func readHello(
    _ hello: RawSpan, start: Int = 0, isDatagram: Bool, isWhole: Bool,
    _ writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    defer {
      if isWhole {
        var fingerprint = TLSFingerprint()
        swap(&fingerprint, &writer.fingerprint)
        fingerprint.write(hello, start: start, isDatagram: isDatagram, into: &writer)
        swap(&fingerprint, &writer.fingerprint)
      }
    }
    var cursor = ByteCursor(hello)
    do {
      try cursor.skip(start)
      let version = try cursor.readUInt16()
      guard isDatagram || version >> 8 == 3 else {
        skips.add(.tlsHelloMalformed)
        return
      }
      try cursor.skip(32)
      try cursor.skip(Int(cursor.readUInt8()))
      if isDatagram { try cursor.skip(Int(cursor.readUInt8())) }
      try cursor.skip(Int(cursor.readUInt16()))
      try cursor.skip(Int(cursor.readUInt8()))
      // Hellos before TLS 1.2 may end here.
      if cursor.isAtEnd, isWhole { return }
      try cursor.skip(2)
      while !cursor.isAtEnd || !isWhole {
        let type = try cursor.readUInt16()
        let length = try cursor.readUInt16()
        if type == 0 {
          let place = cursor.offset
          try readServerNames(cursor.readCursor(Int(length)), at: place, &writer)
        } else {
          try cursor.skip(Int(length))
        }
      }
    } catch {
      skips.add(isWhole ? .tlsHelloMalformed : .tlsHelloCut)
    }
  }

  private static func readServerNames(
    _ extension: consuming ByteCursor, at place: Int, _ writer: inout ObservableWriter
  ) throws(ParsingError) {
    var cursor = `extension`
    if cursor.isAtEnd { return }
    try cursor.skip(2)
    while !cursor.isAtEnd {
      let type = try cursor.readUInt8()
      let name = try cursor.readSpan(Int(cursor.readUInt16()))
      writer.place(place + cursor.offset)
      if type == 0 { writer.keepHost(.tlsServerName, name) }
    }
  }
}
