public import Indicators
package import Inputs

/// Limits on how far inputs are followed; what a limit leaves out is counted by reason.
///
/// Each limit has a range, which `$name` gives; a value beyond it becomes the nearest value in it.
public struct ScanLimits: Sendable, Equatable {
  /// Bytes beyond which a log's line is scanned in pieces, and a record is scanned as text.
  @Bounded(64...1 << 28) public var lineBytes = 1 << 20
  /// Levels of nested JSON objects and arrays.
  @Bounded(1...128) public var jsonDepth = 64
  /// Bytes of an HTTP request's head.
  @Bounded(1...1 << 28) public var httpHeaderBytes = 64 << 10
  /// Compression pointers in one DNS name.
  @Bounded(0...128) public var dnsPointers = 32
  /// Bytes that arrived early in one direction of a TCP connection and wait for those before them.
  @Bounded(1...1 << 30) public var streamBytes = 1 << 20
  /// Bytes that TCP reassembly keeps for all connections.
  @Bounded(1...1 << 40) public var reassemblyBytes = 256 << 20
  /// Bytes of one datagram that arrived in fragments.
  @Bounded(1...64 << 10) public var datagramBytes = 64 << 10
  /// Bytes of fragments that wait, of all datagrams.
  @Bounded(1...1 << 40) public var fragmentBytes = 16 << 20
  /// Seconds of packet time for which fragments wait for the others.
  @Bounded(0...86_400) public var fragmentSeconds = 30
  /// Flows remembered at once.
  @Bounded(1...1 << 28) public var flows = 1 << 20
  /// Levels of nested tunnels.
  @Bounded(0...32) public var tunnelDepth = 4
  /// Bytes that decompression may yield for each compressed byte, beyond the first GiB.
  @Bounded(1...UInt64.max) public var expansion: UInt64 = 1000
  /// Bytes of the window that zstd data may ask for.
  @Bounded(1 << 10...1 << 31) public var zstdWindowBytes: UInt64 = 128 << 20
  /// Groups of hits.
  @Bounded(1...10_000_000) public var groups = 1 << 18
  /// Levels of nested folders, including the one that was named.
  @Bounded(1...256) public var folderDepth = InputList.maximumDepth

  /// Creates the default limits.
  public init() {}

  /// The limits that apply to reading an input.
  package var input: InputSource.Limits {
    var limits = InputSource.Limits()
    limits.ratio = expansion
    limits.zstdWindowBytes = zstdWindowBytes
    return limits
  }
}
