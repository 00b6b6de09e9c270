/// One direction of a flow among those of its shard.
struct FlowSide: Equatable {
  var flow: UInt32
  /// Its bytes come from the end that comes first in the flow's key.
  var isFromFirst: Bool

  @inline(__always)
  init(flow: UInt32, isFromFirst: Bool) {
    self.flow = flow
    self.isFromFirst = isFromFirst
  }

  /// The direction that answers it.
  var other: FlowSide {
    @inline(__always) get { FlowSide(flow: flow, isFromFirst: !isFromFirst) }
  }
}
