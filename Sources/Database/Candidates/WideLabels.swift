import Indicators
import Parsing

/// A label of a run, as it is read.
struct WideLabel {
  var start: Int
  var end: Int
  var characters = WideTail.Label()
  /// The last character, or 0.
  var last: UInt32 = 0
  /// The characters before `last`.
  var earlier = WideTail.Label()
  /// Whether its bytes mean themselves and it ends in an ASCII dot or with the run.
  var isPlain = true
  /// Whether it holds characters above ASCII even once they are mapped.
  var isWide = false
  /// What its characters are is not known, or who reads them decides.
  var isOdd = false
  /// Its characters are not known from each and the one before it.
  var isUnformed = false

  init(start: Int, end: Int) {
    self.start = start
    self.end = end
  }

  @inline(__always)
  mutating func append(_ character: UInt32) {
    earlier = characters
    last = character
    characters.append(character)
  }
}

/// The labels of a run: how many there are, and the last two.
struct WideLabels {
  private(set) var count = 0
  private(set) var previous: WideLabel
  private(set) var last: WideLabel
  /// The dots behind the last label.
  private var dots = 0
  /// Whether the last of those dots is one of another script with ASCII before it.
  private var isOtherDotBehindASCII = false
  private var isBehindASCII = false
  /// Whether the run holds something whose meaning depends on who reads it, an empty label, or
  /// ASCII around a dot of another script, which may be a name by itself.
  var isOdd = false

  init(start: Int) {
    last = WideLabel(start: start, end: start)
    previous = last
  }

  mutating func appendDot(isPlain: Bool) {
    dots += 1
    if !isPlain { last.isPlain = false }
    isOtherDotBehindASCII = !isPlain && isBehindASCII
    isBehindASCII = isPlain && isBehindASCII
  }

  /// Begins another label if a dot precedes the next character.
  @inline(__always)
  private mutating func prepare(_ offset: Int) {
    guard dots > 0 || count == 0 else { return }
    if count > 0 {
      if dots > 1 { isOdd = true }
      previous = last
    }
    count += 1
    dots = 0
    last = WideLabel(start: offset, end: offset)
  }

  /// Appends an ASCII byte; `isEncoded` says whether `xn--` begins with it.
  @inline(__always)
  mutating func append(_ byte: UInt8, at offset: Int, isEncoded: Bool) {
    prepare(offset)
    if isEncoded, last.start == offset { last.isOdd = true }
    if isOtherDotBehindASCII { isOdd = true }
    isBehindASCII = true
    let isCapital = Byte.isCapital(byte)
    last.append(UInt32(isCapital ? byte | 0x20 : byte))
    last.end = offset + 1
  }

  /// Appends a character of ASCII that is written as a unit: it may be a dot.
  mutating func append(unit character: UInt8, _ range: Range<Int>) {
    last.isPlain = false
    if character == Byte.dot {
      dots += 1
      return
    }
    prepare(range.lowerBound)
    last.isPlain = false
    last.end = range.upperBound
    let character = Byte.lowercased(character)
    // It may be one of `xn--`.
    if range.upperBound - last.start <= 12,
      [UInt8(ascii: "x"), UInt8(ascii: "n"), UInt8(ascii: "-")].contains(character)
    {
      last.isOdd = true
    }
    last.append(UInt32(character))
  }

  /// Appends a character above ASCII.
  mutating func append(_ scalar: Unicode.Scalar, _ range: Range<Int>) {
    switch IDNACharacters.step(scalar, behind: dots == 0 ? last.last : 0) {
    case nil:
      append(scalar.value, range)
      last.isUnformed = true
    case .next(let value): append(value, range)
    case .several(let values): for value in values { append(value, range) }
    case .composed(let value):
      last.characters = last.earlier
      append(value, range)
    }
  }

  /// Appends what a character above ASCII is mapped to.
  @inline(__always)
  mutating func append(_ mapped: UInt32, _ range: Range<Int>) {
    prepare(range.lowerBound)
    last.isPlain = false
    last.end = range.upperBound
    isBehindASCII = false
    isOtherDotBehindASCII = false
    if mapped >= 0x80 { last.isWide = true }
    last.append(mapped)
  }
}
