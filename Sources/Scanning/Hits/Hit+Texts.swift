import Indicators

// Values, fields and what feeds say are bytes of whoever wrote them; the texts have U+FFFD for what
// is not UTF-8.

extension Hit {
  /// The value as text.
  public var valueText: String { text(value) }
  /// The name of the field as text.
  public var fieldText: String { text(field) }
}

extension Suppression {
  /// The name of the allow list as text.
  public var listText: String { text(list) }
  /// Why the value is allowed, as text.
  public var reasonText: String { text(reason) }
}

extension ResolvedEntry {
  /// The value as text.
  public var valueText: String { text(value) }
}

extension ResolvedSource {
  /// The name of the feed as text.
  public var feedText: String { text(feed) }
  /// The object's own identifier as text; nil where it has none.
  public var idText: String? { id.map(text) }
  /// What the feed says of the value, as text; nil where it says nothing.
  public var descriptionText: String? { description.map(text) }
  /// Where to read more, as text; nil where the feed names nothing.
  public var referenceText: String? { reference.map(text) }
  /// The joint condition as text; nil if the value counts by itself.
  public var conditionText: String? { condition.map(text) }
  /// The feed's labels or tags as texts.
  public var labelTexts: [String] { labels.map(text) }
  /// MITRE ATT&CK technique identifiers as texts.
  public var attackTexts: [String] { attack.map(text) }
  /// Names of malware as texts.
  public var malwareTexts: [String] { malware.map(text) }
  /// Names of threat actors as texts.
  public var actorTexts: [String] { actors.map(text) }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
