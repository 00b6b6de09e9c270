import Feeds
import Testing

extension FeedCase {
  /// Columns of more than one sort of values, as makers of reports write them.
  static let mixedColumns: [FeedCase] = [
    FeedCase(
      name: "csv: names among addresses, with ports, are hosts beside digests",
      text: """
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd00,192.0.2.0:3058,camp0
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd01,c2-1.example:80,camp1
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd02,192.0.2.2:3058,camp2
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd03,c2-3.example:80,camp3
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd04,192.0.2.4:3058,camp4
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd05,c2-5.example:80,camp5
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd06,192.0.2.6:3058,camp6
        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd07,c2-7.example:80,camp7
        """, format: .csv,
      entries: [
        "1 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd00 exact",
        "1 ipv4 192.0.2.0 exact port 3058",
        "2 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd01 exact",
        "2 domain c2-1.example withSubdomains",
        "3 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd02 exact",
        "3 ipv4 192.0.2.2 exact port 3058",
        "4 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd03 exact",
        "4 domain c2-3.example withSubdomains",
        "5 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd04 exact",
        "5 ipv4 192.0.2.4 exact port 3058",
        "6 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd05 exact",
        "6 domain c2-5.example withSubdomains",
        "7 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd06 exact",
        "7 ipv4 192.0.2.6 exact port 3058",
        "8 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd07 exact",
        "8 domain c2-7.example withSubdomains",
      ],
      diagnostics: ["2 (port-dropped)", "4 (port-dropped)", "6 (port-dropped)", "8 (port-dropped)"]),
    FeedCase(
      name: "csv: rows of types that are none of ours say nothing against a column",
      text: """
        Indicator_Type,Data,Note
        file,\(Sample.sha256),a.exe
        ip_port,192.0.2.7:9338,
        command_line_parameter,--p0 folder,
        command_line_parameter,--p1 folder,
        command_line_parameter,--p2 folder,
        """, format: .csv,
      entries: ["2 sha256 \(Sample.sha256) exact", "3 ipv4 192.0.2.7 exact port 9338"],
      diagnostics: ["4 not-an-indicator", "5 not-an-indicator", "6 not-an-indicator"]),
    FeedCase(
      name: "csv: MISP's types of two values, of which one is loaded",
      text: """
        category,type,value,comment
        Network activity,ip-dst|port,192.0.2.9|443,
        Payload delivery,filename|md5,x.exe|\(Sample.md5),
        Payload delivery,filename|sha256,a|y.exe|\(Sample.sha256),
        Network activity,domain|ip,evil1.example|192.0.2.10,
        Network activity,hostname|port,evil2.example|8443,
        Payload delivery,malware-sample,z.exe|\(Sample.md5),
        Payload delivery,filename|md5,w.exe|short,
        Network activity,domain-ip,192.0.2.11,
        """, format: .csv,
      entries: [
        "2 ipv4 192.0.2.9 exact port 443", "3 md5 \(Sample.md5) exact",
        "4 sha256 \(Sample.sha256) exact", "5 domain evil1.example withSubdomains",
        "6 domain evil2.example exact", "7 md5 \(Sample.md5) exact", "9 ipv4 192.0.2.11 exact",
      ],
      diagnostics: ["6 (port-dropped)", "8 kind-mismatch"]),
    FeedCase(
      name: "csv: a digest with the name of its file in one cell",
      text: """
        hash,note
        \(Sample.sha256)\u{a0} \u{63d2}.msi,a
        \(Sample.sha256),b
        \(Sample.md5)  c.dll,c
        \(Sample.sha1),d
        """, format: .csv,
      entries: [
        "2 sha256 \(Sample.sha256) exact", "3 sha256 \(Sample.sha256) exact",
        "4 md5 \(Sample.md5) exact", "5 sha1 \(Sample.sha1) exact",
      ]),
    FeedCase(
      name: "csv: a title above the first of several lists binds none of the others",
      text: """
        Hashes:
        \(Sample.sha256) | a.exe
        \(Sample.sha1) | b.exe
        Network:
        evil.example
        192.0.2.8
        """, format: .csv,
      entries: [
        "2 sha256 \(Sample.sha256) exact", "3 sha1 \(Sample.sha1) exact",
        "5 domain evil.example withSubdomains", "6 ipv4 192.0.2.8 exact",
      ], diagnostics: ["4 kind-mismatch"]),
    FeedCase(
      name: "csv: patterns of STIX among values",
      text: """
        ioc,valid_from
        [ipv4-addr:value = '192.0.2.9'],2024-01-01
        [network-traffic:dst_ip = '192.0.2.10' AND network-traffic:dst_port = 80],2024-01-01
        [domain-name:value = 'a.example' OR domain-name:value = 'b.example'],2024-01-01
        evil.example,2024-01-01
        """, format: .csv,
      entries: [
        "2 ipv4 192.0.2.9 exact", "3 ipv4 192.0.2.10 exact port 80", "4 domain a.example exact",
        "4 domain b.example exact", "5 domain evil.example withSubdomains",
      ]),
    FeedCase(
      name: "csv: a column of patterns beside one of names",
      text: """
        type,name,pattern,pattern_type
        indicator,\(Sample.sha256),[file:hashes.MD5 = '\(Sample.md5)' OR file:hashes.'SHA-1' = '\(Sample.sha1)'],stix
        indicator,evil.example,[domain-name:value = 'evil.example'],stix
        """, format: .csv,
      entries: [
        "2 md5 \(Sample.md5) exact", "2 sha1 \(Sample.sha1) exact", "3 domain evil.example exact",
      ]),
    FeedCase(
      name: "csv: pages about what was found are references",
      text: """
        Date,Hash,URL
        2020-09-07,\(Sample.sha256),https://app.any.run/tasks/1
        2020-09-07,\(Sample.md5),https://app.any.run/tasks/2
        """, format: .csv,
      entries: ["2 sha256 \(Sample.sha256) exact", "3 md5 \(Sample.md5) exact"]),
    FeedCase(
      name: "stix: a backslash that escapes for another language is none of a URL",
      text: #"""
        [{"type":"indicator","id":"indicator--1","pattern_type":"stix",
        "pattern":"[url:value = 'http://evil.example/Update\\%20Services.apk']"},
        {"type":"indicator","id":"indicator--2","pattern_type":"stix",
        "pattern":"[file:name = 'C:\\Users\\x.exe']"}]
        """#, format: .stix,
      entries: [
        "1 url http://evil.example/Update%20Services.apk exact",
        #"3 filename users\x.exe contains"#,
      ]),
    FeedCase(
      name: "plain: a URL that was cut to be shown is none",
      text: """
        http://evil.example/a
        http://evil.example/path…
        """, format: .plain, entries: ["1 url http://evil.example/a exact"],
      diagnostics: ["2 truncated-url"]),
  ]
}
