import CByteKernels
import TestSupport
import Testing

/// Every way to step over lines, against the rules of the kernel's header.
@Suite struct StepOverLinesTests {
  private static let ways: [Int32] = {
    (Int32(sekisho_text_portable)...sekisho_text_best()).map { $0 }
  }()

  private static let meanings: [UInt8] = {
    var meanings = [UInt8](repeating: 0, count: 256)
    for byte in "#v".utf8 { meanings[Int(byte)] = UInt8(SEKISHO_LINE_STOPS) }
    meanings[0x7B] = UInt8(SEKISHO_LINE_IS_OBJECT)
    for byte in " \n,}".utf8 { meanings[Int(byte)] |= UInt8(SEKISHO_LINE_GOES_ON) }
    return meanings
  }()

  @Test(arguments: ways)
  func agreesWithTheDefinition(_ way: Int32) {
    var random = SeededGenerator(seed: 21)
    let parts = [
      "\n", "\n", "a", "{", "}", "\r", "#", "v", "\"", " ", "{\"a\":1}\n", "{\"a\":1}\r\n",
      String(repeating: "x", count: 60), "é", ",",
    ]
    for _ in 0..<3_000 {
      // Mostly lines that are stepped over, so that several blocks are.
      var text: [UInt8] = []
      for _ in 0..<Int.random(in: 0..<40, using: &random) {
        let isPlain = Int.random(in: 0..<4, using: &random) > 0
        text += Array(
          (isPlain ? "a line\n" : parts.randomElement(using: &random) ?? "").utf8)
      }
      if text.isEmpty { continue }
      let end = Int.random(in: 0...text.count, using: &random)
      for stop in [-1, 0x22] {
        let wanted = expected(text, end, stop)
        let found = stepOver(text, end, stop, way)
        #expect(found == wanted, "\(String(decoding: text, as: UTF8.self)) to \(end)")
      }
    }
  }

  private func stepOver(_ text: [UInt8], _ end: Int, _ stop: Int, _ way: Int32) -> [Int] {
    var lines: UInt64 = 0
    let start = text.withUnsafeBufferPointer { bytes in
      Self.meanings.withUnsafeBufferPointer { meanings in
        guard let first = bytes.baseAddress, let table = meanings.baseAddress else { return 0 }
        return sekisho_step_over_lines(
          first, bytes.count, 0, end, table, Int32(stop), &lines, way)
      }
    }
    return [start, Int(lines)]
  }

  private func expected(_ text: [UInt8], _ end: Int, _ stop: Int) -> [Int] {
    var (start, lines) = (0, 0)
    while let lineFeed = text[start..<end].firstIndex(of: 0x0A) {
      let line = text[start..<lineFeed]
      if line.contains(where: { Int($0) == stop }) { break }
      let meaning = Int(Self.meanings[Int(text[start])])
      if meaning & Int(SEKISHO_LINE_STOPS) != 0 { break }
      if meaning & Int(SEKISHO_LINE_IS_OBJECT) != 0 {
        let content = line.last == 0x0D && line.count > 1 ? line.dropLast() : line
        guard content.last == 0x7D, lineFeed + 1 < text.count,
          Int(Self.meanings[Int(text[lineFeed + 1])]) & Int(SEKISHO_LINE_GOES_ON) == 0
        else { break }
      }
      start = lineFeed + 1
      lines += 1
    }
    return [start, lines]
  }
}
