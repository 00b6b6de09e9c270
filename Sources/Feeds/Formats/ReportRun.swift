import Indicators
import Parsing

/// One piece of a name in prose: a character, or a dot in whatever notation.
struct ReportUnit {
  enum Kind {
    /// An ASCII letter or digit, or `_`.
    case plain
    case hyphen
    /// A letter, digit or mark above ASCII.
    case letter
    /// A letter of a script that is written without spaces.
    case unspacedLetter
    case dot
    /// `。．｡`, which also end sentences.
    case wideDot
  }

  var kind: Kind
  var length: Int
  /// A notation that keeps a value from being clicked.
  var isMark = false
  /// `\.`, which expressions and paths use for a dot as well.
  var isBackslash = false

  private init(_ kind: Kind, length: Int = 1, isMark: Bool = false, isBackslash: Bool = false) {
    self.kind = kind
    self.length = length
    self.isMark = isMark
    self.isBackslash = isBackslash
  }

  /// The piece at an offset, or nil at a border (`Matching.md` §1).
  ///
  /// Half a bracket and a backslash are notations only between characters of a name.
  init?(_ text: RawSpan, at offset: Int, isBehindName: Bool) {
    let byte = text.byte(unchecked: offset)
    switch byte {
    case UInt8(ascii: "_"): self.init(.plain)
    case Byte.minus: self.init(.hyphen)
    case Byte.dot:
      guard isBehindName, Self.isHalf(text, at: offset, UInt8(ascii: "]")) else {
        self.init(.dot)
        return
      }
      self.init(.dot, length: 2, isMark: true)
    case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"):
      if let separator = ReportSeparator(text, at: offset) {
        guard separator.kind == .dot else { return nil }
        self.init(.dot, length: separator.length, isMark: true)
      } else if isBehindName, Self.isMixed(text, at: offset) {
        self.init(.dot, length: 3, isMark: true)
      } else {
        guard byte == UInt8(ascii: "["), isBehindName, Self.isHalf(text, at: offset, Byte.dot)
        else { return nil }
        self.init(.dot, length: 2, isMark: true)
      }
    case Byte.backslash:
      guard isBehindName, Self.isHalf(text, at: offset, Byte.dot) else { return nil }
      self.init(.dot, length: 2, isMark: true, isBackslash: true)
    case 0x80...:
      var end = offset
      guard let scalar = UTF8Decoder.nextLong(text, at: &end) else { return nil }
      switch IDNACharacters.nameClass(scalar) {
      case .border: return nil
      case .dot: self.init(.wideDot, length: end - offset)
      case .name:
        self.init(
          IDNACharacters.isUnspacedScript(scalar) ? .unspacedLetter : .letter,
          length: end - offset)
      }
    default:
      guard Byte.isAlphanumeric(byte) else { return nil }
      self.init(.plain)
    }
  }

  /// Whether a dot is between brackets that are no pair: `evil{.]example`, `evil[.[example`.
  ///
  /// A character of a name has to follow them.
  private static func isMixed(_ text: RawSpan, at offset: Int) -> Bool {
    offset + 3 < text.byteCount && text.byte(unchecked: offset + 1) == Byte.dot
      && "])}[({".utf8.contains(text.byte(unchecked: offset + 2))
      && Byte.isAlphanumeric(text.byte(unchecked: offset + 3))
  }

  /// Whether `byte` follows the one at an offset, and a character of a name follows it.
  private static func isHalf(_ text: RawSpan, at offset: Int, _ byte: UInt8) -> Bool {
    guard offset + 2 < text.byteCount, text.byte(unchecked: offset + 1) == byte else {
      return false
    }
    let next = text.byte(unchecked: offset + 2)
    return next >= 0x80 || next == UInt8(ascii: "_") || Byte.isAlphanumeric(next)
  }
}

/// A separator in brackets: `[.]`, `[:]`, `(at)`.
struct ReportSeparator {
  enum Kind { case dot, colon, schemeEnd, slash, slashes, at }

  var kind: Kind
  var length: Int

  /// The separator at an offset, or nil.
  init?(_ text: RawSpan, at offset: Int) {
    guard offset < text.byteCount, "[({".utf8.contains(text.byte(unchecked: offset)),
      let (replacement, length) = Refanging.separator(in: text, at: offset)
    else { return nil }
    // SAFETY: the replacement of a separator is never empty, so it has a first byte.
    let first = unsafe replacement.utf8Start[0]
    let isLong = replacement.utf8CodeUnitCount > 1
    switch first {
    case Byte.dot: kind = .dot
    case Byte.colon: kind = isLong ? .schemeEnd : .colon
    case Byte.slash: kind = isLong ? .slashes : .slash
    default: kind = .at
    }
    self.length = length
  }
}

/// A value's place in a run of a name.
struct ReportPart {
  var range: Range<Int>
  var hasMark = false
  /// Whether a dot is inside the range.
  var hasDot = false
}

