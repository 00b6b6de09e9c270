import Glibc
import Inputs
import TestSupport
import Testing

@Suite struct InputListTests {
  @Test func foldersInOrder() throws {
    let folder = try TemporaryFolder()
    for name in ["b", "a", "B", "é", "a.b"] { try folder.write(name, [1, 2]) }
    try folder.makeFolder("a-folder")
    try folder.write("a-folder/z", [1])
    try folder.write("a-folder/y", [])
    try folder.makeFolder("empty")
    symlink("\(folder.path)/a", "\(folder.path)/link")
    symlink("\(folder.path)", "\(folder.path)/loop")
    mkfifo("\(folder.path)/fifo", 0o600)
    let list = InputList(paths: [folder.path])
    #expect(
      list.items.map { String($0.path.description.dropFirst(folder.path.count + 1)) }
        == ["B", "a", "a-folder/y", "a-folder/z", "a.b", "b", "é"])
    #expect(list.items.map(\.size) == [2, 2, 0, 1, 2, 2, 2])
    #expect(list.skipped["symbolic-link"] == 2)
    #expect(list.skipped["no-regular-file"] == 1)
    #expect(list.skipped.total == 3)
    #expect(list.errors.isEmpty && list.emptyFolders.isEmpty)
  }

  @Test func whatIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", [1])
    try folder.makeFolder("sub")
    try folder.write("sub/b", [1])
    symlink("a", "\(folder.path)/link")
    symlink("sub", "\(folder.path)/sublink")
    mkfifo("\(folder.path)/fifo", 0o600)
    let names = ["-", "fifo", "link", "sublink", "a", "a"].map {
      $0 == "-" ? $0 : "\(folder.path)/\($0)"
    }
    let list = InputList(paths: names)
    #expect(
      list.items.map(\.path.description) == [
        "-", names[1], names[2], "\(names[3])/b", names[4], names[5],
      ])
    #expect(list.items.map(\.argument) == [0, 1, 2, 3, 4, 5])
    #expect(list.items.map(\.size) == [nil, nil, 1, 1, 1, 1])
    #expect(list.errors.isEmpty && list.skipped.isEmpty)
  }

  @Test func faults() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("empty")
    try folder.makeFolder("empty/empty")
    try folder.write("a", [1])
    let list = InputList(paths: [
      "\(folder.path)/none", "\(folder.path)/empty", "\(folder.path)/a", "",
    ])
    #expect(list.items.count == 1)
    #expect(list.emptyFolders.map(\.description) == ["\(folder.path)/empty"])
    #expect(list.errors.count == 2)
    #expect(list.errors.first?.message == "cannot open: No such file or directory; check the path")
    #expect(list.errors.first?.path == "\(folder.path)/none")
  }

  @Test func depth() throws {
    let folder = try TemporaryFolder()
    var path = "top"
    try folder.makeFolder(path)
    for level in 2...34 {
      path += "/d"
      try folder.makeFolder(path)
      try folder.write("\(path)/f", [UInt8(level)])
    }
    let list = InputList(paths: ["\(folder.path)/top"])
    #expect(list.items.count == 31)
    #expect(list.skipped["folder-too-deep"] == 1)
  }

  /// A database, a feed of the run, and what another run has not completed are no inputs of a scan.
  @Test func filesThatAreNoInputs() throws {
    let folder = try TemporaryFolder()
    let database: [UInt8] = [0x89, 0x53, 0x4b, 0x44, 0x42]
    for name in ["x.skdb", "logs/y.skdb"] { try folder.write(name, database) }
    for name in [
      ".a.1-0.partial", ".a.b.4711-12.partial", ".1-0.partial", ".a.1-.partial", "a.1-0.partial",
      ".a.partial", ".a.x1-0.partial", "feed.txt", "feeds/b.txt", "logs/a.log", "out",
    ] {
      try folder.write(name, "x\n")
    }
    link("\(folder.path)/feed.txt", "\(folder.path)/other name")
    let named = InputPath(folder.path("x.skdb"))
    let written = try #require(FileIdentity(InputPath(folder.path("out"))))
    let list = InputList(
      [InputPath(folder.path), named],
      besides: OwnFiles(
        written: [written], sources: ["feed.txt", "feeds"].map { InputPath(folder.path($0)) }))
    #expect(
      list.items.map { String($0.path.description.dropFirst(folder.path.count + 1)) } == [
        ".1-0.partial", ".a.1-.partial", ".a.partial", ".a.x1-0.partial", "a.1-0.partial",
        "logs/a.log", "x.skdb",
      ])
    #expect(list.skipped["partial-output"] == 2 && list.skipped["own-feed"] == 3)
    #expect(list.skipped["database"] == 2 && list.skipped["own-output"] == 1)
    #expect(InputList(paths: [folder.path]).items.count == 14)
  }

  @Test func namesThatAreNoText() throws {
    let folder = try TemporaryFolder()
    try folder.write(name: [0xff], [1])
    try folder.write(name: [0xfe, 0x61], [2])
    let list = InputList(paths: ["\(folder.path)/"])
    #expect(
      list.items.map { String($0.path.description.dropFirst(folder.path.count)) }
        == ["/\\xfea", "/\\xff"])
    let first = try #require(list.items.first)
    #expect(readAll(try InputSource(path: first.path)).bytes == [2])
  }
}

