import Indicators
import Logs
import Testing

/// Requests whose host, port and path stand in fields of their own (`Matching.md` §2, §4).
@Suite struct RequestCases {
  /// What a scan looks up, without places.
  private static func values(_ record: String, _ kinds: Set<IndicatorKind>) -> [String] {
    extract(Array(record.utf8), LogOptions(purpose: .scan)).found
      .filter { kinds.contains($0.kind) && !$0.isFallback }
      .map {
        $0.field + " " + $0.value + ($0.port > 0 ? " :\($0.port)" : "")
          + ($0.isJoint ? " joint" : "")
      }
  }

  static let urls: [(record: String, values: [String])] = [
    (
      #"{"host":"a.example","method":"GET","path":"/x","code":200,"size":12}"#,
      ["path http://a.example/x"]
    ),
    (
      #"2024/05/01 10:00:00 [error] 1#1: *1 "/a, host: "b.example" x, request: "GET /x HTTP/1.1", host: "a.example""#,
      ["request http://a.example/x"]
    ),
    // The port tells the scheme where the record does not, and the form with it is tried as well.
    (
      #"{"host":"a.example:443","uri":"/x"}"#,
      ["uri https://a.example/x", "uri http://a.example:443/x joint"]
    ),
    (
      #"{"http":{"hostname":"a.example","http_port":443,"url":"/x"}}"#,
      ["http.url https://a.example/x", "http.url http://a.example:443/x joint"]
    ),
    (#"{"scheme":"https","host":"a.example","uri":"/x"}"#, ["uri https://a.example/x"]),
    (#"{"scheme":"https","host":"a.example:443","uri":"/x"}"#, ["uri https://a.example/x"]),
    (#"{"scheme":"http","host":"a.example:443","uri":"/x"}"#, ["uri http://a.example:443/x"]),
    // Another scheme than these makes another URL, or none; what is no word says nothing.
    (#"{"scheme":"GET","host":"a.example","uri":"/x"}"#, []),
    (#"{"scheme":"tcp","host":"a.example","uri":"/x"}"#, []),
    (#"{"scheme":"-","host":"a.example","uri":"/x"}"#, ["uri http://a.example/x"]),
    (#"{"scheme":"HTTP/1.1","host":"a.example","uri":"/x"}"#, ["uri http://a.example/x"]),
    (
      #"{"url":{"scheme":"ftp","domain":"a.example","port":21,"path":"/x"}}"#,
      ["url.path ftp://a.example/x"]
    ),
    (
      "#Fields: cs-uri-scheme cs-host cs-uri-stem\nws a.example /x\nWSS a.example /x\nssl a.example /x\n",
      ["cs-uri-stem ws://a.example/x", "cs-uri-stem wss://a.example/x"]
    ),
    ("scheme=ftp hostname=a.example url=/x", ["url ftp://a.example/x"]),
    (
      #"{"cs-protocol":"https","x-host-header":"a.example","cs-uri-stem":"/x"}"#,
      ["cs-uri-stem https://a.example/x"]
    ),
    // CloudFront was asked for the first, and hands the request to the second.
    (
      "#Fields: cs(Host) cs-uri-stem x-host-header\nb.example /x a.example\nb.example /y -\nb.example /z foo!\n",
      [
        "cs-uri-stem http://a.example/x", "cs-uri-stem http://b.example/x joint",
        "cs-uri-stem http://b.example/y", "cs-uri-stem http://b.example/z",
      ]
    ),
    // The query may stand in a field of its own.
    (#"{"host":"a.example","uri":"/x","requestQuery":"b=c"}"#, ["uri http://a.example/x?b=c"]),
    (#"{"request_query":"?b=c","host":"a.example","uri":"/x"}"#, ["uri http://a.example/x?b=c"]),
    (#"{"host":"a.example","uri":"/x","requestParams":"b"}"#, ["uri http://a.example/x?b"]),
    (#"{"host":"a.example","uri":"/x","query":"?b.c"}"#, ["uri http://a.example/x?b.c"]),
    (#"{"host":"a.example","uri":"/x","query":"b=c.d"}"#, ["uri http://a.example/x?b=c.d"]),
    (#"{"host":"a.example","uri":"/x?b","query":"c=d"}"#, ["uri http://a.example/x?b"]),
    (#"{"host":"a.example","uri":"/x","query":"b=c","args":"d"}"#, ["uri http://a.example/x?d"]),
    // Or it is what DNS was asked for.
    (#"{"host":"a.example","uri":"/x","query":"b.example"}"#, ["uri http://a.example/x"]),
    (#"{"host":"a.example","uri":"/x","query":"192.0.2.1"}"#, ["uri http://a.example/x"]),
    ("hostname=a.example url=/x query=b=c", ["url http://a.example/x?b=c"]),
    ("hostname=a.example url=/x query=b.example", ["url http://a.example/x"]),
    ("time,host,uri,query\n1,a.example,/x,b=c\n", ["uri http://a.example/x?b=c"]),
    ("time,host,uri,query\n1,a.example,/x,b.example\n", ["uri http://a.example/x"]),
    // nginx writes the first line of a request, with the path in it.
    (
      #"{"host":"a.example","request":"GET /x?b HTTP/1.1"}"#, ["request http://a.example/x?b"]
    ),
    (#"{"request":"GET \/x HTTP\/1.1","http_host":"a.example"}"#, ["request http://a.example/x"]),
    (#"{"host":"a.example","uri":"/y","request":"GET /x HTTP/1.1"}"#, ["uri http://a.example/y"]),
    (#"{"host":"a.example","request":"CONNECT /x HTTP/1.1"}"#, []),
    (#"{"host":"a.example","request":"/x"}"#, []),
    (#"{"host":"a.example","request":"GET"}"#, []),
    // Headers that are members of an object.
    (
      #"{"transaction":{"request":{"method":"GET","uri":"/x","headers":{"Host":"a.example","User-Agent":"b"}}}}"#,
      ["transaction.request.uri http://a.example/x"]
    ),
    (
      #"{"request":{"request_line":"GET /x HTTP/1.1","headers":{"Host":"a.example"}}}"#,
      ["request.request_line http://a.example/x"]
    ),
    (
      #"{"req":{"method":"GET","url":"/x","headers":{"host":"a.example:8080"}}}"#,
      ["req.url http://a.example:8080/x"]
    ),
    (
      #"{"path":"/x","httpMethod":"GET","headers":{"Host":"a.example"},"multiValueHeaders":{"Host":["a.example"]}}"#,
      ["path http://a.example/x"]
    ),
    (
      #"{"rawPath":"/x","rawQueryString":"b=c","headers":{"host":"a.example"}}"#,
      ["rawPath http://a.example/x?b=c"]
    ),
    (
      #"{"req":{"url":"/x","headers":{":authority":"a.example"}}}"#, ["req.url http://a.example/x"]
    ),
    (
      #"{"host":"a.example","uri":"/x","headers":{"Host":"b.example"}}"#, ["uri http://a.example/x"]
    ),
    (#"{"url":"/x","tags":{"host":"a.example"}}"#, []),
    (
      #"{":authority":"a.example","method":"GET","x-envoy-origin-path":"/x"}"#,
      ["x-envoy-origin-path http://a.example/x"]
    ),
    // What parsers of access logs call the client, unless they name it otherwise.
    (
      #"{"host":"192.0.2.1","user":"-","method":"GET","path":"/x","code":"200","size":"5"}"#, []
    ),
    (
      #"{"remote":"192.0.2.1","host":"a.example","user":"-","method":"GET","path":"/x","code":200,"size":5}"#,
      ["path http://a.example/x"]
    ),
    // SonicWall writes the method's number, or none.
    ("id=firewall op=1 dstname=a.example arg=/x code=64", ["arg http://a.example/x"]),
    ("id=firewall dstname=a.example arg=/x code=64", ["arg http://a.example/x"]),
    ("id=firewall host=a.example arg=/x code=64", []),
    // A list of one value stands for it.
    (#"{"host":["a.example"],"uri":["/x"]}"#, ["uri http://a.example/x"]),
    (#"{"host":["a.example","b.example"],"uri":["/x"]}"#, []),
    (
      #"{"http":{"hostname":"a.example","http_port":8443,"url":"/x"}}"#,
      ["http.url http://a.example:8443/x"]
    ),
    (
      #"{"id.resp_p":443,"host":"a.example","uri":"/x"}"#,
      ["uri http://a.example/x", "uri http://a.example:443/x joint"]
    ),
    (
      "#Fields: cs-host cs-uri-stem\na.example:443 /x\n",
      ["cs-uri-stem https://a.example/x", "cs-uri-stem http://a.example:443/x joint"]
    ),
    ("scheme=https hostname=a.example url=/x", ["url https://a.example/x"]),
  ]

  /// What only a request has is preferred, wherever it stands.
  static let ranks: [(record: String, values: [String])] = [
    (#"{"hostname":"b.example","host":"a.example","uri":"/x"}"#, ["uri http://a.example/x"]),
    (#"{"host":"a.example","uri":"/x","hostname":"b.example"}"#, ["uri http://a.example/x"]),
    (#"{"host":"b.example","http_host":"a.example","url":"/x"}"#, ["url http://a.example/x"]),
    (#"{"host":"","hostname":"a.example","url":"/x"}"#, ["url http://a.example/x"]),
    (
      #"{"host":"a.example","uri":"/x","request_uri":"/x?b"}"#,
      ["request_uri http://a.example/x?b"]
    ),
    ("hostname=b.example host=a.example url=/x", ["url http://a.example/x"]),
    ("time,hostname,host,url\n1,b.example,a.example,/x\n", ["url http://a.example/x"]),
    ("time,hostname,host,url\n1,a.example,,/x\n", ["url http://a.example/x"]),
    // Names that others have as well, beside what says that it is a request.
    (#"{"server_name":"a.example","request_uri":"/x"}"#, ["request_uri http://a.example/x"]),
    (
      #"{"host":"a.example","path":"/x","query":"b=c","method":"GET"}"#,
      ["path http://a.example/x?b=c"]
    ),
    (#"{"host":"a.example","path":"/var/log/x"}"#, []),
    (
      #"at=info method=GET path="/x" host=a.example fwd="192.0.2.1" status=200"#,
      ["path http://a.example/x"]
    ),
    ("time,host,path,method\n1,a.example,/x,GET\n", ["path http://a.example/x"]),
    ("time,host,path,level\n1,a.example,/x,info\n", []),
    // A header, as a firewall of applications has it.
    (
      #"{"httpRequest":{"clientIp":"192.0.2.1","headers":[{"name":"Accept","value":"b.example"},{"name":"Host","value":"a.example"}],"uri":"/x","args":"b=c"}}"#,
      ["httpRequest.uri http://a.example/x?b=c"]
    ),
    (
      #"{"headers":[{"name":"Host","value":"b.example"}],"host":"a.example","uri":"/x"}"#,
      ["uri http://a.example/x"]
    ),
    (#"{"tags":{"name":"Host","value":"b.example"},"uri":"/x"}"#, []),
    // What is not there gives way.
    (#"{"host":"a.example","url":"/x","request_uri":"-"}"#, ["url http://a.example/x"]),
    (#"{"host":"a.example","http_host":"-","url":"/x"}"#, ["url http://a.example/x"]),
    ("host=a.example http_host=- url=/x status=200", ["url http://a.example/x"]),
    ("time,http_host,host,url\n1,-,a.example,/x\n", ["url http://a.example/x"]),
    (
      #"{"hostname":"b.example","server_name":"a.example","request_uri":"/x"}"#,
      ["request_uri http://a.example/x"]
    ),
    (#"{"host":"a.example","method":"password","path":"/x"}"#, []),
    ("host=a.example method=publickey path=/var/log/x.php", []),
    (
      #"192.0.2.2 a.example - - [26/Dec/2016:16:22:14 +0000] "GET /x HTTP/1.1" 404 499"#,
      [
        "request http://192.0.2.2/x"
      ]
    ),
    // The virtual host behind the client.
    (
      #"192.0.2.2:1111 a.example:443 - - [26/Dec/2016:16:22:14 +0000] "GET /x HTTP/1.1" 404 499 "-" "-""#,
      ["request https://a.example/x", "request http://a.example:443/x joint"]
    ),
  ]

  @Test(arguments: ranks.indices)
  func namesAreRanked(_ index: Int) {
    let (record, expected) = Self.ranks[index]
    #expect(Self.values(record, [.url]) == expected, "\(record)")
  }

  @Test(arguments: urls.indices)
  func urlsAreJoined(_ index: Int) {
    let (record, expected) = Self.urls[index]
    #expect(Self.values(record, [.url]) == expected, "\(record)")
  }

  static let hosts: [(record: String, values: [String])] = [
    (
      #"{"http":{"hostname":"192.0.2.7","http_port":8080,"url":"/x"}}"#,
      ["http.hostname 192.0.2.7 :8080"]
    ),
    (#"{"host":"192.0.2.7","uri":"/","id.resp_p":8080}"#, ["host 192.0.2.7 :8080"]),
    (#"{"host":"192.0.2.7:81","uri":"/","id.resp_p":8080}"#, ["host 192.0.2.7 :81"]),
    (#"{"url":{"domain":"192.0.2.7","port":8080}}"#, ["url.domain 192.0.2.7 :8080"]),
    (#"{"host":"192.0.2.7","http":{"http_port":8080}}"#, ["host 192.0.2.7"]),
    (
      "#separator \\x09\n#fields\thost\tid.resp_p\turi\n192.0.2.7\t8080\t/x\n",
      ["host 192.0.2.7 :8080"]
    ),
    (
      "#Fields: cs-host s-port cs-uri-stem\n192.0.2.7 3128 /x\n", ["cs-host 192.0.2.7"]
    ),
    // A URL in text gives its host's address no port.
    ("see https://192.0.2.7/x", ["text 192.0.2.7"]),
  ]

  @Test(arguments: hosts.indices)
  func hostsHaveTheRequestsPort(_ index: Int) {
    let (record, expected) = Self.hosts[index]
    #expect(Self.values(record, [.ipv4]) == expected, "\(record)")
  }
}
