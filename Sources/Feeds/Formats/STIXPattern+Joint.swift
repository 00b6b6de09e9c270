import Indicators
import Parsing

/// What an AND within one observation asks for, as values that are seen together.
///
/// What follows from one of the values is not asked for again, and what no traffic and no log shows
/// beside a value that says it all is noted and let be: exporters write down whatever they know of an
/// object.
extension STIXPattern {
  /// Adds tests that must hold at once; a port goes with the address of the same end.
  func addJoint(
    _ group: [Int], to sink: inout FeedSink, source: RawSpan, line: UInt64, id: StringID
  ) {
    if group.count == 1 {
      return addTest(tests[group[0]], to: &sink, source: source, line: line, id: id)
    }
    var parts: [JointPart] = []
    var ends: [STIXPath.End?] = []
    var ports: [(end: STIXPath.End, value: [UInt8])] = []
    let known = KnownValues(of: self, group)
    for test in group.map({ tests[$0] }) {
      let path = arena.rawSpan.extracting(test.path)
      let value = Array(arena[test.value])
      if let end = STIXPath.port(path) {
        ports.append((end, value))
      } else if let note = known.note(on: path) {
        sink.note(note, source, line: line, id: id)
      } else if STIXPath.isProtocol(path) {
        // That a packet is IP, and TCP or UDP, goes without saying where it has an address.
        guard STIXPath.isImplied(value.rawSpan) else {
          return sink.refuse(.unsupportedPath, source, line: line, id: id)
        }
        sink.note("protocol-not-checked", source, line: line, id: id)
      } else if let declared = STIXPath.kind(path) {
        parts.append(
          JointPart(
            value: value, declared: declared, nameMode: .exact,
            isIdentity: STIXPath.identity(path) != nil))
        ends.append(STIXPath.end(path))
      } else {
        return sink.refuse(.unsupportedPath, source, line: line, id: id)
      }
    }
    var responderPort: UInt16 = 0
    // With one address in sight, a port is meant to be its own.
    let addresses = parts.indices.filter { parts[$0].isAddress }
    for port in ports {
      let own =
        addresses.first { ends[$0] == port.end }
        ?? (addresses.count == 1 && ends[addresses[0]] == nil ? addresses[0] : nil)
      if let own {
        guard parts[own].join(port: port.value) else {
          return sink.refuse(.unsupportedPath, source, line: line, id: id)
        }
      } else if port.end == .destination, responderPort == 0,
        let number = Text.number(port.value.rawSpan), let value = UInt16(exactly: number), value > 0
      {
        // A name, a prefix or the other end's address: the port is a condition of its own.
        responderPort = value
      } else {
        return sink.refuse(.unsupportedPath, source, line: line, id: id)
      }
    }
    guard !parts.isEmpty else {
      return sink.refuse(.unsupportedPath, source, line: line, id: id)
    }
    sink.add(parts, port: responderPort, line: line, id: id)
  }
}

/// The values among tests that must hold at once, from which others of them follow.
private struct KnownValues {
  private var hasFile = false
  private var hasCertificate = false
  /// Types of objects of which a value is among the tests, `url`; empty where none of the tests asks for a
  /// publisher's own property.
  private var objects: Set<[UInt8]> = []
  private var hasEmail = false
  private var hasAddress = false

  init(of pattern: STIXPattern, _ group: [Int]) {
    let asksForCustom = group.contains {
      STIXPath.objectOfCustomProperty(pattern.arena.rawSpan.extracting(pattern.tests[$0].path))
        != nil
    }
    for test in group.map({ pattern.tests[$0] }) {
      let path = pattern.arena.rawSpan.extracting(test.path)
      switch STIXPath.identity(path) {
      case .file: hasFile = true
      case .certificate: hasCertificate = true
      case nil: break
      }
      guard let kind = STIXPath.kind(path) else { continue }
      if asksForCustom {
        objects.insert(Array(pattern.arena[test.path].prefix { $0 != Byte.colon }))
      }
      if kind == .kind(.email) { hasEmail = true }
      if kind == .network { hasAddress = true }
    }
  }

  /// What is noted of a test that is not made, since it follows from another or none could make it;
  /// nil where it is to be made.
  func note(on path: RawSpan) -> String? {
    if hasFile, STIXPath.followsFrom(path) == .file { return "file-facts-not-checked" }
    if hasCertificate, STIXPath.followsFrom(path) == .certificate {
      return "certificate-facts-not-checked"
    }
    if hasEmail, STIXPath.isDisplayName(path) { return "display-name-not-checked" }
    if hasAddress, STIXPath.isNetworkNumber(path) { return "network-number-not-checked" }
    if hasAddress, STIXPath.isFlowTime(path) { return "flow-time-not-checked" }
    if let object = STIXPath.objectOfCustomProperty(path), objects.contains(object) {
      return "custom-property-not-checked"
    }
    return nil
  }
}
