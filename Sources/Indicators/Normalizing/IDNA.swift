import Parsing

/// Names beyond ASCII: UTS 46 processing, non-transitional, to A-labels.
///
/// CheckBidi and CheckJoiners are on, CheckHyphens and UseSTD3ASCIIRules off; what comes out is
/// still held to `[a-z0-9_-]` and a name's lengths (`Matching.md` §3).
enum IDNA {
  /// The most bytes of a name, ignored characters included; longer names are refused.
  static let longestInput = 4096

  /// The most characters of a name that is kept on the stack: nearly all names are far shorter.
  private static let short = 128

  /// Appends the normal form of a name with bytes above ASCII; on refusal `output` is as before.
  static func appendName(_ name: RawSpan, to output: inout [UInt8]) -> Refusal? {
    guard name.byteCount <= longestInput else { return .nameTooLong }
    let tables = IDNATables.shared
    var short = InlineArray<128, UInt32>(repeating: 0)
    var count = 0
    var refusal = eachMapped(name, tables) { scalar in
      guard count < Self.short else { return false }
      short[count] = scalar
      count += 1
      return true
    }
    if let refusal { return refusal }
    if count < Self.short, CanonicalComposition.isStable(short.span.extracting(0..<count), tables) {
      return append(short.span.extracting(0..<count), tables, to: &output)
    }
    var scalars: [UInt32] = []
    scalars.reserveCapacity(name.byteCount)
    refusal = eachMapped(name, tables) { scalar in
      scalars.append(scalar)
      return true
    }
    if let refusal { return refusal }
    return append(CanonicalComposition.normalize(scalars, tables).span, tables, to: &output)
  }

  /// UTS 46 §4 step 1: maps each character, until `body` wants no more of them.
  @inline(__always)
  private static func eachMapped(
    _ name: RawSpan, _ tables: IDNATables, _ body: (UInt32) -> Bool
  ) -> Refusal? {
    var offset = 0
    while offset < name.byteCount {
      guard let scalar = UTF8Scalar.decode(name, at: offset) else { return .invalidUTF8 }
      offset += scalar.length
      let value = scalar.value.value
      switch tables.properties(value).status {
      case .valid: if !body(value) { return nil }
      case .mapped: for part in tables.mapping(of: value) where !body(part) { return nil }
      case .ignored: continue
      case .disallowed: return .badInternationalName
      }
    }
    return nil
  }

  /// Appends the labels of a text that was mapped and normalised.
  private static func append(
    _ text: Span<UInt32>, _ tables: IDNATables, to output: inout [UInt8]
  ) -> Refusal? {
    var text = text
    if !text.isEmpty, text[text.count - 1] == 0x2e {
      text = text.extracting(0..<text.count - 1)
      if text.isEmpty { return .emptyLabel }
    }
    if text.isEmpty { return .empty }
    var labels = 0
    var last = -1
    var isTooLong = false
    for index in 0...text.count where index == text.count || text[index] == 0x2e {
      if index == last + 1 { return .emptyLabel }
      last = index
      labels += 1
      // A name has at most 127 labels.
      if labels > NameSyntax.longestName / 2 + 1 { isTooLong = true }
    }
    if isTooLong { return .nameTooLong }
    let before = output.count
    let refusal = appendLabels(text, tables, to: &output)
    if refusal != nil { output.removeLast(output.count - before) }
    return refusal
  }

  /// End of the label that begins at an index.
  private static func labelEnd(_ text: Span<UInt32>, from start: Int) -> Int {
    var end = start
    while end < text.count, text[end] != 0x2e { end += 1 }
    return end
  }

  /// UTS 46 §4 step 4 and ToASCII: validates and encodes each label, none of which is empty.
  private static func appendLabels(
    _ text: Span<UInt32>, _ tables: IDNATables, to output: inout [UInt8]
  ) -> Refusal? {
    let before = output.count
    var isBidi = false
    var next = 0
    while next < text.count {
      let end = labelEnd(text, from: next)
      let label = text.extracting(next..<end)
      next = end + 1
      if output.count > before { output.append(0x2e) }
      let start = output.count
      let isASCII = isASCII(label)
      if isASCII {
        for index in label.indices {
          let byte = UInt8(label[index])
          guard Byte.isAlphanumeric(byte) || byte == 0x2d || byte == 0x5f else {
            return .badName
          }
          output.append(byte)
        }
      } else {
        output.append("xn--")
        guard Punycode.encode(label, to: &output) else { return .labelTooLong }
        for offset in start..<output.count {
          let byte = output[offset]
          guard Byte.isAlphanumeric(byte) || byte == 0x2d || byte == 0x5f else {
            return .badInternationalName
          }
        }
      }
      if output.count - start > NameSyntax.longestLabel { return .labelTooLong }
      if isEncoded(label) {
        guard isASCII, let decoded = Punycode.decode(label.extracting(4...)),
          decoded.contains(where: { $0 >= 0x80 }), isValid(decoded.span, tables),
          CanonicalComposition.normalize(decoded, tables) == decoded
        else { return .badInternationalName }
        isBidi = isBidi || holdsRightToLeft(decoded.span, tables)
      } else if !isASCII {
        guard isValid(label, tables) else { return .badInternationalName }
        isBidi = isBidi || holdsRightToLeft(label, tables)
      }
      if output.count - before > NameSyntax.longestName { return .nameTooLong }
    }
    guard isBidi else { return nil }
    return passesBidi(name: text, tables) ? nil : .badInternationalName
  }