@Suite struct AtomicFileTests {
  @Test func appearsWhenComplete() throws {
    let folder = try TemporaryFolder()
    try folder.write("out", [9, 9, 9])
    let path = "\(folder.path)/out"
    var file = try AtomicFile(path: path)
    try file.write([1, 2, 3, 4])
    try file.overwrite([7], at: 1)
    let written = file.bytesWritten
    #expect(written == 4)
    #expect(readAll(try InputSource(path: path)).bytes == [9, 9, 9])
    #expect(try folder.names().count == 2)
    try file.commit()
    #expect(readAll(try InputSource(path: path)).bytes == [1, 7, 3, 4])
    #expect(try folder.names() == ["out"])
    var facts = stat()
    #expect(stat(path, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
  }

  @Test func vanishesOtherwise() throws {
    let folder = try TemporaryFolder()
    do {
      var file = try AtomicFile(path: "\(folder.path)/out")
      try file.write([1])
      #expect(try folder.names().count == 1)
      _ = consume file
    }
    #expect(try folder.names().isEmpty)
    // A name that cannot be replaced: the temporary file goes as well.
    try folder.makeFolder("out")
    try folder.write("out/a", [1])
    #expect(throws: InputError.self) {
      _ = try AtomicFile(path: "\(folder.path)/out")
    }
    #expect(try folder.names() == ["out"])
    #expect(throws: InputError.self) {
      let file = try AtomicFile(path: "\(folder.path)/later")
      try folder.makeFolder("later")
      try file.commit()
    }
    #expect(try folder.names() == ["later", "out"])
    #expect(throws: InputError.self) { _ = try AtomicFile(path: "\(folder.path)/none/out") }
  }

  @Test func twoAtOnceAndLongNames() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 255)
    var first = try AtomicFile(path: "\(folder.path)/\(name)")
    var second = try AtomicFile(path: "\(folder.path)/\(name)")
    try first.write([1])
    try second.write([2])
    try first.commit()
    try second.commit()
    #expect(try folder.names() == [name])
    #expect(readAll(try InputSource(path: "\(folder.path)/\(name)")).bytes == [2])
  }

  @Test func linksDevicesAndFolders() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("real")
    try folder.write("real/out", [9])
    symlink("real/out", "\(folder.path)/link")
    symlink("real/new", "\(folder.path)/dangling")
    // What the link leads to is replaced, not the link.
    var file = try AtomicFile(path: "\(folder.path)/link")
    try file.write([1])
    try file.commit()
    #expect(readAll(try InputSource(path: "\(folder.path)/real/out")).bytes == [1])
    var facts = stat()
    #expect(lstat("\(folder.path)/link", &facts) == 0 && facts.st_mode & S_IFMT == S_IFLNK)
    // A device takes the bytes and stays what it is.
    var device = try AtomicFile(path: "/dev/null")
    try device.write([1])
    try device.commit()
    #expect(stat("/dev/null", &facts) == 0 && facts.st_mode & S_IFMT == S_IFCHR)
    do throws(InputError) {
      _ = try AtomicFile(path: "\(folder.path)/real")
      Issue.record("a folder was taken for a file")
    } catch {
      #expect(error.message == "cannot create: it is a folder; name a file")
    }
    #expect(try folder.names() == ["dangling", "link", "real"])
  }

  @Test func aDeviceThatIsFull() throws {
    var device = try AtomicFile(path: "/dev/full")
    var message = ""
    do throws(InputError) { try device.write([1]) } catch { message = error.description }
    #expect(message == "/dev/full: cannot write: No space left on device")
  }

  @Test func aWriteThatFails() throws {
    let folder = try TemporaryFolder()
    var file = try AtomicFile(path: "\(folder.path)/out")
    var isRefused = false
    do throws(InputError) { try file.overwrite([1], at: UInt64.max) } catch { isRefused = true }
    #expect(isRefused)
    _ = consume file
    #expect(try folder.names().isEmpty)
  }
}

@Suite struct ContentSnifferTests {
  /// A header whose sum is right, and blanks for what it does not say.
  private static let tar: [UInt8] = {
    var header = [UInt8](repeating: 0x20, count: 512)
    header[0] = 0x61
    header.replaceSubrange(257..<262, with: Array("ustar".utf8))
    let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    header.replaceSubrange(148..<148 + sum.utf8.count, with: Array(sum.utf8))
    return header
  }()

