import Glibc
import Indicators
package import Matchers
import Synchronization

/// A compiled, immutable set of indicators, ready for lookups.
///
/// Opening maps the file and checks its frame, which takes less than a millisecond whatever its
/// size; nothing is copied, and processes that open one file share its pages. One database serves
/// any number of threads, each with its own `LookupScratch`.
///
/// An image is not trusted: whatever its bytes are, and even if they change while it is open, no
/// lookup reads outside it, traps or runs without bound. Right answers are promised only for an
/// image that `verify()` accepts. A mapped file that another process truncates ends the program
/// with a signal, as for any mapping, unless `guardMappedFiles()` was called; open with `copying`
/// where that can happen.
public final class IndicatorDatabase: Sendable {
  let image: ImageBytes
  let table: SectionTable
  /// The file that the image is mapped from; nil for an image in memory.
  let file: MappedFile?

  let heads: RecordTable
  let sourceBlocks: RecordTable
  let sources: RecordTable
  let origins: RecordTable
  let contexts: RecordTable
  let listEnds: RecordTable
  let lists: RecordTable
  let stringEnds: RecordTable
  let strings: RecordTable
  let feedTable: RecordTable
  let refusalTable: RecordTable
  let feedKindTable: RecordTable
  let inputTable: RecordTable?

  /// Facts about each kind, by raw value.
  let kinds: [KindFacts]
  /// The columns of each kind, by raw value.
  let kindTables: [KindTable]
  /// The key finder of each kind, by raw value; nil if the kind has none.
  let keyFinders: [KeyFinder?]
  let ipv4: PrefixLookup?
  let ipv6: PrefixLookup?
  let urlPaths: KeyFinder?
  let urlPrefixes: URLPrefixIndex?
  let candidateFilter: CandidateFilter?
  let candidateWords: CandidateWords?
  let cachedFeeds = Mutex<[DatabaseFeed]?>(nil)
  /// A number that no other database of the process has, never 0.
  let serial = IndicatorDatabase.serials.wrappingAdd(1, ordering: .relaxed).newValue
  private static let serials = Atomic<UInt64>(0)

  /// Finds the text entries in a stream of bytes; nil if there are none.
  ///
  /// `textEntry(ofPattern:)` gives the entry of each of its patterns.
  package let textMatcher: LiteralMatcher?

  /// Opens the database in a file: mapped read-only, or read into memory with `copying`.
  public static func open(
    path: String, copying: Bool = false
  ) throws(DatabaseError) -> IndicatorDatabase {
    do throws(DatabaseError) {
      let (image, file) = try ImageBytes.database(path: path, copying: copying)
      return try IndicatorDatabase(image, file: file)
    } catch {
      throw error.ofFile(path)
    }
  }

  /// Opens the database in an array of bytes, which is copied.
  public convenience init(image: [UInt8]) throws(DatabaseError) {
    try self.init(image.withBytes { ImageBytes(copying: $0) })
  }

  /// Opens indicators that were compiled just now, without a file.
  public convenience init(_ compiled: CompiledDatabase) throws(DatabaseError) {
    try self.init(ImageBytes(parts: compiled))
  }

