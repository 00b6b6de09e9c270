import Database
import Indicators
import Parsing
import Scanning

/// Entries that do not cover a value and nearly do: what people most often expected to match.
///
/// Some are found by asking for a value made from this one, the others by one pass over the entries
/// of a kind; at most a few are listed.
struct NearMisses {
  private static let limit = 3

  private var finder: EntryFinder
  private let value: AskedValue

  init(finder: EntryFinder, value: AskedValue) {
    self.finder = finder
    self.value = value
  }

  /// What is near, the nearest first.
  mutating func findings() -> [Explanation.Finding] {
    switch value.kind {
    case .domain: parents() + children() + urlsOnHost(value.bytes) + similarNames()
    case .url: hostOfURL() + similarURLs()
    case .ipv4, .ipv6: otherPorts() + urlsOnHost(value.text)
    case .email: hostOfEmail()
    default: value.kind.isDigest ? [] : otherKinds()
    }
  }

  // MARK: Names

  /// Names above the value whose entries are exact, and so do not reach down to it.
  private mutating func parents() -> [Explanation.Finding] {
    var result: [Explanation.Finding] = []
    var name = value.bytes[...]
    var isParent = false
    while result.count < Self.limit {
      for found in entries(.domain, Array(name)) {
        let place = EntryTrace.place(found.sources.first)
        let shown = Marks.value(Array(name), .domain)
        if isParent, found.mode == .exact {
          let forced = found.sources.contains { $0.flags.contains(.forcedExact) }
          result.append(
            Explanation.Finding(
              .parentIsExact,
              "\(shown) of \(place) is listed for that name alone"
                + (forced
                  ? ", since it is a public suffix or a well-known name"
                  : "; 'domains: subdomains' in the feed's configuration would reach below"),
              place: place))
        } else if !isParent, found.mode == .subdomainsOnly {
          result.append(
            Explanation.Finding(
              .subdomainsOnly, "*.\(shown) of \(place) covers names below it, not the name itself",
              place: place))
        }
      }
      guard let dot = name.firstIndex(of: Byte.dot) else { break }
      name = name[(dot + 1)...]
      isParent = true
    }
    return result
  }

  /// Entries of a kind whose value is as given, whatever their mode.
  private func entries(_ kind: IndicatorKind, _ bytes: [UInt8]) -> [ResolvedEntry] {
    var result: [ResolvedEntry] = []
    for (index, database) in finder.databases.enumerated() {
      for number in EntryOrder.run(of: bytes, kind, in: database) {
        result.append(finder.entry(index, number))
      }
    }
    return result
  }

  /// Names below that are listed.
  private func children() -> [Explanation.Finding] {
    let suffix = [Byte.dot] + value.bytes
    return pass(.domain) { bytes in
      bytes.count > suffix.count && bytes.suffix(suffix.count).elementsEqual(suffix)
    } finding: { entry, place in
      Explanation.Finding(
        .childListed,
        "\(Marks.value(entry.value, entry.kind)) of \(place) is listed, a name below it; "
          + "an entry reaches down, never up", place: place)
    }
  }

  /// Names of other letters that look alike: one that differs by a single edit, or by `www.`.
  private func similarNames() -> [Explanation.Finding] {
    let own = String(decoding: value.bytes, as: UTF8.self)
    guard own.utf8.count >= 6 else { return [] }
    let length = value.bytes.count
    return pass(.domain) { bytes in
      guard abs(bytes.count - length) <= 4 else { return false }
      let other = String(decoding: bytes, as: UTF8.self)
      if other == "www." + own || own == "www." + other { return true }
      guard abs(bytes.count - length) <= 1, bytes != value.bytes else { return false }
      return SingleEdit.isEnough(bytes, value.bytes)
    } finding: { entry, place in
      Explanation.Finding(
        .similarName,
        "\(Marks.value(entry.value, entry.kind)) of \(place) is listed, which is another name",
        place: place)
    }
  }

  // MARK: URLs

