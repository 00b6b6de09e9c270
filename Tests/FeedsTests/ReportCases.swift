import Testing

/// A line of a report and what is loaded from it: `KIND VALUE` in the order of the line.
///
/// A name that is no `*.` is compared with its subdomains, anything else as it is.
struct ReportCase: Sendable, CustomTestStringConvertible {
  var text: String
  var values: [String]

  init(_ text: String, _ values: String...) {
    self.text = text
    self.values = values
  }

  var testDescription: String { text }

  static let all = names + languages + markup + addresses + urls + mails + others

  private static let names: [ReportCase] = [
    ReportCase("evil[.]example", "domain evil.example"),
    // What a victim's name was taken out of is the end of another name.
    ReportCase("[victim].portal[.]example"),
    ReportCase("[redacted]rest.evil[.]example <company>evil[.]example"),
    ReportCase("[C2]evil[.]example <td>evil[.]test", "domain evil.example", "domain evil.test"),
    // Expressions for names of files write dots so.
    ReportCase("Cancelation Dec 14\\.zip and doc_[A-Z]{1}_Jun_1\\.zip"),
    ReportCase("cdn\\.evil\\.zip evil\\.zip/x", "domain cdn.evil.zip", "url evil.zip/x"),
    ReportCase("hxxps://suppl[ie]r.co[.]example/x and evil[.]example", "domain evil.example"),
    ReportCase("hxxp://evil.example[1] says", "url http://evil.example/"),
    // Brackets within a name: what is left beside them is another.
    ReportCase("evil[-]pk[.]example, x[y]z-q[.]example and evil[.]ex[a]mple"),
    ReportCase("evil{x}pk[.]example evil[.]example[x].test evil[.]example[x]-a.test"),
    ReportCase("a@evil[.]ex[a]mple a@evil[-]bad[.]example evil[-]pk.example"),
    ReportCase(
      "see [1]evil[.]example[2], bad[.]example[3]. Next a[.]example[4].", "domain evil.example",
      "domain bad.example", "domain a.example"),
    // Nor are those of addresses, of markup, of remarks at the end of a sentence, and other signs.
    ReportCase(
      "192.0.2[.]7[US]a 192.0.2[.]8[AS64500]-x", "ipv4 192.0.2.7", "ipv4 192.0.2.8"),
    ReportCase(
      "C2[1]evil[.]example a[url]bad[.]example[/url]x", "domain evil.example", "domain bad.example"),
    ReportCase("a[b]evil[.]example[/b]and", "domain evil.example"),
    ReportCase(
      "evil[.]example[,]bad[.]example[;]a[.]example[edit].Next", "domain evil.example",
      "domain bad.example", "domain a.example"),
    ReportCase(
      "a[0] [x]evil[.]example a[b c]bad[.]example", "domain evil.example",
      "domain bad.example"),
    // Percent notation of what needs none, and what HTML writes otherwise.
    ReportCase(
      "%65vil-pd[.]example ev%69l[.]example", "domain evil-pd.example", "domain evil.example"),
    ReportCase("%2565vil[.]example%20bad[.]example", "domain vil.example", "domain bad.example"),
    ReportCase(
      "hxxp://evil[.]example/a?x=1&amp;b=c &amp;evil[.]example",
      "url http://evil.example/a?x=1&b=c", "domain evil.example"),
    ReportCase("It talks to evil[.]example.", "domain evil.example"),
    ReportCase("(see evil[.]example),", "domain evil.example"),
    ReportCase("(see evil[.]example.)", "domain evil.example"),
    ReportCase("[see evil[.]example.]", "domain evil.example"),
    ReportCase("Is it evil[.]example?", "domain evil.example"),
    ReportCase("It is evil[.]example...", "domain evil.example"),
    ReportCase(
      "evil(.)example evil{.}bad[.]example", "domain evil.example", "domain evil.bad.example"),
    ReportCase(
      "evil[dot]example evil(DOT)bad{dot}example", "domain evil.example", "domain evil.bad.example"),
    ReportCase(
      "evil[.example evil.]bad[.]example", "domain evil.example", "domain evil.bad.example"),
    ReportCase("evil\\.example", "domain evil.example"),
    ReportCase(
      "bad.evil{.]example evil(.]example", "domain bad.evil.example", "domain evil.example"),
    ReportCase("evil\\[.\\]example", "domain evil.example"),
    ReportCase("C2:evil[.]example", "domain evil.example"),
    ReportCase("domain:evil[.]example", "domain evil.example"),
    ReportCase("Domain=evil[.]example;", "domain evil.example"),
    ReportCase(
      "a[.]example,b[.]example;c[.]example", "domain a.example", "domain b.example",
      "domain c.example"),
    ReportCase("a[.]example/b[.]example", "url a.example/b.example"),
    ReportCase("a[.]example|b[.]example", "domain a.example", "domain b.example"),
    ReportCase("evil[.]example's host, evil[.]test’s", "domain evil.example", "domain evil.test"),
    ReportCase(
      "'evil[.]example' \"a[.]example\" `b[.]example`", "domain evil.example", "domain a.example",
      "domain b.example"),
    ReportCase(
      "“a[.]example” ‘b[.]example’ «c[.]example» „d[.]example“ ‹e[.]example›", "domain a.example",
      "domain b.example", "domain c.example", "domain d.example", "domain e.example"),
    ReportCase("「a[.]example」『b[.]example』", "domain a.example", "domain b.example"),
    ReportCase(
      "{a[.]example} [b[.]example] (c[.]example) <d[.]example>", "domain a.example",
      "domain b.example", "domain c.example", "domain d.example"),
    ReportCase(
      "evil[.]example–2024 →a[.]example •b[.]example …c[.]example", "domain evil.example",
      "domain a.example", "domain b.example", "domain c.example"),
    ReportCase("evil[.]example:8080", "domain evil.example"),
    ReportCase(
      "*.evil[.]example *[.]bad[.]example .a[.]example", "domain *.evil.example",
      "domain *.bad.example", "domain a.example"),
    ReportCase("_dmarc.evil[.]example", "domain _dmarc.evil.example"),
    ReportCase("@evil[.]example #evil[.]test", "domain evil.example", "domain evil.test"),
    ReportCase("EVIL[.]Example", "domain evil.example"),
  ]

