import Glibc
import Inputs
import TestSupport
import Testing

@Suite struct InputSourceTests {
  /// A form that bytes come in, and what they become.
  struct Form: CustomTestStringConvertible, Sendable {
    let name: String
    let compression: InputSource.Compression?
    let wrap: @Sendable ([UInt8]) -> [UInt8]
    var testDescription: String { name }
  }

  static let forms: [Form] = [
    Form(name: "plain", compression: nil) { $0 },
    Form(name: "gzip", compression: .gzip) { gzip($0) },
    Form(name: "stored gzip", compression: .gzip) { gzip($0, level: 0) },
    Form(name: "gzip members", compression: .gzip) {
      gzip(Array($0.prefix(5))) + gzip([]) + gzip(Array($0.dropFirst(5)))
    },
    Form(name: "gzip and zeros", compression: .gzip) {
      gzip($0) + [UInt8](repeating: 0, count: 700)
    },
    Form(name: "zstd", compression: .zstd) { zstd($0) },
    Form(name: "zstd frames", compression: .zstd) {
      skippable(3) + zstd(Array($0.prefix(5))) + skippable(0) + zstd([])
        + zstd(Array($0.dropFirst(5)))
        + skippable(200)
    },
  ]

  static let lengths = [0, 1, 2, 3, 4, 5, 100, 70_000, 1_500_000]

  @Test(arguments: forms, lengths)
  func roundTrip(_ form: Form, _ length: Int) throws {
    var random = SeededGenerator(seed: UInt64(length))
    let bytes = random.text(length)
    for piece in [1, 7, 4096, 1 << 20] where piece > 100 || length < 1000 {
      let source = InputSource(bytes: form.wrap(bytes), path: "x")
      let (read, error) = readAll(source, piece: piece)
      #expect(error == nil)
      #expect(read == bytes, "pieces of \(piece)")
      // Too few bytes to tell, of a plain form, are plain.
      #expect(source.compression == form.compression)
    }
  }

  @Test(arguments: forms)
  func peekDoesNotConsume(_ form: Form) throws {
    var random = SeededGenerator(seed: 1)
    let bytes = random.text(200_000)
    let source = InputSource(bytes: form.wrap(bytes), path: "x")
    #expect(try source.peek(0) == [])
    #expect(try source.peek(10) == Array(bytes.prefix(10)))
    #expect(try source.peek(1 << 30) == Array(bytes.prefix(InputSource.greatestPeek)))
    #expect(try source.peek(20) == Array(bytes.prefix(20)))
    var buffer = [UInt8](repeating: 0, count: 7)
    #expect(try buffer.withUnsafeMutableBytes { try source.read(into: $0) } == 7)
    #expect(try source.peek(20) == Array(bytes[7..<27]))
    #expect(Array(bytes.prefix(7)) + readAll(source).bytes == bytes)
    #expect(try source.peek(20) == [])
  }

  /// Every cut: the bytes before it come out, then the fault, and it stays.
  @Test(arguments: forms.filter { $0.compression != nil })
  func truncated(_ form: Form) {
    var random = SeededGenerator(seed: 5)
    let bytes = random.text(300)
    let whole = form.wrap(bytes)
    for cut in 0..<whole.count {
      let source = InputSource(bytes: Array(whole[..<cut]), path: "x")
      let (read, error) = readAll(source, piece: 64)
      if source.compression == nil {
        // Not enough to recognise.
        #expect(cut < 4 && read == Array(whole[..<cut]))
        continue
      }
      #expect(bytes.starts(with: read), "cut at \(cut)")
      // Between members and in the padding nothing is missing that one could know of; part of a
      // magic number is something else.
      if error == nil { continue }
      #expect(error?.code == .truncated || error?.code == .corrupt)
      #expect(readAll(source).error == error)
    }
  }

