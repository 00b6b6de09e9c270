import Database
import Indicators
import Inputs
import Parsing

/// Hits kept as bytes: about a hundred each, where a `Hit` with its arrays takes two thousand.
///
/// An indicator is kept only as the number of its entry, so reading a hit reads the entry again.
struct PackedHits {
  /// Where something packed begins: the block, then the offset in it.
  typealias Place = UInt64

  private static let blockSize = 1 << 18
  /// The number of texts that are kept once for all hits; the input decides how many fields there
  /// are.
  private static let textLimit = 4096

  private var blocks: [[UInt8]] = []
  private var texts: [[UInt8]] = []
  private var numbers: [[UInt8]: Int] = [:]
  private var paths: [Int: InputPath] = [:]
  private var packed = PackedBytes()
  /// The number of bytes that are kept.
  private(set) var byteCount = 0

  /// Keeps a hit, without the lines around it, and returns its place.
  mutating func append(_ hit: Hit) -> Place {
    packed.bytes.removeAll(keepingCapacity: true)
    packed.append(text: hit.value)
    packed.append(hit.kind.rawValue)
    packed.append(hit.match.rawValue)
    append(text: hit.field)
    append(hit.indicators)
    packed.append(hit.suppression != nil)
    if let suppression = hit.suppression {
      append(text: suppression.list)
      packed.append(number: UInt64(suppression.line ?? 0))
      append(text: suppression.reason)
    }
    if paths[hit.input] == nil { paths[hit.input] = hit.path }
    packed.append(number: UInt64(hit.input))
    packed.append(number: hit.number)
    packed.append(hit.countsPackets)
    packed.append(number: hit.offset.map { $0 &+ 1 } ?? 0)
    packed.append(signed: hit.recordTime)
    packed.append(hit.flow != nil)
    if let flow = hit.flow { append(flow) }
    packed.append(
      hit.endpoint.map { $0 == .originator ? 1 : 2 } ?? 0)
    packed.append(hit.event != nil)
    if let event = hit.event { append(event) }
    packed.append(hit.responseCode.map { $0.rawValue + 1 } ?? 0)
    return keep(packed.bytes)
  }

  /// Keeps a text by itself, which can be compared like the value of a hit.
  mutating func append(value: [UInt8]) -> Place {
    packed.bytes.removeAll(keepingCapacity: true)
    packed.append(text: value)
    return keep(packed.bytes)
  }

  /// The value of the hit, or the text, at a place.
  func value(at place: Place) -> [UInt8] {
    var reader = reader(at: place)
    return reader.text()
  }

  /// Whether the hit or text at a place has this value.
  func isValue(_ value: [UInt8], at place: Place) -> Bool {
    var reader = reader(at: place)
    let count = Int(reader.number())
    return count == value.count
      && reader.bytes[reader.offset..<reader.offset + count].elementsEqual(value)
  }

  /// The hit at a place; `catalog` and `merging` read its entries.
  func hit(
    at place: Place, catalog: inout EntryCatalog, merging: inout EntryMerging
  ) -> Hit {
    var reader = reader(at: place)
    let value = reader.text()
    let kind = IndicatorKind(rawValue: reader.byte()) ?? .text
    let match = MatchKind(rawValue: reader.byte()) ?? .exact
    let field = text(from: &reader)
    let indicators = indicators(from: &reader, &catalog, &merging)
    var suppression: Suppression?
    if reader.flag() {
      let list = text(from: &reader)
      let line = UInt32(truncatingIfNeeded: reader.number())
      suppression = Suppression(
        list: list, line: line == 0 ? nil : line, reason: text(from: &reader))
    }
    let input = Int(reader.number())
    let number = reader.number()
    let countsPackets = reader.flag()
    let offset = reader.number()
    let time = reader.signed()
    let flow = reader.flag() ? Self.flow(from: &reader) : nil
    let endpoint: FlowEndpoint? =
      switch reader.byte() {
      case 1: .originator
      case 2: .responder
      default: nil
      }
    let event = reader.flag() ? Self.event(from: &reader) : nil
    let code = reader.byte()
    return Hit(
      kind: kind, field: field, value: value, match: match, indicators: indicators,
      suppression: suppression, input: input, path: paths[input] ?? InputPath(bytes: []),
      number: number, countsPackets: countsPackets, offset: offset == 0 ? nil : offset &- 1,
      time: time == ObservableRecord.noTime ? nil : time, flow: flow, endpoint: endpoint,
      event: event,
      responseCode: code == 0 ? nil : DNSResponseCode(code - 1))
  }

