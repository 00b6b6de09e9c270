import Parsing

/// The part of YAML 1.2 that configurations are written in: block maps and lists, flow maps and
/// lists (so JSON, too), plain and quoted scalars, comments.
///
/// Anchors, tags, block scalars and several documents are refused by name: whoever reads a
/// configuration should see all that it says. Nesting is limited; nothing expands.
struct YAMLReader {
  /// A line that holds something.
  private struct Line {
    var indent: Int
    var text: [UInt8]
    var number: Int
  }

  private static let maximumDepth = 16

  private var lines: [Line] = []
  private var place = 0

  /// The document's value.
  static func read(_ bytes: [UInt8]) throws(ConfigurationFault) -> ConfigurationNode {
    var reader = YAMLReader()
    try reader.split(bytes)
    guard let first = reader.lines.first else {
      throw ConfigurationFault(line: 1, problem: "the file holds nothing")
    }
    let node = try reader.block(indent: first.indent, depth: 0)
    if reader.place < reader.lines.count {
      throw reader.fault("is indented otherwise than what it belongs to")
    }
    return node
  }

  // MARK: Lines

  private mutating func split(_ bytes: [UInt8]) throws(ConfigurationFault) {
    var number = 0
    var rest = bytes[...]
    if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    while !rest.isEmpty {
      number += 1
      let end = rest.firstIndex(of: Byte.lineFeed) ?? rest.endIndex
      var line = rest[rest.startIndex..<end]
      rest = end < rest.endIndex ? rest[(end + 1)...] : []
      if line.last == Byte.carriageReturn { line.removeLast() }
      let indent = line.prefix { $0 == Byte.space }.count
      line = line.dropFirst(indent)
      if line.first == Byte.tab {
        throw ConfigurationFault(line: number, problem: "a tab indents; YAML wants blanks")
      }
      let text = Self.withoutComment(line)
      if text.isEmpty || text == Array("---".utf8) && lines.isEmpty { continue }
      if text == Array("---".utf8) || text == Array("...".utf8) || text.first == UInt8(ascii: "%") {
        throw ConfigurationFault(line: number, problem: "only one YAML document is read")
      }
      lines.append(Line(indent: indent, text: text, number: number))
    }
  }

  /// A line without a comment outside quotes, and without the blanks before it.
  private static func withoutComment(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var quote: UInt8?
    var end = line.endIndex
    var index = line.startIndex
    while index < line.endIndex {
      let byte = line[index]
      if let open = quote {
        if byte == Byte.backslash, open == Byte.quote {
          index += 1
        } else if byte == open {
          quote = nil
        }
      } else if byte == Byte.quote || byte == Byte.apostrophe {
        // An apostrophe inside a word is one of its letters.
        if index == line.startIndex || !Text.isAlphanumeric(line[index - 1]) { quote = byte }
      } else if byte == UInt8(ascii: "#"),
        index == line.startIndex || Text.isSpace(line[index - 1])
      {
        end = index
        break
      }
      index += 1
    }
    let text = Array(line[..<end])
    return Array(text[Text.trimmed(text.rawSpan, 0..<text.count)])
  }

  private func fault(_ problem: String) -> ConfigurationFault {
    let line = place < lines.count ? lines[place].number : lines.last?.number ?? 1
    return ConfigurationFault(line: line, problem: problem)
  }

  // MARK: Blocks

  private mutating func block(
    indent: Int, depth: Int
  ) throws(ConfigurationFault) -> ConfigurationNode {
    guard depth < Self.maximumDepth else { throw fault("is nested too deeply") }
    let first = lines[place]
    if Self.isItem(first.text) { return try list(indent: indent, depth: depth) }
    if Self.colon(in: first.text) != nil { return try map(indent: indent, depth: depth) }
    let node = try inline(first.text, line: first.number)
    place += 1
    return node
  }

  private static func isItem(_ text: [UInt8]) -> Bool {
    text.first == Byte.minus && (text.count == 1 || Text.isSpace(text[1]))
  }

  private mutating func list(
    indent: Int, depth: Int
  ) throws(ConfigurationFault) -> ConfigurationNode {
    let number = lines[place].number
    var items: [ConfigurationNode] = []
    while place < lines.count, lines[place].indent == indent, Self.isItem(lines[place].text) {
      let line = lines[place]
      let offset = line.text.dropFirst().prefix { Text.isSpace($0) }.count + 1
      let rest = Array(line.text.dropFirst(offset))
      if rest.isEmpty {
        place += 1
        items.append(try nested(below: indent, line: line.number, depth: depth))
      } else {
        // What stands behind the dash is a block of its own, indented by as much.
        lines[place] = Line(indent: indent + offset, text: rest, number: line.number)
        items.append(try block(indent: indent + offset, depth: depth + 1))
      }
    }
    return ConfigurationNode(value: .list(items), line: number)
  }

