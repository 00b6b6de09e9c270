import Parsing

/// A batch of observables: the one thing that passes between a source and a lookup.
///
/// A source appends whole records until `isFull`, hands the batch on beside the chunk that its
/// observables point into, and reuses it. `isFull` keeps a batch within the second-level cache; a
/// single record may exceed that, bounded by the limit on a record's length.
public struct ObservableBatch: Sendable {
  /// The values, ordered by record and, within a record, by place.
  public var observables: [Observable] = []
  /// The records that hold the values.
  public var records: [ObservableRecord] = []
  /// The flows that records point at.
  public var flows: [FlowRecord] = []
  /// What records of logs say of the events around their values.
  public var contexts: [EventContext] = []
  /// Bytes of the values that are not in the chunk.
  public var arena: [UInt8] = []
  /// Names of the fields; only grows, so that an index stays valid over many batches.
  public var fields: FieldTable = FieldTable()

  /// The number of observables at which a source should hand the batch on.
  @inlinable
  public static var target: Int { 512 }

  /// An empty batch with room for a usual one.
  public init() {
    observables.reserveCapacity(1024)
    records.reserveCapacity(1024)
    arena.reserveCapacity(32 << 10)
  }

  /// Whether a source should hand the batch on before the next record.
  @inlinable
  public var isFull: Bool {
    observables.count >= Self.target || records.count >= 4 * Self.target || arena.count >= 1 << 20
  }

  /// Empties the batch and keeps its memory and its field names.
  public mutating func removeAll() {
    observables.removeAll(keepingCapacity: true)
    records.removeAll(keepingCapacity: true)
    flows.removeAll(keepingCapacity: true)
    contexts.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
    if fields.isCrowded { fields = FieldTable() }
  }
}

/// The names of the fields that hold values, each stored once.
///
/// The input decides the names (the keys of a JSON object), so their number is limited; a batch
/// starts a new table when this one is crowded.
public struct FieldTable: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [UInt32] = []
  private var slots: [UInt16] = Array(repeating: .max, count: 128)

  /// The most names of a table; all names beyond that share the last one, `…`.
  public static let limit = 60_000

  private static let longestProbe = 32

  /// An empty table.
  public init() {}

  /// Number of names.
  public var count: Int { ends.count }

  /// Whether a new table should be started at the next border between batches.
  public var isCrowded: Bool { ends.count >= 16_384 || bytes.count > 4 << 20 }

  /// The name's index; names beyond the table's limit share the last one, `…`.
  public mutating func intern(_ name: RawSpan) -> UInt16 {
    if ends.count * 2 >= slots.count { grow() }
    var slot = Int(truncatingIfNeeded: Self.hash(name)) & (slots.count - 1)
    // Names made to collide cost one bounded probe and a second copy, never a long walk.
    var probes = 0
    while slots[slot] != .max, probes < Self.longestProbe {
      if isEqual(Int(slots[slot]), name) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
      probes += 1
    }
    if ends.count >= Self.limit { return UInt16(Self.limit - 1) }
    let index = UInt16(ends.count)
    if ends.count == Self.limit - 1 {
      bytes += "\u{2026}".utf8
    } else {
      bytes.append(name)
      if slots[slot] == .max { slots[slot] = index }
    }
    ends.append(UInt32(bytes.count))
    return index
  }

  /// The index of a name known at compile time.
  public mutating func intern(_ name: StaticString) -> UInt16 {
    // SAFETY: a static string's UTF-8 lives as long as the process.
    unsafe intern(
      RawSpan(_unsafeStart: UnsafeRawPointer(name.utf8Start), byteCount: name.utf8CodeUnitCount))
  }

  /// Whether the name at an index is `name`; false if the index has no name.
  public func isName(_ name: StaticString, at index: UInt16) -> Bool {
    guard Int(index) < ends.count else { return false }
    let start = index == 0 ? 0 : Int(ends[Int(index) - 1])
    let length = name.utf8CodeUnitCount
    guard Int(ends[Int(index)]) - start == length else { return false }
    // SAFETY: a static string's UTF-8 lives as long as the process.
    let expected = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(name.utf8Start), byteCount: length)
    return bytes.rawSpan.extracting(start..<start + length).isEqual(to: expected)
  }

  /// The bytes of the name at an index; empty if the index has no name.
  public func name(_ index: UInt16) -> ArraySlice<UInt8> {
    guard Int(index) < ends.count else { return [] }
    let start = index == 0 ? 0 : Int(ends[Int(index) - 1])
    return bytes[start..<Int(ends[Int(index)])]
  }

  private func isEqual(_ index: Int, _ name: RawSpan) -> Bool {
    let start = index == 0 ? 0 : Int(ends[index - 1])
    guard Int(ends[index]) - start == name.byteCount else { return false }
    for offset in name.byteOffsets where bytes[start + offset] != name.byte(at: offset) {
      return false
    }
    return true
  }

  private static func hash(_ name: RawSpan) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for offset in name.byteOffsets {
      hash = (hash ^ UInt64(name.byte(at: offset))) &* 0x0000_0100_0000_01b3
    }
    return hash ^ (hash >> 29)
  }

  private mutating func grow() {
    slots = Array(repeating: .max, count: slots.count * 2)
    var start = 0
    for index in ends.indices {
      let end = Int(ends[index])
      let name = bytes[start..<end]
      var slot = Int(
        truncatingIfNeeded: unsafe name.withUnsafeBytes { unsafe Self.hash($0.bytes) })
      slot &= slots.count - 1
      var probes = 0
      while slots[slot] != .max, probes < Self.longestProbe {
        slot = (slot + 1) & (slots.count - 1)
        probes += 1
      }
      if slots[slot] == .max { slots[slot] = UInt16(index) }
      start = end
    }
  }
}
