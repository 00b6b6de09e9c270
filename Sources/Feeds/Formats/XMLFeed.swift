import Inputs
import Parsing

/// A feed as a stream of XML: elements, attributes and text, without what is dangerous in XML.
///
/// Namespaces are stripped, comments and processing instructions skipped. The only entities are the
/// five of the language and characters by number; a document that declares its own is refused, so
/// nothing can expand. Element names and text hold until the next call.
///
/// No library is used: a feed needs only this little of XML, and whatever else a library can do
/// (DTDs, external entities, recovery) would have to be kept away from files that strangers write.
struct XMLFeed {
  /// What was read.
  enum Token {
    case start, end, text, endOfInput
  }

  /// Longest tag and longest text in bytes.
  static let tokenLimit = 1 << 20

  private(set) var stream: FeedStream
  /// Name of the element that began or ended, without prefix.
  private(set) var name: [UInt8] = []
  /// Text between two tags, entities undone.
  private(set) var text: [UInt8] = []
  /// The line that the token begins in.
  private(set) var line: UInt64 = 1

  private var attributes: [(name: Range<Int>, value: Range<Int>)] = []
  private var arena: [UInt8] = []
  private var open: [[UInt8]] = []
  /// An element without content ends at once.
  private var pendingEnd = false

  init(_ stream: FeedStream) { self.stream = stream }

  /// Number of open elements.
  var depth: Int { open.count }

  /// Whether the element's name is a word, in any case.
  func isElement(_ word: StaticString) -> Bool { name.rawSpan.equals(ignoringCase: word) }

  /// The value of an attribute of the element that began; nil where it has none.
  func attribute(_ word: StaticString) -> [UInt8]? {
    for (name, value) in attributes where arena.rawSpan.extracting(name).equals(ignoringCase: word)
    {
      return Array(arena[value])
    }
    return nil
  }

  /// The next element or text.
  mutating func next() throws(FeedError) -> Token {
    if pendingEnd {
      pendingEnd = false
      return try close(name)
    }
    while true {
      guard let first = try byte(at: 0) else {
        if let unclosed = open.last {
          throw error(
            .truncated, "the XML ends inside <\(String(decoding: unclosed, as: UTF8.self))>",
            .fetchAgain)
        }
        return .endOfInput
      }
      line = stream.lineNumber
      if first != UInt8(ascii: "<") {
        if try readText() { return .text }
        continue
      }
      if try starts("<!--") {
        try skip(through: "-->")
      } else if try starts("<![CDATA[") {
        try readCharacterData()
        return .text
      } else if try starts("<?") {
        try skip(through: "?>")
      } else if try starts("<!") {
        try skipDeclaration()
      } else {
        return try readTag()
      }
    }
  }

  // MARK: Tags

  private mutating func readTag() throws(FeedError) -> Token {
    let end = try tagEnd()
    let span = Array(stream.window[stream.start + 1..<stream.start + end])
    stream.moveStart(to: stream.start + end + 1)
    let tag = span.rawSpan
    if tag.byteCount > 0, tag.byte(unchecked: 0) == Byte.slash {
      return try close(
        Self.localName(Text.trimmed(tag.extracting(1..<tag.byteCount))))
    }
    var offset = 0
    while offset < tag.byteCount, Self.isName(tag.byte(unchecked: offset)) { offset += 1 }
    guard offset > 0 else { throw error(.malformed, "not XML: a < without a name", Self.advice) }
    name = Self.localName(tag.extracting(0..<offset))
    try readAttributes(tag, from: offset)
    guard open.count < stream.depthLimit else {
      throw error(.tooLarge, "XML nested deeper than \(stream.depthLimit)", JSONFeed.depthAdvice)
    }
    open.append(name)
    pendingEnd = span.last == Byte.slash
    return .start
  }

  private mutating func close(_ closing: [UInt8]) throws(FeedError) -> Token {
    guard let last = open.popLast(), last == closing else {
      throw error(
        .malformed,
        "not XML: </\(Excerpt.text(closing.rawSpan))> closes nothing that is open", Self.advice)
    }
    name = closing
    return .end
  }

