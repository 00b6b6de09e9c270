import Indicators
import Parsing

/// An object or array that the walk is in.
struct JSONFrame {
  var path: FieldPaths.ID
  var isObject: Bool
  /// The object's serial number; for an array, that of the object around it.
  var serial: UInt32
  /// Addresses from here on wait for a port of this object.
  var waitingStart: Int

  // Tokens of the parts of a joined URL, or -1, and their fields. `authority` and `authorityPath`
  // are for names that other things have as well, such as HTTP/2's.
  var host = -1
  var urlPath = -1
  var original = -1
  var request = -1
  var authority = -1
  var authorityPath = -1
  var query = -1
  /// A member that is called a query and may be one of DNS.
  var anyQuery = -1
  var scheme = -1
  var method = -1
  /// The token of the name of the value that follows, or -1.
  var pairName = -1
  /// The ranks of the names of `host` and `urlPath`.
  var hostRank: UInt8 = .max
  var pathRank: UInt8 = .max
  var hostField: FieldPaths.ID = -1
  var authorityField: FieldPaths.ID = -1
  var pathField: FieldPaths.ID = -1
  var originalField: FieldPaths.ID = -1
  var requestField: FieldPaths.ID = -1
  var authorityPathField: FieldPaths.ID = -1
  var urlPort: UInt16 = 0
  var connectionPort: UInt16 = 0

  /// Members begun so far, up to two.
  var members: UInt8 = 0
  /// Whether it is in an array, and so one of several.
  var isInArray = false
  /// The serial number of the outermost object in an array that it is or is inside of, or 0.
  var element: UInt32 = 0
  /// Bits for what it or an object in it holds of the event: 1 the source, 2 the destination, 4
  /// both with their time.
  var endpoints: UInt8 = 0
  /// Bits for its members that come from a line of an access log: 1 the code, 2 the size, 4 a
  /// client beside the host.
  var accessLog: UInt8 = 0
  /// The token of a time in it, or -1, and the rank of its name.
  var time = -1
  var timeRank: UInt8 = .max

  /// Its host is the client.
  var isHostClient = false

  /// Whether its host, if it is an address, may be the client: the parsers of Fluent Bit and Fluentd
  /// call the first word of Apache's access log `host`.
  var mayBeHostClient: Bool {
    accessLog == 3 && hostRank == FieldClass.plainHost && method >= 0 && authorityPath >= 0
  }

  /// Notes a host if its name has a better rank than that of the host so far; a host from a header
  /// of the request has no field.
  mutating func noteHost(_ index: Int, rank: UInt8, field: FieldPaths.ID = -1) {
    if rank < hostRank { (host, hostRank, hostField) = (index, rank, field) }
  }
}

/// One walk over the tokens of a record.
struct JSONWalk {
  /// The text level of its bytes.
  var level: Int
  /// The field to report for all values: set in a record that is nested in a string.
  var report: FieldPaths.ID?
  /// The path of the record itself: that of the list which it is an element of.
  var top = FieldPaths.root
  /// Open objects and arrays around the record.
  var base = 0
  /// The members that may tell the record's time.
  var times = JSONTimes()
  /// The token of a time in the record's first member, or -1, and the rank of its name.
  var timeOfMember = -1
  var rankOfMember: UInt8 = .max
  /// The token of the time in the record's `properties`, or -1.
  var timeOfProperties = -1
  /// The token of the string that may be a line of another program's, or -1, and the rank of its
  /// name.
  var message = -1
  var messageRank: UInt8 = .max
  /// The same for the string to ask next, if that one tells nothing.
  var nextMessage = -1
  var nextMessageRank: UInt8 = .max

  init(level: Int, report: FieldPaths.ID?) {
    self.level = level
    self.report = report
  }

  /// Notes a string that may be a line of another program's; of one rank the first goes before.
  mutating func noteMessage(_ index: Int, rank: UInt8) {
    if rank < messageRank {
      (nextMessage, nextMessageRank) = (message, messageRank)
      (message, messageRank) = (index, rank)
    } else if rank < nextMessageRank {
      (nextMessage, nextMessageRank) = (index, rank)
    }
  }

  /// Forgets a string that is a record in JSON, and so no line.
  mutating func forgetMessage(_ index: Int) {
    if index == message {
      (message, messageRank) = (nextMessage, nextMessageRank)
    } else if index != nextMessage {
      return
    }
    (nextMessage, nextMessageRank) = (-1, .max)
  }
}

