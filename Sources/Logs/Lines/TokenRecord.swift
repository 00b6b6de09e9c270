import Indicators
import Parsing

/// Formats whose fields are words in a fixed order, told apart by the first of them: Amazon's load
/// balancers, VPC flow logs and questions of Route 53, squid.
enum TokenRecord {
  /// Reads a line of one of them.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    // Cisco's appliance writes the level of its messages before them.
    let start = range.lowerBound
    if bytes.starts(with: "Info: ", at: start), range.count > 14,
      Byte.isDigit(bytes.byte(unchecked: start + 6))
    {
      extraction.line.skip(start..<start + 6)
      return read(bytes, start + 6..<range.upperBound, &extraction)
    }
    let first = range.lowerBound..<bytes.tokenEnd(from: range.lowerBound, to: range.upperBound)
    let byte = bytes.byte(unchecked: range.lowerBound)
    if first.count == 1, 2...9 ~= byte &- Byte.zero {
      return FlowLog.read(bytes, range, &extraction)
    }
    if Byte.isDigit(byte) {
      if bytes.isWord(first, "1.0") { return ZoneQueryLog.read(bytes, range, &extraction) }
      if bytes.isISOTime(first) { return readBehindTime(bytes, range, time: first, &extraction) }
      return SquidLog.isTime(bytes, first) && SquidLog.read(bytes, range, &extraction)
    }
    // Load balancers of the second generation name the protocol first.
    guard 2...5 ~= first.count, first.upperBound < range.upperBound else { return false }
    let next = first.upperBound + 1
    if bytes.isWord(first, "tls") {
      guard bytes.starts(with: "2.0 ", at: next) || bytes.starts(with: "1.0 ", at: next) else {
        return false
      }
      let time = next + 4..<bytes.tokenEnd(from: next + 4, to: range.upperBound)
      return bytes.isISOTime(time) && LoadBalancerLog.read(bytes, range, time: time, &extraction)
    }
    let isKnown =
      bytes.isWord(first, "http") || bytes.isWord(first, "https") || bytes.isWord(first, "h2")
      || bytes.isWord(first, "ws") || bytes.isWord(first, "wss")
      || bytes.isWord(first, "grpcs")
    guard isKnown else { return false }
    let time = next..<bytes.tokenEnd(from: next, to: range.upperBound)
    return bytes.isISOTime(time) && LoadBalancerLog.read(bytes, range, time: time, &extraction)
  }

  /// Reads a line that begins with a time: of a classic load balancer, of an application load
  /// balancer's connections, or of a VPC flow log or squid with a collector's time before it.
  private static func readBehindTime(
    _ bytes: RawSpan, _ range: Range<Int>, time: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let next = time.upperBound + 1
    guard next + 2 < range.upperBound else { return false }
    if 2...9 ~= bytes.byte(unchecked: next) &- Byte.zero,
      bytes.byte(unchecked: next + 1) == Byte.space
    {
      guard FlowLog.read(bytes, next..<range.upperBound, &extraction) else { return false }
      extraction.line.skip(time)
      return true
    }
    let word = next..<bytes.tokenEnd(from: next, to: range.upperBound)
    if SquidLog.isTime(bytes, word), SquidLog.read(bytes, next..<range.upperBound, &extraction) {
      extraction.line.skip(time)
      return true
    }
    return LoadBalancerLog.read(bytes, range, time: time, &extraction)
      || LoadBalancerLog.readConnection(bytes, range, time: time, &extraction)
  }
}
