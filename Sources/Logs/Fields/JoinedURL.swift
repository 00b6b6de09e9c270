import Indicators
import Parsing

/// A URL whose host and path are in sibling fields (`Matching.md` §4); the parts' bytes are in the
/// extraction's scratch memory.
struct JoinedURL {
  /// The field, place and text level of the path, which are those of the URL.
  var field: FieldPaths.ID
  var place: Int
  var level: Int
  var port: UInt16 = 0
  /// Whether the port is the connection's, so that the form with it is a second one.
  var isPortSecond = false
  /// Whether it is a second form of the URL that was emitted last.
  var isSecond = false
  /// The scheme, if the record says which it is.
  private(set) var scheme: StaticString?
  /// Whether the record's scheme says that there is no URL.
  private(set) var isNone = false
  /// Whether Zeek has decoded the path, so that a `#` in it is one of its characters.
  var isZeek = false

  /// Schemes of URLs that have a host and a path.
  private static let schemes: [StaticString] = [
    "https", "http", "ftp", "wss", "ws", "ftps", "rtsp",
  ]
  private static let prefixes: [StaticString] = [
    "https://", "http://", "ftp://", "wss://", "ws://", "ftps://", "rtsp://",
  ]

  /// Takes over a scheme that the record names.
  ///
  /// A value that is no word, such as `HTTP/1.1`, says nothing; another word, such as `tcp`, says
  /// that there is no URL.
  mutating func setScheme(_ bytes: RawSpan, _ range: Range<Int>) {
    for (name, prefix) in zip(Self.schemes, Self.prefixes)
    where range.count == name.utf8CodeUnitCount
      && bytes.starts(ignoringCase: name, at: range.lowerBound)
    {
      scheme = prefix
      return
    }
    isNone =
      !range.isEmpty
      && range.allSatisfy { offset in
        let byte = bytes.byte(unchecked: offset)
        return Byte.isLetter(byte)
          || offset > range.lowerBound && Byte.isDigit(byte)
      }
  }

  /// The path and query in a request's first line, `GET /path HTTP/1.1`; nil in any other line, and
  /// for CONNECT, which has no path.
  static func path(inRequestLine bytes: RawSpan, _ line: Range<Int>) -> Range<Int>? {
    guard
      let blank = bytes.firstOffset(of: Byte.space, from: line.lowerBound, to: line.upperBound),
      blank + 1 < line.upperBound,
      // JSON may write it with a backslash before it.
      [Byte.slash, Byte.backslash].contains(bytes.byte(unchecked: blank + 1)),
      !bytes.starts(ignoringCase: "connect ", at: line.lowerBound)
    else { return nil }
    let end = bytes.firstOffset(of: Byte.space, from: blank + 1, to: line.upperBound)
    return blank + 1..<(end ?? line.upperBound)
  }

  /// Drops the user information before `@` in a host, as in any URL; text that holds the end of an
  /// authority is none.
  static func dropUserinfo(_ host: inout [UInt8]) {
    guard let sign = host.lastIndex(of: UInt8(ascii: "@")),
      !host[..<sign].contains(where: {
        $0 == Byte.slash || $0 == Byte.backslash || $0 == UInt8(ascii: "?")
          || $0 == UInt8(ascii: "#")
      })
    else { return }
    host.removeSubrange(...sign)
  }

  /// Whether a value is the method of a request, and no other word for how something was done.
  static func isMethod(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    3...7 ~= range.count && methods.contains(EventFacts.word(bytes, range))
  }

  private static let methods: Set<String> = [
    "get", "post", "head", "put", "delete", "options", "patch", "connect", "trace", "propfind",
  ]

  /// Whether what a field calls a query is the name or address that DNS was asked for, rather than
  /// a URL's.
  static func isName(_ query: RawSpan) -> Bool {
    let whole = 0..<query.byteCount
    let isRun = whole.allSatisfy { ByteClasses.shared.is(query.byte(unchecked: $0), .name) }
    return isRun && NameShape(query, whole).isName
      || IPAddressText.ipv4(query, whole) != nil
      || IPAddressText.ipv6(query, whole) != nil
  }
}

/// The texts of the parts of a joined URL, their escapes undone.
struct JoinedParts {
  var host: [UInt8] = []
  var path: [UInt8] = []
  var query: [UInt8] = []

  /// Where the query begins: some proxies write the `?` before it as well.
  var queryStart: Int { query.first == UInt8(ascii: "?") ? 1 : 0 }
}

extension TextScanner {
  /// Emits the URL of `joined.host`, `joined.path` and `joined.query`; false if they make none.
  @discardableResult
  mutating func emitJoined(_ url: JoinedURL, into batch: inout ObservableBatch) -> Bool {
    guard joined.path.first == Byte.slash, !joined.host.isEmpty, !url.isNone else { return false }
    JoinedURL.dropUserinfo(&joined.host)
    // Taken out for the call, so that they can be read while the rest is written.
    let parts = joined
    joined = JoinedParts()
    defer { joined = parts }
    record.urlBudget -= parts.path.count + parts.query.count
    guard record.urlBudget > 0 else {
      counters.crowdedURLs += 1
      return false
    }
    let hasPort = Normalizer.hasPort(host: parts.host.rawSpan)
    let firstPort = url.isPortSecond || hasPort ? 0 : url.port
    // If the record names no scheme, the port tells it.
    let isToldByPort =
      url.scheme == nil && (hasPort ? Self.endsInPort443(parts.host.rawSpan) : firstPort == 443)
    let scheme = url.scheme ?? (isToldByPort ? "https://" : "http://")
    guard
      emitJoined(
        url, parts, scheme, port: firstPort, flags: url.isSecond ? .joint : [], into: &batch)
    else { return false }
    if isScan, isToldByPort {
      // Some servers use no TLS on port 443.
      _ = emitJoined(url, parts, "http://", port: 443, flags: .joint, into: &batch)
      return true
    }
    let isUsual = url.port == 80 || url.port == 443 && !url.isZeek
    if isScan, url.isPortSecond, url.port != 0, !isUsual, !hasPort {
      _ = emitJoined(url, parts, scheme, port: url.port, flags: .joint, into: &batch)
    }
    return true
  }

  private static func endsInPort443(_ host: RawSpan) -> Bool {
    host.byteCount > 4 && host.starts(with: ":443", at: host.byteCount - 4)
  }

  /// Emits one form of a URL; false if its parts make none.
  private mutating func emitJoined(
    _ url: JoinedURL, _ texts: JoinedParts, _ scheme: StaticString, port: UInt16,
    flags: ObservableFlags, into batch: inout ObservableBatch
  ) -> Bool {
    let unit = TextUnit(
      start: url.place, end: url.place, level: url.level, field: url.field, fieldClass: .text)
    let start = batch.arena.count
    var parts = URLParts()
    let refusal = normalizer.appendJoinedURL(
      scheme: scheme, host: texts.host.rawSpan, port: port, path: texts.path.rawSpan,
      query: texts.query.rawSpan.extracting(texts.queryStart...),
      options: url.isZeek ? .encodesNumberSign : [], parts: &parts, to: &batch.arena)
    guard refusal == nil else { return false }
    emitFromArena(
      .url, flags: flags, from: start, at: unit.start, of: unit,
      schemeLength: parts.schemeLength, into: &batch)
    return true
  }
}
