import Indicators
import Parsing

/// What the members of an object say about the event, and about one another: the port of an
/// address, the parts of a URL.
extension Extraction {
  /// Notes the fact that a member of the record, or of an object in it, states about the event.
  ///
  /// `base` is the number of objects and arrays around the record, if `depth` does not tell it.
  mutating func noteFact(
    _ bytes: RawSpan, _ token: JSONToken, _ fieldClass: FieldClass, _ top: inout JSONFrame,
    _ walk: inout JSONWalk, depth: Int, base: Int? = nil
  ) {
    event.noteFact(
      bytes, token, fieldClass, &top, depth: depth, isOwn: walk.level == 0 && walk.report == nil,
      isInRecord: depth > EventNotes.deepestOwnFact
        && paths.fieldClass(frames[(base ?? frames.count - depth) + 2].path).traits.contains(
          .isRecord)
    )
  }

  /// Keys of lists of names and values that describe the event itself: Windows' and
  /// OpenTelemetry's.
  ///
  /// Other such lists (headers, parameters, conditions) may say anything.
  private static let eventLists: Set<String> = ["data", "attributes"]

  /// Notes the fact that a pair of a name and a value, an element of a list, states about the
  /// event.
  ///
  /// The value counts as a member of the object that holds the list, `above` objects and lists
  /// further up, but comes behind that object's own members.
  mutating func noteNamedFact(
    _ bytes: RawSpan, _ token: JSONToken, _ named: FieldClass, of above: Int,
    _ walk: inout JSONWalk, depth: Int
  ) {
    let holder = frames.count - above
    guard depth > above, frames[holder].isObject, !frames[holder + 1].isObject else { return }
    guard Self.eventLists.contains(paths.key(of: frames[holder + 1].path)) else { return }
    var frame = frames[holder]
    noteFact(
      bytes, token, named.behindOwn(2), &frame, &walk, depth: depth - above,
      base: frames.count - depth)
    frames[holder].ends = frame.ends
  }

  /// Bytes of the longest string that may be the name of a value beside it.
  static let longestPairName = 64

  /// Notes a member's role for its siblings.
  @inline(__always)
  mutating func note(
    _ bytes: RawSpan, _ token: JSONToken, _ index: Int, _ path: FieldPaths.ID,
    _ top: inout JSONFrame, _ walk: inout JSONWalk, depth: Int
  ) {
    let fieldClass = paths.fieldClass(path)
    let isString = token.kind == .string
    if fieldClass.part != .none { noteDottedPart(bytes, token, index, path, of: top) }
    switch fieldClass.role {
    case .none: return
    case .port, .connectionPort:
      guard let port = NumberText.port(bytes, token.range) else { return }
      if fieldClass.role == .connectionPort { top.connectionPort = port }
      paths.setPort(port, of: path, owner: top.serial)
    case .time, .date, .zone:
      noteTime(token, index, fieldClass, &top, &walk, depth: depth)
    case .pairName where isString && token.range.count <= Self.longestPairName:
      top.pairName = index
    case .message where isString:
      guard !top.isInArray, depth <= EventNotes.deepestOwnFact,
        fieldClass.rank < walk.messageRank
      else { return }
      (walk.message, walk.messageRank) = (index, fieldClass.rank)
    case .pairName, .pairValue, .message: return
    default:
      noteURLPart(bytes, token, index, path, fieldClass.role, fieldClass.rank, &top)
    }
  }

