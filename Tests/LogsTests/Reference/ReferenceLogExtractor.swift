import Indicators

/// One observable as `extract` prints it.
struct ReferenceObservable: Hashable {
  var kind: String
  var field: [UInt8]
  var value: [UInt8]
  /// From 1.
  var line: Int
  /// In bytes from the start of the input, before anything was undone.
  var offset: Int
  var port: UInt16?
  /// Nanoseconds since 1970.
  var time: Int64?
}

/// Extracts the observables of a whole log at once.
enum ReferenceLogExtractor {
  static func extract(_ bytes: [UInt8], lineLimit: Int = 1 << 20) -> [ReferenceObservable] {
    var reader = ReferenceLogReader(ReferenceInput.text(bytes), lineLimit: lineLimit)
    reader.read()
    return ordered(reader.output)
  }

  /// By offset, then kind, then value; the same (kind, value, offset, field) once (§1.8).
  private static func ordered(_ observables: [ReferenceObservable]) -> [ReferenceObservable] {
    let kinds = IndicatorKind.allCases.map(\.name)
    let ranks = Dictionary(uniqueKeysWithValues: zip(kinds, kinds.indices))
    let sorted = observables.enumerated().sorted { left, right in
      if left.element.offset != right.element.offset {
        return left.element.offset < right.element.offset
      }
      let ranks = (ranks[left.element.kind] ?? 0, ranks[right.element.kind] ?? 0)
      if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
      if left.element.value != right.element.value {
        return left.element.value.lexicographicallyPrecedes(right.element.value)
      }
      return left.offset < right.offset
    }
    var output: [ReferenceObservable] = []
    for (_, observable) in sorted {
      let isKnown = output.reversed().prefix { $0.offset == observable.offset }.contains {
        $0.kind == observable.kind && $0.value == observable.value && $0.field == observable.field
      }
      if !isKnown { output.append(observable) }
    }
    return output
  }
}

/// The input as UTF-8 with offsets: UTF-16 with a mark is transcoded, a mark of UTF-8 left out.
enum ReferenceInput {
  static func text(_ bytes: [UInt8]) -> ReferenceText {
    if bytes.starts(with: [0xFF, 0xFE]) { return transcoded(bytes, isBigEndian: false) }
    if bytes.starts(with: [0xFE, 0xFF]) { return transcoded(bytes, isBigEndian: true) }
    let text = ReferenceText(bytes)
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? text.part(3..<bytes.count) : text
  }

  private static func transcoded(_ bytes: [UInt8], isBigEndian: Bool) -> ReferenceText {
    func unit(_ index: Int) -> UInt32? {
      guard index + 1 < bytes.count else { return nil }
      let (first, second) = (UInt32(bytes[index]), UInt32(bytes[index + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    var text = ReferenceText()
    var index = 2
    while index < bytes.count {
      var scalar: UInt32 = 0xFFFD
      var length = 2
      if let first = unit(index) {
        scalar = first
        if (0xD800...0xDBFF).contains(first), let second = unit(index + 2),
          (0xDC00...0xDFFF).contains(second)
        {
          scalar = 0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00)
          length = 4
        }
      }
      for byte in String(Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")).utf8 {
        text.append(byte, from: index)
      }
      index += length
    }
    return text
  }
}