  private func urlsOnHost(_ host: [UInt8]) -> [Explanation.Finding] {
    pass(.url) { bytes in
      URLPieces(bytes)?.host == host
    } finding: { entry, place in
      Explanation.Finding(
        .urlOnHost,
        "only a URL on it is listed (\(Marks.value(entry.value, entry.kind)) of \(place)), "
          + "and a URL never becomes its host", place: place)
    }
  }

  private mutating func hostOfURL() -> [Explanation.Finding] {
    guard let pieces = URLPieces(value.bytes) else { return [] }
    return host(pieces.host, "a name never becomes the URLs on it")
  }

  private mutating func hostOfEmail() -> [Explanation.Finding] {
    guard let at = value.bytes.lastIndex(of: UInt8(ascii: "@")) else { return [] }
    return host(
      Array(value.bytes[(at + 1)...]), "which matches the host in the address, not the address")
  }

  private mutating func host(_ host: [UInt8], _ rule: String) -> [Explanation.Finding] {
    guard case .success(let name) = AskedValue.read(host) else { return [] }
    return finder.covering(name).prefix(Self.limit).map { found in
      let place = EntryTrace.place(found.entry.sources.first)
      return Explanation.Finding(
        .hostListed,
        "only the host is listed (\(Marks.value(found.entry.value, found.entry.kind)) of \(place)): "
          + rule, place: place)
    }
  }

  private func similarURLs() -> [Explanation.Finding] {
    guard let own = URLPieces(value.bytes) else { return [] }
    return pass(.url) { bytes in
      guard let other = URLPieces(bytes), other.host == own.host else { return false }
      return own.difference(from: other) != nil
    } finding: { entry, place in
      let difference = URLPieces(entry.value).flatMap { own.difference(from: $0) }
      return Explanation.Finding(
        difference?.cause ?? .otherPath,
        "\(Marks.value(entry.value, entry.kind)) of \(place) \(difference?.text ?? "differs")",
        place: place)
    }
  }

  // MARK: Addresses and others

  private func otherPorts() -> [Explanation.Finding] {
    pass(value.kind) { bytes in
      bytes == value.bytes
    } finding: { entry, place in
      Explanation.Finding(
        .otherPort,
        "\(Marks.value(entry.value, entry.kind)) of \(place) is listed with its port, and "
          + "another port is another place", place: place)
    }
  }

  private mutating func otherKinds() -> [Explanation.Finding] {
    var result: [Explanation.Finding] = []
    for kind in IndicatorKind.allCases where kind != value.kind && !kind.isNetworkKind {
      for found in entries(kind, value.bytes).prefix(1) {
        let place = EntryTrace.place(found.sources.first)
        result.append(
          Explanation.Finding(
            .otherKind, "it is listed as \(kind.name) in \(place), not as \(value.kind.name)",
            place: place))
      }
    }
    return result
  }

  /// One pass over the entries of a kind.
  private func pass(
    _ kind: IndicatorKind, where isNear: ([UInt8]) -> Bool,
    finding: (ResolvedEntry, String) -> Explanation.Finding
  ) -> [Explanation.Finding] {
    var result: [Explanation.Finding] = []
    for (index, database) in finder.databases.enumerated() {
      for number in database.entries(of: kind) {
        let bytes = database.value(of: database.entry(UInt32(number)))
        guard isNear(bytes.copied(bytes.byteOffsets)) else { continue }
        let entry = finder.entry(index, number)
        result.append(finding(entry, EntryTrace.place(entry.sources.first)))
        if result.count == Self.limit { return result }
      }
    }
    return result
  }
}

/// The pieces of a URL's normal form.
struct URLPieces {
  var scheme: [UInt8]
  var host: [UInt8]
  var port: [UInt8]
  /// The path and what follows.
  var rest: [UInt8]

