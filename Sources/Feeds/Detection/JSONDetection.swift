import Inputs
import Parsing

/// Recognises feeds in JSON by the names of their members.
enum JSONDetection {
  /// Which members of objects at each depth were seen.
  private struct Evidence {
    var values = 0
    var members = 0
    /// Names of members, and `name=value` for those that tell a type, each with the least depth.
    var keys: [String: Int] = [:]
    var hasUUIDKeys = false
    /// Number of strings in outermost arrays, and of those that are values.
    var strings = 0
    var fittingStrings = 0
    /// Members of the outermost objects whose value is an empty list.
    var emptyLists: Set<String> = []

    func has(_ key: String, within depth: Int = .max) -> Bool {
      keys[key].map { $0 <= depth } ?? false
    }

    func hasAll(_ names: String...) -> Bool { names.allSatisfy { has($0) } }

    /// Whether there are all of the members, and at one depth, as those of one object are.
    func hasTogether(_ names: String...) -> Bool {
      guard let depth = names.first.flatMap({ keys[$0] }) else { return false }
      return names.allSatisfy { keys[$0] == depth }
    }
  }

  /// Members whose values are looked at.
  private static let telling: Set<String> = ["type", "source", "query_status"]
  private static let tokenLimit = 20_000

  /// The format of JSON; nil where the content is not JSON at all.
  static func judge(_ sample: [UInt8], isWhole: Bool) -> Detection? {
    guard let evidence = gather(sample, isWhole: isWhole) else { return nil }
    if evidence.keys.isEmpty, evidence.strings > 0,
      evidence.fittingStrings * 100 >= evidence.strings * 95
    {
      return .format(.plain, nil)
    }
    if evidence.keys.isEmpty, evidence.values > 0 {
      guard Detection.holdsStrings(sample) else { return .empty }
      let problem =
        evidence.strings > 0
        ? "JSON that lists \(evidence.strings) strings, \(evidence.fittingStrings) of them indicators"
        : "JSON in which no value has a name"
      return .unknown(
        problem, candidates: [],
        advice: "write it as objects whose members say what they hold, or as one list of indicators"
      )
    }
    if evidence.has("stix_header") || evidence.has("cybox_major_version") {
      return .refused("STIX 1 (JSON)", advice: "convert it to STIX 2.1, or leave the file out")
    }
    if let format = stixOrMISP(evidence) ?? record(evidence) ?? emptyAnswer(evidence) {
      return format
    }
    if OTXFeed.fits({ evidence.keys[$0] }) { return .format(.otx, nil) }
    if evidence.hasAll("ipAddress", "abuseConfidenceScore") { return .format(.abuseIPDB, nil) }
    if evidence.has("list", within: 1),
      evidence.has("name") || evidence.has("matching_attributes")
        || evidence.has("version") || evidence.has("description")
    {
      return .format(.warninglist, nil)
    }
    if evidence.hasUUIDKeys, evidence.has("Orgc") || evidence.has("info") {
      return .index(.mispFeed, FeedWarning(.mispManifest))
    }
    var test = ShapeTest()
    let plan = JSONTablePlan(sample, path: "", &test)
    if plan.isCertain { return .format(.json, nil) }
    if let fault = plan.fault { return .broken(fault) }
    if evidence.has("feeds", within: 1), evidence.has("path") { return Detection.configuration }
    return .unknown("JSON of no known feed format", candidates: [.json, .suricataDatajson])
  }

  private static func stixOrMISP(_ evidence: Evidence) -> Detection? {
    if evidence.has("type=bundle", within: 2)
      || evidence.has("objects", within: 1) && mayHoldSTIX(evidence)
      || evidence.has("pattern") && evidence.has("valid_from")
      || evidence.has("spec_version", within: 2) && evidence.has("type", within: 2)
      || evidence.has("type=indicator", within: 2)
    {
      return .format(.stix, nil)
    }
    // Windows' events have a member `Event` as well.
    let isEvent =
      evidence.has("Event")
      && ["uuid", "info", "Attribute", "Object", "Orgc", "orgc_id", "threat_level_id"].contains {
        evidence.has($0)
      }
    if isEvent || evidence.has("to_ids") || evidence.has("Attribute", within: 2) {
      return .format(.misp, nil)
    }
    return nil
  }

  /// Whether objects in a list called `objects` are STIX's.
  ///
  /// A type or an identifier that begins with one shows them, or there are none; in a sample that was cut,
  /// types may be missing, behind long patterns or lists. Records without either that are listed under that
  /// name are another format's.
  private static func mayHoldSTIX(_ evidence: Evidence) -> Bool {
    evidence.emptyLists.contains("objects") || evidence.has("spec_version")
      || types.contains { evidence.has("type=" + $0) }
      || evidence.keys.keys.contains {
        guard $0.hasPrefix("id=") else { return false }
        let type = String($0.dropFirst(3))
        return evidence.has("type=" + type) || types.contains(type) || furtherTypes.contains(type)
      }
  }

  /// STIX's types with names that no other format uses.
  private static let types = [
    "indicator", "relationship", "sighting", "observed-data", "attack-pattern", "intrusion-set",
    "threat-actor", "course-of-action", "marking-definition", "domain-name", "ipv4-addr",
    "ipv6-addr", "email-addr", "x509-certificate",
  ]
  /// STIX's types with names that others use as well, but not before `--` in an identifier.
  private static let furtherTypes = [
    "bundle", "campaign", "file", "grouping", "identity", "incident", "infrastructure", "location",
    "malware", "malware-analysis", "note", "opinion", "report", "tool", "url", "vulnerability",
  ]

