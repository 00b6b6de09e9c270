import Indicators
import Logs
import Parsing
import Testing

/// An observable as a test tells it: plain values, whole-file offsets.
struct Found: Equatable, Hashable, CustomStringConvertible {
  var line: UInt64
  var offset: Int
  var kind: IndicatorKind
  var field: String
  var value: String
  var port: UInt16 = 0
  var isFallback = false
  var isJoint = false
  var isOwn = false
  var time: Int64 = ObservableRecord.noTime

  /// `kind field value @offset`, then ` :port`, ` fallback`, ` joint`, ` own`.
  var description: String {
    var text = "\(kind.name) \(field) \(value) @\(offset)"
    if port != 0 { text += " :\(port)" }
    if isFallback { text += " fallback" }
    if isJoint { text += " joint" }
    if isOwn { text += " own" }
    return text
  }
}

/// Everything that an extractor finds in some bytes, presented in chunks as a reader would.
///
/// `chunk` tells how many new bytes to add each time; what was not consumed comes first again.
func extract(
  _ input: [UInt8], _ options: LogOptions, chunk: (Int) -> Int = { $0 }
) -> (found: [Found], extractor: LogExtractor, state: LogState) {
  let extractor = LogExtractor(options: options)
  var state = LogState.initial(firstBytes: input.rawSpan, isFinal: true, options: options)
  var batch = ObservableBatch()
  var found: [Found] = []
  var start = 0
  var end = 0
  var line: UInt64 = 0
  while true {
    let added = min(max(1, chunk(input.count - end)), input.count - end)
    end += added
    let isFinal = end == input.count
    let bytes = Array(input[start..<end])
    var offset = 0
    while true {
      let progress = extractor.extract(
        bytes.rawSpan, from: &offset, line: &line, state: &state, isFinal: isFinal, into: &batch)
      for observable in batch.observables {
        found.append(tell(observable, batch, bytes, base: start))
      }
      batch.removeAll()
      if progress == .needsMore { break }
    }
    start += offset
    if isFinal { break }
  }
  return (found, extractor, state)
}

private func tell(
  _ observable: Observable, _ batch: ObservableBatch, _ chunk: [UInt8], base: Int
) -> Found {
  let range = Int(observable.offset)..<Int(observable.offset) + Int(observable.length)
  let bytes =
    observable.flags.contains(.inArena) ? Array(batch.arena[range]) : Array(chunk[range])
  var text: [UInt8] = []
  switch observable.kind {
  case .ipv4:
    IPAddressText.append(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) }, to: &text)
  case .ipv6:
    let halves = (
      high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
      low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    )
    IPAddressText.append(ipv6: halves, to: &text)
  case .domain, .email:
    text = bytes.map { $0 &- 0x41 <= 25 ? $0 | 0x20 : $0 }
  default:
    if observable.kind.isDigest { Hex.encode(bytes.rawSpan, to: &text) } else { text = bytes }
  }
  let record = batch.records[Int(observable.record)]
  return Found(
    line: record.number, offset: base + Int(record.base) + Int(observable.position),
    kind: observable.kind,
    field: String(decoding: batch.fields.name(observable.field), as: UTF8.self),
    value: String(decoding: text, as: UTF8.self), port: observable.port,
    isFallback: observable.flags.contains(.fallback),
    isJoint: observable.flags.contains(.joint), isOwn: observable.flags.contains(.ownField),
    time: record.time)
}

/// What `extract` and `scan` ask for of the network: the kinds that most rules are about.
let networkKinds = IndicatorKindSet([.ipv4, .ipv6, .domain, .url, .email])

/// Every kind of digest.
let digestKinds = IndicatorKindSet(IndicatorKind.allCases.filter { $0.isDigest })

/// One line of a table of cases.
struct Case: CustomTestStringConvertible, Sendable {
  var name: String
  var input: [UInt8]
  var expected: [String]
  var purpose: LogPurpose = .extract
  var kinds: IndicatorKindSet = networkKinds.union(digestKinds)
  var format: LogFormat?

  init(
    _ name: String, _ input: String, _ expected: [String], purpose: LogPurpose = .extract,
    kinds: IndicatorKindSet = networkKinds.union(digestKinds), format: LogFormat? = nil
  ) {
    self.init(
      name, bytes: Array(input.utf8), expected, purpose: purpose, kinds: kinds, format: format)
  }

  init(
    _ name: String, bytes: [UInt8], _ expected: [String], purpose: LogPurpose = .extract,
    kinds: IndicatorKindSet = networkKinds.union(digestKinds), format: LogFormat? = nil
  ) {
    self.name = name
    input = bytes
    self.expected = expected
    self.purpose = purpose
    self.kinds = kinds
    self.format = format
  }

  var testDescription: String { name }

  var options: LogOptions { LogOptions(purpose: purpose, kinds: kinds, format: format) }

  /// What the extractor finds, told as `expected` tells it.
  func found(chunk: (Int) -> Int = { $0 }) -> [String] {
    extract(input, options, chunk: chunk).found.map(\.description)
  }
}
