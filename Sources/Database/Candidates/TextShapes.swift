import CByteKernels
import Parsing

/// The shapes that the kernel `sekisho_find_shapes` found in a window of text.
///
/// The lists are allocated once and reused for every window.
struct TextShapes: Sendable {
  private static let window = Int(SEKISHO_SHAPES_WINDOW)

  /// The three lists of names (starts, dots, ends), one behind the other.
  private var names: [UInt32]
  /// The other lists.
  private var places: [UInt32]
  private var nameCount = 0
  private var endCount = 0
  private var addressCount = 0
  private var dotCount = 0
  private var escapedCount = 0
  private var labelCount = 0
  private var digestCount = 0
  private var colonCount = 0
  private var specialCount = 0

  // Where each list begins in `names` or `places`. Each has the room that the kernel's header asks
  // for.
  private static let nameStartList = 0
  private static let nameDotList = behind(nameStartList, window / 3)
  private static let nameEndList = behind(nameDotList, window / 3)
  private static let nameRoom = behind(nameEndList, window / 3)
  private static let endList = 0
  private static let addressList = behind(endList, window / 3)
  private static let addressPlaceList = behind(addressList, window / 8)
  private static let dotList = behind(addressPlaceList, window / 8)
  private static let escapedList = behind(dotList, window / 2)
  private static let labelList = behind(escapedList, window / 2)
  private static let digestList = behind(labelList, window / 2)
  private static let colonList = behind(digestList, window / 16)
  private static let specialList = behind(colonList, window)
  private static let room = behind(specialList, window)

  private static func behind(_ list: Int, _ count: Int) -> Int {
    list + count + Int(SEKISHO_SHAPES_SLACK)
  }

  init() {
    names = Array(repeating: 0, count: Self.nameRoom)
    places = Array(repeating: 0, count: Self.room)
  }

  /// Empty: takes the place of the real lists while a caller works on those.
  init(empty: Void) {
    names = []
    places = []
  }

  /// Where the last two labels of names begin.
  var nameStarts: Span<UInt32> {
    @_lifetime(borrow self) get { nameList(Self.nameStartList) }
  }

  /// The dots between the last two labels of those names.
  var nameDots: Span<UInt32> {
    @_lifetime(borrow self) get { nameList(Self.nameDotList) }
  }

  /// Where those names end.
  var nameEnds: Span<UInt32> {
    @_lifetime(borrow self) get { nameList(Self.nameEndList) }
  }

  /// Ends of runs that may be names and need a closer look.
  var ends: Span<UInt32> { @_lifetime(borrow self) get { list(Self.endList, endCount) } }

  /// Where a label goes on behind the digits that it begins with.
  var labels: Span<UInt32> { @_lifetime(borrow self) get { list(Self.labelList, labelCount) } }

  /// IPv4 addresses.
  var addresses: Span<UInt32> {
    @_lifetime(borrow self) get { list(Self.addressList, addressCount) }
  }

  /// Where the addresses begin.
  var addressPlaces: Span<UInt32> {
    @_lifetime(borrow self) get { list(Self.addressPlaceList, addressCount) }
  }

  /// First dots of what may be addresses and needs a closer look.
  var dots: Span<UInt32> { @_lifetime(borrow self) get { list(Self.dotList, dotCount) } }

  /// Where digits begin that follow an escape or a percent sign.
  var escaped: Span<UInt32> {
    @_lifetime(borrow self) get { list(Self.escapedList, escapedCount) }
  }

  /// A place in each run of hexadecimal digits.
  var digests: Span<UInt32> { @_lifetime(borrow self) get { list(Self.digestList, digestCount) } }

  /// Colons of what may be IPv6 addresses.
  var colons: Span<UInt32> { @_lifetime(borrow self) get { list(Self.colonList, colonCount) } }

  /// Bytes that may stand for something else: escapes, percent units, characters above ASCII, ESC.
  var specials: Span<UInt32> {
    @_lifetime(borrow self) get { list(Self.specialList, specialCount) }
  }

  @_lifetime(borrow self)
  private func nameList(_ start: Int) -> Span<UInt32> {
    names.span.extracting(start..<start + nameCount)
  }

  @_lifetime(borrow self)
  private func list(_ start: Int, _ count: Int) -> Span<UInt32> {
    places.span.extracting(start..<start + count)
  }

  /// Finds the shapes of a window of a chunk.
  ///
  /// - Parameters:
  ///   - chunk: The text.
  ///   - start: Where the window begins: at the chunk's start, or where the window before ended.
  ///   - end: Where the window ends: at a multiple of 64, or at the end of the chunk.
  ///   - state: What the window before handed on; a new one at the chunk's start.
  ///   - way: Which form of the kernel to run.
  mutating func find(
    in chunk: RawSpan, from start: Int, to end: Int, _ state: inout sekisho_text_state, way: Int32
  ) {
    precondition(
      !places.isEmpty && start % 64 == 0 && start <= end && end <= chunk.byteCount
        && end - start <= Self.window)
    // SAFETY: `init` gave each list the room that the kernel asks for, and the precondition checks
    // that the window is no larger than `SEKISHO_SHAPES_WINDOW` and lies within the chunk.
    unsafe chunk.withUnsafeBytes { bytes in
      unsafe names.withUnsafeMutableBufferPointer { names in
        unsafe places.withUnsafeMutableBufferPointer { places in
          guard let text = unsafe bytes.bindMemory(to: UInt8.self).baseAddress,
            let first = places.baseAddress, let firstName = names.baseAddress
          else { return }
          var shapes = unsafe sekisho_text_shapes(
            name_starts: firstName + Self.nameStartList, name_dots: firstName + Self.nameDotList,
            name_ends: firstName + Self.nameEndList, name_count: 0, ends: first + Self.endList,
            end_count: 0, addresses: first + Self.addressList,
            address_places: first + Self.addressPlaceList, address_count: 0,
            dots: first + Self.dotList, dot_count: 0, escaped: first + Self.escapedList,
            escaped_count: 0, labels: first + Self.labelList, label_count: 0,
            digests: first + Self.digestList, digest_count: 0, colons: first + Self.colonList,
            colon_count: 0, specials: first + Self.specialList, special_count: 0)
          unsafe sekisho_find_shapes(text, bytes.count, start, end, &state, &shapes, way)
          nameCount = unsafe shapes.name_count
          endCount = unsafe shapes.end_count
          addressCount = unsafe shapes.address_count
          dotCount = unsafe shapes.dot_count
          escapedCount = unsafe shapes.escaped_count
          labelCount = unsafe shapes.label_count
          digestCount = unsafe shapes.digest_count
          colonCount = unsafe shapes.colon_count
          specialCount = unsafe shapes.special_count
        }
      }
    }
  }
}
