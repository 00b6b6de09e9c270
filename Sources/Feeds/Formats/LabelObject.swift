import Indicators
import Parsing

/// An object that stands for a tag, an actor or malware by its name: `{"id":"1","name":"c2"}`.
///
/// Of a technique the identifier counts: `{"id":"T1071","name":"Application Layer Protocol"}`.
struct LabelObject {
  /// The name, or the technique's identifier; empty if there is neither.
  private(set) var text: [UInt8] = []
  private var rank = Int.max

  /// Names of members that hold what the object stands for, the first of which goes first.
  private static let names = ["name", "displayname", "value", "label", "tag", "title"]
  private static let identifiers = ["id", "externalid", "techniqueid"]

  /// Whether members called so hold labels that may be written as objects.
  static func isOf(_ column: Column) -> Bool {
    switch column {
    case .tags, .category, .malware, .actor: true
    default: false
    }
  }

  /// Takes a member if it is the name or an identifier; false for any other.
  mutating func take(_ key: RawSpan, _ value: JSONToken, _ json: JSONFeed) -> Bool {
    let name = Text.key(key)
    let isIdentifier = Self.identifiers.contains(name)
    guard isIdentifier || Self.names.contains(name) else { return false }
    guard value.kind == .string else { return value.kind == .number }
    var found: [UInt8] = []
    json.append(value, to: &found)
    let place = Self.names.firstIndex(of: name).map { $0 + 1 } ?? 0
    if place < rank, !isIdentifier || Technique.isIdentifier(found[...]) {
      (text, rank) = (found, place)
    }
    return true
  }
}