  private static let languages: [ReportCase] = [
    ReportCase(
      "a[.]example，b[.]example、c[.]example。", "domain a.example", "domain b.example",
      "domain c.example"),
    ReportCase("连接r37[.]example查看", "domain r37.example"),
    ReportCase("连接r37[.]example。然后d[.]example查看", "domain r37.example", "domain d.example"),
    ReportCase("访问evil[.]example", "domain evil.example"),
    ReportCase("evil[.]example은 8.8.8.8", "domain evil.example"),
    ReportCase("联系user@evil[.]example查看", "email user@evil.example"),
    ReportCase("访问hxxp://evil[.]example查看", "url http://evil.example/"),
    ReportCase("访问hxxp://evil[.]example/a。然后", "url http://evil.example/a"),
    ReportCase("例え[.]co[.]test", "domain xn--r8jz45g.co.test"),
    ReportCase("www[.]例え[.]test", "domain www.xn--r8jz45g.test"),
    ReportCase("bücher[.]example", "domain xn--bcher-kva.example"),
    ReportCase("дом[.]test", "domain xn--d1aqf.test"),
    ReportCase("victim。example"),
    ReportCase("evil。bad[.]example", "domain evil.bad.example"),
    ReportCase("evil\u{200b}[.]example"),
  ]

  private static let markup: [ReportCase] = [
    ReportCase("| evil[.]example | C2 |", "domain evil.example"),
    ReportCase("|evil[.]example|192.0.2[.]66|", "domain evil.example", "ipv4 192.0.2.66"),
    ReportCase("- evil[.]example", "domain evil.example"),
    ReportCase("1.evil[.]example", "domain 1.evil.example"),
    ReportCase(
      "**evil[.]example** *a[.]example* __b[.]example__ _c[.]example_ ~~d[.]example~~",
      "domain evil.example", "domain a.example", "domain b.example", "domain c.example",
      "domain d.example"),
    ReportCase(
      "**hxxp://evil[.]example/x** _hxxp://evil[.]example/y_ ~~hxxp://evil[.]example/z~~",
      "url http://evil.example/x", "url http://evil.example/y", "url http://evil.example/z"),
    ReportCase("***.evil[.]example**", "domain *.evil.example"),
    ReportCase("[evil[.]example](https://victim.example/)", "domain evil.example"),
    ReportCase("[hxxp://evil[.]example/x](https://victim.example/)", "url http://evil.example/x"),
    ReportCase("[evil](hxxp://evil[.]example/x(1))", "url http://evil.example/x(1)"),
    ReportCase("evil[.]example[1] evil[.]test(C2)", "domain evil.example", "domain evil.test"),
    ReportCase(
      "&quot;evil[.]example&quot; &lt;hxxp://evil[.]example/x&gt;", "domain evil.example",
      "url http://evil.example/x"),
    ReportCase(
      "<td>evil[.]example</td><td>hxxp://evil[.]example/x</td>", "domain evil.example",
      "url http://evil.example/x"),
    ReportCase(
      "\u{feff}evil[.]example\u{a0}a[.]example\u{3000}b[.]example", "domain evil.example",
      "domain a.example", "domain b.example"),
  ]

