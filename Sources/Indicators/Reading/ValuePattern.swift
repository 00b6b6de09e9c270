import Parsing

/// A regular expression that an allow list names: values in which it is found are known to be good.
///
/// Written as MISP's warninglists write them, between delimiters with modifiers behind
/// (`/^abuse@/i`), and with the kinds to which it applies before them, where the list names some:
/// `email:/^abuse@/i`.
///
/// Compared in linear time: all alternatives are followed at once, byte by byte, so that nothing is
/// tried twice (Thompson, "Regular Expression Search Algorithm", 1968). Back references and
/// lookaround need more than that and are not supported.
package struct ValuePattern: Sendable {
  /// Longest expression, in bytes.
  package static let longestExpression = 4096
  /// Longest value that is compared.
  package static let longestValue = 4096

  /// A step of the comparison.
  enum Step: Sendable {
    /// One of these bytes.
    case bytes(ByteSet)
    /// A condition on the place in the value; consumes no byte.
    case place(PlaceCondition)
    /// Goes on at both steps.
    case either(Int, Int)
    case jump(Int)
    case found
  }

  /// The kinds of values to which it applies; nil for all.
  package let kinds: IndicatorKindSet?
  private let steps: [Step]

  /// Reads a pattern with its kinds; nil if it is not a regular expression that is supported.
  package init?(_ text: [UInt8]) {
    guard text.count <= Self.longestExpression + 256 else { return nil }
    var start = 0
    var kinds: IndicatorKindSet?
    if let colon = text.firstIndex(of: Byte.colon),
      text[..<colon].allSatisfy({
        $0 == Byte.comma || $0 == Byte.minus || Byte.isAlphanumeric($0)
      })
    {
      var named = IndicatorKindSet()
      for name in text[..<colon].split(separator: Byte.comma) {
        guard let kind = IndicatorKind(name: String(decoding: name, as: UTF8.self)) else {
          return nil
        }
        named.insert(IndicatorKindSet(kind))
      }
      kinds = named
      start = colon + 1
    }
    self.kinds = kinds
    guard let parts = Self.parts(text[start...]),
      let steps = PatternParser.steps(of: parts.expression, parts.modifiers)
    else { return nil }
    self.steps = steps
  }

  /// The text of a pattern that a list names, with its kinds; nil if it is not supported.
  package static func text(
    _ expression: [UInt8], kinds: IndicatorKindSet?
  ) -> [UInt8]? {
    guard expression.count <= longestExpression else { return nil }
    var text: [UInt8] = []
    if let kinds {
      let names = IndicatorKind.allCases.filter { kinds.contains($0) }.map(\.name)
      text = Array((names.joined(separator: ",") + ":").utf8)
    }
    text += parts(expression[...]) == nil ? [Byte.slash] + expression + [Byte.slash] : expression
    return ValuePattern(text) == nil ? nil : text
  }

  /// An expression between its delimiters, and the modifiers behind them.
  private static func parts(
    _ text: ArraySlice<UInt8>
  ) -> (expression: ArraySlice<UInt8>, modifiers: ArraySlice<UInt8>)? {
    guard let first = text.first, "/#~%!@,;|`".utf8.contains(first),
      let last = text.lastIndex(of: first), last > text.startIndex
    else { return nil }
    let modifiers = text[(last + 1)...]
    guard modifiers.allSatisfy(Byte.isLetter) else { return nil }
    return (text[(text.startIndex + 1)..<last], modifiers)
  }

  // MARK: Comparison

  /// Whether the expression is found in a value; false if the value exceeds `longestValue`.
  package func isFound(in value: [UInt8]) -> Bool {
    guard value.count <= Self.longestValue else { return false }
    var (now, next) = (StepList(steps.count), StepList(steps.count))
    for place in 0...value.count {
      // A match may begin at any place.
      if follow(from: 0, at: place, of: value, into: &now) { return true }
      guard place < value.count else { return false }
      next.removeAll()
      for step in now.steps {
        if case .bytes(let set) = steps[step], set.contains(value[place]),
          follow(from: step + 1, at: place + 1, of: value, into: &next)
        {
          return true
        }
      }
      swap(&now, &next)
    }
    return false
  }

  /// Adds the steps that are reached without consuming a byte; true if `found` is one of them.
  private func follow(
    from step: Int, at place: Int, of value: [UInt8], into list: inout StepList
  ) -> Bool {
    list.open.append(step)
    while let step = list.open.popLast() {
      guard list.insert(step) else { continue }
      switch steps[step] {
      case .bytes: break
      case .place(let condition):
        if condition.holds(at: place, of: value) { list.open.append(step + 1) }
      case .either(let first, let second):
        list.open.append(second)
        list.open.append(first)
      case .jump(let target): list.open.append(target)
      case .found: return true
      }
    }
    return false
  }

  /// Steps that are reached at one place of a value, each once.
  private struct StepList {
    private(set) var steps: [Int] = []
    private var isKnown: [Bool]
    /// Steps that are still to be followed.
    var open: [Int] = []

    init(_ count: Int) { isKnown = Array(repeating: false, count: count) }

    mutating func insert(_ step: Int) -> Bool {
      if isKnown[step] { return false }
      isKnown[step] = true
      steps.append(step)
      return true
    }

    mutating func removeAll() {
      for step in steps { isKnown[step] = false }
      steps.removeAll(keepingCapacity: true)
    }
  }

  /// A condition on the place between two bytes.
  enum PlaceCondition: Sendable {
    case start, end, endOrLastLine, lineStart, lineEnd, wordBorder, noWordBorder

    func holds(at place: Int, of value: [UInt8]) -> Bool {
      func isWord(_ index: Int) -> Bool {
        value.indices.contains(index)
          && (Byte.isAlphanumeric(value[index]) || value[index] == 0x5f)
      }
      switch self {
      case .start: return place == 0
      case .end: return place == value.count
      case .endOrLastLine:
        return place == value.count || place == value.count - 1 && value[place] == Byte.lineFeed
      case .lineStart: return place == 0 || value[place - 1] == Byte.lineFeed
      case .lineEnd: return place == value.count || value[place] == Byte.lineFeed
      case .wordBorder: return isWord(place - 1) != isWord(place)
      case .noWordBorder: return isWord(place - 1) == isWord(place)
      }
    }
  }
}

