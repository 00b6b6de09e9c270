import Database
package import Indicators
import Parsing

/// What a feed says of values: the feed's name and the context, without the lines.
///
/// It is read from a database once and shared.
package final class SourceStatement: Sendable {
  /// Name of the feed.
  package let feed: [UInt8]
  /// The object's own identifier in the feed.
  package let id: [UInt8]
  /// What the feed says of the value in words.
  package let description: [UInt8]
  /// Where to read more.
  package let reference: [UInt8]
  /// The feed's labels or tags.
  package let labels: [[UInt8]]
  /// MITRE ATT&CK technique identifiers.
  package let attack: [[UInt8]]
  /// Names of malware that the value indicates.
  package let malware: [[UInt8]]
  /// Names of threat actors behind it.
  package let actors: [[UInt8]]
  /// Start of validity in nanoseconds since 1970, or `Int64.min`.
  package let validFrom: Int64
  /// End of validity (exclusive), or `Int64.max`.
  package let validUntil: Int64
  /// 0–100, or 255 where the feed says nothing.
  package let confidence: UInt8
  /// The marking under which it was shared.
  package let tlp: TLP
  /// Whether the source is of an allow list, is weak, or was forced to an exact match, among
  /// others.
  package let flags: SourceFlags
  /// The joint condition as text; empty if there is none.
  package let condition: [UInt8]
  /// The joint condition, and which of its members this source is; nil if it has no condition.
  let conditionPlace: ConditionPlace?
  /// The approximate number of bytes that all texts, with the punctuation around them, take in a
  /// line.
  let length: Int
  /// The feed's number in the catalog that made this statement; it has no meaning in another
  /// catalog.
  let feedNumber: Int

  /// Reads the statement of a source from its context; `feed` and `number` are the feed's.
  init(
    _ context: SourceContext, feed: [UInt8], number: Int, _ database: IndicatorDatabase
  ) {
    func bytes(_ id: StringID) -> [UInt8] {
      let string = database.string(id)
      return string.copied(string.byteOffsets)
    }
    func list(_ id: StringListID) -> [[UInt8]] { database.list(id).map(bytes) }
    self.feed = feed
    feedNumber = number
    id = bytes(context.id)
    description = bytes(context.description)
    reference = bytes(context.reference)
    labels = list(context.labels)
    attack = list(context.attack)
    malware = list(context.malware)
    actors = list(context.actors)
    (validFrom, validUntil) = (context.validFrom, context.validUntil)
    (confidence, tlp, flags) = (context.confidence, context.tlp, context.flags)
    condition = bytes(context.condition)
    length =
      64 + feed.count + id.count + description.count + reference.count + condition.count
      + [labels, attack, malware, actors].joined().reduce(0) { $0 + $1.count + 3 }
    conditionPlace = ConditionPlace(context)
  }

  /// Whether two statements, perhaps of different databases, say the same.
  func isSame(as other: SourceStatement) -> Bool {
    self === other
      || feed == other.feed && id == other.id && description == other.description
        && reference == other.reference && labels == other.labels && attack == other.attack
        && malware == other.malware && actors == other.actors && validFrom == other.validFrom
        && validUntil == other.validUntil && confidence == other.confidence && tlp == other.tlp
        && flags == other.flags && condition == other.condition
  }
}

extension SourceStatement {
  /// A statement compared by its content: two are equal if `isSame` is true.
  struct Meaning: Hashable {
    private let statement: SourceStatement

    init(_ statement: SourceStatement) { self.statement = statement }

    static func == (left: Meaning, right: Meaning) -> Bool {
      left.statement.isSame(as: right.statement)
    }

    // Everything that is compared is hashed: a hostile feed may hold statements that differ in any
    // one part.
    func hash(into hasher: inout Hasher) {
      for text in [statement.feed, statement.id, statement.description, statement.reference] {
        hasher.combine(text)
      }
      for list in [statement.labels, statement.attack, statement.malware, statement.actors] {
        hasher.combine(list)
      }
      hasher.combine(statement.validFrom)
      hasher.combine(statement.validUntil)
      hasher.combine(statement.confidence)
      hasher.combine(statement.tlp)
      hasher.combine(statement.flags.rawValue)
      hasher.combine(statement.condition)
    }
  }
}

/// Keeps statements that were read lately: the entries of a feed share few, or have one each.
///
/// It is a direct-mapped cache: a statement's number chooses its place, and a new one replaces the
/// one that was there.
struct StatementCatalog {
  private static let size = 1 << 10

  private struct Place {
    var database = -1
    var origin: UInt32 = 0
    var statement: SourceStatement?
  }

  private var places: [Place] = []
  /// Names of feeds.
  ///
  /// All statements of a feed share one array, so comparing two names mostly compares addresses.
  private var names: [[UInt8]] = []
  private var numbers: [[UInt8]: Int] = [:]

  /// What a source says.
  mutating func statement(
    of source: DatabaseSource, database: Int, _ databases: [IndicatorDatabase]
  ) -> SourceStatement {
    if places.isEmpty { places = Array(repeating: Place(), count: Self.size) }
    let place = (Int(source.origin) &+ database &* 257) & (Self.size - 1)
    if places[place].database == database, places[place].origin == source.origin,
      let statement = places[place].statement
    {
      return statement
    }
    let number = number(ofFeed: databases[database].feed(named: source.feed))
    let statement = SourceStatement(
      source.context, feed: names[number], number: number, databases[database])
    places[place] = Place(database: database, origin: source.origin, statement: statement)
    return statement
  }

  /// The number of a feed's name; a new name gets the next number.
  private mutating func number(ofFeed name: [UInt8]) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = names.count
    names.append(name)
    return names.count - 1
  }
}

extension IndicatorDatabase {
  /// The name of the feed with this number.
  fileprivate func feed(named number: UInt32) -> [UInt8] {
    let name = feedName(number)
    return name.copied(name.byteOffsets)
  }
}
