import Parsing

/// What was found lately in streams, and where bytes came again in them.
///
/// Bytes of a stream of no known protocol are not kept, so a segment that comes again is searched
/// again. A string found in its place before is not reported again; a string not found there before
/// shows that the two segments disagree. Both lists are bounded: a string that is forgotten is
/// reported again, and from then on nothing shows that segments disagree.
struct SearchRepeats {
  /// What a pattern's occurrence is.
  enum Outcome {
    case known
    case new
    /// It is where other bytes were read, which did not have it.
    case disagrees
  }

  private struct Tail {
    var end: SequenceNumber
    var bytes: [UInt8]
    /// Other versions of the same bytes, which came before.
    var others: [[UInt8]] = []
  }

  private static let most = 8192
  private static let mostTails = 256
  private static let mostOthers = 3

  /// Hashes of occurrences, and the same hashes in the order in which they came.
  private var seen: Set<UInt64> = []
  private var order: [UInt64] = []
  private var oldest = 0
  private var hasForgotten = false
  /// The last bytes that came again in a direction.
  private var tails: [UInt64: Tail] = [:]

  /// Notes an occurrence; `place` is that of the first byte of the pieces' memory.
  mutating func note(_ pattern: FoundPattern, _ place: SearchPlace) -> Outcome {
    let end = place.sequence + pattern.end
    var hash = place.direction << 32 | UInt64(end.rawValue)
    hash = (hash ^ hash >> 29 ^ UInt64(pattern.pattern) << 8) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 32 ^ UInt64(pattern.matcher)) &* 0xc4ce_b9fe_1a85_ec53
    hash ^= hash >> 33
    // In the next bytes of a stream nothing was found before: the hash is of another connection.
    guard seen.insert(hash).inserted else { return place.coming == .next ? .new : .known }
    if order.count < Self.most {
      order.append(hash)
    } else {
      hasForgotten = true
      seen.remove(order[oldest])
      order[oldest] = hash
      oldest = (oldest + 1) % Self.most
    }
    return place.coming == .again && !hasForgotten ? .disagrees : .new
  }

  /// The bytes that came again directly before a place.
  func tail(of place: SearchPlace) -> [UInt8] {
    guard let tail = tails[place.direction], tail.end == place.sequence else { return [] }
    return tail.bytes
  }

  /// All versions of the bytes that came again directly before a place.
  func tails(of place: SearchPlace) -> [[UInt8]] {
    guard let tail = tails[place.direction], tail.end == place.sequence else { return [] }
    return [tail.bytes] + tail.others
  }

  /// Forgets what came again in a flow.
  mutating func forget(_ flow: UInt32) {
    if tails.isEmpty { return }
    tails[UInt64(flow) << 1] = nil
    tails[UInt64(flow) << 1 | 1] = nil
  }

  /// Keeps the last `length` bytes of `before` and `data`, which came again at `place`.
  mutating func keep(
    _ data: RawSpan, behind before: [UInt8], length: Int, of place: SearchPlace
  ) {
    var bytes: [UInt8] = []
    if data.byteCount < length { bytes += before.suffix(length - data.byteCount) }
    bytes.append(data.extracting(max(0, data.byteCount - length)..<data.byteCount))
    if tails.count >= Self.mostTails, tails[place.direction] == nil { tails.removeAll() }
    let end = place.sequence + data.byteCount
    var tail = Tail(end: end, bytes: bytes)
    if let known = tails[place.direction], known.end == end {
      tail.others = ([known.bytes] + known.others).filter { $0 != bytes }
      tail.others.removeLast(max(0, tail.others.count - Self.mostOthers))
    }
    tails[place.direction] = tail
  }
}
