/// A direction of a TCP connection, cut into segments at will.
struct StreamBuilder {
  var sequence: UInt32 = 1000
  var port: UInt16 = 80
  var back = false

  func segment(_ bytes: [UInt8], at offset: Int, flags: UInt8 = Packet.ack) -> [UInt8] {
    let number = sequence &+ UInt32(truncatingIfNeeded: offset)
    return back
      ? Packet.ethernet(
        Packet.ip(
          Packet.server, Packet.client, 6,
          Packet.tcp(port, 50000, bytes, flags: flags, sequence: number)))
      : Packet.ethernet(
        Packet.ip(6, Packet.tcp(50000, port, bytes, flags: flags, sequence: number)))
  }

  /// The first segment: of a server it acknowledges the client's.
  var syn: [UInt8] { segment([], at: -1, flags: back ? Packet.syn | Packet.ack : Packet.syn) }

  /// Segments that begin at these offsets.
  func segments(_ bytes: [UInt8], _ cuts: [Int]) -> [[UInt8]] {
    let starts = [0] + cuts
    let ends = cuts + [bytes.count]
    return zip(starts, ends).map { segment(Array(bytes[$0..<$1]), at: $0) }
  }
}
