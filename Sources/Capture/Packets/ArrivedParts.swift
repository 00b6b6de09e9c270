/// The parts of one datagram in the order in which they came, to read it as receivers may have it that differ.
///
/// Where parts disagree, one host keeps the byte that came first, another the last one, and some decide by where both
/// parts begin and end. A part may also never have reached the receiver: then all others are the datagram. So it is
/// read by each rule, and without each of the parts that disagree with another.
struct ArrivedParts {
  private struct Part {
    var place: Range<Int>
    /// Its bytes, where they are others than those that came first.
    var bytes: [UInt8]?
  }

  /// Which of two parts has the bytes of a place in both.
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

  /// Parts beyond which none is left out: tiny ones that nobody sends.
  private static let most = 64

  private var parts: [Part] = []
  private var hasTooMany = false
  /// Some part has other bytes than one before it.
  private(set) var disagree = false
  /// Bytes of memory that they take, about.
  private(set) var cost = 0

  /// Takes a part, with its bytes where they are not those that came first.
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

  /// The versions of so many bytes, of which the first to come are given; none where no parts disagree.
  ///
  /// So many bytes may still be put together as the budget says; what is put together is taken from it.
  ///
  /// - Returns: the versions, the same one several times perhaps, and whether there are no more.
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

  /// The parts that disagree with some other, as far as that is known without comparing them.
  private var doubtful: [Int?] {
    parts.indices.filter { index in
      parts.contains { other in
        other.place.overlaps(parts[index].place) && other.place != parts[index].place
          && (other.bytes != nil || parts[index].bytes != nil)
      } || parts[index].bytes != nil
    }
  }

  /// Puts the parts together but for one; nil where that leaves a hole.
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
