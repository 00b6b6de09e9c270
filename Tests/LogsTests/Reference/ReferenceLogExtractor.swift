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
    let input = ReferenceText(bytes)
    // A byte order mark is no text.
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? input.part(3..<bytes.count) : input
    var reader = ReferenceLogReader(text, lineLimit: lineLimit)
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
