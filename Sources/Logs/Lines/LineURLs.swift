import Indicators
import Parsing

/// URLs whose host and path stand in fields of one line (`Matching.md` §4).
extension Extraction {
  /// Emits the URL that fields of the record make together.
  mutating func joinLineFields(
    _ bytes: RawSpan, _ fields: [LineField], into batch: inout ObservableBatch
  ) {
    if let host = line.urlHost, let path = line.urlPath {
      if !line.isTunnel { join(bytes, URLFields(host: host, path: path), into: &batch) }
      return
    }
    let start = min(line.headerCount, fields.count)
    joinSiblings(bytes, fields[start...], into: &batch)
    var element = fields[min(line.structuredStart, start)..<start]
    // The fields of one element of structured data follow one another.
    while let first = element.first(where: { $0.path >= 0 }) {
      let parent = scanner.paths.parent(of: first.path)
      let end =
        element.firstIndex { $0.path >= 0 && scanner.paths.parent(of: $0.path) != parent }
        ?? element.endIndex
      joinSiblings(bytes, element[..<end], into: &batch)
      element = element[end...]
    }
  }

  /// Emits the URL that fields about one thing make together.
  private mutating func joinSiblings(
    _ bytes: RawSpan, _ fields: ArraySlice<LineField>, into batch: inout ObservableBatch
  ) {
    var host: LineField?
    var path: LineField?
    // A path that counts only if other fields show that it is that of a request.
    var further: LineField?
    var furtherRank: UInt8 = 0
    var hasMethod = false
    var (hostRank, pathRank) = (FieldClass.furtherURLPart, FieldClass.furtherURLPart)
    var port: UInt16 = 0
    var scheme: LineField?
    var query: LineField?
    for field in fields where field.path >= 0 && field.start < field.end {
      let fieldClass = scanner.paths.fieldClass(field.path)
      switch fieldClass.role {
      case .urlHost
      where fieldClass.rank < hostRank && !bytes.isAbsent(field.start..<field.end):
        (host, hostRank) = (field, fieldClass.rank)
      case .urlPath where !bytes.mayBePath(field.start..<field.end): break
      case .urlPath where fieldClass.rank < pathRank: (path, pathRank) = (field, fieldClass.rank)
      case .urlPath where !fieldClass.isNamedURLPart && further == nil:
        (further, furtherRank) = (field, fieldClass.rank)
      case .urlScheme where scheme == nil: scheme = field
      case .urlQuery where query == nil: query = field
      case .urlPort: port = NumberText.port(bytes, field.start..<field.end) ?? port
      case .method where JoinedURL.isMethod(bytes, field.start..<field.end):
        hasMethod = true
        if field.end - field.start == 7, bytes.starts(ignoringCase: "connect", at: field.start) {
          return
        }
      default: break
      }
    }
    let isRequest =
      hasMethod || hostRank == FieldClass.namesPath && furtherRank == FieldClass.namedByHost
    guard let host, let path = path ?? (isRequest ? further : nil) else { return }
    join(
      bytes, URLFields(host: host, path: path, port: port, scheme: scheme, query: query),
      into: &batch)
  }

  /// The fields that make a URL together.
  private struct URLFields {
    let host: LineField
    let path: LineField
    var port: UInt16 = 0
    var scheme: LineField?
    var query: LineField?
  }

  private mutating func join(
    _ bytes: RawSpan, _ fields: URLFields, into batch: inout ObservableBatch
  ) {
    let path = fields.path
    var map = OffsetMap()
    Self.unescape(bytes, fields.host, to: &scanner.joined.host, &map)
    Self.unescape(bytes, path, to: &scanner.joined.path, &map)
    if scanner.joined.host.count == 1, scanner.joined.host[0] == Byte.minus { return }
    scanner.joined.query.removeAll(keepingCapacity: true)
    // A path may have its query already.
    if let query = fields.query, !scanner.joined.path.contains(UInt8(ascii: "?")) {
      Self.unescape(bytes, query, to: &scanner.joined.query, &map)
      let isAny = scanner.paths.fieldClass(query.path).rank > 1
      if isAny && JoinedURL.isName(scanner.joined.query.rawSpan)
        || scanner.joined.query.elementsEqual([Byte.minus])
      {
        scanner.joined.query.removeAll(keepingCapacity: true)
      }
    }
    var url = JoinedURL(
      field: line.report ?? path.path, place: path.start, level: line.level)
    if let scheme = fields.scheme { url.setScheme(bytes, scheme.start..<scheme.end) }
    url.port = fields.port
    scanner.emitJoined(url, into: &batch)
  }
}