  private static let addresses: [ReportCase] = [
    ReportCase("IP=192.0.2[.]9, 192[.]0[.]2[.]10", "ipv4 192.0.2.9", "ipv4 192.0.2.10"),
    ReportCase(
      "192.0.2[.]9:443 192[.]0[.]2[.]10[:]8080.", "ipv4 192.0.2.9 port 443",
      "ipv4 192.0.2.10 port 8080"),
    ReportCase("192.0.2[.]0/24, (198.51.100[.]0/24)", "ipv4 192.0.2.0/24", "ipv4 198.51.100.0/24"),
    ReportCase("192.0.2[.]8-192.0.2[.]9", "ipv4 192.0.2.8/31"),
    ReportCase("([192.0.2[.]9])->198.51.100[.]7", "ipv4 192.0.2.9", "ipv4 198.51.100.7"),
    ReportCase("2001[:]db8[:]1::2, 2001:db8[:]3[::]4", "ipv6 2001:db8:1::2", "ipv6 2001:db8:3::4"),
    ReportCase("from 2001[:]db8::5: and IP:2001[:]db8::6.", "ipv6 2001:db8::5", "ipv6 2001:db8::6"),
    ReportCase(
      "2001[:]db8:1::/48 [2001[:]db8::7]:443", "ipv6 2001:db8:1::/48", "ipv6 2001:db8::7 port 443"),
    ReportCase("192.0.2.9 198.51.100.7:80 2001:db8::1 are victims"),
  ]

