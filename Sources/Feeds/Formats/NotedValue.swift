import Indicators
import Parsing

/// The values in a line of a list, and what the line says of them: a comment, the name of the file whose
/// digest it is, or words behind an address.
///
/// What stands behind a value is no note where it is nothing but values, and words in brackets:
/// `192.0.2.1 192.0.2.2 (botnet)`, `http://a.example/x (loader) + http://b.example/y`. A value with words
/// behind it may be a resolver that was asked or a decoy; only a digest at the line's end is none of these.
struct NotedValue {
  /// The first value.
  private(set) var value: Range<Int>
  /// What stands behind the last value, or in front of a digest.
  private(set) var note: Range<Int>
  /// The values behind the first, and what each is called.
  private(set) var further: [(range: Range<Int>, note: Range<Int>)] = []
  /// What the first value is called.
  private(set) var firstNote: Range<Int>
  /// Whether the note begins with words behind the value, and not with a comment's sign.
  private(set) var isOfWords = false
  /// Whether the note begins with a value that is not let in, since words follow it.
  private(set) var holdsValue = false

  /// The range of the first value in a line, whatever kind of white space follows it.
  static func value(in line: RawSpan) -> Range<Int> {
    guard let blanked = Text.blanked(line) else { return NotedValue(line).value }
    return NotedValue(blanked.rawSpan).value
  }

  /// The parts of a line without white space beyond ASCII.
  init(_ line: RawSpan) {
    if let noted = NotedAddress(cells: line) {
      self.init(noted.address, noted.note)
      return
    }
    let (text, comment) = Comment.split(line)
    let whole = line.extracting(text)
    guard
      let blank = whole.byteOffsets.first(where: { Byte.isBlank(whole.byte(unchecked: $0)) })
    else {
      self.init(text, comment)
      return
    }
    let slashed = FurtherValues.slashed(whole)
    if let first = slashed.first {
      self.init(first, comment)
      further = slashed.dropFirst().map { ($0, note) }
      return
    }
    let named = Self.namedDigest(whole)
    if let named, !Self.holdsHost(whole, named.name) {
      self.init(named.digest, comment.isEmpty ? named.name : comment)
      return
    }
    let first = whole.extracting(0..<blank)
    var start: Int?
    if Text.isDigest(first),
      whole.starts(with: "  ", at: blank) || whole.starts(with: " *", at: blank)
    {
      start = Text.trimmed(line, blank + 2..<text.upperBound).lowerBound
    } else if let noted = NotedAddress(whole) {
      start = noted.note.lowerBound
    } else {
      start = Self.noteStart(whole, behind: blank)
    }
    let isClear = start != nil || Text.isDigest(first) || FurtherValues.isURL(first)
    let rest = isClear ? FurtherValues(whole, behind: 0..<blank) : nil
    // Blanks alone separate values only where nothing but values follows.
    if start == nil, let rest, rest.note.isEmpty { start = rest.note.lowerBound }
    guard let start else {
      self.init(text, comment)
      return
    }
    guard let rest, rest.note.isEmpty else {
      self.init(0..<blank, comment.isEmpty ? start..<text.upperBound : comment)
      (isOfWords, holdsValue) = (comment.isEmpty, rest != nil)
      if let named { add(named) }
      return
    }
    self.init(0..<blank, comment.isEmpty ? rest.note : comment)
    further = rest.values
    if !rest.firstNote.isEmpty { firstNote = rest.firstNote }
    for index in further.indices where further[index].note.isEmpty {
      further[index].note = note
    }
  }

  /// Adds the digest at the line's end, behind words that follow the first value.
  private mutating func add(_ named: (digest: Range<Int>, name: Range<Int>)) {
    if isOfWords {
      note = min(note.lowerBound, named.name.upperBound)..<named.name.upperBound
      firstNote = note
    }
    further = [(named.digest, note)]
  }

  private init(_ value: Range<Int>, _ note: Range<Int>) {
    (self.value, self.note, firstNote) = (value, note, note)
  }

