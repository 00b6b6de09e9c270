import Indicators
import Parsing

/// The paths of fields met so far, each with its class, found again by parent and key.
///
/// A record's keys come in the order of the record before it, so each path remembers which path
/// followed it: most look-ups are one comparison of the key's bytes. The others go to an open
/// addressing table whose hash is seeded at each start of the process; nothing in the output
/// depends on it. Input decides the keys, so the table starts anew when it is crowded
/// (`isCrowded`), at a border between records.
struct FieldPaths: Sendable {
  /// A path's number; 0 is the root, whose name is `text`.
  typealias ID = Int32

  static let root: ID = 0

  /// Bytes of the longest name of a field; a longer one is cut.
  static let longestName = 512

  struct Entry: Sendable {
    var parent: ID
    /// Where the key is in `keys`.
    var keyStart: Int32
    var keyEnd: Int32
    /// The path that followed this one the last time.
    var next: ID = 0
    /// The epoch, and so the batch, for whose field table `field` holds.
    var epoch: UInt32 = 0
    var field: UInt16 = 0
    var fieldClass: FieldClass
    /// What rules may know about the key.
    var look: PlainKey.Look = []
    /// The path that a port and its address share; 0 until asked for.
    var stem: ID = 0
    /// The path shared by dotted keys with the same components before the last; 0 until asked for.
    var prefix: ID = 0
    /// The port seen under this path as a stem, and in which object.
    var port: UInt16 = 0
    var portOwner: UInt32 = 0
    /// The address seen last under this path as a stem, how many there were, and in which record.
    var address: Int32 = -1
    var addresses: UInt32 = 0
    var addressOwner: UInt32 = 0
  }

  private(set) var entries: [Entry] = []
  private var keys: [UInt8] = []
  /// A name being made.
  private var scratch: [UInt8] = []
  private var slots: [ID] = []
  private let seed: UInt64
  /// Counts calls of `newEpoch`: an entry's `field` is of the current batch only.
  private var epoch: UInt32 = 1
  /// Counts how often the table was started anew; code that remembers a path's number must compare
  /// it.
  private(set) var generation: UInt32 = 0
  /// The object of which an address was noted last.
  private var notedOwner: UInt32 = 0

  init() {
    var generator = SystemRandomNumberGenerator()
    seed = generator.next() | 1
    restart()
  }

  /// Whether the table should be started anew at the next border between records.
  var isCrowded: Bool { entries.count > 8192 || keys.count > 1 << 20 }

  /// Forgets all paths but the root.
  mutating func restart() {
    generation &+= 1
    if entries.capacity > 1 << 15 { entries = [] } else { entries.removeAll(keepingCapacity: true) }
    keys.removeAll(keepingCapacity: keys.capacity <= 1 << 21)
    if slots.count < 256 || slots.count > 1 << 15 {
      slots = Array(repeating: -1, count: 256)
    } else {
      for slot in slots.indices { slots[slot] = -1 }
    }
    entries.append(Entry(parent: -1, keyStart: 0, keyEnd: 0, fieldClass: .text))
  }

  /// Forgets which numbers the batch's field table gave to the paths.
  mutating func newEpoch() {
    epoch &+= 1
    if epoch == 0 {
      for index in entries.indices { entries[index].epoch = 0 }
      epoch = 1
    }
  }

  /// The path of a key under another path, given the path that was looked up before.
  @inline(__always)
  mutating func child(of parent: ID, key: RawSpan, after previous: ID) -> ID {
    let guess = entries[Int(previous)].next
    if entries[Int(guess)].parent == parent, isEqual(guess, key) { return guess }
    let found = child(of: parent, key: key)
    entries[Int(previous)].next = found
    return found
  }

  /// The path of a key under another path.
  mutating func child(of parent: ID, key: RawSpan) -> ID {
    var slot = hash(parent, key) & (slots.count - 1)
    while slots[slot] >= 0 {
      let id = slots[slot]
      if entries[Int(id)].parent == parent, isEqual(id, key) { return id }
      slot = (slot + 1) & (slots.count - 1)
    }
    let id = ID(entries.count)
    let above = entries[Int(parent)]
    let look = PlainKey.look(key)
    // The root has no key, and so no traits to hand on.
    let inherited = parent == Self.root ? [] : above.fieldClass.traits
    let isBelowPlain =
      !above.look.contains(.word)
      && (above.parent <= 0 || !entries[Int(above.parent)].look.contains(.word))
    let fieldClass: FieldClass
    if isBelowPlain, look.isEmpty {
      fieldClass = FieldClass(plainBelow: inherited)
    } else if isBelowPlain, !look.contains(.word) {
      fieldClass = FieldClass(plainBelow: inherited, isPort: KeyStem(key).isPort)
    } else {
      fieldClass = FieldClass(
        // The keys of the root are empty.
        key: key, parent: keyBytes(of: parent), grandparent: keyBytes(of: max(0, above.parent)),
        inherited: inherited)
    }
    let start = Int32(keys.count)
    keys.append(key, 0..<key.byteCount)
    entries.append(
      Entry(
        parent: parent, keyStart: start, keyEnd: Int32(keys.count), fieldClass: fieldClass,
        look: look))
    slots[slot] = id
    if entries.count * 2 > slots.count { grow() }
    return id
  }

