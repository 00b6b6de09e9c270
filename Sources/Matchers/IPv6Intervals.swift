/// Intervals of 128-bit addresses, split into those of the high half and of some low halves.
struct IPv6Intervals {
  var starts: [UInt64] = []
  var values: [UInt32] = []
  var deep: [UInt64] = []
  var lowFirsts: [UInt32] = [0]
  var lowStarts: [UInt64] = []
  var lowValues: [UInt32] = []

  init(starts all: [UInt128], values allValues: [UInt32]) {
    var deepIntervals: [Int] = []
    // The value that holds at the beginning of the next high half.
    var current = PrefixTrie.none
    var at = 0
    while at < all.count {
      let high = UInt64(truncatingIfNeeded: all[at] >> 64)
      if let last = deepIntervals.last, last == starts.count - 1, starts[last] + 1 != high {
        starts.append(starts[last] + 1)
        values.append(current)
      }
      var end = at
      while end < all.count, UInt64(truncatingIfNeeded: all[end] >> 64) == high { end += 1 }
      starts.append(high)
      if end - at == 1, UInt64(truncatingIfNeeded: all[at]) == 0 {
        values.append(allValues[at])
      } else {
        deepIntervals.append(starts.count - 1)
        values.append(UInt32(lowFirsts.count - 1))
        if UInt64(truncatingIfNeeded: all[at]) != 0 {
          lowStarts.append(0)
          lowValues.append(current)
        }
        for index in at..<end {
          lowStarts.append(UInt64(truncatingIfNeeded: all[index]))
          lowValues.append(allValues[index])
        }
        lowFirsts.append(UInt32(lowStarts.count))
      }
      current = allValues[end - 1]
      at = end
    }
    if let last = deepIntervals.last, last == starts.count - 1, starts[last] != .max {
      starts.append(starts[last] + 1)
      values.append(current)
    }
    deep = [UInt64](repeating: 0, count: starts.count / 64 + 1)
    for interval in deepIntervals { deep[interval / 64] |= 1 << UInt64(interval % 64) }
    if lowStarts.isEmpty {
      lowStarts.append(0)
      lowValues.append(PrefixTrie.none)
    }
  }
}
