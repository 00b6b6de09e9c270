/// How a capture is read.
public struct CaptureOptions: Sendable {
  /// Report the addresses of every packet, not only those of a flow's first one.
  public var everyPacket = false
  /// A filter in libpcap's language (`man pcap-filter`); packets that it refuses are counted only.
  public var filter: String?
  /// Flows remembered at once; the one used least recently makes room for a new one.
  public var flowLimit = 1 << 20
  /// Bytes of an HTTP request's head that are looked at.
  public var httpHeaderLimit = 64 << 10
  /// Compression pointers followed in one DNS name.
  public var dnsPointerLimit = 32
  /// Tunnels followed inside one another.
  public var tunnelDepthLimit = 4

  /// The limits of the outside contract, every packet taking part.
  public init() {}
}
