import Parsing

/// Finds plain keys, of which no rule knows anything: most keys in logs, and all those that the
/// input may make up to be different in each record.
///
/// A key is plain if its letters, in lower case, hold none of the words and endings of the rules.
/// It has no class of its own (`FieldClass`), and gives none to the fields below it. Some plain
/// keys are not found; they are looked at closely, as all others are.
enum PlainKey {
  /// What rules may know about a key.
  struct Look: OptionSet {
    let rawValue: UInt8

    /// Its class, or that of the fields below it.
    static let word = Look(rawValue: 1)
    /// Only that it is the name of an address or a port, which has a stem (`KeyStem`).
    static let stem = Look(rawValue: 2)
  }

  /// Bytes of a key that are read, as many as `KeyName` reads.
  private static let longest = 128

  /// Endings of a key's letters, and parts of them, that rules look for if they do not name it
  /// whole.
  private static let endings: [(word: [UInt8], says: Look)] =
    ["version", "oid", "alg", "algs", "algorithm", "algorithms"].map { (Array($0.utf8), .word) }
    + (["port", "portnumber", "portnum", "host"] + KeyStem.addressSuffixes.map { "\($0)" }).map {
      (letters($0), .stem)
    }
  private static let parts: [[UInt8]] = {
    // `ja` is that of `ja4`; labels of hashes may be a part of a key.
    let patterns = ["useragent", "software", "cipher", "serial", "kex", "ja", "hash"]
    let labels = HashLabel.words.keys.map { String(decoding: letters($0), as: UTF8.self) }
    var parts: [String] = []
    for part in (patterns + labels).sorted(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) })
    where !parts.contains(where: { KeyName.holds(part, $0) }) {
      parts.append(part)
    }
    return parts.map { Array($0.utf8) }
  }()

  private static func letters(_ word: String) -> [UInt8] {
    word.utf8.filter { Byte.isSmallLetter($0) }
  }

  /// A bit for each letter that a part begins with, and for each that an ending ends with.
  private static let firstLetters = parts.reduce(UInt32(0)) { $0 | bit($1[0]) }
  private static let lastLetters = endings.reduce(UInt32(0)) {
    $0 | bit($1.word[$1.word.count - 1])
  }

  /// A bit for each hash of a word's letters.
  private static let known: [UInt64] = {
    var table = [UInt64](repeating: 0, count: 1024)
    for word in KeyName.words {
      let place = place(of: letters(word).reduce(seed) { mix($0, $1) })
      table[place >> 6] |= 1 << UInt64(place & 63)
    }
    return table
  }()

  private static let seed: UInt64 = 0x9e37_79b9_7f4a_7c15

  @inline(__always)
  private static func mix(_ hash: UInt64, _ letter: UInt8) -> UInt64 {
    (hash ^ UInt64(letter)) &* 0xff51_afd7_ed55_8ccd
  }

  @inline(__always)
  private static func place(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 48) }

  @inline(__always)
  private static func bit(_ letter: UInt8) -> UInt32 { 1 << UInt32(letter &- 0x61) }

  /// Whether a rule may name a word with this hash.
  @inline(__always)
  private static func isKnown(_ hash: UInt64) -> Bool {
    let place = place(of: hash)
    return known[place >> 6] >> UInt64(place & 63) & 1 != 0
  }

  /// What rules may know about a key.
  static func look(_ key: RawSpan) -> Look {
    let key = key.withoutColumnType()
    var letters = InlineArray<128, UInt8>(repeating: 0)
    var count = 0
    var hash = seed
    // The last two bytes of ASCII.
    var (before, last): (UInt8, UInt8) = (0, 0)
    // Where the last component of a path begins, and the hash of its letters.
    var component = 0
    var part = seed
    for offset in 0..<min(key.byteCount, longest) {
      let byte = key.byte(unchecked: offset)
      if byte >= 0x80 { continue }
      if byte == Byte.dot {
        if isKnown(part) || isWordOfPath(letters, component..<count) { return .word }
        component = count
        part = seed
      }
      (before, last) = (last, byte)
      let letter = byte | 0x20
      guard Byte.isSmallLetter(letter), byte &- 0x41 < 58 else { continue }
      letters[count] = letter
      count += 1
      hash = mix(hash, letter)
      part = mix(part, letter)
    }
    var look: Look = []
    // Zeek's ends of a connection.
    if last | 0x20 == UInt8(ascii: "p") || last | 0x20 == UInt8(ascii: "h"),
      before == UInt8(ascii: "_") || before == Byte.dot || before == UInt8(ascii: "-")
    {
      look = .stem
    }
    if count == 0 { return look }
    if isKnown(hash) { return .word }
    if component > 0, isKnown(part) || isWordOfPath(letters, component..<count) { return .word }
    if lastLetters & bit(letters[count - 1]) != 0 {
      for ending in endings
      where holds(letters, count, ending.word, at: count - ending.word.count) {
        look.formUnion(ending.says)
      }
    }
    for start in 0..<count where firstLetters & bit(letters[start]) != 0 {
      for part in parts where holds(letters, count, part, at: start) { return .word }
    }
    return look
  }

  /// Whether a component of a dotted key is `ua` or has an ending that tells something about its
  /// class.
  private static func isWordOfPath(
    _ letters: borrowing InlineArray<128, UInt8>, _ range: Range<Int>
  ) -> Bool {
    if range.count == 2, holds(letters, range.upperBound, [0x75, 0x61], at: range.lowerBound) {
      return true
    }
    for ending in endings where ending.says == .word && ending.word.count <= range.count {
      let start = range.upperBound - ending.word.count
      if holds(letters, range.upperBound, ending.word, at: start) { return true }
    }
    return false
  }

  private static func holds(
    _ letters: borrowing InlineArray<128, UInt8>, _ count: Int, _ word: [UInt8], at start: Int
  ) -> Bool {
    guard start >= 0, word.count <= count - start else { return false }
    for index in word.indices where letters[start + index] != word[index] { return false }
    return true
  }
}
