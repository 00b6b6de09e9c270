import Database
import Indicators
import Inputs
import Parsing
import Scanning

/// Finds the bytes of a value in text where no scan sees the value, and says why.
///
/// The cause is a rule about the bytes' surroundings (Matching.md §1–§7). It is found by trying:
/// the value alone is scanned, then the string or line around it, so that whatever the rules are,
/// the answer is theirs.
struct RawSearch {
  private static let placeLimit = 3

  let value: AskedValue
  let options: ScanOptions

  /// Searches one input; captures are searched by their payloads instead.
  ///
  /// - Throws: `InputError` where the input cannot be read to its end.
  func search(_ source: InputSource, into result: inout Explanation) throws(InputError) {
    let first = try source.peek(ContentSniffer.length)
    let content = ContentSniffer.content(of: first.rawSpan)
    switch content {
    case .pcap, .pcapng, .unsupportedCapture, .wrapped, .foreign: return
    default: break
    }
    let needles = needles()
    let path = source.path
    var reader = ChunkReader(source, encoding: ChunkReader.Encoding(of: content))
    var line: UInt64 = 0
    var header: [UInt8] = []
    var told = 0
    while told < Self.placeLimit, try reader.next() {
      let bytes = reader.bytes.copied(reader.bytes.byteOffsets)
      if line == 0 { header = Self.header(bytes) }
      var start = 0
      while start < bytes.count, told < Self.placeLimit {
        let end = bytes[start...].firstIndex(of: Byte.lineFeed) ?? bytes.count
        line += 1
        if let (needle, offset) = find(needles, bytes, start..<end) {
          let place = "\(path):\(line)"
          do throws(DatabaseError) {
            result.findings.append(
              try judge(
                Array(bytes[start..<end]), at: offset - start, needle, header: header,
                place: place))
          } catch {
            result.findings.append(
              Explanation.Finding(
                .bytesOnly,
                "its bytes stand there; why they are not taken for a value cannot be tried: \(error)",
                place: place))
          }
          told += 1
        }
        start = end + 1
      }
    }
  }

  // MARK: Bytes

  /// A form in which the value may be written.
  private struct Needle {
    enum Form { case plain, defanged, percentEncoded }
    var form: Form
    /// Lower case.
    var bytes: [UInt8]
  }

  private func needles() -> [Needle] {
    var needles = [Needle(form: .plain, bytes: Self.lowered(value.text))]
    if value.kind == .url, let pieces = URLPieces(value.bytes), !pieces.scheme.isEmpty {
      // http and https compare equal.
      needles.append(
        Needle(form: .plain, bytes: Self.lowered(value.text.dropFirst(pieces.scheme.count + 3))))
    }
    if value.kind.isNetworkKind, !value.kind.isDigest {
      let text = Self.lowered(value.text)
      for dot in ["[.]", "(.)", "[dot]", "(dot)", "{.}", "\\."] {
        needles.append(
          Needle(form: .defanged, bytes: Self.replacing(Byte.dot, by: Array(dot.utf8), in: text)))
      }
      needles.append(
        Needle(
          form: .percentEncoded, bytes: Self.replacing(Byte.dot, by: Array("%252e".utf8), in: text))
      )
    }
    return needles.filter { $0.bytes.count >= 4 }
  }

  private func find(
    _ needles: [Needle], _ bytes: [UInt8], _ range: Range<Int>
  ) -> (Needle, Int)? {
    for needle in needles {
      guard let first = needle.bytes.first, range.count >= needle.bytes.count else { continue }
      let upper = Byte.isSmallLetter(first) ? first & 0xdf : first
      for start in range.lowerBound...(range.upperBound - needle.bytes.count) {
        guard bytes[start] == first || bytes[start] == upper else { continue }
        var length = 1
        while length < needle.bytes.count,
          Byte.lowercased(bytes[start + length]) == needle.bytes[length]
        { length += 1 }
        if length == needle.bytes.count { return (needle, start) }
      }
    }
    return nil
  }

