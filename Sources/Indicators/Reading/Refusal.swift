/// Why a value is not let in as an indicator, or has no normal form.
///
/// The raw value is what users see.
public enum Refusal: String, Sendable, CaseIterable {
  /// Nothing is left after trimming.
  case empty = "empty"
  /// No shape of an indicator.
  case notAnIndicator = "not-an-indicator"
  /// The feed declares a kind, and the value has no shape that fits it.
  case kindMismatch = "kind-mismatch"
  /// Longer than a value of its kind can be.
  case tooLong = "too-long"
  /// A text or file name too short to be looked for.
  case tooShort = "too-short"
  /// White space in the middle of a URL.
  case whiteSpaceInside = "white-space-inside"
  /// A control character in the middle.
  case controlCharacter = "control-character"
  /// Bytes that are not UTF-8.
  case invalidUTF8 = "invalid-utf-8"

  /// `*` where it has no meaning.
  case wildcardInside = "wildcard-inside"
  /// A name with a byte that names cannot have.
  case badName = "bad-name"
  /// An empty label.
  case emptyLabel = "empty-label"
  /// A label of more than 63 bytes.
  case labelTooLong = "label-too-long"
  /// A name of more than 253 bytes.
  case nameTooLong = "name-too-long"
  /// A name that UTS 46 does not allow.
  case badInternationalName = "bad-international-name"
  /// A name of one label.
  case singleLabel = "single-label"
  /// A name whose last label is a number: an address gone wrong.
  case numericLastLabel = "numeric-last-label"
  /// A suffix under which the public registers names (ICANN section of the list).
  case publicSuffix = "public-suffix"

  /// A port that is no number from 1 to 65535.
  case badPort = "bad-port"
  /// A prefix length beyond the address's bits.
  case prefixTooLong = "prefix-too-long"
  /// A prefix that covers too much: IPv4 /0–/7, IPv6 /0–/15.
  case prefixTooShort = "prefix-too-short"
  /// Host bits are set below a prefix that is so short that they cannot be a slip.
  case hostBitsSet = "host-bits-set"
  /// A range whose end is below its start.
  case rangeReversed = "range-reversed"
  /// A range whose end is its last number alone, `192.0.2.0-255`: both ends have to be addresses.
  case shortenedRange = "shortened-range"
  /// A range of more than 2²⁴ addresses.
  case rangeTooLarge = "range-too-large"
  /// Loopback, link-local, multicast and the like.
  case reservedAddress = "reserved-address"
  /// RFC 1918, 100.64/10, fc00::/7.
  case privateAddress = "private-address"

  /// A URL whose host is neither a name nor an address.
  case badHost = "bad-host"
  /// A URL without host.
  case pathOnly = "path-only"
  /// A URL that ends in `…`, cut to be shown.
  case truncatedURL = "truncated-url"
  /// A URL prefix with less than two bytes of path.
  case urlPrefixTooShort = "url-prefix-too-short"
  /// A local part that an e-mail address cannot have.
  case badLocalPart = "bad-local-part"

  /// A digest cut in the middle.
  case shortenedHash = "shortened-hash"
  /// Hexadecimal digits in a number that no supported digest has.
  case badHashLength = "bad-hash-length"
  /// The digest of the empty file.
  case knownEmptyHash = "known-empty-hash"
  /// The digest of a file that is harmless and everywhere: one newline, the EICAR test file.
  case knownHarmlessHash = "known-harmless-hash"
}

/// A remark about a value that was let in.
///
/// The raw value is what users see.
package enum Lint: String, Sendable, CaseIterable {
  /// An address reserved for documentation.
  case documentationRange = "documentation-range"
  /// Host bits below a prefix were cleared.
  case hostBitsCleared = "host-bits-cleared"
  /// A prefix that covers reserved or private addresses besides others.
  case coversSpecialAddresses = "covers-special-addresses"
  /// The last label is in no list of top-level domains.
  case unknownTopLevelDomain = "unknown-top-level-domain"
  /// A name whose last label is a file extension and no top-level domain: loaded as a file name.
  case fileName = "file-name"
  /// A suffix under which a company's customers get names: forced to exact.
  case privateSuffixExact = "private-suffix-exact"
  /// A name that good software or everybody asks for: forced to exact.
  case wellKnownName = "well-known-name"
  /// An address that good software or everybody asks: a public resolver, a root name server.
  case wellKnownAddress = "well-known-address"
  /// No protocol that a URL's scheme names is known: in most cases a slip, `hxp://`.
  case unknownScheme = "unknown-scheme"
  /// A fragment was dropped and the bare host is left of a URL.
  case fragmentDropped = "fragment-dropped"
  /// A port behind a name was dropped.
  case portDropped = "port-dropped"
  /// The value's shape decided against what the feed calls it.
  case kindByShape = "kind-by-shape"
  /// The digest's length decided against what the feed calls it.
  case kindByLength = "kind-by-length"
}
