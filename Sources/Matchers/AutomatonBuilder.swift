/// Builds the tables of an `Automaton`.
///
/// The patterns are sorted; then a trie node is a range of them that share a prefix, and a walk by
/// levels numbers the nodes so that a node's children are neighbours. That needs neither a hash table
/// nor a search: nodes are columns of integers, and the order of insertion leaves no trace.
struct AutomatonBuilder {
  struct Pattern {
    /// Where its bytes begin.
    var start: Int
    var length: Int
    var number: UInt32
    /// The first eight bytes as one number, which compares as they do.
    var head: UInt64 = 0
  }

  /// Words of dense rows that an automaton may have: 1 MiB, about a second-level cache.
  static let denseBudget = 1 << 18

  private(set) var words: [UInt32] = []
  private(set) var classes = [UInt8](repeating: 0, count: 256)
  private(set) var outputFirsts: [UInt32] = []
  private(set) var outputLinks: [UInt32] = []
  private(set) var outputTotals: [UInt32] = []
  private(set) var numbers: [UInt32] = []
  private(set) var stride = 0
  private(set) var denseWords = 0
  private var hasUnusedClass = false

  /// The trie in the order of a walk by levels.
  private struct Trie {
    /// The first child of each node; its children end where the next node's begin.
    var firstChild: [UInt32] = []
    /// The class of the byte that leads to each node.
    var classes: [UInt8] = [0]
    /// The deepest other node whose path is a suffix of this one's.
    var fail: [UInt32] = [0]
    var output: [UInt32] = [Automaton.none]
    /// The nodes at which patterns end, rising, with the range of those patterns in sorted order.
    var ends: [(node: UInt32, patterns: Range<Int>)] = []

    var count: Int { classes.count }

    @inline(__always)
    func children(of node: Int) -> Range<Int> {
      Int(firstChild[node])..<Int(firstChild[node + 1])
    }

    /// The child for a class, by binary search.
    @inline(__always)
    func child(of node: Int, class byteClass: UInt8) -> Int? {
      var low = Int(firstChild[node])
      var high = Int(firstChild[node + 1])
      while high - low > 4 {
        let middle = (low + high) / 2
        if classes[middle] <= byteClass { low = middle } else { high = middle }
      }
      while low < high {
        if classes[low] == byteClass { return low }
        low += 1
      }
      return nil
    }
  }

  init(
    _ patterns: [Pattern], in bytes: [UInt8], foldsCase: Bool, denseBudget: Int
  ) throws(ImageError) {
    let patterns = Self.sorted(patterns, in: bytes)
    chooseClasses(patterns, in: bytes, foldsCase: foldsCase)
    var trie = makeTrie(patterns, in: bytes)
    link(&trie, patterns)
    try layOut(trie, denseBudget: denseBudget)
  }

  /// The patterns by bytes, then by number.
  private static func sorted(_ patterns: [Pattern], in bytes: [UInt8]) -> [Pattern] {
    var patterns = patterns
    for index in patterns.indices {
      var head: UInt64 = 0
      for at in 0..<8 {
        let byte = at < patterns[index].length ? bytes[patterns[index].start + at] : 0
        head = head << 8 | UInt64(byte)
      }
      patterns[index].head = head
    }
    let span = bytes.rawBytes
    patterns.sort { first, second in
      if first.head != second.head { return first.head < second.head }
      let order = KeyBytes.order(
        span, at: first.start, length: first.length, span, at: second.start,
        length: second.length, foldingCase: false)
      return order != 0 ? order < 0 : first.number < second.number
    }
    return patterns
  }

  private mutating func chooseClasses(_ patterns: [Pattern], in bytes: [UInt8], foldsCase: Bool) {
    var isUsed = [Bool](repeating: false, count: 256)
    for pattern in patterns {
      for at in pattern.start..<pattern.start + pattern.length { isUsed[Int(bytes[at])] = true }
    }
    if foldsCase {
      for capital in UInt8(ascii: "A")...UInt8(ascii: "Z") {
        isUsed[Int(capital)] = isUsed[Int(capital | 0x20)]
      }
    }
    hasUnusedClass = isUsed.contains(false)
    var next = hasUnusedClass ? 1 : 0
    for byte in 0..<256 where isUsed[byte] {
      let isCapital = foldsCase && UInt8(byte).foldingASCIICapital != byte
      if !isCapital {
        classes[byte] = UInt8(next)
        next += 1
      }
    }
    if foldsCase {
      for capital in UInt8(ascii: "A")...UInt8(ascii: "Z") {
        classes[Int(capital)] = classes[Int(capital | 0x20)]
      }
    }
    stride = next + 1
  }

  private func makeTrie(_ patterns: [Pattern], in bytes: [UInt8]) -> Trie {
    var trie = Trie()
    var level: [Range<Int>] = [0..<patterns.count]
    var depth = 0
    while !level.isEmpty {
      var nextLevel: [Range<Int>] = []
      for range in level {
        let node = trie.firstChild.count
        trie.firstChild.append(UInt32(trie.classes.count))
        var at = range.lowerBound
        while at < range.upperBound, patterns[at].length == depth { at += 1 }
        if at > range.lowerBound {
          trie.ends.append((UInt32(node), range.lowerBound..<at))
        }
        while at < range.upperBound {
          let byte = bytes[patterns[at].start + depth]
          let start = at
          while at < range.upperBound, bytes[patterns[at].start + depth] == byte { at += 1 }
          trie.classes.append(classes[Int(byte)])
          nextLevel.append(start..<at)
        }
      }
      level = nextLevel
      depth += 1
    }
    trie.firstChild.append(UInt32(trie.classes.count))
    return trie
  }

