import CByteKernels

/// Builds the tables of an `AnchorIndex`.
///
/// Four walks over the patterns: which pairs they hold (`PairCover`), which windows fit around these,
/// how many patterns share each window, and which anchor and window of each pattern is shared least.
/// Then the patterns are sorted by the window's hash; those behind one window become slots.
struct AnchorBuilder {
  /// The patterns that have the same bytes and treat case alike.
  struct Literal {
    var first: UInt32
    var anchor: Int
    var more: [UInt32] = []
  }

  /// From this many patterns on, windows that begin where patterns do are worth their price.
  private static let manyPatterns = 300_000
  /// Widths of windows, in the order of preference.
  private static let widths = [8, 6, 4, 2, 1]
  /// The most slot visits that the patterns behind one window may cost a candidate.
  private static let visitBudget = AnchorIndex.visitLimit / 4

  let patterns: PatternTable
  let groups: PairGroups
  let seed: UInt64
  private(set) var windows: [AnchorIndex.Window] = []
  private(set) var filters: [UInt64] = []
  private(set) var records: [UInt8] = []
  /// The table of grams; nil where a look at each anchor's neighbours would not pay.
  private(set) var grams: AnchorGramsBuilder?
  /// Patterns that found no place, by number.
  private(set) var rest: [Int] = []
  /// Where each pattern is looked up; the first `entryCount` elements are entries instead.
  ///
  /// An entry is a hash and the record that it leads to.
  private var places: [AnchorPlace] = []
  private var entryCount = 0
  /// Number of places that have been read, so that entries may overwrite them.
  private var placesRead = 0
  private var moreEntries: [(key: UInt64, record: UInt32)] = []
  /// The range of each literal and its anchor, as offsets in `patterns.bytes`.
  ///
  /// Has at most one element more than `AnchorGrams.most`: larger sets get no grams.
  private var literals: [(range: Range<Int>, anchor: Int)] = []
  /// Number of slots that a hash may point to.
  private var homes = 0

  /// Nil if the slots could not be bounded.
  init?(_ patterns: PatternTable, groups: PairGroups, seed: UInt64) {
    self.patterns = patterns
    self.groups = groups
    self.seed = seed
    let table = groups.table()
    chooseWindows(table)
    guard !windows.isEmpty else { return nil }
    choosePlaces(table)
    fill()
    guard chooseHomes() else { return nil }
    chooseGrams()
    records.append(contentsOf: repeatElement(0, count: 16))
    rest.sort()
  }

  // MARK: Grams

  /// From this many kinds of windows on, a look at grams costs less than it saves.
  private static let manyWindows = 3

  private mutating func chooseGrams() {
    defer { literals = [] }
    guard windows.count >= Self.manyWindows || groups.exactPairs != nil else { return }
    grams = AnchorGramsBuilder(literals, in: patterns.bytes)
  }

  // MARK: Windows

  private mutating func chooseWindows(_ table: [Bool]) {
    // For each mask of allowed windows, the number of patterns that have it.
    var combined: [UInt64: Int] = [:]
    var starts = [Int](repeating: 0, count: 8)
    for number in 0..<patterns.count {
      let range = patterns.range(number)
      let length = range.count
      // A bit for each number of bytes before the anchor, eight bits for each width.
      var allowed: UInt64 = 0
      var isFirst = true
      PairCover.forEachAnchor(of: range, in: patterns.bytes, table) { anchor in
        for (index, width) in Self.widths.enumerated() {
          let least = max(0, width - (length - anchor))
          let most = min(anchor, width - 1)
          guard least <= most else { continue }
          allowed |= UInt64((1 << (most + 1)) - (1 << least)) << UInt64(8 * index)
        }
        if isFirst, anchor < 8, length >= 8 { starts[anchor] += 1 }
        isFirst = false
      }
      combined[allowed, default: 0] += 1
    }
    let isLarge = patterns.count >= Self.manyPatterns
    for (index, width) in Self.widths.enumerated() {
      // A window must serve more patterns than `enough`; the rest is served by a narrower one.
      let left = combined.values.reduce(0, +)
      let enough = width == 8 && !isLarge ? left / 5 : width == 6 ? left / 20 : 0
      while windows.count < AnchorIndex.windowLimit {
        var counts = [Int](repeating: 0, count: width)
        for (mask, count) in combined {
          for before in 0..<width where mask >> UInt64(8 * index + before) & 1 != 0 {
            counts[before] += count
          }
        }
        // From the middle outwards: a window with bytes on both sides says most.
        let order = (0..<width).sorted { abs(2 * $0 - width - 1) < abs(2 * $1 - width - 1) }
        guard let before = order.max(by: { counts[$0] < counts[$1] }), counts[before] > enough
        else { break }
        let bit: UInt64 = 1 << UInt64(8 * index + before)
        combined = combined.filter { $0.key & bit == 0 }
        add(before: before, width: width)
      }
      guard width == 8, isLarge else { continue }
      // Windows that begin where many patterns begin tell short first labels apart.
      let more = (0..<8).filter { before in
        starts[before] > 0 && !windows.contains { $0.before == before }
      }.sorted { starts[$0] > starts[$1] }
      for before in more.prefix(max(0, 4 - windows.count)) { add(before: before, width: 8) }
    }
  }

