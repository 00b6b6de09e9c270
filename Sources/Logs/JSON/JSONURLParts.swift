import Indicators
import Parsing

/// The members of an object that make a URL together.
struct JSONURLParts {
  /// Tokens of both, and their fields; a host that a header names has none.
  var host: Int
  var hostField: FieldPaths.ID
  var path: Int
  var pathField: FieldPaths.ID
  /// The path stands in a request's first line.
  var isRequestLine = false
}

/// A further value of a key that an object has several times: all of them count (`Matching.md` §7).
struct DoubledPart {
  /// The object's serial number.
  var owner: UInt32
  var token: Int
  var field: FieldPaths.ID
}

/// The parts of a URL whose keys are paths with the same components before the last: those of one object, as if they
/// stood in one below it.
struct DottedURL {
  /// What the keys have in common.
  var prefix: FieldPaths.ID
  /// The members that are parts; the serial number is that of the object itself.
  var parts: JSONFrame
}

extension JSONFrame {
  /// What makes a URL of the object, if it has both.
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
    // A key that is a path may be a part of two.
    if doubledParts.last?.token == token, doubledParts.last?.owner == frame.serial { return }
    doubledParts.append(DoubledPart(owner: frame.serial, token: token, field: field))
  }

  /// Forgets the further values of an object that ends; those of the objects around it stand before them.
  mutating func forgetDoubles(of frame: JSONFrame) {
    while doubledParts.last?.owner == frame.serial { doubledParts.removeLast() }
  }

  /// Joins the further values of the keys that an object's URL was made of: each with the first and the last of the
  /// other key, for of several values programs take one of these.
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
        // Each of them is read anew.
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
  /// Paths that one object is asked for URLs below.
  private static let mostDotted = 16

  /// Notes a part of a URL by a key that is a path.
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

  /// Joins the URLs of an object that ends whose parts have keys that are paths, but for the one that they are known to
  /// make as a whole.
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
