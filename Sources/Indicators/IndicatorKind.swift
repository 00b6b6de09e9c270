/// What sort of value an indicator or an observable is.
///
/// The raw values are part of the database file's format and follow the order of the outside
/// contract, which is also the order of observables at one place: never renumber, only append.
@frozen
public enum IndicatorKind: UInt8, Sendable, CaseIterable, Comparable {
  case ipv4 = 0
  case ipv6
  case domain
  case url
  case email
  case md5
  case sha1
  case sha224
  case sha256
  case sha384
  case sha512
  case imphash
  case filename
  case userAgent
  case ja3
  case ja3s
  case ja4
  case hassh
  case hasshServer
  case certificateSHA1
  case certificateSHA256
  case text
  case registryKey
  case mutex
  case pipe

  /// The name used in every output and option: lower case, words joined by `-`.
  public var name: String {
    switch self {
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .domain: "domain"
    case .url: "url"
    case .email: "email"
    case .md5: "md5"
    case .sha1: "sha1"
    case .sha224: "sha224"
    case .sha256: "sha256"
    case .sha384: "sha384"
    case .sha512: "sha512"
    case .imphash: "imphash"
    case .filename: "filename"
    case .userAgent: "user-agent"
    case .ja3: "ja3"
    case .ja3s: "ja3s"
    case .ja4: "ja4"
    case .hassh: "hassh"
    case .hasshServer: "hassh-server"
    case .certificateSHA1: "certificate-sha1"
    case .certificateSHA256: "certificate-sha256"
    case .text: "text"
    case .registryKey: "registry-key"
    case .mutex: "mutex"
    case .pipe: "pipe"
    }
  }

  /// The kind with this output name, or nil.
  public init?(name: String) {
    guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = kind
  }

  /// Length of the normal form in bytes, or nil if it varies between values of the kind.
  ///
  /// Addresses are 4 and 16 bytes in network order; digests are the raw bytes, not their hex.
  public var fixedWidth: Int? {
    switch self {
    case .ipv4: 4
    case .ipv6, .md5, .imphash, .ja3, .ja3s, .hassh, .hasshServer: 16
    case .sha1, .certificateSHA1: 20
    case .sha224: 28
    case .sha256, .certificateSHA256: 32
    case .sha384: 48
    case .sha512: 64
    default: nil
    }
  }

  /// True for kinds whose normal form is raw bytes that are printed as lower-case hex.
  public var isDigest: Bool {
    self != .ipv4 && self != .ipv6 && fixedWidth != nil
  }

  /// Whether the kind is a digest of a whole file, which is what an undeclared digest is taken for.
  var isFileDigest: Bool {
    switch self {
    case .md5, .sha1, .sha224, .sha256, .sha384, .sha512: true
    default: false
    }
  }

  /// Orders by raw value.
  public static func < (left: IndicatorKind, right: IndicatorKind) -> Bool {
    left.rawValue < right.rawValue
  }
}
