import Indicators
import Parsing

/// Digests in prose, and the words before them (`Matching.md` §5).
extension ReportFormat {
  /// Lets in the digests in a range, whatever is around them; true if there are any.
  ///
  /// `sha256:…`, `(…)`, a link to a service's page about a file: only the digits count.
  func readDigests(
    _ text: RawSpan, _ range: Range<Int>, _ number: UInt64, _ sink: inout FeedSink
  ) -> Bool {
    var hasDigest = false
    var offset = range.lowerBound
    while offset < range.upperBound {
      guard Byte.isAlphanumeric(text.byte(unchecked: offset)) else {
        offset += 1
        continue
      }
      var end = offset
      while end < range.upperBound, Byte.isAlphanumeric(text.byte(unchecked: end)) { end += 1 }
      let run = text.extracting(offset..<end)
      if Text.isDigest(run) {
        hasDigest = true
        switch Self.label(text, before: offset) {
        case (let label, .unsupported)?:
          sink.refuse(.unsupportedKind, text.extracting(label..<end), line: number)
          offset = end
          continue
        case (_, .kind(let kind))?:
          sink.add(run, as: .kind(kind), line: number)
          offset = end
          continue
        case nil: break
        }
        sink.add(run, as: .digest, line: number)
      }
      offset = end
    }
    return hasDigest
  }

  /// Reads pairs of hex digits joined by colons, as certificate fingerprints are written.
  ///
  /// Returns where they end; nil if the run does not begin any.
  func readPairs(
    _ text: RawSpan, _ run: Range<Int>, _ number: UInt64, _ sink: inout FeedSink
  ) -> Int? {
    let start = run.lowerBound
    guard run.count == 2, Self.isPair(text, at: start) else { return nil }
    var end = start + 2
    while text.starts(with: ":", at: end), Self.isPair(text, at: end + 1) { end += 3 }
    // More digits after the pairs are the next group of an address.
    let goesOn =
      text.starts(with: ":", at: end) && end + 1 < text.byteCount
      && Byte.isAlphanumeric(text.byte(unchecked: end + 1))
    let pairs = (end - start + 1) / 3
    guard pairs > 1 else { return nil }
    if goesOn || ![16, 20, 32].contains(pairs) { return end }
    let value = text.extracting(start..<end)
    switch Self.label(text, before: start)?.meaning {
    case .kind(let kind)? where pairs == 16 && [.hassh, .hasshServer].contains(kind):
      sink.add(value, as: .kind(kind), line: number)
    case .kind? where pairs != 16:
      sink.add(value, as: .kind(.certificateSHA1), line: number)
    case nil where pairs != 16 && !isNumberNext && !Self.isNumber(text, before: start):
      sink.add(value, as: .kind(.certificateSHA1), line: number)
    default: sink.refuse(.unsupportedKind, value, line: number)
    }
    return end
  }

  /// Whether two hex digits are at an offset, and no character of a name follows them.
  private static func isPair(_ text: RawSpan, at offset: Int) -> Bool {
    guard offset + 1 < text.byteCount, Hex.value(of: text.byte(unchecked: offset)) < 16,
      Hex.value(of: text.byte(unchecked: offset + 1)) < 16
    else { return false }
    let next = ReportRun(text, from: offset + 2)
    return next.value.isEmpty
  }

  /// Whether a line ends in words that announce such a number on the next.
  ///
  /// `openssl x509 -text` writes them.
  static func announcesNumber(_ text: RawSpan) -> Bool {
    let end = Text.trimmed(text, text.byteOffsets).upperBound
    return end > 0 && text.byte(unchecked: end - 1) == Byte.colon && isNumber(text, before: end)
  }

  /// Whether words before a fingerprint say that it is a certificate's number or names its key.
  private static func isNumber(_ text: RawSpan, before start: Int) -> Bool {
    let words = text.extracting(max(0, start - longestLabel)..<start)
    return ["serial", "keyid", "key id"].contains { (word: StaticString) in
      Text.firstIndex(of: word, in: words, ignoringCase: true) != nil
    }
  }

  /// What the words directly before a digest say it is of, and where they begin; otherwise nil.
  ///
  /// A colon or an equals sign joins the words to the digest, with or without blanks and quotes, or
  /// they are the cell before it in a table of Markdown or HTML. The longest label that makes sense
  /// counts: `SSL certificate SHA1`.
  private static func label(
    _ text: RawSpan, before start: Int
  ) -> (start: Int, meaning: DigestName.Meaning)? {
    let first = max(0, start - longestLabel)
    guard let end = labelEnd(text, first..<start) else { return nil }
    var found: (start: Int, meaning: DigestName.Meaning)?
    var word = end
    for _ in 0..<mostLabelWords {
      var next = word
      while next > first, isFiller(text.byte(unchecked: next - 1)) { next -= 1 }
      let wordEnd = next
      while next > first,
        Byte.isAlphanumeric(text.byte(unchecked: next - 1))
          || "-_".utf8.contains(text.byte(unchecked: next - 1))
      {
        next -= 1
      }
      guard next < wordEnd else { break }
      word = next
      let key = Text.key(text.extracting(word..<end))
      if ValueType.isForeignDigest(key) {
        found = (word, .unsupported)
      } else if let meaning = DigestName.meaning(of: key, isInProse: true) {
        found = (word, meaning)
      } else if let kind = IndicatorParser.digestKind(ofLabel: key) {
        found = (word, .kind(kind))
      } else if key.hasPrefix("file") {
        // `File thumbprint:` is no certificate's.
        found = nil
      }
    }
    return found
  }

  /// End of the words that are joined to what follows the range; nil if none are.
  ///
  /// A sign or the border of a table's cell joins them.
  private static func labelEnd(_ text: RawSpan, _ range: Range<Int>) -> Int? {
    var end = range.upperBound
    var isJoined = false
    while end > range.lowerBound {
      let byte = text.byte(unchecked: end - 1)
      if isFiller(byte) {
        end -= 1
      } else if byte == UInt8(ascii: ">") {
        var open = end - 1
        while open > range.lowerBound, text.byte(unchecked: open) != UInt8(ascii: "<") { open -= 1 }
        guard text.byte(unchecked: open) == UInt8(ascii: "<") else { return nil }
        if text.starts(with: "</td", at: open) || text.starts(with: "</th", at: open) {
          isJoined = true
        }
        end = open
      } else if !isJoined, ":=|".utf8.contains(byte) {
        isJoined = true
        end -= 1
      } else {
        break
      }
    }
    return isJoined && end > range.lowerBound ? end : nil
  }

  private static func isFiller(_ byte: UInt8) -> Bool {
    Text.isSpace(byte) || byte == Byte.quote || byte == UInt8(ascii: "*")
      || byte == Byte.apostrophe || byte == UInt8(ascii: "`")
  }

  /// Bytes before a digest in which its label is looked for.
  private static let longestLabel = 96
  /// Words that a label has at most.
  private static let mostLabelWords = 4
}
