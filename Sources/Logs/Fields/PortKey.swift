import Indicators
import Parsing

/// A key that says which end's address or port follows: the pairs of firewalls' logs.
struct PortKey {
  /// The pair of keys, one for an address and one for its port, that it belongs to.
  var pair: UInt8
  var isPort: Bool

  /// The key that ends before `end`, a whole word.
  init?(_ bytes: RawSpan, before end: Int, from start: Int, _ classes: ByteClasses) {
    // The longest has seven letters.
    let first = classes.start(of: .word, bytes, before: end, from: max(start, end - 8))
    switch end - first {
    case 3:
      if bytes.starts(ignoringCase: "src", at: first) {
        (pair, isPort) = (0, false)
      } else if bytes.starts(ignoringCase: "spt", at: first) {
        (pair, isPort) = (0, true)
      } else if bytes.starts(ignoringCase: "dst", at: first) {
        (pair, isPort) = (1, false)
      } else if bytes.starts(ignoringCase: "dpt", at: first) {
        (pair, isPort) = (1, true)
      } else {
        return nil
      }
    case 5:
      if bytes.starts(ignoringCase: "srcip", at: first) {
        (pair, isPort) = (2, false)
      } else if bytes.starts(ignoringCase: "dstip", at: first) {
        (pair, isPort) = (3, false)
      } else if bytes.starts(ignoringCase: "saddr", at: first) {
        (pair, isPort) = (4, false)
      } else if bytes.starts(ignoringCase: "daddr", at: first) {
        (pair, isPort) = (5, false)
      } else if bytes.starts(ignoringCase: "sport", at: first) {
        (pair, isPort) = (4, true)
      } else if bytes.starts(ignoringCase: "dport", at: first) {
        (pair, isPort) = (5, true)
      } else {
        return nil
      }
    case 7:
      if bytes.starts(ignoringCase: "srcport", at: first) {
        (pair, isPort) = (2, true)
      } else if bytes.starts(ignoringCase: "dstport", at: first) {
        (pair, isPort) = (3, true)
      } else {
        return nil
      }
    default:
      return nil
    }
  }
}
