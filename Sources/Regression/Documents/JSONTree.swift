import Parsing

/// A value of JSON as a tree, for comparing hits with what was expected of them.
indirect enum JSONTree: Sendable, Equatable {
  case null
  case boolean(Bool)
  /// A number as it was written.
  case number(String)
  case string(String)
  case array([JSONTree])
  case object([Member])

  struct Member: Sendable, Equatable {
    var key: String
    var value: JSONTree
  }

  /// The first value of a text; nil where the text is not JSON.
  static func read(_ bytes: [UInt8]) -> JSONTree? {
    var reader = Reader(bytes: bytes)
    return try? reader.value()
  }

  /// The member with a key; nil for other values and other keys.
  subscript(key: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The number, where it is a whole one.
  var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  /// The number.
  var double: Double? {
    guard case .number(let text) = self else { return nil }
    return Double(text)
  }

  /// The text, where it is a string.
  var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The elements; empty for other values.
  var elements: [JSONTree] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }
}

extension JSONTree {
  /// Builds a tree from tokens; the tokenizer bounds the depth.
  private struct Reader {
    private let bytes: [UInt8]
    private var tokenizer = JSONTokenizer()
    private var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func value() throws(JSONError) -> JSONTree {
      let token = try next()
      return try value(of: token)
    }

    private mutating func next() throws(JSONError) -> JSONToken {
      let bytes = bytes
      return try tokenizer.next(bytes.rawSpan, at: &offset, isFinal: true)
    }

    private func text(_ token: JSONToken) -> String {
      let raw = bytes[token.start..<token.end]
      guard token.hasEscapes else { return String(decoding: raw, as: UTF8.self) }
      var text: [UInt8] = []
      JSONText.unescape(Array(raw).rawSpan, to: &text)
      return String(decoding: text, as: UTF8.self)
    }

    private mutating func value(of token: JSONToken) throws(JSONError) -> JSONTree {
      switch token.kind {
      case .string: return .string(text(token))
      case .number: return .number(text(token))
      case .trueLiteral: return .boolean(true)
      case .falseLiteral: return .boolean(false)
      case .null: return .null
      case .beginArray:
        var elements: [JSONTree] = []
        while true {
          let token = try next()
          if token.kind == .endArray { return .array(elements) }
          elements.append(try value(of: token))
        }
      case .beginObject:
        var members: [Member] = []
        while true {
          let token = try next()
          guard token.kind == .key else { return .object(members) }
          members.append(Member(key: text(token), value: try value()))
        }
      default: throw JSONError(.unexpected, at: token.start)
      }
    }
  }
}
