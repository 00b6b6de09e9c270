import Indicators
import Parsing

/// Certificates as TLS up to 1.2 sends them (RFC 5246 §7.4.2): hashes, and the names in each
/// (RFC 5280 §4.1, §4.2.1.6).
///
/// The message's length alone bounds how many names are read.
enum TLSCertificates {
  /// The most certificates read in one message.
  ///
  /// Hardly more real ones fit into the longest message. Of elements of a few bytes, each of which
  /// has two hashes, there could be so many that their values take fifty times the message's room.
  private static let longestChain = 1 << 12

  /// Writes the values of a message's certificates; the list begins at offset `start`.
  static func read(
    _ message: RawSpan, start: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    var cursor = ByteCursor(message)
    let end = writer.responder()
    do {
      try cursor.skip(start)
      var list = try cursor.readCursor(Int(cursor.readUInt24()))
      let listStart = start + 3
      var count = 0
      while !list.isAtEnd {
        guard count < longestChain else { return skips.add(.tlsMessageLimit) }
        count += 1
        let length = Int(try list.readUInt24())
        let place = listStart + list.offset
        let certificate = try list.readSpan(length)
        writeHashes(certificate, end: message.byteCount, into: &writer)
        do { try readNames(certificate, at: place, of: end, into: &writer) } catch {
          skips.add(.certificateMalformed)
        }
      }
    } catch {
      skips.add(.certificateMalformed)
    }
  }

  private static func writeHashes(
    _ certificate: RawSpan, end: Int, into writer: inout ObservableWriter
  ) {
    guard certificate.byteCount > 0 else { return }
    writer.place(end)
    if writer.kinds.contains(.certificateSHA1) {
      let start = writer.batch.arena.count
      MessageDigest.appendSHA1(of: certificate, to: &writer.batch.arena)
      writer.keep(.tlsCertificateSHA1, .certificateSHA1, from: start)
    }
    if writer.kinds.contains(.certificateSHA256) {
      let start = writer.batch.arena.count
      MessageDigest.appendSHA256(of: certificate, to: &writer.batch.arena)
      writer.keep(.tlsCertificateSHA256, .certificateSHA256, from: start)
    }
  }

  // MARK: Names

  private static let sequence: UInt8 = 0x30
  private static let set: UInt8 = 0x31
  private static let objectIdentifier: UInt8 = 0x06
  private static let octets: UInt8 = 0x04
  private static let universal: UInt8 = 0x1c
  private static let universalBMP: UInt8 = 0x1e

  private static func readNames(
    _ certificate: RawSpan, at place: Int, of end: HTTPTarget, into writer: inout ObservableWriter
  ) throws(DERError) {
    var outer = DERReader(certificate, base: place)
    var whole = try outer.enter(sequence)
    var body = try whole.enter(sequence)
    // Version 1 certificates have no version field. The four fields after it are serial number,
    // signature, issuer and validity.
    if body.nextTag == 0xa0 { try body.skip() }
    for _ in 0..<4 { try body.skip() }
    var subject = try body.enter(sequence)
    try readSubject(&subject, of: end, into: &writer)
    try body.skip()
    while !body.isAtEnd {
      guard body.nextTag == 0xa3 else {
        try body.skip()
        continue
      }
      var wrapper = try body.enter(0xa3)
      var extensions = try wrapper.enter(sequence)
      while !extensions.isAtEnd {
        var one = try extensions.enter(sequence)
        let identifier = try one.value(objectIdentifier)
        // id-ce-subjectAltName, 2.5.29.17.
        guard identifier.isBytes(0x55, 0x1d, 0x11) else { continue }
        if one.nextTag == 0x01 { try one.skip() }
        var value = try one.enter(octets)
        var names = try value.enter(sequence)
        try readAlternativeNames(&names, of: end, into: &writer)
      }
    }
  }

  private static func readSubject(
    _ subject: inout DERReader, of end: HTTPTarget, into writer: inout ObservableWriter
  ) throws(DERError) {
    while !subject.isAtEnd {
      var parts = try subject.enter(set)
      while !parts.isAtEnd {
        var part = try parts.enter(sequence)
        let identifier = try part.value(objectIdentifier)
        // id-at-commonName, 2.5.4.3.
        guard identifier.isBytes(0x55, 0x04, 0x03), let tag = part.nextTag else { continue }
        let text = try part.value(tag)
        writer.place(part.place)
        keepCommonName(
          text, width: tag == universalBMP ? 2 : tag == universal ? 4 : 1, of: end, into: &writer)
      }
    }
  }

  /// Writes a common name whose characters have `width` bytes each, if it has the form of a host
  /// name.
  private static func keepCommonName(
    _ text: RawSpan, width: Int, of end: HTTPTarget, into writer: inout ObservableWriter
  ) {
    if let address = IPAddressText.ipv6(text) {
      return keep(
        VersionedAddress(ipv6: IPAddress(high: address.high, low: address.low)), of: end,
        into: &writer)
    }
    writer.scratch.removeAll(keepingCapacity: true)
    var hasDot = false
    var offset = 0
    while offset < text.byteCount {
      guard width <= text.byteCount - offset else { return }
      var letter: UInt32 = 0
      for _ in 0..<width {
        letter = letter << 8 | UInt32(text.byte(unchecked: offset))
        offset += 1
      }
      switch letter {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2a, 0x2d, 0x5f, 0, 0x80...: break
      case 0x2e: hasDot = true
      default: return
      }
      if width == 1 {
        // Bytes above 0x7f belong to UTF-8 sequences.
        writer.scratch.append(UInt8(truncatingIfNeeded: letter))
      } else {
        guard let scalar = Unicode.Scalar(letter) else { return }
        writer.scratch += Array(scalar.utf8)
      }
    }
    guard hasDot, text.byteCount <= 1024 else { return }
    let name = writer.scratch
    // SAFETY: the closure only reads the array's bytes.
    unsafe name.withUnsafeBytes {
      _ = unsafe writer.keepHost(.tlsCertificateName, $0.bytes, of: end)
    }
  }

  private static func readAlternativeNames(
    _ names: inout DERReader, of end: HTTPTarget, into writer: inout ObservableWriter
  ) throws(DERError) {
    while let tag = names.nextTag {
      let value = try names.value(tag)
      writer.place(names.place)
      switch tag {
      case 0x82 where isAsWritten(value):
        writer.keepHost(.tlsCertificateName, value, of: end)
      case 0x82: writer.keepTypedHost(.tlsCertificateName, value, of: end)
      case 0x87 where value.byteCount == 4:
        keep(VersionedAddress(ipv4: value, at: 0), of: end, into: &writer)
      case 0x87 where value.byteCount == 16:
        keep(VersionedAddress(ipv6: value, at: 0), of: end, into: &writer)
      default: break
      }
    }
  }

  /// Whether nothing of a name may be left out: it is a wildcard, or holds a NUL, at which a careless
  /// reader would cut it.
  private static func isAsWritten(_ name: RawSpan) -> Bool {
    name.byteCount > 0 && name.byte(unchecked: 0) == UInt8(ascii: "*")
      || name.firstOffset(of: 0, in: name.byteOffsets) != nil
  }

  private static func keep(
    _ address: VersionedAddress, of end: HTTPTarget, into writer: inout ObservableWriter
  ) {
    writer.append(.tlsCertificateName, address, port: end.port(of: address))
  }
}

extension RawSpan {
  /// Whether the bytes are these three.
  fileprivate func isBytes(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
    byteCount == 3 && byte(unchecked: 0) == first && byte(unchecked: 1) == second
      && byte(unchecked: 2) == third
  }
}
