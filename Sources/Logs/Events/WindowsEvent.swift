import Indicators
import Parsing

/// Events of Windows in XML: `<Event …><System>…</System><EventData><Data Name='SourceIp'>192.0.2.1</Data>…`.
enum WindowsEvent {
  /// The number of bytes of an event, and of `Data` elements in it, that are examined.
  static let longest = 32_768
  static let mostData = 128

  /// The name and the value of the next `Data` element from `offset` on, which moves behind it.
  static func nextData(
    _ bytes: RawSpan, _ offset: inout Int, to end: Int
  ) -> (name: Range<Int>, value: Range<Int>)? {
    while let data = bytes.firstRange(of: "<Data Name=", from: offset, to: end) {
      offset = data.upperBound
      guard offset < end,
        bytes.byte(unchecked: offset) == Byte.quote
          || bytes.byte(unchecked: offset) == UInt8(ascii: "'"),
        let close = bytes.firstOffset(
          of: bytes.byte(unchecked: offset), from: offset + 1, to: min(end, offset + 65)),
        bytes.starts(with: ">", at: close + 1), close + 2 < end,
        let stop = bytes.firstOffset(of: UInt8(ascii: "<"), from: close + 2, to: end)
      else { continue }
      let name = offset + 1..<close
      offset = stop
      return (name, bytes.trimmed(close + 2..<stop))
    }
    return nil
  }
}

extension EventNotes {
  /// Notes what the `Data` elements of an event say by their names; false if they name no endpoint.
  ///
  /// The names are those of the same event in JSON.
  mutating func noteWindowsEvent(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let end = min(range.upperBound, range.lowerBound + WindowsEvent.longest)
    var offset = range.lowerBound
    var count = 0
    while count < WindowsEvent.mostData, let data = WindowsEvent.nextData(bytes, &offset, to: end) {
      count += 1
      let (fact, rank) = KeyName(bytes.extracting(data.name)).fact(parent: KeyName(RawSpan()))
      if fact != .none { facts.note(fact, rank: rank, bytes, data.value) }
    }
    if facts.hasEndpoints { noteFilteringEvent(bytes, range) } else { facts.reset() }
    return facts.hasEndpoints
  }
}

extension TextScanner {
  /// Kinds that are compared as a whole, and only in fields of their own; file names are found in
  /// any text.
  private static let kinds: FieldTraits = [.registryKey, .mutex, .pipe]

  /// Emits the values that the names of `Data` elements tell, in an event or a line of one; `whole`
  /// is a whole line or string.
  @inline(__always)
  mutating func emitEventData(
    _ bytes: RawSpan, _ whole: TextUnit, into batch: inout ObservableBatch
  ) {
    guard whole.start < whole.end else { return }
    let first = bytes.byte(unchecked: whole.start)
    if first == UInt8(ascii: "<") || RawSpan.isBlank(first) {
      emitData(bytes, whole, into: &batch)
    }
  }

  private mutating func emitData(
    _ bytes: RawSpan, _ whole: TextUnit, into batch: inout ObservableBatch
  ) {
    guard wants(.registryKey) || wants(.mutex) || wants(.pipe) || wanted.domains,
      let first = bytes.trimmed(whole.start..<whole.end).first,
      bytes.byte(unchecked: first) == UInt8(ascii: "<")
    else { return }
    let end = min(whole.end, first + WindowsEvent.longest)
    var offset = first
    var count = 0
    while count < WindowsEvent.mostData, let data = WindowsEvent.nextData(bytes, &offset, to: end) {
      count += 1
      let name = KeyName(bytes.extracting(data.name))
      guard !data.value.isEmpty else { continue }
      let isNameTyped = name.isNameTyped(parent: KeyName(RawSpan()))
      let traits = name.ownKinds(parent: KeyName(RawSpan())).intersection(Self.kinds)
      guard isNameTyped || !traits.isEmpty else { continue }
      var unit = TextUnit(
        start: data.value.lowerBound, end: data.value.upperBound, level: whole.level,
        field: whole.field, fieldClass: .text)
      unit.fieldClass.traits = traits
      // Other names were found with the text of the line.
      if isNameTyped { _ = scanWholeName(bytes, unit, into: &batch) }
      if !traits.isEmpty { emitOwnKinds(bytes, unit, into: &batch) }
    }
  }
}
