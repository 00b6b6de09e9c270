import CByteKernels
import Indicators
import Inputs
import Parsing

/// Packets read as they are found: what one thread does, without lists of items between dealing and reading.
///
/// A plain packet (`PacketDealer+Plain`) of which nothing is wanted costs its headers, a hash and its
/// flow. Every other becomes an item as ever, which is read at once.
extension DealerCore {
  /// Reads packets until the batch is full or the stretch is over; true where the stretch goes on.
  mutating func walk(
    _ stretch: CaptureStretch, _ reader: inout FlowReader, _ shards: FlowShards
  ) -> Bool {
    var frame = Frame()
    let hasShortCut =
      filterText == nil && times == nil && framer.isPlain && !dealer.options.everyPacket
      && reader.search.isEmpty && dealer.selection == nil
    do {
      while !framer.isStretchOver, !dealer.hasEnoughExtras {
        if hasShortCut {
          switch readPlain(stretch, &reader, shards) {
          case .passed: continue
          case .read:
            if reader.writer.batch.isFull { return true }
            continue
          case .other: break
          }
        }
        if try !dealNext(&frame) {
          stretch.isLast = true
          break
        }
        readItems(stretch, &reader, shards)
        if reader.writer.batch.isFull { return true }
      }
    } catch {
      stretch.failure = error
      stretch.isLast = true
    }
    end(stretch)
    readItems(stretch, &reader, shards)
    return false
  }

  /// Reads the items dealt, and empties their list.
  @inline(__always)
  private mutating func readItems(
    _ stretch: CaptureStretch, _ reader: inout FlowReader, _ shards: FlowShards
  ) {
    let hasExtras = !dealer.extras.isEmpty
    if hasExtras { handOverExtras(to: stretch) }
    let list = dealer.items
    let items = list.items(of: 0)
    for index in items.indices { reader.read(items[index], stretch, shards) }
    list.removeAll()
    if hasExtras { handOverExtras(to: stretch) }
  }

  private enum Outcome {
    /// Nothing was wanted of the packet.
    case passed
    case read
    /// It is not a plain one of TCP, and nothing was done.
    case other
  }

  /// Reads the next packet where it is a plain one of TCP.
  @inline(__always)
  private mutating func readPlain(
    _ stretch: CaptureStretch, _ reader: inout FlowReader, _ shards: FlowShards
  ) -> Outcome {
    guard let record = framer.plainRecord(), dealer.fragments.isIdle else { return .other }
    // The next record begins behind this one: where its headers stand if it is a plain one.
    unsafe sekisho_prefetch(record.start + record.length)
    unsafe sekisho_prefetch(record.start + record.length + 64)
    // SAFETY: the framer says that the record's bytes are there; what is fetched ahead may be anywhere.
    let packet = unsafe RawSpan(_unsafeStart: record.start, byteCount: record.length)
    guard let segment = PlainSegment(packet, seed: dealer.seed, shardMask: dealer.shardMask)
    else { return .other }
    if hasManyFlows { fetchNext(record, shards) }
    var flow: UInt32 = 0
    let isPassed = reader.passes(segment, packet, shards, flow: &flow)
    framer.pass(record)
    byteCount &+= UInt64(record.length)
    let order = dealer.count
    dealer.notePassed(record.time)
    if isPassed { return .passed }
    let base = framer.input.offset
    let item = FlowItem(
      key: segment.key, hash: segment.hash, number: framer.number, time: record.time,
      start: UInt32(truncatingIfNeeded: base &+ segment.start),
      end: UInt32(truncatingIfNeeded: base &+ segment.end), order: order,
      sequence: segment.sequence,
      acknowledgement: packet.bigEndianUInt32(unchecked: PlainSegment.acknowledgement),
      flags: segment.flags, work: .tcp, facts: segment.isSourceFirst ? .isSourceFirst : [],
      shard: segment.shard)
    reader.read(item, flow, stretch)
    return .read
  }
}

extension DealerCore {
  /// Asks for the memory in which the flow of the next packet is found, where that is a plain one: with
  /// many flows it is in no cache.
  @inline(__always)
  private func fetchNext(_ record: PlainRecord, _ shards: FlowShards) {
    guard let next = framer.plainRecord(behind: record) else { return }
    // SAFETY: the framer says that the record's bytes are there.
    let packet = unsafe RawSpan(_unsafeStart: next.start, byteCount: next.length)
    guard let segment = PlainSegment(packet, seed: dealer.seed, shardMask: dealer.shardMask)
    else { return }
    // SAFETY: shards are masked.
    unsafe shards.base[Int(segment.shard)].flows.prefetch(segment.hash, 0)
  }
}

/// A plain packet's TCP segment: Ethernet, IPv4 without options and whole.
struct PlainSegment {
  var key: FlowKey
  var hash: UInt64
  /// Where its payload begins and ends in the packet.
  var start: Int
  var end: Int
  var sequence: UInt32
  var flags: UInt8
  var isSourceFirst: Bool
  /// The part of the capture's flows that its flow is in.
  var shard: UInt8

  /// Where the acknowledged number stands in the packet.
  static let acknowledgement = 42

  /// The segment in a packet; nil where the packet is anything else.
  @inline(__always)
  init?(_ packet: RawSpan, seed: UInt64, shardMask: UInt8) {
    // Ethernet's type, IP's version and the length of its header without options; TCP, whole.
    guard packet.byteCount >= 54, packet.bigEndianUInt32(unchecked: 12) >> 8 == 0x0800_45,
      packet.byte(unchecked: 23) == IPProtocol.tcp,
      packet.bigEndianUInt16(unchecked: 20) & 0x3fff == 0
    else { return nil }
    end = 14 &+ Int(packet.bigEndianUInt16(unchecked: 16))
    let length = Int(packet.byte(unchecked: 46) >> 4) &* 4
    guard end >= 54, end <= packet.byteCount, length >= 20 else { return nil }
    start = min(34 &+ length, end)
    let source = packet.bigEndianUInt32(unchecked: 26)
    let destination = packet.bigEndianUInt32(unchecked: 30)
    let ports = packet.bigEndianUInt32(unchecked: 34)
    isSourceFirst =
      source == destination ? ports >> 16 <= ports & 0xffff : source < destination
    key = FlowKey(
      first: IPAddress(ipv4: isSourceFirst ? source : destination),
      second: IPAddress(ipv4: isSourceFirst ? destination : source),
      ports: isSourceFirst ? ports : ports << 16 | ports >> 16,
      kind: UInt32(IPProtocol.tcp) << 24 | 4 << 16 | 1)
    hash = key.hash(seed)
    shard = UInt8(truncatingIfNeeded: key.spread >> 56) & shardMask
    sequence = packet.bigEndianUInt32(unchecked: 38)
    flags = packet.byte(unchecked: 47)
  }
}
