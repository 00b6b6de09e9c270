import Parsing

/// The ASCII side of a name's normal form (`Matching.md` §3); everything above it is `IDNA`.
enum NameSyntax {
  /// The most bytes of a name in normal form.
  static let longestName = 253
  /// The most bytes of a label.
  static let longestLabel = 63

  // Each class sets one of the low three bits, so that the classes of a name can be combined with
  // `|`.
  private static let capital: UInt8 = 0x41
  private static let dot: UInt8 = 0x42
  private static let invalid: UInt8 = 0x44

  /// The class of each ASCII byte.
  // swift-format-ignore
  private static let classes: StaticString = """
    DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD@BD@@@@@@@@@@DDDDDD\
    DAAAAAAAAAAAAAAAAAAAAAAAAAADDDD@D@@@@@@@@@@@@@@@@@@@@@@@@@@DDDDD
    """

  /// What `form` found in the bytes of a name.
  enum Form {
    /// In normal form except for a trailing dot; `count` is the number of bytes without it.
    case normal(count: Int)
    /// As `normal`, with capitals to fold.
    case capitals(count: Int)
    /// Has bytes above 0x7f, so that UTS 46 applies.
    case international
    case refused(Refusal)
  }

  /// Tells the form of a name, looking at each byte once.
  static func form(_ name: RawSpan) -> Form {
    var count = name.byteCount
    if count > 0, name.byte(unchecked: count - 1) == 0x2e { count -= 1 }
    if count == 0 { return .refused(name.isEmpty ? .empty : .emptyLabel) }
    var labelStart = 0
    var seen: UInt8 = 0
    var refusal: Refusal?
    // A name that is too long is still looked at for a byte above ASCII, within a bound:
    // characters that map to nothing make the normal form shorter.
    let end = min(count, IDNA.longestInput)
    for offset in 0..<end {
      let byte = name.byte(unchecked: offset)
      if byte >= 0x80 { return .international }
      // SAFETY: the table has an entry for each byte below 0x80.
      let byteClass = unsafe classes.utf8Start[Int(byte)]
      seen |= byteClass
      if byteClass == dot {
        if offset == labelStart {
          refusal = refusal ?? .emptyLabel
        } else if offset - labelStart > longestLabel {
          refusal = refusal ?? .labelTooLong
        }
        labelStart = offset + 1
      }
    }
    // An invalid byte is reported before a wrong length: prose has both, and the byte says more.
    if seen & invalid & 7 != 0 { return .refused(.badName) }
    if let refusal { return .refused(refusal) }
    if count > longestName { return .refused(.nameTooLong) }
    if labelStart == count { return .refused(.emptyLabel) }
    if count - labelStart > longestLabel { return .refused(.labelTooLong) }
    return seen & capital & 7 != 0 ? .capitals(count: count) : .normal(count: count)
  }

  /// Facts about a name in normal form.
  struct Facts {
    /// Number of labels.
    var labels: Int
    /// Where the last label begins.
    var lastLabel: Int
    /// Whether the last label holds digits only.
    var endsInNumber: Bool
  }

  /// Number of labels and what the last one is.
  static func facts(_ name: RawSpan) -> Facts {
    var facts = Facts(labels: 1, lastLabel: 0, endsInNumber: true)
    for offset in name.byteOffsets where name.byte(unchecked: offset) == 0x2e {
      facts.labels += 1
      facts.lastLabel = offset + 1
    }
    for offset in facts.lastLabel..<name.byteCount
    where !Byte.isDigit(name.byte(unchecked: offset)) {
      facts.endsInNumber = false
      break
    }
    return facts
  }

  /// Where the last label of a simple name begins; nil for any other text.
  ///
  /// A simple name is two or more labels of `[a-z0-9-]` that begin and end in a letter or digit,
  /// the last of letters alone. So it is no address, digest or URL, and is not defanged.
  static func lastLabel(ofSimpleName text: RawSpan) -> Int? {
    guard 4...longestName ~= text.byteCount else { return nil }
    if text.byteCount <= 64 {
      guard let masks = NameMasks(text) else { return nil }
      return masks.dots != 0 && !masks.hasEmptyLabel && !masks.hasHyphenAtBorder
        && masks.endsInLetters ? masks.lastLabel : nil
    }
    var labelStart = 0
    var previous: UInt8 = 0x2e
    var lastHasOther = false
    for offset in text.byteOffsets {
      let byte = text.byte(unchecked: offset)
      switch byte {
      case 0x61...0x7a: break
      case 0x30...0x39: lastHasOther = true
      case 0x2d:
        if previous == 0x2e { return nil }
        lastHasOther = true
      case 0x2e:
        guard previous != 0x2e, previous != 0x2d, offset - labelStart <= longestLabel else {
          return nil
        }
        labelStart = offset + 1
        lastHasOther = false
      default: return nil
      }
      previous = byte
    }
    return labelStart > 0 && !lastHasOther && previous != 0x2e && previous != 0x2d
      && text.byteCount - labelStart <= longestLabel ? labelStart : nil
  }
}
