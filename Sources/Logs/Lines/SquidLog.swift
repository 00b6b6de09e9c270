import Indicators
import Parsing

/// squid's native access log.
enum SquidLog {
  /// Whether a word may be a time as squid writes it, in seconds with three digits of fraction.
  static func isTime(_ bytes: RawSpan, _ word: Range<Int>) -> Bool {
    word.count >= 13 && bytes.byte(unchecked: word.upperBound - 4) == Byte.dot
  }

  /// Reads a line of squid's native access log:
  /// `time elapsed remotehost code/status bytes method URL rfc931 peerstatus/peerhost type`.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard extraction.cutTokens(bytes, range, most: 32), extraction.lineWords.count >= 10 else {
      return false
    }
    let tokens = extraction.lineWords
    func word(_ index: Int) -> Range<Int> { tokens[index].start..<tokens[index].end }
    let result = word(3)
    guard !tokens.prefix(10).indices.contains(where: { $0 != 7 && tokens[$0].isQuoted }),
      bytes.isNumber(word(0), withFraction: true), bytes.isNumber(word(1)),
      bytes.isNumber(word(4)),
      let slash = bytes.firstOffset(of: Byte.slash, from: result.lowerBound, to: result.upperBound),
      bytes.isNumber(slash + 1..<result.upperBound),
      let peer = bytes.firstOffset(
        of: Byte.slash, from: word(8).lowerBound, to: word(8).upperBound),
      (result.lowerBound..<slash).allSatisfy({
        let byte = bytes.byte(unchecked: $0)
        return Byte.isCapital(byte) || byte == UInt8(ascii: "_")
      })
    else { return false }
    extraction.line.skip(word(0))
    extraction.line.skip(word(1))
    extraction.addField("remotehost", bytes, tokens[2], fact: .source)
    extraction.line.skip(result)
    extraction.line.skip(word(4))
    extraction.addField("url", bytes, tokens[6])
    extraction.addField("rfc931", bytes, tokens[7])
    extraction.line.skip(word(8).lowerBound..<peer + 1)
    extraction.addField(
      "peerhost", bytes, ColumnRange(start: peer + 1, end: tokens[8].end),
      fact: .destination)
    if let port = connectedPort(bytes, method: word(5), target: word(6), peer: word(8)) {
      extraction.line.setPort(port)
    }
    extraction.noteProxyResult(bytes, at: result.lowerBound)
    extraction.line.time = LogTime.field(bytes, word(0))
    return true
  }

  /// The port of a tunnel that squid made itself, without another proxy between.
  private static func connectedPort(
    _ bytes: RawSpan, method: Range<Int>, target: Range<Int>, peer: Range<Int>
  ) -> UInt16? {
    guard bytes.isWord(method, "CONNECT"),
      bytes.starts(with: "HIER_DIRECT/", at: peer.lowerBound)
        || bytes.starts(with: "DIRECT/", at: peer.lowerBound),
      let colon = bytes.lastOffset(of: Byte.colon, from: target.lowerBound, to: target.upperBound)
    else { return nil }
    return NumberText.port(bytes, colon + 1..<target.upperBound)
  }
}
