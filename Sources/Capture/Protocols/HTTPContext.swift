import Indicators

/// An address and a port that requests are sent to; version 0 means that the address is unknown.
typealias HTTPTarget = (address: IPAddress, version: UInt8, port: UInt16)

/// Where requests are sent, and how they are read.
struct HTTPContext {
  /// The destination; in a tunnel, the tunnel's far end.
  ///
  /// Version 0 if only its name is known.
  var address: IPAddress
  var version: UInt8
  var port: UInt16
  /// Messages are datagrams (SSDP), from which only host and user agent are written.
  var isDatagram: Bool
  var headerLimit: Int
}
