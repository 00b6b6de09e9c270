import Indicators
import Parsing

/// What the members of an object say about the event, and about one another: the port of an
/// address, the parts of a URL.
extension Extraction {
  /// Notes the fact that a member of the record, or of an object in it, states about the event.
  ///
  /// The member counts as one of the object `above` objects and arrays further up.
  mutating func noteFact(
    _ bytes: RawSpan, _ token: JSONToken, _ fieldClass: FieldClass, _ top: inout JSONFrame,
    _ walk: inout JSONWalk, above: Int = 0
  ) {
    let depth = depth(in: walk) - above
    let isInRecord =
      depth > EventNotes.deepestOwnFact
      && scanner.paths.fieldClass(objects.frames[walk.base + 2].path).traits.contains(.isRecord)
    event.noteFact(
      bytes, token, fieldClass, &top, depth: depth, isOwn: walk.level == 0 && walk.report == nil,
      isInRecord: isInRecord)
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
    _ walk: inout JSONWalk
  ) {
    let holder = objects.frames.count - above
    guard holder > walk.base, objects.frames[holder].isObject, !objects.frames[holder + 1].isObject
    else { return }
    guard Self.eventLists.contains(scanner.paths.key(of: objects.frames[holder + 1].path)) else {
      return
    }
    var frame = objects.frames[holder]
    noteFact(bytes, token, named.behindOwn(2), &frame, &walk, above: above)
    objects.frames[holder].endpoints = frame.endpoints
  }

  /// Bytes of the longest string that may be the name of a value beside it.
  static let longestPairName = 64

  /// Notes a member's role for its siblings.
  @inline(__always)
  mutating func note(
    _ bytes: RawSpan, _ token: JSONToken, _ index: Int, _ path: FieldPaths.ID,
    _ top: inout JSONFrame, _ walk: inout JSONWalk
  ) {
    let fieldClass = scanner.paths.fieldClass(path)
    let isString = token.kind == .string
    if fieldClass.part != .none {
      urlParts.noteDottedPart(bytes, token, index, path, of: top, &scanner.paths)
    }
    switch fieldClass.role {
    case .none: return
    case .port, .connectionPort:
      guard let port = token.port(bytes) else { return }
      if fieldClass.role == .connectionPort { top.connectionPort = port }
      scanner.paths.setPort(port, of: path, owner: top.serial)
    case .time, .date, .zone:
      walk.noteTime(token, index, fieldClass, &top, depth: depth(in: walk), scanner.paths)
    case .pairName where isString && token.range.count <= Self.longestPairName:
      top.pairName = index
    case .message where isString:
      guard !top.isInArray, depth(in: walk) <= EventNotes.deepestOwnFact else { return }
      walk.noteMessage(index, rank: fieldClass.rank)
    case .pairName, .pairValue, .message, .flowTuple: return
    default:
      urlParts.note(bytes, token, index, path, fieldClass.role, fieldClass.rank, &top)
    }
  }

  /// The same for headers that are the members of an object that has just ended:
  /// `"headers":{"Host":"a.example"}`.
  @inline(__always)
  func noteHost(inHeaders headers: JSONFrame, for outer: inout JSONFrame) {
    let host = headers.host >= 0 ? headers.host : headers.authority
    guard host >= 0, outer.isObject,
      scanner.paths.fieldClass(headers.path).traits.contains(.isHeaders)
    else { return }
    outer.noteHost(host, rank: FieldClass.furtherURLPart - 1)
  }

  /// Notes that the host of an object is the client of its request.
  mutating func noteClient(
    _ bytes: RawSpan, _ token: JSONToken, _ top: inout JSONFrame, _ walk: inout JSONWalk
  ) {
    var fieldClass = FieldClass.text
    (fieldClass.fact, fieldClass.factRank) = (.source, LocalEndpoints.lastOfClients)
    noteFact(bytes, token, fieldClass, &top, &walk)
  }

  /// Gives addresses the ports of the object that ends, and joins its URL.
  @inline(__always)
  mutating func endObject(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ frame: JSONFrame, _ walk: JSONWalk,
    into batch: inout ObservableBatch
  ) {
    if scanner.waiting.count > frame.waitingStart {
      for index in frame.waitingStart..<scanner.waiting.count {
        let address = scanner.waiting[index]
        var port = scanner.paths.port(forAddress: address.path, owner: frame.serial)
        if port == 0, scanner.paths.fieldClass(address.path).isHost {
          // An address that was asked for as a host has the port of the request.
          port = frame.urlPort > 0 ? frame.urlPort : frame.connectionPort
        }
        if port > 0 { batch.observables[address.observable].port = port }
        if frame.isHostClient, walk.report == nil, scanner.paths.fieldClass(address.path).isHost {
          batch.observables[address.observable].flags.insert(.originator)
        }
      }
      scanner.waiting.removeLast(scanner.waiting.count - frame.waitingStart)
    }
    let hasDoubles = urlParts.doubled.last?.owner == frame.serial
    if scanner.wanted.urls, !frame.isHostClient, let parts = frame.urlParts {
      join(bytes, tokens, frame, parts, walk, into: &batch)
      if hasDoubles { joinDoubles(bytes, tokens, frame, parts, walk, into: &batch) }
    }
    if urlParts.dotted.last?.parts.serial == frame.serial {
      joinDotted(bytes, tokens, frame, walk, into: &batch)
    }
    if hasDoubles { urlParts.forgetDoubles(of: frame) }
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
    Self.take(&scanner.joined.host, bytes, tokens[parts.host])
    Self.take(&scanner.joined.path, bytes, pathToken)
    scanner.joined.query.removeAll(keepingCapacity: true)
    // A path may have its query already.
    if !scanner.joined.path.contains(UInt8(ascii: "?")) {
      if frame.query >= 0 {
        Self.take(&scanner.joined.query, bytes, tokens[frame.query])
      } else if frame.anyQuery >= 0 {
        Self.take(&scanner.joined.query, bytes, tokens[frame.anyQuery])
        if JoinedURL.isName(scanner.joined.query.rawSpan) {
          scanner.joined.query.removeAll(keepingCapacity: true)
        }
      }
    }
    // Absent, as logs write it.
    if scanner.joined.host.count == 1, scanner.joined.host[0] == Byte.minus { return }
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
    scanner.emitJoined(url, into: &batch)
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
