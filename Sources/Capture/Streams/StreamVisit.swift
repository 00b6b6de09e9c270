import Indicators

/// Where a segment is read: its flow and direction, and the target of its requests.
struct StreamVisit {
  var flow: UInt32
  var isFromFirst: Bool
  var target: HTTPTarget
  var isDNSPort: Bool
}

extension StreamVisit {
  /// The visit of a packet's direction.
  init(_ place: FlowPlace, _ item: FlowItem) {
    self.init(
      flow: place.flow, isFromFirst: place.isSourceFirst, target: item.target,
      isDNSPort: item.isDNSPort)
  }

  /// The visit in which a stream's waiting bytes are read.
  init(_ stream: TCPStream) {
    self.init(
      flow: stream.flow, isFromFirst: stream.isFromFirst, target: stream.target,
      isDNSPort: DNSMessage.isRegistered(streamPort: stream.record.sourcePort)
        || DNSMessage.isRegistered(streamPort: stream.record.destinationPort))
  }
}
