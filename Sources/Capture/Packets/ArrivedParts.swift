/// The parts of one datagram in order of arrival, to put it together as different receivers would.
///
/// Where parts overlap and disagree, one host keeps the byte that came first, another the last one,
/// and some decide by where both parts begin and end. A part may also never have reached the
/// receiver, whose datagram then consists of the others. So the datagram is read by each rule, and
/// without each of the parts that disagree with another.
struct ArrivedParts {
  private struct Part {
    var place: Range<Int>
    /// The part's bytes; nil if they equal those that came first.
    var bytes: [UInt8]?
  }

  /// Which of two overlapping parts provides the bytes that are in both.
  private enum Rule: CaseIterable {
    case first
    case last
    /// BSD: the earlier part, unless the later one begins before it.
    case firstUnlessBefore
    /// Older Linux: the earlier part, unless the later one begins where it does or before it.
    case firstUnlessFrom
    /// Windows and Solaris: the earlier part, unless the later one covers it.
    case firstUnlessCovered

    func keeps(_ old: Range<Int>, beside new: Range<Int>) -> Bool {
      switch self {
      case .first: true
      case .last: false
      case .firstUnlessBefore: old.lowerBound <= new.lowerBound
      case .firstUnlessFrom: old.lowerBound < new.lowerBound
      case .firstUnlessCovered:
        !(new.lowerBound < old.lowerBound && new.upperBound >= old.upperBound)
      }
    }
  }

  /// The most parts kept.
  ///
  /// A datagram of more has tiny parts, which nobody sends; it is read without these versions.
  private static let most = 64

  private var parts: [Part] = []
  private var hasTooMany = false
  /// Some part has other bytes than an earlier one.
  private(set) var disagree = false
  /// Approximate bytes of memory that the parts take.
  private(set) var cost = 0

  /// Adds a part; `bytes` is nil if they equal those that came first.
  mutating func add(_ place: Range<Int>, _ bytes: [UInt8]?) {
    if bytes != nil { disagree = true }
    if hasTooMany || bytes == nil && isKnown(place) {
      return
    }
    guard parts.count < Self.most else {
      (parts, cost, hasTooMany) = ([], 0, true)
      return
    }
    parts.append(Part(place: place, bytes: bytes))
    cost += MemoryLayout<Part>.stride + (bytes?.count ?? 0)
  }

  private func isKnown(_ place: Range<Int>) -> Bool {
    parts.contains { $0.place == place && $0.bytes == nil }
  }

  /// Puts together the versions of the datagram's first `length` bytes; none if no parts disagree.
  ///
  /// `first` has the bytes that came first. `budget` is the number of bytes that may still be put
  /// together, and is reduced by what is.
  ///
  /// - Returns: the versions, which may repeat, and whether these are all.
  func versions(
    of first: [UInt8], length: Int, budget: inout Int
  ) -> (versions: [[UInt8]], isAll: Bool) {
    guard disagree else { return ([], true) }
    guard !hasTooMany else { return ([], false) }
    var versions: [[UInt8]] = []
    for (missing, rules) in [(nil, Rule.allCases)] + doubtful.map({ ($0, [.first, .last]) }) {
      for rule in rules {
        guard budget > 0 else { return (versions, false) }
        budget -= length
        if let version = join(first, length, without: missing, rule) { versions.append(version) }
      }
    }
    return (versions, true)
  }

  /// The indices of parts that may disagree with another; their bytes are not compared.
  private var doubtful: [Int?] {
    parts.indices.filter { index in
      parts.contains { other in
        other.place.overlaps(parts[index].place) && other.place != parts[index].place
          && (other.bytes != nil || parts[index].bytes != nil)
      } || parts[index].bytes != nil
    }
  }

  /// Puts all parts except `missing` together; nil if that leaves a hole.
  private func join(
    _ first: [UInt8], _ length: Int, without missing: Int?, _ rule: Rule
  ) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: length)
    var owners = [Int](repeating: -1, count: (length + 7) / 8)
    for (index, part) in parts.enumerated() where index != missing {
      let end = min(part.place.upperBound, length)
      for start in stride(from: part.place.lowerBound, to: end, by: 8) {
        let owner = owners[start / 8]
        if owner >= 0, rule.keeps(parts[owner].place, beside: part.place) { continue }
        owners[start / 8] = index
        for offset in start..<min(start + 8, end) {
          bytes[offset] = part.bytes?[offset - part.place.lowerBound] ?? first[offset]
        }
      }
    }
    return owners.contains(-1) ? nil : bytes
  }
}
