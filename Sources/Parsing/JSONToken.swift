/// What a JSON token is.
@frozen
@usableFromInline package enum JSONTokenKind: UInt8, Sendable {
  case beginObject, endObject, beginArray, endArray
  /// A member's name; `start..<end` is inside the quotes.
  case key
  /// A string value; `start..<end` is inside the quotes.
  case string
  case number, trueLiteral, falseLiteral, null
  /// The bytes end inside a value, or before one: call again with more (never with `isFinal`).
  case needMore
  /// A whole top-level value was read and nothing of another has begun.
  case endOfValue
  /// Only white space is left, and the bytes given were final (only with `isFinal`).
  case endOfInput
}

/// One token: a kind and where its bytes are.
///
/// The range of an object's or array's begin or end is its bracket; that of a number or literal is
/// all of it; that of a key or string is the text between the quotes. The other kinds have an empty
/// range.
@frozen
@usableFromInline package struct JSONToken: Sendable, Equatable {
  /// What the token is.
  @usableFromInline package var kind: JSONTokenKind
  /// Whether a key or string holds a backslash.
  @usableFromInline package var hasEscapes: Bool
  /// Offset of the first byte.
  @usableFromInline package var start: Int
  /// Offset behind the last byte.
  @usableFromInline package var end: Int

  /// A token of some bytes.
  @inlinable
  package init(kind: JSONTokenKind, hasEscapes: Bool, start: Int, end: Int) {
    self.kind = kind
    self.hasEscapes = hasEscapes
    self.start = start
    self.end = end
  }

  /// The token's bytes.
  @inlinable
  package var range: Range<Int> { start..<end }
}

/// Why bytes are not JSON (RFC 8259).
package struct JSONError: Error, Sendable, Equatable {
  /// Why a value was refused.
  package enum Code: UInt8, Sendable {
    /// The final bytes end inside a value.
    case truncated
    /// More open containers than allowed.
    case tooDeep
    /// A character that the grammar does not allow there.
    case unexpected
    /// Not one of `true`, `false`, `null`.
    case literal
    /// Digits that do not form a number of RFC 8259 §6.
    case number
    /// A backslash that begins no escape of RFC 8259 §7.
    case escape
    /// A control character inside a string, where it must be escaped.
    case control
  }

  /// What is wrong.
  package var code: Code
  /// Where, in the bytes given.
  package var offset: Int

  /// An error at an offset.
  package init(_ code: Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }

  /// What is wrong, in words: lower case, without full stop.
  package var reason: StaticString {
    switch code {
    case .truncated: "the data ends inside a value"
    case .tooDeep: "objects and arrays are nested too deep"
    case .unexpected: "unexpected character"
    case .literal: "neither true, false nor null"
    case .number: "malformed number"
    case .escape: "malformed escape in a string"
    case .control: "control character in a string"
    }
  }
}
