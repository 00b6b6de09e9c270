/// For each prefix that lies in a shorter one, that one's number.
///
///     children   UInt32 …   numbers of the prefixes that have a parent, rising
///     parents    UInt32 …   for each its parent's number
///
/// Single addresses seldom lie in a prefix, so this is short. Each section ends with one element
/// more, `PrefixTrie.none`, so that it is never empty.
struct PrefixParents: Sendable {
  private let children: ImageTable<UInt32>
  private let parents: ImageTable<UInt32>

  init(_ reader: ImageReader, firstSection section: Int) throws(ImageError) {
    children = try reader.table(section)
    parents = try reader.table(section + 1)
    guard children.count == parents.count else {
      throw .damaged("the links between prefixes do not fit one another")
    }
  }

  /// The number of the shorter prefix, or `PrefixTrie.none`.
  func parent(of number: UInt32) -> UInt32 {
    guard number != PrefixTrie.none else { return PrefixTrie.none }
    var base = 0
    var left = children.count
    while left > 1 {
      let half = left &>> 1
      let middle = base &+ half
      base = children[clamping: middle] <= number ? middle : base
      left = left &- half
    }
    return children[clamping: base] == number ? parents[clamping: base] : PrefixTrie.none
  }

  /// Checks the order, and that no chain of parents is longer than prefixes can nest.
  func verify(longestChain: Int) throws(ImageError) {
    let last = children.count - 1
    guard children[clamping: last] == PrefixTrie.none, parents[clamping: last] == PrefixTrie.none
    else { throw .damaged("the links between prefixes have no end") }
    for at in 0..<last {
      guard children[clamping: at] < children[clamping: at + 1],
        parents[clamping: at] != PrefixTrie.none
      else { throw .damaged("link \(at) between prefixes is wrong") }
      var number = children[clamping: at]
      var steps = 0
      while number != PrefixTrie.none {
        guard steps <= longestChain else { throw .damaged("the links of \(number) do not end") }
        steps += 1
        number = parent(of: number)
      }
    }
  }
}

/// The links while they are made.
struct PrefixLinks {
  private(set) var children: [UInt32] = []
  private(set) var parents: [UInt32] = []

  /// Adds a prefix and the next shorter one.
  mutating func add(_ child: UInt32, parent: UInt32) {
    children.append(child)
    parents.append(parent)
  }

  /// Brings the links into the order of the children, and adds the end.
  mutating func finish() {
    if !zip(children, children.dropFirst()).allSatisfy({ $0 < $1 }) {
      let order = children.indices.sorted { children[$0] < children[$1] }
      parents = order.map { parents[$0] }
      children = order.map { children[$0] }
    }
    children.append(PrefixTrie.none)
    parents.append(PrefixTrie.none)
  }
}
