import Indicators
import Testing

@testable import Scanning

@Suite struct HomeNetworksTests {
  /// The halves of addresses, and whether they are ours by default.
  static let cases: [(high: UInt64, low: UInt64, isIPv4: Bool, isOurs: Bool)] = [
    (0x0a01_0203_0000_0000, 0, true, true),
    (0xcb00_7101_0000_0000, 0, true, false),
    (0xfd00_0000_0000_0000, 1, false, true),
    (0x2001_0db8_0000_0000, 1, false, false),
    // IPv4-mapped IPv6 addresses.
    (0, 0xffff_0a01_0203, false, true),
    (0, 0xffff_cb00_7101, false, false),
    (0, 0x0a01_0203, false, false),
  ]

  @Test(arguments: cases.indices)
  func whatIsOurs(_ index: Int) {
    let (high, low, isIPv4, isOurs) = Self.cases[index]
    let address = IPAddress(high: high, low: low)
    #expect(HomeNetworks.standard.contains(address, isIPv4: isIPv4) == isOurs)
  }
}
