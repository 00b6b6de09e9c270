/// Numbers of link types in capture files (the registry of tcpdump.org).
enum LinkType {
  static let null: UInt32 = 0
  static let ethernet: UInt32 = 1
  static let tokenRing: UInt32 = 6
  static let arcnet: UInt32 = 7
  static let serialLine: UInt32 = 8
  static let ppp: UInt32 = 9
  /// Raw IP, as some systems number it.
  static let raw12: UInt32 = 12
  static let raw14: UInt32 = 14
  static let pppSerial: UInt32 = 50
  static let pppEthernet: UInt32 = 51
  static let fddi: UInt32 = 10
  static let atm: UInt32 = 100
  static let raw: UInt32 = 101
  static let ciscoHDLC: UInt32 = 104
  static let wireless: UInt32 = 105
  static let frameRelay: UInt32 = 107
  static let loop: UInt32 = 108
  static let openBSDEncapsulation: UInt32 = 109
  static let linuxCooked: UInt32 = 113
  static let packetFilterLog: UInt32 = 117
  static let prism: UInt32 = 119
  static let fibreChannelIP: UInt32 = 122
  static let radiotap: UInt32 = 127
  static let linuxARCNET: UInt32 = 129
  /// IP over IEEE 1394 as Apple's systems write it.
  static let appleFireWire: UInt32 = 138
  /// For private use; Apple used it before its header had a number of its own.
  static let user2: UInt32 = 149
  static let absoluteValues: UInt32 = 163
  static let pppDaemon: UInt32 = 166
  static let juniperPPPoE: UInt32 = 167
  static let juniperEthernet: UInt32 = 178
  static let juniperPPP: UInt32 = 179
  static let juniperFrameRelay: UInt32 = 180
  static let juniperHDLC: UInt32 = 181
  static let perPacketInformation: UInt32 = 192
  /// Endace's ERF.
  static let extensibleRecord: UInt32 = 197
  static let pppDirection: UInt32 = 204
  static let solarisIP: UInt32 = 226
  static let ipv4: UInt32 = 228
  static let ipv6: UInt32 = 229
  static let netfilterLog: UInt32 = 239
  static let netAnalyzer: UInt32 = 240
  static let infiniBand: UInt32 = 242
  static let packetTap: UInt32 = 258
  static let linuxCooked2: UInt32 = 276
  /// Ethernet with a switch chip's tag, on the port of the machine that the chip is part of.
  static let broadcomTag: UInt32 = 281
  static let broadcomTagBefore: UInt32 = 282
  static let marvellTag: UInt32 = 284
  static let marvellTypedTag: UInt32 = 285

  /// The captured length above which a record is damage and not a packet (Wireshark's limits).
  static func longestRecord(_ linkType: UInt32) -> UInt32 {
    switch linkType {
    // USB, D-Bus and EBHSCR have records without a frame's natural size.
    case 186, 189, 220, 231, 249, 279: 128 << 20
    default: 256 << 10
    }
  }

  /// libpcap's own number (`DLT_…`), which differs for types that systems numbered differently.
  static func libraryNumber(_ linkType: UInt32) -> CInt? {
    switch linkType {
    case atm: 11
    case raw: 12
    case 102: 15
    case 103: 16
    case 106: 19
    default: CInt(exactly: linkType)
    }
  }

  /// The name shown for packets of a link type that is not read.
  static func name(_ linkType: UInt32) -> String {
    guard let name = LibpcapReader.linkTypeName(linkType) else { return "\(linkType)" }
    return "\(name.lowercased())-\(linkType)"
  }
}
