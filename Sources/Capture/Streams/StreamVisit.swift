import Indicators

/// Where a segment is read: its flow and direction, and the target of its requests.
struct StreamVisit {
  var side: FlowSide
  var target: HTTPTarget
  var isDNSPort: Bool
}

extension StreamVisit {
  var flow: UInt32 { side.flow }

  /// The visit of a packet's direction.
  init(_ place: FlowPlace, _ item: FlowItem) {
    self.init(
      side: place.side, target: item.target, isDNSPort: item.isDNSPort)
  }

  /// The visit in which a stream's waiting bytes are read.
  init(_ stream: TCPStream) {
    self.init(
      side: stream.side, target: stream.target,
      isDNSPort: DNSMessage.isRegistered(streamPort: stream.record.sourcePort)
        || DNSMessage.isRegistered(streamPort: stream.record.destinationPort))
  }
}
