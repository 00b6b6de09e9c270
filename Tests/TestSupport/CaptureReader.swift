package import Capture
package import Indicators
package import Inputs

/// Reads one packet capture and hands out what its packets hold, batch by batch.
///
/// Values of captures are always in the batch's arena (`ObservableFlags.inArena`), so no chunk
/// travels beside the batch. A record is a packet, numbered from 1 as Wireshark does; its flow is
/// shown from the originator's side. A value whose bytes several packets brought belongs to the packet
/// that completed it, so numbers of records may go back; `ObservableRecord.base` counts what led to
/// them up, so that (number, base) puts them in order. Memory is bounded by the limits of
/// `CaptureOptions`: about 100 bytes a flow, what TCP streams and IP fragments wait with, and two
/// stretches of a megabyte. Not thread-safe: one reader, one thread.
package final class CaptureReader {
  private let dealer: CaptureDealer
  private let worker: FlowWorker
  private let stretch = CaptureStretch()
  private var isInStretch = false
  private var isRead = false
  private var nextShard = 0
  private var tallySoFar = Tally()
  private var isAtEnd = false
  private var failure: CaptureError?

  /// Begins to read a capture; throws where the input is none or its header is damaged.
  package init(
    source: InputSource, options: CaptureOptions = CaptureOptions()
  ) throws(CaptureError) {
    dealer = try CaptureDealer(source: source, options: options)
    worker = FlowWorker(options)
  }

  /// Appends the observables of the next packets to the batch, until it is full or many packets have
  /// passed.
  ///
  /// - Returns: True to go on, even where the batch is empty; false at the end, and then nothing was
  ///   appended.
  /// - Throws: Where the capture is damaged, cut short or cannot be read on; once everything before
  ///   the fault was handed out. Then the reader is at its end.
  package func fill(_ batch: inout ObservableBatch) throws(CaptureError) -> Bool {
    if !isAtEnd {
      let count = batch.observables.count
      readOn(&batch)
      if !isAtEnd || batch.observables.count > count { return true }
    }
    if let failure {
      self.failure = nil
      throw failure
    }
    return false
  }

  private func readOn(_ batch: inout ObservableBatch) {
    if !isInStretch {
      dealer.begin(stretch)
      isInStretch = true
      isRead = false
    }
    if !isRead {
      if dealer.walk(stretch, worker, into: &batch) { return }
      isRead = true
      if !stretch.isLast {
        isInStretch = false
        return
      }
    }
    if batch.isFull { return }
    isAtEnd = !worker.finish(
      &nextShard, groupCount: 1, after: stretch, dealer.flows, into: &batch)
    if isAtEnd { failure = stretch.failure }
  }

  /// Packets read so far, filtered ones included.
  package var packetCount: UInt64 { dealer.packetCount }

  /// Captured bytes of those packets, without the file's own headers.
  package var byteCount: UInt64 { dealer.byteCount }

  /// What was skipped, cut or odd, by reason.
  package var tally: Tally {
    tallySoFar.merge(worker.takeTally())
    var tally = dealer.tally
    tally.merge(tallySoFar)
    return tally
  }
}
