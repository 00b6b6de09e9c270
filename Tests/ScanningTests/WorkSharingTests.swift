import Testing

@testable import Scanning

@Suite("Threads that share an input")
struct WorkSharingTests {
  @Test(
    "An input is one thread's where the others have enough to do",
    arguments: [
      (sizes: [4], threads: 2, shares: [2]),
      (sizes: [4, 4], threads: 1, shares: [1, 1]),
      (sizes: [4, 4], threads: 2, shares: [1, 1]),
      (sizes: [4, 4, 4], threads: 2, shares: [1, 1, 2]),
      (sizes: [4, 4, 4, 4], threads: 2, shares: [1, 1, 1, 1]),
      (sizes: [100, 1, 1], threads: 2, shares: [2, 1, 1]),
      (sizes: [1, 1, 100], threads: 2, shares: [1, 1, 2]),
      (sizes: [4, nil, 4], threads: 2, shares: [1, 2, 1]),
      (sizes: [4, 4, 4, 4], threads: 8, shares: [8, 8, 8, 8]),
      (sizes: [0, 0, 0], threads: 2, shares: [1, 1, 1]),
      (sizes: [], threads: 2, shares: []),
    ] as [(sizes: [UInt64?], threads: Int, shares: [Int])])
  func shares(_ example: (sizes: [UInt64?], threads: Int, shares: [Int])) {
    #expect(WorkSharing.threads(sizes: example.sizes, of: example.threads) == example.shares)
  }

  @Test("Sizes that add up to more than there are do no harm")
  func hugeSizes() {
    let shares = WorkSharing.threads(sizes: [.max, .max, .max, 1], of: 2)
    #expect(shares == [1, 1, 2, 1])
  }
}