  /// The path of a field that a format names.
  mutating func name(_ name: StaticString) -> FieldPaths.ID {
    // SAFETY: a static string's UTF-8 lives as long as the process.
    let key = unsafe RawSpan(
      _unsafeStart: UnsafeRawPointer(name.utf8Start), byteCount: name.utf8CodeUnitCount)
    return child(of: Self.root, key: key)
  }

  /// The class of a path.
  @inline(__always)
  func fieldClass(_ id: ID) -> FieldClass { entries[Int(id)].fieldClass }

  /// The path above a path.
  func parent(of id: ID) -> ID { entries[Int(id)].parent }

  /// Whether the fields below a path describe something other than the event of the record at
  /// `top`: the root, or the list that the record is an element of.
  func isApart(_ id: ID, in top: ID) -> Bool {
    guard fieldClass(id).traits.contains(.isApart) else { return false }
    var id = id
    while id != top, id != Self.root {
      if fieldClass(id).traits.contains(.isApartItself) { return true }
      id = parent(of: id)
    }
    return false
  }

  /// Whether a path, and each above it up to `top`, holds the whole record.
  func isRecord(_ id: ID, in top: ID) -> Bool {
    var id = id
    while id != top, id != Self.root {
      guard fieldClass(id).traits.contains(.isRecord) else { return false }
      id = parent(of: id)
    }
    return true
  }

  /// The number of a path's name in the batch's field table.
  @inline(__always)
  mutating func field(_ id: ID, in batch: inout ObservableBatch) -> UInt16 {
    let index = Int(id)
    if entries[index].epoch == epoch { return entries[index].field }
    return internField(index, in: &batch)
  }

  private mutating func internField(_ index: Int, in batch: inout ObservableBatch) -> UInt16 {
    let entry = entries[index]
    let field: UInt16
    if entry.parent == Self.root, Int(entry.keyEnd - entry.keyStart) <= Self.longestName {
      field = batch.fields.intern(
        keys.rawSpan.extracting(Int(entry.keyStart)..<Int(entry.keyEnd)))
    } else {
      scratch.removeAll(keepingCapacity: true)
      appendName(ID(index), to: &scratch)
      field = batch.fields.intern(scratch.rawSpan)
    }
    entries[index].field = field
    entries[index].epoch = epoch
    return field
  }

  /// A path's name: its keys joined by `.`, and `text` for the root.
  func name(_ id: ID) -> [UInt8] {
    var name: [UInt8] = []
    appendName(id, to: &name)
    return name
  }

  private func appendName(_ id: ID, to name: inout [UInt8]) {
    if id == Self.root {
      name.append(contentsOf: "text".utf8)
      return
    }
    // The keys are written from the last to the first, so all lengths must be known before.
    var length = -1
    var current = id
    while current > Self.root {
      let entry = entries[Int(current)]
      length += Int(entry.keyEnd - entry.keyStart) + 1
      current = entry.parent
    }
    let start = name.count
    // The part that is cut off is not even read: one long key may be above many others.
    let kept = min(length, Self.longestName)
    name.append(contentsOf: repeatElement(Byte.dot, count: kept))
    var end = length
    current = id
    while current > Self.root {
      let entry = entries[Int(current)]
      let first = end - Int(entry.keyEnd - entry.keyStart)
      for place in max(0, first)..<max(first, min(end, kept)) {
        name[start + place] = keys[Int(entry.keyStart) + place - first]
      }
      end = first - 1
      current = entry.parent
    }
    if length > kept { name.append(contentsOf: "…".utf8) }
  }

  /// Whether the last key of a path is a word, as it is written.
  func isKey(_ id: ID, _ word: StaticString) -> Bool {
    let key = keyBytes(of: id)
    return key.isWord(0..<key.byteCount, word)
  }

  /// The last key of a path, in lower case, letters and digits only.
  func key(of id: ID) -> String { KeyName(keyBytes(of: id)).plain }

  // MARK: Ports and their addresses

