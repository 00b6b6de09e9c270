import Parsing

/// Walks over the places of a chunk at which something may be that is asked for.
struct CandidateCursor {
  private var offsets: [UInt32] = []
  private var next = 0
  /// Those of them at which only the host of a URL may be.
  private var hosts: [UInt32] = []
  private var nextHost = 0
  /// Whether the places are known at all: if not, everything is read.
  private(set) var isKnown = false

  /// Takes the places of the chunk that comes next, and those of them at which only the host of a URL may be;
  /// both in ascending order.
  mutating func begin(_ offsets: [UInt32]?, hosts: [UInt32] = []) {
    self.offsets = offsets ?? []
    self.hosts = hosts
    isKnown = offsets != nil
    (next, nextHost) = (0, 0)
  }

  /// The first place at or behind an offset; offsets must not go back.
  @inline(__always)
  mutating func first(from offset: Int) -> Int {
    while next < offsets.count, Int(offsets[next]) < offset { next += 1 }
    return next < offsets.count ? Int(offsets[next]) : .max
  }

  /// Whether a place is in a range, wherever the walk is.
  func isAny(in range: Range<Int>) -> Bool {
    if !isKnown { return true }
    var low = 0
    var high = offsets.count
    if next == 0 || Int(offsets[next - 1]) < range.lowerBound {
      // Most often it is one of the next places: a record may hold thousands of texts.
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

  /// Whether something may be in a record, whose start does not go back: where only hosts of URLs may be, some
  /// byte of it has to be a slash or may stand for one, since a host alone is no URL.
  mutating func isAny(inRecord range: Range<Int>, of chunk: RawSpan) -> Bool {
    guard isKnown else { return true }
    guard first(from: range.lowerBound) < range.upperBound else { return false }
    if hosts.isEmpty { return true }
    while nextHost < hosts.count, Int(hosts[nextHost]) < range.lowerBound { nextHost += 1 }
    var (place, host) = (next, nextHost)
    while place < offsets.count, Int(offsets[place]) < range.upperBound {
      // Each host is one of the places.
      guard host < hosts.count, hosts[host] == offsets[place] else { return true }
      place += 1
      host += 1
    }
    return [Byte.slash, UInt8(ascii: "%"), Byte.backslash].contains {
      chunk.firstOffset(of: $0, from: range.lowerBound, to: range.upperBound) != nil
    }
  }

  /// Whether a place is in a range whose start does not go back.
  @inline(__always)
  mutating func isAny(from start: Int, to end: Int) -> Bool {
    !isKnown || first(from: start) < end
  }
}
