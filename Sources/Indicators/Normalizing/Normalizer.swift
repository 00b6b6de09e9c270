import Parsing

/// Brings values to normal form (`Matching.md` §2–§6).
///
/// Holds scratch memory, so each thread needs its own. All methods append to the caller's array,
/// look at each byte a fixed number of times and, for values in ASCII, allocate nothing once
/// scratch and array have grown. On refusal the array is as it was before.
package struct Normalizer: Sendable {
  /// Holds a percent-decoded host, or a path joined with its query.
  var scratch: [UInt8] = []

  /// A normaliser with empty scratch.
  package init() {}

  /// Appends the normal form of a name, or refuses it.
  ///
  /// UTS 46 non-transitional to A-labels, ASCII lower case, one trailing dot dropped, labels of
  /// 1–63 bytes of `[a-z0-9_-]`, at most 253 in all. The number of labels is not looked at.
  package mutating func appendName(_ name: RawSpan, to output: inout [UInt8]) -> Refusal? {
    Self.appendName(name, to: &output)
  }

  static func appendName(_ name: RawSpan, to output: inout [UInt8]) -> Refusal? {
    switch NameSyntax.form(name) {
    case .normal(let count):
      output.append(name.extracting(0..<count))
      return nil
    case .capitals(let count):
      for offset in 0..<count { output.append(Byte.lowercased(name.byte(unchecked: offset))) }
      return nil
    case .international:
      return IDNA.appendName(name, to: &output)
    case .refused(let refusal):
      return refusal
    }
  }

  /// Appends the normal form of an e-mail address, or refuses it.
  ///
  /// The local part is `[A-Za-z0-9._%+-]+` without leading `.+%-`, in lower case; tags and dots are
  /// kept. The host is a name of two labels or more, the last not a number.
  package mutating func appendEmail(_ email: RawSpan, to output: inout [UInt8]) -> Refusal? {
    guard let at = email.lastOffset(of: 0x40) else { return .notAnIndicator }
    var localStart = 0
    while localStart < at, Self.isStrippedFromLocalPart(email.byte(unchecked: localStart)) {
      localStart += 1
    }
    guard localStart < at else { return .badLocalPart }
    let before = output.count
    for offset in localStart..<at {
      let byte = email.byte(unchecked: offset)
      guard Self.isLocalPart(byte) else {
        output.removeLast(output.count - before)
        return .badLocalPart
      }
      output.append(Byte.lowercased(byte))
    }
    output.append(0x40)
    let hostStart = output.count
    var refusal = Self.appendName(email.extracting((at + 1)...), to: &output)
    if refusal == nil {
      let facts = NameSyntax.facts(output.rawSpan.extracting(hostStart...))
      if facts.labels < 2 { refusal = .singleLabel }
      if facts.endsInNumber { refusal = .numericLastLabel }
    }
    if refusal != nil { output.removeLast(output.count - before) }
    return refusal
  }

  /// Whether a byte can stand in the local part of an e-mail address.
  @inline(__always)
  static func isLocalPart(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == 0x2e || byte == 0x5f || byte == 0x25 || byte == 0x2b
      || byte == 0x2d
  }

  /// Whether a byte is stripped from the start of a local part: `.`, `+`, `%` and `-` are.
  @inline(__always)
  static func isStrippedFromLocalPart(_ byte: UInt8) -> Bool {
    byte == 0x2e || byte == 0x2b || byte == 0x25 || byte == 0x2d
  }
}
