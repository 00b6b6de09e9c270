/// Numbers of packets that carried parts of chosen flows: one bit for each packet up to the last of
/// them.
///
/// The fragments of a tunnel's packet do not show which flow is inside. That is known only when the
/// last of them has come, and the others have passed by then.
package struct CarrierPackets: Sendable {
  private var words: [UInt64] = []

  /// No packets.
  package init() {}

  mutating func insert(_ numbers: [UInt64]) {
    for number in numbers {
      let word = Int(number >> 6)
      if word >= words.count {
        words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
      }
      words[word] |= 1 << (number & 63)
    }
  }

  func contains(_ number: UInt64) -> Bool {
    let word = Int(number >> 6)
    return word < words.count && words[word] & 1 << (number & 63) != 0
  }
}
