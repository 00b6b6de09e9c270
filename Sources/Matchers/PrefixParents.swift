/// For each prefix that lies in a shorter one, that one's number.
///
///     nested     UInt64 …   one bit a prefix: whether it lies in a shorter one
///     ranks      UInt32 …   for each word of `nested`, the set bits before it
///     parents    UInt32 …   for each that does, the number of the next shorter one; then
///                           `PrefixTrie.none`
///
/// Single addresses seldom lie in a prefix, so there are few parents; a step from one to the next is two
/// loads. Numbers follow the order of prefixes, so a parent's is below its child's.
struct PrefixParents: Sendable {
  /// Sections of an image.
  static let sectionCount = 3

  private let nested: ImageTable<UInt64>
  private let ranks: ImageTable<UInt32>
  private let parents: ImageTable<UInt32>

  /// Takes the first sections of an image of `count` prefixes.
  init(_ reader: ImageReader, count: Int) throws(ImageError) {
    nested = try reader.table(0)
    ranks = try reader.table(1)
    parents = try reader.table(2)
    guard nested.count == count / 64 + 1, ranks.count == nested.count, parents.count <= count + 1
    else { throw .damaged("the links between prefixes do not fit one another") }
  }

  /// The number of the shorter prefix, or `PrefixTrie.none`.
  @inline(__always)
  func parent(of number: UInt32) -> UInt32 {
    // Numbers past the last word have no bit.
    let word = nested[orZero: Int(number &>> 6)]
    let bit = UInt64(number & 63)
    guard word &>> bit & 1 != 0 else { return PrefixTrie.none }
    let before = word & (1 &<< bit &- 1)
    return parents[clamping: Int(ranks[clamping: Int(number &>> 6)]) &+ before.nonzeroBitCount]
  }

  /// Checks the ranks, and that no chain of parents is longer than prefixes can nest.
  func verify(count: Int, longestChain: Int) throws(ImageError) {
    var depths = [UInt8](repeating: 0, count: count)
    var rank = 0
    for word in 0..<nested.count {
      guard Int(ranks[clamping: word]) == rank else {
        throw .damaged("rank \(word) of the links between prefixes is wrong")
      }
      var bits = nested[clamping: word]
      while bits != 0 {
        let number = word << 6 | bits.trailingZeroBitCount
        bits &= bits - 1
        let parent = Int(parents[clamping: rank])
        guard number < count, parent < number, depths[parent] < longestChain else {
          throw .damaged("the link from prefix \(number) is wrong")
        }
        depths[number] = depths[parent] + 1
        rank += 1
      }
    }
    guard rank == parents.count - 1, parents[clamping: rank] == PrefixTrie.none else {
      throw .damaged("the links between prefixes have no end")
    }
  }
}

/// The tables of `PrefixParents` while they are built.
struct PrefixLinks {
  private var nested: [UInt64]
  private var parents: [UInt32] = []

  /// No links yet, for `count` prefixes.
  init(count: Int) { nested = [UInt64](repeating: 0, count: count / 64 + 1) }

  /// Adds a prefix and the next shorter one; prefixes come in order.
  mutating func add(_ child: Int, parent: UInt32) {
    nested[child >> 6] |= 1 << UInt64(child & 63)
    parents.append(parent)
  }

  /// Elements of each of the sections.
  var counts: [Int] { [nested.count, nested.count, parents.count + 1] }

  /// Stores the sections.
  func store(in writer: inout ImageWriter) {
    var ranks: [UInt32] = []
    ranks.reserveCapacity(nested.count)
    var rank: UInt32 = 0
    for word in nested {
      ranks.append(rank)
      rank += UInt32(word.nonzeroBitCount)
    }
    writer.store(nested, section: 0)
    writer.store(ranks, section: 1)
    writer.store(parents + [PrefixTrie.none], section: 2)
  }
}
