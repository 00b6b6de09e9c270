import Database
import Indicators
import Matchers
import Testing

@Suite struct LookupTests {
  @Test func namesMatchByModeAtLabelBorders() throws {
    let database = try database([
      TestIndicator(.domain, "exact.example", .exact),
      TestIndicator(.domain, "tree.example", .withSubdomains),
      TestIndicator(.domain, "below.example", .subdomainsOnly),
      TestIndicator(.domain, "deep.tree.example", .withSubdomains),
      TestIndicator(.domain, "both.example", .exact),
      TestIndicator(.domain, "both.example", .subdomainsOnly),
    ])
    var batch = TestBatch()
    batch.add(.domain, "exact.example")
    batch.add(.domain, "www.exact.example")
    batch.add(.domain, "TREE.example")
    batch.add(.domain, "a.b.Tree.Example", inArena: true)
    batch.add(.domain, "notatree.example")
    batch.add(.domain, "below.example")
    batch.add(.domain, "x.below.example")
    batch.add(.domain, "y.deep.tree.example")
    batch.add(.domain, "both.example")
    batch.add(.domain, "z.both.example")
    batch.add(.domain, #"a\.tree.example"#)
    batch.add(.domain, "example")
    #expect(
      batch.hits(in: database) == [
        "0 exact.example exact",
        "2 tree.example exact",
        "3 tree.example subdomain",
        "6 below.example subdomain",
        "7 deep.tree.example subdomain",
        "7 tree.example subdomain",
        "8 both.example exact",
        "9 both.example subdomain",
      ])
    try database.verify()
  }

