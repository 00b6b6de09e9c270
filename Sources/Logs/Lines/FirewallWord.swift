/// A word in a sentence of a firewall that says something, by itself or about the words behind it.
enum FirewallWord: UInt8 {
  // What was done.
  case accessList, built, denied, allowed, blocked, drop, shunned
  // What the next address is.
  case source, destination, to, from, `for`, ip, equals, url, client
  case localAddress, foreignAddress, globalAddress
  // What the sentence is about.
  case inbound, outbound, dynamic, original, `protocol`, translation

  static let table = KeywordTable<FirewallWord>([
    .accessList: "access-list", .built: "Built", .denied: "Denied",
    .allowed: "Teardown est-allowed permitted Permitted",
    .blocked: "Deny deny denied dropped Dropped discarded", .drop: "drop",
    .shunned: "Shunned",
    .source: "src SRC", .destination: "dst DEST ==>", .to: "to ->", .from: "from", .for: "for",
    .ip: "IP", .equals: "=", .url: "URL", .client: "client",
    .localAddress: "laddr", .foreignAddress: "faddr", .globalAddress: "gaddr",
    .inbound: "inbound", .outbound: "outbound",
    // `resolved from dynamic list: …`
    .dynamic: "dynamic",
    .original: "Original", .protocol: "protocol", .translation: "translation",
  ])
}
