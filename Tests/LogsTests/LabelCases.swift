/// The word before a hash, and fields that name the kind of theirs (`Matching.md` §5).
enum LabelCases {
  private static let md5 = "d3b07384d113edec49eaa6238ad5ff00"
  private static let sha1 = "f1d2d2f924e986ac86fdf7b36c94bcdf32beec15"
  private static let sha256 = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"

  static let all: [Case] = [
    Case(
      "a label behind a percent unit", "q=%20IMPHASH=\(md5)", ["imphash text \(md5) @13"]),
    Case(
      "a label behind a unit that was encoded twice", "q=%2520IMPHASH=\(md5)",
      ["imphash text \(md5) @15"]),
    Case(
      "a label behind an ANSI sequence", "\u{1b}[32mIMPHASH=\(md5)", ["imphash text \(md5) @13"]),
    Case(
      "a label that ends a long path", "winlog.event_data.process.hash.imphash=\(md5)",
      ["imphash text \(md5) @39"]),
    Case(
      "a long word without dots is none", String(repeating: "x", count: 33) + "imphash=\(md5)",
      ["md5 text \(md5) @41"]),
    Case(
      "a label that names a certificate",
      "certificate-sha1=\(sha1) tls.certificate.sha1: \(sha1) x509_sha256=\(sha256)",
      [
        "certificate-sha1 text \(sha1) @17", "certificate-sha1 text \(sha1) @80",
        "certificate-sha256 text \(sha256) @133",
      ]),
    Case(
      "fields that name a certificate",
      #"{"tls.certificate.sha1":"\#(sha1)","certificate":{"sha1":"\#(sha1)"},"x509":{"sha256":"\#(sha256)"}}"#,
      [
        "certificate-sha1 tls.certificate.sha1 \(sha1) @25",
        "certificate-sha1 certificate.sha1 \(sha1) @90",
        "certificate-sha256 x509.sha256 \(sha256) @151",
      ]),
    Case(
      "paths that are one key",
      #"{"tls.fingerprint":"\#(sha1)","ssl.cert_chain_fps":"\#(sha256)","ssh.server.hassh.hash":"\#(md5)"}"#,
      [
        "certificate-sha1 tls.fingerprint \(sha1) @20",
        "certificate-sha256 ssl.cert_chain_fps \(sha256) @84",
        "hassh-server ssh.server.hassh.hash \(md5) @175",
      ]),
    Case(
      "another hash by the name that sensors give it",
      #"{"AuthenticodeHashData":"\#(sha256)","SHA256HashData":"\#(sha256)"}"#,
      ["sha256 SHA256HashData \(sha256) @109"]),
    Case(
      "a fingerprint of a kind", #"{"ja3Fingerprint":"\#(md5)"}"#,
      ["ja3 ja3Fingerprint \(md5) @19"]),
    Case(
      "other hashes beside one", #"{"certificate":{"md5":"\#(md5)"},"file_sha1":"\#(sha1)"}"#,
      ["md5 certificate.md5 \(md5) @23", "sha1 file_sha1 \(sha1) @71"]),
  ]
}
