import Parsing

/// Where the bytes of one packet end in bytes that several packets brought.
struct StreamMark {
  var end: Int
  var number: UInt64
  var time: Int64
}

/// Bytes of a message or a line that began in an earlier packet, and which packet brought which.
struct StreamBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var marks: [StreamMark] = []
  private var room = (bytes: Room(), marks: Room())

  var count: Int { bytes.count }
  var isEmpty: Bool { bytes.isEmpty }

  /// Adds bytes that a packet brought.
  mutating func append(_ data: RawSpan, of packet: (number: UInt64, time: Int64)) {
    bytes.append(data)
    if let last = marks.last, last.number == packet.number {
      marks[marks.count - 1].end = bytes.count
    } else {
      marks.append(StreamMark(end: bytes.count, number: packet.number, time: packet.time))
    }
    room.bytes.reach(bytes.count)
    room.marks.reach(marks.count)
  }

  /// The most bytes of memory that are kept for the next message.
  ///
  /// What longer messages took serves other streams better.
  private static let kept = 1 << 10

  mutating func removeAll() {
    if bytes.isEmpty { return }
    if room.bytes.count <= Self.kept {
      bytes.removeAll(keepingCapacity: true)
    } else {
      bytes = []
      room.bytes = Room()
    }
    if marks.count < 64 {
      marks.removeAll(keepingCapacity: true)
    } else {
      marks = []
      room.marks = Room()
    }
  }

  /// Counts memory by what is held now, not by what other streams held in the buffer before.
  mutating func countAnew() {
    room = (Room(), Room())
    room.bytes.reach(bytes.count)
    room.marks.reach(marks.count)
  }

  /// Bytes of memory in use, about.
  var cost: Int { room.bytes.count + 24 * room.marks.count }
}
