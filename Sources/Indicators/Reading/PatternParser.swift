import Parsing

/// Reads a regular expression into steps, as far as it is regular.
///
/// The notation is what PHP and Python share.
struct PatternParser {
  private typealias Step = ValuePattern.Step

  /// A node of the expression's syntax tree.
  private indirect enum Node {
    case bytes(ByteSet)
    case place(ValuePattern.PlaceCondition)
    case sequence([Node])
    case alternatives([Node])
    case repeated(Node, least: Int, most: Int?)
  }

  /// Thrown if the expression is not regular, not valid or not small enough.
  private struct Refused: Error {}

  private static let maximumDepth = 64
  private static let maximumRepeats = 1000
  private static let maximumSteps = 10_000

  private let text: ArraySlice<UInt8>
  private var offset: Int
  private var depth = 0
  private var ignoresCase = false
  private var matchesLines = false
  private var dotMatchesAll = false
  private var endIsStrict = false

  /// The steps of an expression; nil if it is not supported.
  static func steps(
    of text: ArraySlice<UInt8>, _ modifiers: ArraySlice<UInt8>
  ) -> [ValuePattern.Step]? {
    var parser = PatternParser(text)
    do throws(Refused) {
      for modifier in modifiers { try parser.apply(modifier) }
      let node = try parser.alternatives()
      guard parser.offset == text.endIndex else { return nil }
      var steps: [Step] = []
      try append(node, to: &steps)
      steps.append(.found)
      return steps
    } catch {
      return nil
    }
  }

  private init(_ text: ArraySlice<UInt8>) {
    self.text = text
    offset = text.startIndex
  }

  private mutating func apply(_ modifier: UInt8) throws(Refused) {
    switch modifier {
    case UInt8(ascii: "i"): ignoresCase = true
    case UInt8(ascii: "m"): matchesLines = true
    case UInt8(ascii: "s"): dotMatchesAll = true
    case UInt8(ascii: "D"): endIsStrict = true
    // `g`, `U`, `S` and `u` change which match is found, or how; one match is enough here.
    case UInt8(ascii: "g"), UInt8(ascii: "U"), UInt8(ascii: "S"), UInt8(ascii: "u"): break
    default: throw Refused()
    }
  }

  // MARK: Steps

  private static func append(_ node: Node, to steps: inout [Step]) throws(Refused) {
    guard steps.count < maximumSteps else { throw Refused() }
    switch node {
    case .bytes(let set): steps.append(.bytes(set))
    case .place(let condition): steps.append(.place(condition))
    case .sequence(let parts): for part in parts { try append(part, to: &steps) }
    case .alternatives(let parts):
      var ends: [Int] = []
      for (index, part) in parts.enumerated() {
        let fork = steps.count
        let isLast = index == parts.count - 1
        if !isLast { steps.append(.either(fork + 1, fork + 1)) }
        try append(part, to: &steps)
        if isLast { break }
        ends.append(steps.count)
        steps.append(.jump(0))
        steps[fork] = .either(fork + 1, steps.count)
      }
      for end in ends { steps[end] = .jump(steps.count) }
    case .repeated(let part, let least, let most):
      for _ in 0..<least { try append(part, to: &steps) }
      guard let most else {
        let fork = steps.count
        steps.append(.either(fork + 1, fork + 1))
        try append(part, to: &steps)
        steps.append(.jump(fork))
        steps[fork] = .either(fork + 1, steps.count)
        return
      }
      var forks: [Int] = []
      for _ in least..<max(least, most) {
        forks.append(steps.count)
        steps.append(.either(0, 0))
        try append(part, to: &steps)
      }
      for fork in forks { steps[fork] = .either(fork + 1, steps.count) }
    }
  }

  // MARK: Notation

  private var next: UInt8? { offset < text.endIndex ? text[offset] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    offset += 1
    return true
  }

  private mutating func take(_ word: StaticString) -> Bool {
    // SAFETY: a static string's bytes are there for ever.
    let bytes = unsafe UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard unsafe text[offset...].starts(with: bytes) else { return false }
    offset += word.utf8CodeUnitCount
    return true
  }

  private mutating func byte() throws(Refused) -> UInt8 {
    guard let next else { throw Refused() }
    offset += 1
    return next
  }

  private mutating func alternatives() throws(Refused) -> Node {
    depth += 1
    guard depth <= Self.maximumDepth else { throw Refused() }
    defer { depth -= 1 }
    // Modifiers that are set within a group end with it.
    let outside = (ignoresCase, matchesLines, dotMatchesAll)
    defer { (ignoresCase, matchesLines, dotMatchesAll) = outside }
    var parts = [try sequence()]
    while take(UInt8(ascii: "|")) { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .alternatives(parts)
  }

  private mutating func sequence() throws(Refused) -> Node {
    var parts: [Node] = []
    while let next, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") {
      guard let part = try atom() else { continue }
      parts.append(try repeated(part))
    }
    return .sequence(parts)
  }

