import Feeds

extension FeedCase {
  /// Content that more than one format or sort of column fits.
  static let ambiguous: [FeedCase] = ports + topics + commas

  private static let ports: [FeedCase] = [
    FeedCase(
      name: "plain: addresses and ports with a bar between them are joint entries",
      text: """
        # C2 servers
        192.0.2.7|443
        198.51.100[.]8|8080
        2001:db8::9|53
        """, format: .plain,
      entries: [
        "2 ipv4 192.0.2.7 exact port 443", "3 ipv4 198.51.100.8 exact port 8080",
        "4 ipv6 2001:db8::9 exact port 53",
      ]),
    FeedCase(
      name: "plain: one address and its port", text: "192.0.2.7|443", format: .plain,
      entries: ["1 ipv4 192.0.2.7 exact port 443"]),
    FeedCase(
      name: "csv: a port in a column of its own is context",
      text: "ip|port\n192.0.2.7|443\n192.0.2.8|444\n", format: .csv,
      entries: ["2 ipv4 192.0.2.7 exact", "3 ipv4 192.0.2.8 exact"]),
    FeedCase(
      name: "csv: numbers behind a bar that are no ports",
      text: "192.0.2.7|4200000001\n192.0.2.8|64512\n", format: .csv,
      entries: ["1 ipv4 192.0.2.7 exact", "2 ipv4 192.0.2.8 exact"]),
    FeedCase(
      name: "csv: numbers of networks behind a bar",
      text: "192.0.2.7|15001\n192.0.2.8|15002\n192.0.2.9|443\n", format: .csv,
      entries: ["1 ipv4 192.0.2.7 exact", "2 ipv4 192.0.2.8 exact", "3 ipv4 192.0.2.9 exact"]),
    FeedCase(
      name: "csv: counts behind a bar",
      text: "192.0.2.7|1\n192.0.2.8|2\n192.0.2.9|25\n", format: .csv,
      entries: ["1 ipv4 192.0.2.7 exact", "2 ipv4 192.0.2.8 exact", "3 ipv4 192.0.2.9 exact"]),
    FeedCase(
      name: "csv: a comment calls the numbers behind a bar something else",
      text: "# ip|count\n192.0.2.7|443\n192.0.2.8|80\n", format: .csv,
      entries: ["2 ipv4 192.0.2.7 exact", "3 ipv4 192.0.2.8 exact"]),
    FeedCase(
      name: "csv: networks have no port",
      text: "192.0.2.0/24|443\n198.51.100.0/24|443\n", format: .csv,
      entries: ["1 ipv4 192.0.2.0/24 prefix", "2 ipv4 198.51.100.0/24 prefix"]),
  ]

  private static let topics: [FeedCase] = [
    FeedCase(
      name: "csv: words for topics in a column of types say nothing of the values",
      text: """
        indicator,type,description
        evil1.example,C2,x
        evil2.example,Phishing,x
        evil3.example,Other,x
        192.0.2.4,Service,x
        192.0.2.5,Text,x
        evil4.example,Vulnerability,x
        http://evil5.example/x,Comment,x
        a word,Other,x
        """, format: .csv,
      entries: [
        "2 domain evil1.example withSubdomains", "3 domain evil2.example withSubdomains",
        "4 domain evil3.example withSubdomains", "5 ipv4 192.0.2.4 exact",
        "6 ipv4 192.0.2.5 exact", "7 domain evil4.example withSubdomains",
        "8 url http://evil5.example/x exact",
      ], diagnostics: ["9 not-an-indicator"]),
    FeedCase(
      name: "csv: persons, their accounts and certificates are no topics",
      text: """
        indicator,type,source
        user1@corp.example,account,leak
        user2@corp.example,user,leak
        \(Sample.sha1),certificate,leak
        evil.example,domain,leak
        """, format: .csv,
      entries: ["5 domain evil.example withSubdomains"],
      diagnostics: ["2 unsupported-kind", "3 unsupported-kind", "4 unsupported-kind"]),
    FeedCase(
      name: "csv: the same words beside types of values are types",
      text: """
        value,type
        evil1.example,domain
        evil2.example,text
        192.0.2.4,other
        http://evil5.example/x,comment
        """, format: .csv,
      entries: ["2 domain evil1.example withSubdomains"],
      diagnostics: ["3 unsupported-kind", "4 unsupported-kind", "5 not-an-indicator"]),
    FeedCase(
      name: "csv: words that are no topics are types wherever they stand",
      text: "value,type\ncom.evil.app,package\ncom.bad.app,package\n192.0.2.4,ip\n",
      format: .csv,
      entries: ["4 ipv4 192.0.2.4 exact"],
      diagnostics: ["2 unsupported-kind", "3 unsupported-kind"]),
    FeedCase(
      name: "csv: without a header a column of one topic holds no types",
      text: "192.0.2.3,other\n192.0.2.4,other\n", format: .csv,
      entries: ["1 ipv4 192.0.2.3 exact", "2 ipv4 192.0.2.4 exact"]),
    FeedCase(
      name: "csv: the same with semicolons",
      text: "evil.example;desc\nbad.example;desc\n", format: .csv,
      entries: ["1 domain evil.example withSubdomains", "2 domain bad.example withSubdomains"]),
    FeedCase(
      name: "csv: without a header a column of types",
      text: "192.0.2.3,ip\nevil.example,domain\n192.0.2.9,other\n", format: .csv,
      entries: ["1 ipv4 192.0.2.3 exact", "2 domain evil.example withSubdomains"],
      diagnostics: ["3 unsupported-kind"]),
    FeedCase(
      name: "json: words for topics",
      text: """
        [{"indicator":"evil1.example","type":"Other"},{"indicator":"192.0.2.4","type":"Service"}]
        """, format: .json,
      entries: ["1 domain evil1.example withSubdomains", "1 ipv4 192.0.2.4 exact"]),
  ]

  private static let commas: [FeedCase] = [
    FeedCase(
      name: "plain: commas in URLs are no borders of cells",
      text: "https://evil.example/p/1,2.html\nhttps://bad.example/p/3,4.html\n", format: .plain,
      entries: [
        "1 url https://evil.example/p/1,2.html exact", "2 url https://bad.example/p/3,4.html exact",
      ]),
    FeedCase(
      name: "plain: nor are those between numbers beside names of files",
      text: "https://evil.example/p/1,2\nhttps://bad.example/p/3,4.html\n", format: .plain,
      entries: [
        "1 url https://evil.example/p/1,2 exact", "2 url https://bad.example/p/3,4.html exact",
      ]),
    FeedCase(
      name: "csv: numbers behind URLs that end in a digit",
      text: "https://evil.example/p/1,2\nhttps://bad.example/p/3,4\n", format: .csv,
      entries: ["1 url https://evil.example/p/1 exact", "2 url https://bad.example/p/3 exact"]),
    FeedCase(
      name: "csv: the same behind bars and semicolons",
      text: "https://evil.example/p/1;2\nhttps://bad.example/p/3;4\n", format: .csv,
      entries: ["1 url https://evil.example/p/1 exact", "2 url https://bad.example/p/3 exact"]),
    FeedCase(
      name: "csv: numbers and names behind URLs that are whole",
      text: "http://evil.example/a,80\nhttp://bad.example/x7.exe,9.exe\nhttp://192.0.2.7/b2,50\n",
      format: .csv,
      entries: [
        "1 url http://evil.example/a exact", "2 url http://bad.example/x7.exe exact",
        "3 url http://192.0.2.7/b2 exact",
      ]),
  ]
}
