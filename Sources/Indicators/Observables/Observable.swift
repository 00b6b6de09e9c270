/// A value seen in traffic or in a log: what it is, where its bytes are, and where it was found.
///
/// Trivial and 24 bytes, so that a batch of them crosses a module boundary at no cost. The bytes
/// are in the chunk that travels beside the batch, or in the batch's arena when they had to be
/// decoded, unescaped, reassembled or computed (`ObservableFlags.inArena`).
///
/// Form of the bytes, which every source keeps to so that a lookup needs no second look:
/// - `ipv4`, `ipv6`: 4 or 16 bytes in network order, always in the arena;
/// - digests (`IndicatorKind.isDigest`): raw bytes, always in the arena;
/// - `domain`: the normal form of a name, except that ASCII letters may have either case; a name
///   that needs more than that (IDNA, percent units, escapes) is in the arena in full normal form;
/// - `url`: the normal form, always in the arena;
/// - `email`: as `domain`: local part and host, ASCII letters in either case;
/// - every other kind: the bytes of the field, unescaped.
@frozen
public struct Observable: Sendable {
  /// What the value is.
  public var kind: IndicatorKind
  /// Where the bytes are, and how this value relates to the one before it.
  public var flags: ObservableFlags
  /// The field that holds the value: an index into the batch's field table.
  public var field: UInt16
  /// The port that belongs to the address, or 0 when none is known.
  public var port: UInt16
  /// Length of a URL's scheme with its `://` at the start of the bytes; 0 without a scheme.
  public var schemeLength: UInt16
  /// Offset of the bytes in the chunk or the arena.
  public var offset: UInt32
  /// Length of the bytes.
  public var length: UInt32
  /// Index of the record (a packet, a log line, an object) in the batch's record table.
  public var record: UInt32
  /// Where the value begins, in bytes from the record's `base`, before unescaping or transcoding.
  public var position: UInt32

  /// An observable with its bytes at `offset` for `length`.
  public init(
    kind: IndicatorKind, flags: ObservableFlags = [], field: UInt16, offset: UInt32,
    length: UInt32, record: UInt32, position: UInt32 = 0, port: UInt16 = 0, schemeLength: UInt16 = 0
  ) {
    self.kind = kind
    self.flags = flags
    self.field = field
    self.port = port
    self.schemeLength = schemeLength
    self.offset = offset
    self.length = length
    self.record = record
    self.position = position
  }
}

/// Facts about an observable that a lookup or a writer needs.
///
/// Other modules ask for flags several times per value. So each flag is inlined there as a
/// constant, instead of a call for a global's address.
@frozen
public struct ObservableFlags: OptionSet, Sendable {
  /// One bit for each fact.
  public let rawValue: UInt8
  /// Facts from their bits.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The bytes are in the batch's arena, not in the chunk.
  @inlinable
  public static var inArena: ObservableFlags { ObservableFlags(rawValue: 1) }

  /// Another candidate for the place of the observable before it.
  ///
  /// It is tried only if no earlier candidate of that place matched; the candidate that matched
  /// gives the hit its value.
  @inlinable
  public static var fallback: ObservableFlags { ObservableFlags(rawValue: 2) }

  /// Another form or kind of the observable before it.
  ///
  /// Both are looked up, and the matches of both are listed on one hit. The hit has the value of
  /// the first one, and the kind of the first one that matched.
  @inlinable
  public static var joint: ObservableFlags { ObservableFlags(rawValue: 4) }

  /// The value has a field of its own, so kinds that are compared whole may match it.
  ///
  /// Examples are a user agent in a user-agent field and a mutex in a mutex field.
  @inlinable
  public static var ownField: ObservableFlags { ObservableFlags(rawValue: 8) }

  /// The value is an originator's address.
  @inlinable
  public static var originator: ObservableFlags { ObservableFlags(rawValue: 16) }

  /// The value is a responder's address.
  @inlinable
  public static var responder: ObservableFlags { ObservableFlags(rawValue: 32) }

  /// The value is `http.url` of a capture, whose path a path-only indicator may equal.
  @inlinable
  public static var httpURL: ObservableFlags { ObservableFlags(rawValue: 64) }

