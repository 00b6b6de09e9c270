// Runs every reader of feeds, with the entries that it yields, and the reader of configurations.
//
// The first byte names the format: 0 means that it is recognised by content, n is the n-th of
// `FeedFormat`, 255 is a configuration. With `FUZZ_FORMAT=NAME` (a format's name, or
// `configuration`) in the environment every input is read as that, so that a run can be for one
// reader alone. The second byte holds options, a bit each; the rest is the feed.
//
// Besides not trapping: a feed that fails leaves nothing behind; entries are counted right; entries
// that are admitted compile to an image that passes its checks; and a network value that is read
// again stays the same.

import Database
import Feeds
import Glibc
import Indicators

/// The format that all inputs are read as, if the environment names one.
private let onlyFormat: String? = getenv("FUZZ_FORMAT").map { String(cString: $0) }

/// Reads one input as a feed and checks the result.
package func fuzzFeed(_ input: [UInt8]) {
  guard input.count >= 2 else { return }
  if onlyFormat == "configuration" || onlyFormat == nil && input[0] == 255 {
    return readConfiguration(Array(input[2...]))
  }
  let formats = FeedFormat.allCases
  let choice = Int(input[0]) % (formats.count + 1)
  var format = choice == 0 ? nil : formats[choice - 1]
  if let onlyFormat { format = FeedFormat(name: onlyFormat) }
  let options = options(input[1])
  var collection = IndicatorCollection()
  var report = FeedReport()
  do throws(FeedError) {
    try FeedReader.read(
      bytes: Array(input[2...]), path: "feed", format: format, options: options,
      into: &collection, report: &report)
  } catch {
    precondition(
      collection.records.isEmpty && collection.feeds.isEmpty, "a failed feed left entries")
    precondition(report.feeds.isEmpty, "a failed feed left a summary")
    precondition(!error.problem.isEmpty, "an error without words")
    return
  }
  precondition(report.feeds.count == 1 && collection.feeds.count == 1, "one feed is one feed")
  precondition(report.feeds[0].entries == collection.records.count, "entries are counted wrong")
  let image = compile(collection)
  if report.feeds[0].format == .plain {
    compareGathered(input, format, options, image: image, report.feeds[0])
  }
  var parser = IndicatorParser()
  for record in collection.records.prefix(64) { readAgain(record, of: collection, &parser) }
}

/// Checks that a configuration is read, or that its fault has a line and a message.
private func readConfiguration(_ bytes: [UInt8]) {
  do throws(FeedError) {
    for request in try FeedConfiguration.read(bytes: bytes, path: "conf/feeds.yaml") {
      precondition(!request.path.isEmpty, "a feed without a path")
    }
  } catch {
    precondition(error.line != nil && !error.problem.isEmpty, "an error without line or words")
  }
}

private func options(_ bits: UInt8) -> FeedOptions {
  var options = FeedOptions()
  options.keepsPartial = bits & 1 != 0
  options.loadsAllMISP = bits & 2 != 0
  options.loadsBothOfMISPPairs = bits & 4 != 0
  options.admission.keepsPrivateAddresses = bits & 8 != 0
  options.isAllowList = bits & 16 != 0
  options.lineLimit = bits & 32 != 0 ? 64 : 1 << 20
  options.diagnosticLimit = bits & 64 != 0 ? 0 : 100
  options.names = bits & 128 != 0 ? .exact : nil
  return options
}

/// Checks that digests in lists compile to the same image as digests in records.
private func compareGathered(
  _ input: [UInt8], _ format: FeedFormat?, _ options: FeedOptions, image: [UInt8],
  _ summary: FeedSummary
) {
  var options = options
  options.gathersDigests = true
  var collection = IndicatorCollection()
  var report = FeedReport()
  do throws(FeedError) {
    try FeedReader.read(
      bytes: Array(input[2...]), path: "feed", format: format, options: options,
      into: &collection, report: &report)
  } catch {
    preconditionFailure("a feed that is read fails when its digests are gathered: \(error)")
  }
  precondition(report.feeds[0].entries == summary.entries, "gathered digests are counted wrong")
  precondition(report.feeds[0].candidates == summary.candidates, "candidates are counted wrong")
  precondition(compile(collection) == image, "gathered digests compile to something else")
}

@discardableResult
private func compile(_ collection: IndicatorCollection) -> [UInt8] {
  do {
    let compiled = try DatabaseCompiler.compile(collection)
    let database = try IndicatorDatabase(compiled)
    try database.verify()
    precondition(database.feeds.count == 1, "the database has another number of feeds")
    return compiled.image
  } catch {
    preconditionFailure("entries that were let in do not compile: \(error)")
  }
}

/// Checks that a normal form that is read again stays the same.
private func readAgain(
  _ record: IndicatorRecord, of collection: IndicatorCollection, _ parser: inout IndicatorParser
) {
  let start = Int(record.valueOffset)
  let value = Array(collection.values[start..<start + Int(record.valueLength)])
  switch record.kind {
  case .domain, .email:
    // A name may contain an escaped dot or space, but feeds have no notation for it.
    if value.contains(UInt8(ascii: "\\")) { return }
  case .url where record.mode == .exact && record.schemeLength > 0:
    // Without a scheme a URL may look like a prefix once its port was dropped. A URL whose fragment
    // was dropped may end in a character that is cut off a cell's end.
    if let last = value.last, ",;.'\"".utf8.contains(last) { return }
  default: return
  }
  var options = AdmissionOptions()
  options.keepsPublicSuffixes = true
  options.refangs = false
  let refusal = parser.parse(value.span.bytes, as: .kind(record.kind), options: options)
  precondition(
    refusal == nil, "\(String(decoding: value, as: UTF8.self)): refused again: \(refusal as Any)")
  guard let result = parser.results.first else { preconditionFailure("no result") }
  precondition(
    Array(parser.arena[result.start..<result.end]) == value && result.kind == record.kind,
    "\(String(decoding: value, as: UTF8.self)): another normal form of itself")
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzFeed(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  import FuzzSupport

  @main
  struct Replay {
    static func main() { replay(fuzzFeed) }
  }
#endif
