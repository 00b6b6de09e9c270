import Indicators
import Parsing

/// Flags of an entry in the image.
struct EntryFlags: OptionSet, Sendable {
  let rawValue: UInt8

  /// ASCII letters of a text literal match in either case.
  static let ignoresCase = EntryFlags(rawValue: 1)
  /// The entry shares its lookup key with the entry before it.
  static let continuesRun = EntryFlags(rawValue: 2)
  /// Some source takes part without `--weak`.
  static let hasStrongSource = EntryFlags(rawValue: 4)
  /// Some source is of a feed that blocks.
  static let hasBlockingSource = EntryFlags(rawValue: 8)

  static let known = EntryFlags(rawValue: 15)
}

/// What an entry is besides its value, 8 bytes.
///
///     0   2    port of a joint entry, or 0
///     2   1    kind
///     3   1    mode
///     4   1    network prefix length
///     5   1    length of a URL's scheme with its `://`
///     6   1    flags (`EntryFlags`)
///     7   1    flags of all its sources, or-ed (`SourceFlags`)
struct EntryHead: Equatable {
  static let size = 8

  /// The eight bytes as a little-endian number.
  var rawValue: UInt64

  @inline(__always)
  init(rawValue: UInt64) { self.rawValue = rawValue }

  init(
    _ kind: IndicatorKind, _ attributes: EntryAttributes, _ flags: EntryFlags,
    _ sourceFlags: SourceFlags
  ) {
    rawValue =
      UInt64(attributes.port) | UInt64(kind.rawValue) << 16
      | UInt64(attributes.mode.rawValue) << 24 | UInt64(attributes.prefixLength) << 32
      | UInt64(UInt8(truncatingIfNeeded: attributes.schemeLength)) << 40
      | UInt64(flags.rawValue) << 48 | UInt64(sourceFlags.rawValue) << 56
  }

  var port: UInt16 { UInt16(truncatingIfNeeded: rawValue) }
  var kind: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 16) }
  var mode: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 24) }
  var prefixLength: Int { Int(UInt8(truncatingIfNeeded: rawValue >> 32)) }
  var schemeLength: Int { Int(UInt8(truncatingIfNeeded: rawValue >> 40)) }
  var flags: EntryFlags { EntryFlags(rawValue: UInt8(truncatingIfNeeded: rawValue >> 48)) }
  var sourceFlags: SourceFlags { SourceFlags(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56)) }
}

/// Facts about one kind, 48 bytes.
///
///     0   4    kind
///     4   4    first entry
///     8   4    number of entries
///     12  4    number of keys in its lookup structure
///     16  4    length of its longest comparison key
///     20  4    flags: bit 0 = some entry has a strong source
///     24  8    names: label counts of all entries; file names: separator counts (bit n: n of
///              them, bit 63: more)
///     32  8    names: label counts of the entries that cover subdomains
///     40  4    first of its heads
///     44  4    number of its heads
enum KindLayout {
  static let size = 48
}

/// A feed, 32 bytes: name, format (strings), flags (bit 0: allow list), zero, entries, indicators.
enum FeedLayout {
  static let size = 32
}

/// The file of a feed, 24 bytes: XXH3 of its bytes (low and high half), length; zeros if not known.
enum InputLayout {
  static let size = 24
}

/// A refusal, 16 bytes: feed, reason (string), count.
enum RefusalLayout {
  static let size = 16
}

/// How many entries of one kind a feed has, 16 bytes: feed, kind, count.
enum FeedKindLayout {
  static let size = 16
}

/// A pair of feed and context, 8 bytes.
enum OriginLayout {
  static let size = 8
}

/// A context, 56 bytes.
///
///     0   4×3  id, description, reference (strings)
///     12  4×4  labels, attack, malware, actors (lists)
///     28  1    confidence
///     29  1    traffic light
///     30  1    flags (`SourceFlags`)
///     31  1    zero
///     32  8×2  validity in nanoseconds since 1970
///     48  4    joint condition (string), or 0
///     52  1    which member of the condition
///     53  1    number of its members
///     54  2    the responder's port that it asks for besides them, or 0
enum ContextLayout {
  static let size = 56
}

/// Values that an entry of each kind may have; shared by the compiler and `verify`.
enum EntryRules {
  /// Every kind, made once: `allCases` makes an array each time.
  static let kinds = IndicatorKind.allCases

  /// Whether letters of the kind's values compare equal in either case, so that normal forms are
  /// lower case.
  static func ignoresCase(_ kind: IndicatorKind) -> Bool {
    switch kind {
    case .domain, .email, .filename, .ja4, .registryKey: true
    default: false
    }
  }

  /// Whether the kind's entries are found by their keys, and not by prefix or in a stream.
  static func hasKeys(_ kind: IndicatorKind) -> Bool {
    switch kind {
    case .ipv4, .ipv6, .text: false
    default: true
    }
  }

  /// The length in bytes of the longest value that is let in.
  static func maximumLength(_ kind: IndicatorKind) -> Int {
    switch kind {
    case .text: DatabaseFormat.maximumLiteralLength
    // 253 bytes, of which each may be escaped as `\DDD`.
    case .domain: 1012
    case .filename: 4096
    default: DatabaseFormat.maximumValueLength
    }
  }

  /// Number of labels in a name: dots that are not escaped, plus one.
  static func labelCount(_ name: RawSpan) -> Int {
    if let masks = NameMasks(name) { return masks.labelCount }
    var labels = 1
    var isEscaped = false
    for offset in name.byteOffsets {
      let byte = name.byte(at: offset)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: ".") {
        labels += 1
      }
    }
    return labels
  }

  /// What separates the parts of a path in its normal form.
  static let separator = UInt8(ascii: "\\")

  /// Number of separators in a path's normal form.
  static func separatorCount(_ path: RawSpan) -> Int {
    var count = 0
    for offset in path.byteOffsets where path.byte(at: offset) == separator { count += 1 }
    return count
  }

  /// The most separators of a file name: bounds how many tails of a path are looked up.
  static let maximumSeparators = 62

  /// The bit that stands for a count: bit 63 for 63 and more.
  @inline(__always)
  static func bit(_ count: Int) -> UInt64 { 1 << UInt64(min(count, 63)) }
}
