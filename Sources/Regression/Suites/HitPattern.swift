import Scanning
import YAML

/// What is expected of a hit: any of its members, however deep.
struct HitPattern: Sendable {
  /// A member and what it should be; all have to hold.
  struct Condition: Sendable {
    /// The keys that lead to it.
    var path: [String]
    var value: Value
    var shape: HitShape
  }

  indirect enum Value: Sendable {
    /// The hit has no such member.
    case absent
    case scalar(String)
    /// Each value matches some element.
    case list([Value])
    case map([(key: String, value: Value)])
  }

  /// How many hits have to match the pattern.
  struct Count: Sendable, Equatable {
    var least = 1
    var most = Int.max

    static let some = Count()
    static let none = Count(least: 0, most: 0)

    func allows(_ count: Int) -> Bool { least <= count && count <= most }

    /// `exactly 3 hits`, `no hit`, `2 to 4 hits`.
    var text: String {
      func hits(_ count: Int) -> String { count == 1 ? "1 hit" : "\(count) hits" }
      if most == 0 { return "no hit" }
      if least == most { return "exactly " + hits(least) }
      if most == .max { return "at least " + hits(least) }
      return least == 0 ? "at most " + hits(most) : "\(least) to " + hits(most)
    }
  }

  var conditions: [Condition]
  var count = Count.some
  /// Its line in the suite.
  var line: Int

  /// Whether it is about hits that an allow list covers.
  var isOfSuppressed: Bool {
    conditions.contains { condition in
      guard condition.path.first == "suppressed" else { return false }
      if case .absent = condition.value { return false }
      return true
    }
  }

  /// Whether a hit is as expected.
  func matches(_ hit: JSONTree) -> Bool {
    conditions.allSatisfy { Self.holds($0.value, hit, $0.path[...], $0.shape) }
  }

  /// The conditions that do not hold.
  func mismatches(_ hit: JSONTree) -> [Condition] {
    conditions.filter { !Self.holds($0.value, hit, $0.path[...], $0.shape) }
  }

  /// The expected text of a member at the top, such as `value` or `kind`.
  func text(_ key: String) -> String? {
    for condition in conditions where condition.path == [key] {
      if case .scalar(let text) = condition.value { return text }
    }
    return nil
  }

  private static func holds(
    _ expected: Value, _ found: JSONTree?, _ path: ArraySlice<String>, _ shape: HitShape
  ) -> Bool {
    guard let key = path.first else { return isLike(expected, found, shape) }
    // On the way to the member, any element of a list may match; for `absent` all have to.
    if case .array(let elements)? = found {
      if case .absent = expected {
        return elements.allSatisfy { holds(expected, $0, path, shape) }
      }
      return elements.contains { holds(expected, $0, path, shape) }
    }
    return holds(expected, found?[key], path.dropFirst(), shape)
  }

  private static func isLike(_ expected: Value, _ found: JSONTree?, _ shape: HitShape) -> Bool {
    switch (expected, found) {
    case (.absent, nil): return true
    case (_, nil): return false
    case (.absent, _): return false
    case (.list(let wanted), .array(let elements)?):
      let shape = if case .list(let element) = shape { element } else { shape }
      return wanted.allSatisfy { value in elements.contains { isLike(value, $0, shape) } }
    case (.list, _): return false
    case (_, .array(let elements)?):
      let shape = if case .list(let element) = shape { element } else { shape }
      return elements.contains { isLike(expected, $0, shape) }
    case (.map(let wanted), .object?):
      return wanted.allSatisfy { key, value in
        isLike(value, found?[key], shape.member(key) ?? .text)
      }
    case (.map, _): return false
    case (.scalar(let text), let value?): return isEqual(text, value, shape)
    }
  }

  private static func isEqual(_ expected: String, _ found: JSONTree, _ shape: HitShape) -> Bool {
    switch found {
    case .string(let text):
      if text == expected { return true }
      switch shape {
      case .path: return text.hasSuffix("/" + expected)
      case .time:
        guard let time = ScanOptions.time(expected) else { return false }
        return ScanOptions.time(text) == time
      default: return false
      }
    case .number(let text): return text == expected || Double(text) == Double(expected)
    case .boolean(let flag): return expected == (flag ? "true" : "false")
    default: return false
    }
  }
}

