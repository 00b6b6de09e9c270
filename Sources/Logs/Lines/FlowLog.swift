import Indicators
import Parsing

/// VPC flow logs without a header.
enum FlowLog {
  private static let names: [StaticString] = [
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport",
    "protocol", "packets", "bytes", "start", "end", "action", "log-status",
  ]

  /// Reads a line of a VPC flow log that begins with the fields of the default format, version 2, which needs no
  /// header; what later versions have behind them is text.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard range.count >= 40, extraction.cutTokens(bytes, range, most: 64),
      extraction.lineWords.count >= 14
    else {
      return false
    }
    let tokens = extraction.lineWords.prefix(14)
    func word(_ index: Int) -> Range<Int> { tokens[index].start..<tokens[index].end }
    guard bytes.starts(with: "eni-", at: tokens[2].start),
      bytes.isNumber(word(10)), bytes.isNumber(word(11)),
      bytes.isWord(word(13), "OK") || bytes.isWord(word(13), "NODATA")
        || bytes.isWord(word(13), "SKIPDATA")
    else { return false }
    for (index, token) in tokens.enumerated() {
      extraction.addField(Self.names[index], bytes, token)
    }
    extraction.line.time = LogTime.field(bytes, word(10))
    return true
  }
}
