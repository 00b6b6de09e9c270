/// Why a value is not loaded, beyond the grounds that `Refusal` knows.
///
/// The raw value is what users see.
enum FeedRefusal: String {
  case toIDSFalse = "to-ids-false"
  case deleted
  case proposal
  case personalData = "personal-data"
  case freeText = "free-text"
  case unsupportedKind = "unsupported-kind"
  case unsupportedPattern = "unsupported-pattern"
  case unsupportedPath = "unsupported-path"
  case unsupportedRule = "unsupported-rule"
  /// The feed itself says that it is harmless, as STIX's `indicator_types` may.
  case benign
  case revoked
  case superseded
  case lineTooLong = "line-too-long"
  case malformedRow = "malformed-row"
  case malformedLine = "malformed-line"
  case malformedJSON = "malformed-json"
  case malformedBase64 = "malformed-base64"
  case unsupportedCondition = "unsupported-condition"
  case tooManyAlternatives = "too-many-alternatives"
  case zeroScore = "zero-score"
  case confidenceTooLow = "confidence-too-low"
  case markingTooStrict = "marking-too-strict"
  case markingUnreadable = "marking-unreadable"
  case tooOld = "too-old"
  case prose = "not-an-indicator"
  case kindNotWanted = "kind-not-wanted"
  case removed
  case localName = "local-name"
  /// A value of a kind to which its warninglist does not apply.
  case otherAttribute = "matching-attributes"
}

/// Context of an entry that cannot be read or cannot hold.
///
/// The entry is kept without unreadable context.
///
/// The raw value is what users see.
enum UnreadableContext: String {
  case time = "unreadable-time"
  /// The validity ends when it begins, or before: it contains no time.
  case validity = "empty-validity"
  case confidence = "unreadable-confidence"
  case marking = "unreadable-marking"
}