  /// A digest at the line's end behind a dash, or in brackets, and what stands in front of it.
  ///
  /// This is the name of its file, `setup.exe - 0123…`, unless it holds a host.
  private static func namedDigest(_ line: RawSpan) -> (digest: Range<Int>, name: Range<Int>)? {
    guard let last = line.byteOffsets.last(where: { Byte.isBlank(line.byte(unchecked: $0)) }),
      line.byteCount - last > 32
    else { return nil }
    let word = last + 1..<line.byteCount
    let digest = FurtherValues.stripped(line, word)
    guard Text.isDigest(line.extracting(digest)) else { return nil }
    var end = Text.trimmed(line, 0..<word.lowerBound).upperBound
    if let dash = FurtherValues.dash(line, endingAt: end) {
      end = Text.trimmed(line, 0..<dash).upperBound
    } else if line.byte(unchecked: word.lowerBound) != UInt8(ascii: "(") {
      return nil
    }
    // Columns are no name.
    guard end > 0, !(0..<end).contains(where: { ",;|\"^=".utf8.contains(line.byte(unchecked: $0)) })
    else { return nil }
    return (digest, 0..<end)
  }

  /// Whether the words in front of a digest hold a value, or a host.
  ///
  /// Behind the first, a word that ends as files do as well as hosts is a file's name.
  private static func holdsHost(_ line: RawSpan, _ words: Range<Int>) -> Bool {
    if FurtherValues.holdsValue(line, words) { return true }
    var offset = 0
    while offset < words.upperBound {
      var end = offset
      while end < words.upperBound, !Text.isSpace(line.byte(unchecked: end)) { end += 1 }
      if end > offset {
        let word = line.extracting(FurtherValues.stripped(line, offset..<end))
        if isHost(word), offset == 0 || !FileExtensions.endsName(word) { return true }
        if offset == 0, mayBeHost(word) { return true }
      }
      offset = end + 1
    }
    return false
  }

  /// Whether a word may be a host in a tree of names of its own (`evil.bazar`), or holds one: hosts are
  /// written in small letters, and end as no file does.
  private static func mayBeHost(_ word: RawSpan) -> Bool {
    Text.firstIndex(of: "://", in: word) != nil || word.firstOffset(of: UInt8(ascii: "@")) != nil
      || word.firstOffset(of: Byte.dot) != nil && !FileExtensions.endsFile(word)
        && !word.byteOffsets.contains { Byte.isCapital(word.byte(unchecked: $0)) }
  }

  /// Whether a word begins with a host by its last label, or an address, as it is or defanged.
  ///
  /// A user before it, and a port or a path behind it, belong to it.
  private static func isHost(_ word: RawSpan) -> Bool {
    guard word.firstOffset(of: Byte.dot) != nil else { return false }
    var text: [UInt8] = []
    Refanging.append(word, to: &text)
    let end = text.firstIndex { "/:?\\".utf8.contains($0) } ?? text.count
    let host = text.rawSpan.extracting(0..<end)
    return host.firstOffset(of: Byte.dot) != nil
      && (TopLevelDomains.endsName(host) || IPAddressText.ipv4(host) != nil)
  }

  /// The start of a note after a dash, or in brackets.
  ///
  /// It follows a digest or a possible host name.
  private static func noteStart(_ line: RawSpan, behind blank: Int) -> Int? {
    let first = line.extracting(0..<blank)
    // An address may be the first of a range, but not after a scheme.
    let isURL = FurtherValues.isURL(first) || Text.firstIndex(of: "://", in: first) != nil
    let isHost =
      isURL || blank > 0 && Byte.isLetter(first.byte(unchecked: blank - 1))
    guard
      Text.isDigest(first) || isHost && first.firstOffset(of: Byte.dot) != nil
    else { return nil }
    // The command line of a program, with what it fetches.
    if !isURL, FileExtensions.endsFile(first),
      Text.firstIndex(of: "://", in: line, from: blank) != nil
    {
      return nil
    }
    var start = blank
    while start < line.byteCount, Byte.isBlank(line.byte(unchecked: start)) { start += 1 }
    for mark in ["- ", "\u{2013} ", "\u{2014} "] as [StaticString]
    where line.starts(with: mark, at: start) {
      return start + mark.utf8CodeUnitCount
    }
    let isInBrackets =
      line.starts(with: "(", at: start)
      && line.byte(unchecked: line.byteCount - 1) == UInt8(ascii: ")")
    return isInBrackets ? start : nil
  }
}