  @Test func addressesMatchEveryCoveringPrefixAndTheirPorts() throws {
    let database = try database([
      .address("192.0.2.0/24"), .address("192.0.2.128/25"), .address("192.0.2.200"),
      .address("192.0.2.200", port: 443), .address("192.0.2.200", port: 8080),
      .address("198.51.100.7", port: 53), .address("2001:db8::/32"), .address("2001:db8::1"),
      .address("2001:db8::1", port: 443),
    ])
    var batch = TestBatch()
    batch.add(address: "192.0.2.200")
    batch.add(address: "192.0.2.200", port: 443)
    batch.add(address: "192.0.2.200", port: 9)
    batch.add(address: "192.0.2.1", port: 80)
    batch.add(address: "198.51.100.7", port: 80)
    batch.add(address: "198.51.100.7", port: 53)
    batch.add(address: "198.51.100.7")
    batch.add(address: "2001:db8::1", port: 443)
    batch.add(address: "2001:db8:1::2")
    batch.add(address: "2001:db9::2")
    #expect(
      batch.hits(in: database) == [
        "0 192.0.2.200 exact", "0 192.0.2.128/25 cidr", "0 192.0.2.0/24 cidr",
        "0 192.0.2.200:443 address", "0 192.0.2.200:8080 address",
        "1 192.0.2.200 exact", "1 192.0.2.200:443 exact", "1 192.0.2.128/25 cidr",
        "1 192.0.2.0/24 cidr",
        "2 192.0.2.200 exact", "2 192.0.2.128/25 cidr", "2 192.0.2.0/24 cidr",
        "3 192.0.2.0/24 cidr",
        "5 198.51.100.7:53 exact", "6 198.51.100.7:53 address",
        "7 2001:db8::1 exact", "7 [2001:db8::1]:443 exact", "7 2001:db8::/32 cidr",
        "8 2001:db8::/32 cidr",
      ])
    try database.verify()
  }

  @Test func urlsMatchWholeByPrefixAndByPath() throws {
    let database = try database([
      TestIndicator(.url, "http://evil.example/a"), TestIndicator(.url, "https://evil.example/a"),
      TestIndicator(.url, "evil.example/a"), TestIndicator(.url, "ftp://evil.example/a"),
      TestIndicator(.url, "http://evil.example/pay", .prefix),
      TestIndicator(.url, "evil.example/payload/x", .prefix),
      TestIndicator(.url, "ftp://evil.example/p", .prefix),
      TestIndicator(.url, "/gate.php", .path), TestIndicator(.url, "/gate.php?id=", .path),
    ])
    var batch = TestBatch()
    batch.add(url: "https://evil.example/a")
    batch.add(url: "ftp://evil.example/a")
    batch.add(url: "evil.example/A")
    batch.add(url: "http://evil.example/payload/x/y.exe")
    batch.add(url: "https://evil.example/payment")
    batch.add(url: "http://evil.example/pa")
    batch.add(url: "http://notevil.example/pay")
    batch.add(url: "ftp://evil.example/pub")
    batch.add(url: "http://other.example/gate.php", isHTTP: true)
    batch.add(url: "http://other.example/gate.php")
    batch.add(url: "http://other.example/gate.php?id=", isHTTP: true)
    batch.add(url: "http://evil.example/pay", isHTTP: true)
    #expect(
      batch.hits(in: database) == [
        "0 evil.example/a exact", "0 http://evil.example/a exact", "0 https://evil.example/a exact",
        "1 ftp://evil.example/a exact",
        "3 evil.example/payload/x url-prefix", "3 http://evil.example/pay url-prefix",
        "4 http://evil.example/pay url-prefix",
        "7 ftp://evil.example/p url-prefix",
        "8 /gate.php exact",
        "10 /gate.php?id= exact", "10 /gate.php exact",
        "11 http://evil.example/pay url-prefix",
      ])
    try database.verify()
  }

  @Test func fileNamesMatchBaseNamesAndTails() throws {
    let database = try database([
      TestIndicator(.filename, "evil.exe"), TestIndicator(.filename, #"temp\drop.dll"#, .contains),
      TestIndicator(.filename, "run.ps1", .contains),
    ])
    var batch = TestBatch()
    batch.add(.filename, "EVIL.exe")
    batch.add(.filename, #"C:\Users\a\Evil.EXE"#)
    batch.add(.filename, "notevil.exe")
    batch.add(.filename, #"C:\Windows\Temp\drop.dll"#)
    batch.add(.filename, "/var/temp/drop.dll")
    batch.add(.filename, #"temp\drop.dll"#)
    batch.add(.filename, #"xtemp\drop.dll"#)
    batch.add(.filename, "drop.dll")
    batch.add(.filename, #"%TEMP%\run.ps1"#)
    batch.add(.filename, #"\\server\share\run.ps1"#)
    #expect(
      batch.hits(in: database) == [
        "0 evil.exe exact", "1 evil.exe exact", #"3 temp\drop.dll contains"#,
        #"4 temp\drop.dll contains"#, #"5 temp\drop.dll exact"#, "8 run.ps1 exact",
        "9 run.ps1 contains",
      ])
    try database.verify()
  }

  @Test func otherKindsMatchWhole() throws {
    let md5 = [UInt8](repeating: 0x5a, count: 16)
    let database = try database([
      TestIndicator(.md5, md5), TestIndicator(.sha256, [UInt8](repeating: 7, count: 32)),
      TestIndicator(.email, "bad@evil.example"), TestIndicator(.userAgent, "Bad/1.0"),
      TestIndicator(.mutex, #"Global\bad"#), TestIndicator(.registryKey, #"hklm\software\bad"#),
      TestIndicator(.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1"), TestIndicator(.ja3, md5),
    ])
    var batch = TestBatch()
    batch.add(.md5, md5)
    batch.add(.imphash, md5)
    batch.add(.ja3, md5)
    batch.add(.email, "Bad@Evil.example")
    batch.add(.userAgent, "Bad/1.0")
    batch.add(.userAgent, "bad/1.0")
    batch.add(.mutex, #"Global\bad"#)
    batch.add(.registryKey, #"HKEY_LOCAL_MACHINE\SOFTWARE\Bad"#)
    batch.add(.registryKey, #"HKLM\Software\Bad\x"#)
    batch.add(.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1")
    batch.add(.sha256, [UInt8](repeating: 7, count: 32))
    #expect(
      batch.matches(in: database).map(\.observable) == [0, 2, 3, 4, 6, 7, 9, 10])
    try database.verify()
  }

  @Test func optionsKeepEntriesAway() throws {
    let database = try database([
      TestIndicator(.userAgent, "Common/1.0").from(feed: 0, flags: .weak),
      TestIndicator(.domain, "evil.example"),
    ])
    var batch = TestBatch()
    batch.add(.userAgent, "Common/1.0")
    batch.add(.domain, "evil.example")
    var options = LookupOptions()
    #expect(batch.hits(in: database, options: options) == ["1 evil.example exact"])
    options.includesWeak = true
    #expect(batch.matches(in: database, options: options).count == 2)
    options.kinds = IndicatorKindSet(.userAgent)
    #expect(batch.hits(in: database, options: options) == ["0 Common/1.0 exact"])
  }

  @Test func matchesOfOneObservableAreLimitedAndCounted() throws {
    let database = try database((1...100).map { .address("192.0.2.1", port: $0) })
    var batch = TestBatch()
    batch.add(address: "192.0.2.1")
    batch.add(address: "192.0.2.1", port: 50)
    var options = LookupOptions()
    options.matchLimit = 10
    var scratch = LookupScratch()
    var matches: [EntryMatch] = []
    batch.chunk.withUnsafeBytes {
      database.lookup(
        batch.batch, chunk: $0.bytes, options: options, scratch: &scratch, matches: &matches)
    }
    #expect(matches.count == 11)
    #expect(scratch.cutMatches == 90)
  }

  @Test func observablesOutsideTheirBytesMatchNothing() throws {
    let database = try database([
      TestIndicator(.domain, "evil.example"), .address("192.0.2.1"),
      TestIndicator(.filename, "evil.exe"), TestIndicator(.url, "evil.example/a"),
    ])
    var batch = TestBatch()
    batch.add(.domain, "evil.example")
    for kind in [IndicatorKind.domain, .ipv4, .filename, .url, .md5, .registryKey] {
      for offset: UInt32 in [0, 8, 0xffff_ffff] {
        for length: UInt32 in [0, 4, 16, 1_000, 0xffff_ffff] {
          batch.batch.observables.append(
            Observable(
              kind: kind, flags: offset == 8 ? .inArena : [], field: 0, offset: offset,
              length: length, record: 0, schemeLength: 7))
        }
      }
    }
    #expect(batch.hits(in: database) == ["0 evil.example exact"])
  }
}

@Suite struct TextTests {
  @Test func patternsOfTheMatcherAreTextEntries() throws {
    var second = TestIndicator(.text, "Evil Corp", .contains)
    second.ignoresCase = true
    let database = try database([
      TestIndicator(.text, "payload-x", .contains), second,
      TestIndicator(.text, "Evil Corp", .contains), TestIndicator(.domain, "evil.example"),
    ])
    let matcher = try #require(database.textMatcher)
    var state = LiteralMatcher.State()
    var matches: [LiteralMatch] = []
    Array("an EVIL corp with payload-x".utf8).withUnsafeBytes {
      _ = matcher.scan($0.bytes, state: &state, limit: 100, matches: &matches)
    }
    let entries = matches.compactMap { database.textEntry(ofPattern: $0.pattern) }
    #expect(entries.map { database.text(of: $0) }.sorted() == ["Evil Corp", "payload-x"])
    #expect(entries.contains { database.entry($0).ignoresCase })
    #expect(database.textEntry(ofPattern: 3) == nil)
    try database.verify()
  }
}

@Suite struct PathTests {
  @Test func pathsOfAbsurdDepthAreRefusedAndDoNoHarm() throws {
    let deep = String(repeating: #"a\"#, count: 63) + "x"
    let allowed = String(repeating: #"a\"#, count: 62) + "x"
    let database = try database([
      TestIndicator(.filename, deep, .contains), TestIndicator(.filename, allowed, .contains),
    ])
    #expect(database.entryCount == 1)
    #expect(database.feeds[0].refusals.map(\.reason) == ["path-too-deep"])
    var batch = TestBatch()
    batch.add(.filename, deep)
    batch.add(.filename, allowed)
    batch.add(.filename, String(repeating: #"\"#, count: 100_000))
    batch.add(.filename, String(repeating: #"a\"#, count: 60_000) + "x")
    #expect(batch.matches(in: database).map(\.observable) == [0, 1, 3])
  }

  @Test func namesOfAbsurdLengthDoNoHarm() throws {
    let database = try database([TestIndicator(.domain, "evil.example", .withSubdomains)])
    var batch = TestBatch()
    batch.add(.domain, String(repeating: ".", count: 200_000))
    batch.add(.domain, String(repeating: "a.", count: 100_000) + "evil.example")
    batch.add(.domain, String(repeating: #"\"#, count: 100_000) + ".evil.example")
    #expect(batch.matches(in: database).map(\.observable) == [1, 2])
  }
}
