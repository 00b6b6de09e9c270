import Parsing

/// Most packets of most captures are Ethernet, IPv4 without options that is whole, TCP or UDP: all of it at
/// fixed places, so that one comparison each tells the layers.
extension PacketDealer {
  /// Adds the item of a plain packet; false, and nothing is done, where anything in it is unusual:
  /// then the layers' own methods read it, with the same result for what is plain.
  @inline(__always)
  mutating func dealPlain(_ packet: RawSpan) -> Bool {
    // Ethernet's type, IP's version and the length of its header without options.
    guard packet.byteCount >= Plain.ip + 28, selection == nil,
      packet.bigEndianUInt32(unchecked: Plain.ip &- 2) >> 8 == 0x0800_45
    else { return false }
    let end = Plain.ip &+ Int(packet.bigEndianUInt16(unchecked: Plain.ip &+ 2))
    guard end >= Plain.transport &+ 8, end <= packet.byteCount,
      packet.bigEndianUInt16(unchecked: Plain.ip &+ 6) & 0x3fff == 0
    else { return false }
    let source = IPAddress(ipv4: packet.bigEndianUInt32(unchecked: Plain.ip &+ 12))
    let destination = IPAddress(ipv4: packet.bigEndianUInt32(unchecked: Plain.ip &+ 16))
    let sourcePort = packet.bigEndianUInt16(unchecked: Plain.transport)
    let destinationPort = packet.bigEndianUInt16(unchecked: Plain.transport &+ 2)
    let ipProtocol = packet.byte(unchecked: Plain.ip &+ 9)
    var item = FlowItem(
      key: FlowKey(
        source: source, destination: destination, sourcePort: sourcePort,
        destinationPort: destinationPort, ipProtocol: ipProtocol, version: 4, depth: 0,
        hasPorts: true),
      number: number, time: time)
    if FlowKey.isFirst(source, sourcePort, destination, destinationPort) {
      item.facts = .isSourceFirst
    }
    switch ipProtocol {
    case IPProtocol.tcp:
      guard end >= Plain.transport &+ 20 else { return false }
      let length = Int(packet.byte(unchecked: Plain.transport &+ 12) >> 4) &* 4
      guard length >= 20 else { return false }
      item.start = UInt32(truncatingIfNeeded: base &+ min(Plain.transport &+ length, end))
      item.end = UInt32(truncatingIfNeeded: base &+ end)
      item.sequence = packet.bigEndianUInt32(unchecked: Plain.transport &+ 4)
      item.acknowledgement = packet.bigEndianUInt32(unchecked: Plain.transport &+ 8)
      item.flags = packet.byte(unchecked: Plain.transport &+ 13)
      item.work = .tcp
    case IPProtocol.udp:
      let payload = Plain.transport &+ 8
      let length = Int(packet.bigEndianUInt16(unchecked: Plain.transport &+ 4))
      let last = length >= 8 ? min(end, Plain.transport &+ length) : end
      if last > payload {
        guard
          Self.tunnel(
            packet.extracting(payload..<last), sourcePort: sourcePort,
            destinationPort: destinationPort) == nil
        else { return false }
        item.work = .datagram
      }
      item.start = UInt32(truncatingIfNeeded: base &+ payload)
      item.end = UInt32(truncatingIfNeeded: base &+ last)
      let to = destination.ipv4
      if to >> 28 == 0xe || to == .max { item.facts.insert(.isToMany) }
    default:
      return false
    }
    item.hash = item.key.hash(seed)
    item.shard = UInt8(truncatingIfNeeded: item.key.spread >> 56) & shardMask
    item.place = place
    item.order = count
    append(item)
    return true
  }
}

/// Where the headers of a plain packet begin.
private enum Plain {
  static let ip = 14
  static let transport = 34
}
