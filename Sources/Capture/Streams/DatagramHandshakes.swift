import Parsing

/// Handshake messages of DTLS that came in fragments, until all of each is there (RFC 6347 §4.2.3).
///
/// Fragments come in any order and may overlap; of bytes that come twice the first ones count. A bit for
/// each byte says what is there, so the work is that of the bytes, however they are cut. Memory is
/// bounded; the message that began first makes room.
struct DatagramHandshakes {
  /// A header of twelve bytes begins each message.
  static let headerLength = 12
  /// The longest message that is put together; chains of certificates in use stay below 64 KiB.
  private static let longest = 64 << 10
  /// Messages of all flows that wait at once.
  private static let most = 64

  /// One message of one flow's direction.
  struct Name: Equatable {
    var flow: FlowKey
    var isFromFirst: Bool
    var sequence: UInt16
    var type: UInt8
    var length: Int
  }

  private struct Message {
    let name: Name
    /// The header, and the body as far as it is there.
    var bytes: [UInt8]
    var known: [UInt64]
    var missing: Int
    /// Bytes of the beginning whose names were read before the rest was there.
    var read = 0

    init(_ name: Name) {
      self.name = name
      // Type, length, number, offset of the fragment, its length: as of one that is the whole.
      let length = [16, 8, 0].map { UInt8(truncatingIfNeeded: name.length >> $0) }
      let sequence = [8, 0].map { UInt8(truncatingIfNeeded: name.sequence >> $0) }
      bytes = [name.type] + length + sequence + [0, 0, 0] + length
      bytes += [UInt8](repeating: 0, count: name.length)
      known = [UInt64](repeating: 0, count: (name.length + 63) / 64)
      missing = name.length
    }

    var cost: Int { 192 + bytes.count + 8 * known.count }

    mutating func add(_ part: RawSpan, at offset: Int) {
      for position in part.byteOffsets {
        let place = offset + position
        let bit = UInt64(1) << UInt64(place & 63)
        if known[place >> 6] & bit != 0 { continue }
        known[place >> 6] |= bit
        bytes[DatagramHandshakes.headerLength + place] = part.byte(unchecked: position)
        missing -= 1
      }
    }
  }

  /// Whole messages that are remembered, so that one that is sent again is known.
  private static let remembered = 64

  private let limit: Int
  /// Hashes of the last whole messages, a ring.
  private var whole = [UInt64](repeating: 0, count: remembered)
  private var oldest = 0
  /// Those that began first stand first.
  private var messages: [Message] = []
  private var bytes = 0

  /// No messages yet, and at most so many bytes of them.
  init(limit: Int) { self.limit = limit }

  /// Messages of which parts are missing.
  var count: Int { messages.count }

  /// How many bytes of the beginning of a message that waits were read, as `noteRead` was told.
  func readLength(of name: Name) -> Int { messages.first { $0.name == name }?.read ?? 0 }

  /// Notes that so many bytes of the beginning of a message that waits were read.
  mutating func noteRead(_ length: Int, of name: Name) {
    guard let index = messages.firstIndex(where: { $0.name == name }) else { return }
    messages[index].read = length
  }

  /// Counts a message that will not be whole.
  private static func count(_ message: Message, _ skips: inout SkipCounters) {
    skips.add(message.name.type == 1 ? .tlsHelloCut : .tlsMessageCut)
  }

  /// Adds a part of a message's body, and gives the message with its header once all of it is there.
  ///
  /// What does not fit the message, or is of none that could be put together, is counted.
  mutating func add(
    _ part: RawSpan, at offset: Int, of name: Name, _ skips: inout SkipCounters
  ) -> [UInt8]? {
    guard name.length <= Self.longest, name.length <= limit else {
      skips.add(.tlsMessageLimit)
      return nil
    }
    guard offset <= name.length, part.byteCount <= name.length - offset else {
      skips.add(.tlsMessageCut)
      return nil
    }
    var index = messages.firstIndex { $0.name == name } ?? messages.count
    if index == messages.count {
      let message = Message(name)
      bytes += message.cost
      messages.append(message)
      while messages.count > 1, bytes > limit || messages.count > Self.most {
        let oldest = messages.removeFirst()
        bytes -= oldest.cost
        index -= 1
        Self.count(oldest, &skips)
      }
    }
    messages[index].add(part, at: offset)
    guard messages[index].missing == 0 else { return nil }
    bytes -= messages[index].cost
    return messages.remove(at: index).bytes
  }

  /// Whether the same message came before in the same direction; else it is remembered.
  mutating func isRepeated(_ message: RawSpan, of flow: FlowKey, isFromFirst: Bool) -> Bool {
    let hash = ContentHash.hash(message, of: flow.hash(isFromFirst ? 1 : 2))
    if whole.contains(hash) { return true }
    whole[oldest] = hash
    oldest = (oldest + 1) % Self.remembered
    return false
  }

  /// Forgets what waits, as the capture has ended, and counts it.
  mutating func finish(_ skips: inout SkipCounters) {
    for message in messages { Self.count(message, &skips) }
    messages = []
    bytes = 0
  }
}
