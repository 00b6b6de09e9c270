import CByteKernels

/// The items of one stretch, a list for each group of flows, in memory that is used again.
///
/// Plain pointers, since the dealer adds to a list for every packet: an array of arrays would check
/// six times a packet whether its storage is shared. Sendable because one thread fills the lists
/// before any other reads them.
@safe
final class FlowItemLists: @unchecked Sendable {
  @unsafe
  private struct List {
    var start: UnsafeMutablePointer<FlowItem>
    var count: Int
    var capacity: Int
  }

  let groupCount: Int
  private let lists: UnsafeMutablePointer<List>

  init(groupCount: Int) {
    self.groupCount = groupCount
    unsafe lists = .allocate(capacity: groupCount)
    for group in 0..<groupCount {
      // SAFETY: `groupCount` lists were allocated.
      unsafe (lists + group).initialize(
        to: List(start: .allocate(capacity: 64), count: 0, capacity: 64))
    }
  }

  deinit {
    // SAFETY: items are trivial, and every list has memory.
    for group in 0..<groupCount { unsafe lists[group].start.deallocate() }
    unsafe lists.deallocate()
  }

  /// Empties all lists.
  func removeAll() {
    // SAFETY: as above.
    for group in 0..<groupCount { unsafe lists[group].count = 0 }
  }

  /// Adds an item to the list of a group, which is below `groupCount`.
  @inline(__always)
  func append(_ item: FlowItem, to group: Int) {
    assert(group >= 0 && group < groupCount)
    // SAFETY: the group is one of the lists, and a list holds less than its capacity when it is added to.
    let list = unsafe lists + group
    if unsafe list.pointee.count == list.pointee.capacity { grow(group) }
    unsafe (list.pointee.start + list.pointee.count).initialize(to: item)
    unsafe list.pointee.count &+= 1
  }

  /// Changes the `work` of the last item of a group, whose list must not be empty.
  func changeLast(to work: FlowItem.Work, of group: Int) {
    precondition(group >= 0 && group < groupCount)
    // SAFETY: the group is one of the lists, and the item one of those added to it.
    let list = unsafe lists + group
    precondition(unsafe list.pointee.count > 0)
    unsafe list.pointee.start[list.pointee.count &- 1].work = work
  }

  @inline(never)
  private func grow(_ group: Int) {
    // SAFETY: the old memory holds `count` trivial items, and the new has room for twice as many.
    let list = unsafe lists + group
    let moved = unsafe UnsafeMutablePointer<FlowItem>.allocate(
      capacity: 2 * list.pointee.capacity)
    unsafe moved.initialize(from: list.pointee.start, count: list.pointee.count)
    unsafe list.pointee.start.deallocate()
    unsafe list.pointee.start = moved
    unsafe list.pointee.capacity *= 2
  }

  /// Prefetches an item of a group, which another core wrote.
  @inline(__always)
  func prefetch(_ index: Int, of group: Int) {
    precondition(group >= 0 && group < groupCount)
    // SAFETY: the group is one of the lists; a hint, for which the address need not be readable.
    let item = unsafe UnsafeRawPointer(lists[group].start + index)
    unsafe sekisho_prefetch(item)
    unsafe sekisho_prefetch(item + 64)
  }

  /// The items of a group.
  @_lifetime(borrow self)
  func items(of group: Int) -> Span<FlowItem> {
    precondition(group >= 0 && group < groupCount)
    // SAFETY: the list holds `count` items, and nothing is added while they are read.
    return unsafe _overrideLifetime(
      Span(_unsafeStart: lists[group].start, count: lists[group].count), borrowing: self)
  }
}