  private mutating func repeated(_ part: Node) throws(Refused) -> Node {
    var (least, most): (Int, Int?) = (1, 1)
    switch next {
    case UInt8(ascii: "*"): (least, most) = (0, nil)
    case UInt8(ascii: "+"): (least, most) = (1, nil)
    case UInt8(ascii: "?"): (least, most) = (0, 1)
    case UInt8(ascii: "{"):
      guard let counts = try counts() else { return part }
      (least, most) = counts
      offset -= 1
    default: return part
    }
    offset += 1
    // A lazy quantifier accepts the same texts as a greedy one; a possessive one does not, and is
    // refused.
    _ = take(UInt8(ascii: "?"))
    switch next {
    case UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "?"): throw Refused()
    default: return .repeated(part, least: least, most: most)
    }
  }

  /// The repeat counts between braces; nil, with nothing consumed, if the brace is a literal one.
  private mutating func counts() throws(Refused) -> (Int, Int?)? {
    let start = offset
    offset += 1
    let least = number()
    var most = least
    if take(Byte.comma) { most = number() }
    guard let least, take(UInt8(ascii: "}")) else {
      offset = start
      return nil
    }
    guard least <= Self.maximumRepeats, most ?? 0 <= Self.maximumRepeats, most ?? least >= least
    else { throw Refused() }
    return (least, most)
  }

  private mutating func number() -> Int? {
    let start = offset
    var value = 0
    while let next, Byte.isDigit(next), offset - start < 6 {
      value = value * 10 + Int(next - 0x30)
      offset += 1
    }
    return offset > start ? value : nil
  }

  /// One byte, class, place or group; nil for what matches nothing, such as a comment.
  private mutating func atom() throws(Refused) -> Node? {
    let byte = try byte()
    switch byte {
    case UInt8(ascii: "("): return try group()
    case UInt8(ascii: "["): return .bytes(try set())
    case UInt8(ascii: "."):
      return .bytes(ByteSet { $0 != Byte.lineFeed || dotMatchesAll })
    case UInt8(ascii: "^"): return .place(matchesLines ? .lineStart : .start)
    case UInt8(ascii: "$"):
      return .place(matchesLines ? .lineEnd : endIsStrict ? .end : .endOrLastLine)
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw Refused()
    case Byte.backslash: return try escape()
    default:
      if byte < 0x80 { return .bytes(cased(ByteSet { $0 == byte })) }
      // All bytes of a character above ASCII are one atom, so that a quantifier repeats the whole.
      var parts = [Node.bytes(ByteSet { $0 == byte })]
      while let next, next & 0xc0 == 0x80 {
        offset += 1
        parts.append(.bytes(ByteSet { $0 == next }))
      }
      return .sequence(parts)
    }
  }

  private func cased(_ set: ByteSet) -> ByteSet { ignoresCase ? set.ignoringCase : set }

  private mutating func group() throws(Refused) -> Node? {
    if take("?") {
      if take("#") {
        while try byte() != UInt8(ascii: ")") {}
        return nil
      }
      if take("P<") || take("<") {
        // The name of a group. Lookbehind (`(?<=`, `(?<!`) has none and is refused.
        while let next, next != UInt8(ascii: ">") {
          guard next == 0x5f || Byte.isAlphanumeric(next) else { throw Refused() }
          offset += 1
        }
        guard take(">") else { throw Refused() }
      } else if !take(":") {
        while let next, next != Byte.colon, next != UInt8(ascii: ")") {
          guard next == UInt8(ascii: "i") || next == UInt8(ascii: "m") || next == UInt8(ascii: "s")
          else { throw Refused() }
          offset += 1
          // The modifier applies until the end of the group around it.
          try apply(next)
        }
        if take(")") { return nil }
        // `(?i:…)` sets a modifier for this group only, which is not supported.
        throw Refused()
      }
    }
    let inside = try alternatives()
    guard take(")") else { throw Refused() }
    return inside
  }

  // MARK: Escapes and classes

  private static let digits = ByteSet(Byte.isDigit)
  private static let words = ByteSet {
    $0 == 0x5f || Byte.isAlphanumeric($0)
  }
  private static let blanks = ByteSet { $0 == 0x20 || $0 &- 0x09 <= 4 }

  private mutating func escape() throws(Refused) -> Node {
    switch next {
    case UInt8(ascii: "b"):
      offset += 1
      return .place(.wordBorder)
    case UInt8(ascii: "B"):
      offset += 1
      return .place(.noWordBorder)
    case UInt8(ascii: "A"):
      offset += 1
      return .place(.start)
    case UInt8(ascii: "z"):
      offset += 1
      return .place(.end)
    case UInt8(ascii: "Z"):
      offset += 1
      return .place(.endOrLastLine)
    default: return .bytes(cased(try escapedSet()))
    }
  }

  /// The bytes that an escape matches; its backslash has been consumed.
  private mutating func escapedSet() throws(Refused) -> ByteSet {
    let byte = try byte()
    let value: UInt8
    switch byte {
    case UInt8(ascii: "d"): return Self.digits
    case UInt8(ascii: "D"): return Self.digits.inverted
    case UInt8(ascii: "w"): return Self.words
    case UInt8(ascii: "W"): return Self.words.inverted
    case UInt8(ascii: "s"): return Self.blanks
    case UInt8(ascii: "S"): return Self.blanks.inverted
    case UInt8(ascii: "t"): value = 0x09
    case UInt8(ascii: "n"): value = 0x0a
    case UInt8(ascii: "v"): value = 0x0b
    case UInt8(ascii: "f"): value = 0x0c
    case UInt8(ascii: "r"): value = 0x0d
    case UInt8(ascii: "e"): value = 0x1b
    case UInt8(ascii: "x"):
      let hasBraces = take("{")
      let (high, low) = (Hex.value(of: try self.byte()), Hex.value(of: try self.byte()))
      guard high < 16, low < 16, !hasBraces || take("}") else { throw Refused() }
      value = high << 4 | low
      // In braces it is a character, which has more than one byte from 0x80 on.
      if hasBraces, value >= 0x80 { throw Refused() }
    default:
      // Back references, Unicode classes and unknown escapes are refused.
      guard byte < 0x80, !Byte.isAlphanumeric(byte) else { throw Refused() }
      value = byte
    }
    return ByteSet { $0 == value }
  }

  /// The bytes that a bracket expression matches; its `[` has been consumed.
  private mutating func set() throws(Refused) -> ByteSet {
    var set = ByteSet()
    let isInverted = take("^")
    var isFirst = true
    while true {
      if next == UInt8(ascii: "]"), !isFirst {
        offset += 1
        break
      }
      isFirst = false
      if take("[:") {
        set.formUnion(try namedSet())
        continue
      }
      let (members, low) = try member()
      guard let low, next == Byte.minus, offset + 1 < text.endIndex,
        text[offset + 1] != UInt8(ascii: "]")
      else {
        set.formUnion(members)
        continue
      }
      offset += 1
      let (_, high) = try member()
      guard let high, low <= high else { throw Refused() }
      set.formUnion(ByteSet { low...high ~= $0 })
    }
    // Case is folded before inverting: `[^a]` with `i` excludes `A`, too.
    set = cased(set)
    return isInverted ? set.inverted : set
  }

  /// A member of a bracket expression, and its byte if it is a single one.
  private mutating func member() throws(Refused) -> (ByteSet, UInt8?) {
    let byte = try byte()
    if byte == Byte.backslash {
      if take("b") { return (ByteSet { $0 == 0x08 }, 0x08) }
      let set = try escapedSet()
      var single: UInt8?
      for byte in UInt8.min...UInt8.max where set.contains(byte) {
        if single != nil { return (set, nil) }
        single = byte
      }
      return (set, single)
    }
    // Each byte of a character above ASCII would match by itself, so such sets are refused.
    guard byte < 0x80 else { throw Refused() }
    return (ByteSet { $0 == byte }, byte)
  }

  private mutating func namedSet() throws(Refused) -> ByteSet {
    if take("alpha:]") { return ByteSet(Byte.isLetter) }
    if take("digit:]") { return Self.digits }
    if take("alnum:]") { return ByteSet(Byte.isAlphanumeric) }
    if take("upper:]") { return ByteSet { Byte.isCapital($0) } }
    if take("lower:]") { return ByteSet { Byte.isSmallLetter($0) } }
    if take("space:]") { return Self.blanks }
    if take("blank:]") { return ByteSet { $0 == 0x20 || $0 == 0x09 } }
    if take("word:]") { return Self.words }
    if take("xdigit:]") { return ByteSet { Hex.value(of: $0) < 16 } }
    if take("punct:]") {
      return ByteSet { 0x21...0x7e ~= $0 && !Byte.isAlphanumeric($0) }
    }
    throw Refused()
  }
}
