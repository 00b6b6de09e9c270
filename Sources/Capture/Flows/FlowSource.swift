import Indicators

/// What a flow's record is made from, once something is written for the packet.
///
/// Nothing is written for most packets, so the record is made only when it is needed.
struct FlowSource {
  var key = FlowKey(
    first: IPAddress(ipv4: 0), second: IPAddress(ipv4: 0), ports: 0, kind: FlowKind(rawValue: 0))
  /// ICMP's type and code.
  var message: (type: UInt8, code: UInt8) = (0, 0)
  var shard: UInt8 = 0
  /// The end that comes first in the key began the flow.
  var isFirstOriginator = true
  /// The packet goes from the end that began the flow.
  var isForward = true
  var hasOverlap = false

  /// The flow as it is shown, from its originator's side.
  @inline(__always)
  var record: FlowRecord {
    let (source, destination) =
      isFirstOriginator ? (key.first, key.second) : (key.second, key.first)
    var (type, code) = (UInt16(message.type), UInt16(message.code))
    if key.hasPorts {
      let (first, second) = (
        UInt16(truncatingIfNeeded: key.ports >> 16), UInt16(truncatingIfNeeded: key.ports)
      )
      (type, code) = isFirstOriginator ? (first, second) : (second, first)
    } else if key.isICMP, !isForward {
      // Seen from the originator's side, the type of an answer is that of its question.
      type = CommunityID.counterpart(of: type, version: key.version) ?? type
    }
    return FlowRecord(
      source: source, destination: destination, sourcePort: type, destinationPort: code,
      ipProtocol: key.ipProtocol, ipVersion: key.version,
      tunnelDepth: key.depth, hasPorts: key.hasPorts, hasOverlap: hasOverlap, shard: shard)
  }
}

extension FlowRecord {
  /// Shows the flow, which has ports, from its other end's side.
  mutating func turnRound() {
    (source, destination) = (destination, source)
    (sourcePort, destinationPort) = (destinationPort, sourcePort)
  }
}
