import Indicators
import Inputs
import TestSupport
import Testing

@testable import Capture

@Suite("Flows")
struct FlowTests {
  private static let forward = ["ip.src 192.0.2.1:50000", "ip.dst 198.51.100.2:443"]

  private static func segment(
    _ payload: [UInt8] = [], back: Bool = false, flags: UInt8 = Packet.ack, port: UInt16 = 443,
    sequence: UInt32 = 1
  ) -> [UInt8] {
    back
      ? Packet.ethernet(
        Packet.ip(
          Packet.server, Packet.client, 6,
          Packet.tcp(port, 50000, payload, flags: flags, sequence: sequence)))
      : Packet.ethernet(
        Packet.ip(6, Packet.tcp(50000, port, payload, flags: flags, sequence: sequence)))
  }

  private static func reply(_ payload: [UInt8], port: UInt16) -> [UInt8] {
    Packet.ethernet(
      Packet.ip(Packet.server, Packet.client, 17, Packet.udp(port, 50000, payload)))
  }

  private static func addresses(_ frames: [UInt8]...) -> [String] {
    Observed(pcap(frames.map { CapturedPacket($0) })).addresses
  }

  @Test("who began: first SYN, else the client's role, else the first packet")
  func originator() {
    let expected = Self.forward.map { "1 " + $0 }
    let hello = TLSBuilder.clientHello("a.example")
    let serverHello = TLSBuilder.record(22, TLSBuilder.handshake(2, [3, 3, 0, 0]))
    #expect(Self.addresses(Self.segment(flags: Packet.syn)) == expected)
    #expect(
      Self.addresses(Self.segment(back: true, flags: Packet.syn | Packet.ack)) == expected)
    #expect(Self.addresses(Self.segment(hello)) == expected)
    #expect(Self.addresses(Self.segment(serverHello, back: true)) == expected)
    let warned = join(TLSBuilder.record(21, [1, 112]), serverHello)
    #expect(Self.addresses(Self.segment(warned, back: true)) == expected)
    #expect(
      Self.addresses(Self.segment(utf8("HTTP/1.1 200 OK\r\n\r\n"), back: true)) == expected)
    #expect(
      Self.addresses(Self.segment([1, 2, 3], back: true)) == [
        "1 ip.src 198.51.100.2:443", "1 ip.dst 192.0.2.1:50000",
      ])
    let response = DNSBuilder(flags: 0x8180).question("a.example").bytes
    #expect(
      Self.addresses(Self.reply(response, port: 53)) == [
        "1 ip.src 192.0.2.1:50000", "1 ip.dst 198.51.100.2:53",
      ])
    // What the first packet does not tell a later one may, and the addresses are the first one's all the same.
    #expect(Self.addresses(Self.segment(back: true), Self.segment(hello)) == expected)
    #expect(
      Self.addresses(
        Self.segment([1, 2, 3], back: true), Self.segment(back: true),
        Self.segment(serverHello, back: true)) == expected)
    #expect(
      Self.addresses(Self.segment(back: true), Self.segment([1, 2, 3])) == [
        "1 ip.src 198.51.100.2:443", "1 ip.dst 192.0.2.1:50000",
      ])
    // What has no header of DNS tells no role, whichever bit is set.
    for other in [[0, 1, 0x80, 0], [UInt8](repeating: 0xaa, count: 40)] as [[UInt8]] {
      #expect(
        Self.addresses(Self.reply(other, port: 53)) == [
          "1 ip.src 198.51.100.2:53", "1 ip.dst 192.0.2.1:50000",
        ])
    }
    #expect(
      Self.addresses(Self.reply(response, port: 8053)) == [
        "1 ip.src 192.0.2.1:50000", "1 ip.dst 198.51.100.2:8053",
      ])
    #expect(
      Self.addresses(Self.reply(utf8("abc"), port: 99)) == [
        "1 ip.src 198.51.100.2:99", "1 ip.dst 192.0.2.1:50000",
      ])
  }

  @Test("a segment that begins with the version of a request is no answer")
  func splitBeforeVersion() {
    let request = utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    func details(_ place: Int) -> [String] {
      let frames = [
        Self.segment(Array(request[..<place]), port: 80),
        Self.segment(Array(request[place...]), port: 80, sequence: 1 + UInt32(place)),
      ]
      return Observed(pcap(frames.map { CapturedPacket($0) })).details
    }
    #expect(details(5).contains { $0.hasPrefix("2 http.host a.example") })
    #expect(details(6) == details(5))
    // Clients take an answer without a status for one.
    let answer = utf8("HTTP/1.1\nContent-Disposition: attachment; filename=a.txt\n\n")
    let exchange = [Self.segment(request, port: 80), Self.segment(answer, back: true, port: 80)]
    #expect(
      Observed(pcap(exchange.map { CapturedPacket($0) })).values.last == "2 http.filename a.txt")
    #expect(
      Self.addresses(Self.segment(Array(request[6...]), port: 80))
        == Self.addresses(
          Self.segment(utf8("Host: a.example\r\n\r\n"), port: 80)))
  }

  @Test("whose bytes they are that several segments tell together", arguments: [1, 3, 5, 12, 14])
  func toldTogether(_ place: Int) throws {
    let serverHello = TLSBuilder.record(
      22, TLSBuilder.handshake(2, join([3, 3], zeros(33), [0xc0, 0x2f, 0])))
    let answer = utf8(
      "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n")
    for bytes in [serverHello, answer] {
      let frames = [
        Self.segment(Array(bytes[..<place]), back: true),
        Self.segment(Array(bytes[place...]), back: true, sequence: 1 + UInt32(place)),
      ]
      let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
      #expect(observed.addresses == Self.forward.map { "1 " + $0 })
      let reader = try CaptureReader(
        source: InputSource(bytes: pcap(frames.map { CapturedPacket($0) }), path: "test"))
      var batch = ObservableBatch()
      while try reader.fill(&batch) {}
      #expect(batch.records.count == 2)
      #expect(batch.records.allSatisfy { batch.flows[Int($0.flow)].sourcePort == 50000 })
    }
    // What may be the end of a request tells nothing.
    let end = utf8("HTTP/1.1\r\nHost: a.example\r\n\r\n")
    #expect(
      Self.addresses(
        Self.segment(Array(end[..<place])),
        Self.segment(Array(end[place...]), sequence: 1 + UInt32(place)))
        == Self.forward.map { "1 " + $0 })
  }

  @Test("a group is never the one that began")
  func multicast() {
    let response = DNSBuilder(flags: 0x8400, questions: 0, answers: 1)
      .record("a.example", type: 1, [192, 0, 2, 9]).bytes
    let frame = Packet.ethernet(
      Packet.ip(Packet.client, [224, 0, 0, 251], 17, Packet.udp(5353, 5353, response)))
    #expect(
      Self.addresses(frame) == ["1 ip.src 192.0.2.1:5353", "1 ip.dst 224.0.0.251:5353"])
  }

  @Test("addresses come once a flow, whichever way its packets go")
  func once() {
    #expect(
      Self.addresses(
        Self.segment(flags: Packet.syn), Self.segment(back: true), Self.segment(),
        Self.segment(port: 444)) == [
          "1 ip.src 192.0.2.1:50000", "1 ip.dst 198.51.100.2:443", "4 ip.src 192.0.2.1:50000",
          "4 ip.dst 198.51.100.2:444",
        ])
    let ping = Packet.ethernet(Packet.ip(1, [8, 0, 0, 0]))
    let pong = Packet.ethernet(Packet.ip(Packet.server, Packet.client, 1, [0, 0, 0, 0]))
    #expect(
      Self.addresses(ping, pong, ping) == ["1 ip.src 192.0.2.1", "1 ip.dst 198.51.100.2"])
  }

  @Test("every packet's header on request, with the role of each end")
  func everyPacket() throws {
    var options = CaptureOptions()
    options.everyPacket = true
    let later = Packet.ethernet(Packet.ip(6, [1, 2, 3, 4, 5, 6, 7, 8], fragment: 2))
    let file = pcap(Self.segment(flags: Packet.syn), Self.segment(back: true), later)
    #expect(
      Observed(file, options).lines == [
        "1 ip.src 192.0.2.1:50000", "1 ip.dst 198.51.100.2:443", "2 ip.src 198.51.100.2:443",
        "2 ip.dst 192.0.2.1:50000", "3 ip.src 192.0.2.1", "3 ip.dst 198.51.100.2",
      ])
    let reader = try CaptureReader(
      source: InputSource(bytes: file, path: "test"), options: options)
    var batch = ObservableBatch()
    while try reader.fill(&batch) {}
    let roles: [ObservableFlags] = batch.observables.map {
      $0.flags.intersection([.originator, .responder])
    }
    #expect(
      roles == [.originator, .responder, .responder, .originator, .originator, .responder])
    #expect(batch.observables.allSatisfy { $0.flags.contains(.inArena) })
  }

  @Test("a record shows its flow from the originator's side, also where that is learned later")
  func flowRecords() throws {
    let request = utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    // The capture begins in the middle of a connection, with the server's data.
    let file = pcap(Self.segment([1], back: true), Self.segment(request))
    let reader = try CaptureReader(source: InputSource(bytes: file, path: "test"))
    var batch = ObservableBatch()
    while try reader.fill(&batch) {}
    #expect(batch.records.map(\.number) == [2, 1])
    #expect(batch.records.map(\.flow) == [0, 0])
    #expect(batch.flows.map(\.sourcePort) == [50000])
    #expect(batch.flows.map(\.destinationPort) == [443])
    #expect(batch.flows[0].source == IPAddress(ipv4: 0xc000_0201))
    #expect(batch.flows.allSatisfy { $0.ipProtocol == 6 && $0.ipVersion == 4 && $0.hasPorts })
    // Within a batch a flow is written once.
    let again = try CaptureReader(
      source: InputSource(
        bytes: pcap(
          Self.segment(request),
          Self.segment(request, sequence: 1 + UInt32(request.count))), path: "test"))
    batch.removeAll()
    while try again.fill(&batch) {}
    #expect(batch.records.count == 2)
    #expect(batch.flows.count == 1)
  }

  @Test("of ICMP each message is shown with its own type where every packet is")
  func everyMessage() throws {
    let frames = [8, 13, 8].map { Packet.ethernet(Packet.ip(1, [$0, 0, 0, 0, 0, 1, 0, 1])) }
    var options = CaptureOptions()
    options.everyPacket = true
    let reader = try CaptureReader(
      source: InputSource(
        bytes: pcap(frames.map { CapturedPacket($0) }), path: "test"), options: options)
    var batch = ObservableBatch()
    while try reader.fill(&batch) {}
    #expect(
      batch.records.map { batch.flows[Int($0.flow)].sourcePort } == [8, 13, 8])
  }

  @Test("the flow used least recently makes room")
  func limit() {
    var options = CaptureOptions()
    options.flowLimit = 2
    let (a, b, c) = (Self.segment(port: 1), Self.segment(port: 2), Self.segment(port: 3))
    let observed = Observed(
      pcap([a, b, a, c, a, b].map { CapturedPacket($0) }), options)
    // `b` was forgotten for `c`, and `c` for `b`; `a` never was.
    #expect(
      observed.addresses.filter { $0.contains("dst") } == [
        "1 ip.dst 198.51.100.2:1", "2 ip.dst 198.51.100.2:2", "4 ip.dst 198.51.100.2:3",
        "6 ip.dst 198.51.100.2:2",
      ])
    #expect(observed.counts["flow-limit-evictions"] == 2)
  }

  @Test("the table agrees with a list", arguments: [1, 2, 7, 700], [0, 0xfeed])
  func table(limit: Int, seed: UInt64) {
    var table = FlowTable(limit: limit, seed: seed)
    // Newest last; the mark shows that an index leads to the right flow.
    var model: [(key: FlowKey, mark: UInt32)] = []
    var random = SeededGenerator(seed: seed &+ UInt64(limit))
    for mark in 0..<UInt32(limit > 100 ? 4000 : 2000) {
      let number = random.next() % UInt64(limit * 2)
      let key = FlowKey(
        first: IPAddress(high: number, low: 1), second: IPAddress(high: 2, low: 3),
        ports: UInt32(number % 3), kind: FlowKind(rawValue: 6))
      let hash = table.hash(key)
      var flow = table.find(key, hash)
      let isNew = flow == 0
      if isNew { flow = table.insert(key, hash) }
      let known =
        limit > 100 ? model.lastIndex { $0.key == key } : model.firstIndex { $0.key == key }
      #expect(isNew == (known == nil))
      if let known {
        #expect(table[notes: flow].batch == model[known].mark)
        model.append(model.remove(at: known))
      } else {
        if model.count == limit { model.removeFirst() }
        model.append((key, mark))
        table[notes: flow].batch = mark
      }
      #expect(table.key(flow) == key)
      #expect(table.count == model.count)
    }
  }
}