  /// Notes a part of the URL that members of an object make together.
  mutating func noteURLPart(
    _ bytes: RawSpan, _ token: JSONToken, _ index: Int, _ path: FieldPaths.ID, _ role: FieldRole,
    _ rank: UInt8, _ top: inout JSONFrame
  ) {
    let isString = token.kind == .string
    let isNamed = FieldClass.isNamedURLPart(rank)
    switch role {
    case .urlPort: top.urlPort = NumberText.port(bytes, token.range) ?? 0
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

  /// Notes the value of a request's header that names the host, for the object that holds the list
  /// of headers; that object's own host comes first.
  mutating func noteHeader(_ index: Int, below depth: Int) {
    // The header's object, the list, and what the list is a member of.
    let outer = frames.count - 2
    guard depth > 2, frames[outer].isObject, !frames[outer + 1].isObject else { return }
    frames[outer].noteHost(index, rank: FieldClass.furtherURLPart - 1)
  }

  /// The same for headers that are the members of an object that has just ended:
  /// `"headers":{"Host":"a.example"}`.
  @inline(__always)
  func noteHost(inHeaders headers: JSONFrame, for outer: inout JSONFrame) {
    let host = headers.host >= 0 ? headers.host : headers.authority
    guard host >= 0, outer.isObject,
      paths.fieldClass(headers.path).traits.contains(.isHeaders)
    else { return }
    outer.noteHost(host, rank: FieldClass.furtherURLPart - 1)
  }

  /// Notes that the host of an object is the client of its request.
  mutating func noteClient(
    _ bytes: RawSpan, _ token: JSONToken, _ top: inout JSONFrame, _ walk: inout JSONWalk, depth: Int
  ) {
    var fieldClass = FieldClass.text
    (fieldClass.fact, fieldClass.factRank) = (.source, LocalEnds.lastOfClients)
    noteFact(bytes, token, fieldClass, &top, &walk, depth: depth)
  }

  /// Gives addresses the ports of the object that ends, and joins its URL.
  @inline(__always)
  mutating func endObject(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ frame: JSONFrame, _ walk: JSONWalk,
    into batch: inout ObservableBatch
  ) {
    if waiting.count > frame.waitingStart {
      for index in frame.waitingStart..<waiting.count {
        let address = waiting[index]
        var port = paths.port(forAddress: address.path, owner: frame.serial)
        if port == 0, paths.fieldClass(address.path).isHost {
          // An address that was asked for as a host has the port of the request.
          port = frame.urlPort > 0 ? frame.urlPort : frame.connectionPort
        }
        if port > 0 { batch.observables[address.observable].port = port }
        if frame.isHostClient, walk.report == nil, paths.fieldClass(address.path).isHost {
          batch.observables[address.observable].flags.insert(.originator)
        }
      }
      waiting.removeLast(waiting.count - frame.waitingStart)
    }
    let hasDoubles = doubledParts.last?.owner == frame.serial
    if wantsURLs, !frame.isHostClient, let parts = frame.urlParts {
      join(bytes, tokens, frame, parts, walk, into: &batch)
      if hasDoubles { joinDoubles(bytes, tokens, frame, parts, walk, into: &batch) }
    }
    if dottedURLs.last?.parts.serial == frame.serial {
      joinDotted(bytes, tokens, frame, walk, into: &batch)
    }
    if hasDoubles { forgetDoubles(of: frame) }
  }

  /// Joins host and path of an object.
  mutating func join(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ frame: JSONFrame, _ parts: JSONURLParts,
    _ walk: JSONWalk, into batch: inout ObservableBatch
  ) {
    var pathToken = tokens[parts.path]
    if parts.isRequestLine {
      guard let path = JoinedURL.path(inRequestLine: bytes, pathToken.range) else { return }
      (pathToken.start, pathToken.end) = (path.lowerBound, path.upperBound)
    }
    guard pathToken.start < pathToken.end else { return }
    let first = bytes.byte(unchecked: pathToken.start)
    guard first == Byte.slash || first == Byte.backslash else { return }
    if frame.method >= 0 {
      let method = tokens[frame.method]
      if method.range.count == 7, bytes.starts(ignoringCase: "connect", at: method.start) {
        return
      }
    }
    Self.take(&joinHost, bytes, tokens[parts.host])
    Self.take(&joinPath, bytes, pathToken)
    joinQuery.removeAll(keepingCapacity: true)
    // A path may have its query already.
    if !joinPath.contains(UInt8(ascii: "?")) {
      if frame.query >= 0 {
        Self.take(&joinQuery, bytes, tokens[frame.query])
      } else if frame.anyQuery >= 0 {
        Self.take(&joinQuery, bytes, tokens[frame.anyQuery])
        if JoinedURL.isName(joinQuery.rawSpan) { joinQuery.removeAll(keepingCapacity: true) }
      }
    }
    // Absent, as logs write it.
    if joinHost.count == 1, joinHost[0] == Byte.minus { return }
    var url = JoinedURL(
      field: walk.report ?? parts.pathField, place: pathToken.start, level: walk.level)
    if frame.connectionPort > 0 {
      url.isZeek = true
      url.isPortSecond = true
      url.port = frame.connectionPort
    } else {
      url.port = frame.urlPort
    }
    if frame.scheme >= 0 { url.setScheme(bytes, tokens[frame.scheme].range) }
    emitJoined(url, into: &batch)
  }

  /// Copies a string's text, its escapes undone.
  private static func take(_ part: inout [UInt8], _ bytes: RawSpan, _ token: JSONToken) {
    part.removeAll(keepingCapacity: true)
    if token.hasEscapes {
      JSONTokenizer.unescape(bytes.extracting(token.range), to: &part)
    } else {
      part.append(bytes, token.range)
    }
  }
}
