import Indicators

/// One direction of a flow whose last bytes are kept for the search.
struct SearchStream: Equatable {
  var shard: UInt8
  /// The flow's slot in `SearchTails`.
  var slot: UInt32
  var isFromFirst: Bool
}

/// A piece of payload among those that are searched together, by offsets in their memory.
struct SearchPiece {
  /// Where strings found in the piece may begin: in the last bytes of its stream before the piece.
  var first: Int
  var start: Int
  /// Strings found in the piece begin before this.
  var last: Int
  var end: Int
  var origin: SearchOrigin
  /// The stream of the piece's bytes, and where they are in it; nil for a datagram.
  var place: SearchPlace?
  /// The flow's packets turned out to disagree.
  var hasOverlap = false
}

/// Where bytes are in a stream.
struct SearchPlace {
  /// How they came.
  enum Coming: UInt8 {
    /// As the next ones.
    case next
    /// Once more, where bytes were read; strings in those were found then.
    case again
    /// As another version of bytes, or where none were read.
    case version
  }

  var side: FlowSide
  var sequence: SequenceNumber
  var shard: UInt8
  var coming: Coming

  /// A number for the direction, unique in its shard.
  var direction: UInt64 { UInt64(side.flow) << 1 | (side.isFromFirst ? 1 : 0) }
}

/// What a record is made from if anything is found in a piece.
struct SearchOrigin {
  /// The packet, and its place in the order in which values became known.
  var number: UInt64
  var time: Int64
  var order: UInt64
  /// The number of observables that the batch held before the piece.
  var position: Int
  /// The flow's index in the batch, or `ObservableRecord.noFlow`.
  var flowIndex: UInt32
  /// The flow, from which its record is made when needed; `madeFlow` if it was made already.
  var flow: FlowSource
  var madeFlow: FlowRecord?
}

/// A string that was found in a piece.
struct FoundPattern {
  var piece: Int
  var matcher: UInt32
  var pattern: UInt32
  /// Where it ends, in the memory of the pieces.
  var end: Int
  /// It ends where the pattern before ends.
  var isAnother: Bool
}

extension ObservableWriter {
  /// The origin of what is found in bytes of the present packet and flow.
  var searchOrigin: SearchOrigin {
    SearchOrigin(
      number: number, time: time, order: order, position: batch.observables.count,
      flowIndex: flowIndex, flow: source, madeFlow: isFlowMade ? madeFlow : nil)
  }

  /// Inserts patterns in the order of pieces, each where the batch ended when its piece came.
  ///
  /// Not while a packet is read: the places of its values would change.
  mutating func insert(_ found: [FoundPattern], of pieces: [SearchPiece]) {
    var merged: [Observable] = []
    merged.reserveCapacity(batch.observables.count + found.count)
    var taken = 0
    var piece = -1
    var record: UInt32 = 0
    for pattern in found {
      if pattern.piece != piece {
        piece = pattern.piece
        let origin = pieces[piece].origin
        merged += batch.observables[taken..<origin.position]
        taken = origin.position
        record = makeRecord(origin, hasOverlap: pieces[piece].hasOverlap)
      }
      merged.append(makePattern(pattern, record))
    }
    merged += batch.observables[taken...]
    batch.observables = merged
    forgetPlaces()
  }

  private mutating func makeRecord(_ origin: SearchOrigin, hasOverlap: Bool) -> UInt32 {
    var flow = origin.flowIndex
    let isMade = flow != ObservableRecord.noFlow
    if !isMade || hasOverlap && !batch.flows[Int(flow)].hasOverlap {
      var record = isMade ? batch.flows[Int(flow)] : origin.madeFlow ?? origin.flow.record
      if hasOverlap { record.hasOverlap = true }
      flow = UInt32(truncatingIfNeeded: batch.flows.count)
      batch.flows.append(record)
    }
    batch.records.append(
      ObservableRecord(number: origin.number, base: origin.order, time: origin.time, flow: flow))
    return UInt32(truncatingIfNeeded: batch.records.count - 1)
  }
}
