import CByteKernels

/// Where a pattern is looked up; later an entry, which leads from a hash to a record.
///
/// Entries overwrite places that have been read, since nearly every pattern has a record by itself.
struct AnchorPlace: Sendable {
  var hash: UInt64
  /// The pattern's number; later where its record begins, in units of four bytes.
  var pattern: UInt32
  var anchor: UInt16
  var window: UInt8
}

/// Chooses for each of many patterns the anchor and window that the fewest share.
///
/// Two walks over the patterns, which all cores divide among them: how many patterns share each window,
/// roughly, and which of a pattern's own is shared least.
struct PlaceChooser: Sendable {
  /// In place of a window: the pattern has none.
  static let noWindow = UInt8.max
  /// The fewest patterns for which another thread pays.
  private static let partSize = 50_000

  private let bytes: [UInt8]
  private let ranges: PatternRanges
  private let table: [Bool]
  private let windows: [AnchorIndex.Window]
  private let parts: Int
  /// Logarithm of the number of counters for shared windows.
  private let bits: UInt64

  /// A chooser for patterns, the table of their pairs, and the windows.
  init(_ patterns: PatternTable, _ table: [Bool], _ windows: [AnchorIndex.Window]) {
    bytes = patterns.bytes
    ranges = patterns.ranges
    self.table = table
    self.windows = windows
    parts = Cores.parts(of: patterns.count, least: Self.partSize)
    var bits: UInt64 = 12
    while bits < 23, 1 << bits < 4 * patterns.count { bits += 1 }
    self.bits = bits
  }

  /// A place for each pattern, in their order; `noWindow` for those that have none.
  func choose() -> [AnchorPlace] {
    let shared = countShared()
    let none = AnchorPlace(hash: 0, pattern: 0, anchor: 0, window: Self.noWindow)
    var places = [AnchorPlace](repeating: none, count: ranges.count)
    unsafe places.withUnsafeMutableBufferPointer { places in
      let divided = unsafe DividedElements(places)
      Cores.forEachPart(of: ranges.count, parts) { _, range in
        // SAFETY: the parts are apart, and all are done before the buffer ends.
        let own = unsafe divided.part(range)
        for (index, pattern) in range.enumerated() {
          unsafe own[index] = best(pattern, shared)
        }
      }
    }
    return places
  }

  /// For each part of the hash range, how many pattern windows fall into it, at most `UInt16.max`.
  private func countShared() -> [UInt16] {
    var tables = [[UInt16]](repeating: [], count: parts)
    unsafe tables.withUnsafeMutableBufferPointer { tables in
      let divided = unsafe DividedElements(tables)
      Cores.forEachPart(of: ranges.count, parts) { part, range in
        let table = countShared(range)
        // SAFETY: one element a part, and all are done before the buffer ends.
        unsafe divided.part(part..<part + 1)[0] = table
      }
    }
    var sum = tables.removeFirst()
    for table in tables {
      for at in sum.indices {
        let (both, isTooMany) = sum[at].addingReportingOverflow(table[at])
        sum[at] = isTooMany ? .max : both
      }
    }
    return sum
  }

  private func countShared(_ patterns: Range<Int>) -> [UInt16] {
    var shared = [UInt16](repeating: 0, count: 1 << bits)
    let shift = 64 - bits
    let span = bytes.rawBytes
    for pattern in patterns {
      let range = ranges[pattern]
      PairCover.forEachAnchor(of: range, in: bytes, table) { anchor in
        for window in windows where Self.fits(window, anchor: anchor, length: range.count) {
          let index = Int(Self.hash(window, span, anchorAt: range.lowerBound + anchor) >> shift)
          if shared[index] < .max { shared[index] += 1 }
        }
      }
    }
    return shared
  }

  private func best(_ pattern: Int, _ shared: [UInt16]) -> AnchorPlace {
    let range = ranges[pattern]
    let shift = 64 - bits
    let span = bytes.rawBytes
    var best = AnchorPlace(hash: 0, pattern: UInt32(pattern), anchor: 0, window: Self.noWindow)
    var bestWidth: UInt32 = 0
    var bestShared = UInt16.max
    PairCover.forEachAnchor(of: range, in: bytes, table) { anchor in
      for index in windows.indices {
        let window = windows[index]
        guard Self.fits(window, anchor: anchor, length: range.count), bestWidth <= window.width
        else { continue }
        let hash = Self.hash(window, span, anchorAt: range.lowerBound + anchor)
        let sharing = shared[Int(hash >> shift)]
        if bestWidth == window.width, bestShared <= sharing { continue }
        bestWidth = window.width
        bestShared = sharing
        best.hash = hash
        best.anchor = UInt16(anchor)
        best.window = UInt8(index)
      }
    }
    return best
  }

  /// Whether a window around an anchor lies in a pattern.
  @inline(__always)
  private static func fits(
    _ window: AnchorIndex.Window, anchor: Int, length: Int
  ) -> Bool {
    let first = anchor - Int(window.before)
    return first >= 0 && first + Int(window.width) <= length
  }

  @inline(__always)
  private static func hash(
    _ window: AnchorIndex.Window, _ bytes: RawSpan, anchorAt at: Int
  ) -> UInt64 {
    sekisho_window_hash(
      AnchorBuilder.word(bytes, at: at - Int(window.before), width: Int(window.width)),
      window.width, window.seed)
  }
}
