import Indicators
import Parsing

extension Observable {
  /// Whether this is the first candidate of its place in the input.
  var startsPlace: Bool { !flags.contains(.fallback) && !flags.contains(.joint) }
}

extension ObservableBatch {
  /// Sets the port of addresses that are an endpoint of their record's event but have no port
  /// beside them, also where a host that was asked for is the event's destination.
  ///
  /// So an address is compared with the same port that the hit shows in its flow. An address in
  /// free text only has the port that is written beside it (`Matching.md` §2).
  mutating func setPortsOfEndpoints(chunk: RawSpan) {
    guard !contexts.isEmpty else { return }
    for index in observables.indices where observables[index].port == 0 {
      let observable = observables[index]
      guard observable.kind == .ipv4 || observable.kind == .ipv6 else { continue }
      let context = records[Int(observable.record)].context
      guard context != ObservableRecord.noContext, Int(context) < contexts.count else { continue }
      let isEnd = !observable.flags.isDisjoint(with: [.originator, .responder])
      let endpoint =
        observable.flags.contains(.originator)
        ? contexts[Int(context)].source : contexts[Int(context)].destination
      guard let endpoint, endpoint.port > 0, isAddress(observable, of: endpoint, chunk: chunk),
        isEnd ? !fields.isName("text", at: observable.field) : isHostAsked(observable.field)
      else { continue }
      observables[index].port = endpoint.port
    }
  }

  /// Whether a field is one of Suricata's for the host that a client asked the destination for.
  private func isHostAsked(_ field: UInt16) -> Bool {
    let name = fields.name(field)
    return name.hasEnd("http.hostname") || name.hasEnd("tls.sni")
  }

  /// Whether an observable is the address of an endpoint.
  private func isAddress(_ observable: Observable, of endpoint: EventEndpoint, chunk: RawSpan)
    -> Bool
  {
    guard endpoint.isIPv4 == (observable.kind == .ipv4) else { return false }
    var isEqual = false
    withBytes(of: observable, chunk: chunk) { bytes in
      isEqual =
        bytes.byteCount == 4
        ? bytes.bigEndianUInt32(unchecked: 0) == endpoint.address.ipv4
        : bytes.byteCount == 16
          && bytes.bigEndianUInt64(unchecked: 0) == endpoint.address.high
          && bytes.bigEndianUInt64(unchecked: 8) == endpoint.address.low
    }
    return isEqual
  }

  /// Calls a closure with the bytes of an observable, which are empty if its range is out of
  /// bounds.
  func withBytes(of observable: Observable, chunk: RawSpan, _ body: (RawSpan) -> Void) {
    let start = Int(observable.offset)
    let end = start + Int(observable.length)
    if observable.flags.contains(.inArena) {
      guard end <= arena.count else { return body(RawSpan()) }
      body(arena.rawSpan.extracting(start..<end))
    } else {
      guard end <= chunk.byteCount else { return body(RawSpan()) }
      body(chunk.extracting(start..<end))
    }
  }

  /// Appends an observable's value as it is printed: in normal form.
  func appendValue(of observable: Observable, chunk: RawSpan, to output: inout [UInt8]) {
    withBytes(of: observable, chunk: chunk) { bytes in
      switch observable.kind {
      case .domain, .email:
        // The bytes may still have the case that they have in the input.
        let start = output.count
        output.append(bytes)
        var text = output.mutableSpan
        for index in start..<text.count where text[index] &- UInt8(ascii: "A") < 26 {
          text[index] |= 0x20
        }
      case .filename, .registryKey:
        var normalizer = Normalizer()
        var hasSeparator = false
        let refusal =
          observable.kind == .filename
          ? normalizer.appendFileName(bytes, hasSeparator: &hasSeparator, to: &output)
          : normalizer.appendRegistryKey(bytes, to: &output)
        // A value without a normal form is shown unchanged.
        if refusal != nil { output.append(bytes) }
      default: ValueText.append(kind: observable.kind, bytes: bytes, to: &output)
      }
    }
  }
}

extension ArraySlice<UInt8> {
  /// Whether a field's name ends with these keys.
  fileprivate func hasEnd(_ keys: StaticString) -> Bool {
    let start = count - keys.utf8CodeUnitCount
    guard start >= 0, start == 0 || self[startIndex + start - 1] == Byte.dot else { return false }
    return keys.withUTF8Buffer { unsafe suffix($0.count).elementsEqual($0) }
  }
}