  // MARK: Blocks

  private mutating func keep(_ bytes: [UInt8]) -> Place {
    if blocks.last.map({ $0.count + bytes.count > Self.blockSize }) ?? true {
      var block: [UInt8] = []
      block.reserveCapacity(max(Self.blockSize, bytes.count))
      blocks.append(block)
    }
    let block = blocks.count - 1
    byteCount += bytes.count
    defer { blocks[block].append(contentsOf: bytes) }
    return UInt64(block) << 32 | UInt64(blocks[block].count)
  }

  private func reader(at place: Place) -> PackedReader {
    PackedReader(
      bytes: blocks[Int(place >> 32)], offset: Int(UInt32(truncatingIfNeeded: place)))
  }

  // MARK: Parts

  /// Appends a text that many hits share: its number, or 0 and the text itself.
  private mutating func append(text: [UInt8]) {
    if let number = numbers[text] {
      packed.append(number: UInt64(number + 1))
    } else if texts.count < Self.textLimit {
      numbers[text] = texts.count
      texts.append(text)
      packed.append(number: UInt64(texts.count))
    } else {
      packed.append(0 as UInt8)
      packed.append(text: text)
    }
  }

  private func text(from reader: inout PackedReader) -> [UInt8] {
    let number = Int(reader.number())
    return number == 0 ? reader.text() : texts[number - 1]
  }

  private mutating func append(_ indicators: [HitIndicator]) {
    packed.append(number: UInt64(indicators.count))
    for indicator in indicators {
      let parts = indicator.entry.parts
      packed.append(number: UInt64(parts.count))
      for part in parts.isEmpty ? [indicator.entry.reference] : parts {
        packed.append(number: UInt64(part.database))
        packed.append(number: UInt64(part.entry))
      }
      packed.append(indicator.match.rawValue)
      packed.append(indicator.validity.map { $0.rawValue + 1 } ?? 0)
      let isWhole = indicator.sourceIndices == indicator.entry.allSources
      packed.append(number: isWhole ? 0 : UInt64(indicator.sourceIndices.count))
      if !isWhole {
        for source in indicator.sourceIndices { packed.append(number: UInt64(source)) }
      }
    }
  }

  private func indicators(
    from reader: inout PackedReader, _ catalog: inout EntryCatalog, _ merging: inout EntryMerging
  ) -> [HitIndicator] {
    (0..<reader.number()).map { _ in
      let parts = Int(reader.number())
      let entries = (0..<max(parts, 1)).map { _ in
        let database = Int(reader.number())
        return catalog.entry(
          database: database, entry: UInt32(truncatingIfNeeded: reader.number()))
      }
      let entry = parts == 0 ? entries[0] : merging.entry(of: entries).entry
      let match = MatchKind(rawValue: reader.byte()) ?? .exact
      let validity = reader.byte()
      let sources = (0..<reader.number()).map { _ in Int(reader.number()) }
      return HitIndicator(
        entry: entry, match: match,
        validity: validity == 0 ? nil : Validity(rawValue: validity - 1),
        sourceIndices: sources.isEmpty ? entry.allSources : sources)
    }
  }

  private mutating func append(_ flow: FlowRecord) {
    packed.append(flow.ipVersion)
    packed.append(address: flow.source, isIPv4: flow.ipVersion == 4)
    packed.append(address: flow.destination, isIPv4: flow.ipVersion == 4)
    packed.append(number: UInt64(flow.sourcePort))
    packed.append(number: UInt64(flow.destinationPort))
    packed.append(flow.ipProtocol)
    packed.append(flow.tunnelDepth)
    packed.append((flow.hasPorts ? 1 : 0) | (flow.hasOverlap ? 2 : 0))
  }

