import Parsing

/// Parts that contradict a datagram that had the same number and was read.
extension FragmentedDatagram {
  /// The predecessor, with this datagram's bytes in place of its own and behind them in all
  /// versions, up to the first hole of both together; nil if there is no predecessor.
  func correctedPredecessor() -> FragmentedDatagram? {
    guard let predecessor else { return nil }
    placeWaiting()
    predecessor.placeWaiting()
    predecessor.cut(to: contiguousLength(with: predecessor))
    predecessor.arrived = ArrivedParts()
    forEachPresent(upTo: predecessor.bytes.count) { index in
      predecessor.bytes[index] = bytes[index]
      for other in predecessor.alternates.indices {
        predecessor.alternates[other][index] = bytes[index]
      }
    }
    // Where parts of this datagram disagree, also the predecessor with each other version of this
    // one.
    let first = predecessor.bytes
    predecessor.isVersionLost = isVersionLost || mixedBytes > mostReread
    for alternate in alternates {
      guard predecessor.alternates.count < mostAlternates(of: first.count) else {
        predecessor.isVersionLost = true
        break
      }
      var version = first
      forEachPresent(upTo: first.count) { version[$0] = alternate[$0] }
      predecessor.alternates.append(version)
    }
    predecessor.last = last
    predecessor.readPlainly = 0
    predecessor.note(packets)
    return predecessor
  }

  /// Number of bytes from the start to the first block that neither datagram has.
  private func contiguousLength(with other: FragmentedDatagram) -> Int {
    var count = 0
    while true {
      let end = max(
        hasBlock(at: count) ? min(count + 8, bytes.count) : 0,
        other.hasBlock(at: count) ? min(count + 8, other.bytes.count) : 0)
      if end <= count { return count }
      count = end
      if count % 8 != 0 { return count }
    }
  }

  /// Makes all versions `length` bytes long.
  private func cut(to length: Int) {
    bytes.cut(to: length)
    for index in alternates.indices { alternates[index].cut(to: length) }
  }

  /// Calls `body` with the offset of each byte that has arrived.
  private func forEachPresent(upTo limit: Int, _ body: (Int) -> Void) {
    for block in 0..<(bytes.count + 7) / 8 where hasBlock(at: block * 8) {
      let end = min(block * 8 + 8, bytes.count, limit)
      for index in block * 8..<max(block * 8, end) { body(index) }
    }
  }

  /// Whether a part has only bytes for blocks that are there, and some differ: then the number has
  /// been used again for another datagram.
  func isContradicted(by part: RawSpan, at offset: Int) -> Bool {
    let end = offset + part.byteCount
    guard end <= bytes.count else { return false }
    for block in offset / 8..<(end + 7) / 8
    where blocks[block >> 6] & (UInt64(1) << UInt64(block & 63)) == 0 { return false }
    return part.byteOffsets.contains { bytes[offset + $0] != part.byte(unchecked: $0) }
  }
}

extension [UInt8] {
  /// Drops the bytes beyond `length`, or fills up to it with zeros.
  fileprivate mutating func cut(to length: Int) {
    if count > length { removeLast(count - length) }
    if count < length { append(contentsOf: repeatElement(0, count: length - count)) }
  }
}
