import Parsing

/// Packets whose headers are all at fixed places, as in most captures: Ethernet, a whole IPv4
/// packet without options, TCP or UDP. One comparison for each layer is enough (`PlainSegment`).
extension PacketDealer {
  /// Adds the item of a plain packet; false, and nothing is added, if anything in the packet is
  /// unusual.
  ///
  /// The layers' own methods read it then; for a plain packet they would give the same item.
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
  /// Whether plain packets may be dealt by the short cut: no filter, no time window, no chosen
  /// flows, and records at known places.
  var hasShortCut: Bool {
    filterText == nil && times == nil && framer.isPlain && dealer.selection == nil
  }

  /// Deals the next packets as long as they are plain.
  mutating func dealPlain() {
    var records = framer.plainRecords()
    let deadline = dealer.fragments.deadline
    var last: PlainRecord?
    var count = 0
    // A packet later than the deadline makes some waiting datagram be given up first.
    while let record = records.next(), record.time <= deadline {
      let packet = record.bytes
      guard let segment = PlainSegment(packet, at: record.place, record.time, &dealer.ends) else {
        break
      }
      count &+= 1
      dealer.append(
        segment.item(
          number: framer.number &+ UInt64(truncatingIfNeeded: count), order: dealer.count))
      last = record
    }
    guard let last else { return }
    framer.pass(count, upTo: last.place, length: last.length)
    dealer.time = last.time
  }
}
