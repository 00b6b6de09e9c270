import Parsing

/// Most packets of most captures are Ethernet, IPv4 without options that is whole, TCP or UDP: all of it at
/// fixed places, so that one comparison each tells the layers (`PlainSegment`).
extension PacketDealer {
  /// Adds the item of a plain packet; false, and nothing is done, where anything in it is unusual:
  /// then the layers' own methods read it, with the same result for what is plain.
  @inline(__always)
  mutating func dealPlain(_ packet: RawSpan) -> Bool {
    guard selection == nil, let segment = PlainSegment(packet, at: base, time, &ends) else {
      return false
    }
    var item = segment.item(number: number, order: count)
    item.place = place
    append(item)
    return true
  }
}

extension DealerCore {
  /// Whether plain packets need nothing that is done with others: no filter, and records at known places.
  var hasShortCut: Bool {
    filterText == nil && times == nil && framer.isPlain && dealer.selection == nil
  }

  /// Deals the next packets as long as they are plain ones.
  mutating func dealPlain() {
    var records = framer.plainRecords()
    let deadline = dealer.fragments.deadline
    var last: PlainRecord?
    var count = 0
    var bytes: UInt64 = 0
    // With a later one some datagram is given up that was waited for.
    while let record = records.next(), record.time <= deadline {
      let packet = record.bytes
      guard let segment = PlainSegment(packet, at: record.place, record.time, &dealer.ends) else {
        break
      }
      count &+= 1
      bytes &+= UInt64(truncatingIfNeeded: record.length)
      dealer.append(
        segment.item(
          number: framer.number &+ UInt64(truncatingIfNeeded: count), order: dealer.count))
      last = record
    }
    guard let last else { return }
    byteCount &+= bytes
    framer.pass(count, upTo: last.place, length: last.length)
    dealer.time = last.time
  }
}
