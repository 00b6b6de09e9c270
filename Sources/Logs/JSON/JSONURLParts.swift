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
