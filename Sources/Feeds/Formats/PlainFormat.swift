import Indicators
import Parsing

/// One value a line; also the output of `md5sum` and its kind, and addresses with a note behind them.
struct PlainFormat: LineFormat {
  /// What the values are if their shape does not say.
  var declared = DeclaredKind.none
  /// The user says that lines are values, also those with bullets.
  var isNamed = false

  func readMany(_ stream: inout FeedStream, into sink: inout FeedSink) {
    if declared == .none { sink.addDigestLines(&stream) }
  }

  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if Comment.isWhole(line) { return }
    let line = isNamed ? Self.withoutBullet(line) : line
    let blanked = Text.blanked(line)
    // Nearly all lines are a value and nothing else.
    guard blanked != nil || Text.hasSpace(line) || NotedAddress.hasCells(line) else {
      if declared == .none, sink.addDigest(line, line: number) { return }
      sink.add(line, as: declared, line: number)
      return
    }
    if let blanked {
      readNoted(line, by: blanked.rawSpan, number: number, into: &sink)
    } else {
      readNoted(line, by: line, number: number, into: &sink)
    }
  }

  /// A line without the sign and blanks that make it an item of a list in prose: `- evil.example`.
  @_lifetime(copy line)
  private static func withoutBullet(_ line: RawSpan) -> RawSpan {
    guard line.byteCount > 2, !Byte.isAlphanumeric(line.byte(unchecked: 0)) else { return line }
    for bullet in ["- ", "* ", "\u{2022} "] as [StaticString] where line.starts(with: bullet) {
      return Text.trimmed(line.extracting(bullet.utf8CodeUnitCount...))
    }
    return line
  }

  /// Reads a line whose parts are found in `blanked`.
  ///
  /// This is the line with blanks for white space beyond ASCII.
  private func readNoted(
    _ line: RawSpan, by blanked: RawSpan, number: UInt64, into sink: inout FeedSink
  ) {
    let parts = NotedValue(blanked)
    if let network = Self.network(line, parts) {
      sink.add(network.rawSpan, as: declared, line: number)
      return
    }
    // What is said of all is interned once: a line may hold many values and a long note.
    let description = parts.note.isEmpty ? 0 : sink.collection.intern(line.extracting(parts.note))
    let values = [(range: parts.value, note: parts.firstNote)] + parts.further
    for (index, value) in values.enumerated() {
      if index > 0, sink.noteKnownGood(value.range, of: line, number: number) { continue }
      var context = sink.emptyContext
      context.description =
        value.note == parts.note
        ? description : sink.collection.intern(line.extracting(value.note))
      sink.setContext(context)
      add(line.extracting(value.range), line: number, into: &sink)
    }
    sink.setContext(sink.emptyContext)
    sink.noteValue(in: parts, of: line, number: number)
  }

  /// A network in two words: an address and its mask, or the first address and the last.
  ///
  /// `192.0.2.0 255.255.255.0` is as firewalls write it; routers turn the mask round.
  private static func network(_ line: RawSpan, _ parts: NotedValue) -> [UInt8]? {
    guard parts.further.count == 1, let second = parts.further.first?.range,
      let start = IPAddressText.ipv4(line.extracting(parts.value)),
      let other = IPAddressText.ipv4(line.extracting(second))
    else { return nil }
    if other > 0, NetworkMask.fits(line.extracting(second)) {
      let bytes = line.copied(line.byteOffsets)
      return NetworkMask.prefix(bytes[parts.value], bytes[second])
    }
    let isMask = other & start == 0 && other & (other &+ 1) == 0
    let hosts = isMask ? other : other &- start
    guard hosts >= Self.fewestHosts, hosts & (hosts &+ 1) == 0, start & hosts == 0 else {
      return nil
    }
    var text = line.copied(parts.value) + [Byte.minus]
    IPAddressText.append(ipv4: start | hosts, to: &text)
    return text
  }

  /// Two addresses that are closer may be neighbours.
  private static let fewestHosts: UInt32 = 15

  private func add(_ value: RawSpan, line: UInt64, into sink: inout FeedSink) {
    if declared == .none || Text.isDigest(value), sink.addDigest(value, line: line) { return }
    sink.add(value, as: declared, line: line)
  }
}
