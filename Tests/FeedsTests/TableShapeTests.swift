import Feeds
import Indicators
import Inputs
import Testing

/// What rows and members are told by, and what is said of those that are not read.
@Suite struct TableShapeTests {
  /// A list within an object may be longer than a record is held whole, or than what a format is told by.
  @Test(arguments: ["", "\n  "]) func longListsOfAnObjectAreReadWhole(_ separator: String) {
    let count = 70_000
    let list = (0..<count).map { "\"host\($0).evil.example\"" }.joined(separator: "," + separator)
    let loaded = Loaded(#"{"source":"x","tlp":"green","domains":[\#(separator)\#(list)]}"#)
    #expect(loaded.format == .json)
    #expect(loaded.entries.count == count)
    #expect(loaded.summary?.refusals.counts.isEmpty ?? false)
    for index in [0, 20_000, count - 1] {
      #expect(loaded.context(loaded.collection.records[index]).tlp == .green)
    }
  }

  /// What an object says once counts once, however many parts its list has.
  @Test func valuesBesideALongListAreReadOnce() {
    let list = (0..<40_000).map { "\"host\($0).evil.example\"" }.joined(separator: ",")
    let loaded = Loaded(#"{"ip":"198.51.100.7","domains":[\#(list)],"note":"x"}"#)
    #expect(loaded.entries.count == 40_001)
    #expect(loaded.entries.count { $0.contains("198.51.100.7") } == 1)
  }

  /// What an object says once and at length is not said again with each part of its list.
  @Test(.timeLimit(.minutes(20))) func muchBesideALongList() {
    let count = 100_000
    let list = (0..<count).map { "\"h\($0).evil.example\"" }.joined(separator: ",")
    let note = String(repeating: "x", count: 300_000)
    let loaded = Loaded(#"{"note":"\#(note)","ip":"198.51.100.7","domains":[\#(list)]}"#)
    #expect(loaded.entries.count == count + 1)
    #expect(loaded.refusals.allSatisfy { $0.contains("line-too-long") })
  }

  /// A list with a header goes on with another sort of values below what was looked at.
  @Test func listsOfSeveralParts() {
    let digests = (0..<1200).map { "\(Sample.md5.prefix(28))\(1000 + $0)\n" }.joined()
    let urls = (0..<600).map { "hxxp://evil\($0)[.]example/x\n" }.joined()
    let loaded = Loaded("MD5\n" + digests + "evil.example\n" + urls)
    #expect(loaded.entries.count == 1801)
    #expect(loaded.refusals.isEmpty)
    let reverse = Loaded("url\n" + urls + urls + digests)
    #expect(reverse.entries.count == 2400)
    #expect(reverse.refusals.isEmpty)
  }

  /// Columns of which no name is known are said to be such.
  @Test func unknownColumns() {
    let loaded = Loaded("Wert,Notiz\n192.0.2.1,a\n192.0.2.2,b\n192.0.2.3,c\n")
    #expect(loaded.error.map { "\($0)" }?.contains("none has a name that is known") == true)
    #expect(loaded.error?.advice.contains("'columns'") == true)
  }

  @Test(arguments: ["IP-Adresse", "Adresse IP", "Dirección IP", "Indicador"])
  func namesOfColumnsInOtherLanguages(_ name: String) {
    #expect(Loaded("\(name),Nota\n192.0.2.1,a\n").entries == ["2 ipv4 192.0.2.1 exact"])
  }

  @Test(arguments: [
    ("SHA256 Hash Value", Sample.sha256, "sha256"), ("Thumbprint", Sample.sha1, "certificate-sha1"),
    ("SHA1 Fingerprint", Sample.sha1, "certificate-sha1"),
  ])
  func namesOfColumnsOfDigests(_ name: String, _ value: String, _ kind: String) {
    #expect(Loaded("\(name),Note\n\(value),a\n").entries == ["2 \(kind) \(value) exact"])
  }

  /// What stands below a heading of digests and is no name of a host for certain is none.
  @Test func listsOfDigestsWithOthers() {
    let digests = String(repeating: Sample.md5 + "\n", count: 60)
    let others = ["Backdoor.Win32.Agent", "setup.py", "https://www.virustotal.com/gui/file/a"]
    let loaded = Loaded(
      "MD5\n\(digests)evil.example\n\(others.joined(separator: "\n"))\n192.0.2.7\n")
    #expect(
      Set(loaded.entries.suffix(2)) == [
        "62 domain evil.example withSubdomains", "66 ipv4 192.0.2.7 exact",
      ])
    #expect(loaded.refusals.count == 3, "\(loaded.refusals)")
    // What a user says of the column holds of all of it.
    var options = FeedOptions()
    options.columns = .inOrder(["md5"])
    let named = Loaded("\(digests)evil.example\n", format: .csv, options: options)
    #expect(named.entries.count == 60)
  }

  /// What is refused of persons is so wherever in a table it stands.
  @Test func typesOfPersonsBelowThoseOfTopics() {
    let rows = (0..<1100).map { "e\($0).example,other\n" }.joined()
    let loaded = Loaded("value,type\n\(rows)v.example,target-machine\nw.example,user\n")
    #expect(loaded.entries.count == 1100)
    #expect(loaded.entries.last == "1101 domain e1099.example withSubdomains")
  }

  /// A name of a file may be longer than a label of a host.
  @Test func longNamesOfFiles() {
    let text = (0..<20).map { "evil\($0).example\n" }.joined() + Sample.sha256 + ".docx\n"
    let loaded = Loaded(text)
    #expect(loaded.entries.last == "21 filename \(Sample.sha256).docx exact weak")
    let table = Loaded("Indicator,Note\n\(Sample.sha256).docx,a\nevil.example,b\n")
    #expect(table.entries.count == 2)
  }

  @Test func aListOfOneIsAList() {
    #expect(Loaded(#"{"source":"x","ips":["198.51.100.7"]}"#).entries.count == 1)
    #expect(Loaded(#"{"source":"x","ip":"198.51.100.7"}"#).error != nil)
  }

  @Test func membersThatAreNotReadAreNamed() {
    let loaded = Loaded(
      #"[{"iocs":{"ipv4":["198.51.100.7"],"dns":["evil.example"]}},{"iocs":{"ipv4":["198.51.100.8"],"dns":["bad.example"]}}]"#
    )
    #expect(loaded.entries.count == 2)
    #expect(loaded.warnings == ["column-not-read"])
  }

  @Test func namesInInnerObjectsMakeNoFormat() {
    for text in [
      #"{"entries":{"x":{"drop":{"cidr":{"sblid":"SBL1"}}}}}"#,
      #"{"iocs":{"network":[{"indicator":"connection","type":"x"}],"behavior":[{"indicators":"x"}]}}"#,
    ] {
      let loaded = Loaded(text)
      #expect(
        loaded.error?.code == .unrecognized, "\(loaded.error.map(String.init(describing:)) ?? "")")
    }
  }

  @Test func tagsOfEventsReachTheEntries() {
    let header = "uuid,event_id,category,type,value,comment,to_ids,date,attribute_tag,event_tag\n"
    let row = #"u,5,"Network activity","domain","evil.example","",1,1646092803,"a","b,tlp:red""#
    let loaded = Loaded(header + row + "\n")
    #expect(loaded.format == .mispCSV)
    #expect(loaded.context(loaded.collection.records[0]).tlp == .red)
    #expect(loaded.list(loaded.context(loaded.collection.records[0]).labels) == ["a", "b"])
  }

  @Test func rowsThatAreNotForDetectionAreCounted() {
    let text = "type,value,to_ids\ndomain,evil.example,True\ndomain,benign.example,False\n"
    let loaded = Loaded(text)
    #expect(loaded.entries == ["2 domain evil.example withSubdomains"])
    #expect(loaded.diagnostics == ["3 to-ids-false"])
    #expect(
      loaded.summary?.warnings.map(\.description) == [
        "to-ids-false: 1 attribute is not meant for detection and was not loaded"
      ])
    var options = FeedOptions()
    options.loadsAllMISP = true
    #expect(Loaded(text, options: options).entries.count == 2)
  }

