import Feeds
import Testing

/// STIX and MISP below members of any name.
@Suite("Wrapped objects") struct WrappedObjectTests {
  private static let indicator =
    #"{"type":"indicator","spec_version":"2.1","id":"indicator--0f3d28c4-ddcf-4e7a-9d43-4a5c7c7bd5c1","#
    + #""created":"2024-01-01T00:00:00Z","modified":"2024-01-01T00:00:00Z","pattern_type":"stix","#
    + #""pattern":"[domain-name:value = 'evil.example']","valid_from":"2024-01-01T00:00:00Z"}"#
  private static let bundle =
    #"{"type":"bundle","id":"bundle--356f2f9e-214b-4c6e-80ab-882496b2791e","objects":[\#(indicator)]}"#
  private static let attribute =
    #"{"type":"domain","value":"evil.example","to_ids":true,"category":"Network activity"}"#
  private static let event =
    #"{"info":"x","uuid":"4a4f3a2e-5f0d-4f0e-8a50-5f4d5b2d8f10","Attribute":[\#(attribute)]}"#

  @Test(arguments: [
    #"{"trustgroup1":{"collections":[{"id":"x","title":"t","objects":[\#(indicator)]}]}}"#,
    #"{"stix":\#(bundle)}"#, #"{"id":"x","name":"y","export":{"content":\#(bundle)}}"#,
    #"{"x_note":{"a":"b"},"data":[\#(indicator)]}"#,
    #"[{"x_files":[{"type":"file"}],\#(indicator.dropFirst())]"#,
    #"{"data":{"Event":\#(event)}}"#, #"{"events":[{"Event":\#(event)}]}"#, #"{"event":\#(event)}"#,
    #"{"status":"ok","result":{"page":[{"Event":\#(event)}]}}"#,
  ])
  func objectsAreFound(_ text: String) {
    let loaded = Loaded(text)
    #expect(loaded.entries.count == 1, "\(text): \(String(describing: loaded.error))")
    #expect(loaded.entries.first?.hasPrefix("1 domain evil.example ") ?? false)
  }

  @Test(arguments: [
    #"{"whitelist":{"objects":[\#(indicator)]},"x":{"objects":[]}}"#,
    #"{"known_good":\#(bundle),"x":{"objects":[]}}"#,
    #"{"whitelist":{"Event":\#(event)},"Event":{"info":"x"}}"#,
    #"{"x":[{"benign_events":[{"Event":\#(event)}]}],"Event":{"info":"x"}}"#,
    #"{"Event":{"info":"x","RelatedEvent":[{"Event":\#(event)}]}}"#,
    #"{"Event":{"info":"x","Feed":[{"id":"1","Event":[\#(event)]}]}}"#,
    #"{"Event":{"info":"x","EventReport":[{"event":\#(event)}]}}"#,
  ])
  func listsOfGoodAndLinksAreNotRead(_ text: String) {
    #expect(Loaded(text).entries == [], "\(text)")
  }

  /// A list of what is good is what a person asks for who names it as one.
  @Test(arguments: [
    (#"{"whitelist":{"objects":[\#(indicator)]}}"#, FeedFormat.stix),
    (#"{"whitelist":{"Event":\#(event)}}"#, FeedFormat.misp),
  ])
  func listsOfGoodAreReadAsAllowLists(_ text: String, _ format: FeedFormat) {
    var options = FeedOptions()
    options.isAllowList = true
    #expect(Loaded(text, format: format, options: options).entries.count == 1, "\(text)")
    #expect(Loaded(text, format: format).error?.code == .noUsableLine, "\(text)")
  }

  @Test(arguments: [
    #"{"AS":{"Indicator":{"MISP":\#(attribute),"STIX":\#(indicator)}}}"#,
    #"{"indicators_of":{"example":\#(indicator)}}"#,
    #"{"domain":{"MISP":\#(attribute)},"asn":{"MISP":{"name":"asn","Attribute":[\#(attribute)]}}}"#,
    #"{"event":{"ioc_type":{"key":"x.ioc_type"},"ioc_value":{"key":"x.ioc_value"}}}"#,
  ])
  func tablesOfExamplesAreRefused(_ text: String) {
    let loaded = Loaded(text)
    #expect(loaded.entries == [])
    #expect(loaded.error != nil, "\(text)")
  }
}
