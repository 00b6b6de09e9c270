import Glibc
import Parsing

/// Bytes that come again, beside those that were read before.
extension StreamHistory {
  /// How a segment that begins before `next` compares with the bytes kept.
  enum Repetition {
    /// It is the same as all bytes kept of its place.
    case same
    /// Nothing of its place was kept.
    case unknown
    /// It differs: the kept bytes with the segment in its place, and the range of all changes.
    case different([UInt8], changed: Range<Int>)
    /// It begins before the kept bytes and agrees with them: both together, and how many are new.
    case earlier([UInt8], count: Int)
  }

  /// Whether a segment differs in a part of its place from the bytes kept, which end before `next`.
  func disagrees(_ data: RawSpan, at sequence: SequenceNumber, next: SequenceNumber) -> Bool {
    let start = bytes.count - (next - sequence)
    guard start < bytes.count, start > -data.byteCount else { return false }
    return !bytes.has(data, at: start, upTo: min(start + data.byteCount, bytes.count))
  }

  /// Compares a segment with the bytes kept, which end before `next`.
  func compare(_ data: RawSpan, at sequence: SequenceNumber, next: SequenceNumber) -> Repetition {
    let behind = next.offset(from: sequence)
    // Where the segment begins in the bytes kept; negative where before it.
    let start = bytes.count - behind
    let end = min(start + data.byteCount, bytes.count)
    if end < 0 || bytes.isEmpty { return .unknown }
    let isSame = bytes.has(data, at: start, upTo: end)
    if start >= 0, isSame { return .same }
    var version = Array(bytes[..<max(start, 0)])
    version.append(data)
    if end < bytes.count { version += bytes[max(end, 0)...] }
    // Offset of the kept bytes in the version, which begins before them if the segment does.
    let offset = max(-start, 0)
    if isSame { return .earlier(version, count: offset) }
    var (first, last) = (max(start, 0), end)
    while last > first, bytes[last - 1] == version[last - 1 + offset] { last -= 1 }
    if start < 0 { return .different(version, changed: 0..<last + offset) }
    while first < last, bytes[first] == version[first] { first += 1 }
    return .different(version, changed: first..<last)
  }
}

extension [UInt8] {
  /// Whether the bytes up to `end` are those of `data` placed at `start`, which may be negative.
  func has(_ data: RawSpan, at start: Int, upTo end: Int) -> Bool {
    let first = start > 0 ? start : 0
    guard end > first else { return true }
    // SAFETY: both ranges lie inside what the closures are lent: `end` is at most the length of the bytes and
    // `end - start` at most the data's.
    return unsafe withUnsafeBytes { kept in
      unsafe data.withUnsafeBytes { given in
        guard let kept = kept.baseAddress, let given = given.baseAddress else { return true }
        return unsafe memcmp(kept + first, given + (first - start), end - first) == 0
      }
    }
  }
}
