package import Indicators
package import Inputs

/// Reads the flows of dealt stretches on one thread; its buffers serve one capture after another.
package final class FlowWorker {
  private var core: Core

  /// A worker for captures that are read with these options.
  package init(_ options: CaptureOptions) { core = Core(options) }

  /// Appends the observables of a group's next items in a stretch, until the batch is full or no item
  /// is left.
  ///
  /// - Parameters:
  ///   - position: how many of the items were read; 0 at first.
  ///   - stretch: the dealt stretch; all stretches before it have been read.
  ///   - group: the group of flows; no other thread reads it.
  ///   - flows: the flows of the stretch's capture.
  ///   - batch: what is appended to.
  /// - Returns: whether items are left.
  package func read(
    from position: inout Int, of stretch: CaptureStretch, group: Int, _ flows: CaptureFlows,
    into batch: inout ObservableBatch
  ) -> Bool {
    core.read(&position, stretch, group, flows.shards, &batch)
  }

  /// Appends what waits in flows of a group at the end of the capture, until the batch is full or
  /// nothing is left.
  ///
  /// - Parameters:
  ///   - next: the next shard to look at; the group's number at first.
  ///   - groupCount: the number of groups.
  ///   - stretch: the capture's last stretch.
  ///   - flows: the flows of the capture.
  ///   - batch: what is appended to.
  /// - Returns: whether anything may be left.
  package func finish(
    _ next: inout Int, groupCount: Int, after stretch: CaptureStretch, _ flows: CaptureFlows,
    into batch: inout ObservableBatch
  ) -> Bool {
    core.finish(&next, groupCount, stretch, flows.shards, &batch)
  }

  /// Lends the reader to `body` while it writes to `batch`.
  func withReader(
    _ shards: FlowShards, _ batch: inout ObservableBatch, _ body: (inout FlowReader) -> Bool
  ) -> Bool {
    core.withReader(shards, &batch, body)
  }

  /// What was skipped, cut or odd since the last call.
  package func takeTally() -> Tally { core.takeTally() }
}

/// The worker's state in one value, so that filling a batch is one access to it.
private struct Core: ~Copyable {
  /// Items between the two steps of prefetching.
  private static let distance = 6

  private var reader: FlowReader

  init(_ options: CaptureOptions) { reader = FlowReader(options) }

  mutating func read(
    _ position: inout Int, _ stretch: CaptureStretch, _ group: Int, _ shards: FlowShards,
    _ batch: inout ObservableBatch
  ) -> Bool {
    reader.writer.begin(&batch, serial: shards.nextSerial())
    reader.stretch = stretch.number
    let items = stretch.items
    let span = items.items(of: group)
    while position < span.count {
      let ahead = position &+ 2 &* Self.distance
      if ahead < span.count {
        items.prefetch(ahead &+ 2 &* Self.distance, of: group)
        shards.prefetch(span[ahead].hash, in: span[ahead].shard, 0)
        stretch.prefetch(span[ahead])
        let nearer = span[ahead &- Self.distance]
        shards.prefetch(nearer.hash, in: nearer.shard, 1)
      }
      if reader.writer.batch.isFull, !span[position].facts.contains(.isContinued) { break }
      reader.read(span[position], stretch, shards)
      position &+= 1
    }
    reader.finishSearch()
    let goesOn =
      position < span.count
      || !reader.settleFlows(of: stretch, shards, group: group, of: items.groupCount)
    reader.finishSearch()
    reader.leave()
    reader.writer.end(&batch)
    return goesOn
  }

  mutating func withReader(
    _ shards: FlowShards, _ batch: inout ObservableBatch, _ body: (inout FlowReader) -> Bool
  ) -> Bool {
    reader.writer.begin(&batch, serial: shards.nextSerial())
    let goesOn = body(&reader)
    reader.finishSearch()
    reader.leave()
    reader.writer.end(&batch)
    return goesOn
  }

  mutating func finish(
    _ next: inout Int, _ groupCount: Int, _ stretch: CaptureStretch, _ shards: FlowShards,
    _ batch: inout ObservableBatch
  ) -> Bool {
    reader.writer.begin(&batch, serial: shards.nextSerial())
    while next < shards.count, !reader.writer.batch.isFull {
      reader.finish(shards, next, stretch)
      reader.finishSearch()
      next += groupCount
    }
    reader.leave()
    reader.writer.end(&batch)
    return next < shards.count
  }

  mutating func takeTally() -> Tally {
    defer { reader.skips = SkipCounters() }
    return reader.skips.tally
  }
}
