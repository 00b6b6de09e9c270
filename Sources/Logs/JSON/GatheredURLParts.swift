import Parsing

/// Parts of URLs that the open objects of a JSON record have gathered, beside those in their frames.
struct GatheredURLParts {
  /// Further values of keys that occur again, where the first value is a part of a URL.
  var doubled: [DoubledPart] = []
  /// Parts of URLs whose keys are dotted paths.
  var dotted: [DottedURL] = []

  /// Notes a part of the URL that members of an object make together.
  mutating func note(
    _ bytes: RawSpan, _ token: JSONToken, _ index: Int, _ path: FieldPaths.ID, _ role: FieldRole,
    _ rank: UInt8, _ top: inout JSONFrame
  ) {
    let isString = token.kind == .string
    let isNamed = FieldClass.isNamedURLPart(rank)
    switch role {
    case .urlPort: top.urlPort = token.port(bytes) ?? 0
    case .urlHost where isString && isNamed && !bytes.isAbsent(token.range):
      if path == top.hostField { return noteDouble(index, path, of: top) }
      top.noteHost(index, rank: rank, field: path)
    case .urlHost where isString && !bytes.isAbsent(token.range):
      if path == top.authorityField { return noteDouble(index, path, of: top) }
      if top.authority < 0 { (top.authority, top.authorityField) = (index, path) }
    case .urlPath where isString && isNamed && bytes.mayBePath(token.range):
      if path == top.pathField { return noteDouble(index, path, of: top) }
      guard rank < top.pathRank else { return }
      (top.urlPath, top.pathField, top.pathRank) = (index, path, rank)
    case .urlPath where isString && !isNamed && bytes.mayBePath(token.range):
      if path == top.authorityPathField { return noteDouble(index, path, of: top) }
      if top.authorityPath < 0 { (top.authorityPath, top.authorityPathField) = (index, path) }
    case .urlOriginal where isString:
      if path == top.originalField { return noteDouble(index, path, of: top) }
      if top.original < 0 { (top.original, top.originalField) = (index, path) }
    case .requestLine where isString:
      if path == top.requestField { return noteDouble(index, path, of: top) }
      if top.request < 0 { (top.request, top.requestField) = (index, path) }
    case .urlQuery where isString && !bytes.isAbsent(token.range):
      if rank == 1 {
        if top.query < 0 { top.query = index }
      } else if top.anyQuery < 0 {
        top.anyQuery = index
      }
    case .accessLog: top.accessLog |= rank
    case .urlScheme where isString: if top.scheme < 0 { top.scheme = index }
    case .method where isString && JoinedURL.isMethod(bytes, token.range):
      if top.method < 0 { top.method = index }
    default: return
    }
  }

  /// Notes a further value of a key of an object.
  mutating func noteDouble(_ token: Int, _ field: FieldPaths.ID, of frame: JSONFrame) {
    // A dotted key may be a part of two URLs, and so be noted already.
    if doubled.last?.token == token, doubled.last?.owner == frame.serial { return }
    doubled.append(DoubledPart(owner: frame.serial, token: token, field: field))
  }

  /// Forgets the further values of an object that ends; those of objects around it come before
  /// them.
  mutating func forgetDoubles(of frame: JSONFrame) {
    while doubled.last?.owner == frame.serial { doubled.removeLast() }
  }

  /// Most prefixes of dotted keys for which one object's URLs are gathered.
  private static let mostDotted = 16

  /// Notes a part of a URL whose key is a dotted path.
  mutating func noteDottedPart(
    _ bytes: RawSpan, _ token: JSONToken, _ index: Int, _ path: FieldPaths.ID, of object: JSONFrame,
    _ paths: inout FieldPaths
  ) {
    let prefix = paths.prefix(of: path)
    let own = dotted.lastIndex { $0.parts.serial != object.serial } ?? -1
    var place = dotted[(own + 1)...].firstIndex { $0.prefix == prefix }
    if place == nil {
      guard dotted.count - own <= Self.mostDotted else { return }
      let parts = JSONFrame(
        path: object.path, isObject: true, serial: object.serial, waitingStart: 0)
      dotted.append(DottedURL(prefix: prefix, parts: parts))
      place = dotted.count - 1
    }
    guard let place else { return }
    var parts = dotted[place].parts
    let fieldClass = paths.fieldClass(path)
    note(
      bytes, token, index, path, fieldClass.part, fieldClass.partRank, &parts)
    dotted[place].parts = parts
  }
}