  private static let urls: [ReportCase] = [
    // A mark in a file's name is the URL's; one in a name that a link is about is that name's.
    ReportCase(
      "https://evil.example/94iepii[.]jfif http://bad.example:8080/a[.]php?x=1",
      "url https://evil.example/94iepii.jfif", "url http://bad.example:8080/a.php?x=1"),
    ReportCase("evil.example/gate[.]php"), ReportCase("and/evil[.]bazar", "domain evil.bazar"),
    ReportCase("https://scan.example/ip/198[.]51[.]100[.]7", "ipv4 198.51.100.7"),
    ReportCase(
      "https://scan.example/v3/__hxxp://evil[.]example/a[.]php", "url http://evil.example/a.php"),
    ReportCase("https://scan.example/?host=evil[.]example&next=b[.]php", "domain evil.example"),
    ReportCase("https://scan.example/domain/evil[.]example", "domain evil.example"),
    ReportCase(
      "hxxps://evil[.]example/a’s hxxp://evil[.]example/b's", "url https://evil.example/a",
      "url http://evil.example/b"),
    ReportCase(
      "hxxp://a.example/x,hxxp://b.example/y;hxxp://c.example/z", "url http://a.example/x",
      "url http://b.example/y", "url http://c.example/z"),
    ReportCase(
      "URL:hxxp://evil.example/x url=hxxps://evil.example", "url http://evil.example/x",
      "url https://evil.example/"),
    ReportCase("https://evil[.]example/x https://victim.example/y", "url https://evil.example/x"),
    ReportCase(
      "evil[.]example:8080/path evil[.]example/a/b?c=d,e", "url evil.example:8080/path",
      "url evil.example/a/b?c=d,e"),
    ReportCase("evil[.]example/a,bad[.]example/b", "url evil.example/a", "url bad.example/b"),
    ReportCase(
      "hxxp://[2001:db8::1]/x hxxp://[2001:db8::2]:8080/,", "url http://[2001:db8::1]/x",
      "url http://[2001:db8::2]:8080/"),
    ReportCase(
      "hxxp[:]//evil[.]example/x hxxps[://]evil.example hxxp:[//]evil.example/y",
      "url http://evil.example/x", "url https://evil.example/", "url http://evil.example/y"),
    ReportCase("http[:]//evil.example/x", "url http://evil.example/x"),
    ReportCase(
      "h**p://evil.example/x H**PS://evil.example/y hXXp://evil.example/z",
      "url http://evil.example/x", "url https://evil.example/y", "url http://evil.example/z"),
    ReportCase(
      "fxp://evil.example/x ftp://evil[.]example/y tcp://evil[.]example:4444",
      "url ftp://evil.example/x", "url ftp://evil.example/y", "url tcp://evil.example:4444/"),
    ReportCase("stratum+tcp://pool[.]example:3333", "url stratum+tcp://pool.example:3333/"),
    ReportCase("hxxp://user:pass@evil[.]example/x", "url http://evil.example/x"),
    ReportCase(
      "hxxp://evil[.]example[/]a[.]php (hxxp://evil[.]example/b)", "url http://evil.example/a.php",
      "url http://evil.example/b"),
    ReportCase(
      "'hxxp://evil[.]example/a'b \"hxxp://evil[.]example/c\"", "url http://evil.example/a",
      "url http://evil.example/c"),
    ReportCase(
      "hxxp://evil[.]example/gate.php?u=http://victim.example/&x=1",
      "url http://evil.example/gate.php?u=http://victim.example/&x=1"),
    ReportCase(
      "hxxp://evil.example/panel/,2016-11-01 20:28:44,\(Sample.md5)",
      "url http://evil.example/panel/", "md5 \(Sample.md5)"),
    ReportCase(
      "hxxp://evil.example/a,\(Sample.md5),x", "url http://evil.example/a", "md5 \(Sample.md5)"),
    ReportCase(
      "hxxp://evil[.]example's hxxp://bad[.]example, hxxp://evil[.]test.",
      "url http://evil.example/", "url http://bad.example/", "url http://evil.test/"),
    ReportCase(
      "hxxp://evil[.]example/gate/* hxxp://evil[.]example/b*",
      "url http://evil.example/gate/ prefix", "url http://evil.example/b"),
    ReportCase("https://scan.example/domain/evil[.]example?x", "domain evil.example"),
    // What differs each time is no part of a URL, and what is left of it is another.
    ReportCase("hxxp://192.0.2[.]7:443/x/[long string] a[.]example", "domain a.example"),
    ReportCase("hxxp[:]//evil[.]example/?name=[recipient's email address]"),
    ReportCase("hxxps://evil[.]example/x/<random>/y evil[.]example/x/<random>"),
    ReportCase("hxxps://evil[.]example/x/{id}/a[.]php hxxp://evil[.]example/[a-z]{4}/y"),
    ReportCase("https://evil.example/[id]/a[.]php hxxp://evil.example/a[some string].php"),
    ReportCase(
      "hxxp://evil.example/x#[victim's address] hxxp://evil.example/a_[b].zip",
      "url http://evil.example/x", "url http://evil.example/a_[b].zip"),
    ReportCase(
      "hxxp://evil.example/x?a[id]=1&b[]=2&c=d-[copy]-e hxxp://evil.example/x[1]",
      "url http://evil.example/x?a[id]=1&b[]=2&c=d-[copy]-e", "url http://evil.example/x[1]"),
    ReportCase(
      "hxxp://evil.example/x/<br>hxxp://evil.example/y/</td><td>hxxp://evil.example/z/<a href=x>",
      "url http://evil.example/x/", "url http://evil.example/y/", "url http://evil.example/z/"),
    ReportCase(
      "https://cdn.evil[.]example/x.exe,Stealer Hosting hxxp://evil.example/a.js,b.js x",
      "url https://cdn.evil.example/x.exe", "url http://evil.example/a.js,b.js"),
    ReportCase(
      "hxxp://evil[.]example/a?q=1.10,abc next hxxp://evil[.]example/v1.25,beta",
      "url http://evil.example/a?q=1.10,abc", "url http://evil.example/v1.25,beta"),
    ReportCase(
      "hxxp://evil[.]example/q?u=a.com,more hxxp://evil[.]example/i.php;session",
      "url http://evil.example/q?u=a.com,more", "url http://evil.example/i.php;session"),
    ReportCase(
      "<target>evil4[.]example</target> <company>evil3[.]example</company>",
      "domain evil4.example", "domain evil3.example"),
    ReportCase(
      "hxxp://evil[.]example/<section>a</section>", "url http://evil.example/"),
    ReportCase(
      "htxp://evil[.]example/x hxtps://evil.example/y", "url http://evil.example/x",
      "url https://evil.example/y"),
    ReportCase("hxxps%3A%2F%2Fevil[.]example%2Fx", "domain evil.example"),
    ReportCase(
      "hxxp://evil[.]example/a…hxxp://bad[.]example/b→", "url http://evil.example/a",
      "url http://bad.example/b"),
  ]

