import Parsing

/// TCP: other bytes in the place of first ones of which no stream is kept.
///
/// Those are the bytes of directions that are done, and the heads of answers (`DoneHeads`).
extension FlowReader {
  /// Reads repeated bytes of a direction of which nothing more was wanted.
  mutating func rereadDone(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) {
    switch heads.compare(payload, at: sequence, of: visit.side) {
    case .same:
      skips.add(.retransmission)
      return searchAlone(payload, at: sequence, of: visit)
    case .different(let bytes, let changed):
      readHead(bytes, changed, at: sequence, visit)
      // What stands before it need not be of its message.
      guard changed.lowerBound > 0, direction.beginsAnew(payload, at: sequence) else { return }
      return readUnsearched(payload, at: sequence, visit)
    case .unknown: break
    }
    guard direction.isBefore(sequence) || direction.beginsAnew(payload, at: sequence) else {
      return searchAlone(payload, at: sequence, of: visit)
    }
    skips.add(.retransmission)
    heads.keepAlone(payload, at: sequence, of: visit.side)
    readAlone(payload, at: sequence, visit)
  }

  /// Reads other bytes in the place of an answer's head.
  ///
  /// False if none is kept of the direction, or if the bytes are the same.
  mutating func rereadAnswer(
    _ payload: RawSpan, at sequence: SequenceNumber, _ visit: StreamVisit
  ) -> Bool {
    guard
      case .different(let bytes, let changed) = answers.compare(
        payload, at: sequence, of: visit.side)
    else { return false }
    readHead(bytes, changed, at: sequence, visit)
    return true
  }

  /// Reads kept first bytes with other bytes in their place, of which more may follow.
  ///
  /// It reads also the kept bytes behind these, unless with these nothing is left of the first ones.
  private mutating func readHead(
    _ bytes: [UInt8], _ changed: Range<Int>, at sequence: SequenceNumber, _ visit: StreamVisit
  ) {
    skips.add(.tcpOverlap)
    noteOverlap(visit)
    let start = sequence - changed.lowerBound
    let front = bytes.rawSpan.extracting(0..<changed.upperBound)
    readAlone(front, at: start, changed: changed, readsAnswers: true, visit)
    guard changed.lowerBound > 0, changed.upperBound < bytes.count else { return }
    readAlone(bytes.rawSpan, at: start, changed: changed, readsAnswers: true, visit)
  }

  /// Whether bytes differ from the first ones that were read, as far as those are kept.
  mutating func differsFromFirst(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection, _ side: FlowSide
  ) -> Bool {
    if direction.isServer { return answers.differ(payload, at: sequence, of: side) }
    return direction.readCount <= FirstSegments.longest
      && firsts.differ(
        payload, at: sequence, of: side, from: direction.base, present: stretch)
  }
}
