import CByteKernels
import Indicators

/// The part of a flow that every packet touches: one cache line.
struct Flow {
  /// Parts of the key: the upper halves of both addresses (all of an IPv4 address), ports and kind.
  fileprivate var firstHigh: UInt64
  fileprivate var secondHigh: UInt64
  fileprivate var ports: UInt32
  fileprivate var kind: FlowKind
  /// When the flow was last used, as a value of the table's `clock`.
  fileprivate var used: UInt64
  /// Bytes from the end that comes first in the key, and bytes from the other end.
  var first = FlowDirection()
  var second = FlowDirection()

  fileprivate init(_ key: FlowKey, used: UInt64) {
    firstHigh = key.first.high
    secondHigh = key.second.high
    ports = key.ports
    kind = key.kind
    self.used = used
  }

  /// The direction of a packet from the first end, or from the second.
  subscript(isFromFirst isFromFirst: Bool) -> FlowDirection {
    @inline(__always)
    get { isFromFirst ? first : second }
    @inline(__always)
    set { if isFromFirst { first = newValue } else { second = newValue } }
  }
}

/// The rest of what is known of a flow, for packets that may hold something wanted.
struct FlowNotes {
  /// Parts of the key: the lower halves of both addresses, which only IPv6 has.
  fileprivate var firstLow: UInt64
  fileprivate var secondLow: UInt64
  /// The serial number of the last batch with the flow's record, and the record's index in it.
  var batch: UInt32 = 0
  var batchIndex: UInt32 = 0
  /// The end that comes first in the key began the flow.
  var isFirstOriginator = true
  /// The evidence for `isFirstOriginator`.
  var evidence = OriginEvidence.order
  /// Packets of the flow disagreed about some bytes.
  var hasOverlap = false
  /// Bytes of the flow were given up, so bytes before the next one may never have been read.
  var hasHole = false
  /// The flow's slot in `SearchTails`, which keeps its streams' last bytes; 0 if it has none.
  var tail: UInt32 = 0

  /// The originator is known by a SYN or by a protocol's roles, not only by being first.
  var isRoleKnown: Bool { evidence != .order }

  fileprivate init(_ key: FlowKey) {
    firstLow = key.first.low
    secondLow = key.second.low
  }
}

/// The flows seen lately, found by key; the one used least recently makes room.
///
/// Layout, in one piece of memory (`FlowTablePlan`):
/// - `entries`: dense, 64 bytes each. Indices count from 1; 0 is no flow.
/// - `notes`: 32 bytes each, at the same indices.
/// - The ring of `ages`, which finds the flow used least recently.
/// - `slots`: a hash table with open addressing and linear probing. Their number is a power of two,
///   at least twice that of the flows.
///
/// The upper half of a slot holds the upper 32 bits of the hash, so that a probe touches an entry
/// only if it is very probably the right one; the lower half holds the entry's index. The lowest of
/// the 32 hash bits are the slot where the run begins, so a slot is freed by moving later slots of
/// the run back, without a look at any entry, and runs hold no gaps. The hash is seeded per table,
/// so nobody can write a capture whose flows all collide; no output depends on the seed.
@safe
struct FlowTable: ~Copyable {
  private var entries: UnsafeMutablePointer<Flow>
  private var notes: UnsafeMutablePointer<FlowNotes>
  private var slots: UnsafeMutablePointer<UInt64>
  private var mask: Int
  private let limit: Int
  private let seed: UInt64
  private var ages: FlowAges
  /// Where the memory comes from, the piece that holds all of these, and its layout.
  private let memory: TableMemory
  private var base: UnsafeMutableRawPointer
  private var plan: FlowTablePlan
  /// How often a flow was used or added.
  private var clock: UInt64 = 0
  /// Flows in the table.
  private(set) var count = 0
  /// Flows seen, forgotten ones included.
  private(set) var total: UInt64 = 0
  /// Flows forgotten for want of room.
  private(set) var evictions: UInt64 = 0

  init(
    limit: Int, seed: UInt64 = .random(in: .min ... .max), memory: TableMemory = TableMemory()
  ) {
    self.limit = max(1, min(limit, 1 << 30))
    self.seed = seed
    self.memory = memory
    plan = FlowTablePlan(min(64, self.limit))
    mask = plan.slotCount - 1
    // SAFETY: the plan says how much memory there is, and where in it each table is.
    unsafe base = memory.allocate(plan.byteCount)
    unsafe entries = plan.entries(base)
    unsafe notes = plan.notes(base)
    unsafe slots = plan.slots(base)
    unsafe slots.initialize(repeating: 0, count: plan.slotCount)
    ages = unsafe FlowAges(plan.ring(base), capacity: plan.ringCount)
  }

  // SAFETY: the piece is of the length that the plan says, and of this memory.
  deinit { unsafe memory.free(base, plan.byteCount) }

