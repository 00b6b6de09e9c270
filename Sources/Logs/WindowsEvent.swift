import Indicators
import Parsing

/// Events of Windows in XML: `<Event …><System>…</System><EventData><Data Name='SourceIp'>192.0.2.1</Data>…`.
extension Extraction {
  /// Bytes of an event that are looked at, and its data.
  private static let longestEvent = 32_768
  private static let mostData = 128

  /// Notes what the data of an event say by their names, which are those of the same event in JSON; false where they
  /// name no end.
  mutating func noteWindowsEvent(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let end = min(range.upperBound, range.lowerBound + Self.longestEvent)
    var offset = range.lowerBound
    var count = 0
    while count < Self.mostData,
      let data = firstRange(of: "<Data Name=", bytes, from: offset, to: end)
    {
      offset = data.upperBound
      count += 1
      guard offset < end,
        bytes.byte(unchecked: offset) == Byte.quote
          || bytes.byte(unchecked: offset) == UInt8(ascii: "'"),
        let close = bytes.firstOffset(
          of: bytes.byte(unchecked: offset), from: offset + 1, to: min(end, offset + 65)),
        bytes.starts(with: ">", at: close + 1), close + 2 < end,
        let stop = bytes.firstOffset(of: UInt8(ascii: "<"), from: close + 2, to: end)
      else { continue }
      let name = KeyName(bytes.extracting(offset + 1..<close))
      let (fact, rank) = name.fact(parent: KeyName(RawSpan()))
      if fact != .none { facts.note(fact, rank: rank, bytes, bytes.trimmed(close + 2..<stop)) }
      offset = stop
    }
    if !facts.hasEnds { facts.reset() }
    return facts.hasEnds
  }
}