  private mutating func add(before: Int, width: Int) {
    windows.append(
      AnchorIndex.Window(
        before: before, width: width, seed: AnchorIndex.windowSeed(seed, windows.count)))
  }

  /// The bytes of a pattern from an offset on, eight or as many as there are.
  @inline(__always)
  static func word(_ bytes: RawSpan, at offset: Int, width: Int) -> UInt64 {
    if offset + 8 <= bytes.byteCount { return bytes.little(unchecked: offset, as: UInt64.self) }
    var word: UInt64 = 0
    for at in 0..<width {
      word |= UInt64(bytes.little(unchecked: offset + at, as: UInt8.self)) << UInt64(8 * at)
    }
    return word
  }

  /// Chooses for each pattern the widest window that fits, and among those the least shared one.
  private mutating func choosePlaces(_ table: [Bool]) {
    places = PlaceChooser(patterns, table, windows).choose()
    var kept = 0
    for at in places.indices {
      if places[at].window == PlaceChooser.noWindow {
        rest.append(Int(places[at].pattern))
      } else {
        places[kept] = places[at]
        kept += 1
      }
    }
    places.removeLast(places.count - kept)
    places.sort {
      $0.window != $1.window
        ? $0.window < $1.window
        : $0.hash != $1.hash ? $0.hash < $1.hash : $0.pattern < $1.pattern
    }
  }

  // MARK: Records

  private mutating func fill() {
    records.reserveCapacity(patterns.bytes.count + 10 * places.count)
    var perWindow = [Int](repeating: 0, count: windows.count)
    for place in places { perWindow[Int(place.window)] += 1 }
    for index in windows.indices {
      var bits = 4
      while bits < AnchorIndex.longestFilter, 4 << bits < perWindow[index] { bits += 1 }
      windows[index].firstWord = filters.count
      windows[index].wordBits = UInt32(bits)
      filters.append(contentsOf: repeatElement(0, count: 1 << bits))
    }
    if filters.isEmpty { filters.append(0) }
    var at = 0
    while at < places.count {
      let first = places[at]
      var end = at + 1
      while end < places.count, places[end].hash == first.hash, places[end].window == first.window {
        end += 1
      }
      let window = windows[Int(first.window)]
      if end == at + 1 {
        placesRead = end
        append(Literal(first: first.pattern, anchor: Int(first.anchor)), key: first.hash)
      } else {
        let literals = distinct(places[at..<end])
        placesRead = end
        let from = -Int(window.before)
        if !place(
          literals, key: first.hash, covered: from..<from + Int(window.width))
        {
          for literal in literals {
            rest.append(Int(literal.first))
            for number in literal.more { rest.append(Int(number)) }
          }
        }
      }
      let word = window.firstWord + Int(sekisho_window_word(first.hash, window.wordBits))
      filters[word] |= sekisho_window_mask(first.hash)
      at = end
    }
  }

  /// Adds an entry: `key` leads to the record that is written next.
  private mutating func addEntry(_ key: UInt64) {
    let record = UInt32(truncatingIfNeeded: records.count / 4)
    guard entryCount < placesRead else { return moreEntries.append((key, record)) }
    places[entryCount].hash = key
    places[entryCount].pattern = record
    entryCount += 1
  }

  private func forEachEntry(_ body: (_ key: UInt64, _ record: UInt32) -> Bool) -> Bool {
    for at in 0..<entryCount {
      guard body(places[at].hash, places[at].pattern) else { return false }
    }
    for entry in moreEntries { guard body(entry.key, entry.record) else { return false } }
    return true
  }

  /// The distinct literals of patterns that share a window, sorted by their bytes.
  private func distinct(_ places: ArraySlice<AnchorPlace>) -> [Literal] {
    let all = patterns.bytes
    let bytes = all.rawBytes
    func order(_ a: AnchorPlace, _ b: AnchorPlace) -> Int {
      let first = patterns.range(Int(a.pattern))
      let second = patterns.range(Int(b.pattern))
      let order = KeyBytes.order(
        bytes, at: first.lowerBound, length: first.count, bytes, at: second.lowerBound,
        length: second.count, foldingCase: false)
      if order != 0 { return order }
      let (one, other) = (
        patterns.foldsCase[Int(a.pattern)], patterns.foldsCase[Int(b.pattern)]
      )
      return one == other ? 0 : one ? 1 : -1
    }
    let sorted = places.sorted {
      let order = order($0, $1)
      return order != 0 ? order < 0 : $0.pattern < $1.pattern
    }
    var literals: [Literal] = []
    var previous: AnchorPlace?
    for place in sorted {
      if let previous, order(previous, place) == 0 {
        literals[literals.count - 1].more.append(place.pattern)
      } else {
        literals.append(Literal(first: place.pattern, anchor: Int(place.anchor)))
      }
      previous = place
    }
    return literals
  }