  private static func record(_ evidence: Evidence) -> Detection? {
    // A table that maps names of products to STIX has objects under them.
    if evidence.has("ioc_value=") || evidence.hasTogether("ioc", "ioc_type")
      || evidence.hasTogether("ioc", "type", "malware")
    {
      return .format(.threatfox, nil)
    }
    if evidence.hasTogether("url", "url_status") || evidence.hasTogether("url", "urlhaus_reference")
      || evidence.hasTogether("url", "urlhaus_link")
    {
      return .format(.urlhaus, nil)
    }
    if evidence.hasTogether("sha256_hash", "md5_hash")
      || evidence.hasTogether("sha256_hash", "signature")
    {
      return .format(.malwarebazaar, nil)
    }
    if evidence.hasTogether("ip_address", "port", "malware") { return .format(.feodo, nil) }
    if evidence.has("cidr", within: 2),
      evidence.has("sblid", within: 2) || evidence.has("type=metadata", within: 2)
    {
      return .format(.spamhausDrop, nil)
    }
    return nil
  }

  /// The format of an answer to a question that nothing was found for: an envelope and an empty list,
  /// or abuse.ch's word for it.
  private static func emptyAnswer(_ evidence: Evidence) -> Detection? {
    guard evidence.values == 1 else { return nil }
    let lists = evidence.emptyLists
    if lists == ["data"], evidence.keys.count == 3, evidence.hasAll("meta", "generatedAt") {
      return .format(.abuseIPDB, nil)
    }
    guard evidence.keys.values.allSatisfy({ $0 == 1 }) else { return nil }
    if lists.contains("response") {
      return lists.count == evidence.keys.count && lists.isSubset(of: ["response", "errors"])
        ? .format(.misp, nil) : nil
    }
    guard lists.count <= 1 else { return nil }
    let isAnswered = ["ok", "no_result", "no_results"].contains {
      evidence.has("query_status=" + $0)
    }
    switch lists.first {
    case "data"? where isAnswered: return .format(.threatfox, nil)
    case "urls"? where isAnswered: return .format(.urlhaus, nil)
    case "results"? where evidence.has("count"): return .format(.otx, nil)
    case "indicators"? where evidence.hasAll("id", "name"): return .format(.otx, nil)
    case nil, "data"?: break
    default: return nil
    }
    // `{"query_status":"no_result","data":"Your search did not yield any results"}`
    guard evidence.keys.keys.allSatisfy({ $0 == "data" || $0.hasPrefix("query_status") }) else {
      return nil
    }
    for (words, format) in words where words.contains(where: { evidence.has("query_status=" + $0) })
    {
      return .format(format, nil)
    }
    return nil
  }

  /// What the answers of abuse.ch's services say where nothing was found.
  private static let words: [(words: [String], format: FeedFormat)] = [
    (["no_result"], .threatfox), (["no_results"], .urlhaus),
    (["hash_not_found", "tag_not_found", "signature_not_found", "file_not_found"], .malwarebazaar),
  ]

  /// Walks the tokens of the sample; nil if it does not begin with JSON.
  private static func gather(_ sample: [UInt8], isWhole: Bool) -> Evidence? {
    var tokenizer = JSONTokenizer(maximumDepth: 64, allowsTrailingCommas: true)
    var evidence = Evidence()
    var offset = 0
    var key = ""
    var tokens = 0
    var test = ShapeTest()
    var behindListStart = false
    let bytes = sample.rawSpan
    while tokens < tokenLimit {
      tokens += 1
      let token: JSONToken
      do throws(JSONError) {
        token = try tokenizer.next(bytes, at: &offset, isFinal: isWhole)
      } catch {
        // Broken later on: its reader says where. Broken at once: not JSON.
        return evidence.values > 0 || evidence.members > 1 || error.code == .truncated
          ? evidence : nil
      }
      if token.kind == .endArray, behindListStart, tokenizer.depth == 1 {
        evidence.emptyLists.insert(key)
      }
      behindListStart = token.kind == .beginArray
      switch token.kind {
      case .endOfInput, .needMore: return evidence
      case .endOfValue: evidence.values += 1
      case .key:
        evidence.members += 1
        key = Text.string(bytes.extracting(token.range))
        note(key, tokenizer.depth, &evidence)
      case .string where telling.contains(key):
        let value = Text.string(bytes.extracting(token.range))
        if value.utf8.count < 64 { note(key + "=" + value, tokenizer.depth, &evidence) }
        key = ""
      case .string where key == "ioc_value": note("ioc_value=", tokenizer.depth, &evidence)
      case .string where key == "id":
        let value = bytes.extracting(token.range)
        if let mark = Text.firstIndex(of: "--", in: value) {
          note("id=" + Text.string(value.extracting(0..<mark)), tokenizer.depth, &evidence)
        }
        key = ""
      case .string where evidence.keys.isEmpty && tokenizer.depth == 1:
        let string = bytes.extracting(token.range)
        if NoValue.fits(string) { break }
        evidence.strings += 1
        if test.fitsStrictly(string) { evidence.fittingStrings += 1 }
      default: break
      }
    }
    return evidence
  }

  private static func note(_ key: String, _ depth: Int, _ evidence: inout Evidence) {
    guard key.utf8.count <= 64 else { return }
    if depth == 1, isUUID(key) { evidence.hasUUIDKeys = true }
    if evidence.keys.count < 4096 || evidence.keys[key] != nil {
      evidence.keys[key] = min(evidence.keys[key] ?? .max, depth)
    }
  }

  /// Whether text is 8-4-4-4-12 hex digits.
  static func isUUID(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: Byte.minus, omittingEmptySubsequences: false)
    return parts.map(\.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy { $0.allSatisfy { Hex.value(of: $0) < 16 } }
  }
}
