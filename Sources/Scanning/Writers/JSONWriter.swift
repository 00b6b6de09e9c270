import Capture
package import Indicators
import Parsing

/// Writes one JSON object after another into a byte buffer.
///
/// The caller leaves out keys that have no value.
package struct JSONWriter {
  private var text = TextBuffer()
  private var needsComma = false
  /// The Community IDs of recent flows: values of one flow often follow one another, and flows take
  /// turns.
  private var flowNames = FlowNames()
  /// The day whose time was written last, and that time's text up to the hour.
  private var day = Int64.min
  private var dayText: [UInt8] = []

  package init() {}

  /// What was written.
  package var bytes: [UInt8] { text.bytes }

  /// Adds what was written to an array.
  package func append(to output: inout [UInt8]) { text.append(to: &output) }

  /// Empties the buffer and keeps its memory.
  package mutating func reset() {
    // If a copy of this writer shares the buffer, this one gets a new buffer.
    if isKnownUniquelyReferenced(&text) { text.removeAll() } else { text = TextBuffer() }
    needsComma = false
  }

  /// Writes the opening brace.
  package mutating func beginObject() { begin(UInt8(ascii: "{")) }

  /// Writes the closing brace.
  package mutating func endObject() { end(UInt8(ascii: "}")) }

  package mutating func beginArray() { begin(UInt8(ascii: "[")) }

  package mutating func endArray() { end(UInt8(ascii: "]")) }

  private mutating func begin(_ bracket: UInt8) {
    separate()
    text.append(bracket)
  }

  private mutating func end(_ bracket: UInt8) {
    text.append(bracket)
    needsComma = true
  }

  /// Writes a member's name, which needs no escaping.
  package mutating func key(_ name: StaticString) {
    text.appendKey(name, isBehindComma: needsComma)
    needsComma = false
  }

  /// Writes a member's name that is known only at run time; for a name in the code use a
  /// `StaticString`.
  @_disfavoredOverload
  package mutating func key(_ name: String) {
    string(name)
    text.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string value from bytes.
  ///
  /// - Returns: whether the bytes are valid UTF-8; if not, each invalid byte is written as `\xnn`.
  @discardableResult
  package mutating func string(_ value: RawSpan) -> Bool {
    separate()
    needsComma = true
    return text.appendString(value)
  }

  package mutating func string(_ value: [UInt8]) { string(value.rawSpan) }

  package mutating func string(_ value: String) {
    separate()
    needsComma = true
    var value = value
    // SAFETY: the span does not leave the closure.
    value.withUTF8 { bytes in
      _ = unsafe text.appendString(UnsafeRawBufferPointer(bytes).bytes)
    }
  }

  /// Writes a flow's Community ID.
  package mutating func communityID(of flow: FlowRecord) {
    separate()
    let name = flowNames.name(of: flow)
    text.append(UInt8(ascii: "\""))
    // SAFETY: bytes are read as what they are, before the name ends.
    unsafe text.append(name.span.bytes)
    text.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// Writes the Community ID of a log's event as a member, if it is known: the one that the record
  /// states, which may have another seed, else the one of the flow.
  mutating func communityID(of event: EventContext) {
    if let stated = event.communityID {
      member("community_id", stated.text)
    } else if let flow = event.flowWithPorts {
      key("community_id")
      communityID(of: flow)
    }
  }

  /// Writes a time in nanoseconds since 1970 as RFC 3339.
  package mutating func time(_ nanoseconds: Int64) {
    let perSecond: Int64 = 1_000_000_000
    var (seconds, fraction) = nanoseconds.quotientAndRemainder(dividingBy: perSecond)
    if fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + perSecond) }
    var (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
    if second < 0 { (day, second) = (day - 1, second + 86_400) }
    if day != self.day || dayText.isEmpty {
      dayText.removeAll(keepingCapacity: true)
      Timestamp.append(nanoseconds, to: &dayText)
      // The hour follows the only T.
      if let mark = dayText.firstIndex(of: UInt8(ascii: "T")) {
        dayText.removeLast(dayText.count - mark - 1)
      }
      self.day = day
    }
    separate()
    text.append(UInt8(ascii: "\""))
    text.append(dayText.rawSpan)
    text.append(UInt64(second / 3600), width: 2)
    text.append(UInt8(ascii: ":"))
    text.append(UInt64(second / 60 % 60), width: 2)
    text.append(UInt8(ascii: ":"))
    text.append(UInt64(second % 60), width: 2)
    text.append(UInt8(ascii: "."))
    if fraction % 1000 == 0 {
      text.append(UInt64(fraction / 1000), width: 6)
    } else {
      text.append(UInt64(fraction), width: 9)
    }
    text.append("Z\"")
    needsComma = true
  }

  /// Writes an address of a version of IP.
  package mutating func address(_ address: IPAddress, version: UInt8) {
    guard version == 4 else { return string(address.text(isIPv4: false)) }
    separate()
    text.append(UInt8(ascii: "\""))
    for shift in [56, 48, 40, 32] as [UInt64] {
      text.append(decimal: address.high >> shift & 0xff)
      text.append(shift == 32 ? UInt8(ascii: "\"") : UInt8(ascii: "."))
    }
    needsComma = true
  }

  /// Writes a string that needs no escaping.
  package mutating func plain(_ value: StaticString) {
    separate()
    text.append(UInt8(ascii: "\""))
    text.append(value)
    text.append(UInt8(ascii: "\""))
    needsComma = true
  }

  package mutating func number(_ value: some BinaryInteger) {
    separate()
    if value < 0 { text.append(UInt8(ascii: "-")) }
    text.append(decimal: UInt64(clamping: value.magnitude))
    needsComma = true
  }

  /// Writes a number, or `null` for one that JSON cannot express (RFC 8259 §6).
  package mutating func number(_ value: Double) {
    separate()
    if value.isFinite {
      text.append(Array("\(value)".utf8).rawSpan)
    } else {
      text.append("null")
    }
    needsComma = true
  }

  package mutating func boolean(_ value: Bool) {
    separate()
    text.append(value ? "true" : "false")
    needsComma = true
  }

  /// Appends a fragment of JSON made elsewhere: one or more whole values.
  package mutating func fragment(_ json: [UInt8]) {
    separate()
    text.append(json.rawSpan)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { text.append(UInt8(ascii: ",")) }
    needsComma = false
  }
}

/// Keeps the Community IDs of recent flows, each in a place that the flow's endpoints choose.
private struct FlowNames {
  private static let size = 512
  private var flows: [FlowRecord?] = []
  private var names: [InlineArray<30, UInt8>] = []

  /// The flow's Community ID.
  mutating func name(of flow: FlowRecord) -> InlineArray<30, UInt8> {
    if flows.isEmpty {
      flows = Array(repeating: nil, count: Self.size)
      names = Array(repeating: InlineArray(repeating: 0), count: Self.size)
    }
    var hash = flow.source.high &* 0x9e37_79b9_7f4a_7c15 &+ flow.source.low
    hash =
      (hash ^ flow.destination.high ^ hash >> 29) &* 0xff51_afd7_ed55_8ccd &+ flow.destination.low
    hash ^= UInt64(flow.sourcePort) << 40 | UInt64(flow.destinationPort) << 20
    hash = (hash ^ hash >> 31) &* 0xc4ce_b9fe_1a85_ec53
    let place = Int(truncatingIfNeeded: hash >> 55)
    if flows[place] == flow { return names[place] }
    let name = CommunityID.characters(of: flow)
    flows[place] = flow
    names[place] = name
    return name
  }
}

extension Array where Element == UInt8 {
  /// Appends a number's decimal digits.
  mutating func append(decimal value: UInt64) {
    if value >= 10 { append(decimal: value / 10) }
    append(UInt8(ascii: "0") + UInt8(value % 10))
  }
}

extension JSONWriter {
  /// Writes a member whose name needs no escaping.
  package mutating func member(_ name: StaticString, _ value: String) {
    key(name)
    string(value)
  }

  package mutating func member(_ name: StaticString, _ value: [UInt8]) {
    key(name)
    string(value)
  }

  package mutating func member(_ name: StaticString, _ value: RawSpan) {
    key(name)
    string(value)
  }

  package mutating func member(_ name: StaticString, _ value: Bool) {
    key(name)
    boolean(value)
  }

  package mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
    key(name)
    number(value)
  }

  package mutating func member(_ name: StaticString, _ value: Double) {
    key(name)
    number(value)
  }
}
