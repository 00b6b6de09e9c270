import Parsing

/// Walks over the candidates of a chunk: the offsets at which a wanted value may be.
struct CandidateCursor {
  private var offsets: [UInt32] = []
  private var next = 0
  /// The candidates at which only the host of a URL may be.
  private var hosts: [UInt32] = []
  private var nextHost = 0
  /// Whether the candidates are known; if not, everything is read.
  private(set) var isKnown = false

  /// Takes the candidates of the next chunk, and those among them at which only the host of a URL
  /// may be.
  ///
  /// Both are in ascending order; nil `offsets`: the candidates are not known.
  mutating func begin(_ offsets: [UInt32]?, hosts: [UInt32] = []) {
    self.offsets = offsets ?? []
    self.hosts = hosts
    isKnown = offsets != nil
    (next, nextHost) = (0, 0)
  }

  /// The first candidate at or behind `offset`, which must not decrease from call to call.
  @inline(__always)
  mutating func first(from offset: Int) -> Int {
    while next < offsets.count, Int(offsets[next]) < offset { next += 1 }
    return next < offsets.count ? Int(offsets[next]) : .max
  }

  /// Whether a candidate is in a range, which may be anywhere in the chunk.
  func isAny(in range: Range<Int>) -> Bool {
    if !isKnown { return true }
    var low = 0
    var high = offsets.count
    if next == 0 || Int(offsets[next - 1]) < range.lowerBound {
      // Usually it is one of the next candidates: a record may hold thousands of texts.
      low = next
      var step = 1
      while low + step < high, Int(offsets[low + step]) < range.lowerBound {
        low += step
        step *= 2
      }
      high = min(high, low + step + 1)
    }
    while low < high {
      let middle = (low + high) / 2
      if Int(offsets[middle]) < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < offsets.count && Int(offsets[low]) < range.upperBound
  }

  /// Whether a record may hold a wanted value; the starts of the records must not decrease.
  ///
  /// If only hosts of URLs may be in the record, it must also hold a slash, or a byte that may
  /// stand for one: a host alone is no URL.
  mutating func isAny(inRecord range: Range<Int>, of chunk: RawSpan) -> Bool {
    guard isKnown else { return true }
    guard first(from: range.lowerBound) < range.upperBound else { return false }
    if hosts.isEmpty { return true }
    while nextHost < hosts.count, Int(hosts[nextHost]) < range.lowerBound { nextHost += 1 }
    var (place, host) = (next, nextHost)
    while place < offsets.count, Int(offsets[place]) < range.upperBound {
      // Each host is also a candidate, so the two lists are compared in step.
      guard host < hosts.count, hosts[host] == offsets[place] else { return true }
      place += 1
      host += 1
    }
    return [Byte.slash, UInt8(ascii: "%"), Byte.backslash].contains {
      chunk.firstOffset(of: $0, from: range.lowerBound, to: range.upperBound) != nil
    }
  }

  /// Whether a candidate is in a range whose start must not decrease from call to call.
  @inline(__always)
  mutating func isAny(from start: Int, to end: Int) -> Bool {
    !isKnown || first(from: start) < end
  }
}