  init(_ image: ImageBytes, file: MappedFile? = nil) throws(DatabaseError) {
    self.image = image
    self.file = file
    let table = try SectionTable(image)
    self.table = table
    heads = try table.table(.heads, sizes: EntryHead.size)
    sourceBlocks = try table.table(.sourceBlocks, sizes: 4, 8)
    sources = try table.table(.sources, sizes: 1)
    origins = try table.table(.origins, sizes: OriginLayout.size)
    contexts = try table.table(.contexts, sizes: ContextLayout.size)
    listEnds = try table.table(.listEnds, sizes: 4, 8)
    lists = try table.table(.lists, sizes: 4)
    stringEnds = try table.table(.stringEnds, sizes: 4, 8)
    strings = try table.table(.strings, sizes: 1)
    feedTable = try table.table(.feeds, sizes: FeedLayout.size)
    refusalTable = try table.table(.refusals, sizes: RefusalLayout.size)
    feedKindTable = try table.table(.feedKinds, sizes: FeedKindLayout.size)
    inputTable = try table[.inputs].map { _ throws(DatabaseError) in
      try table.table(.inputs, sizes: InputLayout.size)
    }
    let kinds = try Self.readKinds(image, table.table(.kinds, sizes: KindLayout.size))
    self.kinds = kinds
    kindTables = try IndicatorKind.allCases.map { kind throws(DatabaseError) in
      try KindTable(kind, kinds[Int(kind.rawValue)], table)
    }

    do {
      var keyFinders: [KeyFinder?] = []
      for kind in IndicatorKind.allCases {
        keyFinders.append(
          try KeyFinder(image, table, .keys(kind.rawValue), kind, kindTables[Int(kind.rawValue)]))
      }
      self.keyFinders = keyFinders
      urlPaths = try KeyFinder(
        image, table, .urlPaths, .url, kindTables[Int(IndicatorKind.url.rawValue)])
      textMatcher = try table[.literals].map { section throws(ImageError) in
        try LiteralMatcher(image: image, range: section.range)
      }
      ipv4 = try PrefixLookup(image, table, .ipv4Trie, .ipv4Runs)
      ipv6 = try PrefixLookup(image, table, .ipv6Trie, .ipv6Runs)
      urlPrefixes = try URLPrefixIndex(image, table)
    } catch {
      throw .damaged("\(error)")
    }
    candidateFilter = try CandidateFilter(image, table)
    candidateWords = try CandidateWords(image, table)
    try checkLookupsArePresent()
  }

  /// All bytes of the image.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    get { span(0..<image.count) }
  }

  /// Part of the bytes, for as long as the database lives.
  @_lifetime(borrow self)
  func span(_ range: Range<Int>) -> RawSpan {
    precondition(range.lowerBound >= 0 && range.upperBound <= image.count)
    // SAFETY: the line above keeps the range inside the image, which lives as long as `self`.
    let part = unsafe RawSpan(
      _unsafeStart: image.baseAddress + range.lowerBound, byteCount: range.count)
    return unsafe _overrideLifetime(part, borrowing: self)
  }

  private static func readKinds(
    _ image: ImageBytes, _ table: RecordTable
  ) throws(DatabaseError) -> [KindFacts] {
    var kinds: [KindFacts] = []
    var next = 0
    for kind in IndicatorKind.allCases {
      let index = Int(kind.rawValue)
      guard index < table.count, image.uint32(table, index) == UInt32(index) else {
        throw .damaged("kind \(kind.name) is missing")
      }
      let facts = KindFacts(
        firstEntry: Int(image.uint32(table, index, 4)),
        entryCount: Int(image.uint32(table, index, 8)),
        keyCount: Int(image.uint32(table, index, 12)),
        maximumLength: Int(
          min(image.uint32(table, index, 16), UInt32(EntryRules.maximumLength(kind)))),
        hasStrongSource: image.uint32(table, index, 20) & 1 != 0,
        exactMask: image.uint64(table, index, 24), subdomainMask: image.uint64(table, index, 32),
        firstHead: Int(image.uint32(table, index, 40)),
        headCount: Int(image.uint32(table, index, 44))
      )
      guard facts.firstEntry == next,
        facts.entryCount <= DatabaseFormat.maximumEntries - next
      else {
        throw .damaged("kind \(kind.name) has impossible entries")
      }
      next += facts.entryCount
      kinds.append(facts)
    }
    return kinds
  }

  private func checkLookupsArePresent() throws(DatabaseError) {
    for kind in IndicatorKind.allCases {
      if kinds[Int(kind.rawValue)].entryCount == 0 { continue }
      let isPresent =
        switch kind {
        case .ipv4: ipv4 != nil
        case .ipv6: ipv6 != nil
        case .text: textMatcher != nil
        case .url: keyFinders[Int(kind.rawValue)] != nil || urlPaths != nil || urlPrefixes != nil
        default: keyFinders[Int(kind.rawValue)] != nil
        }
      if !isPresent { throw .damaged("the lookup structure of kind \(kind.name) is missing") }
    }
  }
}
