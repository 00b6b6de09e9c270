import Indicators
import Parsing

/// Traffic Light Protocol markings as feeds write them.
enum Marking {
  /// The level that `tlp:amber`, `TLP:AMBER+STRICT`, `White` and the like mean.
  static func tlp(_ text: ArraySlice<UInt8>) -> TLP? {
    var name = text.map { Byte.lowercased($0) }
    if name.starts(with: "tlp".utf8) {
      name.removeFirst(3)
      while let first = name.first, !Byte.isAlphanumeric(first) { name.removeFirst() }
    }
    return switch String(decoding: name, as: UTF8.self) {
    case "white", "clear": .clear
    case "green": .green
    case "amber": .amber
    case "amber+strict", "amber_strict", "amber-strict", "amber strict": .amberStrict
    case "red": .red
    default: nil
    }
  }

  /// The strictest level that a cell names, which may hold markings of other sorts as well.
  static func strictest(_ cell: RawSpan) -> TLP? {
    let bytes = cell.copied(0..<cell.byteCount)
    if let only = tlp(bytes[...]) { return only }
    var strictest: TLP?
    for range in TagList.tags(of: cell) {
      if let level = tlp(bytes[range]) { strictest = max(strictest ?? level, level) }
    }
    return strictest
  }

  /// Identifiers of the marking definitions of STIX, TLP 2.0 and 1.0.
  static let wellKnown: [(String, TLP)] = [
    ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", .clear),
    ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", .green),
    ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", .amber),
    ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", .amberStrict),
    ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", .red),
    ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", .clear),
    ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", .green),
    // Amber of TLP 1.0 may be either level of 2.0: the stricter one is taken.
    ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", .amberStrict),
    ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", .red),
  ]
}

/// Identifiers of MITRE ATT&CK techniques.
enum Technique {
  /// Whether text is `T1071` or `T1071.004`.
  static func isIdentifier(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count == 5 || text.count == 9, text.first == UInt8(ascii: "T") else { return false }
    let digits = text.dropFirst()
    return digits.prefix(4).allSatisfy { Byte.isDigit($0) }
      && (text.count == 5
        || digits.dropFirst(4).first == Byte.dot
          && digits.dropFirst(5).allSatisfy { Byte.isDigit($0) })
  }

  /// The identifier at the end of a name such as `Web Protocols - T1071.001`, or nil.
  static func identifier(endOf text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    for count in [5, 9] where text.count >= count {
      let tail = text.suffix(count)
      if isIdentifier(tail),
        tail.startIndex == text.startIndex
          || !Byte.isAlphanumeric(text[tail.startIndex - 1])
      {
        return tail
      }
    }
    return nil
  }
}
