import Parsing

extension YAMLMember {
  /// The value as text.
  ///
  /// - Throws: `YAMLFault` where it is a list, a map or nothing.
  package func text() throws(YAMLFault) -> String {
    guard case .scalar(let text, let isPlain) = node.value, !isPlain || !text.isEmpty else {
      throw YAMLFault(line: line, problem: "'\(key)' wants a value")
    }
    return text
  }

  /// The value as a list of texts; a single text is a list of one.
  package func texts() throws(YAMLFault) -> [String] {
    guard case .list(let items) = node.value else { return [try text()] }
    var texts: [String] = []
    for item in items {
      guard case .scalar(let text, let isPlain) = item.value, !isPlain || !text.isEmpty else {
        throw YAMLFault(line: item.line, problem: "'\(key)' is a list of texts")
      }
      texts.append(text)
    }
    return texts
  }

  /// The value as a whole number in a range.
  package func number(in range: ClosedRange<Int> = 0...Int.max) throws(YAMLFault) -> Int {
    guard case .scalar(let text, true) = node.value, let number = Int(text), range ~= number else {
      let bounds =
        range.upperBound == .max
        ? "from \(range.lowerBound) on" : "from \(range.lowerBound) to \(range.upperBound)"
      throw YAMLFault(line: line, problem: "'\(key)' is a number \(bounds)")
    }
    return number
  }

  /// The value as `true` or `false`.
  package func flag() throws(YAMLFault) -> Bool {
    guard case .scalar(let text, true) = node.value, text == "true" || text == "false" else {
      throw YAMLFault(line: line, problem: "'\(key)' is true or false")
    }
    return text == "true"
  }

  /// The meaning of the value, which must be one of the words, in any case.
  package func word<Meaning>(
    _ meanings: [(word: String, meaning: Meaning)]
  ) throws(YAMLFault) -> Meaning {
    let word = try text()
    if let found = meanings.first(where: { $0.word == word.lowercased() }) { return found.meaning }
    throw .unknown(word, line: line, known: meanings.map(\.word), what: "value of '\(key)'")
  }

  /// The keys and values of a map; a message about anything else names the keys that it may have.
  package func members(of known: [String] = []) throws(YAMLFault) -> [YAMLMember] {
    if case .map(let members) = node.value { return members }
    // `key:` with nothing behind it holds nothing.
    if case .scalar("", true) = node.value { return [] }
    let names = known.isEmpty ? "" : " (\(known.joined(separator: " ")))"
    throw YAMLFault(
      line: line, problem: "'\(key)' is a map: write its keys\(names) below it, indented")
  }

  /// The items of a list; a single value is a list of one.
  package func items() -> [YAMLNode] {
    switch node.value {
    case .list(let items): items
    case .scalar("", true): []
    default: [node]
    }
  }
}

extension YAMLFault {
  /// A fault that names an unknown word, and the known one that was probably meant.
  package static func unknown(
    _ word: String, line: Int, known: [String], what: String = "key"
  ) -> YAMLFault {
    let shown = String(
      String.UnicodeScalarView(
        word.unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7f ? "?" : $0 }))
    let nearest = known.map { (EditDistance.between(word, $0), $0) }.min {
      ($0.0, $0.1) < ($1.0, $1.1)
    }
    if let (distance, name) = nearest, distance <= max(2, word.utf8.count / 3) {
      return YAMLFault(
        line: line, problem: "unknown \(what) '\(shown)'; did you mean '\(name)'?")
    }
    return YAMLFault(
      line: line,
      problem: "unknown \(what) '\(shown)'; use one of " + known.joined(separator: " "))
  }
}
