// Runs every reader of logs, over a whole log and over its pieces.
//
// The first byte holds options, a bit each, and the format, if one is forced; the second says how
// the bytes are cut. The rest is the log.
//
// FUZZ_FORMAT=zeek, or another of --input-format, makes all inputs go to one reader.
//
// Besides not trapping: every byte is consumed; the values, their places and times and the counts
// do not depend on where the bytes are cut, nor on how often the batch is emptied; each value lies
// within the log; and stepping over lines loses nothing if the values that were found are the
// candidates.

import Glibc
import Indicators
import Inputs
import Logs
import Parsing

/// Reads one input as a log and checks the result.
package func fuzzLogs(_ input: [UInt8]) {
  guard input.count >= 2 else { return }
  let log = Array(input[2...])
  let options = options(input[0])
  let whole = read(log, options) { log.count }
  precondition(whole.bytes == UInt64(log.count), "not every byte was consumed")
  for value in whole.values {
    precondition(value.place < max(log.count, 1), "a value outside of the log")
  }
  let size = Int(input[1])
  var state = UInt64(input[1]) | 1
  let pieces = read(log, options) {
    // Pieces of a fixed size, or of pseudo-random sizes.
    if size < 128 { return size + 1 }
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return 1 + Int(state >> 33) % 300
  }
  precondition(pieces.values == whole.values, "what is found depends on where the bytes are cut")
  precondition(pieces.counts == whole.counts, "what is counted depends on where the bytes are cut")
  precondition(pieces.lines == whole.lines, "lines are counted otherwise")
  let places = Set(whole.values.map(\.place)).sorted().map { UInt32($0) }
  let stepped = read(log, options, candidates: places) { log.count }
  precondition(stepped.values == whole.values, "a line that held something was stepped over")
  precondition(
    stepped.lines == whole.lines, "lines are counted otherwise where they are stepped over")
}

/// The format that the environment names, whose reader is fuzzed alone.
private let chosenFormat: LogFormat? = getenv("FUZZ_FORMAT").flatMap { name in
  guard let format = LogFormat(rawValue: String(cString: name)) else {
    fatalError(
      "FUZZ_FORMAT is none of \(LogFormat.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  return format
}

private func options(_ bits: UInt8) -> LogOptions {
  let formats: [LogFormat?] = [nil, nil, nil, nil, .zeek, .csv, .w3c, .jsonl]
  var options = LogOptions(
    purpose: bits & 1 == 0 ? .extract : .scan, format: chosenFormat ?? formats[Int(bits >> 1) & 7],
    lineLimit: bits & 16 == 0 ? 1 << 20 : 64, jsonDepth: bits & 32 == 0 ? 64 : 3)
  if bits & 64 != 0 { options.year = 2024 }
  options.texts = Texts()
  if bits & 128 != 0 { options.kinds = IndicatorKindSet([.ipv4, .domain]) }
  return options
}

/// Finds a few texts, two of which begin together.
private struct Texts: TextSearch {
  private static let texts = ["exam", "example", ".1\" ", "\":\"", "PT="].map { Array($0.utf8) }

  func find(in bytes: RawSpan, found: inout [FoundText]) -> Bool {
    found.removeAll()
    for start in bytes.byteOffsets {
      for (number, text) in Self.texts.enumerated().reversed()
      where bytes.byteCount - start >= text.count
        && text.indices.allSatisfy({ bytes.byte(at: start + $0) == text[$0] })
      {
        found.append(FoundText(start: start, matcher: 0, pattern: UInt32(number)))
      }
    }
    return true
  }
}

/// One value, with everything that a hit would show of it.
private struct Value: Equatable {
  var kind: IndicatorKind
  var flags: UInt8
  var field: [UInt8]
  var bytes: [UInt8]
  var port: UInt16
  var line: UInt64
  var place: Int
  var time: Int64
  var event: EventContext?
}

private struct Reading {
  var values: [Value] = []
  var counts: [String: UInt64] = [:]
  var bytes: UInt64 = 0
  var lines: UInt64 = 0
}

private func read(
  _ log: [UInt8], _ options: LogOptions, candidates: [UInt32]? = nil, growth: () -> Int
) -> Reading {
  let extractor = LogExtractor(options: options)
  extractor.setCandidates(candidates)
  var state = LogState.initial(firstBytes: log.span.bytes, isFinal: true, options: options)
  var batch = ObservableBatch()
  var reading = Reading()
  var (start, end, line) = (0, 0, UInt64(0))
  while true {
    end = min(log.count, end + max(1, growth()))
    let chunk = Array(log[start..<end])
    var offset = 0
    while true {
      let progress = extractor.extract(
        chunk.span.bytes, from: &offset, line: &line, state: &state, isFinal: end == log.count,
        into: &batch)
      take(batch, chunk, base: start, into: &reading)
      batch.removeAll()
      if progress == .needsMore { break }
    }
    start += offset
    if end == log.count { break }
  }
  reading.counts = extractor.tally.counts
  reading.bytes = extractor.bytes
  reading.lines = extractor.lines
  return reading
}

private func take(
  _ batch: ObservableBatch, _ chunk: [UInt8], base: Int, into reading: inout Reading
) {
  for observable in batch.observables {
    let range = Int(observable.offset)..<Int(observable.offset) + Int(observable.length)
    let record = batch.records[Int(observable.record)]
    let event =
      record.context == ObservableRecord.noContext ? nil : batch.contexts[Int(record.context)]
    reading.values.append(
      Value(
        kind: observable.kind, flags: observable.flags.subtracting(.inArena).rawValue,
        field: Array(batch.fields.name(observable.field)),
        bytes: Array(
          observable.flags.contains(.inArena) ? batch.arena[range] : chunk[range]),
        port: observable.port, line: record.number,
        place: base + Int(record.base) + Int(observable.position), time: record.time,
        event: event))
  }
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzLogs(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  import FuzzSupport

  @main
  struct Replay {
    static func main() { replay(fuzzLogs) }
  }
#endif
