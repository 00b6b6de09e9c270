import Indicators
import Parsing

/// The grammar of patterns, read by recursive descent (STIX 2.1 §9).
extension STIXPattern {
  mutating func observations(
    _ text: RawSpan, _ offset: inout Int, depth: Int
  ) throws(Fault) {
    guard depth < Self.depthLimit else { throw .unsupported }
    repeat {
      if Self.take("(", text, &offset) {
        try observations(text, &offset, depth: depth + 1)
        guard Self.take(")", text, &offset) else { throw .unsupported }
      } else {
        guard Self.take("[", text, &offset) else { throw .unsupported }
        try alternatives(text, &offset, depth: depth)
        guard Self.take("]", text, &offset) else { throw .unsupported }
      }
    } while Self.takeWord("OR", text, &offset)
  }

  private mutating func alternatives(
    _ text: RawSpan, _ offset: inout Int, depth: Int
  ) throws(Fault) {
    guard depth < Self.depthLimit else { throw .unsupported }
    repeat {
      try conjunction(text, &offset, depth: depth)
    } while Self.takeWord("OR", text, &offset)
  }

  /// Comparisons joined by AND.
  private mutating func conjunction(
    _ text: RawSpan, _ offset: inout Int, depth: Int
  ) throws(Fault) {
    let firstGroup = groups.count
    let unsupportedBefore = unsupportedAlternatives
    var members = 0
    /// Where the groups of each member begin.
    var starts: [Int] = []
    repeat {
      starts.append(groups.count)
      if Self.take("(", text, &offset) {
        try alternatives(text, &offset, depth: depth + 1)
        guard Self.take(")", text, &offset) else { throw .unsupported }
      } else {
        try comparison(text, &offset)
      }
      members += 1
    } while Self.takeWord("AND", text, &offset)
    if members == 1 { return }
    join(from: firstGroup, starts, unsupportedBefore: unsupportedBefore)
  }

  /// Replaces the groups of an AND's members by their combinations.
  ///
  /// None are left if there are too many.
  private mutating func join(from firstGroup: Int, _ starts: [Int], unsupportedBefore: Int) {
    hasConjunction = true
    var combinations: [[Int]] = [[]]
    for (index, start) in starts.enumerated() where !combinations.isEmpty {
      let end = index + 1 < starts.count ? starts[index + 1] : groups.count
      if !expansion.multiply(&combinations, by: groups[start..<end]) { combinations = [] }
    }
    groups.removeSubrange(firstGroup...)
    groups += combinations
    // A member without a usable test can never be seen to hold.
    if combinations.isEmpty { unsupportedAlternatives = unsupportedBefore + 1 }
  }

  /// Drops tests for an object's type from groups that also ask for the object's value.
  mutating func dropTypes() {
    let isForType = tests.map { asksForType($0) }
    guard isForType.contains(true) else { return }
    for index in groups.indices {
      let group = groups[index]
      let types = group.filter { isForType[$0] }
      // Each type needs a value of its own: with more types the condition is too long in any case.
      guard types.count <= SourceContext.mostConditionMembers else { continue }
      let implied = types.filter { type in group.contains { isType(tests[type], of: tests[$0]) } }
      if !implied.isEmpty { groups[index].removeAll { implied.contains($0) } }
    }
  }

  private func asksForType(_ test: Test) -> Bool {
    arena[test.path].suffix(Self.typeSuffix.utf8.count).elementsEqual(Self.typeSuffix.utf8)
  }

  private static let typeSuffix = ".type"

  /// Whether `first`, a test for a type, is about the object whose value `second` asks for.
  private func isType(_ first: Test, of second: Test) -> Bool {
    let path = arena[first.path]
    let object = path.dropLast(Self.typeSuffix.utf8.count - 1)
    return arena[second.path].starts(with: object)
      && !arena[second.path].elementsEqual(path)
  }