  private mutating func map(
    indent: Int, depth: Int
  ) throws(ConfigurationFault) -> ConfigurationNode {
    let number = lines[place].number
    var members: [ConfigurationMember] = []
    while place < lines.count, lines[place].indent == indent, !Self.isItem(lines[place].text) {
      let line = lines[place]
      guard let colon = Self.colon(in: line.text) else { throw fault("is no `key: value`") }
      let keyNode = try inline(Array(line.text[..<colon]), line: line.number)
      guard case .scalar(let key, _) = keyNode.value else { throw fault("is no key") }
      if members.contains(where: { $0.key == key }) { throw fault("names '\(key)' again") }
      let text = Array(line.text[(colon + 1)...])
      let rest = Array(text[Text.trimmed(text.rawSpan, 0..<text.count)])
      let node: ConfigurationNode
      if rest.isEmpty {
        place += 1
        node = try nested(below: indent, line: line.number, depth: depth, allowsItemsHere: true)
      } else {
        node = try inline(rest, line: line.number)
        place += 1
      }
      members.append(ConfigurationMember(key: key, line: line.number, node: node))
    }
    return ConfigurationNode(value: .map(members), line: number)
  }

  /// The block below a key or a dash; nothing there is an empty scalar.
  private mutating func nested(
    below indent: Int, line: Int, depth: Int, allowsItemsHere: Bool = false
  ) throws(ConfigurationFault) -> ConfigurationNode {
    if place < lines.count {
      let next = lines[place]
      if next.indent > indent || allowsItemsHere && next.indent == indent && Self.isItem(next.text)
      {
        return try block(indent: next.indent, depth: depth + 1)
      }
    }
    return ConfigurationNode(value: .scalar("", isQuoted: false), line: line)
  }

  /// Offset of the colon that ends a key: followed by a blank or the end, outside quotes and brackets.
  private static func colon(in text: [UInt8]) -> Int? {
    var quote: UInt8?
    var index = 0
    if let first = text.first, "[{".utf8.contains(first) { return nil }
    while index < text.count {
      let byte = text[index]
      if let open = quote {
        if byte == Byte.backslash, open == Byte.quote {
          index += 1
        } else if byte == open {
          quote = nil
        }
      } else if index == 0, byte == Byte.quote || byte == Byte.apostrophe {
        quote = byte
      } else if byte == Byte.colon, index + 1 == text.count || Text.isSpace(text[index + 1]) {
        return index
      }
      index += 1
    }
    return nil
  }

  // MARK: Flow

  /// A value on one line, or a flow collection that goes on over the lines that follow.
  private mutating func inline(
    _ text: [UInt8], line: Int
  ) throws(ConfigurationFault) -> ConfigurationNode {
    var bytes = text
    if let first = text.first, "[{".utf8.contains(first) {
      while !Self.isBalanced(bytes), place + 1 < lines.count {
        place += 1
        bytes += [Byte.space] + lines[place].text
      }
    }
    var offset = 0
    let node = try Self.flow(bytes, &offset, line: line, depth: 0, isTop: true)
    Self.skipSpace(bytes, &offset)
    guard offset == bytes.count else {
      throw ConfigurationFault(line: line, problem: "goes on behind its value")
    }
    return node
  }

  private static func isBalanced(_ text: [UInt8]) -> Bool {
    var depth = 0
    var quote: UInt8?
    var index = 0
    while index < text.count {
      let byte = text[index]
      if let open = quote {
        if byte == Byte.backslash, open == Byte.quote {
          index += 1
        } else if byte == open {
          quote = nil
        }
      } else if byte == Byte.quote || byte == Byte.apostrophe {
        if index == 0 || !Text.isAlphanumeric(text[index - 1]) { quote = byte }
      } else if "[{".utf8.contains(byte) {
        depth += 1
      } else if "]}".utf8.contains(byte) {
        depth -= 1
      }
      index += 1
    }
    return depth <= 0 && quote == nil
  }

  private static func skipSpace(_ text: [UInt8], _ offset: inout Int) {
    while offset < text.count, Text.isSpace(text[offset]) { offset += 1 }
  }

