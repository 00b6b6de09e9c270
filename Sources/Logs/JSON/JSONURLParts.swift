import Indicators
import Parsing

/// The members of an object that make a URL together.
struct JSONURLParts {
  /// The tokens of host and path, and their fields; a host from a header has no field.
  var host: Int
  var hostField: FieldPaths.ID
  var path: Int
  var pathField: FieldPaths.ID
  /// Whether the path is part of a request's first line.
  var isRequestLine = false
}

/// A further value of a key that an object has several times: all of them count (`Matching.md` §7).
struct DoubledPart {
  /// The object's serial number.
  var owner: UInt32
  var token: Int
  var field: FieldPaths.ID
}

/// The parts of a URL whose keys, in one object, are dotted paths with the same components before
/// the last, as if they were members of an inner object.
struct DottedURL {
  /// The components that the keys share.
  var prefix: FieldPaths.ID
  /// The members that are parts; the serial number is that of the object itself.
  var parts: JSONFrame
}

extension JSONFrame {
  /// The host and the path that make the object's URL; nil if one is missing.
  @inline(__always)
  var urlParts: JSONURLParts? {
    if host >= 0, urlPath >= 0 { return parts(path: urlPath, pathField) }
    if host >= 0, original >= 0 { return parts(path: original, originalField) }
    if host >= 0, request >= 0 {
      var parts = parts(path: request, requestField)
      parts.isRequestLine = true
      return parts
    }
    guard authorityPath >= 0 else { return nil }
    if authority >= 0 {
      return JSONURLParts(
        host: authority, hostField: authorityField, path: authorityPath,
        pathField: authorityPathField)
    }
    return host >= 0 && method >= 0 ? parts(path: authorityPath, authorityPathField) : nil
  }

  private func parts(path: Int, _ pathField: FieldPaths.ID) -> JSONURLParts {
    JSONURLParts(host: host, hostField: hostField, path: path, pathField: pathField)
  }
}

extension Extraction {
  /// Joins the further values of the keys that an object's URL was made of.
  ///
  /// Each value is joined with the first and the last value of the other key: if a key has several
  /// values, programs take one of these.
  mutating func joinDoubles(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ frame: JSONFrame, _ parts: JSONURLParts,
    _ walk: JSONWalk, into batch: inout ObservableBatch
  ) {
    let own = urlParts.doubled.reversed().prefix { $0.owner == frame.serial }.reversed()
    let hosts = [parts.host] + own.filter { $0.field == parts.hostField }.map(\.token)
    let paths = [parts.path] + own.filter { $0.field == parts.pathField }.map(\.token)
    func ends(_ tokens: [Int]) -> [Int] {
      tokens.count > 1 ? [tokens[0], tokens[tokens.count - 1]] : tokens
    }
    for host in hosts {
      // The first of both were joined before.
      let isEnd = host == hosts[0] || host == hosts[hosts.count - 1]
      for path in isEnd ? paths : ends(paths) where host != parts.host || path != parts.path {
        var joined = parts
        (joined.host, joined.path) = (host, path)
        // Both values are read again for each joined URL.
        scanner.record.urlBudget -= tokens[host].range.count + tokens[path].range.count
        guard scanner.record.urlBudget > 0 else {
          scanner.counters.crowdedURLs += 1
          return
        }
        join(bytes, tokens, frame, joined, walk, into: &batch)
      }
    }
  }
}

extension Extraction {
  /// Joins the URLs of an object that ends whose parts have dotted keys, except the one that the
  /// object's own parts make already.
  mutating func joinDotted(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ frame: JSONFrame, _ walk: JSONWalk,
    into batch: inout ObservableBatch
  ) {
    while let last = urlParts.dotted.last, last.parts.serial == frame.serial {
      urlParts.dotted.removeLast()
      guard scanner.wanted.urls, let parts = last.parts.urlParts else { continue }
      if let whole = frame.urlParts, whole.host == parts.host, whole.path == parts.path { continue }
      if last.parts.mayBeHostClient, tokens[parts.host].isAddress(bytes) { continue }
      join(bytes, tokens, last.parts, parts, walk, into: &batch)
      guard urlParts.doubled.last?.owner == frame.serial else { continue }
      joinDoubles(bytes, tokens, last.parts, parts, walk, into: &batch)
    }
  }
}