  static let cases: [(bytes: [UInt8], content: InputContent)] = [
    ([], .empty),
    ([0xa1, 0xb2, 0xc3, 0xd4], .pcap), ([0xd4, 0xc3, 0xb2, 0xa1, 2, 0], .pcap),
    // A whole input that is the beginning of one.
    ([0xa1, 0xb2], .pcap), ([0xd4, 0xc3, 0xb2], .pcap), ([0x4d, 0x3c, 0xb2], .pcap),
    (Array("M<".utf8), .text(hasMark: false)), ([0xd4, 0xc3, 0x61], .text(hasMark: false)),
    ([0xa1, 0xb2, 0x3c, 0x4d], .pcap), ([0x4d, 0x3c, 0xb2, 0xa1], .pcap),
    ([0xa1, 0xb2, 0xcd, 0x34], .pcap), ([0x34, 0xcd, 0xb2, 0xa1], .pcap),
    ([0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a], .pcapng),
    ([0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28, 0x1a, 0x2b, 0x3c, 0x4d], .pcapng),
    (Array("\n\r\r\nhello, world".utf8), .text(hasMark: false)),
    (Array("snoop\0\0\0".utf8), .unsupportedCapture("snoop")),
    (Array("TRSNIFF data".utf8), .unsupportedCapture("Sniffer")),
    (Array("XCP\0".utf8), .unsupportedCapture("NetXRay")),
    (Array("GMBU".utf8), .unsupportedCapture("Network Monitor")),
    (Array("iptrace 2.0".utf8), .unsupportedCapture("iptrace")),
    (Array("btsnoop\0\0\0\0\u{1}".utf8), .unsupportedCapture("btsnoop")),
    (tar, .wrapped("a tar archive")),
    (tar.map { $0 == 0x61 ? 0x62 : $0 }, .text(hasMark: false)),
    ([0x5d, 0, 0, 0, 4] + [UInt8](repeating: 0xff, count: 8), .wrapped("compressed with LZMA")),
    (Array("PAR1 and more".utf8), .text(hasMark: false)),
    ([0x5d, 0, 0, 0x80, 0] + [UInt8](repeating: 0xff, count: 8), .wrapped("compressed with LZMA")),
    (
      Array("ElfFile\0".utf8),
      .foreign("a Windows event log (EVTX)", advice: "export it as JSON or CSV")
    ),
    (
      [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0],
      .foreign("text in UTF-32", advice: "convert it: iconv -f UTF-32 -t UTF-8")
    ),
    (
      [0, 0, 0xfe, 0xff, 0, 0, 0, 0x61],
      .foreign("text in UTF-32", advice: "convert it: iconv -f UTF-32 -t UTF-8")
    ),
    (
      "from a.example\r\n".utf8.flatMap { [$0, 0] },
      .foreign(
        "text in UTF-16 without a byte order mark",
        advice: "convert it: iconv -f UTF-16LE -t UTF-8")
    ),
    (
      "from a.example\r\n".utf8.flatMap { [0, $0] },
      .foreign(
        "text in UTF-16 without a byte order mark",
        advice: "convert it: iconv -f UTF-16BE -t UTF-8")
    ),
    // What can be read, or is no text, is no such text.
    (Array("x evil.example\n".utf8) + "from a.example\r\n".utf8.flatMap { [$0, 0] }, .binary),
    (Array("x evil.example\n".utf8) + (0..<300).flatMap { _ in [0, 0x0a] as [UInt8] }, .binary),
    ((1..<200).flatMap { [$0, 0] }, .binary),
    ([UInt8](repeating: 0, count: 64), .binary),
    ((0..<64).flatMap { [$0 & 3, 0] }, .binary),
    ([0xff, 0xfe, 0x61, 0], .utf16(isBigEndian: false)),
    ([0xfe, 0xff, 0, 0x61], .utf16(isBigEndian: true)),
    ([0x1f, 0x8b, 8, 0], .compressed), ([0x28, 0xb5, 0x2f, 0xfd], .compressed),
    (Array("hello\n".utf8), .text(hasMark: false)),
    ([0xef, 0xbb, 0xbf, 0x61], .text(hasMark: true)),
    (Array("a".utf8), .text(hasMark: false)), ([0xff], .text(hasMark: false)),
    (Array("caf\u{e9}\t\u{1b}[0m\r\n".utf8), .text(hasMark: false)),
    ([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0], .binary),
    ([0, 0], .binary),
    (
      Array(String(repeating: "line of text\n", count: 20).utf8) + [0, 0, 0], .text(hasMark: false)
    ),
  ]

  @Test(arguments: cases)
  func content(_ bytes: [UInt8], _ content: InputContent) {
    #expect(ContentSniffer.content(of: bytes.span.bytes) == content)
  }
}

@Suite struct TallyTests {
  @Test func counts() {
    var tally = Tally()
    #expect(tally.isEmpty)
    tally.add("b")
    tally.add("a", 3)
    tally.add("none", 0)
    var other = Tally()
    other.add("b", 2)
    tally.merge(other)
    #expect(tally["b"] == 3 && tally["a"] == 3 && tally["none"] == 0)
    #expect(tally.sorted.map(\.reason) == ["a", "b"])
    #expect(tally.total == 6 && !tally.isEmpty)
  }
}
