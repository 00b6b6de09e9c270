import Indicators
import Parsing

/// Counts the strings of JSON members that are not read, by the members' names, and those of them that
/// look like values.
///
/// So nothing is left out without a word: inner objects whose names do not say that they belong to
/// their record, and lists beside the one list of records that is read.
struct UnreadMembers {
  /// Where a member that is not read stands.
  enum Place {
    /// In an envelope, beside or behind the list of records.
    case envelope
    /// In a record, as an object of its own.
    case record
    /// In a record, as an element of a list.
    case element
    /// In a record, as a member of such an element of which others are read.
    case memberOfElement
  }

  private struct Count {
    let name: [UInt8]
    let column: Column
    let isListed: Bool
    var strings = 0
    var values = 0

    /// Whether the member holds values: half of what a name promises, nearly all without one.
    var holdsValues: Bool {
      values > 0 && (column == .unknown ? values * 10 >= strings * 9 : values * 2 >= strings)
    }
  }

  /// What is known of a name.
  private enum Known {
    /// Members called so are skipped.
    case foreign
    /// No string was seen under it yet.
    case new
    /// Its strings are counted in `counts`.
    case counted(Int)
  }

  /// An open object or array.
  private struct Container {
    /// How much of `name` is its own.
    var end: Int
    var isArray: Bool
    var isListed: Bool
  }

  private var counts: [Count] = []
  private var known: [[UInt8]: Known] = [:]
  private var test = ShapeTest()
  /// The name of the member that the reader is at, with those of the members that it is in.
  private var name: [UInt8] = []
  /// Names and strings that were looked at in the members that were read, by those members' names.
  private var spent: [[UInt8]: Int] = [:]
  /// Names and strings that are still looked at, in records and in envelopes.
  private var (leftOfRecords, leftOfEnvelopes) = (1 << 16, 1 << 16)

  /// Greatest numbers of names that are remembered, of members that are counted, and that are named.
  private static let (mostNames, mostMembers, mostNamed) = (1024, 256, 8)
  /// Most bytes of a name that is looked at, with those of the members that it is in; and of a value.
  private static let (longestName, longestValue) = (256, 1 << 13)
  /// Names and strings after which the rest of a member is skipped, and of all called so.
  private static let mostOfMember = 1 << 12

  /// Reads a value to its end and counts its first strings.
  mutating func read(
    _ first: JSONToken, under outerName: [UInt8], in place: Place, of json: inout JSONFeed
  ) throws(FeedError) {
    let spent = self.spent[outerName] ?? 0
    let given = min(
      place == .envelope ? leftOfEnvelopes : leftOfRecords, Self.mostOfMember - spent)
    guard given > 0, outerName.count <= Self.longestName else { return try json.skip(first) }
    name.replaceSubrange(0..., with: outerName)
    guard mayRead() else { return try json.skip(first) }
    var left = given
    defer {
      self.spent[outerName] = spent + given - left
      if place == .envelope {
        leftOfEnvelopes -= given - left
      } else {
        leftOfRecords -= given - left
      }
    }
    if first.kind == .string, place != .envelope {
      left -= 1
      return count(first, isListed: place == .memberOfElement, json)
    }
    guard first.kind == .beginObject || first.kind == .beginArray else { return }
    try readMembers(of: first, in: place, &left, &json)
  }

  private mutating func readMembers(
    of first: JSONToken, in place: Place, _ left: inout Int, _ json: inout JSONFeed
  ) throws(FeedError) {
    let outside = json.depth - 1
    let isArray = first.kind == .beginArray
    var open = [
      Container(
        end: name.count, isArray: isArray,
        isListed: place == .element || place == .memberOfElement || place == .envelope && isArray)
    ]
    while let outer = open.last {
      guard left > 0 else {
        while json.depth > outside { _ = try json.next() }
        return
      }
      let token = try json.next()
      switch token.kind {
      case .key:
        left -= 1
        name.removeSubrange(outer.end...)
        if !append(token, json) || !mayRead() { try json.skip(try json.next()) }
      case .beginObject, .beginArray:
        let isArray = token.kind == .beginArray
        open.append(
          Container(
            end: name.count, isArray: isArray,
            isListed: outer.isListed
              || (place == .envelope ? isArray : outer.isArray && !isArray)))
      case .endObject, .endArray:
        open.removeLast()
        name.removeSubrange((open.last?.end ?? 0)...)
      case .string where outer.isListed || place != .envelope:
        left -= 1
        count(token, isListed: outer.isListed, json)
      default: break
      }
    }
  }

