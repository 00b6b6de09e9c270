import Indicators

/// An address and a port that requests are sent to; the address is unknown where the version is 0.
typealias HTTPTarget = (address: IPAddress, version: UInt8, port: UInt16)

/// Where a request was sent, and how it is read.
struct HTTPContext {
  /// In a tunnel the one at its end; of version 0 where that is known by its name alone.
  var address: IPAddress
  var version: UInt8
  var port: UInt16
  /// Of a datagram (SSDP) only host and user agent are written.
  var isDatagram: Bool
  var headerLimit: Int
}
