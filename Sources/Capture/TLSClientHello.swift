import Indicators
import Parsing

/// Reads what TLS and DTLS ClientHellos name (RFC 8446 §4.1.2, RFC 6347 §4.2.2, RFC 6066 §3).
struct TLSClientHello {
  private static let handshake: UInt8 = 22
  private static let changeCipherSpec: UInt8 = 20
  private static let alert: UInt8 = 21
  private static let clientHello: UInt8 = 1
  private static let recordHeader = 5
  private static let datagramRecordHeader = 13
  private static let handshakeHeader = 4
  private static let datagramHandshakeHeader = 12
  /// A plain record holds at most 2¹⁴ bytes.
  private static let longestRecord = 1 << 14
  /// The most that is put together from several records; hellos of real clients stay below 8 KiB.
  private static let longestHello = 1 << 16

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
      guard length >= handshakeHeader, length <= longestRecord else { return nil }
      return payload.byte(unchecked: recordHeader)
    case changeCipherSpec:
      return payload.bigEndianUInt16(unchecked: 3) == 1 ? 0 : nil
    default:
      return nil
    }
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

  /// Writes the names in the ClientHellos of a TCP segment that begins with a TLS record.
  static func read(
    _ payload: RawSpan, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    var offset = 0
    while payload.byteCount - offset >= recordHeader {
      let type = payload.byte(unchecked: offset)
      let length = Int(payload.bigEndianUInt16(unchecked: offset + 3))
      guard payload.byte(unchecked: offset + 1) == 3, length <= longestRecord else { return }
      let start = offset + recordHeader
      let end = min(start + length, payload.byteCount)
      switch type {
      case handshake:
        guard readMessages(payload, start, end, into: &writer, &skips) else { return }
      case changeCipherSpec, alert: break
      default: return
      }
      offset = start + length
    }
  }

  /// Reads the handshake messages that begin in a record; false where nothing readable can follow.
  private static func readMessages(
    _ payload: RawSpan, _ start: Int, _ end: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Bool {
    var offset = start
    while end - offset >= handshakeHeader {
      let type = payload.byte(unchecked: offset)
      let length = Int(payload.bigEndianUInt32(unchecked: offset) & 0xff_ffff)
      guard type == clientHello else {
        // Behind a hello come messages of the server, or ciphertext that only looks like one.
        guard type <= 24, length <= end - offset - handshakeHeader else { return false }
        offset += handshakeHeader + length
        continue
      }
      let body = offset + handshakeHeader
      if length <= end - body {
        readHello(
          payload.extracting(body..<body + length), isDatagram: false, isWhole: true, &writer,
          &skips)
        offset = body + length
        continue
      }
      readSpread(payload, body..<end, length: length, into: &writer, &skips)
      return false
    }
    return true
  }

  /// Reads a hello that goes on in the records behind its first one.
  private static func readSpread(
    _ payload: RawSpan, _ first: Range<Int>, length: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    var offset = first.upperBound
    if offset == payload.byteCount || length > longestHello {
      readHello(
        payload.extracting(first), isDatagram: false, isWhole: false, &writer, &skips)
      return
    }
    var message: [UInt8] = []
    swap(&message, &writer.scratch)
    message.removeAll(keepingCapacity: true)
    message.append(payload.extracting(first))
    while message.count < length, payload.byteCount - offset > recordHeader,
      payload.byte(unchecked: offset) == handshake, payload.byte(unchecked: offset + 1) == 3
    {
      let record = Int(payload.bigEndianUInt16(unchecked: offset + 3))
      let start = offset + recordHeader
      let end = min(start + min(record, length - message.count), payload.byteCount)
      message.append(payload.extracting(start..<end))
      offset = start + record
      if record == 0 || offset >= payload.byteCount { break }
    }
    // SAFETY: the closure only reads the array's bytes.
    unsafe message.withUnsafeBytes {
      readHello(
        unsafe $0.bytes, isDatagram: false, isWhole: $0.count == length, &writer, &skips)
    }
    swap(&message, &writer.scratch)
  }

  /// Writes the names in the ClientHellos of a datagram that begins with a DTLS record.
  static func readDatagram(
    _ payload: RawSpan, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    var offset = 0
    while payload.byteCount - offset >= datagramRecordHeader,
      payload.byte(unchecked: offset) == handshake
    {
      let length = Int(payload.bigEndianUInt16(unchecked: offset + 11))
      let start = offset + datagramRecordHeader
      let end = min(start + length, payload.byteCount)
      let body = start + datagramHandshakeHeader
      if body <= end, payload.byte(unchecked: start) == clientHello {
        let whole = Int(payload.bigEndianUInt32(unchecked: start) & 0xff_ffff)
        let fragmentOffset = Int(payload.bigEndianUInt32(unchecked: start + 5) & 0xff_ffff00) >> 8
        // Only the first fragment is read; the name stands in it as a rule.
        if fragmentOffset == 0 {
          readHello(
            payload.extracting(body..<min(end, body + whole)), isDatagram: true,
            isWhole: whole <= end - body, &writer, &skips)
        } else {
          skips.add(.tlsHelloCut)
        }
      }
      offset = start + length
    }
  }

  /// Reads a hello's body, as far as it is there.
  private static func readHello(
    _ hello: RawSpan, isDatagram: Bool, isWhole: Bool, _ writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    var cursor = ByteCursor(hello)
    do {
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
          try readServerNames(cursor.readCursor(Int(length)), &writer)
        } else {
          try cursor.skip(Int(length))
        }
      }
    } catch {
      skips.add(isWhole ? .tlsHelloMalformed : .tlsHelloCut)
    }
  }

  private static func readServerNames(
    _ extension: consuming ByteCursor, _ writer: inout ObservableWriter
  ) throws(ParsingError) {
    var cursor = `extension`
    if cursor.isAtEnd { return }
    try cursor.skip(2)
    while !cursor.isAtEnd {
      let type = try cursor.readUInt8()
      let name = try cursor.readSpan(Int(cursor.readUInt16()))
      if type == 0 { writer.keepHost(.tlsServerName, name) }
    }
  }
}
