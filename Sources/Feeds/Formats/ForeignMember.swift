import Parsing

/// Members of JSON whose names say that what they hold is no indicator of the record or the file.
enum ForeignMember {
  /// Parts of the names of lists of what is good.
  private static let good = Parts([
    "whitelist", "allowlist", "benign", "falsepositive", "legit", "goodware", "knowngood",
  ])

  /// Parts of the names of what is let through, which is no indicator.
  private static let harmless = Parts(["allowed", "clean", "good", "safe", "trusted", "fuzzylist"])

  /// Parts of the names of lists of what is bad.
  private static let bad = Parts([
    "blacklist", "blocklist", "denylist", "banlist", "blocked", "denied", "banned", "disallowed",
  ])

  /// Whole names of lists of what is let through, and of what is not.
  private static let permissions: Set<String> = ["allow", "permit", "permitted", "white", "fuzzy"]
  private static let prohibitions: Set<String> = ["deny", "block", "black", "ban", "malicious"]

  /// Parts of the names of what is no indicator, or none any more, or none of the record.
  private static let others = Parts([
    "expired", "revoked", "retired", "removed",
    "deleted", "inactive", "withdrawn", "deprecated", "exclu", "ignore", "exempt", "internal",
    "parent", "decoy", "signed", "related", "victim", "target", "reference", "whois", "registra",
    "contact", "reporter", "author",
  ])

  /// Parts of the names of columns whose values are those of victims, or of who looks at them.
  private static let victims = Parts(["victim", "sensor", "sinkhole", "honeypot"])

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
    return names.contains(Text.key(part)) || good.occur(in: part) || harmless.occur(in: part)
      || others.occur(in: part)
      || firstWords.contains { isFirstWord($0, of: part) }
  }

  /// Whether a member's name says that it lists what is good.
  static func isGood(_ name: RawSpan) -> Bool { good.occur(in: name) }

  /// Whether a column's name says so, or that its values are those of victims or sensors.
  static func isOfOthers(_ name: RawSpan) -> Bool {
    isGood(name) || harmless.occur(in: name) || victims.occur(in: name)
  }

  /// Whether the name of a list says that it holds what is let through.
  static func isAllowed(_ name: RawSpan) -> Bool {
    good.occur(in: name) || harmless.occur(in: name) || permissions.contains(Text.key(name))
  }

  /// Whether the name of a list says that it holds what is not let through.
  static func isDenied(_ name: RawSpan) -> Bool {
    bad.occur(in: name) || prohibitions.contains(Text.key(name))
  }

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
    /// what `un` or `dis` denies is none: `unsafe_files`.
    func occur(in name: RawSpan) -> Bool {
      name.byteOffsets.contains { offset in
        if name.starts(ignoringCase: "un", at: offset - 2)
          || name.starts(ignoringCase: "dis", at: offset - 3)
        {
          return false
        }
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
