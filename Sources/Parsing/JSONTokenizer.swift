/// A pull tokenizer for one top-level JSON value after another, resumable at any byte.
///
/// It takes whatever RFC 8259 allows and nothing else (except one trailing comma, if asked to), so
/// a value whose tokens all arrived is valid JSON. Values may follow one another with or without
/// white space between them (NDJSON, concatenated, pretty-printed). Strings are not checked to be
/// UTF-8: that is left to the caller.
///
/// The tokenizer holds no bytes. When the bytes given end inside a token, it answers `.needMore`
/// with `offset` at that token's start; the caller slides its window there, adds bytes and calls
/// again with the offset adapted. The state is a few words and trivially copied, so a caller may
/// also keep a copy and go back.
///
/// Cost: linear in the bytes, if the caller at least doubles its window when a token does not fit.
@usableFromInline package struct JSONTokenizer: Sendable {
  /// The largest depth that can be asked for.
  package static let greatestDepth = 128

  /// What the grammar expects next.
  @usableFromInline
  enum Expectation: UInt8, Sendable {
    /// A top-level value, or the end.
    case topLevel
    /// A top-level value was read, and `.endOfValue` comes next.
    case endOfValue
    /// A member's name or `}`: an object has just begun.
    case firstKey
    /// A member's name: a comma was read.
    case key
    /// `:` and the member's value.
    case colon
    /// The member's value: the colon was read.
    case memberValue
    /// A value or `]`: an array has just begun.
    case firstElement
    /// A value: a comma was read.
    case element
    /// `,` or the container's end.
    case separator
  }

  /// Kind of each open container, the innermost in the lowest bit: 1 is an object.
  private var containers: UInt128 = 0
  private var expectation: Expectation = .topLevel
  private var openCount: UInt8 = 0
  private let maximumDepth: UInt8
  private let allowsTrailingCommas: Bool

  /// Number of trailing commas accepted since the start or the last `reset`.
  package private(set) var trailingCommas: Int = 0

  /// A tokenizer before its first value; a depth beyond `greatestDepth` is reduced to that.
  package init(maximumDepth: Int = 64, allowsTrailingCommas: Bool = false) {
    self.maximumDepth = UInt8(clamping: min(max(maximumDepth, 0), Self.greatestDepth))
    self.allowsTrailingCommas = allowsTrailingCommas
  }

  /// Number of open containers.
  package var depth: Int { Int(openCount) }

  /// Forgets the value begun, to read another: after an error, or to skip the rest of a value.
  package mutating func reset() {
    containers = 0
    expectation = .topLevel
    openCount = 0
    trailingCommas = 0
  }

  /// Drops the outermost `count` open containers, as if the value inside them were the one begun.
  ///
  /// Their ends are then not among the value's tokens. This is allowed after a `.tooDeep` error as
  /// well, from its offset on.
  package mutating func leaveOuter(_ count: Int) {
    openCount -= UInt8(clamping: min(max(count, 0), Int(openCount)))
    containers &= (1 << UInt128(openCount)) &- 1
  }

  /// The next token at or after `offset`, which moves past it.
  ///
  /// White space, colons and commas before a token are consumed even if the answer is `.needMore`;
  /// a colon or comma right after a token inside a container is consumed with it. After an error,
  /// neither the state nor `offset` may be used again without `reset`.
  package mutating func next(
    _ bytes: RawSpan, at offset: inout Int, isFinal: Bool
  ) throws(JSONError) -> JSONToken {
    precondition(offset >= 0 && offset <= bytes.byteCount)
    if expectation == .endOfValue {
      expectation = .topLevel
      return JSONToken(kind: .endOfValue, hasEscapes: false, start: offset, end: offset)
    }
    let count = bytes.byteCount
    var position = offset
    while true {
      // Most often there is no white space, or a single blank.
      while position < count, Self.isSpace(bytes.byte(unchecked: position)) { position += 1 }
      guard position < count else {
        offset = position
        return try atEnd(position, isFinal)
      }
      let byte = bytes.byte(unchecked: position)
      switch expectation {
      case .separator:
        if byte == Byte.comma {
          expectation = containers & 1 == 1 ? .key : .element
          position += 1
          continue
        }
        guard byte == (containers & 1 == 1 ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
          throw JSONError(.unexpected, at: position)
        }
        offset = position + 1
        return close(at: position)
      case .colon:
        guard byte == Byte.colon else { throw JSONError(.unexpected, at: position) }
        expectation = .memberValue
        position += 1
        continue
      case .firstKey, .key:
        if byte == Byte.quote {
          let token = try string(bytes, at: position, kind: .key, isFinal)
          guard token.kind != .needMore else {
            offset = position
            return token
          }
          let next = token.end + 1
          // The colon is nearly always the next byte.
          if next < count, bytes.byte(unchecked: next) == Byte.colon {
            expectation = .memberValue
            offset = next + 1
          } else {
            expectation = .colon
            offset = next
          }
          return token
        }
        guard byte == UInt8(ascii: "}"), mayClose() else {
          throw JSONError(.unexpected, at: position)
        }
        offset = position + 1
        return close(at: position)
      case .topLevel, .memberValue, .firstElement, .element, .endOfValue:
        if byte == UInt8(ascii: "]"), expectation == .firstElement || expectation == .element {
          guard mayClose() else { throw JSONError(.unexpected, at: position) }
          offset = position + 1
          return close(at: position)
        }
        return try value(bytes, byte, at: position, &offset, isFinal)
      }
    }
  }

  // MARK: Tokens

  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte <= 0x20
      && (1 << 0x20 | 1 << 0x0a | 1 << 0x0d | 1 << 0x09) as UInt64 &>> UInt64(byte) & 1 == 1
  }

  private func atEnd(_ position: Int, _ isFinal: Bool) throws(JSONError) -> JSONToken {
    if isFinal, expectation != .topLevel { throw JSONError(.truncated, at: position) }
    return JSONToken(
      kind: isFinal ? .endOfInput : .needMore, hasEscapes: false, start: position, end: position)
  }

  /// Whether a container may end here, after its beginning or after a comma.
  private mutating func mayClose() -> Bool {
    if expectation == .firstKey || expectation == .firstElement { return true }
    guard allowsTrailingCommas else { return false }
    trailingCommas += 1
    return true
  }

  @inline(__always)
  private mutating func close(at position: Int) -> JSONToken {
    let isObject = containers & 1 == 1
    containers >>= 1
    openCount -= 1
    expectation = openCount == 0 ? .endOfValue : .separator
    return JSONToken(
      kind: isObject ? .endObject : .endArray, hasEscapes: false, start: position,
      end: position + 1)
  }

  @inline(__always)
  private mutating func open(isObject: Bool, at position: Int) throws(JSONError) -> JSONToken {
    guard openCount < maximumDepth else { throw JSONError(.tooDeep, at: position) }
    containers = containers << 1 | (isObject ? 1 : 0)
    openCount += 1
    expectation = isObject ? .firstKey : .firstElement
    return JSONToken(
      kind: isObject ? .beginObject : .beginArray, hasEscapes: false, start: position,
      end: position + 1)
  }

  @inline(__always)
  private mutating func value(
    _ bytes: RawSpan, _ byte: UInt8, at position: Int, _ offset: inout Int, _ isFinal: Bool
  ) throws(JSONError) -> JSONToken {
    let token: JSONToken
    switch byte {
    case Byte.quote:
      token = try string(bytes, at: position, kind: .string, isFinal)
    case UInt8(ascii: "{"):
      offset = position + 1
      return try open(isObject: true, at: position)
    case UInt8(ascii: "["):
      offset = position + 1
      return try open(isObject: false, at: position)
    case Byte.minus, Byte.zero...Byte.nine:
      token = try number(bytes, at: position, isFinal)
    case UInt8(ascii: "t"):
      token = try literal(bytes, "true", .trueLiteral, at: position, isFinal)
    case UInt8(ascii: "f"):
      token = try literal(bytes, "false", .falseLiteral, at: position, isFinal)
    case UInt8(ascii: "n"):
      token = try literal(bytes, "null", .null, at: position, isFinal)
    default:
      throw JSONError(.unexpected, at: position)
    }
    if token.kind == .needMore {
      offset = position
      return token
    }
    let next = token.kind == .string ? token.end + 1 : token.end
    offset = next
    if openCount == 0 {
      expectation = .endOfValue
    } else if next < bytes.byteCount, bytes.byte(unchecked: next) == Byte.comma {
      // The comma is consumed with the value, as the colon with a key.
      expectation = containers & 1 == 1 ? .key : .element
      offset = next + 1
    } else {
      expectation = .separator
    }
    return token
  }

  private static func needMore(at position: Int) -> JSONToken {
    JSONToken(kind: .needMore, hasEscapes: false, start: position, end: position)
  }

  private func needMore(at position: Int, _ isFinal: Bool, end: Int) throws(JSONError) -> JSONToken
  {
    if isFinal { throw JSONError(.truncated, at: end) }
    return Self.needMore(at: position)
  }

  /// A string from its opening quote on.
  @inline(__always)
  private func string(
    _ bytes: RawSpan, at position: Int, kind: JSONTokenKind, _ isFinal: Bool
  ) throws(JSONError) -> JSONToken {
    let count = bytes.byteCount
    var offset = position + 1
    while true {
      offset = JSONText.endOfPlainRun(bytes, from: offset)
      guard offset < count else { return try needMore(at: position, isFinal, end: count) }
      let byte = bytes.byte(unchecked: offset)
      if byte == Byte.quote {
        return JSONToken(kind: kind, hasEscapes: false, start: position + 1, end: offset)
      }
      if byte == Byte.backslash { break }
      if byte < 0x20 { throw JSONError(.control, at: offset) }
    }
    return try escapedString(bytes, at: position, kind: kind, from: offset, isFinal)
  }

  /// The rest of a string, from its first backslash on.
  @inline(never)
  private func escapedString(
    _ bytes: RawSpan, at position: Int, kind: JSONTokenKind, from backslash: Int, _ isFinal: Bool
  ) throws(JSONError) -> JSONToken {
    let count = bytes.byteCount
    var offset = backslash
    while true {
      guard offset < count else { return try needMore(at: position, isFinal, end: count) }
      let byte = bytes.byte(unchecked: offset)
      if byte == Byte.quote {
        return JSONToken(kind: kind, hasEscapes: true, start: position + 1, end: offset)
      }
      if byte == Byte.backslash {
        guard offset + 1 < count else { return try needMore(at: position, isFinal, end: count) }
        switch bytes.byte(unchecked: offset + 1) {
        case Byte.quote, Byte.backslash, Byte.slash, UInt8(ascii: "b"), UInt8(ascii: "f"),
          UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
          offset += 2
        case UInt8(ascii: "u"):
          let end = min(offset + 6, count)
          for digit in offset + 2..<max(end, offset + 2)
          where Hex.value(of: bytes.byte(unchecked: digit)) > 15 {
            throw JSONError(.escape, at: offset)
          }
          guard end == offset + 6 else { return try needMore(at: position, isFinal, end: count) }
          offset = end
        default:
          throw JSONError(.escape, at: offset)
        }
      } else if byte < 0x20 {
        throw JSONError(.control, at: offset)
      } else {
        offset = JSONText.endOfPlainRun(bytes, from: offset)
      }
    }
  }

  /// A number (RFC 8259 §6): minus, integer without leading zero, fraction, exponent.
  private func number(
    _ bytes: RawSpan, at position: Int, _ isFinal: Bool
  ) throws(JSONError) -> JSONToken {
    let count = bytes.byteCount
    var offset = position
    if bytes.byte(unchecked: offset) == Byte.minus { offset += 1 }
    guard offset < count else { return try needMore(at: position, isFinal, end: count) }
    if bytes.byte(unchecked: offset) == Byte.zero {
      offset += 1
    } else {
      guard Self.skipDigits(bytes, &offset) else { throw JSONError(.number, at: offset) }
    }
    if offset < count, bytes.byte(unchecked: offset) == Byte.dot {
      offset += 1
      guard Self.skipDigits(bytes, &offset) else {
        if offset == count { return try needMore(at: position, isFinal, end: count) }
        throw JSONError(.number, at: offset)
      }
    }
    if offset < count, bytes.byte(unchecked: offset) | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < count,
        bytes.byte(unchecked: offset) == Byte.plus
          || bytes.byte(unchecked: offset) == Byte.minus
      {
        offset += 1
      }
      guard Self.skipDigits(bytes, &offset) else {
        if offset == count { return try needMore(at: position, isFinal, end: count) }
        throw JSONError(.number, at: offset)
      }
    }
    guard offset < count || isFinal else { return Self.needMore(at: position) }
    if offset < count, Self.continuesWord(bytes.byte(unchecked: offset)) {
      throw JSONError(.number, at: offset)
    }
    return JSONToken(kind: .number, hasEscapes: false, start: position, end: offset)
  }

  /// Skips digits; false if there is none.
  @inline(__always)
  private static func skipDigits(_ bytes: RawSpan, _ offset: inout Int) -> Bool {
    let start = offset
    while offset < bytes.byteCount, Byte.isDigit(bytes.byte(unchecked: offset)) { offset += 1 }
    return offset > start
  }

  /// Whether a byte right after a number or literal makes it something else.
  @inline(__always)
  private static func continuesWord(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == Byte.dot
      || byte == Byte.plus || byte == Byte.minus || byte == 0x5f || byte >= 0x80
  }

  /// `true`, `false` or `null`.
  @inline(__always)
  private func literal(
    _ bytes: RawSpan, _ word: StaticString, _ kind: JSONTokenKind, at position: Int,
    _ isFinal: Bool
  ) throws(JSONError) -> JSONToken {
    let length = word.utf8CodeUnitCount
    let end = position + length
    guard end < bytes.byteCount else {
      return try lastLiteral(bytes, word, kind, at: position, isFinal)
    }
    var differs = false
    for index in 0..<length {
      // SAFETY: the index is less than the number of the word's code units.
      differs = unsafe bytes.byte(unchecked: position + index) != word.utf8Start[index] || differs
    }
    guard !differs, !Self.continuesWord(bytes.byte(unchecked: end)) else {
      throw JSONError(.literal, at: position)
    }
    return JSONToken(kind: kind, hasEscapes: false, start: position, end: end)
  }

  /// Reads a literal that reaches the end of the bytes, or goes beyond it.
  private func lastLiteral(
    _ bytes: RawSpan, _ word: StaticString, _ kind: JSONTokenKind, at position: Int,
    _ isFinal: Bool
  ) throws(JSONError) -> JSONToken {
    let count = bytes.byteCount
    for offset in position..<count {
      // SAFETY: the bytes end at the word's length or before.
      guard unsafe bytes.byte(unchecked: offset) == word.utf8Start[offset - position] else {
        throw JSONError(.literal, at: position)
      }
    }
    guard count - position == word.utf8CodeUnitCount else {
      return try needMore(at: position, isFinal, end: count)
    }
    guard isFinal else { return Self.needMore(at: position) }
    return JSONToken(kind: kind, hasEscapes: false, start: position, end: count)
  }

  /// Undoes the escapes of a key's or string's bytes; lone surrogates become U+FFFD.
  package static func unescape(_ bytes: RawSpan, to output: inout [UInt8]) {
    JSONText.unescape(bytes, to: &output)
  }
}
