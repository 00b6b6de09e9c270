import Capture
import Indicators
import TestSupport
import Testing

/// Requests whose body waits for the server's leave (RFC 9110 §10.1.1), or that ask to be led on.
@Suite("Requests whose answer tells what follows")
struct AnswerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var headers = "Content-Length: 62"
    /// What comes behind the head: of the client, or of the server (`HTTP/…`).
    var rest: [String]
    var hosts: [String]
  }

  /// 62 bytes.
  private static let next = "POST /2 HTTP/1.1\r\nHost: b.example\r\nContent-Length: 0000000\r\n\r\n"
  private static let third = "GET /3 HTTP/1.1\r\nHost: c.example\r\n\r\n"
  private static let refusal = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"
  private static let leave = "HTTP/1.1 100 Continue\r\n\r\n"

  static let cases = [
    Case(
      testDescription: "refused, a request follows", rest: [refusal, next, third],
      hosts: ["a.example", "b.example", "c.example"]),
    Case(
      testDescription: "refused, in chunks", headers: "Transfer-Encoding: chunked",
      rest: ["HTTP/1.1 401 Unauthorized\r\n\r\n", next, third],
      hosts: ["a.example", "b.example", "c.example"]),
    Case(
      testDescription: "refused, and the request is cut",
      rest: [refusal, String(next.prefix(9)), String(next.dropFirst(9)), third],
      hosts: ["a.example", "b.example", "c.example"]),
    Case(
      testDescription: "refused, and the body is sent all the same",
      rest: [refusal, String(repeating: "a=1&", count: 15) + "xx", third],
      hosts: ["a.example", "c.example"]),
    Case(
      testDescription: "granted, and the body looks like a request", rest: [leave, next, third],
      hosts: ["a.example", "c.example"]),
    Case(
      testDescription: "granted, refused behind the body's first bytes",
      rest: [leave, String(next.prefix(4)), refusal, String(next.dropFirst(4)), third],
      hosts: ["a.example", "c.example"]),
    Case(
      testDescription: "an answer to a request before it, then leave",
      rest: ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", leave, next, third],
      hosts: ["a.example", "c.example"]),
    Case(
      testDescription: "switched to another protocol, of whose words one is a request",
      headers: "Upgrade: x\r\nContent-Length: 5000\r\nExpect: other",
      rest: ["HTTP/1.1 101 Switching Protocols\r\n\r\n", third], hosts: ["a.example", "c.example"]),
    Case(
      testDescription: "no answer", rest: [next, third], hosts: ["a.example", "c.example"]),
    Case(
      testDescription: "another interim answer",
      rest: ["HTTP/1.1 103 Early Hints\r\n\r\n", next, third], hosts: ["a.example", "c.example"]),
    Case(
      testDescription: "nothing waited for", headers: "Content-Length: 62\r\nExpect: other",
      rest: [refusal, next, third], hosts: ["a.example", "c.example"]),
  ]

  /// Segments of a client and of a server (`HTTP/…`, or behind `<`), each of which has all that came before.
  private static func frames(_ texts: [String], hasSYN: Bool) -> [[UInt8]] {
    var frames = hasSYN ? [StreamBuilder().syn, StreamBuilder(back: true).syn] : []
    var (client, server): (UInt32, UInt32) = (1000, 1000)
    for part in texts {
      let isServer = part.hasPrefix("HTTP/") || part.hasPrefix("<")
      let text = part.hasPrefix("<") ? String(part.dropFirst()) : part
      frames.append(
        Packet.ethernet(
          isServer
            ? Packet.ip(
              Packet.server, Packet.client, 6,
              Packet.tcp(80, 50000, utf8(text), sequence: server, acknowledgement: client))
            : Packet.ip(
              6, Packet.tcp(50000, 80, utf8(text), sequence: client, acknowledgement: server))))
      if isServer {
        server += UInt32(text.utf8.count)
      } else {
        client += UInt32(text.utf8.count)
      }
    }
    return frames
  }

  @Test(
    "a CONNECT that is refused leads nowhere",
    arguments: [("200 OK", ":8080"), ("407 Proxy Authentication Required", "")])
  func connect(_ status: String, _ port: String) {
    let texts = [
      "CONNECT b.example:8080 HTTP/1.1\r\n\r\n", "HTTP/1.1 \(status)\r\n\r\n",
      "GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
      "GET /2 HTTP/1.1\r\nHost: a.example\r\n\r\n",
    ]
    for hasSYN in [true, false] {
      let urls = StreamTests.values(Self.frames(texts, hasSYN: hasSYN)).filter {
        $0.hasPrefix("http.url")
      }
      let expected = ["a.example/1", "a.example/2", "a.example\(port)/1", "a.example\(port)/2"]
      #expect(urls == Set(expected.map { "http.url http://\($0)" }).sorted())
    }
  }

  @Test("a refusal whose status line is cut anywhere", arguments: [0, 8, 9])
  func cutRefusal(_ second: Int) {
    let status = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
    for first in 1..<12 {
      let texts = [
        "CONNECT b.example:8080 HTTP/1.1\r\n\r\n", "<" + status.prefix(first),
        "<" + status.dropFirst(first).prefix(second), "<" + status.dropFirst(first + second),
        "GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n",
      ].filter { $0 != "<" }
      let urls = StreamTests.values(Self.frames(texts, hasSYN: true)).filter {
        $0.hasPrefix("http.url")
      }
      #expect(urls == ["http.url http://a.example/1"], "cut at \(first), \(second)")
    }
  }

  @Test("what follows the head", arguments: cases)
  func leaves(_ test: Case) {
    let expect = test.headers.contains("Expect") ? "" : "Expect: 100-Continue\r\n"
    let head = "POST /1 HTTP/1.1\r\nHost: a.example\r\n\(test.headers)\r\n\(expect)\r\n"
    for hasSYN in [true, false] {
      let frames = Self.frames([head] + test.rest, hasSYN: hasSYN)
      for kinds in [IndicatorKindSet.all, .all.subtracting(IndicatorKindSet(.filename))] {
        var options = CaptureOptions()
        options.kinds = kinds
        let values = Observed(StreamTests.file(frames), options).values
        let hosts = values.filter { $0.contains(" http.host ") }
          .map { String($0.drop { $0 != " " }.dropFirst(11)) }
        #expect(hosts == test.hosts, "\(hasSYN)")
      }
    }
  }
}
