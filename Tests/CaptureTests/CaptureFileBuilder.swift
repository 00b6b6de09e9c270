/// A packet as a capture file holds it.
struct CapturedPacket {
  var bytes: [UInt8]
  var seconds: UInt32 = 1_700_000_000
  var fraction: UInt32 = 0
  /// What the record claims to hold, where that is a lie.
  var claimedLength: UInt32?

  init(_ bytes: [UInt8], seconds: UInt32 = 1_700_000_000, fraction: UInt32 = 0) {
    self.bytes = bytes
    self.seconds = seconds
    self.fraction = fraction
  }
}

/// Writes pcap files.
func pcap(
  _ packets: [CapturedPacket], linkType: UInt32 = 1, little: Bool = true, nano: Bool = false,
  magic: UInt32? = nil, minor: UInt16 = 4
) -> [UInt8] {
  func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] { value.bytes(little: little) }
  let usual: UInt32 = nano ? 0xa1b2_3c4d : 0xa1b2_c3d4
  var file = join(
    number(magic ?? usual), number(UInt16(2)), number(minor), number(UInt64(0)),
    number(UInt32(262_144)), number(linkType))
  for packet in packets {
    file += number(packet.seconds)
    file += number(packet.fraction)
    file += number(packet.claimedLength ?? UInt32(packet.bytes.count))
    file += number(UInt32(packet.bytes.count))
    if magic == 0xa1b2_cd34 { file += zeros(8) }
    file += packet.bytes
  }
  return file
}

/// Writes a pcap file of Ethernet frames, a second apart.
func pcap(_ frames: [UInt8]...) -> [UInt8] {
  pcap(frames.enumerated().map { CapturedPacket($1, seconds: 1_700_000_000 + UInt32($0)) })
}

/// Writes pcapng files block by block.
struct PcapngBuilder {
  var little = true
  var file: [UInt8] = []

  init(little: Bool = true) {
    self.little = little
    section()
  }

  func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] { value.bytes(little: little) }

  mutating func block(_ type: UInt32, _ body: [UInt8], trailer: UInt32? = nil) {
    let padded = join(body, zeros((4 - body.count % 4) % 4))
    let length = UInt32(padded.count + 12)
    file += join(number(type), number(length), padded, number(trailer ?? length))
  }

  mutating func section(little: Bool? = nil, major: UInt16 = 1) {
    self.little = little ?? self.little
    block(
      0x0a0d_0d0a,
      join(number(UInt32(0x1a2b_3c4d)), number(major), number(UInt16(0)), number(Int64(-1))))
  }

  func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
    join(
      number(code), number(UInt16(value.count)), value, zeros((4 - value.count % 4) % 4))
  }

  mutating func interface(_ linkType: UInt16 = 1, snapLength: UInt32 = 0, options: [UInt8] = []) {
    block(1, join(number(linkType), number(UInt16(0)), number(snapLength), options))
  }

  mutating func packet(
    _ bytes: [UInt8], interface: UInt32 = 0, ticks: UInt64 = 0, claimedLength: UInt32? = nil,
    options: [UInt8] = [], trailer: UInt32? = nil
  ) {
    let header = join(
      number(interface), number(UInt32(ticks >> 32)), number(UInt32(truncatingIfNeeded: ticks)),
      number(claimedLength ?? UInt32(bytes.count)), number(UInt32(bytes.count)))
    let padding = zeros((4 - bytes.count % 4) % 4)
    block(6, join(header, bytes, padding, options), trailer: trailer)
  }

  mutating func simplePacket(_ bytes: [UInt8], originalLength: UInt32? = nil) {
    block(3, join(number(originalLength ?? UInt32(bytes.count)), bytes))
  }

  mutating func obsoletePacket(_ bytes: [UInt8], interface: UInt16 = 0, ticks: UInt64 = 0) {
    let header = join(
      number(interface), number(UInt16(0)), number(UInt32(ticks >> 32)),
      number(UInt32(truncatingIfNeeded: ticks)), number(UInt32(bytes.count)),
      number(UInt32(bytes.count)))
    block(2, join(header, bytes))
  }
}