// MARK: Reading

extension HitPattern {
  /// Reads a pattern from a map of a suite.
  ///
  /// - Throws: `YAMLFault` that names a key no hit has, and the one that was meant.
  init(_ node: YAMLNode, counts: Bool) throws(YAMLFault) {
    guard case .map(let members) = node.value, !members.isEmpty else {
      throw YAMLFault(
        line: node.line, problem: "a hit is written as a map: '{kind: domain, value: …}'")
    }
    conditions = []
    line = node.line
    var count = counts ? Count.some : Count.none
    for member in members {
      switch member.key {
      case "count" where counts:
        let number = try member.number()
        count = Count(least: number, most: number)
      case "min" where counts: count.least = try member.number()
      case "max" where counts:
        count.most = try member.number()
        if !members.contains(where: { $0.key == "min" }) { count.least = 0 }
      default: conditions.append(try Self.condition(member, counts: counts))
      }
    }
    guard count.least <= count.most else {
      throw YAMLFault(line: node.line, problem: "'min' is more than 'max'")
    }
    guard !conditions.isEmpty || counts else {
      throw YAMLFault(line: node.line, problem: "a hit that is not expected needs a key")
    }
    self.count = count
  }

  private static func condition(
    _ member: YAMLMember, counts: Bool
  ) throws(YAMLFault) -> Condition {
    var path = [member.key]
    if let shorthand = HitShape.shorthands.first(where: { $0.key == member.key }) {
      path = shorthand.path
    } else if member.key.contains(".") {
      path = member.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
    var shape = HitShape.hit
    for key in path {
      guard let inner = shape.member(key) else {
        var known = shape.keys
        if path.count == 1 {
          known += HitShape.shorthands.map(\.key) + (counts ? ["count", "min", "max"] : [])
        }
        throw .unknown(key, line: member.line, known: known, what: "key of a hit")
      }
      shape = inner
    }
    return Condition(path: path, value: try value(member.node, shape, member.key), shape: shape)
  }

  private static func value(
    _ node: YAMLNode, _ shape: HitShape, _ key: String
  ) throws(YAMLFault) -> Value {
    switch node.value {
    case .scalar(let text, let isPlain):
      if isPlain, text.isEmpty || text == "null" || text == "~" { return .absent }
      try check(text, shape, key, node.line)
      return .scalar(text)
    case .list(let items):
      guard case .list(let element) = shape else {
        throw YAMLFault(line: node.line, problem: "'\(key)' of a hit is one value, not a list")
      }
      var values: [Value] = []
      for item in items { values.append(try value(item, element, key)) }
      return .list(values)
    case .map(let members):
      guard !shape.keys.isEmpty else {
        throw YAMLFault(line: node.line, problem: "'\(key)' of a hit is one value, not a map")
      }
      var values: [(key: String, value: Value)] = []
      for member in members {
        guard let inner = shape.member(member.key) else {
          throw .unknown(
            member.key, line: member.line, known: shape.keys, what: "key of '\(key)'")
        }
        values.append((member.key, try value(member.node, inner, member.key)))
      }
      return .map(values)
    }
  }

  private static func check(
    _ text: String, _ shape: HitShape, _ key: String, _ line: Int
  ) throws(YAMLFault) {
    switch shape {
    case .word(let words) where !words.contains(text):
      throw .unknown(text, line: line, known: words, what: "value of '\(key)'")
    case .number where Double(text) == nil:
      throw YAMLFault(line: line, problem: "'\(key)' of a hit is a number")
    case .time where ScanOptions.time(text) == nil:
      throw YAMLFault(line: line, problem: "'\(key)' is a time such as 2024-05-01T10:00:00Z")
    case .flag where text != "true" && text != "false":
      throw YAMLFault(line: line, problem: "'\(key)' of a hit is true or false")
    case .map: throw YAMLFault(line: line, problem: "'\(key)' of a hit is a map")
    case .list(let element): try check(text, element, key, line)
    default: break
    }
  }
}
