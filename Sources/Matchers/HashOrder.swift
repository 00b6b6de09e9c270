/// Keys in the order of their hashes.
///
/// The hashes' high bits cut the keys into parts that fit the second-level cache, and each part is
/// sorted by itself: the work is a few sequential passes whatever the number of keys. Since both the
/// filter's words and the table's buckets go by the high bits, all that is made of this order is
/// written from its beginning to its end.
struct HashOrder {
  /// A key: its hash, and its place in the order of insertion.
  typealias Element = (hash: UInt64, index: UInt32)

  /// About how many keys a part has.
  private static let part = 2048

  private var elements: [Element]
  private var ends: [Int] = []

  /// Number of keys.
  var count: Int { elements.count }

  /// The keys `0..<count` cut into parts by their hashes.
  init(count: Int, hash: (Int) -> UInt64) {
    let parts = max(1, min(1 << 16, count / Self.part))
    var next = [Int](repeating: 0, count: parts + 1)
    for index in 0..<count { next[hash(index).scaled(to: parts) + 1] += 1 }
    for part in 0..<parts { next[part + 1] += next[part] }
    ends = Array(next.dropFirst())
    elements = [Element](repeating: (0, 0), count: count)
    for index in 0..<count {
      let value = hash(index)
      let part = value.scaled(to: parts)
      elements[next[part]] = (value, UInt32(truncatingIfNeeded: index))
      next[part] += 1
    }
  }

  /// The keys `0..<count` in the order that `compare` gives.
  init(sorted count: Int, by compare: (UInt32, UInt32) -> Int, hash: (Int) -> UInt64) {
    elements = (0..<UInt32(count)).sorted { compare($0, $1) < 0 }.map { (hash(Int($0)), $0) }
  }

  subscript(position: Int) -> Element {
    @inline(__always) get { elements[position] }
    set { elements[position] = newValue }
  }

  /// Removes the keys from position `count` on.
  mutating func truncate(to count: Int) { elements.removeLast(elements.count - count) }

  /// Sorts by hash, and keys with the same hash by `compare`.
  mutating func sort(tie compare: (UInt32, UInt32) -> Int) {
    var scratch: [Element] = []
    var start = 0
    for end in ends {
      Self.sort(&elements, start..<end, &scratch, tie: compare)
      start = end
    }
  }

  /// Distributes a part over cells of one key on average, then sorts each cell by insertion.
  private static func sort(
    _ elements: inout [Element], _ range: Range<Int>, _ scratch: inout [Element],
    tie compare: (UInt32, UInt32) -> Int
  ) {
    @inline(__always)
    func isBefore(_ a: Element, _ b: Element) -> Bool {
      a.hash != b.hash ? a.hash < b.hash : compare(a.index, b.index) < 0
    }
    guard range.count > 1 else { return }
    let first = elements[range].reduce(UInt64.max) { min($0, $1.hash) }
    let last = elements[range].reduce(UInt64.min) { max($0, $1.hash) }
    // The number of cells is a power of two; they divide the range of the hashes found.
    let bits = max(0, 64 - (last - first).leadingZeroBitCount)
    let cellBits = min(bits, max(1, Int.bitWidth - range.count.leadingZeroBitCount))
    let shift = UInt64(bits - cellBits)
    var next = [Int](repeating: 0, count: 1 << cellBits + 1)
    for at in range { next[Int((elements[at].hash - first) >> shift) + 1] += 1 }
    var crowded = false
    for cell in 0..<1 << cellBits {
      crowded = crowded || next[cell + 1] > 64
      next[cell + 1] += next[cell]
    }
    // Many equal keys, or keys made by someone who can invert the hash: insertion would take
    // quadratic time.
    if crowded {
      elements[range].sort(by: isBefore)
      return
    }
    scratch.removeAll(keepingCapacity: true)
    scratch.append(contentsOf: elements[range])
    for element in scratch {
      let cell = Int((element.hash - first) >> shift)
      elements[range.lowerBound + next[cell]] = element
      next[cell] += 1
    }
    for at in range.dropFirst() {
      let element = elements[at]
      var to = at
      while to > range.lowerBound, isBefore(element, elements[to - 1]) {
        elements[to] = elements[to - 1]
        to -= 1
      }
      if to != at { elements[to] = element }
    }
  }

  /// The most keys that one of `buckets` equal ranges of hashes holds.
  func longestBucket(of buckets: Int) -> Int {
    var longest = 0
    var bucket = -1
    var length = 0
    for element in elements {
      let own = element.hash.scaled(to: buckets)
      length = own == bucket ? length + 1 : 1
      bucket = own
      longest = max(longest, length)
    }
    return longest
  }
}
