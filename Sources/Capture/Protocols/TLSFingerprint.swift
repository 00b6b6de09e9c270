import Indicators
import Parsing

/// The parts of a ClientHello from which its fingerprints are made, without GREASE values
/// (RFC 8701).
struct TLSFingerprint {
  private(set) var version: UInt16 = 0
  private(set) var ciphers: [UInt16] = []
  private(set) var extensions: [UInt16] = []
  private(set) var groups: [UInt16] = []
  private(set) var pointFormats: [UInt8] = []
  private(set) var signatures: [UInt16] = []
  private(set) var versions: [UInt16] = []
  /// First and last byte of the first protocol that the client offers.
  private(set) var protocolEnds: (UInt8, UInt8)?

  private static func isGREASE(_ value: UInt16) -> Bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
  }

  private mutating func removeAll() {
    ciphers.removeAll(keepingCapacity: true)
    extensions.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
    pointFormats.removeAll(keepingCapacity: true)
    signatures.removeAll(keepingCapacity: true)
    versions.removeAll(keepingCapacity: true)
    protocolEnds = nil
  }

  // MARK: Reading

  /// Reads a hello's body; throws if it is malformed.
  mutating func read(
    _ hello: RawSpan, start: Int, isDatagram: Bool
  ) throws(ParsingError) {
    removeAll()
    var cursor = ByteCursor(hello)
    try cursor.skip(start)
    version = try cursor.readUInt16()
    try cursor.skip(32)
    try cursor.skip(Int(cursor.readUInt8()))
    if isDatagram { try cursor.skip(Int(cursor.readUInt8())) }
    try Self.readNumbers(cursor.readCursor(Int(cursor.readUInt16())), into: &ciphers)
    try cursor.skip(Int(cursor.readUInt8()))
    if cursor.isAtEnd { return }
    var rest = try cursor.readCursor(Int(cursor.readUInt16()))
    while !rest.isAtEnd {
      let type = try rest.readUInt16()
      let body = try rest.readCursor(Int(rest.readUInt16()))
      if Self.isGREASE(type) { continue }
      extensions.append(type)
      // A malformed extension loses only its own values.
      try? readExtension(type, body)
    }
  }

  private mutating func readExtension(
    _ type: UInt16, _ body: consuming ByteCursor
  ) throws(ParsingError) {
    var body = body
    switch type {
    case 10: try Self.readNumbers(body.readCursor(Int(body.readUInt16())), into: &groups)
    case 11:
      for _ in 0..<(try body.readUInt8()) { pointFormats.append(try body.readUInt8()) }
    case 13: try Self.readNumbers(body.readCursor(Int(body.readUInt16())), into: &signatures)
    case 16:
      var list = try body.readCursor(Int(body.readUInt16()))
      while !list.isAtEnd {
        let name = try list.readSpan(Int(list.readUInt8()))
        guard name.byteCount > 0 else { continue }
        let ends = (name.byte(unchecked: 0), name.byte(unchecked: name.byteCount - 1))
        let isReserved = name.byteCount == 2 && Self.isGREASE(UInt16(ends.0) << 8 | UInt16(ends.1))
        if isReserved { continue }
        protocolEnds = ends
        break
      }
    case 43: try Self.readNumbers(body.readCursor(Int(body.readUInt8())), into: &versions)
    default: break
    }
  }

  private static func readNumbers(
    _ list: consuming ByteCursor, into numbers: inout [UInt16]
  ) throws(ParsingError) {
    var list = list
    while list.remaining >= 2 {
      let number = try list.readUInt16()
      if !isGREASE(number) { numbers.append(number) }
    }
  }

  // MARK: JA3

  /// Appends the text whose MD5 is the JA3: version, ciphers, extensions, groups and point formats
  /// in decimal, in the order of the hello.
  func appendJA3Text(to text: inout [UInt8]) {
    Self.append(decimal: version, to: &text)
    for list in [ciphers, extensions, groups, pointFormats.map { UInt16($0) }] {
      text.append(Byte.comma)
      Self.append(decimals: list, to: &text)
    }
  }

  static func append(decimals list: [UInt16], to text: inout [UInt8]) {
    for (index, number) in list.enumerated() {
      if index > 0 { text.append(Byte.minus) }
      append(decimal: number, to: &text)
    }
  }

  static func append(decimal number: UInt16, to text: inout [UInt8]) {
    var divisor: UInt16 = 10_000
    while divisor > 1, number < divisor { divisor /= 10 }
    while divisor > 0 {
      text.append(Byte.zero + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }

  // MARK: JA4

  /// Appends the JA4, as its technical description defines it.
  func appendJA4(isDatagram: Bool, to text: inout [UInt8]) {
    text.append(isDatagram ? UInt8(ascii: "d") : UInt8(ascii: "t"))
    // DTLS version numbers count downwards.
    let offered = isDatagram ? versions.min() : versions.max()
    text += Self.name(ofVersion: offered ?? version).utf8
    text.append(extensions.contains(0) ? UInt8(ascii: "d") : UInt8(ascii: "i"))
    Self.append(count: ciphers.count, to: &text)
    Self.append(count: extensions.count, to: &text)
    appendProtocol(to: &text)
    text.append(UInt8(ascii: "_"))
    var list: [UInt8] = []
    Self.append(hexadecimals: ciphers.sorted(), to: &list)
    Self.append(shortDigest: list, to: &text)
    text.append(UInt8(ascii: "_"))
    list = []
    Self.append(hexadecimals: extensions.filter { $0 != 0 && $0 != 16 }.sorted(), to: &list)
    if !list.isEmpty, !signatures.isEmpty {
      list.append(UInt8(ascii: "_"))
      Self.append(hexadecimals: signatures, to: &list)
    }
    Self.append(shortDigest: list, to: &text)
  }

  private static func name(ofVersion version: UInt16) -> String {
    switch version {
    case 0x0304: "13"
    case 0x0303: "12"
    case 0x0302: "11"
    case 0x0301: "10"
    case 0x0300: "s3"
    case 0x0002: "s2"
    case 0xfeff: "d1"
    case 0xfefd: "d2"
    case 0xfefc: "d3"
    default: "00"
    }
  }

  private static func append(count: Int, to text: inout [UInt8]) {
    let count = UInt8(min(count, 99))
    text.append(Byte.zero + count / 10)
    text.append(Byte.zero + count % 10)
  }

  /// Appends the first and last character of the first protocol, or of its hexadecimal digits;
  /// zeros if there is no protocol.
  private func appendProtocol(to text: inout [UInt8]) {
    guard let (first, last) = protocolEnds else {
      text += [Byte.zero, Byte.zero]
      return
    }
    if Byte.isAlphanumeric(first), Byte.isAlphanumeric(last) {
      text += [first, last]
    } else {
      text += [Hex.digit(first >> 4), Hex.digit(last)]
    }
  }

  private static func append(hexadecimals list: [UInt16], to text: inout [UInt8]) {
    for (index, number) in list.enumerated() {
      if index > 0 { text.append(Byte.comma) }
      for shift: UInt16 in [12, 8, 4, 0] {
        text.append(Hex.digit(UInt8(truncatingIfNeeded: number >> shift)))
      }
    }
  }

  /// Appends the first twelve digits of a text's SHA-256; zeros for an empty text.
  private static func append(shortDigest list: [UInt8], to text: inout [UInt8]) {
    guard !list.isEmpty else {
      text += repeatElement(Byte.zero, count: 12)
      return
    }
    var bytes: [UInt8] = []
    // SAFETY: the closure only reads the array's bytes.
    unsafe list.withUnsafeBytes { MessageDigest.appendSHA256(of: unsafe $0.bytes, to: &bytes) }
    for byte in bytes.prefix(6) { text += [Hex.digit(byte >> 4), Hex.digit(byte)] }
  }
}

extension TLSFingerprint {
  /// Writes the fingerprints of a whole ClientHello whose kinds are wanted.
  mutating func write(
    _ hello: RawSpan, start: Int, isDatagram: Bool, into writer: inout ObservableWriter
  ) {
    guard writer.kinds.contains(.ja3) || writer.kinds.contains(.ja4) else { return }
    do { try read(hello, start: start, isDatagram: isDatagram) } catch { return }
    writer.place(hello.byteCount)
    if writer.kinds.contains(.ja3) {
      writer.scratch.removeAll(keepingCapacity: true)
      appendJA3Text(to: &writer.scratch)
      writer.appendScratchDigest(.tlsJA3, .ja3)
    }
    if writer.kinds.contains(.ja4) {
      let begin = writer.batch.arena.count
      appendJA4(isDatagram: isDatagram, to: &writer.batch.arena)
      writer.keep(.tlsJA4, .ja4, from: begin)
    }
  }

  /// Writes the JA3S of a ServerHello: version, cipher, extensions.
  static func writeServer(
    _ message: RawSpan, start: Int, into writer: inout ObservableWriter
  ) throws(ParsingError) {
    guard writer.kinds.contains(.ja3s) else { return }
    var cursor = ByteCursor(message)
    try cursor.skip(start)
    let version = try cursor.readUInt16()
    try cursor.skip(32)
    // Drafts of TLS 1.3 have neither a session identifier nor a compression method here.
    let isDraft = version >> 8 == 0x7f
    if !isDraft { try cursor.skip(Int(cursor.readUInt8())) }
    let cipher = try cursor.readUInt16()
    if !isDraft { try cursor.skip(1) }
    var extensions: [UInt16] = []
    if !cursor.isAtEnd {
      var rest = try cursor.readCursor(Int(cursor.readUInt16()))
      while !rest.isAtEnd {
        let type = try rest.readUInt16()
        try rest.skip(Int(rest.readUInt16()))
        if !isGREASE(type) { extensions.append(type) }
      }
    }
    writer.place(message.byteCount)
    writer.scratch.removeAll(keepingCapacity: true)
    append(decimal: version, to: &writer.scratch)
    writer.scratch.append(Byte.comma)
    append(decimal: cipher, to: &writer.scratch)
    writer.scratch.append(Byte.comma)
    append(decimals: extensions, to: &writer.scratch)
    writer.appendScratchDigest(.tlsJA3S, .ja3s)
  }
}

extension ObservableWriter {
  /// Writes the MD5 of the text in `scratch`.
  fileprivate mutating func appendScratchDigest(_ field: CaptureField, _ kind: IndicatorKind) {
    let start = batch.arena.count
    // SAFETY: the closure only reads the array's bytes.
    unsafe scratch.withUnsafeBytes {
      MessageDigest.appendMD5(of: unsafe $0.bytes, to: &batch.arena)
    }
    keep(field, kind, from: start)
  }
}
