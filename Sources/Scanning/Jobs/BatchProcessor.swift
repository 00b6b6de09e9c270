package import Indicators
package import Inputs
import Parsing

/// Turns batches of observables into output: the scan's matching, or the listing of `extract`.
///
/// Each thread has one. It is called once for each batch, so calling through a protocol costs
/// nothing worth mentioning.
package protocol BatchProcessor: AnyObject {
  /// Handles a batch whose observables point into `chunk`.
  ///
  /// - Parameters:
  ///   - batch: whole records.
  ///   - chunk: the bytes that the batch was extracted from.
  ///   - place: the segment's place in its input; it has what to add to record numbers and offsets.
  ///   - output: receives lines or hits.
  ///   - isStopped: called when the output has become large, and may take the output; true ends the
  ///     work.
  func process(
    _ batch: inout ObservableBatch, chunk: RawSpan, place: SegmentPlace,
    output: inout SegmentOutput, isStopped: (inout SegmentOutput) -> Bool)
}

extension BatchProcessor {
  /// Handles a batch and keeps all of its output, however large it becomes.
  package func process(
    _ batch: inout ObservableBatch, chunk: RawSpan, place: SegmentPlace,
    output: inout SegmentOutput
  ) {
    process(&batch, chunk: chunk, place: place, output: &output) { _ in false }
  }
}

/// The place of a segment in its input.
package struct SegmentPlace {
  /// Index of the input among those of the run.
  package var input: Int
  /// The input's path.
  package var path: InputPath
  /// Added to each record's number.
  package var numberBase: UInt64
  /// Added to each record's base offset.
  package var offsetBase: UInt64
  /// Whether record numbers count packets (else lines).
  package var countsPackets: Bool
  /// Maps offsets back to the input, if the chunk was transcoded from UTF-16.
  package var transcoded: TranscodedOffsets?
  /// The lines before and after the chunk, if lines around hits are shown.
  var surroundings = ChunkSurroundings()
  /// For a capture: the values of joint conditions that its flows have shown.
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

  /// The offset of an observable in the uncompressed input, before transcoding.
  package func offset(
    of observable: Observable, in record: ObservableRecord, chunk: RawSpan
  ) -> UInt64 {
    let inChunk = record.base &+ UInt64(observable.position)
    guard let transcoded else { return offsetBase &+ inChunk }
    return offsetBase &+ transcoded.sourceOffset(of: Int(clamping: inChunk), in: chunk)
  }
}

/// Maps offsets in transcoded UTF-8 to offsets in the original UTF-16.
///
/// This is cheap if the offsets are asked for in ascending order.
package final class TranscodedOffsets {
  private var last = (target: 0, source: UInt64(0))

  /// The number of UTF-16 bytes from which the first `offset` bytes of a chunk were transcoded.
  package func sourceOffset(of offset: Int, in chunk: RawSpan) -> UInt64 {
    let offset = min(offset, chunk.byteCount)
    if offset < last.target { last = (0, 0) }
    last.source += UInt64(UTF16Transcoder.sourceLength(ofUTF8: chunk, last.target..<offset))
    last.target = offset
    return last.source
  }
}
