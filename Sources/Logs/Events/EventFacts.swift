import Indicators
import Parsing

/// Gathers what a record says about its event, field by field.
struct EventFacts {
  /// All but the endpoints.
  private var context = EventContext()
  private var source = SideFacts()
  private var destination = SideFacts()
  /// The endpoint that is the server beside a client, or the source if there is none.
  private var server: SideFacts.OwnedEndpoint?
  /// The order of the name that each fact was taken from.
  private var orders = InlineArray<29, UInt8>(repeating: .max)
  private var isEmpty = true
  /// The endpoints are those of an answering packet, so they have to change places.
  private var isReversed = false
  private var localEndpoints = LocalEndpoints()
  private var filtering = FilteringEvent()

  /// Forgets everything.
  @inline(__always)
  mutating func reset() {
    if !isEmpty { self = EventFacts() }
  }

  /// What was gathered; nil if that is nothing.
  var found: EventContext? {
    guard !isEmpty else { return nil }
    var context = context
    let (source, destination) = endpoints
    context.source = source?.endpoint
    context.destination = destination?.endpoint
    context.source?.port = self.source.ports.port(
      rank: Int(self.source.order), owner: source?.owner ?? 0)
    context.destination?.port = self.destination.ports.port(
      rank: Int(self.destination.order), owner: destination?.owner ?? 0)
    placeServer(in: &context)
    if isTurned, self.source.order > 0, self.destination.order > 0 {
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
    if context.verdict == nil, context.source != nil, context.destination != nil {
      context.verdict = filtering.verdict
    }
    return context.isEmpty ? nil : context
  }

  /// The preferred endpoints; if their IP versions differ, one is replaced by an address of the
  /// other version under a name of the same rank.
  private var endpoints: (source: SideFacts.OwnedEndpoint?, destination: SideFacts.OwnedEndpoint?) {
    guard let first = source.preferred, let second = destination.preferred,
      first.endpoint.isIPv4 != second.endpoint.isIPv4
    else { return (source.preferred, destination.preferred) }
    return source.other != nil ? (source.other, second) : (first, destination.other ?? second)
  }

  /// Makes `server` one of the endpoints: the destination beside a client, else the source.
  private func placeServer(in context: inout EventContext) {
    guard var endpoint = server?.endpoint, let owner = server?.owner else { return }
    let own = orders[Int(EventFact.serverOrSource.rawValue)]
    endpoint.port = source.ports.port(rank: Int(own), owner: owner)
    if context.source == nil || context.destination != nil && own < source.order {
      context.source = endpoint
    } else if context.destination == nil, source.order / 4 == Self.rankOfClients {
      context.destination = endpoint
    }
  }

  /// The rank of the names of clients.
  private static let rankOfClients: UInt8 = 2

  /// Whether the endpoints are not those that the names of their fields say, or are unknown.
  var decidesSides: Bool {
    isTurned || source.outranksPacket || destination.outranksPacket || hasLocalEndpoints
  }

  /// Whether the source is the one that the fields call the destination.
  private var isTurned: Bool {
    if isReversed { return true }
    guard filtering.isAsked(source, destination) else { return false }
    return FilteringEvent.isServer(
      source.ports.port(rank: Int(source.order), owner: source.preferred?.owner ?? 0),
      asOf: destination.ports.port(
        rank: Int(destination.order), owner: destination.preferred?.owner ?? 0))
  }

  /// Takes over protocol, state and verdict of another context where it has them.
  mutating func fill(from other: EventContext) {
    context = context.filled(from: other)
    isEmpty = false
  }

  /// Whether at least one endpoint is known.
  var hasEndpoints: Bool {
    guard !isEmpty, let found else { return false }
    return found.source != nil || found.destination != nil
  }

  /// Whether the record names only its own machine and the other one, as `local_ip` and
  /// `remote_ip` do, so that its direction has to tell which of them is the source.
  var hasLocalEndpoints: Bool {
    source.preferred == nil && server == nil && localEndpoints.decidesSides
  }

  /// Whether a fact may be taken from a name of this order, which is then noted.
  private mutating func takes(_ fact: EventFact, _ order: UInt8) -> Bool {
    let index = Int(fact.rawValue)
    guard order < orders[index] else { return false }
    orders[index] = order
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
    switch fact {
    case .source:
      let isTaken = source.note(bytes, range, rank: rank, depth: depth, port: port, owner: owner)
      if isTaken { isEmpty = false }
    case .destination:
      let isTaken = destination.note(
        bytes, range, rank: rank, depth: depth, port: port, owner: owner)
      if isTaken { isEmpty = false }
    case .serverOrSource:
      noteServer(bytes, range, order: Self.order(rank, depth), port: port, owner: owner)
    case .local, .remote:
      if noteSecurityEndpoint(fact, bytes, range, owner: owner) { return }
      noteLocalEndpoint(fact, rank: rank, bytes, range, port: port)
    case .visitor:
      guard let endpoint = Self.endpointWithPort(bytes, range) else { return }
      localEndpoints.note(visitor: endpoint)
      isEmpty = false
    case .console:
      guard let address = Self.addressInBrackets(bytes, range) else { return }
      note(.source, rank: rank, bytes, address, owner: owner, depth: depth)
    default:
      guard let statement = Self.statement(fact, rank: rank, bytes, range) else { return }
      take(statement, fact, rank: rank, order: Self.order(rank, depth), owner: owner)
    }
  }

  /// The range of what stands in brackets at the end of a field.
  private static func addressInBrackets(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int>? {
    guard bytes.byte(unchecked: range.upperBound - 1) == UInt8(ascii: ")"),
      let open = bytes.lastOffset(
        of: UInt8(ascii: "("), from: range.lowerBound, to: range.upperBound)
    else { return nil }
    return open + 1..<range.upperBound - 1
  }

  /// What the text of a field means.
  private enum Statement {
    case port(UInt16)
    case ipProtocol(UInt8)
    case state(ShortText)
    case verdict(Verdict)
    /// The packet is one of an answer.
    case isAnswer
    case direction(String)
    case directionNumber(UInt64)
    case action(String)
    case program
    case communityID(StatedCommunityID)
    case eventNumber(UInt64)
    case isFilteringProvider
    case isServiceLog
    case isInbound(Bool)
  }

  /// Reads the text of a field; nil if it is none that the field should hold.
  private static func statement(
    _ fact: EventFact, rank: UInt8, _ bytes: RawSpan, _ range: Range<Int>
  ) -> Statement? {
    switch fact {
    case .none, .source, .destination, .serverOrSource, .local, .remote, .visitor, .console: nil
    case .sourcePort, .destinationPort, .localPort, .remotePort:
      NumberText.port(bytes, range).map { .port($0) }
    case .ipProtocol: ipProtocol(bytes, range).map { .ipProtocol($0) }
    // A number alone tells a reader nothing.
    case .state where NumberText.unsigned(bytes, range) != nil: nil
    case .state: ShortText(bytes.extracting(range)).map { .state($0) }
    case .responseCode: responseCode(bytes, range).map { .state($0) }
    case .answerCode: answerCode(bytes, range).map { .state($0) }
    case .direction: direction(bytes, range, mayBeNumber: rank == 2)
    case .action: .action(word(bytes, range))
    case .program: .program
    case .communityID: StatedCommunityID(bytes.extracting(range)).map { .communityID($0) }
    case .verdict, .inspection, .eventType, .isBlocked, .verdictNumber, .errorCode:
      verdict(fact, bytes, range).map { .verdict($0) }
    case .eventNumber:
      NumberText.unsigned(bytes, range).flatMap { FilteringEvent.fits($0) ? .eventNumber($0) : nil }
    case .eventProvider:
      bytes.isWord(range, FilteringEvent.provider) ? .isFilteringProvider : nil
    case .entryIdentifier: .isServiceLog
    }
  }

  private static func direction(
    _ bytes: RawSpan, _ range: Range<Int>, mayBeNumber: Bool
  ) -> Statement {
    if let isInbound = FilteringEvent.isInbound(bytes, range) { return .isInbound(isInbound) }
    let word = word(bytes, range)
    if word == "toclient" { return .isAnswer }
    if mayBeNumber, let number = NumberText.unsigned(bytes, range) {
      return .directionNumber(number)
    }
    return .direction(word)
  }

  /// The verdict that the text of a field means.
  private static func verdict(
    _ fact: EventFact, _ bytes: RawSpan, _ range: Range<Int>
  ) -> Verdict? {
    switch fact {
    case .inspection: verdict(bytes, range) == .blocked ? .blocked : nil
    case .eventType: verdict(ofEvent: word(bytes, range))
    case .isBlocked:
      switch word(bytes, range) {
      case "true", "yes": .blocked
      case "false", "no": .allowed
      default: nil
      }
    case .verdictNumber:
      switch NumberText.unsigned(bytes, range) {
      case 1: .allowed
      case 2: .blocked
      default: nil
      }
    case .errorCode: isDenial(bytes, range) ? .blocked : nil
    default: verdict(bytes, range)
    }
  }

  /// Takes what a field means, unless a name that goes first has told of it before.
  private mutating func take(
    _ statement: Statement, _ fact: EventFact, rank: UInt8, order: UInt8, owner: UInt32
  ) {
    switch statement {
    case .port(let port):
      switch fact {
      case .sourcePort: source.ports.note(port, rank: order, owner: owner)
      case .destinationPort: destination.ports.note(port, rank: order, owner: owner)
      case .localPort: if takes(fact, rank) { localEndpoints.localPort = port }
      default: if takes(fact, rank) { localEndpoints.remotePort = port }
      }
    case .ipProtocol(let number):
      if takes(.ipProtocol, order) { context.ipProtocol = number }
    case .state(let text):
      if takes(.state, rank) { context.state = text }
    case .verdict(let verdict): noteVerdict(verdict, order: order)
    case .isAnswer: isReversed = true
    case .direction(let word): localEndpoints.note(direction: word)
    case .eventNumber(let number): filtering.note(number: number)
    case .isFilteringProvider: filtering.isProven = true
    case .isServiceLog: localEndpoints.isServiceLog = true
    case .isInbound(let isInbound):
      filtering.note(isInbound: isInbound, order: order, owner: owner)
      localEndpoints.note(direction: isInbound ? "inbound" : "outbound")
    case .directionNumber(let number): localEndpoints.note(direction: number)
    case .action(let word): localEndpoints.note(action: word)
    case .program: localEndpoints.hasProgram = true
    case .communityID(let identifier):
      if takes(.communityID, order) { context.communityID = identifier }
    }
    isEmpty = false
  }

  /// Notes a verdict that the form of the record tells.
  mutating func note(_ verdict: Verdict?, rank: UInt8 = 0) {
    noteVerdict(verdict, order: Self.order(rank, 1))
  }

  private mutating func noteVerdict(_ verdict: Verdict?, order: UInt8) {
    guard let verdict, takes(.verdict, order) else { return }
    context.verdict = verdict
  }

  /// Notes the number of an event of the filtering platform of Windows.
  mutating func noteFilteringEvent(_ number: UInt64) {
    filtering.note(number: number)
    filtering.isProven = true
    isEmpty = false
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
    note(isSource ? .source : .destination, rank: 0, bytes, range, port: port)
  }

  /// The order of the names for a fact: by rank, then by the number of objects around them.
  ///
  /// Rank 0, as names for a packet's connection have it, goes first at any depth: the others tell
  /// of the packet.
  static func order(_ rank: UInt8, _ depth: Int) -> UInt8 {
    rank == 0 ? 0 : rank &* 4 &+ UInt8(min(max(depth - 1, 0), 3))
  }

  private mutating func noteServer(
    _ bytes: RawSpan, _ range: Range<Int>, order: UInt8, port: UInt16, owner: UInt32
  ) {
    guard let endpoint = Self.endpointWithPort(bytes, range) else { return }
    source.ports.noteAddress(owner: owner)
    guard takes(.serverOrSource, order) else { return }
    server = (endpoint, owner)
    source.ports.note(port > 0 ? port : endpoint.port, rank: order, owner: owner)
  }

  /// Notes an endpoint as Asterisk's security log writes it, where the other end is always who asked:
  /// `RemoteAddress="IPV4/UDP/192.0.2.1/5060"`; false if the text is none.
  private mutating func noteSecurityEndpoint(
    _ fact: EventFact, _ bytes: RawSpan, _ range: Range<Int>, owner: UInt32
  ) -> Bool {
    guard bytes.byte(unchecked: range.lowerBound) == UInt8(ascii: "I"),
      let endpoint = SecurityEndpoint(bytes, range)
    else { return false }
    if let number = endpoint.ipProtocol { note(ipProtocol: number) }
    note(
      fact == .remote ? .source : .destination, rank: 3, bytes, endpoint.address,
      port: endpoint.port, owner: owner)
    return true
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
