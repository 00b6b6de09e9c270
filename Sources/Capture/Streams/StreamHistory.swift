import Parsing

/// The last bytes that were read of one direction of a connection, and other versions of them.
///
/// A segment that comes again is compared with them. If it differs, both versions are read: the
/// capture does not tell which of them the receiver took.
struct StreamHistory {
  /// Another version, and the range in which it differs from the version it was made from.
  typealias Other = (bytes: [UInt8], changed: Range<Int>)

  /// The bytes that were read, and other versions of them.
  typealias Kept = (bytes: [UInt8], latest: [UInt8], alternates: [[UInt8]], preceding: Int)

  /// The most bytes that are kept.
  static let longest = 16 << 10
  /// Other versions that are kept, besides the latest.
  private static let mostAlternates = 4
  /// The most other versions that are read, and the most bytes of them.
  ///
  /// Each version costs as much as the bytes kept.
  private static let mostVersions = 256
  private static let mostVersionBytes = 1 << 20

  /// The bytes before the next one expected, as far as they are kept.
  private(set) var bytes: [UInt8] = []
  /// Offset in `bytes` of the last segment that came between two messages, or 0.
  private(set) var beginning = 0
  /// How many of the first `bytes` stand before the message that the stream has read from there on.
  ///
  /// With other bytes behind them they may begin a message: the first two bytes of a query do, behind
  /// which a whole other query came.
  private(set) var preceding = 0
  /// The same bytes with all segments that disagreed put into them, one after the other.
  ///
  /// A receiver has them for which the last segment wins. Empty if they are the same as `bytes`.
  private(set) var latest: [UInt8] = []
  /// The same bytes with some of these segments in them; each version is as long as `bytes`.
  private(set) var alternates: [[UInt8]] = []
  /// The bytes kept when a long body began, and the sequence number behind them.
  private var lead: (bytes: [UInt8], end: SequenceNumber) = ([], SequenceNumber())
  private var room = Room()

  /// Hashes of the last few segments that had other bytes and were read.
  private var versions: [UInt64] = []
  /// How many other versions were read, and how many bytes.
  private var versionCount = 0
  private var versionBytes = 0

  /// How many other versions are kept.
  private var otherCount: Int { alternates.count + (latest.isEmpty ? 0 : 1) }

  /// Bytes of memory in use, about.
  var cost: Int { room.count * (1 + otherCount) + lead.bytes.count }

  /// Keeps read bytes, which follow those kept; with `isBeginning` a message may begin with them.
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
      preceding = max(0, preceding - superfluous)
      if !latest.isEmpty { latest.removeFirst(superfluous) }
      for index in alternates.indices { alternates[index].removeFirst(superfluous) }
    }
    if isBeginning { beginning = bytes.count }
    bytes.append(data)
    if !latest.isEmpty { latest.append(data) }
    for index in alternates.indices { alternates[index].append(data) }
    room.reach(bytes.count)
  }

  /// Puts bytes before those kept, of which `preceding` are to stand before what the stream has read.
  mutating func precede(_ data: some Collection<UInt8>, preceding: Int) {
    guard data.count + bytes.count <= Self.longest else { return }
    bytes.insert(contentsOf: data, at: 0)
    if !latest.isEmpty { latest.insert(contentsOf: data, at: 0) }
    for index in alternates.indices { alternates[index].insert(contentsOf: data, at: 0) }
    beginning += data.count
    self.preceding = preceding
    room.reach(bytes.count)
  }

  /// The kept bytes from `sequence` on, where that is before what the stream has read.
  func bytes(fromBefore sequence: SequenceNumber, next: SequenceNumber) -> [UInt8]? {
    let start = bytes.count - next.offset(from: sequence)
    return 0..<preceding ~= start ? Array(bytes[start...]) : nil
  }

  /// Takes other versions of the kept bytes, if they are as long as these.
  mutating func add(_ others: [[UInt8]], latest: [UInt8]) {
    func isOther(_ version: [UInt8]) -> Bool { version.count == bytes.count && version != bytes }
    if isOther(latest) { self.latest = latest }
    alternates += others.filter { isOther($0) && $0 != latest }
    alternates.removeLast(max(0, alternates.count - Self.mostAlternates))
  }

  /// Takes the kept bytes away, and their other versions.
  mutating func take() -> Kept {
    let kept = (bytes, latest, alternates, preceding)
    forget()
    return kept
  }

  /// Gives back what `take` took.
  mutating func restore(_ kept: Kept) {
    if !kept.bytes.isEmpty { (bytes, latest, alternates, preceding) = kept }
  }

  /// Forgets the bytes that were read; bytes follow that are not kept.
  mutating func forget() {
    if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
    (beginning, preceding) = (0, 0)
    if !latest.isEmpty { latest = [] }
    if !alternates.isEmpty { alternates = [] }
  }

  /// Forgets the bytes that were read, all of which are read again; their versions count on.
  mutating func beginAnew() {
    forget()
    versions.removeAll()
  }

  /// Forgets the bytes that were read, except as `lead`: a long body begins at `end`.
  mutating func forgetBody(from end: SequenceNumber) {
    if !bytes.isEmpty { lead = (bytes, end) }
    forget()
  }

  /// Whether bytes differ from those with which a message with a long body began.
  func differsFromLead(_ data: RawSpan, at sequence: SequenceNumber) -> Bool {
    let start = lead.bytes.count - (lead.end - sequence)
    guard !lead.bytes.isEmpty, start >= 0, start < lead.bytes.count else { return false }
    return !lead.bytes.has(data, at: start, upTo: min(start + data.byteCount, lead.bytes.count))
  }

  /// Puts a segment that differs from the kept bytes into every other version of them.
  ///
  /// Keeps `version`, the kept bytes with the segment in them, as another version. Gives the
  /// versions that changed. Does nothing unless `isWhole`.
  mutating func alternate(
    _ data: RawSpan, at sequence: SequenceNumber, next: SequenceNumber, _ version: [UInt8],
    isWhole: Bool
  ) -> [Other] {
    guard isWhole, version.count == bytes.count else { return [] }
    let start = bytes.count - next.offset(from: sequence)
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

  /// Notes a segment that has other bytes; false if the same one came lately.
  mutating func isNewVersion(_ data: RawSpan, at sequence: SequenceNumber) -> Bool {
    let hash = ContentHash.hash(data, of: UInt64(sequence.rawValue))
    if versions.contains(hash) { return false }
    if versions.count == 8 { versions.removeFirst() }
    versions.append(hash)
    versionCount += 1 + otherCount
    versionBytes += (1 + otherCount) * bytes.count
    return true
  }

  /// Makes the history ready for another connection; a small buffer is kept.
  mutating func reset() {
    (beginning, preceding) = (0, 0)
    if !latest.isEmpty { latest = [] }
    if !alternates.isEmpty { alternates = [] }
    if !lead.bytes.isEmpty { lead = ([], SequenceNumber()) }
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
