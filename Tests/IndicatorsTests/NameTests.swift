import TestSupport
import Testing

@testable import Indicators

@Suite("Names")
struct NameTests {
  @Test(
    "Normal form",
    arguments: [
      ("www.Example.COM", "www.example.com"), ("example.com.", "example.com"),
      ("a_b.-c-.example", "a_b.-c-.example"), ("xn--BCHER-KVA.example", "xn--bcher-kva.example"),
      // LDH that IDNA refuses is kept as it is.
      ("xn--0.example", "xn--0.example"), ("ab--cd.example", "ab--cd.example"),
      ("localhost", "localhost"), ("1.2.3.4", "1.2.3.4"),
      ("bücher.example", "xn--bcher-kva.example"),
      ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
    ])
  func normalForm(_ name: String, _ expected: String) {
    #expect(normalName(name) == .success(expected))
  }

  @Test(
    "Refusals",
    arguments: [
      ("", Refusal.empty), (".", .emptyLabel), ("a..b.example", .emptyLabel), (".a", .emptyLabel),
      ("a..", .emptyLabel), ("a b.example", .badName), ("a/b", .badName), ("*.example", .badName),
      ("a\\.b", .badName), (String(repeating: "a", count: 64) + ".example", .labelTooLong),
      ("x." + String(repeating: "a", count: 64), .labelTooLong),
      (String(repeating: "abcdefg.", count: 32) + "ab", .nameTooLong), ("é..example", .emptyLabel),
      ("\u{ad}", .empty), ("a／b.é", .badName), ("é／b.example", .badInternationalName),
    ])
  func refusals(_ name: String, _ refusal: Refusal) {
    #expect(normalName(name) == .failure(NormalizationFailure(refusal: refusal)))
  }

  @Test("Lengths at the limits")
  func limits() {
    let longest = String(repeating: "abcdefg.", count: 31) + "abcde"
    #expect(longest.count == 253)
    #expect(normalName(longest) == .success(longest))
    #expect(normalName(longest + ".") == .success(longest))
    let label = String(repeating: "a", count: 63)
    #expect(normalName(label + ".example") == .success(label + ".example"))
    #expect(throws: NormalizationFailure.self) {
      try normalName(String(repeating: "a.", count: 100_000)).get()
    }
  }

  @Test(
    "Public suffixes",
    arguments: [
      ("com", PublicSuffixList.Section.icann), ("co.uk", .icann), ("CO.UK", .icann),
      ("example.co.uk", .none), ("duckdns.org", .private), ("s3.amazonaws.com", .private),
      ("x.duckdns.org", .none), ("foo.ck", .icann), ("www.ck", .none), ("a.foo.ck", .none),
      ("city.kawasaki.jp", .none), ("other.kawasaki.jp", .icann), ("xn--p1ai", .icann),
      ("", .none), (".", .none), ("unheard-of-suffix", .none), ("example.com", .none),
    ])
  func publicSuffixes(_ name: String, _ section: PublicSuffixList.Section) {
    let result = PublicSuffixList.classify(Array(name.utf8).span.bytes)
    #expect(result == section)
  }

  @Test("Top-level domains")
  func topLevelDomains() {
    for name in ["a.com", "A.COM", "a.com.", "x.onion", "printer.lan", "a.xn--p1ai", "localhost"] {
      let result = TopLevelDomains.endsName(Array(name.utf8).span.bytes)
      #expect(result, "\(name)")
    }
    for name in ["", ".", "a.exe", "a.", "com.nosuchtld", "a.123", "acom"] {
      let result = TopLevelDomains.endsName(Array(name.utf8).span.bytes)
      #expect(!result, "\(name)")
    }
  }

  @Test("File extensions that are top-level domains")
  func fileExtensions() {
    for name in ["wpgate.zip", "Safari.app", "Server.java", "main.PY", "x.properties"] {
      let result = FileExtensions.endsName(Array(name.utf8).span.bytes)
      #expect(result, "\(name)")
    }
    for name in ["example.com", "zip", "", "a.zipx", "a."] {
      let result = FileExtensions.endsName(Array(name.utf8).span.bytes)
      #expect(!result, "\(name)")
    }
  }

  @Test("File extensions that are no top-level domains")
  func endingsOfFiles() {
    for name in ["svchost.exe", "Document.DOCX", "a.b.dll", "x.7z"] {
      let result = FileExtensions.endsFile(Array(name.utf8).span.bytes)
      #expect(result, "\(name)")
      let isHost = TopLevelDomains.endsName(Array(name.utf8).span.bytes)
      #expect(!isHost, "\(name)")
    }
    for name in ["evil.com", "a.zip", "a.sh", "a.nosuchtld", "exe", "", "a."] {
      let result = FileExtensions.endsFile(Array(name.utf8).span.bytes)
      #expect(!result, "\(name)")
    }
  }

  @Test(
    "E-mail addresses",
    arguments: [
      ("User.Name+tag@Example.COM", "user.name+tag@example.com"),
      ("%+.-a@mail.example", "a@mail.example"), ("a_b%c@x.example.", "a_b%c@x.example"),
      ("a@bücher.example", "a@xn--bcher-kva.example"), ("a@b", "!single-label"),
      ("@b.example", "!bad-local-part"), ("a b@c.example", "!bad-local-part"),
      ("é@c.example", "!bad-local-part"), ("a@1.2.3.4", "!numeric-last-label"),
      ("abc", "!not-an-indicator"), ("a@", "!empty"), ("a@@b.example", "!bad-local-part"),
    ])
  func emails(_ email: String, _ expected: String) {
    var normalizer = Normalizer()
    var output: [UInt8] = []
    let refusal = normalizer.appendEmail(Array(email.utf8).span.bytes, to: &output)
    let result = refusal.map { "!" + $0.rawValue } ?? String(decoding: output, as: UTF8.self)
    #expect(result == expected)
    if refusal != nil { #expect(output.isEmpty) }
  }

  @Test("The normal form of random names is its own normal form")
  func idempotent() {
    var generator = SeededGenerator(seed: 3)
    let alphabet = Array("aB1-_..éß漢a")
    var normal = 0
    for _ in 0..<10_000 {
      let name = String(
        (0..<Int.random(in: 1...24, using: &generator)).map { _ in
          alphabet.randomElement(using: &generator) ?? "a"
        })
      guard case .success(let form) = normalName(name) else { continue }
      normal += 1
      #expect(normalName(form) == .success(form), "\(name)")
    }
    #expect(normal > 1_000)
  }
}
