import Indicators
import Parsing

/// Gathers what a record says about its event, field by field.
struct EventFacts {
  private typealias OwnedEndpoint = (endpoint: EventEndpoint, owner: UInt32)

  private(set) var context = EventContext()
  private var sourcePorts = EndpointPorts()
  private var destinationPorts = EndpointPorts()
  /// The owners of the endpoints' addresses (`EndpointPorts`).
  private var sourceOwner: UInt32 = 0
  private var destinationOwner: UInt32 = 0
  /// The first address of the other IP version under a name of the same rank, and its owner.
  private var otherSource: OwnedEndpoint?
  private var otherDestination: OwnedEndpoint?
  /// The endpoint that is the server beside a client, or the source if there is none.
  private var server: OwnedEndpoint?
  /// The rank of the field that each fact was taken from.
  private var ranks = InlineArray<24, UInt8>(repeating: .max)
  private var isEmpty = true
  /// The endpoints are those of an answering packet, so they have to change places.
  private var isReversed = false
  /// The endpoints differ from what the fields about a single packet say.
  private(set) var outranksPacket = false
  private var localEndpoints = LocalEndpoints()

  /// Forgets everything.
  @inline(__always)
  mutating func reset() {
    if !isEmpty { self = EventFacts() }
  }

  /// What was gathered; nil if that is nothing.
  var found: EventContext? {
    guard !isEmpty else { return nil }
    var context = context
    let (source, destination) = (rank(of: .source), rank(of: .destination))
    let endpoints = endpoints
    context.source = endpoints.source?.endpoint
    context.destination = endpoints.destination?.endpoint
    context.source?.port = sourcePorts.port(rank: source, owner: endpoints.source?.owner ?? 0)
    context.destination?.port = destinationPorts.port(
      rank: destination, owner: endpoints.destination?.owner ?? 0)
    placeServer(in: &context)
    if isReversed, source > 0, destination > 0 {
      (context.source, context.destination) = (context.destination, context.source)
    }
    if let client = context.source, client.port == 0 {
      context.source?.port = localEndpoints.port(of: client)
    }
    if context.source == nil {
      let endpoints = localEndpoints.endpoints
      context.source = endpoints.source
      if context.destination == nil { context.destination = endpoints.destination }
    }
    return context.isEmpty ? nil : context
  }

  /// The preferred endpoints; if their IP versions differ, one is replaced by an address of the
  /// other version under a name of the same rank.
  private var endpoints: (source: OwnedEndpoint?, destination: OwnedEndpoint?) {
    let source = context.source.map { (endpoint: $0, owner: sourceOwner) }
    let destination = context.destination.map { (endpoint: $0, owner: destinationOwner) }
    guard let source, let destination, source.endpoint.isIPv4 != destination.endpoint.isIPv4 else {
      return (source, destination)
    }
    return otherSource != nil
      ? (otherSource, destination) : (source, otherDestination ?? destination)
  }

  /// Makes `server` one of the endpoints: the destination beside a client, else the source.
  private func placeServer(in context: inout EventContext) {
    guard var endpoint = server?.endpoint, let owner = server?.owner else { return }
    let (own, source) = (rank(of: .serverOrSource), rank(of: .source))
    endpoint.port = sourcePorts.port(rank: own, owner: owner)
    if context.source == nil || context.destination != nil && own < source {
      context.source = endpoint
    } else if context.destination == nil, source / 4 == Self.rankOfClients {
      context.destination = endpoint
    }
  }

  /// The rank of the names of clients.
  private static let rankOfClients = 2

  /// Whether the endpoints are not those that the names of their fields say, or are unknown.
  var decidesSides: Bool { outranksPacket || hasLocalEndpoints }

  /// Whether at least one endpoint is known.
  var hasEndpoints: Bool {
    guard !isEmpty, let found else { return false }
    return found.source != nil || found.destination != nil
  }

  /// Whether the record distinguishes the endpoints only by which machine wrote it.
  var hasLocalEndpoints: Bool {
    context.source == nil && server == nil && localEndpoints.decidesSides
  }