extension Extraction {
  /// Emits the values of a record from its tokens.
  mutating func walkRecord(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ range: Range<Int>, _ walk: inout JSONWalk,
    into batch: inout ObservableBatch
  ) {
    let base = objects.frames.count
    walk.base = base
    defer { objects.frames.removeLast(objects.frames.count - base) }
    // The bottom frame, for a value that is in no object or array.
    var top = JSONFrame(
      path: walk.top, isObject: false, serial: objects.nextSerial(),
      waitingStart: scanner.waiting.count)
    if nested.isOpen {
      (top.isInArray, top.element) = (objects.outerElement > 0, objects.outerElement)
    }
    var current = FieldPaths.root
    var previous = FieldPaths.root
    // The token that ends an array which is read as its only element, or -1.
    var passedEnd = -1
    for index in range {
      let token = tokens[index]
      switch token.kind {
      case .key:
        current = scanner.paths.path(of: bytes, token, under: top.path, after: previous)
        previous = current
        if top.members < 2 { top.members += 1 }
      case .string:
        let path = top.isObject ? current : top.path
        walkString(bytes, tokens, index, path, &top, &walk, into: &batch)
      case .number:
        guard top.isObject else { continue }
        note(bytes, token, index, current, &top, &walk)
        let fieldClass = scanner.paths.fieldClass(current)
        if fieldClass.fact != .none {
          noteFact(bytes, token, fieldClass, &top, &walk)
        }
      case .trueLiteral, .falseLiteral:
        let fieldClass = scanner.paths.fieldClass(current)
        if fieldClass.fact == .isBlocked {
          noteFact(bytes, token, fieldClass, &top, &walk)
        }
      case .beginObject:
        let path = top.isObject ? current : top.path
        let isInArray = top.isInArray || !top.isObject && objects.frames.count > base
        let outer = top
        objects.frames.append(top)
        top = JSONFrame(
          path: path, isObject: true, serial: objects.nextSerial(),
          waitingStart: scanner.waiting.count)
        top.isInArray = isInArray
        top.element = isInArray ? outer.element > 0 ? outer.element : objects.serial : 0
      case .beginArray:
        if top.isObject, isOneValue(tokens, index, in: range) {
          passedEnd = index + 2
          continue
        }
        let path = top.isObject ? current : top.path
        objects.frames.append(top)
        let (isInArray, element) = (top.isInArray, top.element)
        top = JSONFrame(
          path: path, isObject: false, serial: top.serial, waitingStart: scanner.waiting.count)
        (top.isInArray, top.element) = (isInArray, element)
      case .endObject:
        if top.mayBeHostClient, tokens[top.host].isAddress(bytes) {
          top.isHostClient = true
          noteClient(bytes, tokens[top.host], &top, &walk)
        }
        endObject(bytes, tokens, top, walk, into: &batch)
        let object = top
        top = objects.frames.removeLast()
        noteHost(inHeaders: object, for: &top)
        if objects.frames.count == base {
          // The record's only member is the event itself.
          if object.members == 1, walk.timeOfMember >= 0 {
            walk.times.note(tokens[walk.timeOfMember], .onlyMember, rank: walk.rankOfMember)
          }
          walk.notePublished(bytes, tokens, range)
        } else {
          walk.noteTime(tokens, of: object, in: &top, scanner.paths)
        }
      case .endArray:
        if index == passedEnd { continue }
        top = objects.frames.removeLast()
      default: break
      }
    }
    scanner.waiting.removeLast(scanner.waiting.count - min(top.waitingStart, scanner.waiting.count))
  }

  /// Whether the array that begins with a token holds one string or number and nothing else: some
  /// programs write all values of a record like this (the `fields` of Elasticsearch).
  @inline(__always)
  private func isOneValue(
    _ tokens: borrowing [JSONToken], _ index: Int, in range: Range<Int>
  ) -> Bool {
    guard index + 2 < range.upperBound, tokens[index + 2].kind == .endArray else { return false }
    return tokens[index + 1].kind == .string || tokens[index + 1].kind == .number
  }

  /// Open objects and arrays of the record that is walked.
  @inline(__always)
  func depth(in walk: borrowing JSONWalk) -> Int { objects.frames.count - walk.base }

  @inline(__always)
  private mutating func walkString(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ index: Int, _ path: FieldPaths.ID,
    _ top: inout JSONFrame, _ walk: inout JSONWalk, into batch: inout ObservableBatch
  ) {
    let token = tokens[index]
    guard token.start < token.end else { return }
    var fieldClass = scanner.paths.fieldClass(path)
    if fieldClass.role != .none || fieldClass.part != .none, top.isObject {
      note(bytes, token, index, path, &top, &walk)
      if fieldClass.role == .pairValue {
        // OpenTelemetry's value is an object of its own: `{"key": …, "value": {"stringValue": …}}`.
        let isInner = fieldClass.rank == FieldClass.attribute
        let (pairName, holder) =
          isInner
          ? objects.frames.last.map { ($0.pairName, $0.path) } ?? (-1, 0) : (top.pairName, top.path)
        let isValueFirst =
          pairName < 0 && !isInner && objects.frames.last.map { !$0.isObject } ?? false
        let known = isValueFirst ? nameBehind(bytes, tokens, index, under: holder) : pairName
        if known >= 0 {
          let name = scanner.paths.path(of: bytes, tokens[known], under: holder, after: path)
          var named = scanner.paths.fieldClass(name)
          if isValueFirst, !named.isHost, named.fact == .none,
            named.traits.isDisjoint(with: .ownKinds)
          {
            // A string beside a value that names nothing known does not change the value's class.
            named = fieldClass
          }
          (fieldClass.traits, fieldClass.label) = (named.traits, named.label)
          if named.isHost, !isInner { objects.noteHeader(index, below: depth(in: walk)) }
          if named.fact != .none {
            noteNamedFact(bytes, token, named, of: isInner ? 3 : 2, &walk)
          }
        }
      } else if fieldClass.role == .pairName, fieldClass.rank == FieldClass.attribute,
        isName(bytes, tokens, behind: index)
      {
        // The key of an attribute is none of the record's values.
        return
      }
    }
    if fieldClass.fact != .none { noteFact(bytes, token, fieldClass, &top, &walk) }
    if walk.report == nil { objects.noteOuter(of: top, depth: depth(in: walk)) }
    var unit = TextUnit(
      start: token.start, end: token.end, level: walk.level, field: walk.report ?? path,
      fieldClass: fieldClass)
    unit.sibling = path
    unit.isQuoted = true
    guard token.hasEscapes else {
      if scanMember(bytes, unit, into: &batch) { walk.forgetMessage(index) }
      return
    }
    if fieldClass.traits.contains(.nothing) { return }
    unit.start = 0
    unit.level += 1
    var text = scanner.levels.take(level: unit.level)
    if unit.level == 1 {
      Self.unescape(bytes, token.range, to: &text, &scanner.levels.map1)
    } else {
      Self.unescape(bytes, token.range, to: &text, &scanner.levels.map2)
    }
    unit.end = text.count
    if scanMember(text.rawSpan, unit, into: &batch) { walk.forgetMessage(index) }
    noteMemberMessage(text.rawSpan)
    scanner.levels.giveBack(text, level: unit.level)
  }

