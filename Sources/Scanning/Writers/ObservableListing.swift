import Indicators
import Inputs
import Parsing

/// Writes every observable as a line of JSON: what `sekisho extract` prints.
final class ObservableListing: BatchProcessor {
  private let kinds: IndicatorKindSet
  private let home: HomeNetworks
  private var writer = JSONWriter()
  private var value: [UInt8] = []

  init(kinds: IndicatorKindSet, home: HomeNetworks) {
    self.kinds = kinds
    self.home = home
  }

  func process(
    _ batch: inout ObservableBatch, chunk: RawSpan, place: SegmentPlace,
    output: inout SegmentOutput, isStopped: (inout SegmentOutput) -> Bool
  ) {
    for observable in batch.observables
    where observable.startsPlace && kinds.contains(observable.kind) {
      output.statistics.observables[Int(observable.kind.rawValue)] += 1
      writer.reset()
      append(observable, batch: batch, chunk: chunk, place: place)
      writer.append(to: &output.bytes)
      output.endLine()
      if output.isMuch, isStopped(&output) { break }
      if place.countsPackets {
        let record = batch.records[Int(observable.record)]
        output.places.append(PacketPlace(packet: record.number, order: record.base))
      }
    }
  }

  private func append(
    _ observable: Observable, batch: ObservableBatch, chunk: RawSpan, place: SegmentPlace
  ) {
    let record = batch.records[Int(observable.record)]
    writer.beginObject()
    writer.member("kind", observable.kind.name)
    writer.member("field", Array(batch.fields.name(observable.field)))
    value.removeAll(keepingCapacity: true)
    batch.appendValue(of: observable, chunk: chunk, to: &value)
    writer.key("value")
    if !writer.string(value.rawSpan) {
      writer.key("raw")
      writer.base64(value)
    }
    writer.key("source")
    writer.beginObject()
    writer.member("path", place.path.bytes)
    if place.countsPackets {
      writer.member("packet", record.number)
    } else {
      writer.member("line", record.number &+ place.numberBase)
      writer.member("offset", place.offset(of: observable, in: record, chunk: chunk))
    }
    writer.endObject()
    if record.time != ObservableRecord.noTime {
      writer.key("ts")
      writer.time(record.time)
    }
    if let code = record.responseCode { writer.responseCode(code) }
    if record.flow != ObservableRecord.noFlow, Int(record.flow) < batch.flows.count {
      let flow = batch.flows[Int(record.flow)]
      writer.flow(
        flow, direction: home.direction(of: flow).name, responseCode: record.responseCode)
    } else if let event = batch.context(of: record) {
      writer.event(event, home: home)
    }
    writer.endObject()
  }
}