  /// Finds fail states and outputs, each node after those that are less deep.
  private mutating func link(_ trie: inout Trie, _ patterns: [Pattern]) {
    trie.fail = [UInt32](repeating: 0, count: trie.count)
    trie.output = [UInt32](repeating: Automaton.none, count: trie.count)
    var rootChildren = [UInt32](repeating: 0, count: 256)
    for child in trie.children(of: 0) { rootChildren[Int(trie.classes[child])] = UInt32(child) }
    for node in 1..<trie.count where trie.firstChild[node] < trie.firstChild[node + 1] {
      for child in trie.children(of: node) {
        let byteClass = trie.classes[child]
        var fail = Int(trie.fail[node])
        while true {
          if fail == 0 {
            trie.fail[child] = rootChildren[Int(byteClass)]
            break
          }
          if let target = trie.child(of: fail, class: byteClass) {
            trie.fail[child] = UInt32(target)
            break
          }
          fail = Int(trie.fail[fail])
        }
      }
    }
    var ends = trie.ends[...]
    for node in 1..<trie.count {
      let inherited = trie.output[Int(trie.fail[node])]
      trie.output[node] = inherited
      guard let end = ends.first, Int(end.node) == node else { continue }
      ends.removeFirst()
      trie.output[node] = UInt32(outputLinks.count)
      outputFirsts.append(UInt32(numbers.count))
      outputLinks.append(inherited)
      outputTotals.append(
        UInt32(end.patterns.count)
          + (inherited == Automaton.none ? 0 : outputTotals[Int(inherited)]))
      for at in end.patterns { numbers.append(patterns[at].number) }
    }
    outputFirsts.append(UInt32(numbers.count))
  }

  /// Words of a sparse state.
  private static func sparseWords(children count: Int, hasOutput: Bool) -> Int {
    2 + (hasOutput ? 1 : 0) + count + (count > 1 ? (count + 3) / 4 : 0)
  }

  private mutating func layOut(_ trie: Trie, denseBudget: Int) throws(ImageError) {
    let denseCount = min(trie.count, max(1, denseBudget / stride))
    denseWords = denseCount * stride
    var names = [UInt32](repeating: 0, count: trie.count)
    var offset = 0
    for node in 0..<trie.count {
      let hasOutput = trie.output[node] != Automaton.none
      names[node] =
        UInt32(truncatingIfNeeded: offset) | (node < denseCount ? 0 : Automaton.sparseFlag)
        | (hasOutput ? Automaton.outputFlag : 0)
      offset +=
        node < denseCount
        ? stride
        : Self.sparseWords(children: trie.children(of: node).count, hasOutput: hasOutput)
      guard offset <= Int(Automaton.offsetMask) else {
        throw .unusableInput("the literals' automaton would take more than 4 GiB")
      }
    }
    words.reserveCapacity(offset)
    for node in 0..<trie.count {
      if node < denseCount {
        appendDense(node, trie, names)
      } else {
        appendSparse(node, trie, names)
      }
    }
  }

  private mutating func appendDense(_ node: Int, _ trie: Trie, _ names: [UInt32]) {
    let start = node * stride
    // A fail state is less deep, so its row is complete.
    let fail = Int(trie.fail[node]) * stride
    for byteClass in 0..<stride - 1 { words.append(node == 0 ? 0 : words[fail + byteClass]) }
    for child in trie.children(of: node) {
      words[start + Int(trie.classes[child])] = names[child]
    }
    words.append(trie.output[node])
  }

  private mutating func appendSparse(_ node: Int, _ trie: Trie, _ names: [UInt32]) {
    let children = trie.children(of: node)
    let hasOutput = trie.output[node] != Automaton.none
    words.append(names[Int(trie.fail[node])] & ~Automaton.outputFlag)
    var header = UInt32(children.count)
    if hasOutput { header |= Automaton.headerOutput }
    if children.count == 1 { header |= UInt32(trie.classes[children.lowerBound]) << 16 }
    words.append(header)
    if hasOutput { words.append(trie.output[node]) }
    if children.count > 1 {
      for first in Swift.stride(from: children.lowerBound, to: children.upperBound, by: 4) {
        var word: UInt32 = 0
        for child in first..<min(first + 4, children.upperBound) {
          word |= UInt32(trie.classes[child]) << UInt32(8 * (child - first))
        }
        words.append(word)
      }
    }
    for child in children { words.append(names[child]) }
  }

  /// The parameters of an automaton, all zero for one that is not there.
  static func parameters(_ builder: AutomatonBuilder?) -> [UInt64] {
    guard let builder else { return [0, 0, 0] }
    return [
      UInt64(builder.stride), UInt64(builder.denseWords), builder.hasUnusedClass ? 1 : 0,
    ]
  }

  /// Elements of each section of an automaton, all zero for one that is not there.
  static func counts(_ builder: AutomatonBuilder?) -> [Int] {
    guard let builder else { return Automaton.elementSizes.map { _ in 0 } }
    return [
      builder.words.count, 256, builder.outputFirsts.count, builder.outputLinks.count,
      builder.outputTotals.count, builder.numbers.count,
    ]
  }

  func write(to writer: inout ImageWriter, firstSection section: Int) {
    writer.store(words, section: section)
    writer.store(classes, section: section + 1)
    writer.store(outputFirsts, section: section + 2)
    writer.store(outputLinks, section: section + 3)
    writer.store(outputTotals, section: section + 4)
    writer.store(numbers, section: section + 5)
  }
}
