import Parsing

/// The bytes of one direction as a receiver with a rule of its own has them where segments disagree.
///
/// The stream itself has each byte as the first segment had it. Kept beside it is a window of other bytes, from a message's
/// beginning on: every segment is put into it as it arrives, also one that waits for others, and what follows one another
/// there is read. What comes in the place of bytes that were read there lets the reading begin anew.
struct ReceiverVersion {
  /// What becomes of a segment that disagrees with those before it.
  enum Rule: CaseIterable {
    /// It has its place: the receiver did not take the others.
    case lastWins
    /// It is none: the receiver did not take it.
    case leftOut
  }

  /// Bytes of the window in which a segment may begin; how many there are bounds what each one that disagrees costs.
  static let longest = StreamHistory.longest

  let rule: Rule
  /// The number of the first byte.
  let start: UInt32
  private(set) var bytes: [UInt8]
  /// Which of the bytes are there.
  private var isThere: [Bool]
  /// How many of them follow one another from the first on.
  private(set) var end: Int
  /// How many of these were read, and the first of those that are others by now.
  private var read = 0
  private var firstChanged = Int.max
  /// How many bytes at the beginning are those of the stream, as far as that was looked at, and whether the next is not.
  private var common = 0
  private var isOther = false
  /// What reads them, once it is known what they are; nothing more is wanted of them where it is over.
  var reader: TCPStream?
  var isOver = false

  init(_ rule: Rule, _ bytes: [UInt8], at start: UInt32) {
    self.rule = rule
    self.start = start
    self.bytes = bytes
    isThere = [Bool](repeating: true, count: bytes.count)
    end = bytes.count
  }

  /// Bytes of memory that it takes, about.
  var cost: Int { 2 * bytes.count + (reader?.cost ?? 0) }

  /// The number of the next byte that is read.
  var next: UInt32 { start &+ UInt32(truncatingIfNeeded: read) }

  /// Puts a segment into its place, as the rule says.
  mutating func put(_ data: RawSpan, at sequence: UInt32) {
    let place = Int(Int32(bitPattern: sequence &- start))
    let first = max(0, -place)
    guard place < Self.longest, first < data.byteCount else { return }
    let part = first..<data.byteCount
    if place + part.upperBound > bytes.count {
      let count = place + part.upperBound - bytes.count
      bytes.append(contentsOf: repeatElement(0, count: count))
      isThere.append(contentsOf: repeatElement(false, count: count))
    }
    if rule == .leftOut, disagrees(data, part, place) { return }
    for offset in part {
      let byte = data.byte(unchecked: offset)
      let index = place + offset
      if bytes[index] != byte { change(index, to: byte) }
      isThere[index] = true
    }
    while end < bytes.count, isThere[end] { end += 1 }
  }

  private mutating func change(_ index: Int, to byte: UInt8) {
    bytes[index] = byte
    if index < read { firstChanged = min(firstChanged, index) }
    if index <= common { (common, isOther) = (index, false) }
  }

  /// Whether bytes at a number are its first ones.
  func has(_ others: [UInt8], at sequence: UInt32) -> Bool {
    sequence == start && others.count <= end
      && others.has(bytes.rawSpan, at: 0, upTo: others.count)
  }

  private func disagrees(_ data: RawSpan, _ part: Range<Int>, _ place: Int) -> Bool {
    part.contains { isThere[place + $0] && bytes[place + $0] != data.byte(unchecked: $0) }
  }

  /// How many bytes at the beginning are those of the stream, the last of which stand before `next`.
  mutating func common(with history: [UInt8], before next: UInt32) -> Int {
    guard Int(next &- start) == history.count else { return 0 }
    while !isOther, common < min(end, history.count) {
      if bytes[common] == history[common] { common += 1 } else { isOther = true }
    }
    return common
  }

  /// Takes what is to be read now: where it begins, and whether what is before that was read and is read again.
  mutating func takeUnread() -> (from: Int, isAgain: Bool)? {
    defer { (read, firstChanged) = (end, .max) }
    if firstChanged < read {
      let isAgain = reader != nil || isOver
      (reader, isOver) = (nil, false)
      return (firstChanged, isAgain)
    }
    return end > read ? (read, false) : nil
  }
}