  private static func flow(
    _ text: [UInt8], _ offset: inout Int, line: Int, depth: Int, isTop: Bool
  ) throws(ConfigurationFault) -> ConfigurationNode {
    guard depth < maximumDepth else {
      throw ConfigurationFault(line: line, problem: "is nested too deeply")
    }
    skipSpace(text, &offset)
    guard offset < text.count else {
      return ConfigurationNode(value: .scalar("", isQuoted: false), line: line)
    }
    switch text[offset] {
    case UInt8(ascii: "["):
      offset += 1
      var items: [ConfigurationNode] = []
      while try !ends(UInt8(ascii: "]"), text, &offset, line) {
        items.append(try flow(text, &offset, line: line, depth: depth + 1, isTop: false))
        try separate(UInt8(ascii: "]"), text, &offset, line)
      }
      return ConfigurationNode(value: .list(items), line: line)
    case UInt8(ascii: "{"):
      offset += 1
      var members: [ConfigurationMember] = []
      while try !ends(UInt8(ascii: "}"), text, &offset, line) {
        let keyNode = try flow(text, &offset, line: line, depth: depth + 1, isTop: false)
        guard case .scalar(let key, _) = keyNode.value else {
          throw ConfigurationFault(line: line, problem: "a key is no text")
        }
        if members.contains(where: { $0.key == key }) {
          throw ConfigurationFault(line: line, problem: "names '\(key)' again")
        }
        skipSpace(text, &offset)
        guard offset < text.count, text[offset] == Byte.colon else {
          throw ConfigurationFault(line: line, problem: "'\(key)' has no value")
        }
        offset += 1
        let node = try flow(text, &offset, line: line, depth: depth + 1, isTop: false)
        members.append(ConfigurationMember(key: key, line: line, node: node))
        try separate(UInt8(ascii: "}"), text, &offset, line)
      }
      return ConfigurationNode(value: .map(members), line: line)
    case Byte.quote, Byte.apostrophe: return try quoted(text, &offset, line: line)
    case UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"):
      throw ConfigurationFault(
        line: line, problem: "anchors, aliases and tags of YAML are not read; write the value out")
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      throw ConfigurationFault(
        line: line, problem: "block scalars of YAML are not read; write the text in quotes")
    default: return plain(text, &offset, line: line, isTop: isTop)
    }
  }

  private static func ends(
    _ bracket: UInt8, _ text: [UInt8], _ offset: inout Int, _ line: Int
  ) throws(ConfigurationFault) -> Bool {
    skipSpace(text, &offset)
    guard offset < text.count else {
      throw ConfigurationFault(
        line: line, problem: "a '\(Character(Unicode.Scalar(bracket)))' is missing")
    }
    guard text[offset] == bracket else { return false }
    offset += 1
    return true
  }

  /// Steps over the comma between two members; before a closing bracket there may be none.
  private static func separate(
    _ bracket: UInt8, _ text: [UInt8], _ offset: inout Int, _ line: Int
  ) throws(ConfigurationFault) {
    skipSpace(text, &offset)
    if offset < text.count, text[offset] == bracket { return }
    guard offset < text.count else {
      throw ConfigurationFault(
        line: line, problem: "a '\(Character(Unicode.Scalar(bracket)))' is missing")
    }
    guard text[offset] == Byte.comma else {
      throw ConfigurationFault(line: line, problem: "a comma is missing")
    }
    offset += 1
  }

  private static func plain(
    _ text: [UInt8], _ offset: inout Int, line: Int, isTop: Bool
  ) -> ConfigurationNode {
    let start = offset
    while offset < text.count {
      let byte = text[offset]
      if !isTop {
        if ",]}[{".utf8.contains(byte) { break }
        if byte == Byte.colon, offset + 1 == text.count || Text.isSpace(text[offset + 1]) { break }
      }
      offset += 1
    }
    let range = Text.trimmed(text.rawSpan, start..<offset)
    return ConfigurationNode(
      value: .scalar(String(decoding: text[range], as: UTF8.self), isQuoted: false), line: line)
  }

  private static func quoted(
    _ text: [UInt8], _ offset: inout Int, line: Int
  ) throws(ConfigurationFault) -> ConfigurationNode {
    let quote = text[offset]
    offset += 1
    var value: [UInt8] = []
    while offset < text.count {
      let byte = text[offset]
      offset += 1
      if byte == quote {
        if quote == Byte.apostrophe, offset < text.count, text[offset] == quote {
          value.append(quote)
          offset += 1
          continue
        }
        return ConfigurationNode(
          value: .scalar(String(decoding: value, as: UTF8.self), isQuoted: true), line: line)
      }
      guard byte == Byte.backslash, quote == Byte.quote, offset < text.count else {
        value.append(byte)
        continue
      }
      let escaped = text[offset]
      offset += 1
      switch escaped {
      case UInt8(ascii: "n"): value.append(Byte.lineFeed)
      case UInt8(ascii: "t"): value.append(Byte.tab)
      case Byte.quote, Byte.backslash, Byte.slash: value.append(escaped)
      default:
        throw ConfigurationFault(
          line: line,
          problem: "the escape '\\\(Character(Unicode.Scalar(escaped)))' is not read")
      }
    }
    throw ConfigurationFault(line: line, problem: "a quote is not closed")
  }
}
