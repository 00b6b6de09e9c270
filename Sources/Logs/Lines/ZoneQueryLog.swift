import Indicators
import Parsing

/// The log of a public hosted zone of Route 53.
enum ZoneQueryLog {
  /// Reads a line of the log of a public hosted zone (Amazon, "Public DNS query logging"):
  /// `version time zone name type code protocol edge resolver subnet`.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard extraction.cutTokens(bytes, range, most: 12), extraction.lineWords.count == 10 else {
      return false
    }
    let tokens = extraction.lineWords
    func word(_ index: Int) -> Range<Int> { tokens[index].start..<tokens[index].end }
    guard bytes.isISOTime(word(1)), bytes.byte(unchecked: tokens[2].start) == UInt8(ascii: "Z"),
      let code = EventFacts.answerCode(bytes, word(5)), bytes.isAddress(tokens[8])
    else { return false }
    extraction.line.skip(range.lowerBound..<tokens[3].start)
    extraction.addField("query", bytes, tokens[3])
    extraction.line.skip(tokens[4].start..<tokens[8].start)
    extraction.addField("resolver_ip", bytes, tokens[8], fact: .source)
    extraction.addField("edns_client_subnet", bytes, tokens[9])
    extraction.event.facts.note(state: code)
    extraction.event.facts.note(.ipProtocol, rank: 0, bytes, word(6))
    extraction.line.time = Timestamp.iso8601(bytes, word(1))
    return true
  }
}
