import Indicators
import Parsing

/// A value given by hand, read as the indicator that it would be.
struct AskedValue: Sendable {
  var asked: [UInt8]
  var kind: IndicatorKind
  /// The normal form in bytes.
  var bytes: [UInt8]
  var prefixLength: UInt8
  var port: UInt16
  var schemeLength: UInt16
  var mode: MatchMode?

  /// The normal form as it is printed.
  var text: [UInt8] {
    var text: [UInt8] = []
    ValueText.append(
      kind: kind, bytes: bytes.rawSpan, prefixLength: prefixLength, port: port,
      to: &text)
    return text
  }

  var isAddress: Bool { kind == .ipv4 || kind == .ipv6 }

  /// Whether it is a whole network and no single address.
  var isNetwork: Bool { isAddress && Int(prefixLength) < bytes.count * 8 }

  /// Every kind whose values look the same.
  var kinds: [IndicatorKind] {
    guard kind.isDigest else { return [kind] }
    return [kind]
      + IndicatorKind.allCases.filter {
        $0 != kind && $0.isDigest && $0.fixedWidth == kind.fixedWidth
      }
  }

  /// Reads a value as `kind`, or by its shape if that is nil; a failure says why it is no value.
  static func read(
    _ asked: [UInt8], as kind: IndicatorKind? = nil
  ) -> Result<AskedValue, RefusedValue> {
    var admission = AdmissionOptions()
    admission.keepsPrivateAddresses = true
    admission.keepsPublicSuffixes = true
    admission.trustsWellKnown = true
    admission.acceptsPaths = true
    var parser = IndicatorParser()
    let declared = kind.map { DeclaredKind.kind($0) } ?? .none
    if let refusal = parser.parse(asked.rawSpan, as: declared, options: admission) {
      return .failure(RefusedValue(refusal: refusal))
    }
    guard let parsed = parser.results.first, parser.results.count == 1 else {
      return .failure(RefusedValue(refusal: nil))
    }
    return .success(
      AskedValue(
        asked: asked, kind: parsed.kind, bytes: Array(parser.arena[parsed.start..<parsed.end]),
        prefixLength: parsed.prefixLength, port: parsed.port, schemeLength: parsed.schemeLength,
        mode: parsed.mode))
  }

  /// Kinds that cannot be told by their shape: a value may be of any of them.
  static let opaqueKinds: [IndicatorKind] = [
    .filename, .registryKey, .userAgent, .mutex, .pipe, .ja4, .text,
  ]

  /// The value as each of `opaqueKinds` that accepts it.
  static func opaque(_ asked: [UInt8]) -> [AskedValue] {
    opaqueKinds.compactMap { try? read(asked, as: $0).get() }
  }

  /// Whether it is written as a path is.
  var isPath: Bool {
    kind == .filename && asked.contains { $0 == Byte.slash || $0 == Byte.backslash }
  }

  /// Why feeds refuse the value unless told otherwise; nil where they take it.
  var usualRefusal: Refusal? {
    var parser = IndicatorParser()
    return parser.parse(asked.rawSpan, as: kind.isNetworkKind ? .none : .kind(kind))
  }

  /// The remarks that feeds make when they take the value.
  var usualLints: [Lint] {
    var parser = IndicatorParser()
    _ = parser.parse(asked.rawSpan, as: kind.isNetworkKind ? .none : .kind(kind))
    return parser.lints
  }
}

/// Why a text is no value.
struct RefusedValue: Error {
  /// nil for a range of addresses, which is many values.
  var refusal: Refusal?
}

extension IndicatorKind {
  /// Whether values of the kind can be told by their shape.
  var isNetworkKind: Bool {
    switch self {
    case .ipv4, .ipv6, .domain, .url, .email: true
    default: isDigest
    }
  }
}
