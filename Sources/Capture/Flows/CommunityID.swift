package import Indicators
import Parsing

/// The Community ID (version 1, seed 0), by which Zeek, Suricata and Arkime name the same flow.
///
/// SHA-1 over the seed, the two ends in order, the protocol and the ports, in Base64 behind `1:`
/// (github.com/corelight/community-id-spec).
package enum CommunityID {
  /// ICMP types that ask and answer, in pairs: the counterpart takes the place of the second port.
  private static let pairs4: [UInt16: UInt16] = [
    0: 8, 8: 0, 9: 10, 10: 9, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17,
  ]
  private static let pairs6: [UInt16: UInt16] = [
    128: 129, 129: 128, 130: 131, 131: 130, 133: 134, 134: 133, 135: 136, 136: 135, 139: 140,
    140: 139, 144: 145, 145: 144,
  ]

  /// The ICMP type that answers `type`, or asks for it; nil if it has no counterpart.
  static func counterpart(of type: UInt16, version: UInt8) -> UInt16? {
    version == 4 ? pairs4[type] : pairs6[type]
  }

  /// Appends the flow's identifier.
  package static func append(of flow: FlowRecord, to text: inout [UInt8]) {
    let characters = characters(of: flow)
    for index in characters.indices { text.append(characters[index]) }
  }

  /// The flow's identifier, character by character.
  package static func characters(of flow: FlowRecord) -> InlineArray<30, UInt8> {
    var (source, destination) = (flow.source, flow.destination)
    var (sourcePort, destinationPort) = (flow.sourcePort, flow.destinationPort)
    let isICMP = flow.ipProtocol == IPProtocol.icmp(version: flow.ipVersion)
    var isOneWay = false
    if isICMP {
      if let other = counterpart(of: sourcePort, version: flow.ipVersion) {
        destinationPort = other
      } else {
        isOneWay = true
      }
    }
    if !isOneWay, (destination, destinationPort) < (source, sourcePort) {
      swap(&source, &destination)
      swap(&sourcePort, &destinationPort)
    }
    let addressLength = flow.ipVersion == 4 ? 4 : 8
    // Seed, two addresses, protocol and padding, two ports.
    let input = [UInt8](capacity: 40) { input in
      append(0, count: 2, to: &input)
      append(source.high, count: addressLength, to: &input)
      if flow.ipVersion != 4 { append(source.low, count: 8, to: &input) }
      append(destination.high, count: addressLength, to: &input)
      if flow.ipVersion != 4 { append(destination.low, count: 8, to: &input) }
      append(UInt64(flow.ipProtocol) << 56, count: 2, to: &input)
      if flow.hasPorts && IPProtocol.hasNamedPorts(flow.ipProtocol) || isICMP {
        append(UInt64(sourcePort) << 48, count: 2, to: &input)
        append(UInt64(destinationPort) << 48, count: 2, to: &input)
      }
    }
    var digest: [UInt8] = []
    digest.reserveCapacity(20)
    MessageDigest.appendSHA1(of: input.rawSpan, to: &digest)
    var name: [UInt8] = Array("1:".utf8)
    name.reserveCapacity(30)
    Base64.encode(digest.rawSpan, to: &name)
    // Two characters for the version, 28 for the digest of twenty bytes.
    return InlineArray { name[$0] }
  }

  /// The first bytes of a number, the most significant one first.
  private static func append(_ value: UInt64, count: Int, to bytes: inout OutputSpan<UInt8>) {
    for index in 0..<count {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * index)))
    }
  }
}