  /// The token of the string behind a value that names it, or -1: some programs write a pair's
  /// value first.
  private mutating func nameBehind(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], _ index: Int, under holder: FieldPaths.ID
  ) -> Int {
    guard index + 2 < tokens.count, tokens[index + 1].kind == .key,
      tokens[index + 2].kind == .string,
      tokens[index + 2].range.count <= Self.longestPairName
    else { return -1 }
    let path = scanner.paths.path(of: bytes, tokens[index + 1], under: holder, after: holder)
    let fieldClass = scanner.paths.fieldClass(path)
    return fieldClass.role == .pairName && fieldClass.rank != FieldClass.attribute ? index + 2 : -1
  }

  /// Whether the member behind a string is the value that the string names, as OpenTelemetry writes
  /// attributes: an object called `value`.
  private func isName(
    _ bytes: RawSpan, _ tokens: borrowing [JSONToken], behind index: Int
  ) -> Bool {
    index + 1 < tokens.count && tokens[index + 1].kind == .key
      && bytes.isWord(tokens[index + 1].range, "value") && index + 2 < tokens.count
      && tokens[index + 2].kind == .beginObject
  }

  /// Undoes the escapes of a string, and notes in `map` where its bytes come from.
  private static func unescape(
    _ bytes: RawSpan, _ range: Range<Int>, to text: inout [UInt8], _ map: inout OffsetMap
  ) {
    text.removeAll(keepingCapacity: true)
    map.begin(at: range.lowerBound)
    var offset = range.lowerBound
    while let escape = bytes.firstOffset(of: Byte.backslash, from: offset, to: range.upperBound) {
      if escape > offset { text.append(bytes, offset..<escape) }
      let length = escapeLength(bytes, at: escape, end: range.upperBound)
      JSONTokenizer.unescape(bytes.extracting(escape..<escape + length), to: &text)
      offset = escape + length
      map.add(text: text.count, origin: offset)
    }
    if offset < range.upperBound { text.append(bytes, offset..<range.upperBound) }
  }

  /// Bytes of an escape that the tokenizer has let through: a pair of surrogates is one.
  private static func escapeLength(_ bytes: RawSpan, at offset: Int, end: Int) -> Int {
    func unit(_ at: Int) -> UInt16? {
      guard at + 6 <= end, bytes.starts(with: "\\u", at: at) else { return nil }
      var value: UInt16 = 0
      for index in at + 2..<at + 6 {
        value = value << 4 | UInt16(Hex.value(of: bytes.byte(unchecked: index)) & 15)
      }
      return value
    }
    guard let first = unit(offset) else { return min(2, end - offset) }
    guard first & 0xfc00 == 0xd800, let second = unit(offset + 6), second & 0xfc00 == 0xdc00 else {
      return 6
    }
    return 12
  }
}

extension FieldPaths {
  /// The path of a member.
  @inline(__always)
  mutating func path(
    of bytes: RawSpan, _ token: JSONToken, under parent: FieldPaths.ID,
    after previous: FieldPaths.ID
  ) -> FieldPaths.ID {
    guard token.hasEscapes else {
      return child(of: parent, key: bytes.extracting(token.range), after: previous)
    }
    var key: [UInt8] = []
    JSONTokenizer.unescape(bytes.extracting(token.range), to: &key)
    return child(of: parent, key: key.rawSpan, after: previous)
  }

  /// The path of the elements of a list.
  mutating func path(of list: LogState.ListName) -> FieldPaths.ID {
    switch list {
    case .none: Self.root
    case .upperCase: name("Records")
    case .lowerCase: name("records")
    }
  }
}
