import Capture
import Database
import Indicators
import Inputs
import Parsing

/// Makes hits of what matched, counts them and hands them on.
extension HitResolver: PackedHitRenderer {
  /// Makes the hit from `candidates`, which are sorted, best first.
  func hit(
    for observable: Observable, of record: ObservableRecord, _ suppression: Suppression?,
    batch: ObservableBatch, chunk: RawSpan, place: SegmentPlace
  ) -> Hit {
    let indicators =
      candidates.count == 1
      ? [candidates[0].indicator] : merging.merge(candidates.map(\.indicator))
    var value: [UInt8] = []
    if observable.flags.contains(.pattern) {
      value = indicators[0].entry.value
    } else {
      batch.appendValue(of: observable, chunk: chunk, to: &value)
    }
    var hit = Hit(
      kind: candidates[0].kind, field: name(of: observable.field, batch.fields), value: value,
      match: indicators[0].match, indicators: indicators, suppression: suppression,
      input: place.input, path: place.path, number: record.number &+ place.numberBase,
      countsPackets: place.countsPackets,
      offset: place.countsPackets ? nil : place.offset(of: observable, in: record, chunk: chunk),
      time: record.time == ObservableRecord.noTime ? nil : record.time,
      flow: batch.flow(of: record), endpoint: observable.endpoint)
    if options.contextLines > 0, options.grouping == .none, !place.countsPackets {
      hit.context = LineContext(
        around: Int(clamping: record.base &+ UInt64(observable.position)), in: chunk,
        count: options.contextLines, surroundings: place.surroundings, number: hit.number,
        at: Int(clamping: record.base))
    }
    hit.event = batch.context(of: record)
    hit.responseCode = record.responseCode
    return hit
  }

  /// The name of a field, taken from `fieldNames` unless its index now means another field.
  private func name(of field: UInt16, _ fields: FieldTable) -> [UInt8] {
    let (index, name) = (Int(field), fields.name(field))
    // The input decides how many fields there are, so only the first are kept: those of captures
    // and the most frequent ones.
    guard index < 256 else { return Array(name) }
    while fieldNames.count <= index { fieldNames.append([]) }
    if !fieldNames[index].elementsEqual(name) { fieldNames[index] = Array(name) }
    return fieldNames[index]
  }

  /// Counts a hit and writes it, or keeps it for whoever writes it later.
  func deliver(_ hit: Hit, to output: inout SegmentOutput) {
    if hit.suppression != nil {
      output.statistics.suppressed += 1
      guard options.showsSuppressed else { return }
    } else {
      output.statistics.hits[Int(hit.kind.rawValue)] += 1
      if options.evidencePath != nil, let flow = hit.flow {
        output.statistics.hitFlows[hit.input, default: FlowSelection()].insert(flow)
      }
      feedCounts.beginHit()
      for indicator in hit.indicators {
        output.statistics.hitsByEntry.add(indicator.entry.reference)
        for index in indicator.sourceIndices {
          feedCounts.count(indicator.entry.sources[index].statement)
        }
      }
    }
    if options.grouping != .none || mode.collectsHits {
      output.append(hit)
      return
    }
    if hit.countsPackets, hit.sourceLength > SegmentOutput.longLine {
      output.pack(hit)
      return
    }
    render(hit, to: &output)
  }

  /// Renders a hit that was packed until its turn came.
  func render(_ packed: PackedHits, at place: PackedHits.Place, to output: inout SegmentOutput) {
    render(packed.hit(at: place, catalog: &catalog, merging: &merging), to: &output)
  }

  private func render(_ hit: Hit, to output: inout SegmentOutput) {
    if hit.context != nil, options.format == .table {
      output.bytes.append(contentsOf: HitTable.separator)
    }
    lines.append(hit, to: &output.bytes)
    output.endLine()
  }
}

extension ObservableBatch {
  /// The record's flow; nil if it has none.
  fileprivate func flow(of record: ObservableRecord) -> FlowRecord? {
    record.flow == ObservableRecord.noFlow || Int(record.flow) >= flows.count
      ? nil : flows[Int(record.flow)]
  }
}

extension Observable {
  /// The endpoint of the flow whose address this observable is, if that is known.
  fileprivate var endpoint: FlowEndpoint? {
    flags.contains(.originator) ? .originator : flags.contains(.responder) ? .responder : nil
  }
}