  private static let mails: [ReportCase] = [
    ReportCase(
      "user[@]evil[.]example user@evil[.]example user[at]evil.example", "email user@evil.example",
      "email user@evil.example", "email user@evil.example"),
    ReportCase(
      "From: An Author <an.author+tag@evil[.]example>", "email an.author+tag@evil.example"),
    ReportCase(
      "an[.]author@evil[.]example, mailto:user@evil[.]example.", "email an.author@evil.example",
      "email user@evil.example"),
    ReportCase("user@victim.example"),
    ReportCase("root@192.0.2[.]9", "ipv4 192.0.2.9"),
    ReportCase("user(at)evil(dot)example", "email user@evil.example"),
  ]

  private static let others: [ReportCase] = [
    ReportCase(
      "sha256:\(Sample.sha256), (\(Sample.md5)) \(Sample.sha1).exe", "sha256 \(Sample.sha256)",
      "md5 \(Sample.md5)", "sha1 \(Sample.sha1)"),
    ReportCase("https://scan.example/file/\(Sample.md5)/x", "md5 \(Sample.md5)"),
    ReportCase("evil[.]example:\(Sample.md5)", "domain evil.example", "md5 \(Sample.md5)"),
    // The word before a digest says of what kind it is, or that it is none of ours.
    ReportCase(
      "imphash: \(Sample.md5), **JA3**: `\(Sample.md5)` Hash: \(Sample.md5)",
      "imphash \(Sample.md5)", "ja3 \(Sample.md5)", "md5 \(Sample.md5)"),
    ReportCase("authentihash: \(Sample.sha256), vhash=\(Sample.md5)"),
    ReportCase("MD5 = \(Sample.sha1)", "sha1 \(Sample.sha1)"),
    // Several words, and cells of tables.
    ReportCase("thumbprint: \(Sample.sha1)", "certificate-sha1 \(Sample.sha1)"),
    ReportCase("File thumbprint: \(Sample.sha1)", "sha1 \(Sample.sha1)"),
    ReportCase("Certificate fingerprint: \(Sample.sha1)", "certificate-sha1 \(Sample.sha1)"),
    ReportCase("**SSL certificate SHA1**: `\(Sample.sha1)`", "certificate-sha1 \(Sample.sha1)"),
    ReportCase("its x509-fingerprint-sha1: \(Sample.sha1)", "certificate-sha1 \(Sample.sha1)"),
    ReportCase(
      "JA3 hash: \(Sample.md5), JA3S fingerprint = \(Sample.md5)",
      "ja3 \(Sample.md5)", "ja3s \(Sample.md5)"),
    ReportCase("| JA3 | \(Sample.md5) |", "ja3 \(Sample.md5)"),
    ReportCase("| **Imphash** | `\(Sample.md5)` |", "imphash \(Sample.md5)"),
    ReportCase(
      "<td>imphash</td><td class=\"x\"><code>\(Sample.md5)</code></td>", "imphash \(Sample.md5)"),
    ReportCase("| \(Sample.md5) | \(Sample.sha1) |", "md5 \(Sample.md5)", "sha1 \(Sample.sha1)"),
    ReportCase("<b>JA3</b> <i>\(Sample.md5)</i>", "md5 \(Sample.md5)"),
    ReportCase("SHA256 hash of the certificate: \(Sample.sha256)", "sha256 \(Sample.sha256)"),
    ReportCase("Rich header hash: \(Sample.md5), git commit: \(Sample.sha1)"),
    ReportCase("Certificate MD5: \(Sample.md5)"),
    // Certificates' fingerprints, in pairs as well.
    ReportCase("SHA1 Fingerprint: \(Sample.sha1)", "sha1 \(Sample.sha1)"),
    ReportCase("SHA256 Fingerprint=\(Sample.sha256)", "sha256 \(Sample.sha256)"),
    ReportCase("File SHA1 fingerprint: \(Sample.sha1)", "sha1 \(Sample.sha1)"),
    ReportCase(
      "SHA1 Fingerprint: \(pairs(Sample.sha1)).", "certificate-sha1 \(Sample.sha1)"),
    ReportCase(
      "sha256 Fingerprint=\(pairs(Sample.sha256).uppercased())",
      "certificate-sha256 \(Sample.sha256)"),
    ReportCase("certificate SHA-1 \(pairs(Sample.sha1))", "certificate-sha1 \(Sample.sha1)"),
    ReportCase("- `\(pairs(Sample.sha1))`,", "certificate-sha1 \(Sample.sha1)"),
    ReportCase("HASSH: \(pairs(Sample.md5))", "hassh \(Sample.md5)"),
    ReportCase("Serial Number: \(pairs(Sample.sha1)), keyid:\(pairs(Sample.sha1))"),
    // The line before says so in what `openssl x509 -text` prints.
    ReportCase("Serial Number:\n    \(pairs(Sample.sha1))"),
    ReportCase("X509v3 Subject Key Identifier: \n    \(pairs(Sample.sha1))"),
    ReportCase(
      "Serial Number: 7\n\(pairs(Sample.sha1))", "certificate-sha1 \(Sample.sha1)"),
    ReportCase("MD5 Fingerprint=\(pairs(Sample.md5)) \(pairs(Sample.md5))"),
    ReportCase(
      "at 10:20:30 evil[.]example 00:11:22:33:44:55 ab:cd:example[.]test", "domain evil.example",
      "domain example.test"),
    ReportCase("\(pairs(Sample.sha1)):01 \(pairs(Sample.sha1))x \(pairs(Sample.sha1)):0123"),
    ReportCase("(see victim.example.) [see victim.example.] victim.example/x hxxp hidden"),
    ReportCase("C:\\Users\\.ssh \\temp\\payload\\.exe"),
    ReportCase("C:\\Program Files\\.net, C:\\Users\\Jane Roe\\.dev"),
    ReportCase("C:\\Temp\\x.exe asks evil\\.example", "domain evil.example"),
    ReportCase("C:\\Temp\\x: evil\\.example", "domain evil.example"),
    ReportCase("/Temporary ASP\\.NET Files/ = /Some System Agent\\.exe/i ^www\\.example\\.com/"),
    ReportCase("foo\\.zip/ or shop\\.example$"),
    ReportCase("a/b evil\\.example/x/ and evil\\.test/", "url evil.example/x/", "url evil.test/"),
    ReportCase("C:\\temp\\x then evil\\.example", "domain evil.example"),
    ReportCase(
      "fetched from example\\.cc/ and example\\.ai/.", "url example.cc/", "url example.ai/"),
    ReportCase("The panel /login on evil\\.example/ was used", "url evil.example/"),
    ReportCase("paths: /gate evil\\.example/x", "url evil.example/x"),
    ReportCase("saved in C:\\Users\\Public then evil\\.example", "domain evil.example"),
    ReportCase("C:\\ProgramData - evil\\.example", "domain evil.example"),
    ReportCase("file in C:\\ProgramData (evil\\.example)", "domain evil.example"),
    ReportCase("C:\\temp\\x connects to evil\\.example", "domain evil.example"),
    ReportCase("example[.]cc | \(Sample.md5)", "domain example.cc", "md5 \(Sample.md5)"),
    ReportCase("example[.]ai \(Sample.md5)", "domain example.ai", "md5 \(Sample.md5)"),
    ReportCase("\(Sample.md5) | example[.]py", "md5 \(Sample.md5)", "domain example.py"),
    ReportCase("Example[.]zip  \(Sample.sha256)", "domain example.zip", "sha256 \(Sample.sha256)"),
    ReportCase("evil[.]zip serves \(Sample.md5)", "domain evil.zip", "md5 \(Sample.md5)"),
    ReportCase("cdn.evil[.]zip \(Sample.md5)", "domain cdn.evil.zip", "md5 \(Sample.md5)"),
  ]
  /// Digits in pairs with colons between them.
  static func pairs(_ digits: String) -> String {
    stride(from: 0, to: digits.count, by: 2).map { String(digits.dropFirst($0).prefix(2)) }
      .joined(separator: ":")
  }
}
