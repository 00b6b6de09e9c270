import Parsing

/// Handshake messages of DTLS in fragments, kept until all of each is there (RFC 6347 §4.2.3).
///
/// Fragments come in any order and may overlap; where bytes come twice, the first ones count. One
/// bit for each byte says whether it is there, so the work grows with the bytes, however they are
/// cut. Memory is bounded; the message that began first makes room.
struct DatagramHandshakes {
  /// A header of twelve bytes begins each message.
  static let headerLength = 12
  /// The longest message that is put together; chains of certificates in use stay below 64 KiB.
  private static let longest = 64 << 10
  /// The most messages of all flows that wait at once.
  private static let most = 64

  /// One message of one flow's direction.
  struct Name: Equatable {
    var flow: FlowKey
    var isFromFirst: Bool
    var sequence: UInt16
    var type: UInt8
    var length: Int
  }

  /// The bytes of a message that are there, in pages.
  ///
  /// A page is made when its first byte comes: a fragment of one byte may belong to a message of 64
  /// KiB.
  private struct Message {
    static let pageLength = 1 << 10
    /// Words of bits that say which bytes of a page are there.
    static let wordsInPage = pageLength / 64

    let name: Name
    /// Where each page of the body is in `bytes`, counted in pages from 1; 0 if it was not made.
    var places: [UInt8]
    var bytes: [UInt8] = []
    var known: [UInt64] = []
    var missing: Int
    /// How many bytes of the beginning were read for names before the rest was there.
    var read = 0

    init(_ name: Name) {
      self.name = name
      places = Array(repeating: 0, count: name.length / Self.pageLength + 1)
      missing = name.length
    }

    var cost: Int { 192 + places.count + bytes.count + 8 * known.count }

    mutating func add(_ part: RawSpan, at offset: Int) {
      var position = 0
      while position < part.byteCount {
        let page = (offset + position) / Self.pageLength
        let start = offset + position - page * Self.pageLength
        let count = min(part.byteCount - position, Self.pageLength - start)
        add(part.extracting(position..<position + count), at: start, ofPage: place(of: page))
        position += count
      }
    }

    /// The page's index in `bytes`; the page is made if it is not there.
    private mutating func place(of page: Int) -> Int {
      if places[page] == 0 {
        bytes += repeatElement(0, count: Self.pageLength)
        known += repeatElement(0, count: Self.wordsInPage)
        places[page] = UInt8(bytes.count / Self.pageLength)
      }
      return Int(places[page]) - 1
    }

    private mutating func add(_ part: RawSpan, at start: Int, ofPage page: Int) {
      for position in part.byteOffsets {
        let place = page * Self.pageLength + start + position
        let bit = UInt64(1) << UInt64(place & 63)
        if known[place >> 6] & bit != 0 { continue }
        known[place >> 6] |= bit
        bytes[place] = part.byte(unchecked: position)
        missing -= 1
      }
    }

    /// The header and the body; all of the body must be there.
    var whole: [UInt8] {
      // Type, length, sequence number, fragment offset and length, as of one fragment that is the
      // whole.
      let length = [16, 8, 0].map { UInt8(truncatingIfNeeded: name.length >> $0) }
      let sequence = [8, 0].map { UInt8(truncatingIfNeeded: name.sequence >> $0) }
      var message = [name.type] + length + sequence + [0, 0, 0] + length
      message.reserveCapacity(DatagramHandshakes.headerLength + places.count * Self.pageLength)
      for place in places where place != 0 {
        message += bytes[(Int(place) - 1) * Self.pageLength..<Int(place) * Self.pageLength]
      }
      message.removeLast(message.count - DatagramHandshakes.headerLength - name.length)
      return message
    }
  }

  /// Whole messages that are remembered, so that one that is sent again is known.
  private static let remembered = 64

  private let limit: Int
  /// Hashes of the last whole messages, a ring.
  private var whole = [UInt64](repeating: 0, count: remembered)
  private var oldest = 0
  /// Messages of which parts are missing, in the order in which they began.
  private var messages: [Message] = []
  private var bytes = 0

  /// Begins without messages; `limit` bounds their bytes.
  init(limit: Int) { self.limit = limit }

  /// Messages of which parts are missing.
  var count: Int { messages.count }

  /// How many first bytes of a waiting message were read, as `noteRead` was told.
  func readLength(of name: Name) -> Int { messages.first { $0.name == name }?.read ?? 0 }

  /// Notes that the first `length` bytes of a waiting message were read.
  mutating func noteRead(_ length: Int, of name: Name) {
    guard let index = messages.firstIndex(where: { $0.name == name }) else { return }
    messages[index].read = length
  }

  /// Counts a message that will not be whole.
  private static func count(_ message: Message, _ skips: inout SkipCounters) {
    skips.add(message.name.type == 1 ? .tlsHelloCut : .tlsMessageCut)
  }

  /// Adds a part of a message's body; gives the message with its header once all of it is there.
  ///
  /// A part that does not fit its message, or whose message is too long to be put together, is
  /// counted.
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
      messages.append(Message(name))
    } else {
      bytes -= messages[index].cost
    }
    messages[index].add(part, at: offset)
    if messages[index].missing == 0 { return messages.remove(at: index).whole }
    bytes += messages[index].cost
    while messages.count > 1, bytes > limit || messages.count > Self.most {
      let oldest = messages.remove(at: index == 0 ? 1 : 0)
      bytes -= oldest.cost
      index = max(index - 1, 0)
      Self.count(oldest, &skips)
    }
    return nil
  }

  /// Whether the same message came before in the same direction; remembers it if not.
  mutating func isRepeated(_ message: RawSpan, of flow: FlowKey, isFromFirst: Bool) -> Bool {
    let hash = ContentHash.hash(message, of: flow.hash(isFromFirst ? 1 : 2))
    if whole.contains(hash) { return true }
    whole[oldest] = hash
    oldest = (oldest + 1) % Self.remembered
    return false
  }

  /// Forgets and counts the messages that wait: the capture has ended.
  mutating func finish(_ skips: inout SkipCounters) {
    for message in messages { Self.count(message, &skips) }
    messages = []
    bytes = 0
  }
}