  /// Offset of the `>` that ends the tag at the window's start, quotes respected.
  private mutating func tagEnd() throws(FeedError) -> Int {
    var offset = 1
    var quote: UInt8?
    while let byte = try byte(at: offset) {
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == Byte.quote || byte == Byte.apostrophe {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return offset
      }
      offset += 1
      if offset > Self.tokenLimit {
        throw error(
          .tooLarge, "an XML tag of more than 1 MiB",
          "look at what it is; fetch the file again if it is broken, or leave it out")
      }
    }
    throw error(
      .truncated, "the XML ends inside a tag",
      .fetchAgain)
  }

  private mutating func readAttributes(_ tag: RawSpan, from start: Int) throws(FeedError) {
    attributes.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
    var offset = start
    while offset < tag.byteCount {
      let byte = tag.byte(unchecked: offset)
      if Text.isSpace(byte) || byte == Byte.slash {
        offset += 1
        continue
      }
      let nameStart = offset
      while offset < tag.byteCount, Self.isName(tag.byte(unchecked: offset)) { offset += 1 }
      let attribute = tag.extracting(nameStart..<offset)
      while offset < tag.byteCount, Text.isSpace(tag.byte(unchecked: offset)) { offset += 1 }
      guard nameStart < offset, offset < tag.byteCount,
        tag.byte(unchecked: offset) == UInt8(ascii: "=")
      else { throw error(.malformed, "not XML: an attribute without a value", Self.advice) }
      offset += 1
      while offset < tag.byteCount, Text.isSpace(tag.byte(unchecked: offset)) { offset += 1 }
      guard offset < tag.byteCount,
        tag.byte(unchecked: offset) == Byte.quote || tag.byte(unchecked: offset) == Byte.apostrophe,
        let end = tag.firstOffset(of: tag.byte(unchecked: offset), from: offset + 1)
      else { throw error(.malformed, "not XML: an attribute without quotes", Self.advice) }
      let nameStartInArena = arena.count
      arena += Self.localName(attribute)
      let valueStart = arena.count
      guard Self.unescape(tag.extracting(offset + 1..<end), to: &arena) else {
        throw error(.malformed, Self.unknownEntity, Self.advice)
      }
      attributes.append((nameStartInArena..<valueStart, valueStart..<arena.count))
      offset = end + 1
    }
  }

  // MARK: Text

  /// Reads up to the next tag; false where it was nothing but white space.
  private mutating func readText() throws(FeedError) -> Bool {
    var offset = 0
    var isBlank = true
    while let byte = try byte(at: offset), byte != UInt8(ascii: "<") {
      if !Text.isSpace(byte) { isBlank = false }
      offset += 1
      // Blanks between tags are consumed as they come.
      if isBlank, offset >= 4096 {
        stream.moveStart(to: stream.start + offset)
        offset = 0
      }
      if offset > Self.tokenLimit { throw error(.tooLarge, "XML text of more than 1 MiB", "") }
    }
    text.removeAll(keepingCapacity: true)
    if !isBlank {
      let raw = Array(stream.window[stream.start..<stream.start + offset])
      guard Self.unescape(raw.rawSpan, to: &text) else {
        throw error(.malformed, Self.unknownEntity, Self.advice)
      }
    }
    stream.moveStart(to: stream.start + offset)
    return !isBlank
  }

  private mutating func readCharacterData() throws(FeedError) {
    stream.moveStart(to: stream.start + 9)
    let end = try offset(of: "]]>")
    text = Array(stream.window[stream.start..<stream.start + end])
    stream.moveStart(to: stream.start + end + 3)
  }

  private static let unknownEntity = "not XML: an entity that is none of the language's own"

  /// Undoes entities; false where one is unknown.
  ///
  /// Static, and given only the output of the reader: a second reference to the arena would have it
  /// copied for each attribute.
  private static func unescape(_ raw: RawSpan, to output: inout [UInt8]) -> Bool {
    var offset = 0
    while offset < raw.byteCount {
      let byte = raw.byte(unchecked: offset)
      guard byte == UInt8(ascii: "&") else {
        output.append(byte)
        offset += 1
        continue
      }
      guard let end = raw.firstOffset(of: UInt8(ascii: ";"), from: offset),
        end - offset <= 10,
        let scalar = scalar(raw.extracting(offset + 1..<end))
      else { return false }
      output.append(contentsOf: String(Character(scalar)).utf8)
      offset = end + 1
    }
    return true
  }

