import TestSupport
import Testing

@testable import Indicators

@Suite("URLs")
struct URLTests {
  @Test(
    "Normal form",
    arguments: [
      // Scheme, host, port.
      ("HTTP://WWW.Example.COM", "http://www.example.com/"),
      ("hTTps://example.com:443/a", "https://example.com/a"),
      ("http://example.com:443/a", "http://example.com:443/a"),
      ("http://example.com:80/", "http://example.com/"),
      ("http://example.com:/", "http://example.com/"),
      ("http://example.com:0080/", "http://example.com/"),
      ("ftp://example.com:21/x", "ftp://example.com/x"),
      ("ws://example.com:80", "ws://example.com/"),
      ("wss://example.com:443", "wss://example.com/"),
      ("wss://example.com:80", "wss://example.com:80/"),
      ("tcp://example.com:4444", "tcp://example.com:4444/"),
      ("example.com:80/a", "example.com/a"), ("example.com:443/a", "example.com/a"),
      ("example.com:8080/a", "example.com:8080/a"), ("http://example.com./", "http://example.com/"),
      ("http://user:pw@example.com/a", "http://example.com/a"),
      ("http://a@b@example.com/", "http://example.com/"),
      ("file://host@SSL/DavWWWRoot/a.exe", "file://host@ssl/DavWWWRoot/a.exe"),
      ("FILE://Files.example@ssl@8443/a", "file://files.example@ssl@8443/a"),
      ("file://host@8080/a", "file://host@8080/a"),
      ("file://user@files.example/a", "file://files.example/a"),
      ("http://host@ssl/a", "http://ssl/a"),
      ("http://localhost/x", "http://localhost/x"),
      ("http://192.0.2.1:8080", "http://192.0.2.1:8080/"),
      ("192.0.2.1/7z32.dll", "192.0.2.1/7z32.dll"),
      ("http://[2001:DB8::0:1]/", "http://[2001:db8::1]/"),
      ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
      ("[2001:db8::1]:80/a", "[2001:db8::1]/a"),
      ("http://[fe80::1%25eth0]/", "http://[fe80::1]/"),
      ("http://%65xample.com/", "http://example.com/"),
      ("http://ex%C3%A9.example/", "http://xn--ex-cja.example/"),
      ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
      // Paths.
      ("http://a.example", "http://a.example/"), ("http://a.example?q=1", "http://a.example/?q=1"),
      ("http://a.example/A/b", "http://a.example/A/b"),
      ("http://a.example/a/", "http://a.example/a/"),
      ("http://a.example/./a/../b", "http://a.example/b"),
      ("http://a.example/..", "http://a.example/"),
      ("http://a.example/a/..", "http://a.example/"),
      ("http://a.example/a/b/..", "http://a.example/a/"),
      ("http://a.example/a/.", "http://a.example/a/"),
      ("http://a.example/../../x", "http://a.example/x"),
      ("http://a.example/a//../b", "http://a.example/a/b"),
      ("http://a.example//", "http://a.example//"),
      ("http://a.example/...", "http://a.example/..."),
      ("http://a.example/.a/..b/", "http://a.example/.a/..b/"),
      ("http://a.example/a/..?x", "http://a.example/?x"),
      ("http://a.example/?a/../b", "http://a.example/?a/../b"),
      ("http://a.example/%2e%2E/x", "http://a.example/x"),
      ("http://a.example/%7euser", "http://a.example/~user"),
      ("http://a.example/%41%2f%3a", "http://a.example/A%2F%3A"),
      ("http://a.example/%zz%4", "http://a.example/%zz%4"),
      ("http://a.example/%", "http://a.example/%"),
      ("http://a.example/a;b=1?c=+&d", "http://a.example/a;b=1?c=+&d"),
      ("http://a.example/a#frag", "http://a.example/a"),
      ("http://a.example#frag", "http://a.example/"),
      ("http://a.example/?b=%c3%bc", "http://a.example/?b=%C3%BC"),
      ("http://a.example/?a?b", "http://a.example/?a?b"),
      ("http://a.example/\u{3000}", "http://a.example/%E3%80%80"),
      ("http://a.example/*x", "http://a.example/*x"),
    ])
  func normalForm(_ url: String, _ expected: String) {
    #expect(normalURL(url) == expected)
    if !expected.contains("%zz"), !expected.hasSuffix("%") {
      #expect(normalURL(expected) == expected)
    }
  }

