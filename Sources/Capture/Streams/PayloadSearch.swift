import Indicators
import Matchers
import Parsing

/// Looks for byte strings in what connections and datagrams carry.
///
/// The strings come as matchers; what they mean is the caller's business.
///
/// A search has a price of its own, however short the bytes are, and most segments are short. So
/// the pieces of payload are laid one behind the other and searched together, each behind the last
/// bytes of its stream, where a string may begin that ends in the piece. Strings across two pieces
/// that do not belong together are left out, as are strings that end before their piece. What is
/// found is inserted into the batch where it would be if its piece had been searched at once, so no
/// result depends on which pieces were searched together.
@safe
struct PayloadSearch: ~Copyable {
  /// The most occurrences in one piece of payload that are written.
  ///
  /// A hit's line is hundreds of times as long as the byte that a short string takes up in a run of
  /// itself.
  private static func limit(ofBytes count: Int) -> Int { min(256 + count / 16, 4096) }
  /// The most occurrences in pieces searched together; beyond it, each piece is searched by itself.
  private static let commonLimit = 1 << 16
  /// Bytes and pieces after which they should be searched.
  ///
  /// They are few enough to stay in a second-level cache, and to bound what a batch may be given.
  private static let enough = 128 << 10
  private static let enoughPieces = 512
  /// The usual capacity in bytes, and the most that is kept for the next pieces.
  private static let usualCapacity = enough + (64 << 10)
  private static let keptCapacity = 1 << 20

  let matchers: [LiteralMatcher]
  /// Whether there is nothing to look for.
  let isEmpty: Bool
  /// How many bytes before a piece a string may begin that ends in the piece, at most.
  let tailLength: Int

  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  private var used = 0
  private var pieces: [SearchPiece] = []
  private var matches: [LiteralMatch] = []
  private var found: [FoundPattern] = []
  /// The stream of the last piece, whose bytes are the stream's last ones; nil if there is none.
  private var lastStream: SearchStream?

  // SAFETY of these: the memory has `capacity` bytes, and nobody else has it.

