import Indicators

/// One direction of a flow whose last bytes are kept for a search.
struct SearchStream: Equatable {
  var shard: UInt8
  /// The flow's slot in `SearchTails`.
  var slot: UInt32
  var isFromFirst: Bool
}

/// A piece of payload among those that are searched together, by offsets in their memory.
struct SearchPiece {
  /// Where what is found in it may begin: before the piece, by the bytes that are kept of its stream.
  var first: Int
  var start: Int
  /// What is found in it begins before this.
  var last: Int
  var end: Int
  var origin: SearchOrigin
  /// The stream that its bytes are of, and where in it; nil for a datagram.
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
    /// Once more, where others were read; what these had was found then.
    case again
    /// As another version of others, or where there were none.
    case version
  }

  var flow: UInt32
  var sequence: UInt32
  var shard: UInt8
  var isFromFirst: Bool
  var coming: Coming

  /// A number for the direction, of those of its shard.
  var direction: UInt64 { UInt64(flow) << 1 | (isFromFirst ? 1 : 0) }
}

/// What is written of a piece if anything is found in it.
struct SearchOrigin {
  /// The packet, and its place in the order in which values became known.
  var number: UInt64
  var time: Int64
  var order: UInt64
  /// Values that the batch held before.
  var position: Int
  /// Where the flow stands in the batch, or `ObservableRecord.noFlow`.
  var flowIndex: UInt32
  /// The flow, from which its record is made when it is needed, unless it was made already.
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
  /// It ends with the one before.
  var isAnother: Bool
}

extension ObservableWriter {
  /// Where what is found in bytes of the present packet and flow would be written now.
  var searchOrigin: SearchOrigin {
    SearchOrigin(
      number: number, time: time, order: order, position: batch.observables.count,
      flowIndex: flowIndex, flow: source, madeFlow: isFlowMade ? madeFlow : nil)
  }

  /// Inserts what was found in pieces, in their order, each where the batch stood when its piece came.
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
