import Indicators
import Inputs
import Parsing

/// Lists of digests, which are let in one window at a time and become records only when sorted.
extension FeedSink {
  /// Lets in a text that is a digest and nothing else, as `add` would; false for any other text.
  mutating func addDigest(_ text: RawSpan, line: UInt64) -> Bool {
    guard let outcome = parser.parseDigest(text) else { return false }
    summary.candidates += 1
    if let refusal = outcome.refusal {
      refuse(refusal.rawValue, text, line: line, id: 0)
    } else if let result = parser.results.first, options.kinds.contains(result.kind) {
      let record = IndicatorRecord(
        kind: result.kind, mode: .exact, feed: feed, line: UInt32(clamping: line),
        context: contextID(options.isAllowList ? .allow : []), valueLength: 0, valueOffset: 0)
      Self.append(record, parser.arena, result.start..<result.end, to: &collection)
    } else {
      refuse(FeedRefusal.kindNotWanted.rawValue, text, line: line, id: 0)
    }
    return true
  }

  /// Lets in the lines at the stream's position that are only digests, as many as its window holds.
  ///
  /// Does nothing if limits have to be applied to single entries later.
  mutating func addDigestLines(_ stream: inout FeedStream) {
    guard options.gathersDigests, !options.hasLimits else { return }
    while stream.hasRoom(for: 130),
      let (digits, lineEnd) = Self.digestLine(stream.window, stream.start, digits),
      digits <= options.lineLimit,
      let kind = IndicatorParser.digestKind(ofDigits: digits), options.kinds.contains(kind)
    {
      self.digits = digits
      let place = place(ofListOf: kind)
      let first = stream.lineNumber
      let count = Self.decodeDigests(stream, digits, lineEnd, to: &digestLists[place].values)
      if count == 0 { return }
      for index in 0..<UInt64(count) {
        digestLists[place].lines.append(UInt32(clamping: first + index))
      }
      summary.candidates += UInt64(count)
      let end = stream.start + count * (digits + lineEnd)
      stream.moveStart(to: end, lineFeeds: count)
      reserveDigests(place, growth: stream.growth, before: digestLists[place].count - count)
    }
  }

  private static func decodeDigests(
    _ stream: borrowing FeedStream, _ digits: Int, _ lineEnd: Int, to values: inout [UInt8]
  ) -> Int {
    IndicatorParser.decodeDigests(
      stream.window.rawSpan.extracting(stream.start..<stream.window.count), digits: digits,
      lineEnd: lineEnd, to: &values)
  }

  /// Index of the list for a kind, which is added if there is none yet.
  private mutating func place(ofListOf kind: IndicatorKind) -> Int {
    if let place = digestLists.firstIndex(where: { $0.kind == kind }) { return place }
    digestLists.append(
      DigestList(
        kind: kind, feed: feed, context: contextID(options.isAllowList ? .allow : [])))
    return digestLists.count - 1
  }

  /// Reserves room for the rest of a feed once enough digests were seen to guess their number.
  private mutating func reserveDigests(_ place: Int, growth: Double?, before: Int) {
    let count = digestLists[place].count
    guard before < 2048, count >= 2048, let growth, growth > 1 else { return }
    let whole = Int(Double(count) * min(growth * 1.03, 1_000_000))
    digestLists[place].values.reserveCapacity(whole * digestLists[place].width)
    digestLists[place].lines.reserveCapacity(whole)
  }

  /// Digits and line-end bytes of the line at `start`; nil if the line is not as long as a digest.
  private static func digestLine(
    _ window: [UInt8], _ start: Int, _ digits: Int
  ) -> (digits: Int, lineEnd: Int)? {
    for digits in [digits, 32, 40, 64, 128, 56, 96] where start + digits < window.count {
      if window[start + digits] == Byte.lineFeed { return (digits, 1) }
      if window[start + digits] == Byte.carriageReturn, start + digits + 1 < window.count,
        window[start + digits + 1] == Byte.lineFeed
      {
        return (digits, 2)
      }
    }
    return nil
  }
}
