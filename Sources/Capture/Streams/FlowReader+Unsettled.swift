import Indicators
import Parsing

/// The first packet of a flow that does not tell who began it: a later one may.
struct UnsettledFlow {
  var item: FlowItem
  /// Its place in the order in which values become known.
  var order: UInt64
  /// What it told.
  var isSourceOriginator: Bool
}

/// TCP whose first packet is no SYN and tells nothing: whose address is the originator's shows when the client or
/// the server speaks, and for sure in a SYN that comes late.
///
/// So the addresses of such a flow are written at the end of the stretch that its first packet is in, as that
/// packet's; where nothing has told by then, the first packet decides. Stretches depend on
/// the capture alone, unless one is overdue. All hits behind that packet wait for them, so no flow is among these whose first packet tells
/// anything: a SYN that contradicts it turns round what is written later.
extension FlowReader {
  /// Whether the addresses of a flow that begins are better written later.
  @inline(__always)
  func isUnsettled(_ item: FlowItem, _ place: FlowPlace) -> Bool {
    guard case .tcp = item.work else { return false }
    return !flows[notes: place.flow].isRoleKnown
  }

  /// Ends a stretch for a group of shards: gives up what was waited for long enough, and writes the addresses of
  /// flows that began in it; false where the batch is full before.
  ///
  /// Of one that is paused nothing, and where it is overdue the addresses alone.
  mutating func settleFlows(
    of stretch: CaptureStretch, _ shards: FlowShards, group: Int, of groupCount: Int
  ) -> Bool {
    if stretch.isPaused, !stretch.isOverdue { return true }
    for index in stride(from: group, to: shards.count, by: groupCount) {
      point(at: UInt8(truncatingIfNeeded: index), of: shards)
      if !stretch.isPaused, !gaps.isEmpty, !passOldGaps() { return false }
      if unsettled.isEmpty { continue }
      var count = 0
      for flow in unsettled {
        if writer.batch.isFull { break }
        writeAddresses(flow)
        count += 1
      }
      if count < unsettled.count {
        unsettled.removeFirst(count)
        return false
      }
      unsettled.removeAll(keepingCapacity: true)
    }
    return true
  }

  private mutating func writeAddresses(_ flow: UnsettledFlow) {
    let item = flow.item
    writer.beginPacket(number: item.number, time: item.time, order: flow.order)
    // A flow that had to make room tells nothing any more.
    let index = flows.find(item.key, item.hash)
    var place = FlowPlace(
      flow: index, isSourceFirst: item.isSourceFirst, isNew: true,
      isSourceOriginator: flow.isSourceOriginator)
    var record = ObservableRecord.noFlow
    // What is known of the flow by now is shown, as in a record of it that is there already.
    var hasOverlap = false
    if index != 0 {
      let notes = flows[notes: index]
      hasOverlap = notes.hasOverlap
      place.isSourceOriginator = item.isSourceFirst == notes.isFirstOriginator
      if notes.batch == writer.serial { record = notes.batchIndex }
    }
    writer.beginFlow(
      FlowSource(
        key: item.key, message: item.message, shard: item.shard,
        isFirstOriginator: item.isSourceFirst == place.isSourceOriginator,
        isForward: place.isSourceOriginator, hasOverlap: hasOverlap),
      index: record)
    writeAddresses(item, place)
    if index != 0 { endRecord(place) }
  }
}
