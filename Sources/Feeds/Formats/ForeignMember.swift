import Parsing

/// Members of JSON whose names say that what they hold is no indicator of the record or the file.
enum ForeignMember {
  /// Parts of the names of lists of what is good.
  private static let good = Parts([
    "whitelist", "allowlist", "benign", "falsepositive", "legit", "goodware", "knowngood",
  ])

  /// Parts of the names of what is no indicator, or none any more, or none of the record.
  private static let others = Parts([
    "allowed", "clean", "good", "safe", "trusted", "expired", "revoked", "retired", "removed",
    "deleted", "inactive", "withdrawn", "deprecated", "exclu", "ignore", "exempt", "internal",
    "parent", "decoy", "signed", "related", "victim", "target", "reference", "whois", "registra",
    "contact", "reporter", "author",
  ])

  /// Short words that say so only at a name's beginning: `fp_iocs`, `oldSamples`.
  private static let firstWords: [StaticString] = ["fp", "old"]

  /// Names of members that tell of the record, its publisher or its pages.
  private static let names: Set<String> = [
    "links", "link", "refs", "ref", "meta", "metadata", "source", "sources", "publisher", "creator",
    "createdby", "owner", "org", "organization", "organisation", "company", "geo", "geoip", "asn",
    "as", "isp", "screenshot", "screenshots", "pagination", "request", "query", "license",
  ]

  /// Whether a member's name says so; of a name with dots the last part counts.
  static func fits(_ name: RawSpan) -> Bool {
    let dot = name.byteOffsets.last { name.byte(unchecked: $0) == Byte.dot }
    let part = name.extracting((dot.map { $0 + 1 } ?? 0)..<name.byteCount)
    return names.contains(Text.key(part)) || good.occur(in: part) || others.occur(in: part)
      || firstWords.contains { isFirstWord($0, of: part) }
  }

  /// Whether a member's name says that it lists what is good.
  static func isGood(_ name: RawSpan) -> Bool { good.occur(in: name) }

  /// Whether a name begins with a word, which ends where the case or the character's sort changes.
  private static func isFirstWord(_ word: StaticString, of name: RawSpan) -> Bool {
    let end = word.utf8CodeUnitCount
    guard name.starts(ignoringCase: word) else { return false }
    guard end < name.byteCount else { return true }
    let (last, next) = (name.byte(unchecked: end - 1), name.byte(unchecked: end))
    return !Byte.isAlphanumeric(next)
      || last == Byte.lowercased(last) && next != Byte.lowercased(next)
  }

  /// Lower-case words of ASCII letters by their first ones, to be found in names in one pass.
  private struct Parts {
    private var words: [[StaticString]]

    init(_ all: [StaticString]) {
      words = Array(repeating: [], count: 256)
      // SAFETY: each word has a first byte.
      for word in all { unsafe words[Int(word.utf8Start[0])].append(word) }
    }

    /// Whether one is part of a name, in any case, also with other characters inside: `white_list`;
    /// what `un` denies is none: `unsafe_files`.
    func occur(in name: RawSpan) -> Bool {
      name.byteOffsets.contains { offset in
        if offset >= 2, name.starts(ignoringCase: "un", at: offset - 2) { return false }
        return words[Int(Byte.lowercased(name.byte(unchecked: offset)))].contains {
          Self.stands($0, in: name, at: offset)
        }
      }
    }

    private static func stands(_ word: StaticString, in name: RawSpan, at start: Int) -> Bool {
      var found = 0
      for offset in start..<name.byteCount {
        let byte = name.byte(unchecked: offset)
        guard Byte.isAlphanumeric(byte) else { continue }
        // SAFETY: fewer bytes than the word has were found.
        guard unsafe word.utf8Start[found] == Byte.lowercased(byte) else { return false }
        found += 1
        if found == word.utf8CodeUnitCount { return true }
      }
      return false
    }
  }
}
