// Uses database images that were damaged on purpose, and looks values up in whole ones.
//
// If bit 0 of the first byte is set, the rest is opened as an image; its header's checksums are set
// anew, so that the fuzzer need not guess a hash. Else indicators are made from the rest, and bit 1
// damages their image: the input left over is a list of places and bytes. Without damage every
// entry must be found again and the image must pass its checks.

import Database
import FuzzSupport
import Indicators
import Parsing

/// Makes, damages and uses one image.
package func fuzzDatabase(_ input: [UInt8]) {
  guard let options = input.first else { return }
  if options & 1 != 0 {
    var image = Array(input.dropFirst())
    seal(&image)
    if let database = try? IndicatorDatabase(image: image) {
      use(database, Queries())
      _ = try? database.verify()
    }
    return
  }
  var reader = FuzzInput(input, at: 1)
  var queries = Queries()
  let collection = collection(&reader, &queries)
  guard let compiled = try? DatabaseCompiler.compile(collection) else {
    preconditionFailure("a small collection does not compile")
  }
  if options & 2 == 0 { return check(compiled, queries) }
  var image = compiled.image
  while !reader.isAtEnd {
    let place = Int(reader.byte()) << 16 | Int(reader.byte()) << 8 | Int(reader.byte())
    let value = reader.byte()
    // A run of one byte makes large numbers likely.
    for offset in 0..<(value == 0xff ? 4 : 1) { image[(place + offset) % image.count] = value }
  }
  seal(&image)
  if let database = try? IndicatorDatabase(image: image) {
    use(database, queries)
    _ = try? database.verify()
  }
}

/// Sets the checksums of an image's header and table to those of its content.
private func seal(_ image: inout [UInt8]) {
  guard image.count >= 256 else { return }
  let sections = Int(image[20]) | Int(image[21]) << 8
  guard image.count >= 256 + sections * 64 else { return }
  ImageSeal.seal(&image, sectionCount: sections)
}

// MARK: Indicators

private func collection(_ reader: inout FuzzInput, _ queries: inout Queries) -> IndicatorCollection
{
  var collection = IndicatorCollection()
  let feeds = [
    collection.addFeed(FeedDescription(name: "a", format: "plain")),
    collection.addFeed(FeedDescription(name: "b", format: "csv", refusals: ["empty": 1])),
  ]
  let count = Int(reader.byte() & 63)
  for _ in 0..<count where !reader.isAtEnd {
    let head = reader.byte()
    let kind = IndicatorKind.allCases[Int(head) % IndicatorKind.allCases.count]
    let tail = reader.byte()
    let value = value(kind, &reader)
    var context = SourceContext()
    context.confidence = tail
    context.id = collection.intern(Array(value.prefix(3)).span.bytes)
    var record = IndicatorRecord(
      kind: kind, mode: MatchMode(rawValue: tail & 7) ?? .exact,
      prefixLength: tail & 127, ignoresCase: tail & 8 != 0, feed: feeds[Int(head & 1)],
      line: UInt32(tail), context: collection.intern(context), valueLength: 0, valueOffset: 0)
    if kind == .ipv4 || kind == .ipv6 {
      if record.mode != .prefix { record.mode = .exact }
      record.port = tail & 16 != 0 ? UInt16(head) + 1 : 0
      let width = UInt8(value.count * 8)
      record.prefixLength = record.mode == .prefix ? min(record.prefixLength, width) : width
    }
    collection.append(record, value: value.span.bytes)
    queries.add(record, value)
  }
  return collection
}

/// A small alphabet, so that names are below one another and values collide.
private func value(_ kind: IndicatorKind, _ reader: inout FuzzInput) -> [UInt8] {
  if let width = kind.fixedWidth {
    let byte = reader.byte()
    return (0..<width).map { $0 & 3 == 3 ? byte & 7 : byte >> 5 }
  }
  let alphabet = Array("ab.c/d\\*".utf8)
  let length = 4 + Int(reader.byte() & 31)
  return (0..<length).map { _ in alphabet[Int(reader.byte()) & 7] }
}

// MARK: Use

/// Values to look up.
private struct Queries {
  var batch = ObservableBatch()

  mutating func add(_ record: IndicatorRecord, _ value: [UInt8]) {
    let offset = batch.arena.count
    batch.arena += value
    batch.observables.append(
      Observable(
        kind: record.kind, flags: .inArena, field: 0, offset: UInt32(offset),
        length: UInt32(value.count), record: 0, port: record.port, schemeLength: 0))
  }

  func matches(in database: IndicatorDatabase) -> [EntryMatch] {
    var scratch = LookupScratch()
    var matches: [EntryMatch] = []
    var options = LookupOptions()
    options.includesWeak = true
    let chunk: [UInt8] = []
    database.lookup(
      batch, chunk: chunk.span.bytes, options: options, scratch: &scratch, matches: &matches)
    return matches
  }
}

/// Uses everything that a database offers.
private func use(_ database: IndicatorDatabase, _ queries: Queries) {
  var bytes: [UInt8] = []
  for match in queries.matches(in: database) {
    database.appendText(of: database.entry(match.entry), to: &bytes)
    bytes.removeAll(keepingCapacity: true)
  }
  for entry in 0..<UInt32(min(database.entryCount, 64)) {
    database.appendText(of: database.entry(entry), to: &bytes)
    for source in database.sources(of: entry) {
      _ = database.string(source.context.id).byteCount
      _ = database.list(source.context.labels)
      _ = database.feedName(source.feed).byteCount
    }
  }
  _ = database.feeds
  _ = database.sections
  _ = database.entryCounts
}

private func check(_ compiled: CompiledDatabase, _ queries: Queries) {
  guard let database = try? IndicatorDatabase(compiled) else {
    preconditionFailure("a good image was refused")
  }
  do { try database.verify() } catch {
    preconditionFailure("a good image fails its checks: \(error)")
  }
  use(database, queries)
  let found = Set(queries.matches(in: database).map(\.observable))
  for (index, observable) in queries.batch.observables.enumerated() {
    // Values that stand for themselves and have one normal form are found again.
    guard observable.kind.isDigest else { continue }
    precondition(found.contains(UInt32(index)), "an entry was not found")
  }
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzDatabase(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  @main
  struct Replay {
    static func main() { replay(fuzzDatabase) }
  }
#endif