/// A set of byte values.
struct ByteSet: Sendable, Equatable {
  private var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init() {}

  /// The bytes for which `isIn` is true.
  init(_ isIn: (UInt8) -> Bool) {
    for byte in UInt8.min...UInt8.max where isIn(byte) { insert(byte) }
  }

  static func == (left: ByteSet, right: ByteSet) -> Bool { left.bits == right.bits }

  func contains(_ byte: UInt8) -> Bool {
    let bit = UInt64(1) << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: return bits.0 & bit != 0
    case 1: return bits.1 & bit != 0
    case 2: return bits.2 & bit != 0
    default: return bits.3 & bit != 0
    }
  }

  mutating func insert(_ byte: UInt8) {
    let bit = UInt64(1) << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: bits.0 |= bit
    case 1: bits.1 |= bit
    case 2: bits.2 |= bit
    default: bits.3 |= bit
    }
  }

  mutating func formUnion(_ other: ByteSet) {
    bits = (
      bits.0 | other.bits.0, bits.1 | other.bits.1, bits.2 | other.bits.2, bits.3 | other.bits.3
    )
  }

  /// All bytes that are not in this set.
  var inverted: ByteSet {
    var set = ByteSet()
    set.bits = (~bits.0, ~bits.1, ~bits.2, ~bits.3)
    return set
  }

  /// This set with both cases of each ASCII letter in it.
  var ignoringCase: ByteSet {
    var set = self
    for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
      let capital = letter & ~0x20
      if contains(letter) { set.insert(capital) }
      if contains(capital) { set.insert(letter) }
    }
    return set
  }
}
