import Indicators
import Parsing

/// Objects that hold lists of events and state nothing about an event themselves: batches that
/// services forward or answer with.
///
/// Each element of such a list is an event of its own, with its time and its ends. The object is
/// still one record: the places and field names of its values, and its line, are those of any
/// record. It may be in an array of such objects, in a string of another record or at the end of a
/// line of text (`NestedEvents`).
struct WrappedLists {
  /// A list of events, by the indices of its tokens.
  struct List {
    /// The token of `[`.
    var start: Int
    /// The index behind the token of `]`.
    var end: Int
    var path: FieldPaths.ID
    /// The tokens of the keys and opening brackets around the list.
    var outer: [Int]
    /// Whether an element's line is the one on which it begins, not the object's.
    var hasOwnLines = false
  }

  var lists: [List] = []
  /// Whether a member states something about an event, or belongs to another member (a URL's path,
  /// a port).
  var hasEvent = false
  /// Whether the objects are elements of a list.
  var isInner = false
}

extension WrappedLists {
  /// Most keys, objects and lists around a list of events, itself and its key included: enough for
  /// four objects, or for the lists of OpenTelemetry.
  private static let deepestWrapper = 8

  /// Whether some array may hold events; most records have none, and are events themselves.
  static func mayWrap(_ tokens: borrowing [JSONToken], _ range: Range<Int>) -> Bool {
    for index in range.dropLast() where tokens[index].kind == .beginArray {
      switch tokens[index + 1].kind {
      case .beginObject, .string: return true
      default: break
      }
    }
    return false
  }

  /// The lists of events in the object that the tokens are; empty if it states something about an
  /// event itself.
  static func lists(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], _ paths: inout FieldPaths
  ) -> [List] {
    guard tokens.first?.kind == .beginObject else { return [] }
    var result = WrappedLists()
    var outer: [Int] = []
    _ = findLists(chunk, tokens, from: 0, FieldPaths.root, &outer, &result, &paths)
    return result.hasEvent ? [] : result.lists
  }

  /// Looks for lists of events in the object that begins at `start`; returns the index behind it.
  private static func findLists(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], from start: Int, _ path: FieldPaths.ID,
    _ outer: inout [Int], _ result: inout WrappedLists,
    _ paths: inout FieldPaths
  ) -> Int {
    outer.append(start)
    defer { outer.removeLast() }
    var index = start + 1
    var previous = path
    var (hasName, hasValue) = (false, false)
    while index < tokens.count, tokens[index].kind == .key, !result.hasEvent {
      let field = paths.path(of: chunk, tokens[index], under: path, after: previous)
      previous = field
      let value = index + 1
      switch tokens[value].kind {
      // Null has no token.
      case .key, .endObject: index = value
      case .beginArray:
        let end = JSONToken.valueEnd(tokens, from: value)
        if tellsEvent(chunk, tokens, value + 1, field, &paths) {
          result.lists.append(
            WrappedLists.List(start: value, end: end, path: field, outer: outer))
        } else if outer.count < Self.deepestWrapper - 1 {
          outer += [index, value]
          findInnerLists(chunk, tokens, value + 1..<end, field, &outer, &result, &paths)
          outer.removeLast(2)
        }
        index = end
      case .beginObject:
        outer.append(index)
        defer { outer.removeLast() }
        if outer.count < Self.deepestWrapper - 1 {
          index = findLists(chunk, tokens, from: value, field, &outer, &result, &paths)
        } else {
          index = JSONToken.valueEnd(tokens, from: value)
        }
      default:
        let fieldClass = paths.fieldClass(field)
        switch fieldClass.role {
        // Batches have such members as well: who made a file, how many events there are, whether
        // the request for them was answered.
        case .none, .pairName, .pairValue, .message, .urlHost, .accessLog:
          if fieldClass.role == .pairName { hasName = true }
          if fieldClass.role == .pairValue { hasValue = true }
          // The elements are pairs of a name and a value, which belong together.
          let isPair = result.isInner && hasName && hasValue
          if fieldClass.fact != .none || isPair { result.hasEvent = true }
        default: result.hasEvent = true
        }
        index = value + 1
      }
    }
    return index + 1
  }

  /// Looks for lists of events in the elements of a list; none count if an element states something
  /// about an event itself.
  private static func findInnerLists(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], _ elements: Range<Int>,
    _ list: FieldPaths.ID, _ outer: inout [Int], _ result: inout WrappedLists,
    _ paths: inout FieldPaths
  ) {
    var inner = WrappedLists()
    inner.isInner = true
    var index = elements.lowerBound
    while index < elements.upperBound - 1, !inner.hasEvent {
      if tokens[index].kind == .beginObject {
        _ = findLists(chunk, tokens, from: index, list, &outer, &inner, &paths)
      }
      index = JSONToken.valueEnd(tokens, from: index)
    }
    if !inner.hasEvent { result.lists += inner.lists }
  }

  /// Whether the first element of an array is an event, or holds lists of events.
  static func beginsEvents(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], _ paths: inout FieldPaths
  ) -> Bool {
    guard tokens.count > 3 else { return false }
    if tellsEvent(chunk, tokens, 1, FieldPaths.root, &paths) { return true }
    guard tokens[1].kind == .beginObject else { return false }
    var result = WrappedLists()
    var outer: [Int] = []
    _ = findLists(chunk, tokens, from: 1, FieldPaths.root, &outer, &result, &paths)
    return !result.hasEvent && !result.lists.isEmpty
  }

  /// Whether the first element of a list tells its time or both its ends, or is a record in a
  /// string.
  private static func tellsEvent(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], _ element: Int, _ list: FieldPaths.ID,
    _ paths: inout FieldPaths
  ) -> Bool {
    switch tokens[element].kind {
    case .string:
      return chunk.byte(unchecked: tokens[element].start) == UInt8(ascii: "{")
        && tokens[element + 1].kind != .endArray
    case .beginObject:
      let end = JSONToken.valueEnd(tokens, from: element)
      var (index, path, previous) = (element + 1, list, list)
      var endpoints: UInt8 = 0
      // Its own members, and those of objects in it, unless the object's name says that it is about
      // something else.
      while index < end {
        guard tokens[index].kind == .key else {
          // The end of such an object; the element's own members go on behind it.
          (index, path, previous) = (index + 1, list, list)
          continue
        }
        let field = paths.path(of: chunk, tokens[index], under: path, after: previous)
        previous = field
        let fieldClass = paths.fieldClass(field)
        if fieldClass.role == .time || fieldClass.role == .date { return true }
        if fieldClass.fact == .source || fieldClass.fact == .serverOrSource { endpoints |= 1 }
        if fieldClass.fact == .destination { endpoints |= 2 }
        if endpoints == 3 { return true }
        switch tokens[index + 1].kind {
        case .beginObject where !fieldClass.traits.contains(.isApartItself):
          (index, path, previous) = (index + 2, field, field)
        case .key, .endObject: index += 1
        default: index = JSONToken.valueEnd(tokens, from: index + 1)
        }
      }
      return false
    default: return false
    }
  }
}

