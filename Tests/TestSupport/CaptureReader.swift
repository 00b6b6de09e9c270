package import Capture
package import Indicators
package import Inputs

/// Reads one packet capture and returns the observables of its packets, batch by batch.
///
/// Values of captures are always in the batch's arena (`ObservableFlags.inArena`), so a batch needs
/// no chunk. A record is a packet, numbered from 1 as in Wireshark; its flow is shown from the
/// originator's side. A value whose bytes arrived in several packets belongs to the packet that
/// completed it, so record numbers may go back. `ObservableRecord.base` rises with each step, so
/// that (number, base) puts records in order.
///
/// Memory is bounded by the limits of `CaptureOptions`: about 100 bytes for each flow, the data
/// that waits in TCP streams and IP fragments, and two stretches of a megabyte. Not thread-safe:
/// one reader, one thread.
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

  /// Begins to read a capture; throws if the input is not one or its header is damaged.
  package init(
    source: InputSource, options: CaptureOptions = CaptureOptions()
  ) throws(CaptureError) {
    dealer = try CaptureDealer(source: source, options: options)
    worker = FlowWorker(options)
  }

  /// Appends the observables of the next packets to the batch, until it is full or many packets
  /// have passed.
  ///
  /// - Returns: True to go on, even if the batch is empty; false at the end, and then nothing was
  ///   appended.
  /// - Throws: If the capture is damaged, cut short or cannot be read, once everything before the
  ///   fault was returned. Then the reader is at its end.
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

  /// The counts of what was skipped, cut or odd, by reason.
  package var tally: Tally {
    tallySoFar.merge(worker.takeTally())
    var tally = dealer.tally
    tally.merge(tallySoFar)
    return tally
  }
}
