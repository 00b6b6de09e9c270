import Capture
import Indicators
import Inputs
import Matchers
import TestSupport
import Testing

/// However the flows of a capture are shared out, they yield the same.
@Suite("Shards")
struct ShardTests {
  /// What a capture yields with its flows in groups, each read by a worker of its own, in the order of
  /// (packet, what became known first); and the tally.
  static func read(
    _ capture: [UInt8], groups: Int, _ options: CaptureOptions
  ) throws -> (lines: [String], counts: [String: UInt64]) {
    let dealer = try CaptureDealer(
      source: InputSource(bytes: capture, path: "test"), options: options, groupCount: groups)
    let workers = (0..<groups).map { _ in FlowWorker(options) }
    let stretch = CaptureStretch()
    var found: [(packet: UInt64, order: UInt64, line: String)] = []
    var batch = ObservableBatch()
    func take() {
      for observable in batch.observables {
        let record = batch.records[Int(observable.record)]
        let flow = batch.flows[Int(record.flow)]
        let field = String(decoding: batch.fields.name(observable.field), as: UTF8.self)
        let start = Int(observable.offset)
        let value = batch.arena[start..<start + Int(observable.length)]
        found.append(
          (
            record.number, record.base,
            "\(record.number) \(record.time) \(field) \(Array(value)) \(observable.port) "
              + "\(flow.source) \(flow.sourcePort) \(flow.destination) \(flow.destinationPort) "
              + "\(flow.hasOverlap)"
          ))
      }
      batch.removeAll()
    }
    var horizon = UInt64(0)
    repeat {
      dealer.deal(into: stretch)
      let before = horizon
      let count = found.count
      for group in 0..<groups {
        var position = 0
        var goesOn = true
        while goesOn {
          goesOn = workers[group].read(
            from: &position, of: stretch, group: group, dealer.flows, into: &batch)
          take()
        }
        var next = group
        while stretch.isLast {
          let more = workers[group].finish(
            &next, groupCount: groups, after: stretch, dealer.flows, into: &batch)
          take()
          if !more { break }
        }
      }
      // Nothing comes that belongs before what was promised.
      #expect(found[count...].allSatisfy { $0.packet >= before })
      horizon = (0..<groups).map { dealer.flows.horizon(group: $0, of: groups) }
        .reduce(min(stretch.horizon, stretch.lastNumber + 1), min)
    } while !stretch.isLast
    // Values of one place stay in the order in which they were written.
    let sorted = found.indices.sorted {
      (found[$0].packet, found[$0].order, $0) < (found[$1].packet, found[$1].order, $1)
    }
    var tally = dealer.tally
    for worker in workers { tally.merge(worker.takeTally()) }
    return (sorted.map { found[$0].line }, tally.counts)
  }

  /// Connections whose requests come in pieces, some out of order, some never whole, among datagrams.
  private static func traffic(flows: Int, seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    var frames: [[UInt8]] = []
    for flow in 0..<flows {
      let stream = StreamBuilder(port: UInt16(1 + flow % 60_000))
      let host = "h\(random.next() % 50).example"
      let request = utf8("GET /\(flow) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: a/1\r\n\r\n")
      switch random.next() % 6 {
      case 0: frames += [stream.syn, stream.segment(request, at: 0)]
      case 1:
        let cut = 1 + Int(random.next() % UInt64(request.count - 1))
        frames += [stream.syn] + stream.segments(request, [cut]).reversed()
      case 2: frames += [stream.syn, stream.segment(request, at: 700)]
      case 3:
        // The head of an answer that breaks off within a line.
        let answer = StreamBuilder(port: UInt16(1 + flow % 60_000), back: true)
        let text = String(repeating: "x", count: 20 + Int(random.next() % 1200))
        let head = utf8("HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\(text)")
        frames += [stream.syn, stream.segment(request, at: 0), answer.segment(head, at: 0)]
      case 4:
        // In two versions, and without a SYN, so that the addresses are written later.
        let other = utf8("GET /\(flow) HTTP/1.1\r\nHost: other.example\r\n\r\n")
        frames += [
          stream.segment([], at: 0), stream.segment(request, at: 0), stream.segment(other, at: 0),
        ]
      default:
        let question = DNSBuilder().question(host).bytes
        frames.append(
          Packet.ethernet(Packet.ip(17, Packet.udp(UInt16(1 + flow % 60_000), 53, question))))
      }
    }
    // Neighbours change places, and late pieces come much later.
    for index in frames.indices where random.next() % 3 == 0 {
      frames.swapAt(index, min(frames.count - 1, index + Int(random.next() % 40)))
    }
    return pcap(
      frames.enumerated().map { CapturedPacket($1, seconds: 1_700_000_000 + UInt32($0 / 100)) })
  }