  /// nil for what has no host, such as a path alone.
  init?(_ url: [UInt8]) {
    var start = 0
    scheme = []
    if let colon = url.firstIndex(of: Byte.colon), url[colon...].starts(with: "://".utf8) {
      scheme = Array(url[..<colon])
      start = colon + 3
    }
    let slash = url[start...].firstIndex(of: Byte.slash) ?? url.count
    guard slash > start else { return nil }
    var authority = url[start..<slash]
    port = []
    if let colon = authority.lastIndex(of: Byte.colon), authority.last != UInt8(ascii: "]"),
      authority[(colon + 1)...].allSatisfy(Byte.isDigit)
    {
      port = Array(authority[(colon + 1)...])
      authority = authority[..<colon]
    }
    host = Array(authority)
    rest = Array(url[slash...])
  }

  /// How a listed URL on the same host differs from this one, where it is near.
  func difference(
    from listed: URLPieces
  ) -> (cause: Explanation.Cause, text: String)? {
    func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    if rest == listed.rest {
      if port != listed.port {
        return (
          .otherPort,
          listed.port.isEmpty
            ? "has the usual port, not \(shown(port))" : "has port \(shown(listed.port))"
        )
      }
      return (
        .otherScheme,
        "has another scheme (\(shown(listed.scheme))); only http, https and none are equal"
      )
    }
    func path(_ rest: [UInt8]) -> ArraySlice<UInt8> {
      rest.prefix { $0 != UInt8(ascii: "?") }
    }
    if path(rest) == path(listed.rest) { return (.otherPath, "differs in its query") }
    func lowered(_ bytes: some Sequence<UInt8>) -> [UInt8] {
      bytes.map(Byte.lowercased)
    }
    if lowered(rest) == lowered(listed.rest) {
      return (.otherPath, "differs in capitals, which count in a path")
    }
    if PercentText.decoded(rest) == PercentText.decoded(listed.rest) {
      return (
        .otherPath,
        "differs in percent-encoding, which counts; in Zeek's uri, which is decoded, neither can be "
          + "told from the other"
      )
    }
    if rest + [Byte.slash] == listed.rest || rest == listed.rest + [Byte.slash] {
      return (.otherPath, "differs in the slash at its end, which counts")
    }
    return (.otherPath, "has another path on the same host")
  }
}

extension URLPieces {
  /// The first percent-encoded character of path and query that Zeek's `uri` shows decoded; nil if
  /// none.
  ///
  /// White space, controls, `#` and bytes beyond ASCII are encoded again when such a field is read.
  var reservedEscape: String? {
    var offset = 0
    while offset + 2 < rest.count {
      if rest[offset] == UInt8(ascii: "%") {
        let (high, low) = (Hex.value(of: rest[offset + 1]), Hex.value(of: rest[offset + 2]))
        let value = high << 4 | low
        if high < 16, low < 16, 0x21..<0x7f ~= value, value != UInt8(ascii: "#") {
          return String(decoding: rest[offset..<offset + 3], as: UTF8.self)
        }
      }
      offset += 1
    }
    return nil
  }
}

/// Percent-encoding undone, for comparisons alone.
enum PercentText {
  /// The bytes with each `%` and two hexadecimal digits as the byte that they mean.
  static func decoded(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var offset = 0
    while offset < text.count {
      if text[offset] == UInt8(ascii: "%"), offset + 2 < text.count,
        Hex.value(of: text[offset + 1]) < 16, Hex.value(of: text[offset + 2]) < 16
      {
        result.append(Hex.value(of: text[offset + 1]) << 4 | Hex.value(of: text[offset + 2]))
        offset += 3
      } else {
        result.append(text[offset])
        offset += 1
      }
    }
    return result
  }
}

/// How far two values are from one another.
enum SingleEdit {
  /// Whether one byte changed, added or taken away makes them equal; linear.
  static func isEnough(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    var start = 0
    while start < left.count, start < right.count, left[start] == right[start] { start += 1 }
    var (a, b) = (left.count, right.count)
    while a > start, b > start, left[a - 1] == right[b - 1] {
      a -= 1
      b -= 1
    }
    return a - start <= 1 && b - start <= 1
  }
}
