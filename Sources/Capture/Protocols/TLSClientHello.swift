import Indicators
import Parsing

/// Reads the values of TLS and DTLS ClientHellos (RFC 8446 §4.1.2, RFC 6347 §4.2.2, RFC 6066 §3).
struct TLSClientHello {
  private static let handshake: UInt8 = 22
  private static let changeCipherSpec: UInt8 = 20
  private static let alert: UInt8 = 21
  private static let clientHello: UInt8 = 1
  private static let serverHello: UInt8 = 2
  private static let earlyData: UInt16 = 42
  private static let recordHeader = 5
  private static let datagramRecordHeader = 13
  private static let handshakeHeader = 4
  private static let datagramHandshakeHeader = 12
  /// An unencrypted record holds at most 2¹⁴ bytes.
  private static let longestRecord = 1 << 14

  /// The type of the handshake message that a TLS payload begins with; nil if it begins with none.
  ///
  /// The type is 0 if a ChangeCipherSpec record comes first, as before a client's second hello for
  /// the sake of middleboxes (RFC 8446, appendix D.4).
  @inline(__always)
  static func firstMessage(_ payload: RawSpan) -> UInt8? {
    guard payload.byteCount > recordHeader, payload.byte(unchecked: 1) == 3 else { return nil }
    if payload.byte(unchecked: 2) > 4 { return firstOfOtherVersion(payload) }
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

  /// The type in a record of an unknown version.
  ///
  /// Receivers ignore the record's version (RFC 8446 §5.1), so the record is accepted if everything
  /// else looks like a hello.
  @inline(never)
  private static func firstOfOtherVersion(_ payload: RawSpan) -> UInt8? {
    guard payload.byte(unchecked: 0) == handshake else { return nil }
    let type = payload.byte(unchecked: recordHeader)
    let length = Int(payload.bigEndianUInt16(unchecked: 3))
    guard type == clientHello || type == serverHello, length > 0, length <= longestRecord else {
      return nil
    }
    // A message's length has three bytes, of which the first is 0 here, and its own version is a
    // known one.
    guard length == 1 || payload.byteCount <= 6 || payload.byte(unchecked: 6) == 0 else {
      return nil
    }
    guard length < 5 || payload.byteCount <= 9 || payload.byte(unchecked: 9) == 3 else {
      return nil
    }
    return type
  }

  /// Whether a payload is too short for `firstMessage`, but may begin a handshake record.
  static func mayBegin(_ payload: RawSpan) -> Bool {
    let count = payload.byteCount
    return count <= recordHeader && payload.byte(unchecked: 0) == handshake
      && (count < 2 || payload.byte(unchecked: 1) == 3)
  }

  /// The type if the first record is an alert, or too short for a message's header.
  ///
  /// Senders split a hello so that it is not recognised, and receivers join it again (RFC 8446
  /// §5.1).
  @inline(never)
  private static func firstShort(_ payload: RawSpan, _ length: Int) -> UInt8? {
    let type = payload.byte(unchecked: 0)
    let next = recordHeader + length
    // The next record must be a handshake record too, as far as it has come.
    if payload.byteCount > next {
      guard payload.byte(unchecked: next) == handshake,
        payload.byteCount <= next + 1 || payload.byte(unchecked: next + 1) == 3
      else { return nil }
    } else if type == alert || length == 0 {
      return nil
    }
    if type == alert {
      guard length == 2, payload.byte(unchecked: recordHeader) &- 1 <= 1 else { return nil }
      // Before its hello, a server may warn of a name that it does not know (RFC 6066 §3); the
      // hello tells that it is a server.
      guard payload.byteCount > next + recordHeader else { return 0 }
      let message = payload.byte(unchecked: next + recordHeader)
      return message == clientHello || message == serverHello ? message : 0
    }
    guard length > 0 else { return 0 }
    let message = payload.byte(unchecked: recordHeader)
    return message == clientHello || message == serverHello ? message : nil
  }

  /// The type of the handshake message that a DTLS payload begins with; nil if it begins with none.
  @inline(__always)
  static func firstDatagramMessage(_ payload: RawSpan) -> UInt8? {
    guard payload.byteCount > datagramRecordHeader, payload.byte(unchecked: 0) == handshake else {
      return nil
    }
    switch payload.bigEndianUInt16(unchecked: 1) {
    // DTLS 1.0, 1.2, and 1.0 as it was before its standard.
    case 0xfeff, 0xfefd, 0x0100: return payload.byte(unchecked: datagramRecordHeader)
    default: return nil
    }
  }

  /// Writes the values of the handshake messages in a datagram that begins with a DTLS record.
  ///
  /// Messages in fragments are put together. The name in a ClientHello is usually in the first
  /// fragment, and is read there.
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
        readDatagramMessage(
          payload, message, end, (flow, isFromFirst), &handshakes, into: &writer, &skips)
        message += datagramHandshakeHeader + fragment
      }
      offset = start + length
    }
  }

  /// Reads a message, or a fragment and the message that it completes.
  private static func readDatagramMessage(
    _ payload: RawSpan, _ start: Int, _ end: Int, _ sender: (flow: FlowKey, isFromFirst: Bool),
    _ handshakes: inout DatagramHandshakes, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    let type = payload.byte(unchecked: start)
    guard TLSHandshake.isWanted(type, writer.kinds) else { return }
    let body = start + datagramHandshakeHeader
    let length = Int(payload.bigEndianUInt32(unchecked: start) & 0xff_ffff)
    let fragmentOffset = Int(payload.bigEndianUInt32(unchecked: start + 5) & 0xff_ffff)
    let fragmentLength = Int(payload.bigEndianUInt32(unchecked: start + 8) & 0xff_ffff)
    let part = payload.extracting(body..<min(end, body + fragmentLength))
    let isFragment = fragmentOffset != 0 || fragmentLength < length
    // A repeated record has another record number, but the message in it has the same sequence
    // number (RFC 6347 §4.2.4).
    if !isFragment, length <= part.byteCount,
      handshakes.isRepeated(
        payload.extracting(start..<body + length), of: sender.flow, isFromFirst: sender.isFromFirst)
    {
      return
    }
    if type == clientHello, !isFragment {
      readHello(
        part.extracting(0..<min(part.byteCount, length)), isDatagram: true,
        isWhole: length <= part.byteCount, &writer, &skips)
      return
    }
    if !isFragment, length <= part.byteCount {
      TLSHandshake.read(
        payload.extracting(start..<body + length), start: datagramHandshakeHeader, isWhole: true,
        into: &writer, &skips)
      return
    }
    let name = DatagramHandshakes.Name(
      flow: sender.flow, isFromFirst: sender.isFromFirst,
      sequence: payload.bigEndianUInt16(unchecked: start + 4), type: type, length: length)
    let readLength = type == clientHello ? handshakes.readLength(of: name) : 0
    let whole = handshakes.add(part, at: fragmentOffset, of: name, &skips)
    if let whole {
      if handshakes.isRepeated(
        whole.rawSpan, of: sender.flow, isFromFirst: sender.isFromFirst)
      {
        return
      }
      // SAFETY: the closure only reads the array's bytes.
      unsafe whole.withUnsafeBytes {
        let message = unsafe $0.bytes
        if type == clientHello {
          readHello(
            message, start: datagramHandshakeHeader, isDatagram: true, isWhole: true,
            namesFrom: datagramHandshakeHeader + readLength, &writer, &skips)
        } else {
          TLSHandshake.read(
            message, start: datagramHandshakeHeader, isWhole: true, into: &writer, &skips)
        }
      }
    } else if type == clientHello, fragmentOffset == 0, part.byteCount > readLength {
      // A hello that is cut here is counted only if the rest does not come.
      let counted = skips
      readHello(part, isDatagram: true, isWhole: false, namesFrom: readLength, &writer, &skips)
      skips = counted
      handshakes.noteRead(part.byteCount, of: name)
    }
  }

  /// Reads a hello's body, as far as it has come; names that end before offset `namesFrom` have
  /// been read.
  ///
  /// - Returns: whether it announces early data (RFC 8446 §4.2.10).
  @discardableResult
  static func readHello(
    _ hello: RawSpan, start: Int = 0, isDatagram: Bool, isWhole: Bool, namesFrom: Int = 0,
    _ writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Bool {
    var hasEarlyData = false
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
      // The version is not checked: servers that find versions in an extension ignore it (RFC 8446
      // §4.2.1).
      try cursor.skip(2 + 32)
      try cursor.skip(Int(cursor.readUInt8()))
      if isDatagram { try cursor.skip(Int(cursor.readUInt8())) }
      try cursor.skip(Int(cursor.readUInt16()))
      try cursor.skip(Int(cursor.readUInt8()))
      // Hellos of versions before TLS 1.2 may end here.
      if cursor.isAtEnd, isWhole { return false }
      try cursor.skip(2)
      while !cursor.isAtEnd || !isWhole {
        let type = try cursor.readUInt16()
        let length = try cursor.readUInt16()
        if type == earlyData { hasEarlyData = true }
        if type == 0, cursor.offset + Int(length) > namesFrom {
          let place = cursor.offset
          try readServerNames(cursor.readCursor(Int(length)), at: place, &writer)
        } else {
          try cursor.skip(Int(length))
        }
      }
    } catch {
      skips.add(isWhole ? .tlsHelloMalformed : .tlsHelloCut)
    }
    return hasEarlyData
  }

  private static func readServerNames(
    _ extension: consuming ByteCursor, at place: Int, _ writer: inout ObservableWriter
  ) throws(ParsingError) {
    var cursor = `extension`
    if cursor.isAtEnd { return }
    try cursor.skip(2)
    let end = writer.responder()
    while !cursor.isAtEnd {
      let type = try cursor.readUInt8()
      let name = try cursor.readSpan(Int(cursor.readUInt16()))
      writer.place(place + cursor.offset)
      if type == 0 { writer.keepTypedHost(.tlsServerName, name, of: end) }
    }
  }
}