  @Test("any number of groups gives the same", arguments: [1, 2])
  func groups(seed: UInt64) throws {
    let capture = Self.traffic(flows: 3000, seed: seed)
    let one = try Self.read(capture, groups: 1, CaptureOptions())
    #expect(one.lines.count > 6000)
    for groups in [2, 8, 64] {
      let other = try Self.read(capture, groups: groups, CaptureOptions())
      #expect(other.lines == one.lines)
      #expect(other.counts == one.counts)
    }
    // A batch after a batch, for one who reads on one thread, gives the same values.
    #expect(Observed(capture).lines.count == one.lines.count)
  }

  @Test("also of packets in tunnels whose addresses are written later")
  func tunnels() throws {
    let frames = (0..<40).map { flow in
      let inner = StreamBuilder(port: UInt16(20_000 + flow)).segment([], at: 0)
      return Packet.ethernet(
        Packet.ip(
          17, Packet.udp(UInt16(30_000 + flow), 4789, join([8, 0, 0, 0, 0, 0, 9, 0], inner))))
    }
    let capture = pcap(frames.map { CapturedPacket($0) })
    let one = try Self.read(capture, groups: 1, CaptureOptions())
    #expect(one.lines.count == 160)
    for groups in [2, 8, 64] {
      #expect(try Self.read(capture, groups: groups, CaptureOptions()).lines == one.lines)
    }
  }

  @Test("also of byte strings, which are searched for in other pieces together")
  func strings() throws {
    var builder = LiteralMatcherBuilder()
    for (number, string) in ["example", "Host: h1", "HTTP/1.1\r\nHost", "h4"].enumerated() {
      utf8(string).withUnsafeBytes {
        builder.insert($0.bytes, number: UInt32(number), ignoresCase: false)
      }
    }
    let image = try builder.build()
    var options = CaptureOptions()
    options.payloadMatchers = [
      try image.withUnsafeBytes {
        try LiteralMatcher(image: ImageBytes(copying: $0.bytes), range: 0..<image.count)
      }
    ]
    for limit in [256 << 20, 1 << 15] {
      options.reassemblyLimit = limit
      options.streamLimit = min(options.streamLimit, limit >> 4)
      let capture = Self.traffic(flows: 3000, seed: 4)
      let one = try Self.read(capture, groups: 1, options)
      #expect(one.lines.filter { $0.contains(" payload ") }.count > 3000)
      for groups in [2, 8, 64] where groups <= options.shardCount {
        let other = try Self.read(capture, groups: groups, options)
        #expect(other.lines == one.lines)
        #expect(other.counts == one.counts)
      }
      // All at once, where what is read is not dealt before.
      #expect(Observed(capture, options).details.count == one.lines.count)
    }
  }

  @Test("also where limits bite")
  func limits() throws {
    var options = CaptureOptions()
    options.flowLimit = 4096
    options.streamLimit = 1 << 11
    options.reassemblyLimit = 1 << 15
    let capture = Self.traffic(flows: 9000, seed: 3)
    let one = try Self.read(capture, groups: 1, options)
    #expect(one.counts["flow-limit-evictions"] ?? 0 > 100)
    #expect(one.counts["tcp-reassembly-limit"] ?? 0 > 100)
    for groups in [2, 4] {
      let other = try Self.read(capture, groups: groups, options)
      #expect(other.lines == one.lines)
      #expect(other.counts == one.counts)
    }
  }
}