  private static func flow(from reader: inout PackedReader) -> FlowRecord {
    let version = reader.byte()
    let source = reader.address(isIPv4: version == 4)
    let destination = reader.address(isIPv4: version == 4)
    let sourcePort = UInt16(truncatingIfNeeded: reader.number())
    let destinationPort = UInt16(truncatingIfNeeded: reader.number())
    let ipProtocol = reader.byte()
    let depth = reader.byte()
    let flags = reader.byte()
    return FlowRecord(
      source: source, destination: destination, sourcePort: sourcePort,
      destinationPort: destinationPort, ipProtocol: ipProtocol, ipVersion: version,
      tunnelDepth: depth, hasPorts: flags & 1 != 0, hasOverlap: flags & 2 != 0)
  }

  private mutating func append(_ event: EventContext) {
    for endpoint in [event.source, event.destination] {
      packed.append(endpoint.map { $0.isIPv4 ? 1 : 2 } ?? 0)
      guard let endpoint else { continue }
      packed.append(address: endpoint.address, isIPv4: endpoint.isIPv4)
      packed.append(number: UInt64(endpoint.port))
    }
    packed.append(number: event.ipProtocol.map { UInt64($0) + 1 } ?? 0)
    packed.append(text: event.state.bytes)
    packed.append(event.verdict.map { $0.rawValue + 1 } ?? 0)
    packed.append(text: event.communityID?.text ?? [])
  }

  private static func event(from reader: inout PackedReader) -> EventContext {
    func endpoint() -> EventEndpoint? {
      let form = reader.byte()
      guard form != 0 else { return nil }
      let address = reader.address(isIPv4: form == 1)
      return EventEndpoint(
        address: address, isIPv4: form == 1, port: UInt16(truncatingIfNeeded: reader.number()))
    }
    var event = EventContext()
    event.source = endpoint()
    event.destination = endpoint()
    let number = reader.number()
    event.ipProtocol = number == 0 ? nil : UInt8(truncatingIfNeeded: number - 1)
    event.state = ShortText(reader.text().rawSpan) ?? ShortText()
    let verdict = reader.byte()
    event.verdict = verdict == 0 ? nil : Verdict(rawValue: verdict - 1)
    event.communityID = StatedCommunityID(reader.text().rawSpan)
    return event
  }
}

/// Renders packed hits; a batch processor that packs hits is one.
protocol PackedHitRenderer: AnyObject {
  /// Adds the hit at a place to `output` as a line.
  func render(_ packed: PackedHits, at place: PackedHits.Place, to output: inout SegmentOutput)
}

/// Appends numbers of variable length (LEB128), and texts after their lengths.
private struct PackedBytes {
  var bytes: [UInt8] = []

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func append(number: UInt64) { bytes.append(variableLength: number) }

  mutating func append(signed number: Int64) {
    appendFirst(UInt64(bitPattern: number), 8)
  }

  mutating func append(text: [UInt8]) {
    append(number: UInt64(text.count))
    bytes.append(contentsOf: text)
  }

  mutating func append(address: IPAddress, isIPv4: Bool) {
    appendFirst(address.high, isIPv4 ? 4 : 8)
    if !isIPv4 { appendFirst(address.low, 8) }
  }

  /// Appends the `count` highest bytes of a number, highest first.
  private mutating func appendFirst(_ number: UInt64, _ count: Int) {
    for index in 0..<count {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * index)))
    }
  }
}

/// Reads what was packed, in the same order.
private struct PackedReader {
  let bytes: [UInt8]
  var offset: Int

  mutating func byte() -> UInt8 {
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func flag() -> Bool { byte() != 0 }

  mutating func number() -> UInt64 {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = byte()
      number |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return number }
      shift += 7
    }
  }

  mutating func signed() -> Int64 { Int64(bitPattern: bigEndian(8)) }

  mutating func text() -> [UInt8] {
    let count = Int(number())
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  mutating func address(isIPv4: Bool) -> IPAddress {
    let high = bigEndian(isIPv4 ? 4 : 8)
    return IPAddress(high: high, low: isIPv4 ? 0 : bigEndian(8))
  }

  private mutating func bigEndian(_ count: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<count { number |= UInt64(byte()) << UInt64(56 - 8 * index) }
    return number
  }
}
