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
    /// It has the bytes of its place that did not come before, also before those that wait.
    case firstWins
  }

  /// Bytes of room in the window for each byte that came: what stands further behind waits until there is more.
  private static let mostRoom = 16
  /// The most segments that wait so.
  private static let mostFar = 64
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
  /// How many bytes came, and segments for which there was no room so far, in the order in which they came.
  private var received: Int
  private var far: [(sequence: UInt32, bytes: [UInt8])] = []
  /// How many of these were read, and the first of those that are others by now.
  private var read = 0
  private var firstChanged = Int.max
  /// How many bytes at the beginning are those of the stream, as far as that was looked at, and whether the next is not.
  private var common = 0
  private var isOther = false
  /// What reads them, once it is known what they are; nothing more is wanted of them where it is over.
  var reader: TCPStream?
  var isOver = false
  /// What the packets that brought its bytes have (`ObservableWriter.written`): it is not written again at the end.
  private(set) var written: [UInt64] = []

  init(_ rule: Rule, _ bytes: [UInt8], at start: UInt32) {
    self.rule = rule
    self.start = start
    self.bytes = bytes
    isThere = [Bool](repeating: true, count: bytes.count)
    end = bytes.count
    received = bytes.count
  }

  /// Bytes of memory that it takes, about.
  var cost: Int {
    let waiting = far.reduce(0) { $0 + $1.bytes.count + 48 }
    return 2 * bytes.count + 8 * written.count + waiting + (reader?.cost ?? 0)
  }

  /// Notes what the present packet has.
  mutating func noteWritten(_ values: [UInt64]) {
    if !values.isEmpty { written = Set(written).union(values).sorted() }
  }

  /// The number of the next byte that is read.
  var next: UInt32 { start &+ UInt32(truncatingIfNeeded: read) }

  /// Puts a segment into its place, as the rule says, or keeps it until there is room for that; false where too many are
  /// kept so, and this one is lost.
  mutating func put(_ data: RawSpan, at sequence: UInt32) -> Bool {
    let place = Int(Int32(bitPattern: sequence &- start))
    guard place < Self.longest, place > -data.byteCount else { return true }
    received += data.byteCount
    if hasRoom(to: place + data.byteCount) {
      if !far.isEmpty { putFar() }
      putNear(data, at: place)
      return true
    }
    guard far.count < Self.mostFar else { return false }
    var bytes: [UInt8] = []
    bytes.append(data)
    far.append((sequence, bytes))
    return true
  }

  private func hasRoom(to end: Int) -> Bool {
    end <= max(received * Self.mostRoom, bytes.count)
  }

  /// Puts the segments into their places for which there is room by now.
  private mutating func putFar() {
    let waiting = far
    far = []
    for segment in waiting {
      let place = Int(Int32(bitPattern: segment.sequence &- start))
      if hasRoom(to: place + segment.bytes.count) {
        putNear(segment.bytes.rawSpan, at: place)
      } else {
        far.append(segment)
      }
    }
  }

  private mutating func putNear(_ data: RawSpan, at place: Int) {
    let part = max(0, -place)..<data.byteCount
    if place + part.upperBound > bytes.count {
      let count = place + part.upperBound - bytes.count
      bytes.append(contentsOf: repeatElement(0, count: count))
      isThere.append(contentsOf: repeatElement(false, count: count))
    }
    if rule == .leftOut, disagrees(data, part, place) { return }
    for offset in part {
      let byte = data.byte(unchecked: offset)
      let index = place + offset
      if rule == .firstWins, isThere[index] { continue }
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
    let first = history.count - Int(Int32(bitPattern: next &- start))
    guard first >= 0, first <= history.count else { return common }
    while !isOther, common < min(end, history.count - first) {
      if bytes[common] == history[first + common] { common += 1 } else { isOther = true }
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
