import Indicators
import Parsing

/// The first packet of a flow that does not tell who began it: a later one may.
struct UnsettledFlow {
  var item: FlowItem
  /// Its place in the order in which values become known.
  var order: UInt64
  /// Whether the source began the flow, as far as the packet told.
  var isSourceOriginator: Bool
}

/// TCP flows whose first packet is no SYN and does not tell who began them.
///
/// Who the originator is shows when the client or the server speaks, and for sure in a SYN that
/// comes late. So the addresses of such a flow are written at the end of the stretch with its first
/// packet, as that packet's. If nothing has told by then, the first packet decides. Stretches
/// depend on the capture alone, unless one is overdue.
///
/// All hits behind the first packet wait for these addresses. So a flow is not among these if its
/// first packet tells anything: a SYN that contradicts it turns round only what is written later.
extension FlowReader {
  /// Whether the addresses of a new flow are better written at the end of the stretch.
  @inline(__always)
  func isUnsettled(_ item: FlowItem, _ place: FlowPlace) -> Bool {
    guard case .tcp = item.work else { return false }
    return !flows[notes: place.flow].isRoleKnown
  }

  /// Ends a stretch for a group of shards; false if the batch is full before all is written.
  ///
  /// Gives up gaps that were waited for long enough, and writes the addresses of flows that began
  /// in the stretch. For a paused stretch nothing is done; if it is also overdue, only the
  /// addresses are written.
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
    // A flow that was forgotten to make room tells nothing any more.
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

  /// Decides who began a flow by what several segments tell together, as each by itself does not.
  mutating func settle(_ role: Role, _ visit: StreamVisit) {
    guard role != .unknown, !flows[notes: visit.flow].isRoleKnown else { return }
    let isFirstOriginator = visit.side.isFromFirst == (role == .client)
    flows[notes: visit.flow].evidence = .role
    guard isFirstOriginator != flows[notes: visit.flow].isFirstOriginator else { return }
    flows[notes: visit.flow].isFirstOriginator = isFirstOriginator
    flows[notes: visit.flow].batch = 0
    turnStreamsRound(visit.flow)
    writer.turnRound()
  }

  /// Shows what the streams of a flow still hold from the other end's side.
  @inline(never)
  mutating func turnStreamsRound(_ flow: UInt32) {
    for direction in [flows[flow].first, flows[flow].second] where direction.stream != 0 {
      streams[direction.stream].record.turnRound()
    }
  }
}
