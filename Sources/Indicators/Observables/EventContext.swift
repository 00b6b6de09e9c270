import Parsing

/// What a log record says about the event around its values: both endpoints, state and verdict.
///
/// Plain values, so that neither the record nor its field names are held alive.
public struct EventContext: Sendable, Equatable {
  /// Who began: the client, the source, the originator.
  public var source: EventEndpoint?
  /// Whom it went to: the server, the destination, the responder.
  public var destination: EventEndpoint?
  /// IP protocol number (IANA), or nil if the record names none.
  public var ipProtocol: UInt8?
  /// The connection's state or the answer's code as in the record: `S0`, `established`, `NXDOMAIN`.
  public var state = ShortText()
  /// Whether the device that wrote the record let the traffic pass.
  public var verdict: Verdict?
  /// The Community ID that the record states, whose seed need not be ours.
  package var communityID: StatedCommunityID?

  /// A context that says nothing yet.
  public init() {}

  /// Whether an endpoint is known.
  package var hasEndpoints: Bool { source != nil || destination != nil }

  /// This context with the protocol, state and verdict of `other` where it has them; the endpoints
  /// stay.
  package func filled(from other: EventContext?) -> EventContext {
    guard let other else { return self }
    var context = self
    if let number = other.ipProtocol { context.ipProtocol = number }
    if !other.state.isEmpty { context.state = other.state }
    if let verdict = other.verdict { context.verdict = verdict }
    if let identifier = other.communityID { context.communityID = identifier }
    return context
  }

  /// Whether nothing is known; a Community ID alone does not tell what it identifies.
  public var isEmpty: Bool {
    source == nil && destination == nil && ipProtocol == nil && state.isEmpty && verdict == nil
  }
}

/// What the device did with the traffic that a record describes.
public enum Verdict: UInt8, Sendable {
  /// It was let through.
  case allowed
  /// It was stopped: denied, dropped, rejected, reset.
  case blocked
}

/// One endpoint of an event.
public struct EventEndpoint: Sendable, Equatable {
  /// The address.
  public var address: IPAddress
  /// Whether it is an IPv4 address.
  public var isIPv4: Bool
  /// The port, or 0.
  public var port: UInt16

  /// An endpoint from its address and port.
  public init(address: IPAddress, isIPv4: Bool, port: UInt16 = 0) {
    self.address = address
    self.isIPv4 = isIPv4
    self.port = port
  }
}

/// Up to sixteen bytes of text, stored inline.
public struct ShortText: Sendable, Equatable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// Bytes that fit.
  public static let capacity = 16

  /// No text.
  public init() {}

  /// Takes 1 to 16 bytes of printable ASCII without blanks; nil for anything else.
  public init?(_ bytes: RawSpan) {
    guard 1...Self.capacity ~= bytes.byteCount else { return nil }
    for offset in bytes.byteOffsets {
      let byte = bytes.byte(at: offset)
      guard byte > 0x20, byte < 0x7f else { return nil }
      if offset < 8 {
        low |= UInt64(byte) << UInt64(8 * offset)
      } else {
        high |= UInt64(byte) << UInt64(8 * (offset - 8))
      }
    }
  }

  /// Whether there is no text.
  public var isEmpty: Bool { low == 0 }

  /// The text's bytes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for half in [low, high] {
      for index in 0..<8 {
        let byte = UInt8(truncatingIfNeeded: half >> UInt64(8 * index))
        if byte == 0 { return bytes }
        bytes.append(byte)
      }
    }
    return bytes
  }

  /// Whether both are the same text.
  public static func == (left: ShortText, right: ShortText) -> Bool {
    left.low == right.low && left.high == right.high
  }
}
