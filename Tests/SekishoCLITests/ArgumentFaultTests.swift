import Foundation
import TestSupport
import Testing

/// Arguments that cannot be meant are errors that say what can, never a scan without hits.
@Suite struct ArgumentFaultTests {
  let folder: TemporaryFolder
  let feed: String
  let log: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "evil.example\n")
    log = try folder.write("a.log", "evil.example\n")
  }

  private func fails(_ arguments: [String], _ words: String...) throws {
    let result = try CommandRunner.run(arguments)
    #expect(result.status == 2, "\(arguments)")
    for word in words { #expect(result.errors.contains(word), "\(result.errors)") }
  }

  /// Standard input has one reader.
  @Test func standardInputTwice() throws {
    try fails(["scan", "--feed", "-", "-"], "standard input can be read once only")
    try fails(["scan", "--feed", feed, "--allow", "-=plain", "-"], "standard input", "to a file")
    // Captures are read again for their packets.
    let packets = folder.path("p.pcapng")
    try fails(["scan", "--feed", feed, "--write-pcap", packets, "-"], "a second time")
    #expect(!FileManager.default.fileExists(atPath: packets))
    let scan = try CommandRunner.run(
      ["scan", "--feed", feed, "--write-pcap", packets, "Fixtures/demo.pcap", "-"]
        + ["--input-format", "text", "--count"], input: Array("evil.example\n".utf8))
    #expect(scan.status == 1, "\(scan.errors)")
  }

  /// Packets of logs are none, and their file is empty.
  @Test func packetsOfLogsAreToldToBeNone() throws {
    let arguments = ["scan", "--count", "--feed", feed, "--write-pcap", folder.path("p.pcapng")]
    let logs = try CommandRunner.run(arguments + [log])
    #expect(logs.errors.contains("--write-pcap: no packet was read"), "\(logs.errors)")
    let both = try CommandRunner.run(arguments + [log, "Fixtures/demo.pcap"])
    #expect(!both.errors.contains("--write-pcap"), "\(both.errors)")
  }

  /// What stands behind `=` may belong to the file's name.
  @Test func aFileIsNamedLikeAFormat() throws {
    let named = try folder.write("a=plain", "bad.example\n")
    func lookup(_ value: String) throws -> Int32 {
      try CommandRunner.run(["lookup", "--feed", named, value]).status
    }
    #expect(try lookup("bad.example") == 0)
    // Where both are there, the format is meant.
    _ = try folder.write("a", "evil.example\n")
    #expect(try lookup("bad.example") == 1)
    #expect(try lookup("evil.example") == 0)
  }

  /// What people read, programs can have as JSON, and every command can be told to be quiet.
  @Test func jsonAndQuietAreTakenEverywhere() throws {
    for command in ["diff", "test"] {
      try fails([command, feed, feed, "--json", "--format", "sarif"], "--json is --format json")
    }
    let suite = try folder.write(
      "suite.yaml",
      "cases: [{name: a, feeds: [{text: \"evil.example\\n\"}], text: evil.example, expect: {hits: [{value: evil.example}]}}]\n"
    )
    let database = folder.path("x.skdb")
    #expect(try CommandRunner.run(["compile", "--quiet", feed, "-o", database]).status == 0)
    for arguments in [
      ["scan", "--json", "--quiet", "--feed", feed, log],
      ["diff", feed, feed, "--json", "--quiet"], ["test", suite, "--json", "--quiet"],
      ["lookup", "--json", "--quiet", "--feed", feed, "evil.example"],
      ["inspect", "--json", "--quiet", database],
      ["explain", "--json", "--quiet", "--db", database, "evil.example"],
      ["bench", "scan", "--json", "--quiet", "--repeat", "1", "--db", database, log],
    ] {
      let result = try CommandRunner.run(arguments)
      #expect(result.output.first == "{", "\(arguments) \(result.output) \(result.errors)")
      #expect(result.errors == "", "\(arguments)")
    }
  }

  /// What is said twice is united, as `--home` is.
  @Test func kindsAreRepeatable() throws {
    let mixed = try folder.write("m.txt", "evil.example\n192.0.2.1\n")
    let both = ["--kinds", "ipv4", "--kinds", "domain"]
    let hosts = try folder.write("b.log", "evil.example 192.0.2.1\n")
    let scan = try CommandRunner.run(
      ["scan", "--count", "--quiet", "--feed", mixed, hosts] + both)
    #expect(scan.output == "2\n")
    #expect(try CommandRunner.run(["extract", hosts] + both).lines.count == 2)
    for kinds in ["ipv4, domain", " IPv4,DOMAIN "] {
      let loose = try CommandRunner.run(["extract", hosts, "--kinds", kinds])
      #expect(loose.lines.count == 2, "\(loose.errors)")
    }
    let database = folder.path("x.skdb")
    let compiled = try CommandRunner.run(["compile", mixed, "-o", database] + both)
    #expect(compiled.errors.contains(": 2 entries of 1 feed"), "\(compiled.errors)")
  }

  @Test func threadsOutOfRange() throws {
    for command in [
      ["scan", "--feed", feed, log], ["extract", log], ["test", feed],
      ["coverage", "--feed", feed],
      ["bench", "scan", "--feed", feed, log],
    ] {
      try fails(command + ["--threads", "0"], "--threads ", " 1 ")
    }
  }

  /// A value that was forgotten is not asked for in silence.
  @Test func pathAsAValue() throws {
    let asked = try CommandRunner.run(["explain", "--feed", feed, log])
    #expect(asked.errors.contains("is a path that exists"), "\(asked.errors)")
    let meant = try CommandRunner.run(["explain", "--feed", feed, log, "evil.example"])
    #expect(meant.errors == "" && meant.status == 0)
    let swapped = try CommandRunner.run(["explain", "--feed", feed, "evil.example", log])
    #expect(swapped.errors.contains("which comes last"), "\(swapped.errors)")
    let database = folder.path("x.skdb")
    #expect(try CommandRunner.run(["compile", "--quiet", feed, "-o", database]).status == 0)
    try fails(["lookup", "evil.example", database], "sekisho lookup \(database) evil.example")
    try fails(["lookup", "evil.example", "bad.example"], "evil.example")
  }

  /// What is a file elsewhere is none in silence where standard output could be meant.
  @Test(arguments: [
    "coverage --html", "coverage --navigator", "scan --write-pcap", "bench scan --baseline",
  ])
  func aStreamIsNoFile(_ words: String) throws {
    let words = words.split(separator: " ").map(String.init)
    let option = words.last ?? ""
    try fails(
      Array(words.dropLast()) + ["--feed", feed, log, option, "-"],
      "\(option) is a file, not a stream")
    #expect(!FileManager.default.fileExists(atPath: CommandRunner.root.path + "/-"))
  }

  /// What the parser says of an option goes first, and suggests only what is like it.
  @Test func optionsThatAreNone() throws {
    for command in [["scan"], ["coverage"], ["explain"], ["bench", "scan"]] {
      try fails(command + ["-d", feed, log], "Unknown option '-d'")
    }
    let far = try CommandRunner.run(["extract", "--db", feed, log])
    #expect(far.errors.hasPrefix("sekisho: error: Unknown option '--db'\n"), "\(far.errors)")
    try fails(["scan", "--feed", feed, "--summry", "x", log], "Did you mean '--summary'?")
  }

  @Test func feedThatIsNone() throws {
    try fails(
      ["scan", "--feed", feed, "--feeds-only", "nosuch", log], "--feeds-only nosuch is no feed",
      feed)
    try fails(
      ["explain", "--feed", feed, "--feeds-only", "nosuch", "evil.example"],
      "--feeds-only nosuch is no feed")
    try fails(
      ["diff", feed, feed, log, "--feeds-only", "nosuch", "--fail-on", "lost>0"],
      "--feeds-only nosuch is no feed")
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--feeds-only", feed, "--count", "--quiet", log])
    #expect(result.output == "1\n")
  }

  /// What is asked of entries is taken as it is written elsewhere; else the range is said.
  @Test func limitsOfEntries() throws {
    let marked = try folder.write("m.csv", "domain,tlp\na.evil.example,green\nb.evil.example,red\n")
    let database = folder.path("x.skdb")
    for marking in ["TLP:GREEN", "tlp:green", "Green"] {
      let result = try CommandRunner.run(["compile", "--tlp-max", marking, marked, "-o", database])
      #expect(
        result.status == 0 && result.errors.contains(": 1 entry of 1 feed"), "\(result.errors)")
    }
    try fails(
      ["compile", "--tlp-max", "TLP:BLUE", marked, "-o", database],
      "'TLP:BLUE' is none of clear, green, amber, amber+strict, red")
    for number in ["-1", "101"] {
      for command in [["compile", feed, "-o", database], ["scan", "--feed", feed, log]] {
        try fails(
          command + ["--min-confidence", number],
          "--min-confidence \(number) is not between 0 and 100")
      }
    }
  }

  @Test func filterThatIsNone() throws {
    for command in ["scan", "extract"] {
      let feeds = command == "scan" ? ["--feed", feed] : []
      let result = try CommandRunner.run([command] + feeds + ["--bpf", "tcp port", log])
      #expect(result.status == 2)
      #expect(result.errors.contains("--bpf 'tcp port' is no capture filter"), "\(result.errors)")
      #expect(result.errors.hasSuffix("; see man pcap-filter\n"), "\(result.errors)")
      #expect(result.errors.count { $0 == "\n" } == 1, "\(result.errors)")
    }
    try fails(
      ["explain", "--feed", feed, "--bpf", "tcp port", log, "evil.example"], "--bpf 'tcp port'")
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--bpf", "tcp port 80", "--count", "--quiet", log])
    #expect(result.output == "1\n")
  }

  @Test func commandThatIsNone() throws {
    try fails(["scna", log], "'scna' is not a command", "did you mean 'scan'?", "sekisho --help")
    try fails(["bench", "scna", log], "'scna' is not a command of 'sekisho bench'", "'scan'?")
    try fails(["lint", log], "'lint' is not a command", "compile --list-refused")
    try fails(["frobnicate"], "'frobnicate' is not a command", "use one of scan compile")
  }

  /// An empty variable of a script is no list; taken as one it would switch off what it should decide.
  @Test func listThatIsEmpty() throws {
    try fails(["scan", "--feed", feed, "--kinds", "", log], "--kinds: '' is no kind")
    try fails(["compile", feed, "--kinds", "domain,", "-o", folder.path("x")], "'' is no kind")
    try fails(["diff", feed, feed, "--fail-on", ""], "--fail-on  is no threshold")
    try fails(["diff", feed, feed, "--fail-on", "removed>0,"], "is no threshold")
  }

  /// Refused before feeds are read, which may take long.
  @Test func outputWithoutAName() throws {
    try fails(["compile", folder.path("nowhere"), "-o", ""], "--output is empty")
  }

  @Test func usageIsTheCommandsOwn() throws {
    try fails(
      ["scan", "--feed", feed, "--home", "x", log], "--home x", "Usage: sekisho scan",
      "sekisho scan --help")
    try fails(
      ["bench", "scan", "--threads", "0", log, "--feed", feed], "Usage: sekisho bench scan")
  }

  @Test func whatIsNotThereHasARemedy() throws {
    let nowhere = folder.path("nowhere")
    try fails(["scan", "--feed", feed, nowhere], "cannot open", "check the path")
    try fails(["scan", "--db", nowhere, log], "sekisho compile")
    try fails(["inspect", nowhere], "sekisho compile")
    try fails(["compile", nowhere, "-o", folder.path("x.skdb")], "check the path")
    try fails(["test", folder.url.path], "it is a folder; name a file")
    let page = try CommandRunner.run(
      ["scan", "--format", "html", "--feed", feed, log], redirect: "> /dev/full")
    #expect(page.errors.contains("cannot write: No space left on device"), "\(page.errors)")
  }

  @Test func rowsOfABenchmarkNameTheirPlace() throws {
    let prefixes = try folder.write("p.txt", "192.0.2.0/24 \n\n  2001:db8::/32\t\r\n \n")
    let addresses = try folder.write("a.txt", "192.0.2.1 \n2001:db8::1\n198.51.100.1\n")
    let result = try CommandRunner.run(
      ["bench", "prefixes", prefixes, addresses, "--json", "--repeat", "1"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains(#""entries":2,"#) && result.output.contains(#""matches":2,"#))
    let bad = try folder.write("bad.txt", "192.0.2.1\n\nevil.example\n")
    try fails(["bench", "prefixes", prefixes, bad], "bad.txt:3: not an address or prefix")
    try fails(["bench", "prefixes", bad, addresses], "bad.txt:3: not an address or prefix")
    try fails(["bench", "keys", "--hex", bad, bad], "bad.txt:1: ")
  }
}
