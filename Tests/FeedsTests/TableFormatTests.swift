import Feeds
import Indicators
import Testing

extension FeedCase {
  static let tables: [FeedCase] = [
    FeedCase(
      name: "csv: typed rows and prose",
      text: """
        Indicator_type,Data,Note
        Description,Indicators of a campaign,https://report.example/
        domain,evil.example,C2
        hostname,host.evil.example,
        ip,192.0.2.66,
        domain,192.0.2.67,wrong label
        sha256,\(Sample.sha256),"one, two"
        file_path,C:\\ProgramData\\evil\\run.exe,
        filename,run.exe,
        url_path,/gate.php,
        command,cmd.exe /c whoami,
        ,orphan.exe,
        """, format: .csv,
      entries: [
        "3 domain evil.example withSubdomains", "4 domain host.evil.example exact",
        "5 ipv4 192.0.2.66 exact", "6 ipv4 192.0.2.67 exact",
        "7 sha256 \(Sample.sha256) exact", "8 filename programdata\\evil\\run.exe contains",
        "9 filename run.exe exact weak",
      ],
      diagnostics: [
        "2 not-an-indicator", "6 (kind-by-shape)", "10 path-only", "11 unsupported-kind",
        "12 not-an-indicator",
      ]),
    FeedCase(
      name: "csv: the header's first name is that of the types' column",
      text: """
        \u{feff}Indicator,Data ,Notes,,
        ip,192.0.2.66,,,
        domain,evil.example,,,
        ,,,,
        """, format: .csv,
      entries: ["2 ipv4 192.0.2.66 exact", "3 domain evil.example withSubdomains"]),
    FeedCase(
      name: "csv: two columns of values",
      text: "domain_name,ip_address\n\"evil.example\",\"192.0.2.66\"\nbad.example,\n",
      format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "2 ipv4 192.0.2.66 exact",
        "3 domain bad.example withSubdomains",
      ]),
    FeedCase(
      name: "csv: a column that its content contradicts",
      text: """
        Address,url
        evil.example, IOC FOUND
        bad.example, IOC FOUND
        worse.example, IOC FOUND
        """, format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "3 domain bad.example withSubdomains",
        "4 domain worse.example withSubdomains",
      ]),
    FeedCase(
      name: "csv: several digests in a cell",
      text: """
        value,entity_type,description
        "\(Sample.sha256),\(Sample.sha1),\(Sample.md5)",file,one file
        "\(Sample.sha256)
        \(Sample.md5)",file,another
        "\(Sample.sha1) \(Sample.md5)",file,a third
        evil.example,hostname,server
        """, format: .csv,
      entries: [
        "2 sha256 \(Sample.sha256) exact", "2 sha1 \(Sample.sha1) exact",
        "2 md5 \(Sample.md5) exact", "3 sha256 \(Sample.sha256) exact",
        "3 md5 \(Sample.md5) exact", "5 sha1 \(Sample.sha1) exact", "5 md5 \(Sample.md5) exact",
        "6 domain evil.example exact",
      ]),
    FeedCase(
      name: "csv: without a header, references are not loaded",
      text: """
        2017-08-02 16:28:51,evil.example,https://report.example/1
        2017-08-03 10:21:16,bad.example,https://report.example/2
        """, format: .csv,
      entries: [
        "1 domain evil.example withSubdomains", "2 domain bad.example withSubdomains",
      ]),
    FeedCase(
      name: "csv: without a header, with types",
      text: """
        192.0.2.66,ipaddress,server
        evil.example,hostname,server
        """, format: .csv,
      entries: ["1 ipv4 192.0.2.66 exact", "2 domain evil.example exact"]),
    FeedCase(
      name: "csv: tabs and a header in a comment",
      text: "# a list\n# IP\tnumber of lists\n192.0.2.66\t10\n192.0.2.67\t9\n", format: .csv,
      entries: ["3 ipv4 192.0.2.66 exact", "4 ipv4 192.0.2.67 exact"]),
    FeedCase(
      name: "csv: semicolons, and a URL with one inside quotes",
      text: "url;family\n\"http://downloads.example/a;b\";Test\n", format: .csv,
      entries: ["2 url http://downloads.example/a;b exact"]),
    FeedCase(
      name: "csv: a quote that closes nowhere costs no other row",
      text: "domain,comment\n\"evil.example,oops\nbad.example,fine\nworse.example,fine\n",
      format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "3 domain bad.example withSubdomains",
        "4 domain worse.example withSubdomains",
      ]),
    FeedCase(
      name: "misp-csv",
      text: """
        uuid,event_id,category,type,value,comment,to_ids,date
        u-1,4,Network activity,domain,"evil.example","c2",1,20151016
        u-2,4,Network activity,hostname,"host.evil.example","",1,20151016
        u-3,4,Network activity,ip-dst|port,"192.0.2.66|443","",1,20151016
        u-4,4,Payload delivery,filename|sha256,"run|it.exe|\(Sample.sha256)","",1,20151016
        u-5,4,Network activity,url,"http://downloads.example/","",0,20151016
        u-6,4,Person,email-src,"victim@good.example","",1,20151016
        """, format: .mispCSV,
      entries: [
        "2 domain evil.example withSubdomains", "3 domain host.evil.example exact",
        "4 ipv4 192.0.2.66 exact port 443", "5 sha256 \(Sample.sha256) exact",
      ], diagnostics: ["6 to-ids-false", "7 personal-data"]),
    FeedCase(
      name: "feodo: the port is no condition",
      text: """
        ################################
        # abuse.ch Feodo Tracker Botnet C2 IP Blocklist (CSV)
        ################################
        #
        "first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"
        "2023-05-23 17:51:44","192.0.2.66","1194","online","2024-04-01","Pikabot"
        # END 1 entries
        """, format: .feodo,
      entries: ["6 ipv4 192.0.2.66 exact"]),
    FeedCase(
      name: "urlhaus",
      text: """
        ################################
        # abuse.ch URLhaus Database Dump (CSV - recent URLs only)
        ################################
        # id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter
        "1","2024-05-01 10:00:00","http://downloads.example/payload.bin","online","2024-05-01","malware_download","elf,Mozi","https://urlhaus.example/url/1/","test"
        """, format: .urlhaus,
      entries: ["5 url http://downloads.example/payload.bin exact"]),
    FeedCase(
      name: "threatfox: blanks after commas",
      text: """
        ################################
        # abuse.ch ThreatFox IOCs: recent (CSV)
        ################################
        # "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","reference","tags","anonymous","reporter"
        "2024-05-01 10:00:00", "7", "192.0.2.66:443", "ip:port", "botnet_cc", "win.test", "None", "Test RAT", "", "75", "https://report.example/", "c2,rat", "0", "test"
        "2024-05-01 10:00:00", "8", "evil.example", "domain", "botnet_cc", "win.test", "None", "Test RAT", "", "75", "None", "None", "0", "test"
        "2024-05-01 10:00:00", "9", "\(Sample.sha256)", "sha256_hash", "payload", "win.test", "None", "Test RAT", "", "75", "None", "None", "0", "test"
        """, format: .threatfox,
      entries: [
        "5 ipv4 192.0.2.66 exact port 443", "6 domain evil.example withSubdomains",
        "7 sha256 \(Sample.sha256) exact",
      ]),
    FeedCase(
      name: "sslbl: certificates",
      text: """
        # abuse.ch SSLBL SSL Certificate Blacklist (SHA1 Fingerprints, CSV)
        # Listingdate,SHA1,Listingreason
        2024-05-01 10:00:00,\(Sample.sha1),Test C&C
        """, format: .sslbl,
      entries: ["3 certificate-sha1 \(Sample.sha1) exact"]),
    FeedCase(
      name: "sslbl: JA3",
      text: """
        # ja3_md5,Firstseen,Lastseen,Listingreason
        \(Sample.md5),2017-07-14 18:08:15,2019-07-27 20:42:54,Dridex
        """, format: .sslbl,
      entries: ["2 ja3 \(Sample.md5) exact weak"]),
    FeedCase(
      name: "malwarebazaar: several digests of one file, and no import hash",
      text: """
        # MalwareBazaar recent malware samples (CSV)
        # "first_seen_utc","sha256_hash","md5_hash","sha1_hash","reporter","file_name","file_type_guess","mime_type","signature","clamav","vtpercent","imphash","ssdeep","tlsh"
        "2024-05-01 10:00:00", "\(Sample.sha256)", "\(Sample.md5)", "\(Sample.sha1)", "test", "run.exe", "exe", "application/x-dosexec", "TestRAT", "n/a", "n/a", "\(String(Sample.md5.reversed()))", "n/a", "n/a"
        """, format: .malwarebazaar,
      entries: [
        "3 sha256 \(Sample.sha256) exact", "3 md5 \(Sample.md5) exact",
        "3 sha1 \(Sample.sha1) exact",
      ]),
  ]
}

