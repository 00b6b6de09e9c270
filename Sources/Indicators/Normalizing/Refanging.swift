import Parsing

/// Undoes what people do to values so that nobody clicks on them (`Matching.md` §9).
package enum Refanging {
  /// Whether a text may be defanged: it holds a byte or a scheme of a defanged form.
  package static func isCandidate(_ text: RawSpan) -> Bool {
    for offset in text.byteOffsets {
      switch text.byte(unchecked: offset) {
      // Brackets and `\`; `。．｡` begin with e3 or ef.
      case 0x5b, 0x5d, 0x28, 0x29, 0x7b, 0x7d, 0x5c, 0xe3, 0xef: return true
      // An `h` may begin the scheme of a URL inside this one.
      case 0x48, 0x68: if innerScheme(text, at: offset) != nil { return true }
      default: continue
      }
    }
    return schemeReplacement(text) != nil
  }

  /// Whether the text is one that nobody can click on.
  package static func isDefanged(_ text: RawSpan) -> Bool {
    guard isCandidate(text) else { return false }
    var refanged: [UInt8] = []
    append(text, to: &refanged)
    return refanged.count != text.byteCount
      || text.byteOffsets.contains { text.byte(unchecked: $0) != refanged[$0] }
  }

  /// Appends the text refanged.
  ///
  /// Whole forms (`[.]`, `(dot)`, `[://]`), also with brackets that Markdown escapes, are undone anywhere, since path and query are defanged as
  /// well; half-bracketed dots (`[.`, `.]`) up to the first `/` of the path, where a bracket has
  /// no meaning of its own, and behind it where the text is defanged elsewhere and no other bracket goes with it.
  /// Of URLs in a path or query the schemes are undone as well.
  package static func append(_ text: RawSpan, to output: inout [UInt8]) {
    var offset = 0
    let start = output.count
    while offset < text.byteCount {
      if let (replacement, length) = wholeForm(text, at: offset) ?? escapedForm(text, at: offset) {
        output.append(replacement)
        offset += length
      } else {
        output.append(text.byte(unchecked: offset))
        offset += 1
      }
    }
    let isDefanged =
      output.count - start < text.byteCount
      || schemeReplacement(output.rawSpan.extracting(start...)) != nil
    undoHalfBrackets(&output, from: start, inPath: isDefanged)
    if let (replacement, length) = schemeReplacement(output.rawSpan.extracting(start...)) {
      var scheme: [UInt8] = []
      scheme.append(replacement)
      output.replaceSubrange(start..<start + length, with: scheme)
    }
    undoInnerSchemes(&output, from: start)
  }

  /// Undoes the schemes of URLs inside a text: `http://a.example/?u=hxxp://b.example`.
  private static func undoInnerSchemes(_ output: inout [UInt8], from start: Int) {
    var offset = start
    while offset < output.count {
      if output[offset] | 0x20 == 0x68,
        let (replacement, length) = innerScheme(
          output.rawSpan.extracting(start...), at: offset - start)
      {
        var scheme: [UInt8] = []
        scheme.append(replacement)
        output.replaceSubrange(offset..<offset + length, with: scheme)
      }
      offset += 1
    }
  }

  /// A defanged scheme behind the start and what it stands for, with `://` behind it or as percent
  /// notation writes that, and no letter or digit before it.
  ///
  /// The digits of percent notation (`%3Dhxxp`) are neither.
  private static func innerScheme(_ text: RawSpan, at offset: Int) -> (StaticString, Int)? {
    guard offset > 0 else { return nil }
    let isBehindPercent = offset >= 3 && text.byte(unchecked: offset - 3) == 0x25
    guard isBehindPercent || !Byte.isAlphanumeric(text.byte(unchecked: offset - 1)) else {
      return nil
    }
    for (defanged, replacement) in schemes where text.starts(ignoringCase: defanged, at: offset) {
      let end = offset + defanged.utf8CodeUnitCount
      if text.starts(with: "://", at: end) || text.starts(ignoringCase: "%3a%2f%2f", at: end) {
        return (replacement, defanged.utf8CodeUnitCount)
      }
    }
    return nil
  }

  /// A bracketed separator at an offset: what it stands for and how long it is.
  package static func separator(in text: RawSpan, at offset: Int) -> (StaticString, Int)? {
    wholeForm(text, at: offset)
  }

  private static func wholeForm(_ text: RawSpan, at offset: Int) -> (StaticString, Int)? {
    let byte = text.byte(unchecked: offset)
    let left = text.byteCount - offset
    switch byte {
    case 0x5c:
      return left >= 2 && text.byte(unchecked: offset + 1) == 0x2e ? (".", 2) : nil
    case 0xe3:
      return isBytes(text, at: offset, 0xe3, 0x80, 0x82) ? (".", 3) : nil
    case 0xef:
      return isBytes(text, at: offset, 0xef, 0xbc, 0x8e)
        || isBytes(text, at: offset, 0xef, 0xbd, 0xa1) ? (".", 3) : nil
    case 0x5b, 0x28, 0x7b:
      let closing: UInt8 = byte == 0x28 ? 0x29 : byte + 2
      let inner = offset + 1
      for form in forms where byte == 0x5b || !form.squareOnly || byte == 0x28 && form.orRound {
        let length = form.inner.utf8CodeUnitCount
        if left >= length + 2, text.byte(unchecked: inner + length) == closing,
          text.starts(ignoringCase: form.inner, at: inner)
        {
          return (form.replacement, length + 2)
        }
      }
      return nil
    default:
      return nil
    }
  }

  /// A form in square brackets that are both escaped, as Markdown has them: `evil\[.\]example`.
  private static func escapedForm(_ text: RawSpan, at offset: Int) -> (StaticString, Int)? {
    guard text.starts(with: "\\[", at: offset) else { return nil }
    for form in forms where text.starts(ignoringCase: form.inner, at: offset + 2) {
      let end = offset + 2 + form.inner.utf8CodeUnitCount
      if text.starts(with: "\\]", at: end) { return (form.replacement, end + 2 - offset) }
    }
    return nil
  }

  private struct Form {
    var inner: StaticString
    var replacement: StaticString
    var squareOnly = false
    var orRound = false
  }

  private static let forms = [
    Form(inner: ".", replacement: "."),
    Form(inner: "dot", replacement: "."),
    Form(inner: ":", replacement: ":", squareOnly: true),
    Form(inner: "://", replacement: "://", squareOnly: true),
    Form(inner: "/", replacement: "/", squareOnly: true),
    Form(inner: "//", replacement: "//", squareOnly: true),
    Form(inner: "@", replacement: "@", squareOnly: true),
    Form(inner: "at", replacement: "@", squareOnly: true, orRound: true),
  ]

  private static func isBytes(
    _ text: RawSpan, at offset: Int, _ first: UInt8, _ second: UInt8, _ third: UInt8
  ) -> Bool {
    text.byteCount - offset >= 3 && text.byte(unchecked: offset) == first
      && text.byte(unchecked: offset + 1) == second && text.byte(unchecked: offset + 2) == third
  }

  private static func undoHalfBrackets(
    _ output: inout [UInt8], from start: Int, inPath: Bool
  ) {
    var hasBrackets = false
    for offset in start..<output.count {
      switch output[offset] {
      case 0x5b, 0x5d, 0x28, 0x29, 0x7b, 0x7d: hasBrackets = true
      default: continue
      }
    }
    guard hasBrackets else { return }
    var hostEnd = start
    // Behind `://` the host begins; before it there is no path.
    if let colon = output.rawSpan.extracting(start...).firstOffset(of: 0x3a),
      output.rawSpan.extracting((start + colon)...).starts(with: "://")
    {
      hostEnd = start + colon + 3
    }
    while hostEnd < output.count, output[hostEnd] != 0x2f { hostEnd += 1 }
    // Of a pair in the path each bracket may be meant.
    let opening = output[hostEnd...].firstIndex(of: 0x5b) ?? output.count
    let closing = output[hostEnd...].lastIndex(of: 0x5d) ?? start
    var write = start
    var read = start
    var lastOpening = Int.min
    while read < output.count {
      let byte = output[read]
      if inPath, read > hostEnd,
        byte == 0x5d && read < opening && output[read - 1] == 0x2e
          || byte == 0x5b && read > closing && read + 1 < output.count && output[read + 1] == 0x2e
      {
        read += 1
        continue
      }
      if read < hostEnd {
        let isOpening = byte == 0x5b || byte == 0x28 || byte == 0x7b
        if isOpening, read + 1 < hostEnd, output[read + 1] == 0x2e {
          lastOpening = read
          read += 1
          continue
        }
        let isClosing = byte == 0x5d || byte == 0x29 || byte == 0x7d
        // Two opening brackets are a pair with a slip: `[.[`.
        let isSlip = isOpening && lastOpening == read - 2
        if isClosing || isSlip, read > start, output[read - 1] == 0x2e {
          read += 1
          continue
        }
      }
      output[write] = byte
      write += 1
      read += 1
    }
    output.removeLast(output.count - write)
  }

  /// A defanged scheme at the start and what it stands for; its `:` stays.
  private static func schemeReplacement(_ text: RawSpan) -> (StaticString, Int)? {
    func isFollowed(_ length: Int) -> Bool {
      guard text.byteCount > length else { return false }
      let byte = text.byte(unchecked: length)
      // The second as in `hxxp[:]`: the scheme is looked for before brackets are undone, too.
      return byte == 0x3a || byte == 0x5b
    }
    // Of those that fit the longest counts: `hxxp[s]:` begins like `hxxp[:]`.
    for (defanged, replacement) in schemes.reversed() where text.starts(ignoringCase: defanged) {
      if isFollowed(defanged.utf8CodeUnitCount) {
        return (replacement, defanged.utf8CodeUnitCount)
      }
    }
    return nil
  }

  private static let schemes: [(StaticString, StaticString)] = [
    ("hxxp", "http"), ("hxxps", "https"), ("h**p", "http"), ("h**ps", "https"), ("fxp", "ftp"),
    ("hxtp", "http"), ("hxtps", "https"), ("htxp", "http"), ("htxps", "https"),
    ("hxxp[s]", "https"), ("hxxp(s)", "https"), ("http[s]", "https"), ("http(s)", "https"),
  ]
}
