import Parsing

/// Names beyond ASCII: UTS 46 processing, non-transitional, to A-labels.
///
/// CheckBidi and CheckJoiners are on, CheckHyphens and UseSTD3ASCIIRules off; what comes out is
/// still held to `[a-z0-9_-]` and a name's lengths (`matching.md` §3).
enum IDNA {
  /// Bytes of the longest name that is looked at; characters that map to nothing count.
  static let longestInput = 4096

  /// Appends the normal form of a name with bytes above ASCII; on refusal `output` is as before.
  static func appendName(_ name: RawSpan, to output: inout [UInt8]) -> Refusal? {
    guard name.byteCount <= longestInput else { return .nameTooLong }
    let tables = IDNATables.shared
    var scalars: [UInt32] = []
    if let refusal = map(name, tables, to: &scalars) { return refusal }
    let text = CanonicalComposition.normalize(scalars[...], tables)

    var labels = text.split(separator: 0x2e, omittingEmptySubsequences: false)
    if let last = labels.last, last.isEmpty { labels.removeLast() }
    if labels.isEmpty { return .empty }
    if labels.contains(where: \.isEmpty) { return .emptyLabel }
    // A name has at most 127 labels.
    if labels.count > NameSyntax.longestName / 2 + 1 { return .nameTooLong }

    let before = output.count
    let refusal = append(labels, tables, to: &output)
    if refusal != nil { output.removeLast(output.count - before) }
    return refusal
  }

  /// UTS 46 §4 step 1: maps each character.
  private static func map(
    _ name: RawSpan, _ tables: IDNATables, to scalars: inout [UInt32]
  ) -> Refusal? {
    var offset = 0
    scalars.reserveCapacity(name.byteCount)
    while offset < name.byteCount {
      guard let scalar = UTF8Scalar.decode(name, at: offset) else { return .invalidUTF8 }
      offset += scalar.length
      let value = scalar.value.value
      let properties = tables.properties(value)
      switch properties.status {
      case .valid: scalars.append(value)
      case .mapped: tables.appendMapping(of: value, to: &scalars)
      case .ignored: continue
      case .disallowed: return .badInternationalName
      }
    }
    return nil
  }

  /// UTS 46 §4 step 4 and ToASCII: validates and encodes each label.
  private static func append(
    _ labels: [ArraySlice<UInt32>], _ tables: IDNATables, to output: inout [UInt8]
  ) -> Refusal? {
    let before = output.count
    var unicodeLabels: [ArraySlice<UInt32>] = []
    for label in labels {
      if output.count > before { output.append(0x2e) }
      let start = output.count
      let isASCII = label.allSatisfy { $0 < 0x80 }
      let isEncoded = label.starts(with: [0x78, 0x6e, 0x2d, 0x2d])
      if isASCII {
        for scalar in label {
          let byte = UInt8(scalar)
          guard ASCII.isAlphanumeric(byte) || byte == 0x2d || byte == 0x5f else {
            return .badName
          }
          output.append(byte)
        }
      } else {
        output.append("xn--")
        guard Punycode.encode(label, to: &output) else { return .labelTooLong }
        for offset in start..<output.count {
          let byte = output[offset]
          guard ASCII.isAlphanumeric(byte) || byte == 0x2d || byte == 0x5f else {
            return .badInternationalName
          }
        }
      }
      if output.count - start > NameSyntax.longestLabel { return .labelTooLong }
      if isEncoded {
        guard isASCII, let decoded = Punycode.decode(label.dropFirst(4)),
          decoded.contains(where: { $0 >= 0x80 }), isValid(decoded[...], tables),
          CanonicalComposition.normalize(decoded[...], tables) == decoded
        else { return .badInternationalName }
        unicodeLabels.append(decoded[...])
      } else {
        guard isASCII || isValid(label, tables) else { return .badInternationalName }
        unicodeLabels.append(label)
      }
      if output.count - before > NameSyntax.longestName { return .nameTooLong }
    }
    return passesBidi(unicodeLabels, tables) ? nil : .badInternationalName
  }

  /// The validity criteria of UTS 46 §4.1 that concern single labels, but for NFC.
  private static func isValid(_ label: ArraySlice<UInt32>, _ tables: IDNATables) -> Bool {
    guard let first = label.first, !tables.properties(first).isMark else { return false }
    if label.starts(with: [0x78, 0x6e, 0x2d, 0x2d]) { return false }
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
    _ label: ArraySlice<UInt32>, at index: Int, _ tables: IDNATables
  ) -> Bool {
    guard index > label.startIndex else { return false }
    if tables.properties(label[index - 1]).isVirama { return true }
    if label[index] == 0x200d { return false }
    var left = index - 1
    while left >= label.startIndex, tables.properties(label[left]).joiningType == .transparent {
      left -= 1
    }
    guard left >= label.startIndex else { return false }
    switch tables.properties(label[left]).joiningType {
    case .left, .dual: break
    default: return false
    }
    var right = index + 1
    while right < label.endIndex, tables.properties(label[right]).joiningType == .transparent {
      right += 1
    }
    guard right < label.endIndex else { return false }
    switch tables.properties(label[right]).joiningType {
    case .right, .dual: return true
    default: return false
    }
  }

  /// The Bidi rule (RFC 5893 §2), which holds for all labels of a name as soon as one has a letter
  /// or digit that is written from right to left.
  private static func passesBidi(_ labels: [ArraySlice<UInt32>], _ tables: IDNATables) -> Bool {
    func bidiClass(_ scalar: UInt32) -> IDNATables.BidiClass { tables.properties(scalar).bidiClass }
    let isBidiName = labels.contains { label in
      label.contains { scalar in
        guard scalar >= 0x80 else { return false }
        let kind = bidiClass(scalar)
        return kind == .r || kind == .al || kind == .an
      }
    }
    guard isBidiName else { return true }
    return labels.allSatisfy { label in
      guard let first = label.first.map(bidiClass),
        let last = label.last(where: { bidiClass($0) != .nsm }).map(bidiClass)
      else { return false }
      switch first {
      case .r, .al:
        var hasEuropean = false
        var hasArabic = false
        for scalar in label {
          switch bidiClass(scalar) {
          case .en: hasEuropean = true
          case .an: hasArabic = true
          case .l, .other: return false
          default: continue
          }
        }
        if hasEuropean && hasArabic { return false }
        return last == .r || last == .al || last == .en || last == .an
      case .l:
        for scalar in label {
          switch bidiClass(scalar) {
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
}