  /// The flow at an index that `find` gave out since the last insertion.
  subscript(_ index: UInt32) -> Flow {
    @inline(__always)
    _read {
      assert(index > 0 && index <= count)
      // SAFETY: indices come from `find`, which gives out 1...count.
      yield unsafe entries[Int(index)]
    }
    @inline(__always)
    _modify {
      assert(index > 0 && index <= count)
      // SAFETY: as above.
      yield unsafe &entries[Int(index)]
    }
  }

  /// A flow's direction.
  subscript(side: FlowSide) -> FlowDirection {
    @inline(__always)
    get { self[side.flow][isFromFirst: side.isFromFirst] }
    @inline(__always)
    set { self[side.flow][isFromFirst: side.isFromFirst] = newValue }
  }

  /// The direction that is visited.
  subscript(visit: StreamVisit) -> FlowDirection {
    @inline(__always)
    get { self[visit.side] }
    @inline(__always)
    set { self[visit.side] = newValue }
  }

  /// The direction that a stream is of.
  subscript(stream: TCPStream) -> FlowDirection {
    @inline(__always)
    get { self[stream.side] }
    @inline(__always)
    set { self[stream.side] = newValue }
  }

  /// What is known besides of the flow at an index.
  subscript(notes index: UInt32) -> FlowNotes {
    @inline(__always)
    _read {
      assert(index > 0 && index <= count)
      // SAFETY: as above.
      yield unsafe notes[Int(index)]
    }
    @inline(__always)
    _modify {
      assert(index > 0 && index <= count)
      // SAFETY: as above.
      yield unsafe &notes[Int(index)]
    }
  }

  /// The key of a flow.
  func key(_ index: UInt32) -> FlowKey {
    let (flow, notes) = (self[index], self[notes: index])
    return FlowKey(
      first: IPAddress(high: flow.firstHigh, low: notes.firstLow),
      second: IPAddress(high: flow.secondHigh, low: notes.secondLow), ports: flow.ports,
      kind: flow.kind)
  }

  /// A flow in place, until the next insertion.
  @unsafe
  @inline(__always)
  func pointer(_ index: UInt32) -> UnsafeMutablePointer<Flow> {
    assert(index > 0 && index <= count)
    // SAFETY: as above.
    return unsafe entries + Int(index)
  }

  /// A key's hash, for `find` and `insert`.
  @inline(__always)
  func hash(_ key: FlowKey) -> UInt64 { key.hash(seed) }

