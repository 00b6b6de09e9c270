import Indicators
import Parsing

/// What the fragments of one IP datagram have in common (RFC 791 §3.2, RFC 8200 §4.5).
struct FragmentKey: Hashable {
  var source: IPAddress
  var destination: IPAddress
  var id: UInt32
  /// Version, tunnel depth and, for IPv4, the protocol.
  var kind: UInt32

  init(_ header: IPHeader, depth: Int) {
    source = header.source
    destination = header.destination
    id = header.fragmentID
    kind =
      UInt32(header.version) << 16 | UInt32(truncatingIfNeeded: depth) << 8
      | (header.version == 4 ? UInt32(header.fragmentProtocol) : 0)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(source.high)
    hasher.combine(source.low)
    hasher.combine(destination.high)
    hasher.combine(destination.low)
    hasher.combine(UInt64(id) << 32 | UInt64(kind))
  }
}

/// The parts of one datagram that have arrived.
///
/// A complete one stays for its time, since a part made to end it early must not hide the others.
/// Parts come at multiples of eight bytes, so a bit for each block of eight says what is there; the
/// first part to bring a block wins. Where another brings different bytes for it, other versions are kept: one
/// in which the last part wins, and those of the first ones with this part in their place. All are read, and those
/// of `ArrivedParts`.
///
/// Accesses to what each part changes are not checked at run time (`@exclusivity(unchecked)`). They cannot overlap: the
/// dealer has the datagram alone.
final class FragmentedDatagram {
  /// The longest payload of an IP packet.
  static let longest = 65_535

  let key: FragmentKey
  let created: Int64
  /// The header of the first part, else of the first to arrive; without its own payload's place.
  @safe @exclusivity(unchecked) var header: IPHeader
  let depth: Int
  /// The version in which the first part to arrive wins.
  @safe @exclusivity(unchecked) var bytes: [UInt8] = []
  /// Other versions where parts differ: first the one in which the last part wins.
  @safe @exclusivity(unchecked) var alternates: [[UInt8]] = []
  /// How many are kept at once: more of a short datagram, whose versions take less.
  func mostAlternates(of length: Int) -> Int {
    max(4, min(16, (16 << 10) / max(1, length)))
  }
  /// A version was given up that nobody has read.
  @safe @exclusivity(unchecked) var isVersionLost = false
  @safe @exclusivity(unchecked) var hasFirst = false
  /// It is one of the table's.
  @safe @exclusivity(unchecked) var isHeld = false
  /// Packet number and time of the first and of the last part to arrive.
  let first: (number: UInt64, time: Int64)
  @safe @exclusivity(unchecked) var last: (number: UInt64, time: Int64)
  @safe @exclusivity(unchecked) private(set) var blocks: [UInt64] = []
  @safe @exclusivity(unchecked) private var blockCount = 0
  /// The blocks that came once more, and alike, since it was read, and how many.
  @safe @exclusivity(unchecked) private var repeats: [UInt64] = []
  private var repeatCount = 0
  /// The parts in the order in which they came.
  @safe @exclusivity(unchecked) var arrived = ArrivedParts()
  /// Parts far behind what has come so far, and behind the end of what was read.
  @safe @exclusivity(unchecked) var waiting = WaitingParts()
  /// Bytes of room for each byte that came.
  private static let mostRoom = 16
  /// Length of the whole, once its last part is there.
  @safe @exclusivity(unchecked) private var length: Int?

  init(
    _ key: FragmentKey, _ header: IPHeader, depth: Int, packet: (number: UInt64, time: Int64)
  ) {
    self.key = key
    self.header = header
    self.depth = depth
    created = packet.time
    first = packet
    last = packet
  }

  /// A datagram of the same number that was complete before this one began with a part that
  /// contradicts it.
  ///
  /// Either the number was used again, and this one becomes complete too; or a part with wrong bytes,
  /// which perhaps never reached the receiver, was there first, and the right one comes alone.
  @safe @exclusivity(unchecked) var predecessor: FragmentedDatagram?

  /// The datagram was complete and was read; parts that change it may still come.
  @safe @exclusivity(unchecked) var isRead = false
  /// Something has come since it was read.
  @safe @exclusivity(unchecked) var hasNews = false

  /// The packets that brought its parts, where packets are chosen, and whether it is of what was chosen.
  var packets: [UInt64] = []
  var isChosen = false
  /// The most of them that are kept: far more than a datagram has blocks.
  private static let mostPackets = 1 << 16

  func note(_ numbers: [UInt64]) {
    packets += numbers.prefix(Self.mostPackets - packets.count)
  }

  /// What a snap length left of a block behind the whole ones of a part, and where it begins.
  private var rest: (offset: Int, bytes: [UInt8])?

  /// Bytes of memory that the datagram takes, about; not the hashes of what was read of it, which come after it is
  /// booked and are few.
  var cost: Int {
    256 + bytes.count * (1 + alternates.count)
      + (blocks.count + repeats.count + packets.count) * 8
      + waiting.cost + arrived.cost
      + (predecessor?.cost ?? 0)
  }

