import Parsing

/// A record in a string of another one, or at the end of a line of text: what is known about the
/// places where one may begin, and where the reading of one has got to.
struct NestedReading {
  /// The tokens of the record that was read last.
  var tokens: [JSONToken] = []
  /// What is known about the values of the text at whose end a record is looked for.
  private var values = KnownValues()
  /// The record being walked is in a string, in which no further record is looked for.
  var isOpen = false
  /// The record being walked is one with which a line of text ends: a member of it may be another
  /// program's line.
  var isInTail = false
  /// Where the record begins with which a line of text ends.
  var tailStart: Int?
  /// The message of that record.
  var message: JSONToken?
  /// The message of the record in a member's string, to be examined before the string's memory is
  /// given back.
  var memberMessage: JSONToken?

  private let maximumDepth: Int
  /// Whether lines of text may end with a record.
  private let looksForTails: Bool

  init(options: LogOptions) {
    maximumDepth = options.jsonDepth
    looksForTails = options.format != .text
  }

  /// Forgets the record at the end of a line, since another line or record begins.
  @inline(__always)
  mutating func beginRecord() { (message, tailStart, memberMessage) = (nil, nil, nil) }

  /// Whether a string begins with `{` or `[{`.
  @inline(__always)
  static func beginsRecord(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count >= 2 else { return false }
    let first = bytes.byte(unchecked: range.lowerBound)
    return first == UInt8(ascii: "{")
      || first == UInt8(ascii: "[")
        && bytes.byte(unchecked: range.lowerBound + 1) == UInt8(ascii: "{")
  }

  /// Reads the record that a whole string is; false if it is none.
  mutating func readOwn(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    values.forget()
    return read(bytes, range)
  }

  /// Reads the record that a whole range is; false if it is none.
  ///
  /// `values` must be of the same bytes up to the same end.
  private mutating func read(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let whole = bytes.withoutPadding(range)
    guard whole.count >= 2, whole.lowerBound == range.lowerBound else { return false }
    let last = bytes.byte(unchecked: whole.upperBound - 1)
    guard last == UInt8(ascii: "}") || last == UInt8(ascii: "]") else { return false }
    if let known = values.read(
      bytes, from: whole.lowerBound, to: whole.upperBound, isFinal: true)
    {
      guard case .complete(whole.upperBound) = known.attempt else { return false }
      tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
      tokens.append(contentsOf: values.tokens[known.tokens])
      return true
    }
    var tokens = tokens
    self.tokens = []
    defer { self.tokens = tokens }
    tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
    var tokenizer = JSONTokenizer(maximumDepth: maximumDepth)
    var offset = whole.lowerBound
    switch tokenizer.readValue(
      bytes, at: &offset, to: whole.upperBound, isFinal: true, into: &tokens)
    {
    case .complete(whole.upperBound): return true
    case .broken(let fault): values.keep(&tokens, tokenizer, fault, at: offset)
    // The text behind a value does not matter to the values inside it.
    default: values.keep(&tokens, tokenizer, .grammar, at: offset)
    }
    return false
  }

  /// Whether an offset is inside the JSON record with which a range ends, so that what begins there
  /// belongs to a member.
  mutating func isInside(_ chunk: RawSpan, _ range: Range<Int>, _ offset: Int) -> Bool {
    let start = start(chunk, from: range.lowerBound, to: range.upperBound)
    return start.map { $0 < offset } ?? false
  }

  /// Where the JSON record begins with which a line ends; its tokens are then read.
  ///
  /// Only bytes that can begin an object are tried, and only if the line ends as JSON does. Values
  /// inside one that was tried are not read again (`KnownValues`), so the cost is linear in the
  /// line.
  mutating func start(_ chunk: RawSpan, from start: Int, to end: Int) -> Int? {
    let line = chunk.withoutPadding(start..<end)
    guard line.count >= 2, looksForTails else { return nil }
    let last = chunk.byte(unchecked: line.upperBound - 1)
    guard last == UInt8(ascii: "}") || last == UInt8(ascii: "]") else { return nil }
    values.forget()
    var offset = start
    while let brace = chunk.firstOffset(of: UInt8(ascii: "{"), from: offset, to: end) {
      offset = brace + 1
      var next = brace + 1
      while next < end, RawSpan.isBlank(chunk.byte(unchecked: next)) { next += 1 }
      guard next < end,
        chunk.byte(unchecked: next) == Byte.quote
          || chunk.byte(unchecked: next) == UInt8(ascii: "}")
      else { continue }
      if last == UInt8(ascii: "]") {
        guard brace > start, chunk.byte(unchecked: brace - 1) == UInt8(ascii: "[") else {
          continue
        }
        if read(chunk, brace - 1..<end) { return brace - 1 }
      } else if read(chunk, brace..<end) {
        return brace
      }
    }
    return nil
  }
}
