import Capture
package import Indicators
import Parsing

/// Writes one JSON object after another into a byte buffer; keys without a value are left out by
/// the caller's not writing them.
package struct JSONWriter {
  package var bytes: [UInt8] = []
  private var needsComma = false
  /// The flow whose Community ID was written last: values of a flow often follow one another.
  private var namedFlow: FlowRecord?
  private var flowName: [UInt8] = []

  package init() {}

  /// Empties the buffer and keeps its memory.
  package mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  /// Writes the opening brace.
  package mutating func beginObject() {
    separate()
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  /// Writes the closing brace.
  package mutating func endObject() {
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  package mutating func beginArray() {
    separate()
    bytes.append(UInt8(ascii: "["))
    needsComma = false
  }

  package mutating func endArray() {
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  /// Writes a member's name, which needs no escaping.
  package mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    append(name)
    append("\":")
    needsComma = false
  }

  /// Writes a member's name that is known only now.
  package mutating func key(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string value from bytes.
  ///
  /// - Returns: whether the bytes are valid UTF-8; where they are not, each bad one is `\xnn`.
  @discardableResult
  package mutating func string(_ value: RawSpan) -> Bool {
    separate()
    needsComma = true
    return JSONText.appendString(value, to: &bytes)
  }

  package mutating func string(_ value: [UInt8]) { string(value.rawSpan) }

  package mutating func string(_ value: String) { string(Array(value.utf8)) }

  /// Writes a flow's Community ID.
  package mutating func communityID(of flow: FlowRecord) {
    if namedFlow != flow {
      flowName.removeAll(keepingCapacity: true)
      CommunityID.append(of: flow, to: &flowName)
      namedFlow = flow
    }
    string(flowName)
  }

  /// Writes a string that needs no escaping.
  package mutating func plain(_ value: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    append(value)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  package mutating func number(_ value: some BinaryInteger) {
    separate()
    bytes.append(decimal: UInt64(clamping: value))
    needsComma = true
  }

  package mutating func number(_ value: Double) {
    separate()
    bytes.append(contentsOf: "\(value)".utf8)
    needsComma = true
  }

  package mutating func boolean(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
    needsComma = true
  }

  /// Appends a fragment of JSON made elsewhere: one or more whole values.
  package mutating func fragment(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = false
  }

  private mutating func append(_ text: StaticString) {
    // SAFETY: a static string's UTF-8 is immutable and lives as long as the process.
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

extension Array where Element == UInt8 {
  /// Appends a number's decimal digits.
  mutating func append(decimal value: UInt64) {
    if value >= 10 { append(decimal: value / 10) }
    append(UInt8(ascii: "0") + UInt8(value % 10))
  }
}
