package import Indicators
package import Inputs
import Parsing

/// Turns batches of observables into output: the scan's matching, or the listing of `extract`.
///
/// One for each thread; called once a batch, so a class behind a protocol costs nothing.
package protocol BatchProcessor: AnyObject {
  /// Handles a batch whose observables point into `chunk`.
  ///
  /// - Parameters:
  ///   - batch: whole records.
  ///   - chunk: the bytes beside the batch.
  ///   - place: what to add to the records' numbers and offsets.
  ///   - output: where lines or hits go.
  ///   - isStopped: asked where the output has become much, which may then be taken; true ends the work.
  func process(
    _ batch: inout ObservableBatch, chunk: RawSpan, place: SegmentPlace,
    output: inout SegmentOutput, isStopped: (inout SegmentOutput) -> Bool)
}

extension BatchProcessor {
  /// Handles a batch whose output is held, however much it is.
  package func process(
    _ batch: inout ObservableBatch, chunk: RawSpan, place: SegmentPlace,
    output: inout SegmentOutput
  ) {
    process(&batch, chunk: chunk, place: place, output: &output) { _ in false }
  }
}

/// Where a segment stands in its input.
package struct SegmentPlace {
  /// Index of the input among those of the run.
  package var input: Int
  /// The input's path.
  package var path: InputPath
  /// Added to a record's number.
  package var numberBase: UInt64
  /// Added to a record's base offset.
  package var offsetBase: UInt64
  /// Whether record numbers count packets (else lines).
  package var countsPackets: Bool
  /// Where the chunk was transcoded from UTF-16: the way back.
  package var transcoded: TranscodedOffsets?
  /// What stands around the chunk, where lines around hits are shown.
  var surroundings = ChunkSurroundings()
  /// Of a capture: what its flows have met of joint conditions.
  var conditions: FlowConditions?

  package init(
    input: Int, path: InputPath, numberBase: UInt64, offsetBase: UInt64, countsPackets: Bool
  ) {
    self.input = input
    self.path = path
    self.numberBase = numberBase
    self.offsetBase = offsetBase
    self.countsPackets = countsPackets
  }

  init(
    input: Int, path: InputPath, numberBase: UInt64, offsetBase: UInt64, countsPackets: Bool,
    conditions: FlowConditions
  ) {
    self.init(
      input: input, path: path, numberBase: numberBase, offsetBase: offsetBase,
      countsPackets: countsPackets)
    self.conditions = conditions
  }

  /// Offset in the uncompressed input, before transcoding, of an observable in the chunk.
  package func offset(
    of observable: Observable, in record: ObservableRecord, chunk: RawSpan
  ) -> UInt64 {
    let inChunk = record.base &+ UInt64(observable.position)
    guard let transcoded else { return offsetBase &+ inChunk }
    return offsetBase &+ transcoded.sourceOffset(of: Int(clamping: inChunk), in: chunk)
  }
}

/// Offsets in UTF-16 of offsets in its UTF-8; cheap where they are asked for in ascending order.
package final class TranscodedOffsets {
  private var last = (target: 0, source: UInt64(0))

  /// Bytes of UTF-16 that the first `offset` bytes of a chunk stand for.
  package func sourceOffset(of offset: Int, in chunk: RawSpan) -> UInt64 {
    let offset = min(offset, chunk.byteCount)
    if offset < last.target { last = (0, 0) }
    last.source += UInt64(UTF16Transcoder.sourceLength(ofUTF8: chunk, last.target..<offset))
    last.target = offset
    return last.source
  }
}
