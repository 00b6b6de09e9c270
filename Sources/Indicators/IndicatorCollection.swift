import Parsing

/// Indicators on their way from feeds to a database: records, and one arena for all their bytes.
///
/// Appending is amortised constant time and costs about 40 bytes an indicator besides its value;
/// strings and contexts are stored once.
public struct IndicatorCollection: Sendable {
  /// The indicators, in the order in which they were read.
  public var records: [IndicatorRecord] = []
  /// Descriptions of the feeds, by index.
  public var feeds: [FeedDescription] = []
  /// Digests kept as lists instead of records, from feeds read with `FeedOptions.gathersDigests`.
  package private(set) var digestLists: [DigestList] = []
  /// Normal forms of the values.
  public private(set) var values: [UInt8] = []
  /// Contexts by index; the one at index 0 is empty.
  public private(set) var contexts: [SourceContext] = [SourceContext()]
  /// Strings by identifier.
  public private(set) var strings = StringPool()
  /// Lists of strings by identifier.
  public private(set) var lists: [[StringID]] = [[]]

  /// The most strings that a list keeps: far more than feeds say about an indicator.
  package static let longestList = 1024
  /// Number of lists that were cut to `longestList` strings.
  package private(set) var cutLists: UInt64 = 0

  /// Hash table of contexts: a slot holds 32 bits of the hash above the index plus one; 0 is free.
  ///
  /// The hash bits rule out most other contexts, and let the table grow, without reading a context.
  private var contextSlots: [UInt64] = []
  /// Hash table of lists: a slot holds 32 bits of the hash above the index; 0 is free.
  private var listSlots: [UInt64] = Array(repeating: 0, count: 64)
  private let hasher = SeededHash()

  /// A collection without feeds.
  public init() {}

  /// Adds a feed and returns its index.
  public mutating func addFeed(_ feed: FeedDescription) -> UInt32 {
    feeds.append(feed)
    return UInt32(feeds.count - 1)
  }

  /// Adds an indicator whose value is the normal form given; `record`'s value offset and length
  /// are set here.
  public mutating func append(_ record: IndicatorRecord, value: RawSpan) {
    var record = record
    record.valueOffset = UInt64(values.count)
    record.valueLength = UInt32(value.byteCount)
    // SAFETY: the closure only reads the span's bytes.
    unsafe value.withUnsafeBytes { unsafe values.append(contentsOf: $0) }
    records.append(record)
  }

  /// Adds a list of digests; an empty one is left out.
  package mutating func append(_ list: DigestList) {
    if list.count > 0 { digestLists.append(list) }
  }

  /// Removes the digest lists and returns them; the records stay.
  package mutating func takeDigestLists() -> [DigestList] {
    defer { digestLists = [] }
    return digestLists
  }

  /// Makes room for `count` more indicators, whose values have `valueBytes` bytes in all.
  package mutating func reserve(records count: Int, valueBytes: Int) {
    Self.reserve(&records, count)
    Self.reserve(&values, valueBytes)
  }

  /// Makes room in an array, which then grows by half at least.
  ///
  /// Otherwise many small requests would move its elements each time.
  private static func reserve<Element>(_ array: inout [Element], _ more: Int) {
    let (count, overflow) = array.count.addingReportingOverflow(more)
    guard !overflow, count > array.capacity else { return }
    array.reserveCapacity(max(count, array.capacity + array.capacity / 2))
  }

  /// The identifier of a string; empty strings are 0.
  public mutating func intern(_ string: RawSpan) -> StringID { strings.intern(string) }

  /// The identifier of a string; empty strings are 0.
  public mutating func intern(_ string: String) -> StringID {
    var string = string
    // SAFETY: the span is used only within the closure.
    return string.withUTF8 { unsafe strings.intern($0.span.bytes) }
  }

  /// A list with another behind it, of which only as many strings are copied as can be kept.
  ///
  /// Many lists may share `others`. One string more than `longestList` is copied, so that
  /// `intern(list:)` sees that the list is cut.
  package static func list(
    _ own: ArraySlice<StringID>, before others: [StringID]
  ) -> [StringID] {
    Array(own) + others.prefix(max(0, longestList + 1 - own.count))
  }

  /// The identifier of a list; the empty list is 0.
  ///
  /// Order is kept, repeats are dropped. A list of more than `longestList` strings is cut and
  /// counted in `cutLists`.
  public mutating func intern(list: [StringID]) -> StringListID {
    if list.isEmpty { return 0 }
    if list.count > Self.longestList { cutLists += 1 }
    let unique = Self.unique(list.prefix(Self.longestList))
    if lists.count * 2 >= listSlots.count { Self.grow(&listSlots, []) }
    let hash = hasher.hash(unique)
    var slot = Int(hash) & (listSlots.count - 1)
    while listSlots[slot] != 0 {
      let index = UInt32(truncatingIfNeeded: listSlots[slot])
      if listSlots[slot] >> 32 == hash, lists[Int(index)] == unique { return index }
      slot = (slot + 1) & (listSlots.count - 1)
    }
    let index = UInt32(lists.count)
    lists.append(unique)
    listSlots[slot] = hash << 32 | UInt64(index)
    return index
  }

  /// A list without repeats and empty strings.
  private static func unique(_ list: ArraySlice<StringID>) -> [StringID] {
    // Most lists have a few strings.
    if list.count <= 16 {
      var unique: [StringID] = []
      for string in list where string != 0 && !unique.contains(string) { unique.append(string) }
      return unique
    }
    var known: Set<StringID> = [0]
    return list.filter { known.insert($0).inserted }
  }