  private mutating func comparison(_ text: RawSpan, _ offset: inout Int) throws(Fault) {
    var isUsable = !Self.takeWord("NOT", text, &offset)
    if Self.takeWord("EXISTS", text, &offset) {
      _ = try path(text, &offset)
      unsupportedAlternatives += 1
      return
    }
    let path = try path(text, &offset)
    if Self.takeWord("NOT", text, &offset) { isUsable = false }
    let firstTest = tests.count
    var literals = 0
    if Self.takeWord("IN", text, &offset) {
      guard Self.take("(", text, &offset) else { throw .unsupported }
      repeat {
        try literal(text, &offset, path)
        literals += 1
      } while Self.take(",", text, &offset)
      guard Self.take(")", text, &offset) else { throw .unsupported }
    } else {
      var isLike = false
      if Self.takeWord("ISSUBSET", text, &offset) {
        // Being inside a prefix is what a prefix indicator means.
        isUsable = isUsable && (endsInValue(path))
      } else if Self.takeWord("LIKE", text, &offset) {
        isLike = true
      } else {
        isUsable = try comparesEqual(text, &offset) && isUsable
      }
      try literal(text, &offset, path)
      if isLike, isUsable { isUsable = rewriteWildcards(from: firstTest) }
      literals = 1
    }
    if !isUsable || tests.count - firstTest != literals {
      tests.removeSubrange(firstTest...)
      unsupportedAlternatives += 1
      return
    }
    for place in firstTest..<tests.count { groups.append([place]) }
  }

  /// Turns the literal of a `LIKE` into an indicator's value; false if none means the same.
  ///
  /// `%` is any run of characters and `_` any one of them: `%.x` is the names below `x`, and a URL
  /// that ends in `%` is a beginning.
  private mutating func rewriteWildcards(from firstTest: Int) -> Bool {
    guard tests.count == firstTest + 1 else { return false }
    let percent = UInt8(ascii: "%")
    let (path, range) = (tests[firstTest].path, tests[firstTest].value)
    guard !arena[range].contains(UInt8(ascii: "_")) else { return false }
    guard let wildcard = arena[range].firstIndex(of: percent) else { return true }
    guard arena[range].lastIndex(of: percent) == wildcard else { return false }
    let isName = arena.rawSpan.extracting(path).equals(ignoringCase: "domain-name:value")
    let isURL = arena.rawSpan.extracting(path).equals(ignoringCase: "url:value")
    let isBelow =
      isName && wildcard == range.lowerBound && range.count > 2 && arena[wildcard + 1] == Byte.dot
    guard isBelow || isURL && wildcard == range.upperBound - 1 else { return false }
    arena[wildcard] = UInt8(ascii: "*")
    return true
  }

  private func endsInValue(_ path: Range<Int>) -> Bool {
    arena[path].elementsEqual("ipv4-addr:value".utf8)
      || arena[path].elementsEqual("ipv6-addr:value".utf8)
  }

  private func comparesEqual(_ text: RawSpan, _ offset: inout Int) throws(Fault) -> Bool {
    for sign in ["==", "="] as [StaticString] where Self.take(sign, text, &offset) { return true }
    for sign in ["!=", "<>", "<=", ">=", "<", ">"] as [StaticString]
    where Self.take(sign, text, &offset) { return false }
    for word in ["MATCHES", "ISSUPERSET"] as [StaticString]
    where Self.takeWord(word, text, &offset) { return false }
    throw .unsupported
  }

  /// `type:name.name[0].'quoted name'`, written to the arena in lower case without quotes.
  private mutating func path(
    _ text: RawSpan, _ offset: inout Int
  ) throws(Fault) -> Range<Int> {
    Self.skipSpace(text, &offset)
    let start = arena.count
    try name(text, &offset)
    guard Self.take(":", text, &offset) else { throw .unsupported }
    arena.append(Byte.colon)
    try name(text, &offset)
    while true {
      if Self.take(".", text, &offset) {
        arena.append(Byte.dot)
        try name(text, &offset)
      } else if Self.take("[", text, &offset) {
        // The index of the element does not matter: any of them may hold the value.
        while offset < text.byteCount, text.byte(unchecked: offset) != UInt8(ascii: "]") {
          offset += 1
        }
        guard Self.take("]", text, &offset) else { throw .unsupported }
        arena.append(contentsOf: "[*]".utf8)
      } else {
        return start..<arena.count
      }
    }
  }

  private mutating func name(_ text: RawSpan, _ offset: inout Int) throws(Fault) {
    Self.skipSpace(text, &offset)
    let start = arena.count
    if offset < text.byteCount, text.byte(unchecked: offset) == Byte.apostrophe {
      try quoted(text, &offset)
      for index in start..<arena.count { arena[index] = Byte.lowercased(arena[index]) }
    } else {
      let first = offset
      while offset < text.byteCount {
        let byte = text.byte(unchecked: offset)
        guard Byte.isAlphanumeric(byte) || byte == Byte.minus || byte == UInt8(ascii: "_") else {
          break
        }
        offset += 1
      }
      arena.append(text.extracting(first..<offset))
      for index in start..<arena.count { arena[index] = Byte.lowercased(arena[index]) }
    }
    guard arena.count > start else { throw .unsupported }
  }

