package import Indicators
package import Inputs
import Parsing

/// Turns the bytes of logs into observables; one for each thread, for it holds scratch memory.
///
/// The bytes come in chunks of any size, and the result does not depend on where they are cut: what is
/// not complete at the end of a chunk stays behind `offset` and is presented again at the front of
/// the next one. That tail is shorter than the limit on a line, if chunks are longer than that.
/// Everything else that a chunk needs to know of those before it is in a `LogState`. Text is UTF-8; UTF-16
/// becomes that where it is read (`ChunkReader`, `FollowRun`).
///
///     var state = LogState.initial(firstBytes: chunk, isFinal: isLast, options: options)
///     var offset = 0, line: UInt64 = 0
///     while extractor.extract(
///       chunk, from: &offset, line: &line, state: &state, isFinal: isLast, into: &batch) == .batchFull
///     {
///       lookUp(batch); batch.removeAll()
///     }
///
/// Time is linear in the bytes whatever they hold; memory is bounded by the limit on a line.
package final class LogExtractor {
  private var extraction: Extraction

  /// An extractor with empty scratch.
  package init(options: LogOptions) {
    extraction = Extraction(options: options)
  }

  /// What was odd, cut or left out since the start or the last `resetCounters`, by reason.
  package var tally: Tally { extraction.scanner.counters.tally }

  /// Lines consumed.
  package var lines: UInt64 { extraction.scanner.counters.lines }

  /// Bytes consumed.
  package var bytes: UInt64 { extraction.scanner.counters.bytes }

  /// Sets the candidates of the chunk that is extracted next: where something wanted may be, as
  /// ascending offsets from its first byte.
  ///
  /// Lines, rows and records without a candidate are stepped over, and what is odd about them is
  /// not counted. With nil, as at first, everything is read.
  ///
  /// `words` are the candidates at which something may be a part of a file's name or of a text;
  /// nil: all of them. `hosts` are those at which only the host of a URL may be.
  package func setCandidates(
    _ offsets: [UInt32]?, words: [UInt32]? = nil, hosts: [UInt32] = []
  ) {
    extraction.candidates.begin(offsets, hosts: hosts)
    extraction.scanner.words.places.begin(offsets == nil ? nil : words)
  }

  /// Sets all counters to zero.
  package func resetCounters() { extraction.scanner.counters = LogCounters() }

  /// Appends the observables of whole records to the batch, until it is full or nothing complete is
  /// left.
  ///
  /// A record's `base` counts from the chunk's first byte, as do the offsets of values in the chunk;
  /// its `number` from `line`.
  ///
  /// - Parameters:
  ///   - chunk: The bytes.
  ///   - offset: Where to begin; moves behind the last record that was read.
  ///   - line: Lines before `offset`, in the file or in the chunk, whichever numbers are wanted.
  ///   - state: What the bytes before `offset` decide.
  ///   - isFinal: No bytes come behind the chunk: everything is consumed.
  ///   - batch: Where the observables go.
  /// - Returns: Whether the batch is full or more bytes are needed.
  package func extract(
    _ chunk: RawSpan, from offset: inout Int, line: inout UInt64, state: inout LogState,
    isFinal: Bool, into batch: inout ObservableBatch
  ) -> LogProgress {
    precondition(offset >= 0 && offset <= chunk.byteCount)
    var position = LogPosition(offset: offset, line: line)
    let progress = extraction.run(
      chunk, &position, &state, isFinal: isFinal, into: &batch)
    extraction.scanner.counters.bytes += UInt64(position.offset - offset)
    extraction.scanner.counters.lines += position.line - line
    // The last line need not end in a line feed.
    if isFinal, position.offset == chunk.byteCount, position.offset > offset,
      chunk.byte(at: position.offset - 1) != Byte.lineFeed
    {
      extraction.scanner.counters.lines += 1
    }
    offset = position.offset
    line = position.line
    return progress
  }
}

extension Extraction {
  /// Reads records of a chunk until the batch is full or nothing complete is left.
  mutating func run(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool,
    into batch: inout ObservableBatch
  ) -> LogProgress {
    readsCountedNames = state.hasCountedNames
    if readsCountedNames {
      // The search for candidates cannot see names that have lengths between their labels.
      candidates.begin(nil)
      scanner.words.places.begin(nil)
    }
    if state.isAtStart {
      // A byte-order mark is no part of the first line.
      let count = chunk.byteCount - position.offset
      if count < 3, !isFinal { return .needsMore }
      state.isAtStart = false
      if chunk.starts(with: "\u{feff}", at: position.offset) { position.offset += 3 }
    }
    return readRecords(chunk, &position, &state, isFinal: isFinal, into: &batch)
  }

  private mutating func readRecords(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool,
    into batch: inout ObservableBatch
  ) -> LogProgress {
    scanner.paths.newEpoch()
    json.forget()
    while position.offset < chunk.byteCount {
      if batch.isFull { return .batchFull }
      if scanner.paths.isCrowded { scanner.paths.restart() }
      if candidates.isKnown, stepOver(chunk, &position, &state, isFinal: isFinal) { continue }
      let isRead: Bool
      if case .rows(let header) = state.layout {
        isRead = readTable(
          chunk, header, &position, &state, isFinal: isFinal, into: &batch)
      } else {
        isRead = readLine(chunk, &position, &state, isFinal: isFinal, into: &batch)
      }
      if !isRead { return .needsMore }
    }
    return .needsMore
  }
}
