import Capture
import Indicators
import Inputs
import TestSupport
import Testing

@Suite("Community ID")
struct CommunityIDTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var flow: FlowRecord
    var name: String
  }

  private static func flow(
    _ source: UInt32, _ destination: UInt32, _ ipProtocol: UInt8, _ sourcePort: UInt16,
    _ destinationPort: UInt16, hasPorts: Bool = true
  ) -> FlowRecord {
    FlowRecord(
      source: IPAddress(ipv4: source), destination: IPAddress(ipv4: destination),
      sourcePort: sourcePort, destinationPort: destinationPort, ipProtocol: ipProtocol,
      ipVersion: 4, tunnelDepth: 0, hasPorts: hasPorts)
  }

  private static let (a, b): (UInt32, UInt32) = (0xc000_0201, 0xc633_6402)

  static let cases: [Case] = [
    Case(
      testDescription: "TCP", flow: flow(a, b, 6, 34855, 80),
      name: "1:cqjXVAu67qhg3twBk2xRzt1xqjs="),
    Case(
      testDescription: "TCP, the other way", flow: flow(b, a, 6, 80, 34855),
      name: "1:cqjXVAu67qhg3twBk2xRzt1xqjs="),
    Case(
      testDescription: "UDP", flow: flow(a, b, 17, 53, 53),
      name: "1:zeTBLVuv6kkWZoLATsbuqgkxaO0="),
    Case(
      testDescription: "SCTP", flow: flow(a, b, 132, 80, 32768),
      name: "1:6otv0W4DXsaGqLyJ7x0VrJDTJi8="),
    Case(
      testDescription: "a ping", flow: flow(a, b, 1, 8, 0, hasPorts: false),
      name: "1:zFLKq9oekfjLhmre/zOf0XYYjVE="),
    Case(
      testDescription: "its answer", flow: flow(b, a, 1, 0, 0, hasPorts: false),
      name: "1:zFLKq9oekfjLhmre/zOf0XYYjVE="),
    Case(
      testDescription: "a message without answer", flow: flow(b, a, 1, 3, 1, hasPorts: false),
      name: "1:+QvxJ6fbf3rHTzgQjGoVVgH7bzc="),
    Case(
      testDescription: "a protocol whose ports do not count", flow: flow(b, a, 33, 7, 9),
      name: "1:vfGNpWwkL2JBlpZ5+2HV7T8C5io="),
    Case(
      testDescription: "a protocol without ports", flow: flow(b, a, 46, 0, 0, hasPorts: false),
      name: "1:tXhKZ7HBvFD2DpqwQ03j6BSJp5o="),
  ]

  @Test("identifiers that another implementation gives", arguments: cases)
  func names(_ test: Case) {
    var text: [UInt8] = []
    CommunityID.append(of: test.flow, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == test.name)
  }

  @Test("both directions of a ping are one flow with one identifier")
  func ping() {
    func details(_ frames: [UInt8]...) -> [FlowRecord] {
      var flows: [FlowRecord] = []
      guard
        let reader = try? CaptureReader(
          source: .init(bytes: pcap(frames.map { CapturedPacket($0) }), path: "test"),
          options: {
            var options = CaptureOptions()
            options.everyPacket = true
            return options
          }())
      else { return [] }
      var batch = ObservableBatch()
      while (try? reader.fill(&batch)) == true {
        flows += batch.records.map { batch.flows[Int($0.flow)] }
        batch.removeAll()
      }
      return flows
    }
    let question = Packet.ethernet(Packet.ip(1, [8, 0, 0, 0, 0, 0, 0, 0]))
    let answer = Packet.ethernet(
      Packet.ip(Packet.server, Packet.client, 1, [0, 0, 0, 0, 0, 0, 0, 0]))
    let names = (details(question, answer) + details(answer, question)).map { flow in
      var text: [UInt8] = []
      CommunityID.append(of: flow, to: &text)
      return String(decoding: text, as: UTF8.self)
    }
    #expect(names.count == 4)
    #expect(Set(names).count == 1)
  }
}
