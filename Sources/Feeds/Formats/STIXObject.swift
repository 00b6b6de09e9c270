import Parsing

/// What is kept of a STIX object while it is read; ranges are in `arena`.
struct STIXObject {
  /// Members that are used.
  enum Field {
    case type, id, name, description, pattern, patternType, validFrom, validUntil, confidence
    case revoked, modified, relationship, source, target
    case labels, indicatorTypes, markings, granularMarkings, killChain, references, definition

    /// The member with a name; nil for the many that are not used.
    init?(_ name: RawSpan) {
      switch name.byteCount {
      case 2: self.init(name, "id", .id)
      case 4: self.init(name, "type", .type, "name", .name)
      case 6: self.init(name, "labels", .labels)
      case 7: self.init(name, "pattern", .pattern, "revoked", .revoked)
      case 8: self.init(name, "modified", .modified)
      case 10:
        if let end = Field(name, "source_ref", .source, "target_ref", .target) {
          self = end
        } else if let rest = Field(name, "valid_from", .validFrom, "confidence", .confidence) {
          self = rest
        } else {
          self.init(name, "definition", .definition, "extensions", .definition)
        }
      case 11: self.init(name, "description", .description, "valid_until", .validUntil)
      case 12: self.init(name, "pattern_type", .patternType)
      case 15: self.init(name, "indicator_types", .indicatorTypes)
      case 17:
        if let marking = Field(name, "granular_markings", .granularMarkings) {
          self = marking
        } else {
          self.init(name, "relationship_type", .relationship, "kill_chain_phases", .killChain)
        }
      case 19:
        self.init(name, "object_marking_refs", .markings, "external_references", .references)
      default: return nil
      }
    }

    /// One of two members whose names are as long as this one.
    private init?(
      _ name: RawSpan, _ first: StaticString, _ field: Field, _ second: StaticString = "",
      _ other: Field = .type
    ) {
      if name.starts(with: first) {
        self = field
      } else if second.utf8CodeUnitCount > 0, name.starts(with: second) {
        self = other
      } else {
        return nil
      }
    }
  }

  var arena: [UInt8] = []
  private(set) var type, id, name, description, pattern, patternType: Range<Int>?
  private(set) var validFrom, validUntil, confidence, modified: Range<Int>?
  private(set) var relationship, source, target: Range<Int>?
  private(set) var isRevoked = false
  var reference, level: Range<Int>?
  var labels: [Range<Int>] = []
  var markings: [Range<Int>] = []
  var attack: [Range<Int>] = []

  /// Empties the object and keeps its memory.
  mutating func removeAll() {
    arena.removeAll(keepingCapacity: true)
    labels.removeAll(keepingCapacity: true)
    markings.removeAll(keepingCapacity: true)
    attack.removeAll(keepingCapacity: true)
    (type, id, name, description, pattern, patternType) = (nil, nil, nil, nil, nil, nil)
    (validFrom, validUntil, confidence, modified) = (nil, nil, nil, nil)
    (relationship, source, target, reference, level) = (nil, nil, nil, nil, nil)
    isRevoked = false
  }

  /// Whether its types say `benign` and none says that it is bad.
  var isBenign: Bool {
    let bad: [StaticString] = ["malicious-activity", "compromised", "attribution"]
    return labels.contains { text($0, is: "benign") }
      && !labels.contains { label in bad.contains { text(label, is: $0) } }
  }

  /// Types of values that were seen, which a producer need not consider malicious (STIX 2.1 §6).
  private static let observables: [StaticString] = [
    "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "file", "mutex",
    "windows-registry-key", "x509-certificate",
  ]

  /// Whether the object is a value that was seen.
  var isObservable: Bool {
    guard let type else { return false }
    return Self.isObservable(arena.rawSpan.extracting(type))
  }

  /// Whether an object of a type is a value that was seen.
  static func isObservable(_ type: RawSpan) -> Bool {
    observables.contains { type.byteCount == $0.utf8CodeUnitCount && type.starts(with: $0) }
  }

  /// Whether the text in a range of the arena is `word`.
  func text(_ range: Range<Int>, is word: StaticString) -> Bool {
    range.count == word.utf8CodeUnitCount
      && arena.rawSpan.starts(with: word, at: range.lowerBound)
  }

  mutating func set(_ field: Field, _ range: Range<Int>) {
    switch field {
    case .type: type = range
    case .id: id = range
    case .name: name = range
    case .description: description = range
    case .pattern: pattern = range
    case .patternType: patternType = range
    case .validFrom: validFrom = range
    case .validUntil: validUntil = range
    case .confidence: confidence = range
    case .modified: modified = range
    case .revoked: isRevoked = arena[range].elementsEqual("true".utf8)
    case .relationship: relationship = range
    case .source: source = range
    case .target: target = range
    case .labels, .indicatorTypes, .markings, .granularMarkings, .killChain, .references,
      .definition:
      break
    }
  }
}