  private static func lowered(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.map(Byte.lowercased)
  }

  private static func replacing(_ byte: UInt8, by text: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == byte ? text : [$0] }
  }

  // MARK: Judgement

  private func judge(
    _ line: [UInt8], at offset: Int, _ needle: Needle, header: [UInt8], place: String
  ) throws(DatabaseError) -> Explanation.Finding {
    func finding(_ cause: Explanation.Cause, _ text: String) -> Explanation.Finding {
      Explanation.Finding(cause, text, place: place)
    }
    switch needle.form {
    case .defanged:
      return finding(
        .defangedInInput, "stands there defanged; only --refang reads it as what it stands for")
    case .percentEncoded:
      return finding(
        .encoded, "stands there encoded twice (%252E), which is a border and nothing else")
    case .plain: break
    }
    if let string = JSONPlace(line, at: offset) {
      if string.isKey {
        return finding(.keyOnly, "stands there as a key; only values are looked at")
      }
      // The same string under a key that means nothing.
      if try isSeen(in: Array("{\"x\":\"".utf8) + string.escaped + Array("\"}".utf8)) {
        return finding(
          .fieldTakesNone,
          "stands in field '\(string.path)', whose name says that it holds no \(value.kind.name)")
      }
    } else if !header.isEmpty, try isSeen(in: line) {
      let column = TablePlace(header: header, row: line, at: offset)
      return finding(
        .fieldTakesNone,
        "stands in column '\(column.name)'\(column.type.map { " of type \($0)" } ?? ""), which holds "
          + "no \(value.kind.name)")
    }
    let end = offset + needle.bytes.count
    let run = Self.run(around: offset..<end, in: line)
    if run.lowerBound < offset || run.upperBound > end {
      let text = Marks.value(Array(line[run].prefix(120)), .domain)
      return finding(
        .insideLongerRun,
        "stands inside '\(text)'; a part of a longer run is no value, but for names below at a dot")
    }
    if value.kind == .domain, FileExtensions.endsName(value.bytes.rawSpan) {
      return finding(
        .fileExtension,
        "its last label is also a file's extension, and nothing around it says that it is a name")
    }
    return finding(.bytesOnly, "its bytes stand there and are not taken for a value there")
  }

  /// Whether a text alone shows the value.
  private func isSeen(in text: [UInt8]) throws(DatabaseError) -> Bool {
    let probe = try ProbeDatabase.make([value])
    var options = ScanOptions()
    options.includesWeak = true
    options.inputsInMemory = [InputInMemory(path: InputPath("text"), bytes: text)]
    return IndicatorScanner.scan(
      inputs: [], databases: [probe], options: options, to: .hits { _ in }, onProblem: { _ in }
    ).hits > 0
  }

  /// The run of bytes that names, addresses and digests are made of.
  private static func run(around range: Range<Int>, in line: [UInt8]) -> Range<Int> {
    func belongs(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x80...: true
      default: false
      }
    }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start > 0, belongs(line[start - 1]) { start -= 1 }
    while end < line.count, belongs(line[end]) { end += 1 }
    // A dot or dash at the end belongs to the sentence, not to the run.
    while end > range.upperBound, line[end - 1] == Byte.dot || line[end - 1] == Byte.minus {
      end -= 1
    }
    return start..<end
  }

  /// The lines of a table that name its columns; empty for other texts.
  private static func header(_ bytes: [UInt8]) -> [UInt8] {
    let lines = bytes.prefix(16 << 10).split(separator: Byte.lineFeed, maxSplits: 12)
    if bytes.starts(with: "#separator".utf8) || bytes.starts(with: "#Fields".utf8)
      || bytes.starts(with: "#Software".utf8) || bytes.starts(with: "#Version".utf8)
    {
      return Array(lines.filter { $0.first == UInt8(ascii: "#") }.joined(separator: [0x0a]))
    }
    guard let first = lines.first, first.count(where: { $0 == Byte.comma }) >= 2 else { return [] }
    return Array(first)
  }
}
