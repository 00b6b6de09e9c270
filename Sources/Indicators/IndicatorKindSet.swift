/// A set of indicator kinds.
public struct IndicatorKindSet: OptionSet, Sendable, Hashable {
  /// Bit n stands for the kind with raw value n.
  public let rawValue: UInt64

  /// A set from its bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The set that holds one kind.
  public init(_ kind: IndicatorKind) { rawValue = 1 << UInt64(kind.rawValue) }

  /// The set of the kinds given.
  public init(_ kinds: some Sequence<IndicatorKind>) {
    rawValue = kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }

  /// Every kind.
  public static let all = IndicatorKindSet(IndicatorKind.allCases)

  /// Whether the kind is in the set.
  public func contains(_ kind: IndicatorKind) -> Bool {
    rawValue >> UInt64(kind.rawValue) & 1 != 0
  }
}

extension IndicatorKindSet {
  /// The set that holds `IndicatorKind.ipv4`.
  public static let ipv4 = IndicatorKindSet(IndicatorKind.ipv4)
  /// The set that holds `IndicatorKind.ipv6`.
  public static let ipv6 = IndicatorKindSet(IndicatorKind.ipv6)
  /// The set that holds `IndicatorKind.domain`.
  public static let domain = IndicatorKindSet(IndicatorKind.domain)
  /// The set that holds `IndicatorKind.url`.
  public static let url = IndicatorKindSet(IndicatorKind.url)
  /// The set that holds `IndicatorKind.email`.
  public static let email = IndicatorKindSet(IndicatorKind.email)
  /// The set that holds `IndicatorKind.md5`.
  public static let md5 = IndicatorKindSet(IndicatorKind.md5)
  /// The set that holds `IndicatorKind.sha1`.
  public static let sha1 = IndicatorKindSet(IndicatorKind.sha1)
  /// The set that holds `IndicatorKind.sha224`.
  public static let sha224 = IndicatorKindSet(IndicatorKind.sha224)
  /// The set that holds `IndicatorKind.sha256`.
  public static let sha256 = IndicatorKindSet(IndicatorKind.sha256)
  /// The set that holds `IndicatorKind.sha384`.
  public static let sha384 = IndicatorKindSet(IndicatorKind.sha384)
  /// The set that holds `IndicatorKind.sha512`.
  public static let sha512 = IndicatorKindSet(IndicatorKind.sha512)
  /// The set that holds `IndicatorKind.imphash`.
  public static let imphash = IndicatorKindSet(IndicatorKind.imphash)
  /// The set that holds `IndicatorKind.filename`.
  public static let filename = IndicatorKindSet(IndicatorKind.filename)
  /// The set that holds `IndicatorKind.userAgent`.
  public static let userAgent = IndicatorKindSet(IndicatorKind.userAgent)
  /// The set that holds `IndicatorKind.ja3`.
  public static let ja3 = IndicatorKindSet(IndicatorKind.ja3)
  /// The set that holds `IndicatorKind.ja3s`.
  public static let ja3s = IndicatorKindSet(IndicatorKind.ja3s)
  /// The set that holds `IndicatorKind.ja4`.
  public static let ja4 = IndicatorKindSet(IndicatorKind.ja4)
  /// The set that holds `IndicatorKind.hassh`.
  public static let hassh = IndicatorKindSet(IndicatorKind.hassh)
  /// The set that holds `IndicatorKind.hasshServer`.
  public static let hasshServer = IndicatorKindSet(IndicatorKind.hasshServer)
  /// The set that holds `IndicatorKind.certificateSHA1`.
  public static let certificateSHA1 = IndicatorKindSet(IndicatorKind.certificateSHA1)
  /// The set that holds `IndicatorKind.certificateSHA256`.
  public static let certificateSHA256 = IndicatorKindSet(IndicatorKind.certificateSHA256)
  /// The set that holds `IndicatorKind.text`.
  public static let text = IndicatorKindSet(IndicatorKind.text)
  /// The set that holds `IndicatorKind.registryKey`.
  public static let registryKey = IndicatorKindSet(IndicatorKind.registryKey)
  /// The set that holds `IndicatorKind.mutex`.
  public static let mutex = IndicatorKindSet(IndicatorKind.mutex)
  /// The set that holds `IndicatorKind.pipe`.
  public static let pipe = IndicatorKindSet(IndicatorKind.pipe)
}
