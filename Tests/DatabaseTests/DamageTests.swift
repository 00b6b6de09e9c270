import Database
import Glibc
import Indicators
import Parsing
import TestSupport
import Testing

/// Opens images that are cut, changed, or of another version.
///
/// The result is an error or meaningless answers, never a trap, a hang or a read out of bounds.
@Suite struct DamageTests {
  static let image: [UInt8] = {
    var indicators = CompilerTests.indicators
    indicators += [
      TestIndicator(.md5, [UInt8](repeating: 2, count: 16)),
      TestIndicator(.email, "bad@evil.example"), TestIndicator(.userAgent, "Bad/1.0"),
      TestIndicator(.url, "evil.example/*xy", .prefix), TestIndicator(.url, "/gate.php", .path),
      TestIndicator(.filename, #"temp\evil.exe"#, .contains),
      .address("2001:db8::/32"), .address("192.0.2.0/25"),
    ]
    return (try? DatabaseCompiler.compile(collection(indicators)).image) ?? []
  }()

  /// One observable of each kind that is looked up.
  private static let batch = {
    var batch = TestBatch()
    batch.add(.domain, "www.evil.example")
    batch.add(.domain, "evil.example")
    batch.add(address: "192.0.2.7", port: 443)
    batch.add(address: "192.0.2.7")
    batch.add(address: "2001:db8::1")
    batch.add(url: "http://evil.example/a", isHTTP: true)
    batch.add(url: "http://evil.example/*xyz", isHTTP: true)
    batch.add(url: "http://evil.example/gate.php", isHTTP: true)
    batch.add(.filename, #"c:\temp\evil.exe"#)
    batch.add(.userAgent, "Bad/1.0")
    batch.add(.md5, [UInt8](repeating: 2, count: 16))
    return batch
  }()

  /// Uses everything that a database offers.
  private func exercise(_ database: IndicatorDatabase) {
    var scratch = LookupScratch()
    exercise(database, &scratch)
  }

  private func exercise(_ database: IndicatorDatabase, _ scratch: inout LookupScratch) {
    var options = LookupOptions()
    options.includesWeak = true
    var bytes: [UInt8] = []
    for match in Self.batch.matches(in: database, options: options, scratch: &scratch) {
      database.appendText(of: database.entry(match.entry), to: &bytes)
      for source in database.sources(of: match.entry) {
        _ = database.string(source.context.id).byteCount
        _ = database.list(source.context.labels)
        _ = database.feedName(source.feed).byteCount
      }
    }
    _ = database.feeds
    _ = database.sections
    for entry in 0..<UInt32(min(database.entryCount, 64)) {
      database.appendText(of: database.entry(entry), to: &bytes)
      _ = database.sources(of: entry)
    }
  }

  @Test func theImageIsWhole() throws {
    let database = try IndicatorDatabase(image: Self.image)
    try database.verify()
    exercise(database)
  }

  @Test func everyTruncationIsRefused() {
    for length in 0..<Self.image.count {
      let error = #expect(throws: DatabaseError.self) {
        try IndicatorDatabase(image: Array(Self.image.prefix(length)))
      }
      #expect(error?.code == (length < 8 ? .notADatabase : .cutShort), "length \(length)")
    }
  }

  @Test func bytesBehindTheEndAreRefused() {
    #expect(throws: DatabaseError.self) { try IndicatorDatabase(image: Self.image + [0]) }
  }

  /// Opening an image may miss a change; `verify` may not.
  @Test func everyFlippedBitIsNoticedByVerify() throws {
    // The tables of IPv4 addresses are large even for a single one: they are sampled.
    let others = CompilerTests.indicators.filter { $0.kind != .ipv4 }
    let small = try DatabaseCompiler.compile(collection(others)).image
    flipBits(of: small, every: 1)
    flipBits(of: Self.image, every: 61)
  }

  private func flipBits(of image: [UInt8], every step: Int) {
    var generator = SeededGenerator(seed: 1)
    var scratch = LookupScratch()
    for offset in stride(from: 0, to: image.count, by: step) {
      var damaged = image
      damaged[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      let isNoticed: Bool
      do {
        let database = try IndicatorDatabase(image: damaged)
        exercise(database, &scratch)
        do {
          try database.verify()
          isNoticed = false
        } catch { isNoticed = true }
      } catch { isNoticed = true }
      #expect(isNoticed, "offset \(offset)")
    }
  }

  /// Changes do no harm even if the checksums were computed anew.
  @Test func changesWithRightSumsDoNoHarm() {
    #if DEBUG
      let rounds = 3_000
    #else
      let rounds = 200_000
    #endif
    var generator = SeededGenerator(seed: 2)
    var scratch = LookupScratch()
    // After the section table, whose checksum is checked when the image is opened.
    let start = 256 + 64 * Int(Self.image[20])
    for _ in 0..<rounds {
      var damaged = Self.image
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let offset = Int.random(in: start..<damaged.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: damaged[offset] = UInt8.random(in: 0...255, using: &generator)
        case 1: damaged[offset] = 0xff
        default:
          for place in offset..<min(offset + 4, damaged.count) { damaged[place] = 0xff }
        }
      }
      guard let database = try? IndicatorDatabase(image: damaged) else { continue }
      exercise(database, &scratch)
      _ = try? database.verify()
    }
  }

  @Test func otherVersionsAreNamed() throws {
    func change(_ offset: Int, _ value: UInt8) -> DatabaseError? {
      var image = Self.image
      image[offset] = value
      do { _ = try IndicatorDatabase(image: image) } catch { return error }
      return nil
    }
    #expect(
      change(8, 1)?.description
        == "made by another version (format 1.0); compile it again with this version")
    #expect(change(12, 1)?.code == .otherVersion)
    #expect(change(0, 0)?.problem == "not a Sekisho database")
    #expect(
      try IndicatorDatabase(image: Array(Self.image)).formatVersion == "4.0")
  }

  /// The image with one more section after the others, and with another minor version.
  private func image(addingSection kind: UInt32, version: UInt16 = 1, isRequired: Bool) -> [UInt8] {
    func number(_ offset: Int, _ size: Int) -> Int {
      (0..<size).reduce(0) { $0 | Int(Self.image[offset + $1]) << (8 * $1) }
    }
    func bytes(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let count = number(20, 4)
    let content: [UInt8] = Array("from a later version".utf8)
    var table: [UInt8] = []
    var sections: [UInt8] = []
    let start = 256 + 64 * (count + 1)
    for index in 0...count {
      sections += [UInt8](repeating: 0, count: (64 - (start + sections.count) % 64) % 64)
      let offset = start + sections.count
      if index < count {
        let entry = 256 + 64 * index
        table += Self.image[entry..<entry + 8] + bytes(offset, 8)
        table += Self.image[entry + 16..<entry + 64]
        let place = number(entry + 8, 8)
        sections += Self.image[place..<place + number(entry + 16, 8)]
      } else {
        table += bytes(Int(kind), 4) + bytes(Int(version), 2) + bytes(isRequired ? 1 : 0, 2)
        table += bytes(offset, 8) + bytes(content.count, 8) + bytes(content.count, 8)
        table += bytes(1, 4) + bytes(64, 4) + bytes(0, 24)
        sections += content
      }
    }
    var image = Array(Self.image[0..<256]) + table + sections
    image.replaceSubrange(10..<12, with: bytes(1, 2))
    image.replaceSubrange(20..<24, with: bytes(count + 1, 4))
    image.replaceSubrange(32..<40, with: bytes(image.count, 8))
    ImageSeal.seal(&image, sectionCount: count + 1)
    return image
  }

  @Test func sectionsOfALaterVersionAreSkippedOrRefused() throws {
    let skipped = try IndicatorDatabase(image: image(addingSection: 9_999, isRequired: false))
    #expect(skipped.formatVersion == "4.1")
    #expect(skipped.sections.last?.name == "unknown-9999")
    exercise(skipped)
    let refused = #expect(throws: DatabaseError.self) {
      try IndicatorDatabase(image: image(addingSection: 9_999, isRequired: true))
    }
    #expect(
      refused?.description
        == "made by another version (unknown section 9999); compile it again with this version")
    // A required section that holds a column, laid out in another way, for a kind that has none so
    // far.
    let other = #expect(throws: DatabaseError.self) {
      try IndicatorDatabase(image: image(addingSection: 1280 + 24, version: 2, isRequired: true))
    }
    #expect(other?.code == .otherVersion)
  }

  @Test func filesAreOpenedMappedAndCopied() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("open")
    let compiled = try DatabaseCompiler.compile(collection(CompilerTests.indicators))
    try compiled.write(to: path)
    for copying in [false, true] {
      let database = try IndicatorDatabase.open(path: path, copying: copying)
      try database.verify()
      #expect(database.byteCount == compiled.count)
      exercise(database)
    }
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func linksLeadToTheFileThatIsReplaced() throws {
    let folder = try TemporaryFolder()
    let (path, link) = (folder.path("linked"), folder.path("link"))
    let compiled = try DatabaseCompiler.compile(collection(CompilerTests.indicators))
    try folder.write("linked", [])
    #expect(symlink(path, link) == 0)
    try compiled.write(to: link)
    var status = stat()
    #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(try IndicatorDatabase.open(path: path).byteCount == compiled.count)
  }

  @Test func filesThatAreNoneAreNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("bad")
    #expect(throws: DatabaseError.self) { try IndicatorDatabase.open(path: path) }
    try folder.write("bad", [])
    #expect(message(path) == "not a Sekisho database")
    #expect(message("/") == "is a folder, not a Sekisho database")
    #expect(message("/dev/null") == "is no regular file, so no Sekisho database")
    let compiled = try DatabaseCompiler.compile(collection(CompilerTests.indicators))
    try compiled.write(to: path)
    truncate(path, 1_000)
    #expect(message(path) == "file is cut short: 1000 of \(compiled.count) bytes")
    #expect(throws: DatabaseError.self) { try compiled.write(to: "/dev/full") }
  }

  /// If another process cuts a mapped file, anywhere, the lost bytes read as zeros and the cut is
  /// noticed.
  @Test func aFileThatIsCutReadsAsZeros() throws {
    #expect(IndicatorDatabase.guardMappedFiles())
    let folder = try TemporaryFolder()
    let path = folder.path("cut")
    var indicators = CompilerTests.indicators
    for number in 0..<3_000 {
      indicators.append(TestIndicator(.domain, "name\(number).evil.example", .withSubdomains))
      indicators.append(.address("198.51.\(100 + number / 256).\(number % 256)"))
    }
    let compiled = try DatabaseCompiler.compile(collection(indicators))
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let pages = compiled.count / page
    #expect(pages > 8)
    for cut in 0...pages {
      try compiled.write(to: path)
      let database = try IndicatorDatabase.open(path: path)
      let copy = try IndicatorDatabase.open(path: path, copying: true)
      #expect(!database.isCut)
      // Cuts inside a page too: there zeros are read without a page fault.
      #expect(truncate(path, cut * page + (cut % 2 == 0 ? 0 : min(100, page))) == 0)
      exercise(database)
      #expect(throws: DatabaseError.self) { try database.verify() }
      #expect(database.isCut)
      // The database stays cut even if the file gets its length back.
      #expect(truncate(path, compiled.count) == 0)
      exercise(database)
      #expect(database.isCut || cut == pages)
      #expect(!copy.isCut)
    }
    // Replacing the file does not change the database, which has the old one mapped.
    try compiled.write(to: path)
    let database = try IndicatorDatabase.open(path: path)
    try compiled.write(to: path)
    try database.verify()
    #expect(!database.isCut)
  }

  private func message(_ path: String) -> String? {
    do {
      _ = try IndicatorDatabase.open(path: path)
      return nil
    } catch {
      #expect(error.path == path && error.description.hasPrefix("\(path): \(error.problem)"))
      return error.problem
    }
  }
}
