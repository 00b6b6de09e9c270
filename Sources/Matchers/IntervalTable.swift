import CByteKernels

/// Intervals of addresses, each with a value: nested prefixes, flattened.
///
///     starts   Address …   first address of each interval, rising, the first one 0
///     values   UInt32 …    one for each interval
///     levels   Address …   a tree without pointers over the starts, the top level first
///
/// The interval of an address is the last one that begins at or before it. A level holds every
/// eighth address of the one below, so each step of a search reads one cache line, whatever the
/// addresses are. Real ones lie close together in few places, where an index of equal parts of the
/// address space leaves long searches.
struct IntervalTable: Sendable {
  let starts: ImageTable<UInt64>
  let values: ImageTable<UInt32>
  private let levels: ImageTable<UInt64>
  /// Where each level begins, and the end.
  private let levelFirsts: [UInt32]
  /// The kernel's variant; tests force each.
  var variant = sekisho_best_variant()

  private static let fan = Int(SEKISHO_INTERVAL_FAN)

  /// Where the levels over `count` intervals begin, the top first; then the end.
  private static func levelFirsts(intervals count: Int) -> [UInt32] {
    var sizes: [Int] = []
    var size = count
    while size > fan {
      size = (size + fan - 1) / fan
      sizes.append((size + fan - 1) / fan * fan)
    }
    var firsts: [UInt32] = [0]
    for size in sizes.reversed() { firsts.append(firsts[firsts.count - 1] + UInt32(size)) }
    return firsts
  }

  /// The levels over given starts; at least one number, since no table of an image may be empty.
  static func makeLevels(starts: [UInt64]) -> [UInt64] {
    let firsts = levelFirsts(intervals: starts.count)
    var levels = [UInt64](repeating: .max, count: max(1, Int(firsts[firsts.count - 1])))
    var step = fan
    for first in firsts.dropLast().reversed() {
      for (at, start) in stride(from: 0, to: starts.count, by: step).enumerated() {
        levels[Int(first) + at] = starts[start]
      }
      step *= fan
    }
    return levels
  }

  /// Takes three sections of an image: starts, values, levels.
  init(_ reader: ImageReader, firstSection section: Int) throws(ImageError) {
    starts = try reader.table(section)
    values = try reader.table(section + 1)
    levels = try reader.table(section + 2)
    guard starts.count == values.count, starts.count <= Int(UInt32.max) else {
      throw .damaged("the tables of intervals do not fit one another")
    }
    levelFirsts = Self.levelFirsts(intervals: starts.count)
    guard levels.count == max(1, Int(levelFirsts[levelFirsts.count - 1])) else {
      throw .damaged("the levels of intervals do not fit them")
    }
  }

  /// The interval of each of `count` addresses, at most 64.
  @inline(__always)
  func find(
    _ addresses: InlineArray<64, UInt64>, _ count: Int, _ found: inout InlineArray<64, UInt32>
  ) {
    // SAFETY: `init` found as many starts and level elements in the image as the table says, and
    // the levels' places follow from the number of starts. Both arrays have 64 elements, and no
    // more are read or written.
    unsafe levelFirsts.withUnsafeBufferPointer { firsts in
      guard let firsts = firsts.baseAddress else { return }
      var table = unsafe sekisho_interval_table(
        starts: starts.pointer, levels: levels.pointer, count: UInt32(starts.count),
        level_count: UInt32(levelFirsts.count - 1), level_firsts: firsts)
      var places = found.mutableSpan
      unsafe addresses.span.withUnsafeBufferPointer { from in
        unsafe places.withUnsafeMutableBufferPointer { to in
          guard let from = from.baseAddress, let to = to.baseAddress else { return }
          unsafe sekisho_find_intervals(variant, &table, from, min(count, 64), to)
        }
      }
    }
  }

  /// Checks the order of the starts and every number of the levels.
  func verify() throws(ImageError) {
    guard starts[clamping: 0] == 0 else { throw .damaged("the first interval begins above 0") }
    for at in 0..<starts.count - 1 where starts[clamping: at] >= starts[clamping: at + 1] {
      throw .damaged("interval \(at + 1) does not begin after the one before")
    }
    var all: [UInt64] = []
    all.reserveCapacity(starts.count)
    for at in 0..<starts.count { all.append(starts[clamping: at]) }
    let expected = Self.makeLevels(starts: all)
    for at in 0..<levels.count where levels[clamping: at] != expected[at] {
      throw .damaged("number \(at) of the levels is not that of its interval")
    }
  }
}
