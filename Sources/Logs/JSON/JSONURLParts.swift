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
  /// Notes a further value of a key of an object.
  mutating func noteDouble(_ token: Int, _ field: FieldPaths.ID, of frame: JSONFrame) {
    // A dotted key may be a part of two URLs, and so be noted already.
    if doubledParts.last?.token == token, doubledParts.last?.owner == frame.serial { return }
    doubledParts.append(DoubledPart(owner: frame.serial, token: token, field: field))
  }

  /// Forgets the further values of an object that ends; those of objects around it come before
  /// them.
  mutating func forgetDoubles(of frame: JSONFrame) {
    while doubledParts.last?.owner == frame.serial { doubledParts.removeLast() }
  }

  /// Joins the further values of the keys that an object's URL was made of.
  ///
  /// Each value is joined with the first and the last value of the other key: if a key has several
  /// values, programs take one of these.
  mutating func joinDoubles(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ frame: JSONFrame, _ parts: JSONURLParts,
    _ walk: JSONWalk, into batch: inout ObservableBatch
  ) {
    let own = doubledParts.reversed().prefix { $0.owner == frame.serial }.reversed()
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
        record.urlBudget -= tokens[host].range.count + tokens[path].range.count
        guard record.urlBudget > 0 else {
          counters.crowdedURLs += 1
          return
        }
        join(bytes, tokens, frame, joined, walk, into: &batch)
      }
    }
  }
}

extension Extraction {
  /// Most prefixes of dotted keys for which one object's URLs are gathered.
  private static let mostDotted = 16

  /// Notes a part of a URL whose key is a dotted path.
  mutating func noteDottedPart(
    _ bytes: RawSpan, _ token: JSONToken, _ index: Int, _ path: FieldPaths.ID, of object: JSONFrame
  ) {
    let prefix = paths.prefix(of: path)
    let own = dottedURLs.lastIndex { $0.parts.serial != object.serial } ?? -1
    var place = dottedURLs[(own + 1)...].firstIndex { $0.prefix == prefix }
    if place == nil {
      guard dottedURLs.count - own <= Self.mostDotted else { return }
      let parts = JSONFrame(
        path: object.path, isObject: true, serial: object.serial, waitingStart: 0)
      dottedURLs.append(DottedURL(prefix: prefix, parts: parts))
      place = dottedURLs.count - 1
    }
    guard let place else { return }
    var parts = dottedURLs[place].parts
    let fieldClass = paths.fieldClass(path)
    noteURLPart(
      bytes, token, index, path, fieldClass.part, fieldClass.partRank, &parts)
    dottedURLs[place].parts = parts
  }

  /// Joins the URLs of an object that ends whose parts have dotted keys, except the one that the
  /// object's own parts make already.
  mutating func joinDotted(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ frame: JSONFrame, _ walk: JSONWalk,
    into batch: inout ObservableBatch
  ) {
    while let last = dottedURLs.last, last.parts.serial == frame.serial {
      dottedURLs.removeLast()
      guard wantsURLs, let parts = last.parts.urlParts else { continue }
      if let whole = frame.urlParts, whole.host == parts.host, whole.path == parts.path { continue }
      if last.parts.mayBeHostClient, EventFacts.end(bytes, tokens[parts.host].range) != nil {
        continue
      }
      join(bytes, tokens, last.parts, parts, walk, into: &batch)
      guard doubledParts.last?.owner == frame.serial else { continue }
      joinDoubles(bytes, tokens, last.parts, parts, walk, into: &batch)
    }
  }
}