  /// The bytes are not the value, but tell which text was found.
  ///
  /// They are the number of the matcher and that of its pattern, four bytes each in network order.
  @inlinable
  public static var pattern: ObservableFlags { ObservableFlags(rawValue: 128) }
}

/// Where a batch's observables come from: one packet, one line, one object.
public struct ObservableRecord: Sendable {
  /// Packet number or line number, from 1.
  public var number: UInt64
  /// Absolute byte offset in the uncompressed input that `Observable.position` counts from.
  ///
  /// In the record of a packet: the place of its values in the order in which they became known.
  public var base: UInt64
  /// Event time in nanoseconds since 1970, or `noTime`.
  public var time: Int64
  /// Index into the batch's flows, or `noFlow`.
  public var flow: UInt32
  /// Index into the batch's contexts, or `noContext`: what a log's record says of the event.
  public var context: UInt32 = ObservableRecord.noContext
  /// The response code, if the record is a DNS response of a capture.
  public var responseCode: DNSResponseCode? = nil

  /// No event time is known.
  public static let noTime = Int64.min
  /// The record belongs to no flow.
  public static let noFlow = UInt32.max
  /// The record says nothing of the event around its values.
  public static let noContext = UInt32.max

  /// A record without time and flow unless given.
  public init(
    number: UInt64, base: UInt64 = 0, time: Int64 = ObservableRecord.noTime,
    flow: UInt32 = ObservableRecord.noFlow
  ) {
    self.number = number
    self.base = base
    self.time = time
    self.flow = flow
  }
}

/// The two endpoints of a flow as a hit shows them; plain values, so that no flow table is held
/// alive.
public struct FlowRecord: Sendable, Equatable {
  /// Originator's address.
  public var source: IPAddress
  /// Responder's address.
  public var destination: IPAddress
  /// Originator's port, or 0; for ICMP the type of the first message.
  public var sourcePort: UInt16
  /// Responder's port, or 0; for ICMP the code of the first message.
  public var destinationPort: UInt16
  /// IP protocol number (IANA).
  public var ipProtocol: UInt8
  /// 4 or 6.
  public var ipVersion: UInt8
  /// How many tunnels the packet was inside.
  public var tunnelDepth: UInt8
  /// Whether the protocol has ports.
  public var hasPorts: Bool
  /// Whether the flow's packets disagreed about some bytes of a datagram or a stream.
  public var hasOverlap: Bool
  /// The part of the capture's flows that holds this flow; says nothing about the flow itself.
  @usableFromInline
  package var shard: UInt8 = 0

  /// A flow from its endpoints.
  @inlinable
  public init(
    source: IPAddress, destination: IPAddress, sourcePort: UInt16,
    destinationPort: UInt16, ipProtocol: UInt8, ipVersion: UInt8, tunnelDepth: UInt8,
    hasPorts: Bool, hasOverlap: Bool = false
  ) {
    self.source = source
    self.destination = destination
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.ipProtocol = ipProtocol
    self.ipVersion = ipVersion
    self.tunnelDepth = tunnelDepth
    self.hasPorts = hasPorts
    self.hasOverlap = hasOverlap
  }

  /// A flow from its endpoints, in a part of its capture's flows.
  @inlinable
  package init(
    source: IPAddress, destination: IPAddress, sourcePort: UInt16,
    destinationPort: UInt16, ipProtocol: UInt8, ipVersion: UInt8, tunnelDepth: UInt8,
    hasPorts: Bool, hasOverlap: Bool, shard: UInt8
  ) {
    self.init(
      source: source, destination: destination, sourcePort: sourcePort,
      destinationPort: destinationPort, ipProtocol: ipProtocol, ipVersion: ipVersion,
      tunnelDepth: tunnelDepth, hasPorts: hasPorts, hasOverlap: hasOverlap)
    self.shard = shard
  }

  /// Whether both have the same addresses, ports, protocol and tunnel depth.
  ///
  /// `hasOverlap` does not count.
  public static func == (left: FlowRecord, right: FlowRecord) -> Bool {
    left.source == right.source && left.destination == right.destination
      && left.sourcePort == right.sourcePort && left.destinationPort == right.destinationPort
      && left.ipProtocol == right.ipProtocol && left.ipVersion == right.ipVersion
      && left.tunnelDepth == right.tunnelDepth && left.hasPorts == right.hasPorts
  }
}