  /// A string between apostrophes with `\'` and `\\` undone.
  ///
  /// Other escapes do not exist: exporters leave Windows paths as they are. In values that have no
  /// backslashes of their own, exporters escape as in other languages: there each backslash is
  /// dropped.
  private mutating func quoted(
    _ text: RawSpan, _ offset: inout Int, hasBackslashes: Bool = true
  ) throws(Fault) {
    offset += 1
    var run = offset
    while offset < text.byteCount {
      let byte = text.byte(unchecked: offset)
      if byte == Byte.apostrophe {
        arena.append(text.extracting(run..<offset))
        offset += 1
        return
      }
      if byte == Byte.backslash, offset + 1 < text.byteCount {
        let next = text.byte(unchecked: offset + 1)
        if next == Byte.apostrophe || next == Byte.backslash || !hasBackslashes {
          arena.append(text.extracting(run..<offset))
          run = offset + 1
          offset += 1
        }
      }
      offset += 1
    }
    throw .unsupported
  }

  /// A literal; strings, numbers, times and truth values become tests.
  private mutating func literal(
    _ text: RawSpan, _ offset: inout Int, _ path: Range<Int>
  ) throws(Fault) {
    Self.skipSpace(text, &offset)
    guard offset < text.byteCount else { throw .unsupported }
    if text.byte(unchecked: offset) == Byte.apostrophe {
      let start = arena.count
      let isOfNetwork = STIXPath.isOfNetwork(arena.rawSpan.extracting(path))
      try quoted(text, &offset, hasBackslashes: !isOfNetwork)
      tests.append(Test(path: path, value: start..<arena.count))
      return
    }
    let first = Byte.lowercased(text.byte(unchecked: offset))
    if first == UInt8(ascii: "h") || first == UInt8(ascii: "b") || first == UInt8(ascii: "t"),
      offset + 1 < text.byteCount, text.byte(unchecked: offset + 1) == Byte.apostrophe
    {
      offset += 1
      let start = arena.count
      try quoted(text, &offset)
      if first == UInt8(ascii: "t") {
        tests.append(Test(path: path, value: start..<arena.count))
      } else {
        arena.removeSubrange(start...)
      }
      return
    }
    let start = offset
    while offset < text.byteCount {
      let byte = text.byte(unchecked: offset)
      guard Byte.isAlphanumeric(byte) || byte == Byte.dot || byte == Byte.minus || byte == Byte.plus
      else { break }
      offset += 1
    }
    guard offset > start else { throw .unsupported }
    let valueStart = arena.count
    arena.append(text.extracting(start..<offset))
    tests.append(Test(path: path, value: valueStart..<arena.count))
  }

  // MARK: Scanning

  /// Steps over white space and comments.
  static func skipSpace(_ text: RawSpan, _ offset: inout Int) {
    while offset < text.byteCount {
      if Text.isSpace(text.byte(unchecked: offset)) {
        offset += 1
      } else if text.starts(with: "//", at: offset) {
        offset = text.firstOffset(of: Byte.lineFeed, from: offset) ?? text.byteCount
      } else if text.starts(with: "/*", at: offset),
        let end = Text.firstIndex(of: "*/", in: text, from: offset + 2)
      {
        offset = end + 2
      } else {
        return
      }
    }
  }

  private static func take(_ sign: StaticString, _ text: RawSpan, _ offset: inout Int) -> Bool {
    skipSpace(text, &offset)
    guard text.starts(with: sign, at: offset) else { return false }
    offset += sign.utf8CodeUnitCount
    return true
  }

  private static func takeWord(_ word: StaticString, _ text: RawSpan, _ offset: inout Int) -> Bool {
    skipSpace(text, &offset)
    guard text.starts(ignoringCase: word, at: offset) else { return false }
    let end = offset + word.utf8CodeUnitCount
    if end < text.byteCount {
      let byte = text.byte(unchecked: end)
      if Byte.isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == Byte.minus
        || byte == Byte.colon
      {
        return false
      }
    }
    offset = end
    return true
  }
}
