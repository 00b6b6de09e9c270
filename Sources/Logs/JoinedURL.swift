import Indicators
import Parsing

/// A URL whose host and path stand in sibling fields (`matching.md` §4); the parts' bytes are in the
/// extraction's scratch memory.
struct JoinedURL {
  /// The field, place and text level of the path, which are those of the URL.
  var field: FieldPaths.ID
  var place: Int
  var level: Int
  var port: UInt16 = 0
  /// The port is the connection's, and the form with it a second one.
  var isPortSecond = false
  var isHTTPS = false
  /// The record says which scheme it is.
  var hasScheme = false
  /// Zeek has decoded the path: a `#` in it is a character of it.
  var isZeek = false

  /// Takes over a scheme that the record names; words that are no scheme say nothing.
  mutating func setScheme(_ bytes: RawSpan, _ range: Range<Int>) {
    isHTTPS = range.count == 5 && bytes.starts(withLowercase: "https", at: range.lowerBound)
    hasScheme =
      isHTTPS || range.count == 4 && bytes.starts(withLowercase: "http", at: range.lowerBound)
  }
}

extension Extraction {
  /// Emits the URL of `joinHost`, `joinPath` and `joinQuery`.
  mutating func emitJoined(_ url: JoinedURL, into batch: inout ObservableBatch) {
    guard joinPath.first == Byte.slash, !joinHost.isEmpty else { return }
    // Taken out for the call, so that they can be read while the rest is written.
    let (host, path, query) = (joinHost, joinPath, joinQuery)
    (joinHost, joinPath, joinQuery) = ([], [], [])
    defer { (joinHost, joinPath, joinQuery) = (host, path, query) }

    // Some proxies write a query with the sign that sets it off.
    let queryStart = query.first == UInt8(ascii: "?") ? 1 : 0
    record.urlBudget -= path.count + query.count
    guard record.urlBudget > 0 else {
      counters.crowdedURLs += 1
      return
    }
    let unit = TextUnit(
      start: url.place, end: url.place, level: url.level, field: url.field, fieldClass: .text)
    let hasPort = Normalizer.hasPort(host: host.rawSpan)
    let firstPort = url.isPortSecond || hasPort ? 0 : url.port
    // Without a scheme of the record's own the port tells it.
    var url = url
    let isToldByPort =
      !url.hasScheme && !url.isHTTPS
      && (hasPort ? Self.endsInPort443(host.rawSpan) : firstPort == 443)
    if isToldByPort { url.isHTTPS = true }
    guard
      emitJoined(
        url, host.rawSpan, path.rawSpan, query.rawSpan.extracting(queryStart...), port: firstPort,
        flags: [], unit,
        into: &batch)
    else { return }
    if isScan, isToldByPort {
      // Some speak without TLS there.
      url.isHTTPS = false
      _ = emitJoined(
        url, host.rawSpan, path.rawSpan, query.rawSpan.extracting(queryStart...), port: 443,
        flags: .joint, unit, into: &batch)
      return
    }
    let isUsual = url.port == 80 || url.port == 443 && !url.isZeek
    if isScan, url.isPortSecond, url.port != 0, !isUsual, !hasPort {
      _ = emitJoined(
        url, host.rawSpan, path.rawSpan, query.rawSpan.extracting(queryStart...), port: url.port,
        flags: .joint, unit,
        into: &batch)
    }
  }

  private static func endsInPort443(_ host: RawSpan) -> Bool {
    host.byteCount > 4 && host.starts(with: ":443", at: host.byteCount - 4)
  }

  private mutating func emitJoined(
    _ url: JoinedURL, _ host: RawSpan, _ path: RawSpan, _ query: RawSpan, port: UInt16,
    flags: ObservableFlags, _ unit: TextUnit, into batch: inout ObservableBatch
  ) -> Bool {
    let start = batch.arena.count
    var parts = URLParts()
    let refusal = normalizer.appendJoinedURL(
      scheme: url.isHTTPS ? "https://" : "http://", host: host, port: port, path: path,
      query: query, options: url.isZeek ? .encodesNumberSign : [], parts: &parts,
      to: &batch.arena)
    guard refusal == nil else { return false }
    emitFromArena(
      .url, flags: flags, from: start, at: unit.start, of: unit,
      schemeLength: parts.schemeLength, into: &batch)
    return true
  }
}