  /// The slot in which a hash's run begins; a slot's value, which has the same upper half, will do.
  @inline(__always)
  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 32) & mask }

  /// Prefetches the memory that `find` touches for a hash.
  ///
  /// Step 0 fetches the slot, any other step the flow that the slot probably names.
  @inline(__always)
  func prefetch(_ hash: UInt64, _ step: Int) {
    let slot = home(hash)
    // SAFETY: slots are masked, and their indices are those of entries.
    if step == 0 {
      unsafe sekisho_prefetch(slots + slot)
      // A run may go on in the next line.
      return unsafe sekisho_prefetch(slots + ((slot &+ 4) & mask))
    }
    unsafe sekisho_prefetch(entries + Int(UInt32(truncatingIfNeeded: slots[slot])))
  }

  /// Whether the next new flow makes the oldest one be forgotten.
  var isFull: Bool { count == limit }

  /// The index of the flow with a key, which counts as used now; 0 if it is not known.
  @inline(__always)
  mutating func find(_ key: FlowKey, _ hash: UInt64) -> UInt32 {
    var slot = home(hash)
    // SAFETY: slots are masked; at most half of them are in use, so an empty one ends the loop;
    // their indices are those of entries.
    while true {
      let value = unsafe slots[slot]
      if value == 0 { break }
      if value >> 32 == hash >> 32 {
        let index = UInt32(truncatingIfNeeded: value)
        if isFlow(index, key) {
          clock &+= 1
          unsafe entries[Int(index)].used = clock
          return index
        }
      }
      slot = (slot &+ 1) & mask
    }
    return 0
  }

  /// Whether the flow at an index has a key.
  @inline(__always)
  private func isFlow(_ index: UInt32, _ key: FlowKey) -> Bool {
    // SAFETY: the caller's index is that of an entry.
    let flow = unsafe entries + Int(index)
    let ends =
      unsafe (flow.pointee.firstHigh ^ key.first.high)
      | (flow.pointee.secondHigh ^ key.second.high)
    let rest =
      unsafe (flow.pointee.ports ^ key.ports) | (flow.pointee.kind.rawValue ^ key.kind.rawValue)
    if ends | UInt64(rest) != 0 { return false }
    // The equal kinds hold the version, and IPv4 addresses have no lower halves.
    if key.version == 4 { return true }
    let lows = unsafe notes + Int(index)
    return unsafe lows.pointee.firstLow == key.first.low
      && lows.pointee.secondLow == key.second.low
  }

  /// The index of the flow used least recently; 0 if there are no flows.
  mutating func oldest() -> UInt32 {
    while let age = ages.first {
      // SAFETY: ages hold indices of entries.
      let used = unsafe entries[Int(age.index)].used
      if used == age.used { return age.index }
      ages.correctFirst(used)
    }
    return 0
  }

  /// Adds a flow that `find` does not know.
  @inline(never)
  mutating func insert(_ key: FlowKey, _ hash: UInt64) -> UInt32 {
    total &+= 1
    clock &+= 1
    let index: UInt32
    if count == limit {
      index = oldest()
      if let age = ages.takeFirst() { removeSlot(of: index, home(UInt64(age.hash) << 32)) }
      evictions &+= 1
      fetchOldest()
    } else {
      if count == plan.capacity { grow() }
      count += 1
      index = UInt32(count)
      fetchNext()
    }
    // SAFETY: `index` is at least 1 and at most `capacity`, and there is room for these indices.
    unsafe entries[Int(index)] = Flow(key, used: clock)
    unsafe notes[Int(index)] = FlowNotes(key)
    ages.append(
      FlowAge(used: clock, index: index, hash: UInt32(truncatingIfNeeded: hash >> 32)))
    place(hash, index)
    return index
  }

  /// Prefetches the memory that the flow after the next will be written to.
  @inline(__always)
  private func fetchNext() {
    let next = min(count &+ 2, plan.capacity)
    // SAFETY: indices of flows are at most the capacity.
    unsafe sekisho_prefetch(entries + next)
    unsafe sekisho_prefetch(notes + next)
  }

  /// Prefetches the memory that forgetting the next flows will touch.
  private func fetchOldest() {
    // SAFETY: ages hold indices of entries; slots are masked.
    if let age = ages.upcoming(2) { unsafe sekisho_prefetch(slots + home(UInt64(age.hash) << 32)) }
    if let age = ages.upcoming(4) {
      unsafe sekisho_prefetch(entries + Int(age.index))
      unsafe sekisho_prefetch(notes + Int(age.index))
    }
  }

  private mutating func place(_ hash: UInt64, _ index: UInt32) {
    var slot = home(hash)
    // SAFETY: slots are masked.
    while unsafe slots[slot] != 0 { slot = (slot &+ 1) & mask }
    unsafe slots[slot] = hash & 0xffff_ffff_0000_0000 | UInt64(index)
  }

  /// Frees the slot of an entry and closes the gap (Knuth, volume 3, 6.4, algorithm R).
  private mutating func removeSlot(of index: UInt32, _ home: Int) {
    // SAFETY: slots are masked, and their indices are those of entries.
    var slot = home
    while unsafe UInt32(truncatingIfNeeded: slots[slot]) != index {
      // The entry has a slot; an empty one before it would mean that it was never placed.
      assert(unsafe slots[slot] != 0)
      slot = (slot &+ 1) & mask
    }
    var gap = slot
    while true {
      slot = (slot &+ 1) & mask
      let value = unsafe slots[slot]
      if value == 0 { break }
      // An entry may move to the gap unless its home lies after the gap.
      if (slot &- self.home(value)) & mask >= (slot &- gap) & mask {
        unsafe slots[gap] = value
        gap = slot
      }
    }
    unsafe slots[gap] = 0
  }

  /// Makes room for four times as many flows; from 4096 flows on, only for twice as many.
  ///
  /// So no large pages are taken for flows that may never come.
  private mutating func grow() {
    let (oldBase, oldPlan) = unsafe (base, plan)
    let (oldSlots, oldCount) = unsafe (slots, plan.slotCount)
    plan = FlowTablePlan(min(plan.capacity * (plan.capacity < 4096 ? 4 : 2), limit))
    // SAFETY: both plans have room for 1...count; entries, notes and slots are trivial.
    unsafe base = memory.allocate(plan.byteCount)
    unsafe (plan.entries(base) + 1).initialize(from: entries + 1, count: count)
    unsafe (plan.notes(base) + 1).initialize(from: notes + 1, count: count)
    unsafe entries = plan.entries(base)
    unsafe notes = plan.notes(base)
    unsafe ages.move(to: plan.ring(base), capacity: plan.ringCount)
    unsafe slots = plan.slots(base)
    mask = plan.slotCount - 1
    unsafe slots.initialize(repeating: 0, count: plan.slotCount)
    for slot in 0..<oldCount {
      // SAFETY: there were `oldCount` old slots.
      let value = unsafe oldSlots[slot]
      if value != 0 { place(value, UInt32(truncatingIfNeeded: value)) }
    }
    unsafe memory.free(oldBase, oldPlan.byteCount)
  }
}