  private func rank(of fact: EventFact) -> Int { Int(ranks[Int(fact.rawValue)]) }

  private mutating func takes(_ fact: EventFact, _ rank: UInt8) -> Bool {
    let index = Int(fact.rawValue)
    guard rank < ranks[index] else { return false }
    ranks[index] = rank
    isEmpty = false
    return true
  }

  /// Notes the text of a field; text that the field should not hold is ignored.
  ///
  /// `port` is the port that belongs to an address, or 0 if it is unknown. `owner` identifies what
  /// an address and its port are both parts of, if a record may have several. `depth` is the number
  /// of objects around the field: among names of one rank, the record's own go before those in
  /// inner objects, in whatever order they come.
  mutating func note(
    _ fact: EventFact, rank: UInt8, _ bytes: RawSpan, _ range: Range<Int>, port: UInt16 = 0,
    owner: UInt32 = 0, depth: Int = 1
  ) {
    guard !range.isEmpty else { return }
    // Among names of one rank, those of the record itself go first.
    let order = Self.order(rank, depth)
    switch fact {
    case .none: break
    case .source, .destination:
      noteEndpoint(fact, rank: rank, bytes, range, port: port, owner: owner, depth: depth)
    case .serverOrSource:
      guard let endpoint = Self.endpointWithPort(bytes, range) else { break }
      sourcePorts.noteAddress(owner: owner)
      guard takes(fact, order) else { break }
      server = (endpoint, owner)
      sourcePorts.note(port > 0 ? port : endpoint.port, rank: order, owner: owner)
    case .sourcePort:
      guard let port = NumberText.port(bytes, range) else { break }
      sourcePorts.note(port, rank: Self.order(rank, depth), owner: owner)
      isEmpty = false
    case .destinationPort:
      guard let port = NumberText.port(bytes, range) else { break }
      destinationPorts.note(port, rank: Self.order(rank, depth), owner: owner)
      isEmpty = false
    case .ipProtocol:
      if order < ranks[Int(fact.rawValue)], let number = Self.ipProtocol(bytes, range),
        takes(fact, order)
      {
        context.ipProtocol = number
      }
    case .state:
      // A number alone tells a reader nothing.
      if NumberText.unsigned(bytes, range) == nil, let text = ShortText(bytes.extracting(range)),
        takes(.state, rank)
      {
        context.state = text
      }
    case .responseCode:
      if let text = Self.responseCode(bytes, range), takes(.state, rank) { context.state = text }
    case .direction:
      let word = Self.word(bytes, range)
      if word == "toclient" {
        (isReversed, outranksPacket, isEmpty) = (true, true, false)
      } else if rank == 2, let number = NumberText.unsigned(bytes, range) {
        localEndpoints.note(direction: number)
        isEmpty = false
      } else {
        localEndpoints.note(direction: word)
        isEmpty = false
      }
    case .action:
      localEndpoints.note(action: Self.word(bytes, range))
      isEmpty = false
    case .program:
      localEndpoints.hasProgram = true
      isEmpty = false
    case .local, .remote: noteLocalEndpoint(fact, rank: rank, bytes, range, port: port)
    case .localPort, .remotePort:
      guard let port = NumberText.port(bytes, range), takes(fact, rank) else { break }
      if fact == .localPort {
        localEndpoints.localPort = port
      } else {
        localEndpoints.remotePort = port
      }
    case .verdict: noteVerdict(Self.verdict(bytes, range), order: order)
    case .answerCode:
      if let text = Self.answerCode(bytes, range), takes(.state, rank) { context.state = text }
    case .inspection:
      if Self.verdict(bytes, range) == .blocked { noteVerdict(.blocked, order: order) }
    case .eventType: noteVerdict(Self.verdict(ofEvent: Self.word(bytes, range)), order: order)
    case .isBlocked:
      switch Self.word(bytes, range) {
      case "true", "yes": noteVerdict(.blocked, order: order)
      case "false", "no": noteVerdict(.allowed, order: order)
      default: break
      }
    case .verdictNumber:
      switch NumberText.unsigned(bytes, range) {
      case 1: noteVerdict(.allowed, order: order)
      case 2: noteVerdict(.blocked, order: order)
      default: break
      }
    case .errorCode:
      if Self.isDenial(bytes, range) { noteVerdict(.blocked, order: order) }
    }
  }

