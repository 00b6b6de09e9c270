public import Indicators
public import Inputs

/// Reads one packet capture and hands out what its packets hold, batch by batch.
///
/// Values of captures are always in the batch's arena (`ObservableFlags.inArena`), so no chunk
/// travels beside the batch. A record is a packet, numbered from 1 as Wireshark does; its flow is
/// shown from the originator's side. A value whose bytes several packets brought belongs to the packet
/// that completed it, so numbers of records may go back. Memory is bounded by the limits of
/// `CaptureOptions`: about 100 bytes a flow, what TCP streams and IP fragments wait with, and a buffer of
/// 1.5 MiB. Not thread-safe: one reader, one thread.
public final class CaptureReader {
  private var core: Core

  /// Whether a file that begins with these bytes is a capture; give it at least 24 of them.
  public static func recognises(_ firstBytes: [UInt8]) -> Bool {
    CaptureFormat(firstBytes) != nil
  }

  /// Begins to read a capture; throws where the input is none or its header is damaged.
  public init(
    source: InputSource, options: CaptureOptions = CaptureOptions()
  ) throws(CaptureError) {
    core = try Core(source, options)
  }

  /// Appends the observables of the next packets to the batch, until it is full or many packets have
  /// passed.
  ///
  /// - Returns: True to go on, even where the batch is empty; false at the end, and then nothing was
  ///   appended.
  /// - Throws: Where the capture is damaged, cut short or cannot be read on; once everything before
  ///   the fault was handed out. Then the reader is at its end.
  public func fill(_ batch: inout ObservableBatch) throws(CaptureError) -> Bool {
    try core.fill(&batch)
  }

  /// Packets read so far, filtered ones included.
  public var packetCount: UInt64 { core.framer.number }

  /// Captured bytes of those packets, without the file's own headers.
  public var byteCount: UInt64 { core.byteCount }

  /// Flows seen so far.
  public var flowCount: UInt64 { core.decoder.flows.total }

  /// What was skipped, cut or odd, by reason.
  public var tally: Tally {
    var tally = core.framer.skips.tally
    tally.merge(core.decoder.skips.tally)
    tally.add("flow-limit-evictions", core.decoder.flows.evictions)
    tally.add("ip-datagram-incomplete", core.decoder.fragments.incomplete)
    return tally
  }
}

/// The reader's state in one value, so that a whole `fill` is one access to it.
private struct Core: ~Copyable {
  /// Packets after which `fill` returns even if they yield nothing, for progress and Ctrl-C.
  private static let packetsPerFill = 32_768

  var framer: PacketFramer
  var decoder: PacketDecoder
  var byteCount: UInt64 = 0
  private let filterText: String?
  private let times: Range<Int64>?
  /// The filter for `filterLinkType`; interfaces of one file may differ in it.
  private var filter: PacketFilter?
  private var filterLinkType = UInt32.max
  private var isAtEnd = false
  private var failure: CaptureError?

  init(_ source: InputSource, _ options: CaptureOptions) throws(CaptureError) {
    framer = try PacketFramer(source)
    decoder = PacketDecoder(options)
    filterText = options.filter
    times = options.times
  }

  mutating func fill(_ batch: inout ObservableBatch) throws(CaptureError) -> Bool {
    if let failure {
      self.failure = nil
      throw failure
    }
    if isAtEnd { return false }
    let count = batch.observables.count
    decoder.writer.begin(&batch)
    do {
      isAtEnd = try !readPackets()
    } catch {
      failure = error
      isAtEnd = true
    }
    if isAtEnd { decoder.finish() }
    decoder.writer.end(&batch)
    if isAtEnd, batch.observables.count == count {
      if let failure {
        self.failure = nil
        throw failure
      }
      return false
    }
    return true
  }

  /// Reads until the batch is full; false at the end.
  private mutating func readPackets() throws(CaptureError) -> Bool {
    var frame = Frame()
    var rest = Self.packetsPerFill
    while rest > 0, !decoder.writer.batch.isFull {
      guard try framer.next(&frame) else { return false }
      rest &-= 1
      byteCount &+= UInt64(frame.length)
      guard frame.isPacket else {
        decoder.skips.add(.notAPacket)
        continue
      }
      if let times, frame.time != ObservableRecord.noTime, !times.contains(frame.time) {
        decoder.skips.add(.outsideTime)
        continue
      }
      let start = unsafe framer.pointer()
      // SAFETY: the framer keeps `length` bytes there until it is asked for the next packet.
      let packet = unsafe RawSpan(_unsafeStart: start, byteCount: frame.length)
      if filterText != nil, try !isAccepted(packet, frame) {
        decoder.skips.add(.filtered)
        continue
      }
      decoder.decode(packet, frame)
    }
    return true
  }

  private mutating func isAccepted(
    _ packet: RawSpan, _ frame: Frame
  ) throws(CaptureError) -> Bool {
    if filter == nil || frame.linkType != filterLinkType {
      do {
        filter = try PacketFilter(filterText ?? "", linkType: frame.linkType)
        filterLinkType = frame.linkType
      } catch {
        throw CaptureError(
          code: .invalidFilter, path: framer.input.source.path, packets: framer.number,
          message: "filter '\(filterText ?? "")': \(error.message)")
      }
    }
    return filter?.accepts(packet, originalLength: frame.originalLength) ?? false
  }
}
