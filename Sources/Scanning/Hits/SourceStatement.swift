import Database
public import Indicators
import Parsing

/// What a feed says of values: its name and all context but the lines, read from a database once.
public final class SourceStatement: Sendable {
  /// Name of the feed.
  public let feed: [UInt8]
  /// The object's own identifier in the feed.
  public let id: [UInt8]
  /// What the feed says of the value in words.
  public let description: [UInt8]
  /// Where to read more.
  public let reference: [UInt8]
  /// The feed's labels or tags.
  public let labels: [[UInt8]]
  /// MITRE ATT&CK technique identifiers.
  public let attack: [[UInt8]]
  /// Names of malware that the value indicates.
  public let malware: [[UInt8]]
  /// Names of threat actors behind it.
  public let actors: [[UInt8]]
  /// Start of validity in nanoseconds since 1970, or `Int64.min`.
  public let validFrom: Int64
  /// End of validity (exclusive), or `Int64.max`.
  public let validUntil: Int64
  /// 0–100, or 255 where the feed says nothing.
  public let confidence: UInt8
  /// The marking under which it was shared.
  public let tlp: TLP
  /// Whether it allows, is weak, or was forced to exact.
  public let flags: SourceFlags
  /// The values that were to be seen together.
  public let condition: [UInt8]
  /// Which condition of its database, which of its members, of how many.
  let conditionPlace: ConditionPlace?
  /// Bytes of all its texts, with what stands around them in a line, about.
  let length: Int
  /// Number of the feed's name among those that its catalog met: means nothing beside another catalog's.
  let feedNumber: Int

  /// What a source of an entry says, by a feed with this name and number.
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

  /// Whether two databases' feeds say the same.
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
  /// A statement as what it says, wherever it says it: equal where `isSame` is true.
  struct Meaning: Hashable {
    private let statement: SourceStatement

    init(_ statement: SourceStatement) { self.statement = statement }

    static func == (left: Meaning, right: Meaning) -> Bool {
      left.statement.isSame(as: right.statement)
    }

    // All that is compared: whoever writes a feed may have statements differ in any one part.
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

/// Statements of databases that were read lately: the entries of a feed share few, or have one each.
///
/// Each has a place that its number chooses, where the one before it gives way.
struct StatementCatalog {
  private static let size = 1 << 10

  private struct Place {
    var database = -1
    var origin: UInt32 = 0
    var statement: SourceStatement?
  }

  private var places: [Place] = []
  /// Names of feeds, one array for all statements of each, so that comparing two is comparing their addresses.
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

  /// The number of a name, the next one where it was not met before.
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
