/// What two extractions of one log do not agree on.
struct LogDifferences: CustomStringConvertible {
  var missing: [ReferenceObservable] = []
  var extra: [ReferenceObservable] = []
  /// Both found it, but not with the same port.
  var ports: [(reference: ReferenceObservable, extractor: ReferenceObservable)] = []
  /// Both found the same, but in another order.
  var isOrderDifferent = false

  /// Kinds that the extractor takes whole from fields of its own choice; no rule tells which fields.
  private static let ownKinds: Set<String> = ["filename", "registry-key", "mutex", "pipe", "ja4"]

  init(reference: [ReferenceObservable], extractor all: [ReferenceObservable]) {
    let extractor = all.filter { !Self.ownKinds.contains($0.kind) }
    func bare(_ observable: ReferenceObservable) -> ReferenceObservable {
      var bare = observable
      bare.port = nil
      bare.time = nil
      return bare
    }
    var waiting: [ReferenceObservable: [ReferenceObservable]] = [:]
    for observable in extractor { waiting[bare(observable), default: []].append(observable) }
    for observable in reference {
      guard let found = waiting[bare(observable)]?.popLast() else {
        missing.append(observable)
        continue
      }
      if found.port != observable.port { ports.append((observable, found)) }
    }
    let remaining = Set(waiting.filter { !$0.value.isEmpty }.keys)
    extra = extractor.filter { remaining.contains(bare($0)) }
    isOrderDifferent =
      missing.isEmpty && extra.isEmpty && reference.map(bare) != extractor.map(bare)
  }

  var isEmpty: Bool { missing.isEmpty && extra.isEmpty && ports.isEmpty && !isOrderDifferent }

  var description: String { describe(log: "log", limit: 20) }

  /// One line for each difference: `log:line:offset kind field value`.
  func describe(log: String, limit: Int) -> String {
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    func line(_ observable: ReferenceObservable) -> String {
      "\(log):\(observable.line):\(observable.offset) \(observable.kind) "
        + "\(text(observable.field)) \(text(observable.value))"
    }
    func port(_ observable: ReferenceObservable) -> String {
      observable.port.map { String($0) } ?? "none"
    }
    var lines = missing.map { "missing \(line($0))" } + extra.map { "extra   \(line($0))" }
    lines += ports.map {
      "port    \(line($0.reference)): \(port($0.reference)), not \(port($0.extractor))"
    }
    if isOrderDifferent { lines.append("order   \(log)") }
    let shown = lines.prefix(limit).joined(separator: "\n")
    return lines.count > limit ? shown + "\n… \(lines.count) in all" : shown
  }
}
