import TestSupport
import Testing

@testable import Database

/// Addresses are known to be missed if they were the last noted at their place and not forgotten
/// since.
@Suite struct MissedAddressesTests {
  /// The addresses that still have to be looked up, in order.
  private func others(_ missed: inout MissedAddresses, _ addresses: [UInt32]) -> [UInt32] {
    let places = addresses.indices.map { UInt32($0) }
    let count = missed.leaveOut(addresses.span, at: places.span)
    for index in 0..<count {
      #expect(missed.others[index] == addresses[Int(missed.otherPlaces[index])])
    }
    return Array(missed.others[..<count])
  }

  @Test func nothingIsKnownAtFirst() {
    var missed = MissedAddresses()
    #expect(others(&missed, [0, 1, 2, .max, 0]) == [0, 1, 2, .max, 0])
    #expect(others(&missed, []) == [])
  }

  @Test func whatWasNotedIsLeftOut() {
    var missed = MissedAddresses()
    let addresses: [UInt32] = [0, 1, 0x0a00_0001, .max]
    missed.note(others(&missed, addresses).count)
    #expect(others(&missed, addresses + [7] + addresses) == [7])
    for address in addresses {
      missed.forget(address)
      #expect(others(&missed, addresses) == [address])
      missed.note(1)
    }
    missed.forget(99)
    #expect(others(&missed, addresses) == [])
  }

  @Test func noAddressIsTakenForAnother() {
    var random = SeededGenerator(seed: 17)
    var missed = MissedAddresses()
    var known: Set<UInt32> = []
    for _ in 0..<500 {
      let addresses = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
        UInt32.random(in: 0..<4_096, using: &random) &* 0x0001_0203
      }
      let looked = others(&missed, addresses)
      // An address that is left out was noted before; a noted one may have been replaced since.
      #expect(Set(addresses).subtracting(looked).isSubset(of: known))
      missed.note(looked.count)
      known.formUnion(looked)
      for address in Set(looked) where address % 3 == 0 {
        missed.forget(address)
        known.remove(address)
      }
    }
  }
}
