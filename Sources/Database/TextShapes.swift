internal import CByteKernels
internal import Parsing

/// The shapes that a kernel found in a window of text, in lists that are made once.
struct TextShapes: Sendable {
  private static let window = Int(SEKISHO_SHAPES_WINDOW)

  private var nameList: [sekisho_text_name]
  /// The other lists, one behind the other.
  private var places: [UInt32]
  private var nameCount = 0
  private var addressCount = 0
  private var dotCount = 0
  private var escapedCount = 0
  private var digestCount = 0
  private var colonCount = 0
  private var specialCount = 0
  /// Behind the last address that was read: dots before it are looked at no more.
  private(set) var addressesDone = 0

  // Where each list begins, by the room that the kernel's header asks for.
  private static let addressList = 0
  private static let addressPlaceList = addressList + window / 4
  private static let dotList = addressPlaceList + window / 4
  private static let escapedList = dotList + window / 2
  private static let digestList = escapedList + window / 2
  private static let colonList = digestList + window / 8
  private static let specialList = colonList + window
  private static let room = specialList + window

  init() {
    nameList = Array(
      repeating: sekisho_text_name(start: 0, dot: 0, end: 0), count: Self.window / 2 + 1)
    places = Array(repeating: 0, count: Self.room)
  }

  /// Without room for anything, while the lists are elsewhere.
  init(empty: Void) {
    nameList = []
    places = []
  }

  /// The ends of names.
  var names: Span<sekisho_text_name> {
    @_lifetime(borrow self) get { nameList.span.extracting(first: nameCount) }
  }

  /// IPv4 addresses.
  var addresses: Span<UInt32> {
    @_lifetime(borrow self) get { list(Self.addressList, addressCount) }
  }

  /// Where the addresses begin.
  var addressPlaces: Span<UInt32> {
    @_lifetime(borrow self) get { list(Self.addressPlaceList, addressCount) }
  }

  /// Dots of what may be addresses.
  var dots: Span<UInt32> { @_lifetime(borrow self) get { list(Self.dotList, dotCount) } }

  /// Where digits begin before which an escape or a percent sign stands.
  var escaped: Span<UInt32> {
    @_lifetime(borrow self) get { list(Self.escapedList, escapedCount) }
  }

  /// A place in each run of hexadecimal digits.
  var digests: Span<UInt32> { @_lifetime(borrow self) get { list(Self.digestList, digestCount) } }

  /// Colons of what may be IPv6 addresses.
  var colons: Span<UInt32> { @_lifetime(borrow self) get { list(Self.colonList, colonCount) } }

  /// Bytes that may not mean themselves.
  var specials: Span<UInt32> {
    @_lifetime(borrow self) get { list(Self.specialList, specialCount) }
  }

  @_lifetime(borrow self)
  private func list(_ start: Int, _ count: Int) -> Span<UInt32> {
    places.span.extracting(start..<start + count)
  }

  /// Finds the shapes of a window of a chunk.
  ///
  /// - Parameters:
  ///   - chunk: The text.
  ///   - start: Where the window begins; a multiple of 64.
  ///   - end: Where it ends.
  ///   - blocks: The blocks of the window, and those before and behind it if the chunk goes on there.
  ///   - firstBlock: The place of the window's first block among them.
  ///   - addressesDone: Dots before it are looked at no more.
  ///   - way: How the kernel does it.
  mutating func find(
    in chunk: RawSpan, from start: Int, to end: Int, _ blocks: [sekisho_text_block],
    firstBlock: Int, addressesDone: Int, way: Int32
  ) {
    precondition(
      !places.isEmpty && end - start <= Self.window
        && blocks.count > firstBlock + (end - start + 63) / 64)
    // SAFETY: each list has the room that the kernel asks for, the window is no larger than it may be, and
    // the blocks that the kernel looks at are there.
    unsafe chunk.withUnsafeBytes { bytes in
      unsafe nameList.withUnsafeMutableBufferPointer { names in
        unsafe places.withUnsafeMutableBufferPointer { places in
          unsafe blocks.withUnsafeBufferPointer { blocks in
            guard let text = unsafe bytes.bindMemory(to: UInt8.self).baseAddress,
              let first = places.baseAddress, let firstName = names.baseAddress,
              let block = blocks.baseAddress
            else { return }
            var shapes = unsafe sekisho_text_shapes(
              names: firstName, name_count: 0, addresses: first + Self.addressList,
              address_places: first + Self.addressPlaceList, address_count: 0,
              dots: first + Self.dotList, dot_count: 0, escaped: first + Self.escapedList,
              escaped_count: 0, digests: first + Self.digestList, digest_count: 0,
              colons: first + Self.colonList, colon_count: 0,
              specials: first + Self.specialList, special_count: 0,
              addresses_done: addressesDone)
            unsafe sekisho_find_shapes(
              text, bytes.count, start, end, block + firstBlock, &shapes, way)
            nameCount = unsafe shapes.name_count
            addressCount = unsafe shapes.address_count
            dotCount = unsafe shapes.dot_count
            escapedCount = unsafe shapes.escaped_count
            digestCount = unsafe shapes.digest_count
            colonCount = unsafe shapes.colon_count
            specialCount = unsafe shapes.special_count
            self.addressesDone = unsafe shapes.addresses_done
          }
        }
      }
    }
  }
}