  /// The index of a context.
  public mutating func intern(_ context: SourceContext) -> UInt32 {
    if contexts.count * 2 >= contextSlots.count {
      // The empty context at index 0 is entered together with the first slots.
      Self.grow(
        &contextSlots, contextSlots.isEmpty ? [hasher.hash(contexts[0]) << 32 | 1] : [])
    }
    let hash = hasher.hash(context)
    var slot = Int(hash) & (contextSlots.count - 1)
    while contextSlots[slot] != 0 {
      let index = UInt32(truncatingIfNeeded: contextSlots[slot]) - 1
      if contextSlots[slot] >> 32 == hash, contexts[Int(index)] == context { return index }
      slot = (slot + 1) & (contextSlots.count - 1)
    }
    contexts.append(context)
    contextSlots[slot] = hash << 32 | UInt64(contexts.count)
    return UInt32(contexts.count - 1)
  }

  /// Doubles a hash table, whose used slots are not 0, and adds further entries.
  private static func grow(_ slots: inout [UInt64], _ more: [UInt64]) {
    var larger = [UInt64](repeating: 0, count: max(64, slots.count * 2))
    for entry in [slots, more].joined() where entry != 0 {
      var slot = Int(entry >> 32) & (larger.count - 1)
      while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
      larger[slot] = entry
    }
    slots = larger
  }

  /// Drops the records from index `count` on, for a feed that ended in the middle.
  ///
  /// Interned strings stay; the compiler stores only what is referenced.
  public mutating func truncate(toRecords count: Int) {
    let count = max(count, 0)
    guard count < records.count else { return }
    values.removeLast(max(0, values.count - Int(clamping: records[count].valueOffset)))
    records.removeLast(records.count - count)
  }
}

/// What a database keeps about one feed.
public struct FeedDescription: Sendable, Hashable {
  /// The path or configured name, as shown on every hit.
  public var name: String
  /// The format's name, as in `--feed PATH=FORMAT`.
  public var format: String
  /// Whether its entries suppress hits.
  public var isAllowList: Bool
  /// Entries refused, by reason.
  public var refusals: [String: Int]
  /// The file that it was read from; nil for a pipe.
  public var input: FeedInput?

  /// A feed that refused nothing unless told.
  public init(
    name: String, format: String, isAllowList: Bool = false, refusals: [String: Int] = [:]
  ) {
    self.name = name
    self.format = format
    self.isAllowList = isAllowList
    self.refusals = refusals
  }
}

/// Hash and length of a feed's file: enough to tell whether it is the same today.
public struct FeedInput: Sendable, Hashable {
  /// XXH3 of the file's bytes, 128 bits, low half.
  public var hashLow: UInt64
  /// XXH3 of the file's bytes, 128 bits, high half.
  public var hashHigh: UInt64
  /// Length of the file in bytes.
  public var byteCount: UInt64

  /// A file's hash and length.
  public init(hashLow: UInt64, hashHigh: UInt64, byteCount: UInt64) {
    self.hashLow = hashLow
    self.hashHigh = hashHigh
    self.byteCount = byteCount
  }

  /// The hash as `xxh128sum` prints it.
  public var hash: String {
    [hashHigh, hashLow].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

/// Strings stored once in one arena, found again by hash.
///
/// A slot holds 32 bits of a string's hash above its identifier. These rule out most other strings,
/// and let the table grow, without reading a string.
public struct StringPool: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [UInt64] = [0]
  private var slots: [UInt64] = Array(repeating: 0, count: 1024)
  private let hasher = SeededHash()

  /// A pool that holds the empty string.
  public init() {}

  /// Number of strings, the empty one included.
  public var count: Int { ends.count }

  /// The bytes of a string; empty if the identifier is 0 or unknown.
  public func bytes(_ id: StringID) -> ArraySlice<UInt8> {
    guard id != 0, Int(id) < ends.count else { return [] }
    return bytes[Int(ends[Int(id) - 1])..<Int(ends[Int(id)])]
  }

  /// The identifier of a string, new or known; empty is 0.
  public mutating func intern(_ string: RawSpan) -> StringID {
    if string.isEmpty { return 0 }
    if ends.count * 2 >= slots.count { grow() }
    let hash = hasher.hash(string)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let id = UInt32(truncatingIfNeeded: slots[slot])
      if slots[slot] >> 32 == hash, isEqual(id, string) { return id }
      slot = (slot + 1) & (slots.count - 1)
    }
    let id = UInt32(ends.count)
    // SAFETY: the closure only reads the span's bytes.
    unsafe string.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    ends.append(UInt64(bytes.count))
    slots[slot] = hash << 32 | UInt64(id)
    return id
  }

  private func isEqual(_ id: StringID, _ string: RawSpan) -> Bool {
    let start = Int(ends[Int(id) - 1])
    let count = Int(ends[Int(id)]) - start
    guard count == string.byteCount else { return false }
    let known = bytes.rawSpan.extracting(start..<start + count)
    var offset = 0
    while offset + 8 <= count {
      if known.littleEndianUInt64(unchecked: offset)
        != string.littleEndianUInt64(unchecked: offset)
      {
        return false
      }
      offset += 8
    }
    while offset < count {
      if known.byte(unchecked: offset) != string.byte(unchecked: offset) { return false }
      offset += 1
    }
    return true
  }

  private mutating func grow() {
    var larger = [UInt64](repeating: 0, count: slots.count * 2)
    for entry in slots where entry != 0 {
      var slot = Int(entry >> 32) & (larger.count - 1)
      while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
      larger[slot] = entry
    }
    slots = larger
  }
}
