/// Numbers of protocols in Ethernet's type field (IEEE registry).
enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let ipv6: UInt16 = 0x86dd
  static let vlan: UInt16 = 0x8100
  static let serviceVLAN: UInt16 = 0x88a8
  static let oldServiceVLAN: UInt16 = 0x9100
  static let mpls: UInt16 = 0x8847
  static let mplsMulticast: UInt16 = 0x8848
  static let pppoe: UInt16 = 0x8864
  static let bridged: UInt16 = 0x6558
  static let macSecurity: UInt16 = 0x88e5
  static let providerBackbone: UInt16 = 0x88e7
  static let ppp: UInt16 = 0x880b
  static let ciscoMetadata: UInt16 = 0x8909
  static let vnTag: UInt16 = 0x8926
  static let portExtension: UInt16 = 0x893f
  static let ciscoFabric: UInt16 = 0x8903
  static let seamlessRedundancy: UInt16 = 0x892f
  static let frameReplication: UInt16 = 0xf1c1
  static let trill: UInt16 = 0x22f3
  static let jumbo: UInt16 = 0x8870
  static let serviceHeader: UInt16 = 0x894f
  static let aristaTimestamp: UInt16 = 0xd28b
  static let marvellTag: UInt16 = 0xdada
  static let batman: UInt16 = 0x4305

  // MARK: In GRE, most of them registered for no use

  /// Mirrored frames (ERSPAN), and those with a header of twelve bytes or more.
  static let mirrored: UInt16 = 0x88be
  static let mirrored3: UInt16 = 0x22eb
  static let mikrotikEthernet: UInt16 = 0x6400
  /// Packets that a router redirects to a cache (WCCP).
  static let cacheRedirect: UInt16 = 0x883e
  /// 802.11 frames that access points send to their controller.
  static let wireless: ClosedRange<UInt16> = 0x8200...0x82ff
}
