import Parsing

/// The bytes of one direction as a receiver with a rule of its own has them.
///
/// Where segments disagree, the stream itself has each byte as the first segment had it. A version
/// keeps a window of other bytes beside it, from a message's beginning on: every segment is put
/// into it as it arrives, even one that waits for others, and the bytes are read as far as none is
/// missing. If bytes that were read are replaced by others, the reading begins anew.
struct ReceiverVersion {
  /// What becomes of a segment that disagrees with those before it.
  enum Rule: CaseIterable {
    /// It replaces the earlier bytes: the receiver did not take those.
    case lastWins
    /// It is left out as a whole: the receiver did not take it.
    case leftOut
    /// It adds only bytes of its place that no earlier segment had, not even one that waits.
    case firstWins
  }

  /// Bytes of room in the window for each byte that came; segments further behind wait.
  private static let mostRoom = 16
  /// The most segments that wait for room.
  private static let mostFar = 64
  /// Bytes of the window in which a segment may begin.
  ///
  /// Their number bounds what each segment that disagrees costs.
  static let longest = StreamHistory.longest

  let rule: Rule
  /// The sequence number of the first byte.
  let start: SequenceNumber
  private(set) var bytes: [UInt8]
  /// Which of the bytes are there.
  private var isThere: [Bool]
  /// How many bytes are there from the first on with none missing.
  private(set) var end: Int
  /// How many bytes came, and the segments for which there was no room so far, as they came.
  private var received: Int
  private var far: [(sequence: SequenceNumber, bytes: [UInt8])] = []
  /// How many bytes were read, and the index of the first of those that has changed since.
  private var read = 0
  private var firstChanged = Int.max
  /// How many first bytes are known to be the stream's, and whether the next is known to differ.
  private var common = 0
  private var isOther = false
  /// The reader of the bytes, once their protocol is known; `isOver` if nothing more is wanted.
  var reader: TCPStream?
  var isOver = false
  /// Values of the packets that brought its bytes (`ObservableWriter.written`).
  ///
  /// They are not written again at the end.
  private(set) var written: [UInt64] = []

  init(_ rule: Rule, _ bytes: [UInt8], at start: SequenceNumber) {
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

  /// Notes the values that the present packet has.
  mutating func noteWritten(_ values: [UInt64]) {
    if !values.isEmpty { written = Set(written).union(values).sorted() }
  }

  /// The sequence number of the next byte that is read.
  var next: SequenceNumber { start + read }

  /// Puts a segment into its place, as the rule says, or keeps it until there is room for it.
  ///
  /// False if too many segments are kept so, and this one is lost.
  mutating func put(_ data: RawSpan, at sequence: SequenceNumber) -> Bool {
    let place = sequence - start
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

  /// Puts the waiting segments into their places, if there is room by now.
  private mutating func putFar() {
    let waiting = far
    far = []
    for segment in waiting {
      let place = segment.sequence - start
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

  /// Whether `others` at `sequence` are the first bytes of the window.
  func has(_ others: [UInt8], at sequence: SequenceNumber) -> Bool {
    sequence == start && others.count <= end
      && others.has(bytes.rawSpan, at: 0, upTo: others.count)
  }

  private func disagrees(_ data: RawSpan, _ part: Range<Int>, _ place: Int) -> Bool {
    part.contains { isThere[place + $0] && bytes[place + $0] != data.byte(unchecked: $0) }
  }

  /// How many first bytes are those of the stream, whose last bytes, `history`, lie before `next`.
  mutating func common(with history: [UInt8], before next: SequenceNumber) -> Int {
    let first = history.count - (next - start)
    guard first >= 0, first <= history.count else { return common }
    while !isOther, common < min(end, history.count - first) {
      if bytes[common] == history[first + common] { common += 1 } else { isOther = true }
    }
    return common
  }

  /// Takes what is to be read now: the index of its first byte; nil if there is nothing.
  ///
  /// With `isAgain`, the bytes before that were read already, and are read again.
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