  var isComplete: Bool {
    guard let length else { return false }
    return blockCount == (length + 7) / 8
  }

  /// Puts what a snap length left of a block where it goes on with the bytes before the first hole; gives
  /// how many there are from the start on.
  func endAtHole() -> Int {
    let start = contiguousLength
    guard let rest, rest.offset == start, start + rest.bytes.count <= length ?? .max else {
      return start
    }
    let end = start + rest.bytes.count
    bytes.replaceSubrange(start..<min(end, bytes.count), with: rest.bytes)
    for index in alternates.indices {
      alternates[index].replaceSubrange(
        start..<min(end, alternates[index].count), with: rest.bytes)
    }
    return end
  }

  /// Bytes from the start on without a hole.
  private var contiguousLength: Int {
    var count = 0
    for word in blocks {
      count += word == .max ? 64 : (~word).trailingZeroBitCount
      if word != .max { break }
    }
    return min(count * 8, length ?? bytes.count, bytes.count)
  }

  func hasBlock(at offset: Int) -> Bool {
    let block = offset / 8
    return block >> 6 < blocks.count && blocks[block >> 6] & (UInt64(1) << UInt64(block & 63)) != 0
  }

  /// Adds a part; false where it cannot belong to a datagram.
  func add(
    _ part: RawSpan, at offset: Int, isLast: Bool, isCut: Bool, limit: Int
  ) -> Bool {
    // Only the last part may end inside a block, or one that a snap length cut.
    let count = isLast ? part.byteCount : part.byteCount & ~7
    guard count > 0, offset + count <= min(limit, Self.longest) else { return false }
    receivedBytes += count
    let room = max(receivedBytes * Self.mostRoom, bytes.count)
    // Where it ends is known, wherever its bytes are.
    if isLast { length = max(length ?? 0, offset + count) }
    // What follows the end of a datagram that was read is none of it, unless a later end says so.
    let end = isRead ? length ?? .max : .max
    let reach = min(room, end)
    if reach >= waiting.nearestEnd { for part in waiting.take(within: reach) { place(part) } }
    if offset + count > room || offset >= end {
      waiting.add(WaitingPart(part, offset..<offset + count, isCut: isCut))
      if waiting.isFull { placeWaiting() }
    } else {
      place(part, at: offset, count, isCut: isCut)
    }
    return true
  }

  /// Puts so many bytes of a part in their place.
  private func place(_ part: RawSpan, at offset: Int, _ count: Int, isCut: Bool) {
    let end = offset + count
    if isCut, count < part.byteCount,
      rest.map({ end < $0.offset || hasBlock(at: $0.offset) }) ?? true
    {
      rest = (end, [])
      rest?.bytes.append(part.extracting(count..<part.byteCount))
    }
    if bytes.count < end {
      let missing = end - bytes.count
      bytes.append(contentsOf: repeatElement(0, count: missing))
      for index in alternates.indices {
        alternates[index].append(contentsOf: repeatElement(0, count: missing))
      }
    }
    let words = (end + 511) / 512
    if blocks.count < words {
      blocks.append(contentsOf: repeatElement(0, count: words - blocks.count))
    }
    // Taken out while they are written to: what writes to one of them is given the others.
    var (bytes, alternates, blocks) = (self.bytes, self.alternates, self.blocks)
    (self.bytes, self.alternates, self.blocks) = ([], [], [])
    defer { (self.bytes, self.alternates, self.blocks) = (bytes, alternates, blocks) }
    let range = offset / 8..<(end + 7) / 8
    if Self.hasNone(of: range, blocks) {
      // Most parts bring bytes for places of which there are none.
      part.extracting(0..<count).copy(to: &bytes, at: offset)
      for index in alternates.indices {
        part.extracting(0..<count).copy(to: &alternates[index], at: offset)
      }
      Self.add(range, to: &blocks)
      blockCount += range.count
      hasNews = true
      arrived.add(offset..<end, nil)
      return
    }
    var isOther = false
    for block in range {
      let start = block * 8
      let piece = start - offset..<min(start - offset + 8, count)
      let bit = UInt64(1) << UInt64(block & 63)
      if blocks[block >> 6] & bit == 0 {
        blocks[block >> 6] |= bit
        blockCount += 1
        hasNews = true
        for index in piece {
          bytes[offset + index] = part.byte(unchecked: index)
          for other in alternates.indices {
            alternates[other][offset + index] = part.byte(unchecked: index)
          }
        }
      } else if !isOther {
        isOther = piece.contains { bytes[offset + $0] != part.byte(unchecked: $0) }
      }
    }
    if isOther { hasNews = true }
    arrived.add(offset..<end, isOther ? part.copied(0..<count) : nil)
    if isRead, !hasNews { noteRepeat(range, of: blocks.count) }
    if isOther || !alternates.isEmpty {
      let part = part.extracting(0..<count)
      mixedBytes += bytes.count
      if mixedBytes <= mostReread || alternates.isEmpty {
        put(part, at: offset, beside: bytes, into: &alternates)
      } else {
        // The last part wins there in any case.
        part.copy(to: &alternates[0], at: offset)
      }
    }
  }

