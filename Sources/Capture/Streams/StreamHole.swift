import Parsing

/// Bytes in the middle of a message that were given up: the other side had acknowledged them, or a packet had more
/// than was captured.
///
/// They may come after all. The message is then read beside the stream, which has gone on: first what was before the
/// hole, of which nothing is written again, then what fills it, then what followed.
struct StreamHole {
  /// The next byte wanted, and where the hole ends.
  private(set) var start: UInt32
  let end: UInt32
  /// What was before the next byte, until it can be told what it is.
  var bytes: [UInt8]
  /// How many of these were read before the hole.
  var known: Int
  /// The last bytes before the next one, for a search.
  private(set) var last: [UInt8]
  private let lastLength: Int
  /// The bytes behind the hole as they came.
  private(set) var after: [UInt8] = []
  private var isFollowed = true
  /// What reads the message.
  var reader: TCPStream?
  /// Parts that came before others that precede them.
  private var pieces: [(sequence: UInt32, bytes: [UInt8])] = []
  private var pieceBytes = 0

  private static let longestAfter = 8 << 10
  private static let longestPieces = 16 << 10
  private static let mostPieces = 64

  init(start: UInt32, end: UInt32, _ bytes: [UInt8], last: Int) {
    self.start = start
    self.end = end
    self.bytes = bytes
    known = bytes.count
    lastLength = last
    self.last = Array(bytes.suffix(last))
  }

  /// Bytes of memory that it takes, about.
  var cost: Int {
    128 + bytes.count + last.count + after.count + pieceBytes + 32 * pieces.count
      + (reader?.cost ?? 0)
  }

  var isFilled: Bool { start == end }

  /// Whether what is known of a segment's bytes before the hole is the same.
  func has(_ data: RawSpan) -> Bool {
    guard data.byteCount <= bytes.count else { return false }
    let first = bytes.count - data.byteCount
    return data.byteOffsets.allSatisfy { bytes[first + $0] == data.byte(unchecked: $0) }
  }

  /// Keeps what follows the hole; false where it is too much for waiting any longer.
  mutating func follow(_ data: RawSpan) -> Bool {
    guard isFollowed else { return true }
    guard after.count + data.byteCount <= Self.longestAfter else { return false }
    after.append(data)
    return true
  }

  /// What comes next does not join the bytes behind the hole.
  mutating func endFollowing() { isFollowed = false }

  /// Keeps a part that does not begin the hole.
  mutating func keep(_ data: RawSpan, at sequence: UInt32) {
    guard pieces.count < Self.mostPieces, pieceBytes + data.byteCount <= Self.longestPieces else {
      return
    }
    var bytes: [UInt8] = []
    bytes.append(data)
    pieceBytes += bytes.count
    pieces.append((sequence, bytes))
  }

  /// A part that was kept and is next now.
  mutating func takePiece() -> [UInt8]? {
    while let index = pieces.firstIndex(where: { Int32(bitPattern: $0.sequence &- start) <= 0 }) {
      let piece = pieces.remove(at: index)
      pieceBytes -= piece.bytes.count
      let known = Int(start &- piece.sequence)
      if known < piece.bytes.count { return Array(piece.bytes[known...]) }
    }
    return nil
  }

  /// Moves on behind bytes that fill the hole; gives what is searched, and which of it is new.
  mutating func fill(_ data: RawSpan) -> (bytes: [UInt8], sequence: UInt32, changed: Range<Int>) {
    var searched = last
    searched.append(data)
    let place = start &- UInt32(truncatingIfNeeded: last.count)
    let first = last.count
    start &+= UInt32(truncatingIfNeeded: data.byteCount)
    last = Array(searched.suffix(lastLength))
    return (searched, place, first..<searched.count)
  }
}

extension TCPStream {
  private static let mostHoles = 4

  func keepHole(_ hole: StreamHole) {
    if holes.count == Self.mostHoles { holes.removeFirst() }
    holes.append(hole)
  }

  /// Tells the holes that the bytes that follow do not join those before.
  func breakHoles() {
    for index in holes.indices { holes[index].endFollowing() }
  }

  /// Keeps what follows the holes, for some time.
  func followHoles(_ data: RawSpan) {
    var index = 0
    while index < holes.count {
      if holes[index].follow(data) { index += 1 } else { holes.remove(at: index) }
    }
  }
}
