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
/// A complete datagram is kept until its time is over, since a part sent to end it early must not
/// hide the others.
///
/// Parts begin at multiples of eight bytes, so `blocks` has one bit for each block of eight bytes
/// that has arrived. `bytes` keeps the bytes of the first part to bring a block. If another part
/// brings different bytes for it, `alternates` keeps other versions: one in which the last part
/// wins, and the version of the first parts with this part put in. All of them are read, as are
/// those of `ArrivedParts`.
///
/// Accesses to the fields that each part changes are not checked at run time
/// (`@exclusivity(unchecked)`). They cannot overlap, because only the dealer uses the datagram.
final class FragmentedDatagram {
  /// The longest payload of an IP packet.
  static let longest = 65_535

  let key: FragmentKey
  let created: Int64
  /// The header of the first part, or until that comes, of the first to arrive; its payload range
  /// is not used.
  @safe @exclusivity(unchecked) var header: IPHeader
  let depth: Int
  /// The version in which the first part to arrive wins.
  @safe @exclusivity(unchecked) var bytes: [UInt8] = []
  /// Other versions, if parts differ; the first is the one in which the last part wins.
  @safe @exclusivity(unchecked) var alternates: [[UInt8]] = []
  /// The most alternates that are kept: more if the datagram is short, since its versions take less
  /// room.
  func mostAlternates(of length: Int) -> Int {
    max(4, min(16, (16 << 10) / max(1, length)))
  }
  /// A version was dropped before it was read.
  @safe @exclusivity(unchecked) var isVersionLost = false
  @safe @exclusivity(unchecked) var hasFirst = false
  /// The fragment table holds it.
  @safe @exclusivity(unchecked) var isHeld = false
  /// Packet number and time of the first and of the last part to arrive.
  let first: (number: UInt64, time: Int64)
  @safe @exclusivity(unchecked) var last: (number: UInt64, time: Int64)
  @safe @exclusivity(unchecked) private(set) var blocks: [UInt64] = []
  @safe @exclusivity(unchecked) private var blockCount = 0
  /// The blocks that came again with the same bytes since the datagram was read, and their number.
  @safe @exclusivity(unchecked) private var repeats: [UInt64] = []
  private var repeatCount = 0
  /// The parts in the order in which they came.
  @safe @exclusivity(unchecked) var arrived = ArrivedParts()
  /// Parts far behind those that have come so far, or behind the end of a datagram that was read.
  @safe @exclusivity(unchecked) var waiting = WaitingParts()
  /// The most bytes of room made for each byte that came.
  private static let mostRoom = 16
  /// Length of the whole datagram; nil until its last part is there.
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
  /// Either the number was used again, and this datagram becomes complete too; or a part with wrong
  /// bytes, which may never have reached the receiver, came first, and only the right part comes
  /// now.
  @safe @exclusivity(unchecked) var predecessor: FragmentedDatagram?

  /// The datagram was complete and was read; parts that change it may still come.
  @safe @exclusivity(unchecked) var isRead = false
  /// Something new has come since it was read.
  @safe @exclusivity(unchecked) var hasNews = false

  /// The numbers of the packets that brought its parts, if flows are chosen, and whether a chosen
  /// flow was found in it.
  var packets: [UInt64] = []
  var isChosen = false
  /// The most packet numbers that are kept: far more than a datagram has blocks.
  private static let mostPackets = 1 << 16

  func note(_ numbers: [UInt64]) {
    packets += numbers.prefix(Self.mostPackets - packets.count)
  }

  /// The start of a block that a snap length cut, behind the whole blocks of a part, and its offset
  /// in the datagram.
  private var rest: (offset: Int, bytes: [UInt8])?

  /// Approximate bytes of memory that the datagram takes.
  ///
  /// The hashes of versions that were read are not included: they are added after the cost is
  /// booked, and are few.
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

  /// Adds `rest` if it continues the bytes before the first hole; returns the number of bytes from
  /// the start to that hole.
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

  /// Number of bytes from the start to the first hole.
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

