import Parsing

/// The last bytes that were read of one direction of a connection, and other versions of them.
///
/// A segment that comes again is compared with them. Where it differs, both versions are read: which of them the
/// receiver took, the capture does not tell.
struct StreamHistory {
  /// Another version, and the bytes in which it differs from what it was made of.
  typealias Other = (bytes: [UInt8], changed: Range<Int>)

  /// The bytes that were read, and other versions of them.
  typealias Kept = (bytes: [UInt8], latest: [UInt8], alternates: [[UInt8]])

  /// The most bytes that are kept.
  static let longest = 16 << 10
  /// Other versions that are kept, besides the latest.
  private static let mostAlternates = 4
  /// The most other versions that are read, and bytes of them: each costs as much as the bytes kept.
  private static let mostVersions = 256
  private static let mostVersionBytes = 1 << 20

  /// The bytes before the next one expected, as far as they are kept.
  private(set) var bytes: [UInt8] = []
  /// Where in them the last segment begins that came between two messages, or the first byte kept.
  private(set) var beginning = 0
  /// The same bytes with all segments in them that disagreed, as a receiver has them with which the last one wins;
  /// none where these are `bytes`.
  private(set) var latest: [UInt8] = []
  /// The same bytes with some of these segments in them; as many as `bytes` has.
  private(set) var alternates: [[UInt8]] = []
  /// What was kept when a long body began, and the number behind that.
  private var lead: (bytes: [UInt8], end: UInt32) = ([], 0)
  private var room = Room()

  /// Other versions of bytes that were read already, as hashes; a few of the last.
  private var versions: [UInt64] = []
  /// How many other versions were read, and how many bytes.
  private var versionCount = 0
  private var versionBytes = 0

  /// How many other versions are kept.
  private var otherCount: Int { alternates.count + (latest.isEmpty ? 0 : 1) }

  /// Bytes of memory in use, about.
  var cost: Int { room.count * (1 + otherCount) + lead.bytes.count }

  /// Keeps bytes that were read, which follow those kept before; a message may begin with them.
  mutating func append(_ data: RawSpan, isBeginning: Bool = false) {
    if bytes.count + data.byteCount > Self.longest {
      if data.byteCount >= Self.longest {
        forget()
        return
      }
      let kept = min(bytes.count, (Self.longest - data.byteCount) / 2)
      let superfluous = bytes.count - kept
      bytes.removeFirst(superfluous)
      beginning = max(0, beginning - superfluous)
      if !latest.isEmpty { latest.removeFirst(superfluous) }
      for index in alternates.indices { alternates[index].removeFirst(superfluous) }
    }
    if isBeginning { beginning = bytes.count }
    bytes.append(data)
    if !latest.isEmpty { latest.append(data) }
    for index in alternates.indices { alternates[index].append(data) }
    room.reach(bytes.count)
  }

  /// Takes other versions of the bytes that are kept, those that are as many as these.
  mutating func add(_ others: [[UInt8]], latest: [UInt8]) {
    func isOther(_ version: [UInt8]) -> Bool { version.count == bytes.count && version != bytes }
    if isOther(latest) { self.latest = latest }
    alternates += others.filter { isOther($0) && $0 != latest }
    alternates.removeLast(max(0, alternates.count - Self.mostAlternates))
  }

  /// Takes the bytes that were read away, and their other versions.
  mutating func take() -> Kept {
    let kept = (bytes, latest, alternates)
    forget()
    return kept
  }

  /// Gives back what `take` took.
  mutating func restore(_ kept: Kept) {
    if !kept.bytes.isEmpty { (bytes, latest, alternates) = kept }
  }

  /// Forgets the bytes that were read: others follow that are not kept.
  mutating func forget() {
    if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
    beginning = 0
    if !latest.isEmpty { latest = [] }
    if !alternates.isEmpty { alternates = [] }
  }

  /// Forgets the bytes that were read but for a message's beginning, which ends before a number; its body follows.
  mutating func forgetBody(from end: UInt32) {
    if !bytes.isEmpty { lead = (bytes, end) }
    forget()
  }

  /// Whether bytes are other ones than those that a message with a long body began with.
  func differsFromLead(_ data: RawSpan, at sequence: UInt32) -> Bool {
    let start = lead.bytes.count - Int(Int32(bitPattern: lead.end &- sequence))
    guard !lead.bytes.isEmpty, start >= 0, start < lead.bytes.count else { return false }
    return !lead.bytes.has(data, at: start, upTo: min(start + data.byteCount, lead.bytes.count))
  }

  /// Puts a segment that differs from the bytes kept into every other version of them, and keeps a version of these
  /// with it; gives the others.
  mutating func alternate(
    _ data: RawSpan, at sequence: UInt32, next: UInt32, _ version: [UInt8], isWhole: Bool
  ) -> [Other] {
    guard isWhole, version.count == bytes.count else { return [] }
    let start = bytes.count - Int(next &- sequence)
    func other(_ base: [UInt8]) -> Other {
      var bytes = base
      data.copy(to: &bytes, at: start)
      var (first, last) = (start, start + data.byteCount)
      while last > first, base[last - 1] == bytes[last - 1] { last -= 1 }
      while first < last, base[first] == bytes[first] { first += 1 }
      return (bytes, first..<last)
    }
    func isOther(_ other: Other) -> Bool {
      !other.changed.isEmpty && other.bytes != version && other.bytes != bytes
    }
    let before = latest
    let newest = before.isEmpty ? nil : other(before)
    latest = newest?.bytes ?? version
    let others = alternates.map(other).filter { $0.bytes != latest && isOther($0) }
    var kept: [[UInt8]] = before.isEmpty || before == latest ? [] : [before]
    if latest != version { kept.append(version) }
    kept += others.map(\.bytes)
    alternates = Array(kept.prefix(Self.mostAlternates))
    if latest == bytes { latest = [] }
    return [newest].compactMap(\.self).filter(isOther) + others
  }

  /// Whether no more versions are read.
  var hasTooManyVersions: Bool {
    versionCount > Self.mostVersions || versionBytes > Self.mostVersionBytes
  }

  /// Whether other bytes for a place are none that came before.
  mutating func isNewVersion(_ data: RawSpan, at sequence: UInt32) -> Bool {
    let hash = ContentHash.hash(data, of: UInt64(sequence))
    if versions.contains(hash) { return false }
    if versions.count == 8 { versions.removeFirst() }
    versions.append(hash)
    versionCount += 1 + otherCount
    versionBytes += (1 + otherCount) * bytes.count
    return true
  }

  /// Makes it ready for another connection; memory that is not much is kept.
  mutating func reset() {
    beginning = 0
    if !latest.isEmpty { latest = [] }
    if !alternates.isEmpty { alternates = [] }
    if !lead.bytes.isEmpty { lead = ([], 0) }
    (versionCount, versionBytes) = (0, 0)
    if !versions.isEmpty { versions.removeAll(keepingCapacity: true) }
    if room.count <= 2048 {
      bytes.removeAll(keepingCapacity: true)
    } else {
      bytes = []
      room = Room()
    }
  }
}