/// A run of a name in prose (`Matching.md` §1), including dots in their defanged notations.
struct ReportRun {
  /// The whole run.
  var range: Range<Int>
  /// The run without dots and hyphens at its ends, and without `_` at its end.
  var value: Range<Int>
  var hasMark = false
  /// Whether all marks are backslashes.
  var isBackslashed = true
  /// Whether a dot is inside the value.
  var hasDot = false
  private(set) var hasUnspacedLetter = false
  /// End of the last letter above ASCII, or the run's start.
  private(set) var lastLetterEnd: Int
  /// End of the ASCII name that the run begins with, if it ends inside the run.
  ///
  /// The name is directly followed by a word of a script without spaces.
  private(set) var nameEndBeforeWord: Int?

  /// Reads the run that begins at an offset; an empty one at a border.
  init(_ text: RawSpan, from start: Int) {
    var offset = start
    var first: Int?
    var last = start
    var dotWaits = false
    var plainEnd: Int?
    var isBehindName = false
    range = start..<start
    value = start..<start
    lastLetterEnd = start
    while offset < text.byteCount,
      let unit = ReportUnit(text, at: offset, isBehindName: isBehindName)
    {
      let end = offset + unit.length
      if unit.isMark {
        hasMark = true
        if !unit.isBackslash { isBackslashed = false }
      }
      isBehindName = true
      switch unit.kind {
      case .dot:
        isBehindName = false
        if first != nil { dotWaits = true }
        plainEnd = nil
        nameEndBeforeWord = nil
      case .wideDot:
        isBehindName = false
        if first != nil { dotWaits = true }
      case .hyphen: break
      case .plain, .letter, .unspacedLetter:
        if first == nil { first = offset }
        if unit.kind == .unspacedLetter {
          hasUnspacedLetter = true
          if hasDot, nameEndBeforeWord == nil { nameEndBeforeWord = plainEnd }
        }
        if unit.kind == .plain {
          plainEnd = end
        } else {
          lastLetterEnd = end
          plainEnd = nil
        }
        // No label that counts ends in `_`: `_evil[.]example_`.
        if text.byte(unchecked: offset) != UInt8(ascii: "_") {
          if dotWaits { hasDot = true }
          last = end
        }
      }
      offset = end
    }
    range = start..<offset
    value = min(first ?? last, last)..<last
  }

  /// End of the run as a host: without a word that directly follows the name.
  var nameEnd: Int { nameEndBeforeWord ?? value.upperBound }

  /// The values in the run: the run itself, or the ASCII names in it.
  ///
  /// The latter if the run also has letters of scripts that are written without spaces.
  ///
  /// A label in such a script belongs to its name: in `例え.co.test` only the whole is a name.
  func parts(_ text: RawSpan) -> [ReportPart] {
    var found: [ReportPart] = []
    if hasUnspacedLetter {
      var part: PlainPart?
      var offset = range.lowerBound
      var isBehindName = false
      while offset < range.upperBound,
        let unit = ReportUnit(text, at: offset, isBehindName: isBehindName)
      {
        switch unit.kind {
        case .letter, .unspacedLetter:
          if let part = part?.value(isAtEnd: false) { found.append(part) }
          part = nil
        default:
          if part == nil { part = PlainPart(at: offset, isAtStart: offset == range.lowerBound) }
          part?.add(unit, at: offset)
        }
        isBehindName = unit.kind != .dot && unit.kind != .wideDot
        offset += unit.length
      }
      if let part = part?.value(isAtEnd: true) { found.append(part) }
      found.removeAll { !$0.hasMark }
    }
    return found.isEmpty ? [ReportPart(range: value, hasMark: hasMark, hasDot: hasDot)] : found
  }
}

/// ASCII characters in a run between letters above ASCII.
private struct PlainPart {
  private let isAtStart: Bool
  private var part: ReportPart
  private var isEmpty = true
  /// Which dots are before the part, and behind it.
  ///
  /// Plain ones, and wide ones, which may end a sentence.
  private var before = (isDot: false, isWide: false)
  private var behind = (isDot: false, isWide: false)

  init(at offset: Int, isAtStart: Bool) {
    self.isAtStart = isAtStart
    part = ReportPart(range: offset..<offset)
  }

  mutating func add(_ unit: ReportUnit, at offset: Int) {
    if unit.isMark { part.hasMark = true }
    switch unit.kind {
    case .dot, .wideDot:
      if unit.kind == .dot { behind.isDot = true } else { behind.isWide = true }
    case .hyphen: break
    default:
      if isEmpty { before = behind }
      if !isEmpty, behind.isDot || behind.isWide { part.hasDot = true }
      behind = (false, false)
      let start = isEmpty ? offset : part.range.lowerBound
      isEmpty = false
      part.range = start..<offset + unit.length
    }
  }

  /// The name; nil if it has no dot inside, or a plain dot joins it to the letters around it.
  func value(isAtEnd: Bool) -> ReportPart? {
    guard part.hasDot, isAtStart || before.isWide || !before.isDot,
      isAtEnd || behind.isWide || !behind.isDot
    else { return nil }
    return part
  }
}