extension JSONToken {
  /// The index behind the value whose first token is at `start`.
  static func valueEnd(_ tokens: borrowing [JSONToken], from start: Int) -> Int {
    var index = start
    var depth = 0
    repeat {
      switch tokens[index].kind {
      case .beginObject, .beginArray: depth += 1
      case .endObject, .endArray: depth -= 1
      default: break
      }
      index += 1
    } while depth > 0
    return index
  }
}

extension Extraction {
  /// Emits the elements of lists that an object holds, each as an event of its own, and the parts
  /// of the object between the lists.
  mutating func emitWrapped(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], _ lists: [WrappedLists.List],
    _ place: RecordPlace, into batch: inout ObservableBatch
  ) {
    var next = 0
    var outer: [Int] = []
    var counted = tokens[0].start
    for list in lists {
      emitPart(chunk, tokens, outer, next..<list.start, place, into: &batch)
      var line = place
      var index = list.start + 1
      while index < list.end - 1 {
        let element = index
        index = JSONToken.valueEnd(tokens, from: index)
        let first = tokens[element].start
        if list.hasOwnLines { count(chunk, to: first, &counted, &line) }
        emitRecord(
          chunk, tokens, element..<index, at: first..<tokens[index - 1].end,
          line.inside(list.path), into: &batch)
      }
      (next, outer) = (list.end, list.outer)
    }
    emitPart(chunk, tokens, outer, next..<tokens.count, place, into: &batch)
  }

  /// Emits a part of an object; `outer` has the tokens of the keys and opening brackets around it.
  private mutating func emitPart(
    _ chunk: RawSpan, _ tokens: borrowing [JSONToken], _ outer: [Int], _ part: Range<Int>,
    _ place: RecordPlace, into batch: inout ObservableBatch
  ) {
    guard part.contains(where: { tokens[$0].kind == .string }) else { return }
    let all = (outer + part).map { tokens[$0] }
    emitRecord(
      chunk, all, 0..<all.count,
      at: tokens[part.lowerBound].start..<tokens[part.upperBound - 1].end, place, into: &batch)
  }
}
