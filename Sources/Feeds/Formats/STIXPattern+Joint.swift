import Indicators
import Parsing

/// Turns an AND within one observation into values that are seen together.
///
/// A test that follows from another value is not made, and a test that no traffic or log can answer
/// is only noted beside a value that suffices: exporters write down whatever they know of an
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
    var ends: [STIXPath.Endpoint?] = []
    var ports: [(end: STIXPath.Endpoint, value: [UInt8])] = []
    let known = KnownValues(of: self, group)
    for test in group.map({ tests[$0] }) {
      let path = arena.rawSpan.extracting(test.path)
      let value = Array(arena[test.value])
      if let end = STIXPath.port(path) {
        ports.append((end, value))
      } else if let note = known.note(on: path) {
        sink.note(note, source, line: line, id: id)
      } else if STIXPath.isProtocol(path) {
        // IP, and TCP or UDP, follow from the address and need no test.
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
    // With only one address, a port is meant to be its own.
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

/// Values among tests that must hold at once, which make other tests unnecessary.
private struct KnownValues {
  private var hasFile = false
  private var hasCertificate = false
  /// Types of objects, such as `url`, of which a value is among the tests.
  ///
  /// Empty if no test asks for a publisher's own property.
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

  /// The remark on a test that is not made; nil if it is to be made.
  ///
  /// Such a test follows from another, or cannot be made.
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
