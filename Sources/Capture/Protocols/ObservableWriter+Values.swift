import Indicators
import Parsing

/// Writes values to the batch.
extension ObservableWriter {
  /// Writes the two IPv4 addresses of a header, each with its port, without checking for repeats.
  mutating func append(
    _ first: (field: CaptureField, address: IPAddress, port: UInt16, flags: ObservableFlags),
    _ second: (field: CaptureField, address: IPAddress, port: UInt16, flags: ObservableFlags)
  ) {
    let start = UInt32(truncatingIfNeeded: batch.arena.count)
    let bytes = (UInt64(first.address.ipv4) << 32 | UInt64(second.address.ipv4)).bigEndian
    // SAFETY: the closure only reads the number's bytes.
    unsafe withUnsafeBytes(of: bytes) { unsafe batch.arena.append(contentsOf: $0) }
    let record = recordIndex()
    batch.observables.append(
      Observable(
        kind: .ipv4, flags: first.flags.union(.inArena), field: fields[first.field.rawValue],
        offset: start, length: 4, record: record, port: first.port, schemeLength: 0))
    batch.observables.append(
      Observable(
        kind: .ipv4, flags: second.flags.union(.inArena), field: fields[second.field.rawValue],
        offset: start &+ 4, length: 4, record: record, port: second.port, schemeLength: 0))
  }

  /// Writes an address; IPv4-mapped IPv6 addresses become IPv4.
  mutating func append(
    _ field: CaptureField, _ value: VersionedAddress, port: UInt16 = 0,
    flags: ObservableFlags = [], isRepeatable: Bool = false
  ) {
    let start = batch.arena.count
    let kind: IndicatorKind
    if let address = value.ipv4 {
      kind = .ipv4
      append(bigEndian: address)
    } else {
      kind = .ipv6
      let address = value.address
      append(bigEndian: UInt32(truncatingIfNeeded: address.high >> 32))
      append(bigEndian: UInt32(truncatingIfNeeded: address.high))
      append(bigEndian: UInt32(truncatingIfNeeded: address.low >> 32))
      append(bigEndian: UInt32(truncatingIfNeeded: address.low))
    }
    if isRepeatable {
      write(field, kind, start, flags, port: port)
    } else {
      keep(field, kind, from: start, flags: flags, port: port)
    }
  }

  /// The observable for a pattern that a matcher found in a payload.
  ///
  /// If `isAnother`, it ends where the one before it ends, and is joined to that.
  mutating func makePattern(_ pattern: FoundPattern, _ record: UInt32) -> Observable {
    let start = batch.arena.count
    appendPattern(pattern.pattern, of: pattern.matcher)
    return Observable(
      kind: .text,
      flags: pattern.isAnother ? [.pattern, .joint, .inArena] : [.pattern, .inArena],
      field: fields[CaptureField.payload.rawValue], offset: UInt32(truncatingIfNeeded: start),
      length: 8, record: record, port: 0, schemeLength: 0)
  }

  /// Adds a matcher's number and its pattern's number to the arena.
  mutating func appendPattern(_ pattern: UInt32, of matcher: UInt32) {
    append(bigEndian: matcher)
    append(bigEndian: pattern)
  }

  mutating func append(bigEndian value: UInt32) {
    // SAFETY: the closure only reads the number's bytes.
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe batch.arena.append(contentsOf: $0) }
  }

  /// Writes bytes as they are.
  mutating func append(
    _ field: CaptureField, _ kind: IndicatorKind, _ value: RawSpan, flags: ObservableFlags = []
  ) {
    let start = batch.arena.count
    appendToArena(value)
    keep(field, kind, from: start, flags: flags)
  }

  /// Adds bytes to the value at the end of the arena.
  mutating func appendToArena(_ value: RawSpan) {
    // SAFETY: the closure only reads the span's bytes.
    unsafe value.withUnsafeBytes { unsafe batch.arena.append(contentsOf: $0) }
  }

  /// Makes an observable of the arena's bytes from `start` on; drops them and returns false if they
  /// are empty, or if the packet already has the value in this field.
  @discardableResult
  mutating func keep(
    _ field: CaptureField, _ kind: IndicatorKind, from start: Int, flags: ObservableFlags = [],
    port: UInt16 = 0, schemeLength: UInt16 = 0
  ) -> Bool {
    let length = batch.arena.count - start
    guard length > 0 else { return false }
    let wasWritten = !written.isEmpty && isWritten(field, kind, from: start)
    let known = known(field, kind, from: start, addsIt: !wasWritten)
    if known >= 0 || wasWritten {
      lastKept = known >= 0 ? UInt32(truncatingIfNeeded: known) : .max
      if known < 0 { lastDropped = valueHash(from: start) }
      if known >= 0, batch.observables[known].port != port { addForm(of: known, port: port) }
      batch.arena.removeLast(length)
      return false
    }
    lastKept = UInt32(truncatingIfNeeded: batch.observables.count)
    write(field, kind, start, flags, port: port, schemeLength: schemeLength)
    return true
  }

  private mutating func write(
    _ field: CaptureField, _ kind: IndicatorKind, _ start: Int, _ flags: ObservableFlags,
    port: UInt16, schemeLength: UInt16 = 0
  ) {
    let record = recordIndex()
    batch.observables.append(
      Observable(
        kind: kind, flags: flags.union(.inArena), field: fields[field.rawValue],
        offset: UInt32(truncatingIfNeeded: start),
        length: UInt32(truncatingIfNeeded: batch.arena.count - start), record: record,
        port: port, schemeLength: schemeLength))
  }
}
