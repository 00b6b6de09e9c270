package import Inputs

/// How far inputs are followed; what a limit leaves out is counted by reason.
public struct ScanLimits: Sendable, Equatable {
  /// Bytes of a log's line beyond which it is scanned in pieces, and of a record beyond which it is text.
  public var lineBytes = 1 << 20
  /// Objects and arrays of JSON inside one another.
  public var jsonDepth = 64
  /// Bytes of an HTTP request's head.
  public var httpHeaderBytes = 64 << 10
  /// Compression pointers in one DNS name.
  public var dnsPointers = 32
  /// Bytes that came too early in one direction of a TCP connection and wait for those before them.
  public var streamBytes = 1 << 20
  /// Bytes that TCP reassembly keeps in all.
  public var reassemblyBytes = 256 << 20
  /// Bytes of one datagram that came in fragments.
  public var datagramBytes = 64 << 10
  /// Bytes of fragments that wait in all.
  public var fragmentBytes = 16 << 20
  /// Seconds of packet time for which fragments wait for the others.
  public var fragmentSeconds = 30
  /// Flows remembered at once.
  public var flows = 1 << 20
  /// Tunnels inside one another.
  public var tunnelDepth = 4
  /// Bytes that decompression may give for each of its input, beyond the first GiB.
  public var expansion: UInt64 = 1000
  /// Bytes of the window that zstd data may ask for.
  public var zstdWindowBytes: UInt64 = 128 << 20
  /// Groups that hits are put together in.
  public var groups = 1 << 18
  /// Folders inside one another, the named one counted.
  public var folderDepth = InputList.maximumDepth

  /// The limits of the outside contract.
  public init() {}

  /// What of them concerns the reading of an input.
  package var input: InputSource.Limits {
    var limits = InputSource.Limits()
    limits.ratio = expansion
    limits.zstdWindowBytes = zstdWindowBytes
    return limits
  }
}