  @Test(
    "Refusals",
    arguments: [
      ("http://", "!bad-host"), ("http:///a", "!bad-host"), ("http://a..b/", "!bad-host"),
      ("http://a b/", "!bad-host"), ("http://a.example:99999/", "!bad-port"),
      ("http://a.example:0/", "!bad-port"), ("http://a.example:/", "http://a.example/"),
      ("http://a.example:x/", "!bad-port"), ("http://[::1/", "!bad-host"),
      ("http://[::g]/", "!bad-host"),
      ("http://[::1]x/", "!bad-host"), ("http://2001:db8::1/", "!bad-port"),
      ("localhost/x", "!bad-host"),
      ("and/or", "!bad-host"), ("1.5/3", "!bad-host"),
      ("http://a.example/a b", "!white-space-inside"),
      ("http://a.example/a\tb", "!white-space-inside"),
      ("http://a.example/a\u{1}b", "!control-character"),
      ("http://%zz.example/", "!bad-host"), ("http://a%2fb.example/", "!bad-host"),
      ("", "!bad-host"),
    ])
  func refusals(_ url: String, _ expected: String) {
    #expect(normalURL(url) == expected)
  }

  @Test(
    "Prefixes of indicators",
    arguments: [
      ("http://a.example/ab*", "http://a.example/ab*"), ("a.example/x*", "a.example/x*"),
      ("http://a.example/*", "!url-prefix-too-short"), ("http://a.example*", "!bad-host"),
      ("http://a.example/a*b", "!wildcard-inside"), ("http://a.example/a**", "!wildcard-inside"),
      ("http://a.example/a/..*", "http://a.example/a/..*"),
      ("http://a.example/?*", "http://a.example/?*"),
      ("http://a.example/%2A", "http://a.example/%2A"),
      ("http://a.example/a\u{a0}b", "!white-space-inside"),
    ])
  func prefixes(_ url: String, _ expected: String) {
    #expect(normalURL(url, .indicator) == expected)
  }

  @Test("Schemes that compare equal share the compared part")
  func comparedPart() {
    func key(_ url: String) -> String {
      var normalizer = Normalizer()
      var output: [UInt8] = []
      var schemeLength = 0
      let refusal = normalizer.appendURL(
        Array(url.utf8).span.bytes, schemeLength: &schemeLength, to: &output)
      #expect(refusal == nil)
      let offset = EntryKey.urlKeyOffset(output.span.bytes, schemeLength: schemeLength)
      return String(decoding: output[offset...], as: UTF8.self)
    }
    #expect(key("http://a.example/x") == key("a.example:80/x"))
    #expect(key("https://A.example:443/x") == key("a.example/x"))
    #expect(key("ftp://a.example/x") != key("a.example/x"))
  }

