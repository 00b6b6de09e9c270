import Indicators

/// Strings, lists, contexts and origins as they go into the image.
///
/// Only what is referenced is written, in the order of first use, so that the collection's own
/// numbering leaves no trace.
struct ContextTables {
  private(set) var strings: [UInt8] = []
  private(set) var stringEnds: [UInt64] = [0]
  private(set) var lists: [UInt8] = []
  private(set) var listEnds: [UInt64] = [0]
  private(set) var contexts: [UInt8] = []
  private(set) var origins: [UInt8] = []

  /// New numbers by the collection's numbers, 0 where unused; the empty string and list stay 0.
  private var stringNumbers: [UInt32]
  private var listNumbers: [UInt32]
  /// The same for contexts, plus one.
  private var contextNumbers: [UInt32]
  /// The first origin of each context: the number of its feed plus one (0 while there is none), and
  /// its own number.
  private var firstOrigins: [(feed: UInt32, number: UInt32)]
  /// The origins of contexts with further feeds, by feed and context.
  private var originNumbers: [UInt64: UInt32] = [:]
  private var lastOrigin: (key: UInt64, number: UInt32) = (.max, 0)
  /// Strings that come from outside the collection's pool (reasons, names of feeds).
  private var ownStrings: [String: UInt32] = [:]

  init(_ collection: IndicatorCollection) {
    stringNumbers = Array(repeating: 0, count: collection.strings.count)
    listNumbers = Array(repeating: 0, count: collection.lists.count)
    contextNumbers = Array(repeating: 0, count: collection.contexts.count)
    firstOrigins = Array(repeating: (0, 0), count: collection.contexts.count)
  }

  var stringCount: Int { stringEnds.count }
  var listCount: Int { listEnds.count }
  var contextCount: Int { contexts.count / ContextLayout.size }
  var originCount: Int { origins.count / OriginLayout.size }

  /// The number of a string that is not in the collection's pool.
  mutating func number(of string: String) -> UInt32 {
    if string.isEmpty { return 0 }
    if let known = ownStrings[string] { return known }
    let number = appendString(Array(string.utf8)[...])
    ownStrings[string] = number
    return number
  }

  /// The number of a pair of feed and context.
  mutating func origin(
    feed: UInt32, context: UInt32, of collection: IndicatorCollection
  ) -> UInt32 {
    let key = UInt64(feed) << 32 | UInt64(context)
    if lastOrigin.key == key { return lastOrigin.number }
    let first = firstOrigins[Int(context)]
    let number: UInt32
    if first.feed == feed + 1 {
      number = first.number
    } else if first.feed != 0, let known = originNumbers[key] {
      number = known
    } else {
      number = UInt32(originCount)
      let contextNumber = self.number(ofContext: context, of: collection)
      origins.append(feed)
      origins.append(contextNumber)
      if first.feed == 0 {
        firstOrigins[Int(context)] = (feed + 1, number)
      } else {
        originNumbers[key] = number
      }
    }
    lastOrigin = (key, number)
    return number
  }

  private mutating func number(
    ofContext context: UInt32, of collection: IndicatorCollection
  ) -> UInt32 {
    let old = Int(context)
    if contextNumbers[old] != 0 { return contextNumbers[old] - 1 }
    let source = collection.contexts[old]
    let number = UInt32(contextCount)
    contextNumbers[old] = number + 1
    // In the order of the layout; numbers are given in the order of first use.
    contexts.append(self.number(ofString: source.id, of: collection))
    contexts.append(self.number(ofString: source.description, of: collection))
    contexts.append(self.number(ofString: source.reference, of: collection))
    contexts.append(self.number(ofList: source.labels, of: collection))
    contexts.append(self.number(ofList: source.attack, of: collection))
    contexts.append(self.number(ofList: source.malware, of: collection))
    contexts.append(self.number(ofList: source.actors, of: collection))
    let condition = self.number(ofString: source.condition, of: collection)
    contexts.append(source.confidence)
    contexts.append(source.tlp.rawValue)
    contexts.append(source.flags.rawValue)
    contexts.append(UInt8(0))
    contexts.append(source.validFrom)
    contexts.append(source.validUntil)
    contexts.append(condition)
    contexts.append(source.conditionMember)
    contexts.append(source.conditionCount)
    contexts.append(source.conditionPort)
    return number
  }

  private mutating func number(
    ofString string: StringID, of collection: IndicatorCollection
  ) -> UInt32 {
    let old = Int(string)
    guard old != 0, old < stringNumbers.count else { return 0 }
    if stringNumbers[old] == 0 {
      stringNumbers[old] = appendString(collection.strings.bytes(string))
    }
    return stringNumbers[old]
  }

  private mutating func number(
    ofList list: StringListID, of collection: IndicatorCollection
  ) -> UInt32 {
    let old = Int(list)
    guard old != 0, old < listNumbers.count else { return 0 }
    if listNumbers[old] != 0 { return listNumbers[old] }
    for string in collection.lists[old] {
      lists.append(number(ofString: string, of: collection))
    }
    let number = UInt32(listCount)
    listEnds.append(UInt64(lists.count / 4))
    listNumbers[old] = number
    return number
  }

  private mutating func appendString(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    strings.append(contentsOf: bytes)
    let number = UInt32(stringCount)
    stringEnds.append(UInt64(strings.count))
    return number
  }
}

/// The order of contexts by what they say, whatever their numbers are.
struct ContextOrder {
  let collection: IndicatorCollection

  /// Whether the first context comes before the second; false for equal ones.
  func precedes(_ left: UInt32, _ right: UInt32) -> Bool {
    if left == right { return false }
    let (a, b) = (collection.contexts[Int(left)], collection.contexts[Int(right)])
    for (x, y) in [(a.id, b.id), (a.description, b.description), (a.reference, b.reference)] {
      if let order = order(x, y) { return order }
    }
    for (x, y) in [
      (a.labels, b.labels), (a.attack, b.attack), (a.malware, b.malware), (a.actors, b.actors),
    ] {
      if let order = listOrder(x, y) { return order }
    }
    if a.validFrom != b.validFrom { return a.validFrom < b.validFrom }
    if a.validUntil != b.validUntil { return a.validUntil < b.validUntil }
    if a.confidence != b.confidence { return a.confidence < b.confidence }
    if a.tlp != b.tlp { return a.tlp < b.tlp }
    if let order = order(a.condition, b.condition) { return order }
    if a.conditionCount != b.conditionCount { return a.conditionCount < b.conditionCount }
    if a.conditionMember != b.conditionMember { return a.conditionMember < b.conditionMember }
    if a.conditionPort != b.conditionPort { return a.conditionPort < b.conditionPort }
    return a.flags.rawValue < b.flags.rawValue
  }

  private func order(_ left: StringID, _ right: StringID) -> Bool? {
    if left == right { return nil }
    let (a, b) = (collection.strings.bytes(left), collection.strings.bytes(right))
    if a.elementsEqual(b) { return nil }
    return a.lexicographicallyPrecedes(b)
  }

  private func listOrder(_ left: StringListID, _ right: StringListID) -> Bool? {
    if left == right { return nil }
    let (a, b) = (collection.lists[Int(left)], collection.lists[Int(right)])
    for (x, y) in zip(a, b) {
      if let order = order(x, y) { return order }
    }
    return a.count == b.count ? nil : a.count < b.count
  }
}
