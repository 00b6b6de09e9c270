import CByteKernels
import Indicators
import Inputs
import Parsing

/// Packets read as they are found: what one thread does, without lists of items between dealing and reading.
///
/// Plain packets (`PlainSegment`) are looked at some at a time: first the headers of all, which ask for the
/// memory that their flows are in, then the flows. One of which nothing is wanted costs its headers, a hash
/// and its flow; of every other becomes an item as ever, which is read at once.
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
        if hasShortCut, dealer.fragments.isIdle {
          let count = readPlain(stretch, &reader, shards)
          if count > 0 {
            if reader.writer.batch.isFull { return true }
            if count == PlainSegments.capacity || framer.isStretchOver { continue }
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

  /// Reads the next packets as long as they are plain ones, until the batch is full; gives their
  /// number, at most `PlainSegments.capacity`.
  private mutating func readPlain(
    _ stretch: CaptureStretch, _ reader: inout FlowReader, _ shards: FlowShards
  ) -> Int {
    let found = findPlain(shards)
    var count = 0
    while count < found {
      let segment = plain[count]
      let flow = reader.find(segment, shards)
      var isPassed = false
      if flow != 0, segment.mayPass { isPassed = reader.passes(segment, flow, stretch) }
      count &+= 1
      if !isPassed {
        let item = segment.item(
          number: framer.number &+ UInt64(count), order: dealer.count &+ UInt32(count &- 1))
        reader.read(item, flow, stretch)
        if reader.writer.batch.isFull { break }
      }
    }
    if count > 0 {
      var bytes: UInt64 = 0
      for index in 0..<count { bytes &+= UInt64(plain[index].length) }
      byteCount &+= bytes
      let last = plain[count &- 1]
      framer.pass(count, upTo: Int(last.place), length: Int(last.length))
      dealer.notePassed(count, last.time)
    }
    return count
  }

  /// Looks at the headers of the next packets; gives how many of them are plain ones.
  @inline(__always)
  private mutating func findPlain(_ shards: FlowShards) -> Int {
    var records = framer.plainRecords()
    var count = 0
    while count < PlainSegments.capacity, let record = records.next() {
      // The next record begins behind this one: where its headers stand if it is a plain one.
      unsafe sekisho_prefetch(record.start + record.length)
      unsafe sekisho_prefetch(record.start + record.length + 64)
      // SAFETY: the framer says that the record's bytes are there; what is fetched ahead may be anywhere.
      let packet = unsafe RawSpan(_unsafeStart: record.start, byteCount: record.length)
      guard
        let segment = PlainSegment(
          segment: packet, record, seed: dealer.seed, shardMask: dealer.shardMask)
          ?? PlainSegment(
            datagram: packet, record, seed: dealer.seed, shardMask: dealer.shardMask)
      else { break }
      // SAFETY: shards are masked.
      unsafe shards.base[Int(segment.shard)].flows.prefetch(segment.hash, 0)
      plain[count] = segment
      count &+= 1
    }
    if hasManyFlows {
      for index in 0..<count {
        // SAFETY: shards are masked.
        unsafe shards.base[Int(plain[index].shard)].flows.prefetch(plain[index].hash, 1)
      }
    }
    return count
  }
}
