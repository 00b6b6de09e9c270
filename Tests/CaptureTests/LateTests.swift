import Capture
import TestSupport
import Testing

/// TCP: bytes that come after they were given up, as when one path of the traffic is slower.
@Suite("Bytes that come late")
struct LateTests {
  private static func request(_ name: String, filling: Int = 0) -> [UInt8] {
    utf8("GET /\(name) HTTP/1.1\r\nHost: h.example\r\n")
      + (filling > 0 ? utf8("A: ") + [UInt8](repeating: 0x7a, count: filling) + utf8("\r\n") : [])
      + utf8("\r\n")
  }

  private static func acknowledgement(_ count: Int) -> [UInt8] {
    Packet.ethernet(
      Packet.ip(
        Packet.server, Packet.client, 6,
        Packet.tcp(80, 50000, flags: Packet.ack, sequence: 1, acknowledgement: 1000 + UInt32(count))
      ))
  }

  /// A request, a hole, a request of `behind` bytes in short segments, all acknowledged; and where the
  /// hole is.
  private static func frames(
    hole: [UInt8], behind: Int
  ) -> (frames: [[UInt8]], start: Int) {
    let stream = StreamBuilder()
    let (first, last) = (request("first"), request("last", filling: behind))
    var frames = [stream.syn, stream.segment(first, at: 0)]
    let start = first.count
    let step = max(20, behind / 60)
    var offset = 0
    while offset < last.count {
      let end = min(last.count, offset + step)
      let place = start + hole.count
      frames.append(stream.segment(Array(last[offset..<end]), at: place + offset))
      frames.append(acknowledgement(place + end))
      offset = end
    }
    return (frames, start)
  }

  private static func urls(_ frames: [[UInt8]]) -> [String] {
    Observed(pcap(frames.map { CapturedPacket($0) })).values
      .filter { $0.contains("http.url") }
      .compactMap { $0.split(separator: "/").last.map(String.init) }
      .sorted()
  }

  @Test(
    "requests that fill a hole between two others, in any order",
    arguments: [100, 900, 20_000])
  func requestsInAHole(_ behind: Int) {
    let requests = [Self.request("a"), Self.request("b", filling: 50), Self.request("c")]
    let hole = requests.flatMap(\.self)
    let (frames, start) = Self.frames(hole: hole, behind: behind)
    var offset = start
    let late = requests.map { request in
      defer { offset += request.count }
      return StreamBuilder().segment(request, at: offset)
    }
    for order in late.permutations {
      #expect(Self.urls(frames + order) == ["a", "b", "c", "first", "last"], "\(behind)")
    }
    for one in late.indices {
      let name = ["a", "b", "c"][one]
      #expect(Self.urls(frames + [late[one]]) == [name, "first", "last"], "\(behind), \(one)")
      // What comes again yields nothing.
      #expect(
        Self.urls(frames + [late[one], late[one]]) == [name, "first", "last"], "\(behind), \(one)")
    }
  }

  @Test("the end of a message with a body that goes on behind the hole, once", arguments: [9, 300])
  func bodyBehindAHole(_ body: Int) {
    let message = utf8(
      "POST /hole HTTP/1.1\r\nHost: h.example\r\nContent-Length: \(body)\r\n\r\n"
        + String(repeating: "b", count: body))
    let stream = StreamBuilder()
    for cut in [10, message.count - body - 2, message.count - body + 3, message.count - 1] {
      for behind in [message.count - 2, message.count] where behind > cut {
        let rest =
          Array(message[behind...]) + Self.request("next") + Self.request("last", filling: 900)
        var frames = [stream.syn, stream.segment(Array(message[..<cut]), at: 0)]
        for start in stride(from: 0, to: rest.count, by: 20) {
          let end = min(rest.count, start + 20)
          frames.append(stream.segment(Array(rest[start..<end]), at: behind + start))
          frames.append(Self.acknowledgement(behind + end))
        }
        frames.append(stream.segment(Array(message[cut..<behind]), at: cut))
        #expect(Self.urls(frames) == ["hole", "last", "next"], "\(cut) to \(behind)")
      }
    }
  }

  @Test("the first request of a connection, behind those that follow it", arguments: [50, 20_000])
  func firstRequest(_ behind: Int) {
    let stream = StreamBuilder()
    let first = Self.request("first")
    let (frames, _) = Self.frames(hole: [], behind: behind)
    let late = [stream.syn] + frames.dropFirst(2) + [stream.segment(first, at: 0)]
    #expect(Self.urls(late) == ["first", "last"])
  }

  @Test("a request in a hole, cut anywhere", arguments: [100, 900, 20_000])
  func cutRequest(_ behind: Int) {
    let request = Self.request("a")
    let (frames, start) = Self.frames(hole: request, behind: behind)
    for cut in stride(from: 1, to: request.count, by: behind > 1000 ? 7 : 1) {
      let late = [
        StreamBuilder().segment(Array(request[..<cut]), at: start),
        StreamBuilder().segment(Array(request[cut...]), at: start + cut),
      ]
      #expect(Self.urls(frames + late) == ["a", "first", "last"], "\(behind), cut at \(cut)")
    }
  }
}