  /// Adds the literals behind one key; false, with nothing added, if they exceed the visit budget.
  private mutating func place(_ literals: [Literal], key: UInt64, covered: Range<Int>) -> Bool {
    guard literals.count > AnchorIndex.groupLimit else {
      for literal in literals { append(literal, key: key) }
      return true
    }
    guard let plan = plan(literals, key: key, covered: covered, depth: 0),
      plan.visits <= Self.visitBudget
    else { return false }
    append(plan)
    return true
  }

  private mutating func append(_ plan: AnchorPlan) {
    if !plan.shapes.isEmpty {
      addEntry(plan.key)
      append(word: AnchorIndex.Head.branch | UInt32(plan.shapes.count))
      append(word: 0)
      for shape in plan.shapes { append(word: shape) }
    }
    for literal in plan.literals { append(literal, key: plan.key) }
    for child in plan.children { append(child) }
  }

  private mutating func append(_ literal: Literal, key: UInt64) {
    addEntry(key)
    let range = patterns.range(Int(literal.first))
    if literals.count <= AnchorGrams.most {
      literals.append((range, range.lowerBound + literal.anchor))
    }
    var head = UInt32(range.count) | UInt32(literal.anchor) << 13
    if patterns.foldsCase[Int(literal.first)] { head |= AnchorIndex.Head.ignoresCase }
    if !literal.more.isEmpty { head |= AnchorIndex.Head.hasMore }
    append(word: head)
    append(word: literal.first)
    records.append(contentsOf: patterns.bytes[range])
    while records.count % 4 != 0 { records.append(0) }
    guard !literal.more.isEmpty else { return }
    append(word: UInt32(literal.more.count))
    for number in literal.more { append(word: number) }
  }

  private mutating func append(word: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] {
      records.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  // MARK: Slots

  /// Chooses `homes` such that each entry fits near where its hash points; false if no size does.
  private mutating func chooseHomes() -> Bool {
    guard records.count / 4 < Int(UInt32.max) else { return false }
    homes = max(16, 2 * (entryCount + moreEntries.count))
    for _ in 0..<6 {
      var isTaken = [UInt64](repeating: 0, count: (homes + AnchorIndex.probeLimit) / 64 + 1)
      let homes = self.homes
      let fits = forEachEntry { key, _ in
        let home = key.scaled(to: homes)
        var place = home
        while isTaken[place >> 6] >> UInt64(place & 63) & 1 != 0 {
          place += 1
          guard place < home + AnchorIndex.probeLimit else { return false }
        }
        isTaken[place >> 6] |= 1 << UInt64(place & 63)
        return true
      }
      if fits { return true }
      self.homes += homes / 2
    }
    return false
  }

  /// Stores the entries in their slots.
  private func storeSlots(in writer: inout ImageWriter, section: Int) {
    _ = forEachEntry { key, record in
      var place = key.scaled(to: homes)
      while true {
        let slot = writer.word(section: section, index: place)
        if slot == 0 { break }
        if AnchorIndex.isSlot(slot, of: key) {
          writer.store(slot | AnchorIndex.moreSlots, section: section, index: place)
        }
        place += 1
      }
      writer.store(
        UInt64(record + 1) << 32 | key & 0xFFFF_FFFE, section: section, index: place)
      return true
    }
  }

  /// Elements of each section, all zero if there are no anchors.
  static func counts(_ builder: AnchorBuilder?) -> [Int] {
    guard let builder else { return AnchorIndex.elementSizes.map { _ in 0 } }
    return [
      PairGroups.tableBytes * builder.groups.setCount, builder.exactPairs?.count ?? 0,
      builder.grams?.table.count ?? 0,
      builder.filters.count, builder.homes + AnchorIndex.probeLimit,
      builder.records.count,
    ]
  }

  /// The pairs that patterns need; nil if the groups hold few others, or if grams sort those out.
  private var exactPairs: [UInt64]? { grams == nil ? groups.exactPairs : nil }

  /// The parameters of the windows; zero for each that is unused.
  static func parameters(_ builder: AnchorBuilder?) -> [UInt64] {
    let windows = builder?.windows ?? []
    return (0..<AnchorIndex.windowLimit).map { $0 < windows.count ? windows[$0].parameter : 0 }
  }

  /// Stores the sections, and frees what they are made of.
  mutating func write(to writer: inout ImageWriter, firstSection section: Int) {
    writer.store(groups.kernelTables(), section: section)
    if let exactPairs { writer.store(exactPairs, section: section + 1) }
    if let grams { writer.store(grams.table, section: section + 2) }
    writer.store(filters, section: section + 3)
    filters = []
    storeSlots(in: &writer, section: section + 4)
    (places, moreEntries) = ([], [])
    writer.copy(records.rawBytes, section: section + 5, byteOffset: 0)
  }
}