  func place(_ part: WaitingPart) {
    place(
      part.bytes.rawSpan, at: part.place.lowerBound, part.place.count, isCut: part.isCut)
  }

  func placeWaiting() {
    for part in waiting.take(within: .max) { place(part) }
  }

  /// The bits of a word that stand for blocks of a range, some of which are in the word.
  @inline(__always)
  private static func mask(_ word: Int, of range: Range<Int>) -> UInt64 {
    let first = max(range.lowerBound - word * 64, 0)
    let end = range.upperBound - word * 64
    return UInt64.max << UInt64(first) & (end < 64 ? ~(UInt64.max << UInt64(end)) : .max)
  }

  /// Whether none of some blocks, of which there is at least one, is there.
  private static func hasNone(of range: Range<Int>, _ blocks: [UInt64]) -> Bool {
    (range.lowerBound / 64...(range.upperBound - 1) / 64).allSatisfy {
      blocks[$0] & mask($0, of: range) == 0
    }
  }

  /// Notes that some blocks, at least one, are there.
  private static func add(_ range: Range<Int>, to blocks: inout [UInt64]) {
    for word in range.lowerBound / 64...(range.upperBound - 1) / 64 {
      blocks[word] |= mask(word, of: range)
    }
  }

  /// Notes blocks that come again; once all have, the same datagram was sent twice under one number.
  private func noteRepeat(_ range: Range<Int>, of count: Int) {
    if repeats.count < count {
      repeats.append(contentsOf: repeatElement(0, count: count - repeats.count))
    }
    for block in range {
      let bit = UInt64(1) << UInt64(block & 63)
      if repeats[block >> 6] & bit == 0 { repeatCount += 1 }
      repeats[block >> 6] |= bit
    }
    guard repeatCount == blockCount else { return }
    (repeats, repeatCount, hasNews) = ([], 0, true)
    (readPlainly, read, readBytes) = (0, [], 0)
  }

  /// Puts a part that differs from what is there into the other versions, of which the oldest are given up for it.
  private func put(
    _ part: RawSpan, at offset: Int, beside bytes: [UInt8], into alternates: inout [[UInt8]]
  ) {
    var first = bytes
    part.copy(to: &first, at: offset)
    guard var last = alternates.first else {
      if !Self.isEqual(first, bytes) { alternates = [first] }
      return
    }
    part.copy(to: &last, at: offset)
    let isNew = !Self.isEqual(first, bytes) && !Self.isEqual(first, last)
    // They differ from one another and, but for the first, from the bytes.
    alternates.removeAll {
      Self.isEqual($0, last) || Self.isEqual($0, bytes) || isNew && Self.isEqual($0, first)
    }
    alternates.insert(contentsOf: isNew ? [last, first] : [last], at: 0)
    while alternates.count > mostAlternates(of: bytes.count) {
      if !wasRead(alternates.removeLast()) { isVersionLost = true }
    }
  }

  /// Compares many bytes at a time, which `==` of arrays does not.
  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && left.rawSpan.isEqual(to: right.rawSpan)
  }

  /// What was read of it: so many bytes before parts differed, other versions as hashes, and how many bytes in all.
  var readPlainly = 0
  private var read: Set<UInt64> = []
  private var readBytes = 0
  /// Bytes of the versions that parts were mixed into.
  var mixedBytes = 0
  /// Bytes of the versions that were put together of some parts.
  private var joinedBytes = 0
  /// Bytes of all parts that arrived.
  @safe @exclusivity(unchecked) private var receivedBytes = 0
  /// The most bytes of all versions that are read or mixed; each part that differs costs as much as the datagram,
  /// which a last part alone makes long.
  var mostReread: Int { min(1 << 20, 4096 + receivedBytes * 256) }

  private func wasRead(_ version: [UInt8]) -> Bool {
    guard isRead, let length, length <= version.count else { return false }
    return read.contains(ContentHash.hash(version.rawSpan.extracting(0..<length)))
  }

  /// The versions of so many bytes that were not read so far; `isAll` is false where there are more than are read
  /// or mixed.
  func takeVersions(length: Int) -> (versions: [[UInt8]], isAll: Bool) {
    if alternates.isEmpty, !arrived.disagree, readBytes == 0 {
      (readPlainly, readBytes) = (length, length)
      return ([bytes], true)
    }
    var budget = mostReread - joinedBytes
    let joined = arrived.versions(of: bytes, length: length, budget: &budget)
    joinedBytes = mostReread - budget
    var versions: [[UInt8]] = []
    for version in (readPlainly == length ? [] : [bytes]) + alternates + joined.versions {
      let hash = ContentHash.hash(version.rawSpan.extracting(0..<length))
      guard !read.contains(hash) else { continue }
      guard readBytes < mostReread else { return (versions, false) }
      read.insert(hash)
      readBytes += length
      versions.append(version)
    }
    defer { isVersionLost = false }
    return (versions, joined.isAll && mixedBytes <= mostReread && !isVersionLost)
  }
}
