import Capture
import TestSupport
import Testing

/// Datagrams whose parts disagree, as receivers have them that follow other rules.
extension FragmentTests {
  @Test("an end that comes too early does not hide parts that begin behind it, in any order")
  func earlyEndOfShortParts() {
    let parts = [Self.part(0, 1), Self.part(1, 2), Self.part(2, 4), Self.part(4, 6), Self.part(6)]
    // Other bytes, the same, and the first of them alone.
    for lie in [zeros(16), Array(Self.whole[..<16]), Array(Self.whole[..<9])] {
      let end = Self.part(of: lie, 1)
      for order in [1, 2, 3, 4].permutations {
        for place in 0...4 {
          var frames = order.map { parts[$0] }
          frames.insert(end, at: place)
          frames.insert(parts[0], at: 0)
          let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
          #expect(
            values.contains { $0.hasSuffix(" dns.query a.example") },
            "\(lie.count) \(order) \(place)")
        }
      }
    }
  }

  @Test("a part that never reached the receiver, among parts that agree without it")
  func partThatIsLost() {
    let junk = [UInt8](repeating: 0x23, count: 400)
    let name = " dns.query a.example"
    for parts in [
      [Self.part(0, 4), Self.part(of: junk, 2, 9), Self.part(4, 5), Self.part(5, 6), Self.part(6)],
      [Self.part(0, 5), Self.part(of: junk, 0, 7), Self.part(5, 6), Self.part(6)],
      [Self.part(6), Self.part(of: junk, 3, 6), Self.part(4, 6), Self.part(2, 4), Self.part(0, 2)],
    ] {
      let observed = Observed(pcap(parts.map { CapturedPacket($0) }))
      #expect(observed.values.contains { $0.hasSuffix(name) })
      #expect(observed.counts["ip-fragment-overlap-limit"] == nil)
    }
  }

  @Test("more parts that disagree than are left out one by one are counted")
  func manyParts() {
    let junk = [UInt8](repeating: 0x23, count: 800)
    var frames = [Self.part(0, 2)]
    for block in 2..<90 { frames.append(Self.part(of: junk, block, block + 1)) }
    frames += [Self.part(2, 6), Self.part(6)]
    let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
    #expect((observed.counts["ip-fragment-overlap-limit"] ?? 0) > 0)
  }

  /// Whether the earlier of two parts keeps its bytes where a later one has others.
  typealias KeepsEarlier = @Sendable (_ old: Range<Int>, _ new: Range<Int>) -> Bool

  static let receivers: [(name: String, keepsEarlier: KeepsEarlier)] = [
    ("first", { _, _ in true }),
    ("last", { _, _ in false }),
    ("BSD", { $0.lowerBound <= $1.lowerBound }),
    ("Linux", { $0.lowerBound < $1.lowerBound }),
    ("Windows", { !($1.lowerBound < $0.lowerBound && $1.upperBound > $0.upperBound) }),
    ("Solaris", { !($1.lowerBound < $0.lowerBound && $1.upperBound >= $0.upperBound) }),
  ]

  /// Every part has the right bytes only where the receiver takes them from it.
  @Test("what a receiver puts together is read, whatever its rule", arguments: 0..<6)
  func receiver(_ number: Int) {
    let (name, keepsEarlier) = Self.receivers[number]
    var random = SeededGenerator(seed: UInt64(number) + 30)
    let count = (Self.whole.count + 7) / 8
    for plan in 0..<150 {
      // The last block comes in the last part alone, so that nothing is read before.
      var places = (0..<Int.random(in: 2...5, using: &random)).map { _ -> Range<Int> in
        let start = Int.random(in: 0..<count - 1, using: &random)
        return start..<Int.random(in: start + 1...count - 1, using: &random)
      }
      let hole = (0..<count - 1).filter { block in !places.contains { $0.contains(block) } }.min()
      // From the first block on it were no part, but the whole.
      places.append(max(hole ?? count - 1, 1)..<count)
      var owners = [Int](repeating: -1, count: count)
      for (index, place) in places.enumerated() {
        for block in place
        where owners[block] < 0 || !keepsEarlier(places[owners[block]], place) {
          owners[block] = index
        }
      }
      guard !owners.contains(-1) else { continue }
      let frames = places.enumerated().map { index, place in
        var bytes = Self.whole
        for offset in bytes.indices where owners[offset / 8] != index { bytes[offset] = 0x23 }
        return Self.part(
          of: bytes, place.lowerBound, place.upperBound == count ? nil : place.upperBound)
      }
      let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
      #expect(
        observed.values.contains { $0.hasSuffix(" dns.query a.example") },
        "\(name) \(plan) \(places)")
    }
  }
}