  /// Adds a part; false if it cannot belong to a datagram.
  func add(
    _ part: RawSpan, at offset: Int, isLast: Bool, isCut: Bool, limit: Int
  ) -> Bool {
    // Only the last part, or one that a snap length cut, may end inside a block; of all parts but
    // the last, only whole blocks count.
    let count = isLast ? part.byteCount : part.byteCount & ~7
    guard count > 0, offset + count <= min(limit, Self.longest) else { return false }
    receivedBytes += count
    let room = max(receivedBytes * Self.mostRoom, bytes.count)
    // The last part tells the datagram's length even if its bytes wait.
    if isLast { length = max(length ?? 0, offset + count) }
    // Bytes behind the end of a datagram that was read do not belong to it, unless a later part
    // moves the end.
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

  /// Puts the first `count` bytes of a part in their place.
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
    // The arrays are moved to local variables while they are written to: a call that changes one of
    // them is passed the others.
    var (bytes, alternates, blocks) = (self.bytes, self.alternates, self.blocks)
    (self.bytes, self.alternates, self.blocks) = ([], [], [])
    defer { (self.bytes, self.alternates, self.blocks) = (bytes, alternates, blocks) }
    let range = offset / 8..<(end + 7) / 8
    if Self.hasNone(of: range, blocks) {
      // Most parts bring only blocks that have not come before.
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
        // `alternates[0]` is the version in which the last part wins; it is always updated.
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

  /// The bits of word `word` of `blocks` that belong to a range of blocks; at least one does.
  @inline(__always)
  private static func mask(_ word: Int, of range: Range<Int>) -> UInt64 {
    let first = max(range.lowerBound - word * 64, 0)
    let end = range.upperBound - word * 64
    return UInt64.max << UInt64(first) & (end < 64 ? ~(UInt64.max << UInt64(end)) : .max)
  }

  /// Whether no block of a range, which is not empty, has arrived.
  private static func hasNone(of range: Range<Int>, _ blocks: [UInt64]) -> Bool {
    (range.lowerBound / 64...(range.upperBound - 1) / 64).allSatisfy {
      blocks[$0] & mask($0, of: range) == 0
    }
  }

  /// Marks the blocks of a range, which is not empty, as arrived.
  private static func add(_ range: Range<Int>, to blocks: inout [UInt64]) {
    for word in range.lowerBound / 64...(range.upperBound - 1) / 64 {
      blocks[word] |= mask(word, of: range)
    }
  }

  /// Notes blocks that came again; once all have, the same datagram was sent twice under one number
  /// and is read again.
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

  /// Puts a part that differs into the other versions; the oldest versions are dropped if there are
  /// too many.
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
    // Keeps the alternates different from one another, and all but the first different from
    // `bytes`.
    alternates.removeAll {
      Self.isEqual($0, last) || Self.isEqual($0, bytes) || isNew && Self.isEqual($0, first)
    }
    alternates.insert(contentsOf: isNew ? [last, first] : [last], at: 0)
    while alternates.count > mostAlternates(of: bytes.count) {
      if !wasRead(alternates.removeLast()) { isVersionLost = true }
    }
  }

  /// Compares many bytes at a time, which arrays' `==` does not.
  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && left.rawSpan.isEqual(to: right.rawSpan)
  }

  /// The versions that were read: the length of `bytes` as read before parts differed, the hashes
  /// of the versions read since, and the number of bytes read in all.
  var readPlainly = 0
  private var read: Set<UInt64> = []
  private var readBytes = 0
  /// Number of bytes of all versions that differing parts were put into.
  var mixedBytes = 0
  /// Number of bytes that `arrived` put together as versions.
  private var joinedBytes = 0
  /// Number of bytes of all parts that arrived.
  @safe @exclusivity(unchecked) private var receivedBytes = 0
  /// The most bytes of versions that are read, mixed or put together: each part that differs costs
  /// as much as the whole datagram, which a last part alone makes long.
  var mostReread: Int { min(1 << 20, 4096 + receivedBytes * 256) }

  private func wasRead(_ version: [UInt8]) -> Bool {
    guard isRead, let length, length <= version.count else { return false }
    return read.contains(ContentHash.hash(version.rawSpan.extracting(0..<length)))
  }

  /// The versions of the first `length` bytes that have not been read yet; `isAll` is false if
  /// there are more, which are too many to read or were dropped.
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