  /// The path that stands for the stem of a port's or an address's name under its parent.
  mutating func stem(of id: ID) -> ID {
    if entries[Int(id)].stem > 0 { return entries[Int(id)].stem }
    var name = scratch
    scratch = []
    defer { scratch = name }
    name.removeAll(keepingCapacity: true)
    // A byte that no JSON key can hold unescaped keeps stems apart from keys.
    name.append(0)
    KeyStem(keyBytes(of: id)).append(to: &name)
    let stem = child(of: entries[Int(id)].parent, key: name.rawSpan)
    entries[Int(id)].stem = stem
    return stem
  }

  /// The path that stands for the components before the last of a key that is written as a path.
  mutating func prefix(of id: ID) -> ID {
    if entries[Int(id)].prefix > 0 { return entries[Int(id)].prefix }
    let name = prefixName(of: id)
    let prefix = child(of: entries[Int(id)].parent, key: name.rawSpan)
    entries[Int(id)].prefix = prefix
    return prefix
  }

  /// A name for the components before the last of a key; no JSON key and no stem begins like it.
  private func prefixName(of id: ID) -> [UInt8] {
    let key = keyBytes(of: id)
    var name: [UInt8] = [0, 0]
    name.append(key, 0..<(key.lastOffset(of: Byte.dot) ?? 0))
    return name
  }

  /// Notes a port of the object with a serial number; the first of several counts.
  mutating func setPort(_ port: UInt16, of id: ID, owner: UInt32) {
    let stem = Int(stem(of: id))
    guard entries[stem].portOwner != owner else { return }
    entries[stem].portOwner = owner
    entries[stem].port = port
  }

  /// The port that belongs to an address in the object with a serial number, or 0.
  mutating func port(forAddress id: ID, owner: UInt32) -> UInt16 {
    let stem = Int(stem(of: id))
    return entries[stem].portOwner == owner ? entries[stem].port : 0
  }

  /// Notes the index of an address among the fields of a line; returns the index of the address
  /// that waited for a port before, or -1.
  mutating func noteAddress(_ index: Int, of id: ID, owner: UInt32) -> Int {
    notedOwner = owner
    let stem = Int(stem(of: id))
    if entries[stem].addressOwner != owner {
      entries[stem].addressOwner = owner
      entries[stem].addresses = 0
      entries[stem].address = -1
    }
    defer { entries[stem].address = Int32(truncatingIfNeeded: index) }
    entries[stem].addresses += 1
    return Int(entries[stem].address)
  }

  /// Takes the last address that waits for a port; -1 if there is none.
  mutating func takeAddress(forPort id: ID, owner: UInt32) -> Int {
    let stem = Int(stem(of: id))
    guard entries[stem].addressOwner == owner else { return -1 }
    defer { entries[stem].address = -1 }
    return Int(entries[stem].address)
  }

  /// Whether no other address of the record has the same stem.
  mutating func isOnlyAddress(_ id: ID, owner: UInt32) -> Bool {
    guard notedOwner == owner else { return false }
    let stem = Int(stem(of: id))
    return entries[stem].addressOwner == owner && entries[stem].addresses == 1
  }

  // MARK: Table

  @_lifetime(borrow self)
  private func keyBytes(of id: ID) -> RawSpan {
    let entry = entries[Int(id)]
    return keys.rawSpan.extracting(Int(entry.keyStart)..<Int(entry.keyEnd))
  }

  @inline(__always)
  private func isEqual(_ id: ID, _ key: RawSpan) -> Bool {
    let entry = entries[Int(id)]
    let start = Int(entry.keyStart)
    let count = Int(entry.keyEnd) - start
    guard count == key.byteCount else { return false }
    let known = keys.rawSpan
    var index = 0
    while count - index >= 8 {
      if known.littleEndianUInt64(unchecked: start + index)
        != key.littleEndianUInt64(unchecked: index)
      {
        return false
      }
      index += 8
    }
    while index < count {
      if known.byte(unchecked: start + index) != key.byte(unchecked: index) { return false }
      index += 1
    }
    return true
  }

  private func hash(_ parent: ID, _ key: RawSpan) -> Int {
    var hash = seed ^ (UInt64(truncatingIfNeeded: parent) &* 0x9e37_79b9_7f4a_7c15)
    for offset in key.byteOffsets {
      hash = (hash ^ UInt64(key.byte(unchecked: offset))) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
    }
    return Int(truncatingIfNeeded: hash & 0x7fff_ffff)
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for index in entries.indices.dropFirst() {
      var slot = hash(entries[index].parent, keyBytes(of: ID(index))) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = ID(index)
    }
  }
}