  @Test func truncatedGivesEverythingBefore() {
    var random = SeededGenerator(seed: 6)
    let bytes = random.text(400_000)
    let stored = gzip(bytes, level: 0)
    let source = InputSource(bytes: Array(stored.dropLast(1000)), path: "x.gz")
    let (read, error) = readAll(source)
    #expect(read.count > bytes.count - 1200)
    #expect(bytes.starts(with: read))
    #expect(error?.code == .truncated)
    #expect(error?.message == "gzip data ends in the middle")
    #expect(error?.description.hasPrefix("x.gz: ") == true)
  }

  @Test func damagedChecksumComesAfterTheData() {
    var random = SeededGenerator(seed: 8)
    let bytes = random.text(50_000)
    var damaged = gzip(bytes)
    damaged[damaged.count - 6] ^= 1
    var (read, error) = readAll(InputSource(bytes: damaged, path: "x"))
    #expect(read == bytes)
    #expect(error?.code == .corrupt)
    #expect(error?.message == "gzip data is damaged: the checksum does not match")

    damaged = gzip(bytes)
    damaged[damaged.count - 2] ^= 1
    (read, error) = readAll(InputSource(bytes: damaged, path: "x"))
    #expect(read == bytes && error?.message == "gzip data is damaged: the length does not match")

    damaged = zstd(bytes)
    damaged[damaged.count - 1] ^= 1
    (read, error) = readAll(InputSource(bytes: damaged, path: "x"))
    #expect(read == bytes)
    #expect(error?.message == "zstd data is damaged: the checksum does not match")
  }

  @Test func somethingElseBehind() {
    for (whole, name) in [(gzip([1, 2, 3]), "gzip"), (zstd([1, 2, 3]), "zstd")] {
      for rest in [[1], [0, 0, 9], Array("garbage".utf8), Array("0000000000".utf8)] as [[UInt8]] {
        let (read, error) = readAll(InputSource(bytes: whole + rest, path: "x"))
        #expect(read == [1, 2, 3])
        #expect(error?.code == .corrupt)
        #expect(error?.message == "\(name) data is followed by something else, which was not read")
      }
    }
  }

  @Test func flippedBits() {
    var random = SeededGenerator(seed: 9)
    let bytes = random.text(3000)
    for whole in [gzip(bytes), zstd(bytes), gzip(bytes) + gzip(bytes)] {
      for _ in 0..<500 {
        var damaged = whole
        damaged[random.below(damaged.count)] ^= 1 << UInt8(random.below(8))
        let (read, error) = readAll(InputSource(bytes: damaged, path: "x"), piece: 512)
        // Either it is told, or nothing was lost (a flag or a time in the header).
        #expect(error != nil || read == bytes || read == bytes + bytes || read == damaged)
      }
    }
  }

  @Test func compressedTwiceIsUnwrappedOnce() {
    let inner = gzip([1, 2, 3])
    #expect(readAll(InputSource(bytes: gzip(inner), path: "x")).bytes == inner)
  }

  @Test func limitOnGrowth() {
    var limits = InputSource.Limits()
    limits.freeOutput = 1 << 20
    limits.ratio = 100
    let bomb = [UInt8](repeating: 0, count: 8 << 20)
    for whole in [gzip(bomb, level: 9), zstd(bomb)] {
      let source = InputSource(bytes: whole, path: "x", limits: limits)
      let (read, error) = readAll(source)
      #expect(error?.code == .tooLarge)
      #expect(read.count >= 1 << 20 && read.count < 3 << 20)
    }
    // Below the free amount, and with a fair ratio, nothing happens.
    #expect(readAll(InputSource(bytes: gzip(bomb), path: "x")).error == nil)
    var random = SeededGenerator(seed: 10)
    let text = random.text(3 << 20)
    #expect(readAll(InputSource(bytes: gzip(text), path: "x", limits: limits)).bytes == text)
  }