  private static func scalar(_ entity: RawSpan) -> Unicode.Scalar? {
    let named: [(StaticString, Unicode.Scalar)] = [
      ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"),
    ]
    for (word, scalar) in named
    where entity.byteCount == word.utf8CodeUnitCount && entity.starts(with: word) { return scalar }
    guard entity.byteCount >= 2, entity.byte(unchecked: 0) == UInt8(ascii: "#") else { return nil }
    var value: UInt32?
    if entity.byte(unchecked: 1) | 0x20 == UInt8(ascii: "x") {
      value = UInt32(Text.string(entity.extracting(2..<entity.byteCount)), radix: 16)
    } else {
      value = UInt32(Text.string(entity.extracting(1..<entity.byteCount)), radix: 10)
    }
    return value.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
  }

  // MARK: What is skipped

  private mutating func skip(through end: StaticString) throws(FeedError) {
    stream.moveStart(to: stream.start + 2)
    while true {
      if try starts(end) {
        stream.moveStart(to: stream.start + end.utf8CodeUnitCount)
        return
      }
      guard try byte(at: 0) != nil else { _ = try offset(of: end); return }
      // On to the next byte that may begin the end.
      var step = 1
      let first = end.utf8Byte
      while stream.start + step < stream.window.count,
        stream.window[stream.start + step] != first
      {
        step += 1
      }
      stream.moveStart(to: stream.start + step)
    }
  }

  private mutating func skipDeclaration() throws(FeedError) {
    let end = try tagEnd()
    if stream.window[stream.start..<stream.start + end].contains(UInt8(ascii: "[")) {
      throw error(
        .malformed, "the XML declares entities or elements of its own", "leave the file out")
    }
    stream.moveStart(to: stream.start + end + 1)
  }

  // MARK: Bytes

  /// The byte at an offset from the stream's start, reading on as far as needed; nil at the end.
  private mutating func byte(at offset: Int) throws(FeedError) -> UInt8? {
    while stream.start + offset >= stream.window.count {
      guard stream.fill() else { return nil }
    }
    return stream.window[stream.start + offset]
  }

  private mutating func starts(_ word: StaticString) throws(FeedError) -> Bool {
    guard try byte(at: word.utf8CodeUnitCount - 1) != nil else { return false }
    return stream.window.rawSpan.starts(with: word, at: stream.start)
  }

  /// Offset of a word from the stream's start.
  ///
  /// Throws if the input ends before the word, which means that it was cut.
  private mutating func offset(of word: StaticString) throws(FeedError) -> Int {
    var offset = 0
    while try byte(at: offset + word.utf8CodeUnitCount - 1) != nil {
      if stream.window.rawSpan.starts(with: word, at: stream.start + offset) { return offset }
      offset += 1
      if offset > Self.tokenLimit { throw error(.tooLarge, "XML text of more than 1 MiB", "") }
    }
    throw error(
      .truncated, "the XML ends in the middle",
      .fetchAgain)
  }

  private static let advice: Advice = "correct the file, or fetch it again"

  private func error(_ code: FeedError.Code, _ problem: String, _ advice: Advice) -> FeedError {
    FeedError(
      code, path: stream.path, line: stream.lineNumber, problem: problem, advice: advice)
  }

  private static func isName(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte >= 0x80 || byte == Byte.minus || byte == Byte.dot
      || byte == UInt8(ascii: "_") || byte == Byte.colon
  }

  /// A name without its namespace's prefix.
  private static func localName(_ name: RawSpan) -> [UInt8] {
    let bytes = name.copied(0..<name.byteCount)
    guard let colon = bytes.lastIndex(of: Byte.colon) else { return bytes }
    return Array(bytes[(colon + 1)...])
  }
}

extension StaticString {
  /// The first byte; the string is not empty.
  fileprivate var utf8Byte: UInt8 {
    // SAFETY: callers pass words of at least one byte.
    unsafe utf8Start[0]
  }
}