@Suite struct TableFormatTests {
  private func load(_ name: String) -> Loaded {
    Loaded(FeedCase.tables.first { $0.name.hasPrefix(name) }?.text ?? "")
  }

  @Test("Every fingerprint of JA4's family is one of its kind, whatever its own type is called")
  func typesOfJA4() {
    let loaded = Loaded(
      """
      type,value
      ja4s,t130200_1301_234ea6891581
      ja4h,ge11cn20enus_60ca1bd65281_ac95b44401d9_8df6a44f726c
      ja4t,64240_2-1-3-1-1-4_1460_8
      ja4x,2166164053c1_2166164053c1_30d204a01551
      ja4ssh,c36s36_c55s75_c0s70
      domain,evil.example
      """, format: .csv)
    #expect(
      loaded.entries.count == 6 && loaded.entries.dropLast().allSatisfy { $0.contains(" ja4 ") })
  }

  @Test func contextOfRowsIsKept() {
    #expect(
      load("feodo").context(of: "192.0.2.66") == [
        "description=port 1194", "labels=online", "malware=Pikabot",
        "from=2023-05-23T17:51:44.000000Z",
      ])
    #expect(
      load("urlhaus").context(of: "http://downloads.example/payload.bin") == [
        "id=1", "reference=https://urlhaus.example/url/1/",
        "labels=online,malware_download,elf,Mozi", "from=2024-05-01T10:00:00.000000Z",
      ])
    #expect(
      load("threatfox").context(of: "192.0.2.66") == [
        "id=7", "reference=https://report.example/", "labels=botnet_cc,c2,rat",
        "malware=Test RAT", "confidence=75", "from=2024-05-01T10:00:00.000000Z",
      ])
    #expect(
      load("malwarebazaar").context(of: Sample.sha1) == [
        "description=run.exe", "malware=TestRAT", "from=2024-05-01T10:00:00.000000Z",
      ])
    #expect(
      load("misp-csv").context(of: "evil.example") == ["id=u-1", "description=c2"])
    let general = Loaded(
      """
      indicator,type,confidence,tlp,malware_family,threat_actor,tags,expiration,first_seen
      evil.example,domain,High,AMBER,Test,APT-0,"T1071.001;c2",2030-01-01,2024-05-01T10:00:00+02:00
      """)
    #expect(
      general.context(of: "evil.example") == [
        "labels=c2", "attack=T1071.001", "malware=Test", "actors=APT-0", "tlp=amber",
        "confidence=85", "from=2024-05-01T08:00:00.000000Z", "until=2030-01-01T00:00:00.000000Z",
      ])
  }

  @Test func proseWithHostsInItIsNoListOfValues() {
    let loaded = Loaded(
      """
      type,value
      domain,evil.example
      domain,see evil.example and bad.example
      domain,http://downloads.example/a b.example
      domain,other.example
      """)
    #expect(
      loaded.entries == [
        "2 domain evil.example withSubdomains", "5 domain other.example withSubdomains",
      ])
  }

  @Test func longRowsAreCountedAndLeftOut() {
    var options = FeedOptions()
    options.lineLimit = 100
    let text =
      "domain,comment\nevil.example,x\nbad.example," + String(repeating: "y", count: 300)
      + "\nworse.example,z\n"
    let loaded = Loaded(text, options: options)
    #expect(
      loaded.entries == [
        "2 domain evil.example withSubdomains", "4 domain worse.example withSubdomains",
      ])
    #expect(loaded.diagnostics == ["3 line-too-long"])
  }
}
