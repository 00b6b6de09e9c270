public import Indicators
import Parsing

/// The Community ID of a flow, version 1 with seed 0: what Zeek, Suricata and Arkime call the same flow by.
///
/// SHA-1 over seed, the two ends in order, protocol and ports, in Base64 behind `1:`
/// (github.com/corelight/community-id-spec).
public enum CommunityID {
  /// Types of ICMP that ask and answer, as pairs: the other one stands in for the second port.
  private static let pairs4: [UInt16: UInt16] = [
    0: 8, 8: 0, 9: 10, 10: 9, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17,
  ]
  private static let pairs6: [UInt16: UInt16] = [
    128: 129, 129: 128, 130: 131, 131: 130, 133: 134, 134: 133, 135: 136, 136: 135, 139: 140,
    140: 139, 144: 145, 145: 144,
  ]

  /// The type that answers a type of ICMP, or asks for it.
  static func counterpart(of type: UInt16, version: UInt8) -> UInt16? {
    version == 4 ? pairs4[type] : pairs6[type]
  }

  /// Appends the flow's identifier.
  public static func append(of flow: FlowRecord, to text: inout [UInt8]) {
    let characters = characters(of: flow)
    for index in characters.indices { text.append(characters[index]) }
  }

  /// The flow's identifier, character by character.
  package static func characters(of flow: FlowRecord) -> InlineArray<30, UInt8> {
    var (source, destination) = (flow.source, flow.destination)
    var (sourcePort, destinationPort) = (flow.sourcePort, flow.destinationPort)
    let isICMP = flow.ipProtocol == (flow.ipVersion == 4 ? 1 : 58)
    var isOneWay = false
    if isICMP {
      if let other = counterpart(of: sourcePort, version: flow.ipVersion) {
        destinationPort = other
      } else {
        isOneWay = true
      }
    }
    if !isOneWay, (destination.0, destination.1, destinationPort) < (source.0, source.1, sourcePort)
    {
      swap(&source, &destination)
      swap(&sourcePort, &destinationPort)
    }
    // At most 40 bytes: the seed, two ends of 16, protocol and padding, two ports.
    var message = ShortSHA1()
    message.append(0, count: 2)
    let addressLength = flow.ipVersion == 4 ? 4 : 8
    message.append(source.0, count: addressLength)
    if flow.ipVersion != 4 { message.append(source.1, count: 8) }
    message.append(destination.0, count: addressLength)
    if flow.ipVersion != 4 { message.append(destination.1, count: 8) }
    message.append(flow.ipProtocol)
    message.append(0)
    if flow.hasPorts || isICMP {
      message.append(UInt64(sourcePort) << 48, count: 2)
      message.append(UInt64(destinationPort) << 48, count: 2)
    }
    return text(message.digest())
  }

  /// A digest in Base64 behind the version.
  private static func text(_ digest: InlineArray<5, UInt32>) -> InlineArray<30, UInt8> {
    var text = InlineArray<30, UInt8>(repeating: UInt8(ascii: "="))
    text[0] = UInt8(ascii: "1")
    text[1] = UInt8(ascii: ":")
    // The digest's 160 bits are 26 digits of six and one of four, with two more that are 0.
    var (bits, count): (UInt64, UInt64) = (0, 0)
    var place = 2
    for index in 0..<5 {
      bits = bits << 32 | UInt64(digest[index])
      count += 32
      while count >= 6 {
        count -= 6
        text[place] = Base64.digit(UInt32(truncatingIfNeeded: bits >> count))
        place += 1
      }
    }
    text[place] = Base64.digit(UInt32(truncatingIfNeeded: bits << 2))
    return text
  }
}
