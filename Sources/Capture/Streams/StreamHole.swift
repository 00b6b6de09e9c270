import Parsing

/// Bytes that were given up, in the middle of a message or between two.
///
/// The other side had acknowledged them, or a packet had more than was captured. They may come
/// after all. The message is then read beside the stream, which has gone on: first the bytes before
/// the hole, whose values are not written again, then those that fill it, then those behind it.
struct StreamHole {
  /// A part of the hole that came before others that precede it, and the packet that brought it.
  struct Piece {
    var sequence: SequenceNumber
    var bytes: [UInt8]
    var number: UInt64
    var time: Int64
  }

  /// Sequence numbers of the next byte wanted, and of the first byte behind the hole.
  private(set) var start: SequenceNumber
  let end: SequenceNumber
  /// The bytes before the next one, kept until their protocol can be told.
  var bytes: [UInt8]
  /// How many of these were read before the hole.
  var known: Int
  /// The last bytes before the next one, for the search.
  private(set) var last: [UInt8]
  private let lastLength: Int
  /// The bytes behind the hole as they came.
  private(set) var after: [UInt8] = []
  private var isFollowed = true
  /// Whether the stream had made nothing of the bytes behind the hole when they ended.
  private var wasUnread = false
  /// The reader of the message, once its protocol is known.
  var reader: TCPStream?
  private(set) var pieces: [Piece] = []
  private var pieceBytes = 0

  private static let longestAfter = 8 << 10
  private static let longestPieces = 16 << 10
  private static let mostPieces = 64

  init(start: SequenceNumber, end: SequenceNumber, _ bytes: [UInt8], last: Int) {
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

  /// Whether nothing that came for it would be lost with it.
  var isIdle: Bool { reader == nil && pieces.isEmpty }

  /// The lowest number of a packet whose bytes wait here for others; `.max` if there is none.
  var firstWaiting: UInt64 {
    pieces.reduce(reader?.firstWaiting ?? .max) { min($0, $1.number) }
  }

  /// Whether a segment's bytes before the hole are the same as those kept.
  func has(_ data: RawSpan) -> Bool {
    guard data.byteCount <= bytes.count else { return false }
    let first = bytes.count - data.byteCount
    return data.byteOffsets.allSatisfy { bytes[first + $0] == data.byte(unchecked: $0) }
  }

  /// Keeps bytes that follow the hole; false if they are too many to wait any longer.
  mutating func follow(_ data: RawSpan) -> Bool {
    guard isFollowed else { return true }
    guard after.count + data.byteCount <= Self.longestAfter else { return false }
    after.append(data)
    return true
  }

  /// Notes that the next bytes do not join those kept behind the hole, and whether the stream has made
  /// nothing of these.
  mutating func endFollowing(isUnread: Bool) {
    if isFollowed { (isFollowed, wasUnread) = (false, isUnread) }
  }

  /// Whether the bytes behind the hole are left to whoever reads those in it, as the stream, which
  /// now `isUnread` or not, has made nothing of them.
  func leavesRest(isUnread: Bool) -> Bool { isFollowed ? isUnread : wasUnread }

  /// Keeps a part of the hole that begins behind the next byte wanted; false if there are too many.
  mutating func keep(
    _ data: RawSpan, at sequence: SequenceNumber, number: UInt64, time: Int64
  ) -> Bool {
    guard pieces.count < Self.mostPieces, pieceBytes + data.byteCount <= Self.longestPieces else {
      return false
    }
    var bytes: [UInt8] = []
    bytes.append(data)
    pieceBytes += bytes.count
    pieces.append(Piece(sequence: sequence, bytes: bytes, number: number, time: time))
    return true
  }

  /// Takes the unread bytes of a kept part that is next now; nil if there is none.
  mutating func takePiece() -> [UInt8]? {
    while let index = pieces.firstIndex(where: { $0.sequence <= start }) {
      let piece = pieces.remove(at: index)
      pieceBytes -= piece.bytes.count
      let known = start.offset(from: piece.sequence)
      if known < piece.bytes.count { return Array(piece.bytes[known...]) }
    }
    return nil
  }

  /// Moves on behind bytes that fill the hole; gives the bytes to search, and which are new.
  mutating func fill(_ data: RawSpan) -> (
    bytes: [UInt8], sequence: SequenceNumber, changed: Range<Int>
  ) {
    var searched = last
    searched.append(data)
    let place = start - last.count
    let first = last.count
    start += data.byteCount
    last = Array(searched.suffix(lastLength))
    return (searched, place, first..<searched.count)
  }
}

extension TCPStream {
  private static let mostHoles = 4

  /// Keeps a hole; gives back the one that makes room for it.
  func keepHole(_ hole: StreamHole) -> StreamHole? {
    let oldest = holes.count == Self.mostHoles ? holes.removeFirst() : nil
    holes.append(hole)
    return oldest
  }

  /// Tells the holes that the bytes that follow do not join those before.
  func breakHoles() {
    for index in holes.indices { holes[index].endFollowing(isUnread: isUnread) }
  }

  /// Gives the stream's next bytes to the holes; gives back those behind which too many came.
  func followHoles(_ data: RawSpan) -> [StreamHole] {
    var given: [StreamHole] = []
    var index = 0
    while index < holes.count {
      if holes[index].follow(data) { index += 1 } else { given.append(holes.remove(at: index)) }
    }
    return given
  }
}
