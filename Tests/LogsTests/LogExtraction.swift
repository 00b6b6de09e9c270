import Indicators
import Inputs
import Logs
import TestSupport

/// Ways to extract a log, all of which must find the same.
enum ExtractionWay: CaseIterable, Sendable {
  /// The slow reference.
  case reference
  /// The extractor, with the whole log as one chunk.
  case whole
  /// The extractor, with the log cut at places that a seed chooses.
  case pieces

  func extract(_ log: [UInt8], seed: UInt64 = 1, lineLimit: Int = 1 << 20) -> [ReferenceObservable]
  {
    switch self {
    case .reference: return ReferenceLogExtractor.extract(log, lineLimit: lineLimit)
    case .whole: return LogExtraction.extract(log, lineLimit: lineLimit) { log.count }
    case .pieces:
      var random = SeededGenerator(seed: seed)
      let largest = random.below(3) == 0 ? 8 : 200
      return LogExtraction.extract(log, lineLimit: lineLimit) { 1 + random.below(largest) }
    }
  }
}

/// Drives the extractor as a scan does, and prints what it yields in the reference's terms.
enum LogExtraction {
  /// `growth` says how many more bytes there are each time that the extractor needs more.
  static func extract(
    _ log: [UInt8], lineLimit: Int, growth: () -> Int
  ) -> [ReferenceObservable] {
    let options = LogOptions(purpose: .extract, lineLimit: lineLimit)
    let extractor = LogExtractor(options: options)
    let sample = Array(log.prefix(1 << 20))
    var state = LogState.initial(
      firstBytes: sample.span.bytes, isFinal: sample.count == log.count, options: options)
    var output: [ReferenceObservable] = []
    var batch = ObservableBatch()
    var start = 0
    var end = min(log.count, growth())
    var lines: UInt64 = 0
    while true {
      let chunk = Array(log[start..<end])
      var offset = 0
      while true {
        batch.removeAll()
        let progress = extractor.extract(
          chunk.span.bytes, from: &offset, line: &lines, state: &state, isFinal: end == log.count,
          into: &batch)
        for observable in batch.observables
        where observable.flags.isDisjoint(with: [.fallback, .joint]) {
          output.append(printed(observable, of: batch, in: chunk, at: start))
        }
        if progress == .needsMore { break }
      }
      if end == log.count { return output }
      start += min(offset, chunk.count)
      end = min(log.count, end + max(1, growth()))
    }
  }

  private static func printed(
    _ observable: Observable, of batch: ObservableBatch, in chunk: [UInt8], at base: Int
  ) -> ReferenceObservable {
    let place = Int(observable.offset)..<Int(observable.offset) + Int(observable.length)
    let bytes = Array(
      observable.flags.contains(.inArena) ? batch.arena[place] : chunk[place])
    let record = batch.records[Int(observable.record)]
    return ReferenceObservable(
      kind: observable.kind.name, field: Array(batch.fields.name(observable.field)),
      value: text(of: observable.kind, bytes), line: Int(record.number),
      offset: base + Int(record.base) + Int(observable.position),
      port: observable.port == 0 ? nil : observable.port,
      time: record.time == ObservableRecord.noTime ? nil : record.time)
  }

  private static func text(of kind: IndicatorKind, _ bytes: [UInt8]) -> [UInt8] {
    switch kind {
    case .ipv4: ReferenceAddress.text(ipv4: bytes)
    case .ipv6: ReferenceAddress.text(ipv6: bytes)
    case .domain, .email: referenceLowercased(bytes)
    case _ where kind.isDigest: Array(hex(bytes).utf8)
    default: bytes
    }
  }
}
