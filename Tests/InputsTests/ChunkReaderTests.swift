import Glibc
import Inputs
import Parsing
import TestSupport
import Testing

/// What a reader shows; the reader itself cannot be copied into an expectation.
private struct Shown {
  let bytes: [UInt8]
  let base: UInt64
  let isFinal: Bool
  let cutsLine: Bool
  let hasFault: Bool
  let text: String

  init(_ reader: borrowing ChunkReader) {
    bytes = reader.bytes.copied(0..<reader.bytes.byteCount)
    base = reader.base
    isFinal = reader.isFinal
    cutsLine = reader.cutsLine
    hasFault = reader.fault != nil
    text = String(decoding: bytes, as: UTF8.self)
  }
}

@Suite struct ChunkReaderTests {
  /// Lines of very different lengths.
  static func lines(_ random: inout SeededGenerator, count: Int, longest: Int) -> [UInt8] {
    var text: [UInt8] = []
    for _ in 0..<count {
      text += (0..<random.below(longest)).map { _ in UInt8(0x61 + random.below(26)) }
      text.append(0x0a)
    }
    if random.below(2) == 0 { text += Array("no end".utf8) }
    return text
  }

  /// Any way to consume gives the same bytes at the same offsets, cut at line ends.
  @Test func allBytesOnce() throws {
    var random = SeededGenerator(seed: 1)
    for round in 0..<300 {
      let bytes = Self.lines(&random, count: random.below(60), longest: 1 + random.below(150))
      let source = InputSource(bytes: round % 3 == 0 ? gzip(bytes) : bytes, path: "x")
      var reader = ChunkReader(source, size: 64 + random.below(200), greatestSize: 4096)
      var read: [UInt8] = []
      var tail = 0
      var last: [UInt8] = []
      var sawFinal = false
      while try reader.next(keepingTail: tail) {
        #expect(!sawFinal)
        let view = Shown(reader)
        let shown = view.bytes
        #expect(view.base == UInt64(read.count))
        #expect(shown.starts(with: last))
        #expect(shown.count > last.count || view.isFinal)
        #expect(view.cutsLine == false)
        if view.isFinal == false { #expect(shown.last == 0x0a) }
        sawFinal = view.isFinal
        // Sometimes all, sometimes nothing, sometimes some; at the end all.
        let consumed =
          view.isFinal
          ? shown.count : random.pick([shown.count, 0, random.below(shown.count + 1)])
        if random.below(3) == 0 {
          let chunk = reader.take(consumed)
          #expect(chunk.base == UInt64(read.count))
          #expect(chunk.bytes.copied(0..<chunk.count) == Array(shown[..<consumed]))
          read += shown[..<consumed]
          tail = 0
          last = Array(shown[consumed...])
          reader.recycle(chunk)
        } else {
          read += shown[..<consumed]
          tail = shown.count - consumed
          last = Array(shown[consumed...])
        }
      }
      #expect(read == bytes)
      let more = try reader.next()
      #expect(more == false)
    }
  }

  @Test func ownedChunksOutliveTheReader() throws {
    var random = SeededGenerator(seed: 2)
    let bytes = Self.lines(&random, count: 500, longest: 80)
    var reader = ChunkReader(InputSource(bytes: bytes, path: "x"), size: 256)
    var chunks: [Chunk] = []
    while let chunk = try reader.nextChunk() { chunks.append(chunk) }
    #expect(chunks.count > 50)
    #expect(chunks.flatMap { $0.bytes.copied(0..<$0.count) } == bytes)
    #expect(chunks.dropLast().allSatisfy { !$0.isFinal } && chunks.last?.isFinal == true)
    var base: UInt64 = 0
    for chunk in chunks {
      #expect(chunk.base == base)
      base += UInt64(chunk.count)
    }
  }

  @Test func memoryIsUsedAgain() throws {
    var random = SeededGenerator(seed: 3)
    let bytes = Self.lines(&random, count: 2000, longest: 80)
    let pool = ChunkPool(greatestCount: 4)
    var reader = ChunkReader(InputSource(bytes: bytes, path: "x"), size: 256, pool: pool)
    var seen: Set<ObjectIdentifier> = []
    var kept: [Chunk] = []
    while let chunk = try reader.nextChunk() {
      seen.insert(ObjectIdentifier(chunk))
      kept.append(chunk)
      if kept.count > 2 { reader.recycle(kept.removeFirst()) }
    }
    #expect(seen.count < 10)
  }

  @Test func longLines() throws {
    // 1000 bytes without a line end in memory of at most 256.
    let bytes = [UInt8](repeating: 0x61, count: 1000) + Array("\nend\n".utf8)
    var reader = ChunkReader(InputSource(bytes: bytes, path: "x"), size: 64, greatestSize: 256)
    var sizes: [Int] = []
    var cuts: [Bool] = []
    while try reader.next() {
      sizes.append(reader.bytes.byteCount)
      cuts.append(reader.cutsLine)
    }
    #expect(sizes == [256, 256, 256, 237])
    #expect(cuts == [true, true, true, false])
    // Memory that may grow takes the line whole.
    var roomy = ChunkReader(InputSource(bytes: bytes, path: "x"), size: 64)
    var more = try roomy.next()
    var view = Shown(roomy)
    #expect(more && view.bytes.count >= 1001 && view.cutsLine == false)
    // A caller that gives up nothing is shown the same, not more memory.
    var stuck = ChunkReader(InputSource(bytes: bytes, path: "x"), size: 64, greatestSize: 256)
    _ = try stuck.next()
    more = try stuck.next(keepingTail: 256)
    view = Shown(stuck)
    #expect(more && view.bytes.count == 256 && view.cutsLine && view.base == 0)
  }

  @Test func faultsComeAfterTheBytes() throws {
    var random = SeededGenerator(seed: 4)
    let bytes = Self.lines(&random, count: 200, longest: 80)
    let cut = Array(gzip(bytes, level: 0).dropLast(500))
    var reader = ChunkReader(InputSource(bytes: cut, path: "x"), size: 1024)
    var read: [UInt8] = []
    var error: InputError?
    do throws(InputError) {
      while try reader.next() {
        let view = Shown(reader)
        read += view.bytes
        #expect(view.isFinal == view.hasFault)
      }
    } catch let fault {
      error = fault
    }
    #expect(error?.code == .truncated)
    #expect(bytes.starts(with: read) && read.count > bytes.count - 600)
    var isRepeated = false
    do throws(InputError) { _ = try reader.next() } catch { isRepeated = true }
    #expect(isRepeated)
  }

  @Test func emptyInput() throws {
    var reader = ChunkReader(InputSource(bytes: [], path: "x"))
    let more = try reader.next()
    let chunk = try reader.nextChunk()
    #expect(more == false && chunk == nil)
  }

  @Test func utf16() throws {
    var random = SeededGenerator(seed: 5)
    for round in 0..<200 {
      var text = ""
      for _ in 0..<random.below(400) { text += random.pick(["a", "\n", "é", "漢", "😀", "."]) }
      let isBigEndian = round % 2 == 0
      let hasMark = round % 4 < 2
      let units = (hasMark ? [0xfeff] : []) + Array(text.utf16)
      let bytes = units.flatMap {
        isBigEndian
          ? [UInt8($0 >> 8), UInt8($0 & 0xff)] : [UInt8($0 & 0xff), UInt8($0 >> 8)]
      }
      var reader = ChunkReader(
        InputSource(bytes: bytes, path: "x"), size: 64 + random.below(100),
        encoding: .utf16(isBigEndian: isBigEndian))
      var read: [UInt8] = []
      var tail = 0
      while try reader.next(keepingTail: tail) {
        // Offsets are those of the input.
        let before = String(decoding: read, as: UTF8.self).utf16.count
        let view = Shown(reader)
        #expect(view.base == UInt64(2 * (before + (hasMark ? 1 : 0))))
        let shown = view.bytes
        let lineFeed = shown.firstIndex(of: 0x0a).map { $0 + 1 } ?? shown.count
        if view.isFinal {
          read += shown
          tail = 0
        } else {
          read += shown[..<lineFeed]
          tail = shown.count - lineFeed
        }
      }
      #expect(String(decoding: read, as: UTF8.self) == text)
      let replacements = reader.replacements
      #expect(replacements == 0)
    }
  }

  @Test func aPipeIsNotWaitedFor() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let source = try InputSource(fileDescriptor: ends[0], path: "-")
    var reader = ChunkReader(source)
    #expect(write(ends[1], "one\ntwo\nthr", 11) == 11)
    var more = try reader.next()
    var view = Shown(reader)
    #expect(more && view.text == "one\ntwo\n" && view.isFinal == false)
    #expect(write(ends[1], "ee\n", 3) == 3)
    more = try reader.next()
    view = Shown(reader)
    #expect(more && view.text == "three\n" && view.base == 8)
    close(ends[1])
    more = try reader.next()
    #expect(more == false)
    close(ends[0])
  }
}
