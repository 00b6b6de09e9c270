import Parsing

/// Tells DNS messages by their ports and by their first bytes.
extension DNSMessage {
  /// Whether a port's payload is DNS whatever it looks like.
  static func isRegistered(port: UInt16) -> Bool {
    port == Port.dns || port == Port.multicast || port == Port.linkLocal
  }

  /// Whether a port's connections carry DNS, each message behind its length.
  static func isRegistered(streamPort port: UInt16) -> Bool {
    port == Port.dns || port == Port.linkLocal
  }

  /// Ports of DNS and of what has its messages (IANA's registry of service names).
  enum Port {
    static let dns: UInt16 = 53
    /// NetBIOS' name service (RFC 1002 §4.2).
    static let netBIOS: UInt16 = 137
    /// Multicast DNS (RFC 6762).
    static let multicast: UInt16 = 5353
    /// LLMNR (RFC 4795).
    static let linkLocal: UInt16 = 5355
  }

  /// Whether a message is an answer, so that its sender is the server.
  static func isResponse(_ message: RawSpan) -> Bool {
    message.byteCount > 2 && message.byte(unchecked: 2) & 0x80 != 0
  }

  /// Which side sent a message on a DNS port.
  ///
  /// Unknown if the header cannot be a DNS message's, as with DNSCrypt on the same port.
  static func role(_ message: RawSpan) -> Role {
    guard message.byteCount >= headerLength, message.bigEndianUInt16(unchecked: 4) <= 4,
      message.byte(unchecked: 3) & 0x40 == 0
    else { return .unknown }
    let opcode = message.byte(unchecked: 2) >> 3 & 0xf
    guard opcode <= 6, opcode != 3 else { return .unknown }
    return isResponse(message) ? .server : .client
  }

  /// Whether bytes on a port that says nothing are a DNS message.
  ///
  /// Header, questions and records must fill them to the last byte, and the header must be
  /// possible. On NetBIOS' port, messages of NetBIOS are refused.
  static func isMessage(
    _ message: RawSpan, needsQuestion: Bool, isNetBIOSPort: Bool = false
  ) -> Bool {
    guard message.byteCount >= headerLength else { return false }
    let questions = Int(message.bigEndianUInt16(unchecked: 4))
    guard questions >= (needsQuestion ? 1 : 0), questions <= 4 else { return false }
    let opcode = message.byte(unchecked: 2) >> 3 & 0xf
    guard opcode <= 5, opcode != 3, message.byte(unchecked: 3) & 0x40 == 0 else { return false }
    let records =
      Int(message.bigEndianUInt16(unchecked: 6)) + Int(message.bigEndianUInt16(unchecked: 8))
      + Int(message.bigEndianUInt16(unchecked: 10))
    guard records * 11 + questions * 5 + headerLength <= message.byteCount else { return false }
    var offset = headerLength
    for _ in 0..<questions {
      let name = offset
      guard DNSName.skip(message, at: &offset, allowsPointer: false),
        message.byteCount - offset >= 4
      else { return false }
      let type = message.bigEndianUInt16(unchecked: offset)
      if isNetBIOSPort, isNetBIOS(message, nameAt: name, type: type) { return false }
      // In mDNS the top bit of the class asks for a unicast answer.
      let queryClass = message.bigEndianUInt16(unchecked: offset + 2) & 0x7fff
      guard type != 0, queryClass >= 1, queryClass <= 4 || queryClass >= 254, queryClass <= 255
      else { return false }
      offset += 4
    }
    for _ in 0..<records {
      guard DNSName.skip(message, at: &offset), message.byteCount - offset >= 10 else {
        return false
      }
      let length = Int(message.bigEndianUInt16(unchecked: offset + 8))
      offset += 10
      guard length <= message.byteCount - offset else { return false }
      offset += length
    }
    return offset == message.byteCount
  }

  /// Whether a question is NetBIOS', whose messages have the same layout: one of its two types
  /// (RFC 1002 §4.2.1.2), and 32 letters from A to P for a name's 16 bytes (RFC 1001 §14.1).
  private static func isNetBIOS(_ message: RawSpan, nameAt start: Int, type: UInt16) -> Bool {
    guard type == 0x20 || type == 0x21, message.byte(unchecked: start) == 32 else { return false }
    return (start + 1...start + 32).allSatisfy {
      UInt8(ascii: "A")...UInt8(ascii: "P") ~= message.byte(unchecked: $0)
    }
  }

  /// Whether bytes may begin a message of `length` bytes with a question; only the bytes that have
  /// come are checked.
  ///
  /// This checks more than the header: the first question's name must be there, as far as the bytes
  /// go.
  static func begins(_ message: RawSpan, length: Int) -> Bool {
    guard message.byteCount > headerLength, length > headerLength + 4 else { return false }
    let questions = Int(message.bigEndianUInt16(unchecked: 4))
    let opcode = message.byte(unchecked: 2) >> 3 & 0xf
    guard questions >= 1, questions <= 4, opcode <= 5, opcode != 3,
      message.byte(unchecked: 3) & 0x40 == 0
    else { return false }
    let records =
      Int(message.bigEndianUInt16(unchecked: 6)) + Int(message.bigEndianUInt16(unchecked: 8))
      + Int(message.bigEndianUInt16(unchecked: 10))
    guard records * 11 + questions * 5 + headerLength <= length else { return false }
    var offset = headerLength
    while offset < message.byteCount {
      let label = Int(message.byte(unchecked: offset))
      guard label < 64, offset - headerLength < DNSName.longest else { return false }
      offset += label + 1
      if label == 0 { break }
    }
    // Type and class are checked if they have come.
    guard message.byteCount - offset >= 4 else { return true }
    let queryClass = message.bigEndianUInt16(unchecked: offset + 2) & 0x7fff
    return message.bigEndianUInt16(unchecked: offset) != 0
      && (1...4 ~= queryClass || 254...255 ~= queryClass)
  }
}
