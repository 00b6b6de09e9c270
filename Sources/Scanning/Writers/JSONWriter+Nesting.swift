import Parsing

/// Objects and arrays whose content a closure writes, so that none stays open.
extension JSONWriter {
  /// A document of one object whose members the body writes, ending in a newline.
  package static func document(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object(body)
    return writer.bytes + [Byte.lineFeed]
  }

  /// Writes an object whose members the body writes.
  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    beginObject()
    body(&self)
    endObject()
  }

  /// Writes a member that is an object.
  package mutating func object(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
    key(name)
    object(body)
  }

  /// Writes a member that is an array whose elements the body writes.
  package mutating func array(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
    key(name)
    beginArray()
    body(&self)
    endArray()
  }

  /// Writes a member that is an array with an object for each value.
  package mutating func objects<Value>(
    _ name: StaticString, _ values: some Sequence<Value>, _ body: (inout JSONWriter, Value) -> Void
  ) {
    array(name) { writer in
      for value in values { writer.object { body(&$0, value) } }
    }
  }

  /// Writes a member that is an array of strings.
  package mutating func strings(_ name: StaticString, _ values: some Sequence<String>) {
    array(name) { writer in
      for value in values { writer.string(value) }
    }
  }

  /// Writes a member, unless it has no value.
  package mutating func member(_ name: StaticString, ifAny value: String?) {
    if let value { member(name, value) }
  }

  /// Writes a member, unless it has no value.
  package mutating func member(_ name: StaticString, ifAny value: (some BinaryInteger)?) {
    if let value { member(name, value) }
  }

  /// Writes a member, unless it has no value.
  package mutating func member(_ name: StaticString, ifAny value: Double?) {
    if let value { member(name, value) }
  }

  /// Writes a member whose value is a literal in the code and needs no escaping.
  package mutating func member(_ name: StaticString, plain value: StaticString) {
    key(name)
    plain(value)
  }

  /// Writes a member that is a time in nanoseconds since 1970.
  package mutating func member(_ name: StaticString, time: Int64) {
    key(name)
    self.time(time)
  }
}
