import Capture
import Indicators
import Inputs
import TestSupport
import Testing

@Suite("HTTP")
struct HTTPTests {
  static func request(_ text: String, port: UInt16 = 80) -> [UInt8] {
    pcap(Packet.segment(Array(text.utf8), to: port))
  }

  @Test("a continued header, cut anywhere")
  func continued() {
    let text =
      "GET /y HTTP/1.1\r\nHost:\r\n b.example\r\nUser-Agent: a\r\n b\r\nReferer:\r\n\thttp://c.example/\r\n"
      + "X-Forwarded-For:\r\n 192.0.2.9\r\n\r\n"
    let expected = [
      "http.host b.example", "http.referrer c.example", "http.referrer http://c.example/",
      "http.url http://b.example/y",
      "http.user-agent a b", "http.x-forwarded-for 192.0.2.9",
    ]
    let bytes = utf8(text)
    func values(_ cuts: [Int]) -> [String] {
      let frames = [StreamBuilder().syn] + StreamBuilder().segments(bytes, cuts)
      return Observed(pcap(frames.map { CapturedPacket($0) })).values
        .map { String($0.drop { $0 != " " }.dropFirst()) }.sorted()
    }
    for cut in 1..<bytes.count { #expect(values([cut]) == expected, "cut at \(cut)") }
    #expect(values(Array(1..<bytes.count)) == expected)
  }

  @Test("a header at the end of what there is, in the packet that brought it")
  func lastHeader() {
    let first = utf8("GET /y HTTP/1.1\r\nHost: b.example\r\n")
    let frames = [StreamBuilder().syn, StreamBuilder().segment(first, at: 0)]
    let expected = ["2 http.host b.example", "2 http.url http://b.example/y"]
    #expect(Observed(pcap(frames.map { CapturedPacket($0) })).values == expected)
    let next = StreamBuilder().segment(utf8("Accept: */*\r\n\r\n"), at: first.count)
    #expect(Observed(pcap((frames + [next]).map { CapturedPacket($0) })).values == expected)
  }

  @Test("requests", arguments: requests)
  func request(_ test: CaptureCase) {
    #expect(Observed(test.capture).values == test.expected)
  }

  @Test("kinds and flags of what a request gives")
  func flags() throws {
    let file = Self.request(
      "GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: x\r\n\r\n", port: 81)
    let reader = try CaptureReader(source: InputSource(bytes: file, path: "test"))
    var batch = ObservableBatch()
    while try reader.fill(&batch) {}
    let last = batch.observables.dropFirst(2)
    #expect(last.map(\.kind) == [.domain, .url, .url, .userAgent])
    let flags: [ObservableFlags] = [
      .inArena, [.inArena, .httpURL], [.inArena, .httpURL, .joint], [.inArena, .ownField],
    ]
    #expect(last.map(\.flags.rawValue) == flags.map(\.rawValue))
    #expect(last.map(\.schemeLength) == [0, 7, 7, 0])
  }

  @Test("a segment sent again yields nothing, another one in its place does")
  func retransmission() {
    let first = Packet.segment(
      utf8("GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n"), to: 80, sequence: 5)
    let changed = Packet.segment(
      utf8("GET /2 HTTP/1.1\r\nHost: a.example\r\n\r\n"), to: 80, sequence: 5)
    let observed = Observed(pcap(first, first, changed, changed))
    #expect(
      observed.values == [
        "1 http.host a.example", "1 http.url http://a.example/1", "3 http.host a.example",
        "3 http.url http://a.example/2",
      ])
    #expect(observed.counts["tcp-retransmission"] == 2)
  }