  /// Appends the name of an inner member; false if the whole is too long.
  private mutating func append(_ key: JSONToken, _ json: JSONFeed) -> Bool {
    guard name.count + 1 + key.range.count <= Self.longestName else { return false }
    name.append(Byte.dot)
    json.append(key, to: &name)
    return true
  }

  /// Whether the member called `name` is looked at: not one that is foreign, nor one name too many.
  private mutating func mayRead() -> Bool {
    if let known = known[name] {
      if case .foreign = known { return false }
      return true
    }
    guard known.count < Self.mostNames else { return false }
    let isForeign = ForeignMember.fits(name.rawSpan)
    known[name] = isForeign ? .foreign : .new
    return !isForeign
  }

  private mutating func count(_ token: JSONToken, isListed: Bool, _ json: JSONFeed) {
    let index: Int
    if case .counted(let found) = known[name] {
      index = found
    } else {
      guard counts.count < Self.mostMembers else { return }
      let column = Column(key: CSVPlan.key(of: name.rawSpan, .json), format: .json)
      index = counts.count
      known[name] = .counted(index)
      counts.append(Count(name: name, column: column, isListed: isListed))
    }
    guard Self.mayHoldValues(counts[index].column) else { return }
    guard token.range.count <= Self.longestValue else {
      counts[index].strings += 1
      return
    }
    guard token.hasEscapes else {
      return count(json.stream.window.rawSpan.extracting(token.range), of: index)
    }
    var text: [UInt8] = []
    json.append(token, to: &text)
    count(text.rawSpan, of: index)
  }

  private mutating func count(_ text: RawSpan, of index: Int) {
    if NoValue.fits(text) { return }
    counts[index].strings += 1
    if test.kind(of: text, isStrict: true) != nil { counts[index].values += 1 }
  }

  private static func mayHoldValues(_ column: Column) -> Bool {
    if case .value(let kind, _) = column { return kind == .none || CSVPlan.hasShape(kind) }
    return column == .typedValue || column == .rangeStart || column == .unknown
  }

  /// Whether a list that is not read holds values.
  var holdsLists: Bool { counts.contains { $0.isListed && $0.holdsValues } }

  /// What a person should know of the members that hold values, in the order of the file.
  ///
  /// Where the user says what members hold, only lists are told of; beside members of
  /// `threat.indicator`, only those of it.
  func warnings(for plan: JSONTablePlan) -> [FeedWarning] {
    let isOfIndicators = plan.columns.keys.contains(where: JSONTablePlan.isIndicator)
    return warnings {
      ($0.isListed || plan.named.isEmpty)
        && (!isOfIndicators || JSONTablePlan.isIndicator($0.name))
    }
  }

  /// What a person should know of all members that hold values, in the order of the file.
  var warnings: [FeedWarning] { warnings { _ in true } }

  private func warnings(about isTold: (Count) -> Bool) -> [FeedWarning] {
    let found = counts.filter { $0.holdsValues && isTold($0) }
    var warnings = found.prefix(Self.mostNamed).map { count in
      FeedWarning(
        count.isListed ? .listNotRead : .columnNotRead, "'\(Excerpt.text(count.name.rawSpan))'",
        count: UInt64(count.values), of: UInt64(count.strings))
    }
    if found.count > Self.mostNamed {
      warnings.append(FeedWarning(.listNotRead, count: UInt64(found.count - Self.mostNamed)))
    }
    return warnings
  }
}
