import Indicators
import Logs

extension TextRuleCases {
  static let md5 = "d3b07384d113edec49eaa6238ad5ff00"
  static let sha1 = "f1d2d2f924e986ac86fdf7b36c94bcdf32beec15"
  static let sha256 = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"

  static let hashes: [Case] = [
    Case(
      "borders", "\(sha256).exe VirusShare_\(md5) x\(md5) \(md5)g",
      ["sha256 text \(sha256) @0", "md5 text \(md5) @80"]),
    Case("other lengths", "\(md5)0 \(sha1)00", []),
    Case(
      "digits as units",
      "0123456789abcde%660123456789abcdef %300123456789abcdef0123456789abcde x%410123456789abcdef",
      [
        "md5 text 0123456789abcdef0123456789abcdef @0",
        "md5 text 00123456789abcdef0123456789abcde @35",
      ]),
    Case(
      "labels", "SHA1=\(sha1),MD5=\(md5),SHA256=\(sha256),IMPHASH=\(md5)",
      [
        "sha1 text \(sha1) @5", "md5 text \(md5) @50", "sha256 text \(sha256) @90",
        "imphash text \(md5) @163",
      ]),
    Case(
      "labels in quotes", #""ja3" : "\#(md5)" SHA-256: \#(sha256)"#,
      ["ja3 text \(md5) @9", "sha256 text \(sha256) @52"]),
    Case(
      "kinds that we do not have", "authentihash: \(sha256) pehash=\(sha1) sha3-256=\(sha256)", []),
    Case("a label of another length", "md5: \(sha256)", ["sha256 text \(sha256) @5"]),
    Case(
      "the field's name",
      #"{"ja3":{"hash":"\#(md5)"},"ja3s":"\#(md5)","hasshServer":"\#(md5)","server":{"hassh":{"hash":"\#(md5)"}},"file_md5":"\#(md5)"}"#,
      [
        "ja3 ja3.hash \(md5) @16", "ja3s ja3s \(md5) @59", "hassh-server hasshServer \(md5) @108",
        "hassh-server server.hassh.hash \(md5) @169", "md5 file_md5 \(md5) @217",
      ]),
    Case(
      "scan tries every kind", md5,
      [
        "md5 text \(md5) @0", "imphash text \(md5) @0 joint", "ja3 text \(md5) @0 joint",
        "ja3s text \(md5) @0 joint", "hassh text \(md5) @0 joint",
        "hassh-server text \(md5) @0 joint",
      ], purpose: .scan),
    Case(
      "scan of some kinds", md5, ["imphash text \(md5) @0", "ja3 text \(md5) @0 joint"],
      purpose: .scan, kinds: IndicatorKindSet([.imphash, .ja3, .domain])),
    Case("serial numbers and names", #"{"certificate.serial":"\#(md5)","query":"\#(md5)"}"#, []),
    Case(
      "fingerprints",
      #"{"fingerprint":"\#(sha1)","cert_chain_fps":["\#(sha256)","www.example.com"],"tls":{"fingerprint":"\#(pairs(sha1))"},"x":"\#(sha1)"}"#,
      [
        "certificate-sha1 fingerprint \(sha1) @16",
        "certificate-sha256 cert_chain_fps \(sha256) @77",
        "certificate-sha1 tls.fingerprint \(sha1) @184", "sha1 x \(sha1) @251",
      ]),
    Case(
      "a quote that is not closed", "user \"Mozilla/ from 192.0.2.1 port 22",
      ["ipv4 text 192.0.2.1 @20"]),
    Case(
      "fields behind a URL", "o=http://a.example,c=192.0.2.1,u=b@c.example",
      [
        "url text http://c.example/ @2", "domain text a.example @9", "ipv4 text 192.0.2.1 @21",
        "email text b@c.example @33", "domain text c.example @35",
      ]),
    Case(
      "pairs elsewhere", "fp \(pairs(sha1)) md5=\(pairs(sha1)) SHA1='\(pairs(sha1))'",
      ["certificate-sha1 text \(sha1) @3", "certificate-sha1 text \(sha1) @133"]),
    Case(
      "behind percent units", "a%2F\(md5)%2F b%252F\(md5) c%41\(md5) \(md5)%41",
      ["md5 text \(md5) @4", "md5 text \(md5) @46"]),
    Case("behind an ANSI sequence", "\u{1b}[31m\(md5)\u{1b}[0m", ["md5 text \(md5) @5"]),
    Case("capital digits", md5.uppercased(), ["md5 text \(md5) @0"]),
  ]

  private static func pairs(_ digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, index % 2 == 0 { text += ":" }
      text.append(digit)
    }
    return text
  }

  static let strings: [Case] = [
    Case(
      "own fields",
      #"{"user_agent":"x/1","http_user_agent":"y/2","filename":"a.exe","TargetObject":"HKLM\\Run","mutex":"m","PipeName":"\\p","ja4":"t13d1516h2_8daaf6152771_e5627efa2ab1"}"#,
      [
        "user-agent user_agent x/1 @15 own", "user-agent http_user_agent y/2 @39 own",
        "filename filename a.exe @56 own", #"registry-key TargetObject HKLM\Run @79 own"#,
        "mutex mutex m @99 own", "pipe PipeName p @116 own",
        "ja4 ja4 t13d1516h2_8daaf6152771_e5627efa2ab1 @126 own",
      ], purpose: .scan,
      kinds: IndicatorKindSet([.userAgent, .filename, .registryKey, .mutex, .pipe, .ja4])),
    Case(
      "what is known of a user agent",
      #"{"useragent.os_major":"15","useragent.patch":"0","user_agent.keyword":"x/1","ua.original":"y"}"#,
      ["user-agent user_agent.keyword x/1 @71 own"], purpose: .scan,
      kinds: IndicatorKindSet([.userAgent])),
    Case(
      "a pipe's name without what stands before it",
      #"{"PipeName":"\\evil","pipe_name":"\\\\.\\pipe\\evil","pipe":{"name":"evil"}}"#,
      [
        "pipe PipeName evil @15 own", "pipe pipe_name evil @47 own", "pipe pipe.name evil @69 own",
      ], kinds: IndicatorKindSet([.pipe])),
    Case(
      "quoted in text", #"1 "x y" "z""#, ["user-agent text x y @3", "user-agent text z @9"],
      purpose: .scan, kinds: IndicatorKindSet([.userAgent])),
  ]
}