  /// Notes a verdict that the form of the record tells.
  mutating func note(_ verdict: Verdict?, rank: UInt8 = 0) {
    noteVerdict(verdict, order: Self.order(rank, 1))
  }

  private mutating func noteVerdict(_ verdict: Verdict?, order: UInt8) {
    guard let verdict, takes(.verdict, order) else { return }
    context.verdict = verdict
  }

  /// Notes the code of an answer.
  mutating func note(state: ShortText) {
    if takes(.state, 0) { context.state = state }
  }

  /// Notes a protocol, by its number.
  mutating func note(ipProtocol number: UInt8) {
    if takes(.ipProtocol, 0) { context.ipProtocol = number }
  }

  /// Whether the protocol is known to be one of ICMP's, which has no ports.
  var isICMP: Bool { context.ipProtocol.map(IPProtocol.isICMP) == true }

  /// Notes one endpoint with its port.
  mutating func note(
    isSource: Bool, _ bytes: RawSpan, _ range: Range<Int>, port: UInt16
  ) {
    noteEndpoint(isSource ? .source : .destination, rank: 0, bytes, range, port: port, owner: 0)
  }

  /// The order of the names for a fact: by rank, then by the number of objects around them.
  ///
  /// Rank 0, as names for a packet's connection have it, goes first at any depth: the others tell
  /// of the packet.
  private static func order(_ rank: UInt8, _ depth: Int) -> UInt8 {
    rank == 0 ? 0 : rank &* 4 &+ UInt8(min(max(depth - 1, 0), 3))
  }

  private mutating func noteEndpoint(
    _ fact: EventFact, rank: UInt8, _ bytes: RawSpan, _ range: Range<Int>, port: UInt16,
    owner: UInt32, depth: Int = 1
  ) {
    let known = self.rank(of: fact)
    if known / 4 <= 1, rank <= 1, known / 4 != rank { outranksPacket = true }
    let rank = Self.order(rank, depth)
    let isSource = fact == .source
    let isOther = owner != (isSource ? sourceOwner : destinationOwner)
    let isFurther = rank == known && (isSource ? otherSource : otherDestination) == nil
    guard rank < known || isOther || isFurther, let endpoint = Self.endpointWithPort(bytes, range)
    else {
      return
    }
    if isSource {
      sourcePorts.noteAddress(owner: owner)
    } else {
      destinationPorts.noteAddress(owner: owner)
    }
    let isOtherVersion =
      isFurther && endpoint.isIPv4 != (isSource ? context.source : context.destination)?.isIPv4
    guard isOtherVersion || takes(fact, rank) else { return }
    let port = port > 0 ? port : endpoint.port
    switch (isSource, isOtherVersion) {
    case (true, true): otherSource = (endpoint, owner)
    case (false, true): otherDestination = (endpoint, owner)
    case (true, false): (context.source, sourceOwner, otherSource) = (endpoint, owner, nil)
    case (false, false):
      (context.destination, destinationOwner, otherDestination) = (endpoint, owner, nil)
    }
    if isSource {
      sourcePorts.note(port, rank: rank, owner: owner)
    } else {
      destinationPorts.note(port, rank: rank, owner: owner)
    }
  }

  private mutating func noteLocalEndpoint(
    _ fact: EventFact, rank: UInt8, _ bytes: RawSpan, _ range: Range<Int>, port: UInt16
  ) {
    guard var endpoint = Self.endpointWithPort(bytes, range) else { return }
    if port > 0 { endpoint.port = port }
    let isPreferred = takes(fact, rank)
    if fact == .local {
      localEndpoints.note(local: endpoint, isPreferred: isPreferred)
    } else {
      localEndpoints.note(remote: endpoint, rank: rank, isPreferred: isPreferred)
    }
  }
}