  init(_ matchers: [LiteralMatcher]) {
    self.matchers = matchers
    isEmpty = matchers.isEmpty
    tailLength = Self.tailLength(matchers)
    capacity = matchers.isEmpty ? 1 : Self.usualCapacity
    unsafe memory = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { unsafe memory.deallocate() }

  /// The `tailLength` that `matchers` need.
  static func tailLength(_ matchers: [LiteralMatcher]) -> Int {
    max(0, (matchers.map(\.longest).max() ?? 0) - 1)
  }

  /// Whether the pieces should be searched before others are added.
  var isDue: Bool {
    @inline(__always) get { used >= Self.enough || pieces.count >= Self.enoughPieces }
  }

  // MARK: Pieces

  /// Adds a piece that does not continue the one before.
  ///
  /// If `changed` is given, only these bytes are new: the others were searched in their place.
  /// Strings that end before `start` were found already.
  mutating func add(
    _ payload: RawSpan, changed: Range<Int>? = nil, from start: Int = 0, _ place: SearchPlace?,
    _ origin: SearchOrigin
  ) {
    let new = changed ?? payload.byteOffsets
    guard !new.isEmpty else { return }
    let first = used
    append(payload)
    append(
      SearchPiece(
        first: first, start: first &+ max(new.lowerBound, start), last: first &+ new.upperBound,
        end: used, origin: origin, place: Self.moved(place, back: first)))
    lastStream = nil
  }

  /// The place of the memory's first byte, given the place of the byte at `offset`.
  private static func moved(_ place: SearchPlace?, back offset: Int) -> SearchPlace? {
    guard var place else { return nil }
    place.sequence -= offset
    return place
  }

  /// Adds the next bytes of a stream, and keeps the last of them.
  mutating func add(
    _ payload: RawSpan, slot: UInt32, _ tails: borrowing SearchTails, _ place: SearchPlace,
    _ origin: SearchOrigin
  ) {
    guard payload.byteCount > 0 else { return }
    let stream = SearchStream(shard: place.shard, slot: slot, isFromFirst: place.side.isFromFirst)
    // SAFETY: the tail is used before any is changed.
    let tail = unsafe tails.bytes(stream.slot, isFromFirst: stream.isFromFirst)
    var first = used
    if tail.count > 0 {
      if lastStream == stream, let last = pieces.last {
        // The piece follows the one before, which holds the tail.
        first = max(last.first, used &- tailLength)
      } else {
        unsafe append(tail)
      }
    }
    let start = used
    append(payload)
    // SAFETY: the range was filled above or before.
    unsafe tails.keep(
      UnsafeRawBufferPointer(start: memory + first, count: used &- first), stream.slot,
      isFromFirst: stream.isFromFirst)
    append(
      SearchPiece(
        first: first, start: start, last: used, end: used, origin: origin,
        place: Self.moved(place, back: start)))
    lastStream = stream
  }

  private mutating func append(_ piece: SearchPiece) { pieces.append(piece) }

  private mutating func append(_ payload: RawSpan) {
    // SAFETY: the closure only reads the span's bytes.
    unsafe payload.withUnsafeBytes { unsafe append($0) }
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let count = bytes.count
    guard let start = bytes.baseAddress else { return }
    if count > capacity &- used { grow(for: count) }
    // SAFETY: there is room.
    unsafe (memory + used).copyMemory(from: start, byteCount: count)
    used &+= count
  }

  private mutating func grow(for count: Int) {
    setCapacity(max(2 * capacity, used + count))
  }

  private mutating func setCapacity(_ count: Int) {
    let moved = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    // SAFETY: `used` bytes are initialised, and the new memory has room for them.
    unsafe moved.copyMemory(from: memory, byteCount: used)
    unsafe memory.deallocate()
    unsafe memory = moved
    capacity = count
  }

  // MARK: Search

  /// Searches the pieces and inserts what is found into the batch.
  ///
  /// There is one place for each end in a piece: all strings that end there come together. `shard`
  /// gives the shard with a number.
  @unsafe
  mutating func finish(
    _ writer: inout ObservableWriter, _ skips: inout SkipCounters,
    shard: (UInt8) -> UnsafeMutablePointer<FlowShard>
  ) {
    guard !pieces.isEmpty else { return }
    for index in matchers.indices { search(index, &skips) }
    if !found.isEmpty {
      if matchers.count > 1 { arrange() }
      unsafe leaveOutRepeats(shard)
      writer.insert(found, of: pieces)
      found.removeAll(keepingCapacity: true)
    }
    pieces.removeAll(keepingCapacity: true)
    used = 0
    lastStream = nil
    if capacity > Self.keptCapacity { setCapacity(Self.usualCapacity) }
  }

  /// Sorts what several matchers found by pieces; in each piece, one matcher comes after another.
  private mutating func arrange() {
    var order = Array(found.indices)
    order.sort { (found[$0].piece, $0) < (found[$1].piece, $1) }
    found = order.map { found[$0] }
  }

  /// Leaves out what was found before in the same place of a stream.
  ///
  /// There is one hit for each stream, direction and offset.
  @unsafe
  private mutating func leaveOutRepeats(_ shard: (UInt8) -> UnsafeMutablePointer<FlowShard>) {
    var count = 0
    for index in found.indices {
      var pattern = found[index]
      if let place = pieces[pattern.piece].place {
        // SAFETY: the caller's shards are not otherwise in use.
        let outcome = unsafe shard(place.shard).pointee.repeats.note(pattern, place)
        switch outcome {
        case .known: continue
        case .new: break
        case .disagrees: pieces[pattern.piece].hasOverlap = true
        }
      }
      pattern.isAnother =
        count > 0 && pattern.isAnother && found[count - 1].piece == pattern.piece
        && found[count - 1].end == pattern.end && found[count - 1].matcher == pattern.matcher
      found[count] = pattern
      count += 1
    }
    found.removeLast(found.count - count)
  }

  private mutating func search(_ matcher: Int, _ skips: inout SkipCounters) {
    matches.removeAll(keepingCapacity: true)
    var state = LiteralMatcher.State()
    // SAFETY: `used` bytes are initialised, and stay until the span was used.
    let bytes = unsafe RawSpan(_unsafeStart: memory, byteCount: used)
    let isWhole = matchers[matcher].scan(
      bytes, state: &state, limit: Self.commonLimit, matches: &matches)
    guard isWhole else { return searchEach(matcher, bytes, &skips) }
    var piece = 0
    var written = Written()
    for match in matches {
      let end = Int(truncatingIfNeeded: match.end)
      while piece < pieces.count, pieces[piece].end < end {
        piece &+= 1
        written = Written()
      }
      guard piece < pieces.count else { break }
      let start = end &- matchers[matcher].length(of: match.pattern)
      guard end > pieces[piece].start, start >= pieces[piece].first, start < pieces[piece].last
      else { continue }
      write(match, matcher, piece, end: end, &written, &skips)
    }
  }

  /// Searches each piece by itself: so much is found that the limit of each piece matters.
  private mutating func searchEach(
    _ matcher: Int, _ bytes: RawSpan, _ skips: inout SkipCounters
  ) {
    for piece in pieces.indices {
      let place = pieces[piece]
      var state = LiteralMatcher.State()
      matches.removeAll(keepingCapacity: true)
      // Strings that end before the piece's start were found with the piece before.
      _ = matchers[matcher].scan(
        bytes.extracting(place.first..<place.start), state: &state, limit: 0, matches: &matches)
      let isWhole = matchers[matcher].scan(
        bytes.extracting(place.start..<place.end), state: &state,
        limit: Self.limit(ofBytes: place.end &- place.start), matches: &matches)
      var written = Written()
      for match in matches {
        let start =
          Int(truncatingIfNeeded: match.end) &- matchers[matcher].length(of: match.pattern)
        guard start < place.last &- place.first else { continue }
        let end = place.first &+ Int(truncatingIfNeeded: match.end)
        write(match, matcher, piece, end: end, &written, &skips)
      }
      if !isWhole { skips.add(.payloadMatchLimit) }
    }
  }

  /// How many matches were found so far in a piece, and where the last one ends.
  private struct Written {
    var count = 0
    var end = UInt64.max
  }

  private mutating func write(
    _ match: LiteralMatch, _ matcher: Int, _ piece: Int, end: Int, _ written: inout Written,
    _ skips: inout SkipCounters
  ) {
    written.count += 1
    let limit = Self.limit(ofBytes: pieces[piece].end &- pieces[piece].start)
    guard written.count <= limit else {
      if written.count == limit + 1 { skips.add(.payloadMatchLimit) }
      return
    }
    found.append(
      FoundPattern(
        piece: piece, matcher: UInt32(truncatingIfNeeded: matcher), pattern: match.pattern,
        end: end, isAnother: match.end == written.end))
    written.end = match.end
  }
}
