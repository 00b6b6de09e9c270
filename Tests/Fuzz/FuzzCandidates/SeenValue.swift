package import Indicators

/// The value of an observable in the form of an indicator.
package struct LogValue: Hashable, Comparable {
  package var kind: IndicatorKind
  package var bytes: [UInt8]
  package var schemeLength: UInt16

  package static func < (left: LogValue, right: LogValue) -> Bool {
    if left.kind != right.kind { return left.kind < right.kind }
    return left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// The name without its first labels, if two or more are left; else the same value.
  package func parent(dropping labels: Int) -> LogValue {
    let all = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard kind == .domain, labels > 0, all.count > labels + 1 else { return self }
    var parent = self
    parent.bytes = Array(all[labels...].joined(separator: [0x2E]))
    return parent
  }
}

/// An observable and its place.
package struct SeenValue: Equatable {
  package var value: LogValue
  package var field: [UInt8]
  package var line: UInt64
  package var place: UInt64

  init(_ observable: Observable, _ batch: ObservableBatch, _ log: [UInt8]) {
    let range = Int(observable.offset)..<Int(observable.offset) + Int(observable.length)
    var bytes = Array(observable.flags.contains(.inArena) ? batch.arena[range] : log[range])
    if observable.kind == .domain || observable.kind == .email {
      bytes = bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    }
    value = LogValue(
      kind: observable.kind, bytes: bytes, schemeLength: observable.schemeLength)
    field = Array(batch.fields.name(observable.field))
    let record = batch.records[Int(observable.record)]
    line = record.number
    place = record.base + UInt64(observable.position)
  }
}