  @Test(
    "Joined from fields",
    arguments: [
      ("example.com", 0, "/a b", "", "http://example.com/a%20b"),
      ("example.com", 8080, "/a", "", "http://example.com:8080/a"),
      ("example.com:8080", 0, "/a", "", "http://example.com:8080/a"),
      ("example.com:8080", 81, "/a", "", "http://example.com:81/a"),
      ("example.com", 80, "/a", "", "http://example.com/a"),
      ("2001:db8::1", 8080, "/a", "", "http://[2001:db8::1]:8080/a"),
      ("[2001:db8::1]:81", 0, "/a", "", "http://[2001:db8::1]:81/a"),
      ("192.0.2.1", 0, "/a", "b=1", "http://192.0.2.1/a?b=1"),
      ("intranet", 0, "/\u{1}\t", "", "http://intranet/%01%09"),
      ("example.com", 0, "a", "", "!path-only"), ("example.com", 0, "", "", "!path-only"),
      ("example.com", 443, "http://x.example/", "", "!path-only"), ("", 0, "/a", "", "!bad-host"),
      ("-", 0, "/a#b", "", "http://-/a"),
    ])
  func joined(_ host: String, _ port: Int, _ path: String, _ query: String, _ expected: String) {
    var normalizer = Normalizer()
    var parts = URLParts()
    var output: [UInt8] = []
    let refusal = normalizer.appendJoinedURL(
      host: Array(host.utf8).span.bytes, port: UInt16(port), path: Array(path.utf8).span.bytes,
      query: Array(query.utf8).span.bytes, parts: &parts, to: &output)
    #expect(
      (refusal.map { "!" + $0.rawValue } ?? String(decoding: output, as: UTF8.self)) == expected)
  }

  @Test("A decoded number sign is a byte of the path")
  func numberSign() {
    var normalizer = Normalizer()
    var parts = URLParts()
    var output: [UInt8] = []
    let refusal = normalizer.appendJoinedURL(
      host: Array("example.com".utf8).span.bytes, path: Array("/a#b c".utf8).span.bytes,
      options: .encodesNumberSign, parts: &parts, to: &output)
    #expect(refusal == nil)
    #expect(String(decoding: output, as: UTF8.self) == "http://example.com/a%23b%20c")
    #expect(parts.schemeLength == 7 && parts.hostEnd == 18 && parts.pathStart == 18)
  }

  @Test("Whether a host has a port")
  func hostPort() {
    for host in ["a:80", "[::1]:80", "192.0.2.1:1"] {
      let result = Normalizer.hasPort(host: Array(host.utf8).span.bytes)
      #expect(result, "\(host)")
    }
    for host in ["a", "[::1]", "2001:db8::1", "a:", "", ":"] {
      let result = Normalizer.hasPort(host: Array(host.utf8).span.bytes)
      #expect(!result, "\(host)")
    }
  }

  @Test("Random URLs: the normal form is its own, and long or broken ones end soon")
  func random() {
    var generator = SeededGenerator(seed: 4)
    let pieces = [
      "/", "/", ".", "..", "a", "B", "?", "%41", "%2f", "=", "é", ";", ":", "@", "%C3", "//", "#",
      "~",
      "%2e", "*",
    ]
    for _ in 0..<10_000 {
      let tail = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? "/"
      }
      let form = normalURL("http://a.example" + tail.joined())
      if form.hasPrefix("!") { continue }
      #expect(normalURL(form) == form, "\(tail)")
    }
    let long = [
      "http://a.example/" + String(repeating: "a/", count: 200_000)
        + String(repeating: "../", count: 200_000),
      "http://a.example/" + String(repeating: "a", count: 200_000) + "/..",
      "http://" + String(repeating: "@", count: 200_000),
      "http://" + String(repeating: "[", count: 200_000),
      String(repeating: "a.", count: 200_000) + "/x",
      "http://" + String(repeating: "%41", count: 200_000),
      "http://a.example:" + String(repeating: "0", count: 200_000),
      "http://a.example:" + String(repeating: "9", count: 200_000),
    ]
    for url in long { _ = normalURL(url) }
    var bytes = Array("https://u@bücher.example:8443/a/../%41?b=ü#c".utf8)
    for index in bytes.indices {
      for bit in 0..<8 {
        bytes[index] ^= 1 << UInt8(bit)
        var normalizer = Normalizer()
        var parts = URLParts()
        var output: [UInt8] = []
        _ = normalizer.appendURL(
          bytes.span.bytes, options: .indicator, parts: &parts, to: &output)
        _ = normalizer.appendURL(
          bytes.span.bytes.extracting(0..<index), options: [], parts: &parts, to: &output)
        bytes[index] ^= 1 << UInt8(bit)
      }
    }
  }
}
