import Indicators
import Inputs
import Parsing

/// Reading packets as they are found: one thread does all, without lists of items between dealing
/// and reading.
///
/// Plain packets (`PlainSegment`) are handled several at a time: first the headers of all, which
/// prefetches the memory of their flows, then the flows. A packet from which nothing is wanted
/// costs its headers, a hash and a look at its flow; every other packet becomes an item as usual,
/// which is read at once.
extension DealerCore {
  /// Reads packets until the batch is full or the stretch is over; true if the stretch continues at
  /// once.
  mutating func walk(
    _ stretch: CaptureStretch, _ reader: inout FlowReader, _ shards: FlowShards
  ) -> Bool {
    reader.stretch = stretch.number
    if stretch.isWalked { return !reader.settleFlows(of: stretch, shards, group: 0, of: 1) }
    var frame = Frame()
    let hasShortCut = hasShortCut && !dealer.options.everyPacket
    do {
      while !framer.isStretchOver, !dealer.hasEnoughExtras {
        if hasShortCut, dealer.fragments.dropped.isEmpty {
          let count = readPlain(stretch, &reader, shards)
          if count > 0 {
            if reader.writer.batch.isFull { return true }
            if count == PlainSegments.capacity || framer.isStretchOver { continue }
          }
        }
        if mustPause(stretch) { break }
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
    reader.finishSearch()
    stretch.isWalked = true
    return !reader.settleFlows(of: stretch, shards, group: 0, of: 1)
  }

  /// Reads the items that were dealt, and empties their list.
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

  /// Reads the next packets as long as they are plain and the batch is not full; returns their
  /// number, at most `PlainSegments.capacity`.
  private mutating func readPlain(
    _ stretch: CaptureStretch, _ reader: inout FlowReader, _ shards: FlowShards
  ) -> Int {
    let found = findPlain(shards)
    let isSearched = !reader.search.isEmpty
    var count = 0
    var flow: UInt32 = 0
    var isPassed = false
    while count < found {
      // The flow of a packet that was just passed need not be looked up again, nor marked as used
      // last.
      if !isPassed || !plain[count].isOfSameFlow { flow = reader.find(plain[count], shards) }
      isPassed = false
      if flow != 0, plain[count].mayPass {
        let payload = stretch.bytes(from: plain[count].start, to: plain[count].end)
        let passing = reader.passing(
          payload, at: plain[count].sequence, missing: 0,
          of: flow,
          isFromFirst: plain[count].isSourceFirst, ports: plain[count].ports)
        isPassed = passing != .not
        if isSearched, passing == .next || passing == .again {
          search(payload, count, flow, stretch, &reader, isNext: passing == .next)
        }
      }
      count &+= 1
      if !isPassed {
        let item = plain[count &- 1].item(
          number: framer.number &+ UInt64(truncatingIfNeeded: count),
          order: dealer.count &+ UInt32(truncatingIfNeeded: count &- 1))
        reader.read(item, flow, stretch)
        if reader.writer.batch.isFull { break }
      }
    }
    if count > 0 {
      let last = plain[count &- 1]
      framer.pass(count, upTo: Int(last.place), length: Int(last.length))
      dealer.notePassed(count, last.time)
    }
    return count
  }

  /// Searches the payload of a plain packet from which nothing else is wanted.
  @inline(__always)
  private func search(
    _ payload: RawSpan, _ index: Int, _ flow: UInt32, _ stretch: CaptureStretch,
    _ reader: inout FlowReader, isNext: Bool
  ) {
    let packet = PassedPacket(
      key: plain[index].key,
      number: framer.number &+ UInt64(truncatingIfNeeded: index &+ 1), time: plain[index].time,
      order: stretch.firstOrder
        &+ UInt64(dealer.count &+ UInt32(truncatingIfNeeded: index)),
      shard: plain[index].shard,
      side: FlowSide(flow: flow, isFromFirst: plain[index].isSourceFirst),
      sequence: plain[index].sequence)
    reader.searchPassed(payload, packet, isNext: isNext)
  }

  /// Reads the headers of the next packets; returns how many of them are plain.
  @inline(__always)
  private mutating func findPlain(_ shards: FlowShards) -> Int {
    var records = framer.plainRecords()
    // A fresh value, so that the first packet counts as of another flow and the flow is looked up.
    var ends = dealer.ends.fresh
    let deadline = dealer.fragments.deadline
    var count = 0
    // A packet later than the deadline makes some waiting datagram be given up first.
    while count < PlainSegments.capacity, let record = records.next(), record.time <= deadline {
      guard let segment = PlainSegment(record.bytes, at: record.place, record.time, &ends) else {
        break
      }
      if !segment.isOfSameFlow { shards.prefetch(segment.hash, in: segment.shard, 0) }
      plain[count] = segment
      count &+= 1
    }
    if hasManyFlows {
      for index in 0..<count where !plain[index].isOfSameFlow {
        shards.prefetch(plain[index].hash, in: plain[index].shard, 1)
      }
    }
    return count
  }
}
