import Database
import Indicators
import TestSupport
import Testing

/// File names in free text (`Matching.md` §6).
@Suite struct FileNameFinderTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let text: String
    let found: [String]
    var testDescription: String { text.debugDescription }

    init(_ text: String, _ found: [String]) {
      self.text = text
      self.found = found
    }
  }

  static let cases: [Case] = [
    Case("run evil.exe now", ["evil.exe"]),
    Case(#"C:\x\EVIL.EXE ran"#, ["EVIL.EXE"]),
    Case("evil.exe", ["evil.exe"]),
    Case("(evil.exe),\"evil.exe\"", ["evil.exe", "evil.exe"]),
    Case("notevil.exe evil.exe.bak evil.exe_ -evil.exe .evil.exe", []),
    Case("x=evil.exe;evil.exe:", ["evil.exe", "evil.exe"]),
    Case(#"opened "C:\Users\x\worse.exe""#, [#"Users\x\worse.exe"#]),
    Case(#"opened C:\\Users\\x\\worse.exe"#, [#"Users\\x\\worse.exe"#]),
    Case("opened /home/users/X/worse.exe now", ["users/X/worse.exe"]),
    Case(#"myusers\x\worse.exe users\y\worse.exe worse.exe"#, []),
    Case(#"C:\Program Files\a b.dll;"#, [#"Program Files\a b.dll"#]),
    Case("the a b.dll of it", []),
    Case(#"data\local\tmp"#, [#"local\tmp"#]),
    // Of two names that end at the same place the longer one is found.
    Case(#"temp\evil.exe"#, [#"temp\evil.exe"#]),
    Case("caf\u{e9}.exe x", ["caf\u{e9}.exe"]),
    // The digits of a percent escape that is a border (`%2F`) do not belong to a name; those of
    // another escape do.
    Case("?f=%2Fevil.exe&g=%5cevil.exe", ["evil.exe", "evil.exe"]),
    Case("?f=%252Fevil.exe", ["evil.exe"]),
    Case("?f=%2Devil.exe x%2Fxevil.exe %zzevil.exe 2Fevil.exe", []),
    // An ANSI sequence is a border as a whole; text that only looks like the end of one is not.
    Case("\u{1b}[01;32mevil.exe\u{1b}[0m \u{1b}[mevil.exe", ["evil.exe", "evil.exe"]),
    Case("[01;32mevil.exe \u{1b}01;32mevil.exe \u{1b}[01;32mxevil.exe", []),
    Case("", []),
  ]

  @Test(arguments: cases) func findsNames(_ example: Case) throws {
    let database = try database([
      TestIndicator(.filename, "evil.exe"), TestIndicator(.filename, #"temp\evil.exe"#, .contains),
      TestIndicator(.filename, #"users\x\worse.exe"#, .contains),
      TestIndicator(.filename, #"program files\a b.dll"#, .contains),
      TestIndicator(.filename, #"local\tmp"#, .contains),
      TestIndicator(.filename, "caf\u{e9}.exe"),
    ])
    let finder = try #require(
      try FileNameFinder(databases: [database], options: LookupOptions()))
    let text = Array(example.text.utf8)
    var ranges: [Range<Int>] = []
    finder.find(in: text.span.bytes, ranges: &ranges)
    #expect(ranges.map { String(decoding: text[$0], as: UTF8.self) } == example.found)
  }

  /// For many files in one folder the search looks for the file names.
  ///
  /// If it looked for the folder's name, all files would be compared wherever that occurs.
  @Test func manyFilesOfOneFolder() throws {
    let names = (0..<300).map { #"afolderwithalongname\f\#($0).x"# } + [#"afolderwithalongname\f"#]
    let finder = try #require(
      try FileNameFinder(
        databases: [database(names.map { TestIndicator(.filename, $0, .contains) })],
        options: LookupOptions()))
    for name in names {
      let text = Array(#"C:\\AFolderWithALongName/ \#(name) "#.utf8)
      var ranges: [Range<Int>] = []
      finder.find(in: text.span.bytes, ranges: &ranges)
      #expect(ranges.map { String(decoding: text[$0], as: UTF8.self) } == [name])
    }
  }

  @Test func weakNamesTakePartWhenAskedFor() throws {
    let database = try database([TestIndicator(.filename, "evil.exe").from(feed: 0, flags: .weak)])
    var options = LookupOptions()
    #expect(try FileNameFinder(databases: [database], options: options) == nil)
    options.includesWeak = true
    #expect(try FileNameFinder(databases: [database], options: options) != nil)
  }

  /// A name is found wherever no character of names is beside it, as in a search that looks at each
  /// offset.
  @Test func agreesWithASearchAtEachOffset() throws {
    var random = SeededGenerator(seed: 7)
    let parts = ["a", "b.c", "tmp", "x y", "tmp2", "-"]
    let borders = ["\\", "/", "\\\\", " ", "a", ".", "\"", "\\/"]
    for _ in 0..<300 {
      var names: Set<String> = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let count = Int.random(in: 1...3, using: &random)
        names.insert(
          (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }
            .joined(separator: "\\"))
      }
      let database = try database(
        names.map { TestIndicator(.filename, $0, $0.contains("\\") ? .contains : .exact) })
      let finder = try #require(try FileNameFinder(databases: [database], options: LookupOptions()))
      for _ in 0..<20 {
        var line = ""
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          line += (parts + borders).randomElement(using: &random) ?? ""
          line += borders.randomElement(using: &random) ?? ""
        }
        let text = Array(line.utf8)
        var ranges: [Range<Int>] = []
        finder.find(in: text.span.bytes, ranges: &ranges)
        #expect(
          ranges.map { [$0.lowerBound, $0.upperBound] } == Self.slow(text, names),
          "\(names) in \(line.debugDescription)")
      }
    }
  }

  private static func slow(_ text: [UInt8], _ names: Set<String>) -> [[Int]] {
    func isName(_ offset: Int) -> Bool {
      guard text.indices.contains(offset) else { return false }
      let scalar = UnicodeScalar(text[offset])
      return scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar)
    }
    var longest: [Int: Int] = [:]
    for start in text.indices where !isName(start - 1) {
      for name in names {
        var place = start
        var isSame = true
        for byte in name.utf8 {
          guard place < text.count else {
            isSame = false
            break
          }
          if byte == 0x5C {
            guard text[place] == 0x5C || text[place] == 0x2F else {
              isSame = false
              break
            }
            while place < text.count, text[place] == 0x5C || text[place] == 0x2F { place += 1 }
          } else {
            guard text[place] == byte else {
              isSame = false
              break
            }
            place += 1
          }
        }
        if isSame, !isName(place) { longest[place] = min(longest[place] ?? start, start) }
      }
    }
    return longest.sorted { $0.key < $1.key }.map { [$0.value, $0.key] }
  }
}
