import Indicators

/// Where requests are sent: in a tunnel, to its far end.
struct HTTPTarget {
  /// Nil if only its name is known.
  var address: VersionedAddress?
  var port: UInt16

  /// The port that an address has without saying so: the target's, if it is the target; else 0.
  func port(of address: VersionedAddress) -> UInt16 {
    guard let own = self.address, own.isSame(as: address) else { return 0 }
    return port
  }
}

/// Where requests are sent, and how they are read.
struct HTTPContext {
  var target: HTTPTarget
  /// Messages are datagrams (SSDP), from which only host and user agent are written.
  var isDatagram: Bool
  var headerLimit: Int
}