  @Test func windowLimit() {
    var random = SeededGenerator(seed: 11)
    let bytes = random.text(10_000)
    #expect(readAll(InputSource(bytes: zstd(bytes, windowLog: 27), path: "x")).bytes == bytes)
    let (read, error) = readAll(InputSource(bytes: zstd(bytes, windowLog: 28), path: "x"))
    #expect(read == [])
    #expect(error?.code == .tooLarge)
    var limits = InputSource.Limits()
    limits.zstdWindowBytes = 256 << 20
    let wide = InputSource(bytes: zstd(bytes, windowLog: 28), path: "x", limits: limits)
    #expect(readAll(wide).bytes == bytes)
    limits.zstdWindowBytes = 1 << 20
    let narrow = InputSource(bytes: zstd(bytes, windowLog: 27), path: "x", limits: limits)
    #expect(readAll(narrow).error?.message == "zstd data needs a window of more than 1 MiB")
  }

  @Test func files() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", Array("hello\n".utf8))
    let source = try InputSource(path: "\(folder.path)/a")
    #expect(source.rawSize == 6)
    #expect(readAll(source).bytes == Array("hello\n".utf8))
    #expect(source.rawBytesRead == 6)
    #expect(throws: InputError.self) { try InputSource(path: folder.path) }
    do throws(InputError) {
      _ = try InputSource(path: "\(folder.path)/none")
      Issue.record("opened a file that is not there")
    } catch {
      #expect(error.code == .cannotOpen)
      #expect(error.message == "cannot open: No such file or directory; check the path")
      #expect(error.path == "\(folder.path)/none")
    }
  }

  @Test func namesThatAreNoText() throws {
    let folder = try TemporaryFolder()
    let name: [UInt8] = [0x61, 0xff, 0x5c, 0xc3, 0xa9]
    try folder.write(name: name, [1])
    let path = InputPath(bytes: Array(folder.path.utf8) + [0x2f] + name)
    let source = try InputSource(path: path)
    #expect(readAll(source).bytes == [1])
    #expect(source.path == "\(folder.path)/a\\xff\\\\é")
    #expect(!source.inputPath.isText)
    #expect(InputPath("a\\é").description == "a\\é")
  }

  @Test func pipes() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let source = try InputSource(fileDescriptor: ends[0], path: "-")
    #expect(source.rawSize == nil)
    #expect(!source.isReady)
    #expect(write(ends[1], "abcdef", 6) == 6)
    #expect(source.isReady)
    // What is at hand is handed out; nobody waits for a buffer to be full.
    var buffer = [UInt8](repeating: 0, count: 100)
    #expect(try buffer.withUnsafeMutableBytes { try source.read(into: $0) } == 6)
    #expect(!source.isReady)
    close(ends[1])
    #expect(try buffer.withUnsafeMutableBytes { try source.read(into: $0) } == 0)
    close(ends[0])
  }

  /// A member that has ended in a pipe is handed out before another one comes.
  @Test func membersInPipes() throws {
    // `gzip -n` of "abc".
    let member: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x4c, 0x4a, 6, 0, 0xc2, 0x41, 0x24, 0x35, 3, 0, 0,
      0,
    ]
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let source = try InputSource(fileDescriptor: ends[0], path: "-")
    var buffer = [UInt8](repeating: 0, count: 100)
    for _ in 0..<3 {
      #expect(write(ends[1], member, member.count) == member.count)
      #expect(try buffer.withUnsafeMutableBytes { try source.read(into: $0) } == 3)
    }
    close(ends[1])
    #expect(try buffer.withUnsafeMutableBytes { try source.read(into: $0) } == 0)
    close(ends[0])
  }

  @Test func aFileThatBecomesShorter() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", [UInt8](repeating: 0x61, count: 1_000_000))
    let source = try InputSource(path: "\(folder.path)/a")
    _ = try source.peek(1)
    #expect(truncate("\(folder.path)/a", 10) == 0)
    let (read, error) = readAll(source, piece: 10)
    #expect(read.count >= 4)
    #expect(error?.code == .truncated)
    #expect(error?.message == "the file became shorter while it was read")
  }
}