  private static func isASCII(_ label: Span<UInt32>) -> Bool {
    for index in label.indices where label[index] >= 0x80 { return false }
    return true
  }

  /// Whether a label begins with `xn--`.
  private static func isEncoded(_ label: Span<UInt32>) -> Bool {
    label.count >= 4 && label[0] == 0x78 && label[1] == 0x6e && label[2] == 0x2d
      && label[3] == 0x2d
  }

  /// Whether a label meets the validity criteria of UTS 46 §4.1 for single labels, except NFC.
  private static func isValid(_ label: Span<UInt32>, _ tables: IDNATables) -> Bool {
    guard !label.isEmpty, !tables.properties(label[0]).isMark, !isEncoded(label) else {
      return false
    }
    for index in label.indices {
      let scalar = label[index]
      if scalar == 0x2e || tables.properties(scalar).status != .valid { return false }
      if scalar == 0x200c || scalar == 0x200d, !isJoinerAllowed(label, at: index, tables) {
        return false
      }
    }
    return true
  }

  /// ContextJ (RFC 5892 appendix A.1 and A.2).
  private static func isJoinerAllowed(
    _ label: Span<UInt32>, at index: Int, _ tables: IDNATables
  ) -> Bool {
    guard index > 0 else { return false }
    if tables.properties(label[index - 1]).isVirama { return true }
    if label[index] == 0x200d { return false }
    var left = index - 1
    while left >= 0, tables.properties(label[left]).joiningType == .transparent {
      left -= 1
    }
    guard left >= 0 else { return false }
    switch tables.properties(label[left]).joiningType {
    case .left, .dual: break
    default: return false
    }
    var right = index + 1
    while right < label.count, tables.properties(label[right]).joiningType == .transparent {
      right += 1
    }
    guard right < label.count else { return false }
    switch tables.properties(label[right]).joiningType {
    case .right, .dual: return true
    default: return false
    }
  }

  // MARK: Right to left

  /// Whether a label has a letter or digit that is written from right to left.
  private static func holdsRightToLeft(_ label: Span<UInt32>, _ tables: IDNATables) -> Bool {
    for index in label.indices where label[index] >= 0x80 {
      switch tables.properties(label[index]).bidiClass {
      case .r, .al, .an: return true
      default: continue
      }
    }
    return false
  }

  /// Whether every label of a name satisfies the Bidi rule (RFC 5893 §2).
  ///
  /// The rule applies to all labels as soon as one has a letter or digit that is written from right
  /// to left.
  private static func passesBidi(name text: Span<UInt32>, _ tables: IDNATables) -> Bool {
    var next = 0
    while next < text.count {
      let end = labelEnd(text, from: next)
      let label = text.extracting(next..<end)
      next = end + 1
      if isEncoded(label) {
        guard let decoded = Punycode.decode(label.extracting(4...)),
          passesBidi(decoded.span, tables)
        else { return false }
      } else if !passesBidi(label, tables) {
        return false
      }
    }
    return true
  }

  private static func passesBidi(_ label: Span<UInt32>, _ tables: IDNATables) -> Bool {
    func bidiClass(_ index: Int) -> IDNATables.BidiClass {
      tables.properties(label[index]).bidiClass
    }
    var end = label.count
    while end > 0, bidiClass(end - 1) == .nsm { end -= 1 }
    guard end > 0 else { return false }
    let last = bidiClass(end - 1)
    switch bidiClass(0) {
    case .r, .al:
      var hasEuropean = false
      var hasArabic = false
      for index in label.indices {
        switch bidiClass(index) {
        case .en: hasEuropean = true
        case .an: hasArabic = true
        case .l, .other: return false
        default: continue
        }
      }
      if hasEuropean && hasArabic { return false }
      return last == .r || last == .al || last == .en || last == .an
    case .l:
      for index in label.indices {
        switch bidiClass(index) {
        case .r, .al, .an, .other: return false
        default: continue
        }
      }
      return last == .l || last == .en
    default:
      return false
    }
  }
}