  @Test func columnsOfWordsHoldNoValues() {
    for header in ["islibrary,library,comment", "driver_name,size,driver_description"] {
      let rows = (0..<40).map { "TRUE,lib\($0).dll,https://blog.example/post-\($0)\n" }.joined()
      #expect(Loaded(header + "\n" + rows).entries.isEmpty)
    }
  }

  @Test func bothEndsOfARedirectionAreValues() {
    let rows = (0..<5).map {
      "2024/05/22 12:33:44,hxxp://s\($0).one.example/r,s\($0).one.example,"
        + "hxxps://p\($0).bad.example/pa/,p\($0).bad.example\n"
    }
    let loaded = Loaded("Date,Src URL,Src FQDN,Dst URL,Dst FQDN\n" + rows.joined())
    #expect(loaded.entries.count == 20)
  }

  /// Rows without a header are known by their values.
  @Test func blocksOfDetailsAreNoTable() {
    let blocks = (0..<30).map {
      Sample.sha256.dropLast(2) + String($0 + 10)
        + "\n\tkey: k\n\tmutex: x\n\turl: c2-\($0).example\n"
    }
    #expect(Loaded(blocks.joined()).error?.code == .unrecognized)
  }

  /// Carriage returns end the lines of a file that has a line feed at its end alone.
  @Test(arguments: ["", "\r", "\r\n", "\n"]) func carriageReturnsAlone(_ end: String) {
    let text = "Type,Value,Description\rIPv4 Address,198.51.100.7,C2\rDomain,evil.example,C2"
    #expect(
      Loaded(text + end).entries == [
        "2 ipv4 198.51.100.7 exact", "3 domain evil.example withSubdomains",
      ])
  }

  @Test func masksBehindAddresses() {
    let loaded = Loaded(
      "198.51.100.0 255.255.255.0\n203.0.113.7 255.255.255.255\n203.0.113.9 255.0.255.0\n")
    #expect(
      loaded.entries == [
        "1 ipv4 198.51.100.0/24 prefix", "2 ipv4 203.0.113.7 exact", "3 ipv4 203.0.113.9 exact",
      ])
  }

  /// Entries that were taken back, have had their time, or are held for good.
  @Test(arguments: [
    ("domain,revoked\na.evil.example,false\nb.evil.example,true\n", "3 revoked"),
    ("domain,is_active\na.evil.example,true\nb.evil.example,false\n", "3 revoked"),
    ("domain,status\na.evil.example,online\nb.evil.example,Expired\n", "3 revoked"),
    ("domain,false_positive\na.evil.example,0\nb.evil.example,1\n", "3 revoked"),
    ("domain,verdict\na.evil.example,malicious\nb.evil.example,benign\n", "3 benign"),
    ("domain,classification\na.evil.example,bad\nb.evil.example,benign\n", "3 benign"),
    ("domain,classification\na.evil.example,blacklist\nb.evil.example,whitelist\n", "3 benign"),
    ("domain,disposition\na.evil.example,malicious\nb.evil.example,Allowlist\n", "3 benign"),
    ("domain,reputation\na.evil.example,untrusted\nb.evil.example,trusted\n", "3 benign"),
    ("domain,verdict\na.evil.example,unsafe\nb.evil.example,safe\n", "3 benign"),
    ("domain,verdict\na.evil.example,malware\nb.evil.example,goodware\n", "3 benign"),
    ("domain,verdict\na.evil.example,malicious\nb.evil.example,Not malicious\n", "3 benign"),
    ("domain,verdict\na.evil.example,malicious\nb.evil.example,non-malicious\n", "3 benign"),
    ("domain,status\na.evil.example,tp\nb.evil.example,FP\n", "3 benign"),
    ("domain,status\na.evil.example,phish\nb.evil.example,legitimate\n", "3 benign"),
    ("domain,enabled\na.evil.example,true\nb.evil.example,false\n", "3 revoked"),
    ("domain,disabled\na.evil.example,0\nb.evil.example,1\n", "3 revoked"),
    ("domain,status\na.evil.example,active\nb.evil.example,Disabled\n", "3 revoked"),
    ("domain,status\na.evil.example,active\nb.evil.example,not active\n", "3 revoked"),
    ("domain,deprecated\na.evil.example,no\nb.evil.example,yes\n", "3 revoked"),
    ("domain,classification\na.evil.example,C2\nb.evil.example,Victim\n", "3 personal-data"),
    ("type,value\nMalicious domain,a.evil.example\nLegitimate domain,b.evil.example\n", "3 benign"),
    (
      "type,value\nPhishing URL,http://a.evil.example/x\nClean URL,http://b.evil.example/x\n",
      "3 benign"
    ),
    ("type,value\nc2 domain,a.evil.example\nVictim host,b.evil.example\n", "3 personal-data"),
    ("type,value\ndomain,a.evil.example\nReference URL,b.evil.example\n", "3 unsupported-kind"),
    (
      "[{\"domain\":\"a.evil.example\",\"deleted\":false},\n\n{\"domain\":\"b.evil.example\",\"deleted\":true}]",
      "3 revoked"
    ),
  ])
  func entriesThatWereTakenBack(_ text: String, _ refused: String) {
    let loaded = Loaded(text)
    #expect(loaded.entries.count == 1)
    #expect(loaded.entries.allSatisfy { $0.contains("a.evil.example") })
    #expect(loaded.diagnostics == [refused])
  }

  /// What a list of good values says of them is no reason to leave them out.
  @Test func allowListsAreOfGoodValues() {
    var options = FeedOptions()
    options.isAllowList = true
    let text = "domain,verdict,benign\na.evil.example,benign,true\nb.evil.example,expired,true\n"
    let loaded = Loaded(text, options: options)
    #expect(loaded.entries == ["2 domain a.evil.example withSubdomains allow"])
    #expect(loaded.diagnostics == ["3 revoked"])
  }

  @Test func namesInURLsOfTheCommonSchema() {
    let records = [
      #"{"threat":{"indicator":{"type":"domain-name","url":{"domain":"a.evil.example"}}}}"#,
      #"{"threat":{"indicator":{"type":"url","url":{"domain":"x.evil.example","full":"http://x.evil.example/a"}}}}"#,
      #"{"threat":{"indicator":{"type":"email-addr","email":{"address":"x@evil.example"}}}}"#,
    ]
    let loaded = Loaded(records.joined(separator: "\n") + "\n", format: .json)
    #expect(
      loaded.entries == [
        "1 domain a.evil.example withSubdomains", "2 url http://x.evil.example/a exact",
        "3 email x@evil.example exact",
      ])
  }

  @Test func defangedAddressesWithNotes() {
    let loaded = Loaded("198[.]51[.]100[.]7 - C2 server\n198[.]51[.]100[.]8 seen in May\n")
    #expect(loaded.entries.count == 2)
    #expect(loaded.context(of: "198.51.100.7").contains("description=C2 server"))
  }

  /// What the first line is called says nothing of what stands below a further heading.
  @Test(arguments: ["Domains:", "Domains", "Hosts", "IOCs", "IP:"])
  func headingsOfListsAreNoHeaders(_ heading: String) {
    let names = (0..<30).map { "h\($0).evil.example\n" }.joined()
    let text =
      "\(heading)\n\(names)Hashes:\n\(Sample.md5)\n\(Sample.sha1)\n192.0.2.7 - C2 (A, Inc)\n"
    let loaded = Loaded(text)
    #expect(loaded.format == .plain)
    #expect(loaded.entries.count == 33, "\(loaded.refusals)")
    // A column whose cells are all what it is called is one.
    let table = Loaded("hostname\n\(names)192.0.2.1 x\n")
    #expect(table.format == .csv)
    #expect(table.entries.first == "2 domain h0.evil.example exact")
    #expect(Loaded("ja3\n\(Sample.md5)\n").entries == ["2 ja3 \(Sample.md5) exact weak"])
  }

  @Test func cellsOfAddressesNamesAndURLs() {
    let text = """
      hash,C2,note
      \(Sample.md5),"a.evil.example, 192.0.2.7",x
      \(Sample.sha1),"b.evil.example; http://c.evil.example/d",y
      """
    #expect(
      Loaded(text).entries == [
        "2 md5 \(Sample.md5) exact", "2 domain a.evil.example withSubdomains",
        "2 ipv4 192.0.2.7 exact", "3 sha1 \(Sample.sha1) exact",
        "3 domain b.evil.example withSubdomains", "3 url http://c.evil.example/d exact",
      ])
    // Blanks alone separate the words of a sentence, and a word among them makes it one.
    for cell in ["a.evil.example 192.0.2.7", "a.evil.example, and 192.0.2.7"] {
      #expect(Loaded("hash,C2\n\(Sample.md5),\"\(cell)\"\n").entries.count == 1, "\(cell)")
    }
  }

  @Test func urlsInACellWithoutABlank() {
    for separator in [";", ",", "|"] {
      let urls = "http://a.evil.example/b\(separator)https://c.evil.example/d"
      let loaded = Loaded(
        "family,url\nx,\"\(urls)\"\ny,http://e.evil.example/?u=http://f.example/\n")
      #expect(
        loaded.entries == [
          "2 url \(urls) exact", "2 url http://a.evil.example/b exact",
          "2 url https://c.evil.example/d exact",
          "3 url http://e.evil.example/?u=http://f.example/ exact",
        ])
    }
    // One that another is a part of.
    for url in [
      "https://a.example/?u=x,http://b.example/c", "https://a.example/;http://b.example/c",
    ] {
      #expect(Loaded("family,url\nx,\"\(url)\"\n").entries.count == 1)
    }
  }

  /// Without a header, pages that are referred to come again, or are of few sites, or begin with `https`.
  @Test func downloadsBehindDigestsAreValues() {
    func rows(
      _ first: (Int) -> String = { "\(Sample.md5.dropLast(2))\(10 + $0)" }, _ url: (Int) -> String
    ) -> String {
      (0..<12).map { "f\($0).exe | \(first($0)) | \(url($0))\n" }.joined()
    }
    let many = Loaded(rows { "http\($0 % 3 == 0 ? "" : "s")://h\($0 / 2).example/a/?i=\($0)" })
    #expect(many.entries.count == 24)
    #expect(many.entries.contains("3 url https://h1.example/a/?i=2 exact"))
    #expect(Loaded(rows { "http://blog.example/post/\($0)" }).entries.count == 12)
    #expect(Loaded(rows { "http://h\($0 / 4).example/post" }).entries.count == 12)
    #expect(Loaded(rows { "https://h\($0).example/post" }).entries.count == 12)
    #expect(
      Loaded(rows({ "n\($0).evil.example" }) { "http://h\($0).example/a" }).entries.count == 12)
  }

  @Test func cellsBehindAddressesBetweenNumberSigns() {
    let list =
      "198.51.100.7#4#2#Malicious Host#US#Wichita#37.75,-97.82#3\n198.51.100.8#1\n2001:db8::8#4#Scanning Host;C&C\n"
    for loaded in [Loaded(list), Loaded(list + "203.0.113.0/24#a\n")] {
      #expect(
        loaded.entries.prefix(3) == [
          "1 ipv4 198.51.100.7 exact", "2 ipv4 198.51.100.8 exact", "3 ipv6 2001:db8::8 exact",
        ])
      #expect(
        loaded.context(of: "198.51.100.7").contains(
          "description=4#2#Malicious Host#US#Wichita#37.75,-97.82#3"))
    }
  }

  /// Where rows have quotes, one that ends within its quotes was cut.
  @Test func rowsThatEndWithinQuotes() {
    let text = "\"domain\",\"tags\"\n\"a.evil.example\",\"t\"\n\"b.evil.exa"
    #expect(Loaded(text).error?.code == .truncated)
    var options = FeedOptions()
    options.keepsPartial = true
    #expect(Loaded(text, options: options).entries == ["2 domain a.evil.example withSubdomains"])
    #expect(Loaded("domain,note\na.evil.example,\"x\n", format: .csv).entries.count == 1)
  }

  @Test func columnsThatAreNotThereAreNamed() {
    var options = FeedOptions()
    options.columns = .byHeader(["name": "domain", "nots": "description"])
    let loaded = Loaded("name,note\na.evil.example,x\n", format: .csv, options: options)
    #expect(loaded.error?.problem.contains("'nots'") ?? false)
  }

  @Test func textsOfDigestsAreToldOf() {
    for name in ["Description", "comment", "Info", "Reference", "Title"] {
      let loaded = Loaded(
        "indicator,\(name)\na.example,\(Sample.md5)\nb.example,\(Sample.sha256)\n")
      #expect(loaded.entries.count == 2)
      #expect(loaded.warnings == ["column-not-read"], "\(name)")
      #expect(Loaded("indicator,\(name)\na.example,\(Sample.md5)\nb.example,x\n").warnings == [])
    }
  }

  @Test func bracketBehindADigest() {
    let loaded = Loaded("Sha1\n\(Sample.sha1)\n\(Sample.sha1.uppercased()))\n")
    #expect(loaded.entries == ["2 sha1 \(Sample.sha1) exact", "3 sha1 \(Sample.sha1) exact"])
    #expect(Loaded("Network Indicator,x\nevil.example,1\n192.0.2.1,2\n").entries.count == 2)
  }

  @Test func tablesOfMarkdownAreNoFeeds() {
    let rows = (0..<9).map { "| List \($0) | http://list\($0).example/a |\n" }.joined()
    #expect(Loaded("| Name | URL |\n|---|:---:|\n" + rows).error?.code == .unrecognized)
  }

  @Test func observablesOfSTIXAreCounted() {
    let seen =
      #"{"type":"ipv4-addr","id":"ipv4-addr--d5b9c411-8d53-5016-9105-df8e35b566ac","value":"198.51.100.7"}"#
    let id = "bundle--356f2f9e-214b-4c6e-80ab-882496b2791e"
    let loaded = Loaded(#"{"type":"bundle","id":"\#(id)","objects":[\#(seen),\#(seen)]}"#)
    #expect(loaded.entries.isEmpty)
    #expect(loaded.warnings == ["observables-not-loaded", "empty-feed"])
    // STIX 2.0 holds them in the observation.
    let inner = #""0":{"type":"file","hashes":{"SHA-1":"\#(Sample.sha1)"}},"1":{"type":"process"}"#
    let old = Loaded(
      #"{"type":"bundle","id":"\#(id)","spec_version":"2.0","objects":[{"type":"observed-data","#
        + #""objects":{\#(inner)},"number_observed":1}]}"#)
    #expect(old.entries.isEmpty)
    #expect(
      old.summary?.warnings.first == FeedWarning(.observablesNotLoaded, count: 1))
    // Beside indicators they are what a report cites.
    let page = #""0":{"type":"url","value":"https://blog.example/report"}"#
    let report = Loaded(
      #"{"type":"bundle","id":"\#(id)","spec_version":"2.0","objects":[{"type":"observed-data","#
        + #""objects":{\#(page)},"number_observed":1},{"type":"indicator","#
        + #""id":"indicator--0f3d28c4-ddcf-4e7a-9d43-4a5c7c7bd5c1","#
        + #""pattern":"[domain-name:value = 'evil.example']"}]}"#)
    #expect(report.entries.count == 1)
    #expect(report.warnings == [])
  }

  /// A cell of many lines is one cell; a quote that was not meant to open one swallows no rows.
  @Test func cellsOfManyLines() {
    let lines = (0..<200).map { "victim\($0).example" }.joined(separator: "\n")
    let cells = Loaded(
      "indicator,type,notes\na.evil.example,domain,\"\(lines)\"\nb.evil.example,domain,x\n")
    #expect(
      cells.entries == [
        "2 domain a.evil.example withSubdomains", "202 domain b.evil.example withSubdomains",
      ])
    let rows = (0..<200).map { "h\($0).evil.example,domain,x\n" }.joined()
    let stray =
      "a.evil.example,domain,\"x\n\(rows)b.evil.example,domain,\"\nc.evil.example,domain,y\n"
    #expect(Loaded("indicator,type,notes\nd.evil.example,domain,x\n" + stray).entries.count == 204)
  }

  @Test func expressionsAmongRulesOfAdBlockers() {
    let rules = (0..<500).map { "||h\($0).evil.example^\n" }.joined()
    let expressions = (0..<100).map { "/^ads\($0)\\.example/\n" }.joined()
    let loaded = Loaded(expressions + rules)
    #expect(loaded.format == .adblock)
    #expect(loaded.entries.count == 500)
    #expect(Loaded(expressions + "||evil.example^\n").format != .adblock)
  }

  @Test func wordsForNamesKeepUnknownTopLevelDomains() {
    for word in ["dns", "DNS name", "C2", "c2-domain", "FQDNs", "site"] {
      let loaded = Loaded(
        "value,type\nevil.example,\(word)\ndragon.notatld,\(word)\n", format: .csv)
      #expect(loaded.entries.count == 2, "\(word)")
    }
    // A role beside a digest.
    let loaded = Loaded("\(Sample.md5),C2\n\(Sample.sha1),C2\nevil.example,C2\n")
    #expect(loaded.entries.count == 3)
  }

  @Test(arguments: [
    ("85", "confidence=85"), ("85.0", "confidence=85"), ("7.5", "confidence=8"),
    ("85%", "confidence=85"), ("85 %", "confidence=85"), ("99.9", "confidence=100"),
    ("100.0", "confidence=100"), ("0.85", "confidence=85"), ("1.0", nil), ("0", "confidence=0"),
    ("high", "confidence=85"), ("101", nil), ("8.x", nil), (".5", "confidence=50"),
    ("5.", nil), ("%", nil),
  ]) func confidences(_ text: String, _ fact: String?) {
    let loaded = Loaded("domain,confidence\nevil.example,\(text)\n", format: .csv)
    let facts = loaded.context(of: "evil.example").filter { $0.hasPrefix("confidence") }
    #expect(facts == (fact.map { [$0] } ?? []))
    #expect(loaded.diagnostics.isEmpty == (fact != nil))
  }

  @Test func flagsDescribeNothing() {
    let loaded = Loaded(
      "dataType,data,ioc,message\ndomain,a.evil.example,true,seen\ndomain,b.evil.example,false,\n")
    #expect(loaded.context(of: "a.evil.example").contains("description=seen"))
    #expect(!loaded.context(of: "b.evil.example").contains { $0.hasPrefix("description") })
  }

  /// Only where one number is no month is it known which is the day.
  @Test(arguments: [
    ("10/29/2020", true), ("29/10/2020", true), ("10/9/2020", false), ("1/14/2022 7:05", true),
    ("1/14/2022 17:05:10", true), ("13/14/2022", false), ("10/32/2020", false), ("10/29/20", false),
  ]) func datesWithTheYearLast(_ text: String, _ isKnown: Bool) {
    let loaded = Loaded("domain,date\nevil.example,\(text)\n", format: .csv)
    #expect(loaded.context(of: "evil.example").contains { $0.hasPrefix("from") } == isKnown)
    #expect(loaded.diagnostics.isEmpty == isKnown)
  }
}