  @Test("a host of percent units in percent units", .timeLimit(.minutes(20)))
  func manyUnits() {
    let host = "%" + String(repeating: "25", count: 15_000)
    let values = Observed(
      pcap(
        Packet.segment(utf8("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n"), to: 80, sequence: 1))
    ).values
    #expect(values == ["1 http.host \(host)"])
    // Units are undone once.
    #expect(
      Observed(
        pcap(
          Packet.segment(utf8("GET * HTTP/1.1\r\nHost: %2561.example\r\n\r\n"), to: 80, sequence: 1)
        )
      ).values == ["1 http.host %2561.example"])
  }

  @Test(
    "the answer to a HEAD has no body, also where the next one stands behind it",
    arguments: ["Content-Length: 5000", "Transfer-Encoding: chunked"])
  func answersToHead(_ announced: String) {
    let answers = utf8(
      "HTTP/1.1 200 OK\r\n\(announced)\r\n\r\nHTTP/1.1 200 OK\r\n"
        + "Content-Disposition: attachment; filename=a.exe\r\nContent-Length: 5\r\n\r\nabcde")
    let stream = StreamBuilder(back: true)
    let next = answers.firstIndex(of: 0x0a)! + announced.utf8.count + 5
    for cuts in [[], [17], [next], [next + 60]] {
      let frames = [stream.syn] + stream.segments(answers, cuts)
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      #expect(values.map { $0.dropFirst(2) } == ["http.filename a.exe"], "\(cuts)")
    }
  }

  @Test(
    "methods of several words, and in small letters, whose line goes on in the next segment",
    arguments: ["VERSION-CONTROL", "RPC_IN_DATA", "get"])
  func cutMethods(_ method: String) {
    let request = utf8(
      "\(method) /\(String(repeating: "a", count: 100)) HTTP/1.1\r\nHost: a.example\r\n\r\n")
    let stream = StreamBuilder()
    for cut in [method.utf8.count + 2, 60, 100] {
      let frames = [stream.syn] + stream.segments(request, [cut])
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      #expect(values.contains("3 http.host a.example"), "\(cut)")
    }
  }

  /// Values of `Content-Disposition` and the names in them.
  private static let dispositions: [(value: String, names: [String])] = [
    ("attachment; filename=\"evil file.exe\"", ["evil file.exe"]),
    ("ATTACHMENT;FileName = evil.exe ; x=y", ["evil.exe"]),
    ("attachment; filename=\"a;b=\\\"c\\\".exe\"; size=1", ["a;b=\"c\".exe"]),
    ("attachment; filename*=UTF-8''na%C3%AFve%20file.exe", ["na\u{ef}ve file.exe"]),
    ("attachment; filename*=iso-8859-1'en'na%EFve.exe", ["na\u{ef}ve.exe"]),
    (
      "attachment; filename=\"EURO.exe\"; filename*=utf-8''%e2%82%ac.exe",
      ["EURO.exe", "\u{20ac}.exe"]
    ),
    ("attachment; filename=\"same.exe\"; filename*=UTF-8''same.exe", ["same.exe"]),
    ("attachment; filename=\"C:\\temp\\evil.exe\"", ["evil.exe"]),
    ("inline; filename*=UTF-8''..%2F..%2Fetc%2Fevil.sh", ["evil.sh"]),
    ("attachment; filename=\"open.exe", ["open.exe"]), ("attachment; filename*=none", []),
    ("attachment; filename=\"\"; filename=dir/", []), ("attachment", []), ("filename=x.exe", []),
    ("form-data; name=\"filename=x.exe\"; other", []), ("attachment; filename=%", ["%"]),
    ("attachment; filename*=UTF-8''%zz%4", ["%zz%4"]),
  ]

  @Test("names of files in answers, wherever the head is cut", arguments: 0..<17)
  func fileNames(_ number: Int) {
    let (value, names) = Self.dispositions[number]
    let head = utf8(
      "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Disposition: \(value)\r\nContent-Length: 9\r\n\r\n")
    let body = utf8("GET / HTTP/1.1\r\nHost: no.example\r\n\r\n")
    let stream = StreamBuilder(back: true)
    func seen(_ frames: [[UInt8]]) -> [String] {
      Observed(pcap(frames.map { CapturedPacket($0) })).values
    }
    func expected(at packet: Int) -> [String] { names.map { "\(packet) http.filename \($0)" } }
    let whole = stream.segment(join(head, body), at: 0)
    #expect(seen([whole]) == expected(at: 1))
    #expect(seen([whole, whole]) == expected(at: 1))
    for cut in 1..<head.count {
      let frames = [stream.syn] + stream.segments(join(head, body), [cut])
      let values = seen(frames).map { String($0.dropFirst(2)) }
      #expect(values == expected(at: 1).map { String($0.dropFirst(2)) }, "cut at \(cut)")
      #expect(seen(frames + [frames[1], frames[2]]).count == names.count, "cut at \(cut)")
    }
    // What is not wanted is not looked for.
    var options = CaptureOptions()
    options.kinds.subtract(IndicatorKindSet(.filename))
    #expect(Observed(pcap(whole), options).values == [])
  }

  @Test("a later answer whose first segment is short", arguments: 1...16)
  func shortSegmentOfAnAnswer(_ cut: Int) {
    let stream = StreamBuilder(back: true)
    let first = utf8("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")
    let second = utf8(
      "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=b.exe\r\nContent-Length: 4\r\n\r\n"
    )
    let frames =
      [stream.syn] + stream.segments(first + second, [first.count, first.count + cut])
    let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
    #expect(values == ["4 http.filename b.exe"])
  }

  @Test("names of files in later answers, in those behind others, and in requests")
  func moreFileNames() {
    func answer(_ name: String, _ length: Int) -> [UInt8] {
      utf8(
        "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\(name)\r\n"
          + "Content-Length: \(length)\r\n\r\n")
    }
    let stream = StreamBuilder(back: true)
    let first = join(utf8("HTTP/1.1 100 Continue\r\n\r\n"), answer("a.exe", 4), utf8("body"))
    let both = join(first, answer("b.exe", 4000), zeros(100))
    let third = answer("c.exe", 0)
    let observed = Observed(
      pcap([
        CapturedPacket(stream.syn), CapturedPacket(stream.segment(both, at: 0)),
        CapturedPacket(stream.segment(zeros(3900), at: both.count)),
        CapturedPacket(stream.segment(third, at: both.count + 3900)),
      ]))
    #expect(
      observed.values == [
        "2 http.filename a.exe", "2 http.filename b.exe", "4 http.filename c.exe",
      ]
    )
    #expect(
      Observed(
        Self.request(
          "PUT / HTTP/1.1\r\nHost: a.example\r\nContent-Disposition: form-data; filename=\"u.exe\"\r\n\r\n"
        )
      ).values.last == "1 http.filename u.exe")
  }

  @Test("an answer that begins in a segment with the tail of another, wherever both are cut")
  func answersTogether() {
    let stream = StreamBuilder(back: true)
    let last = utf8(
      "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=b.exe\r\n\r\n")
    for first in [
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
    ] {
      let bytes = join(utf8(first), last)
      for cut in 1..<bytes.count {
        let frames = [stream.syn] + stream.segments(bytes, [cut])
        let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
        #expect(
          values.map { String($0.dropFirst(2)) } == ["http.filename b.exe"],
          "\(first) cut at \(cut)")
      }
    }
  }

  @Test("a head longer than the limit is read up to it")
  func limit() {
    var options = CaptureOptions()
    options.httpHeaderLimit = 60
    let observed = Observed(
      Self.request(
        "GET / HTTP/1.1\r\nHost: a.example\r\nX: " + String(repeating: "x", count: 60)
          + "\r\nUser-Agent: y\r\n\r\n"), options)
    #expect(observed.values == ["1 http.host a.example", "1 http.url http://a.example/"])
    #expect(observed.counts["http-header-limit"] == 1)
  }
}
