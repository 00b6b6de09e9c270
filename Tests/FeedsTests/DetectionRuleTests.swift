import Testing

@testable import Feeds

/// The order in which rules decide what format a file has, and a file for each that decides.
@Suite struct DetectionRuleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var rule: TextDetection.Rule?
    var text: String
    var testDescription: String { rule.map { "\($0)" } ?? "none" }

    init(_ rule: TextDetection.Rule?, _ text: String) { (self.rule, self.text) = (rule, text) }
  }

  static let all: [Case] = [
    Case(.zeekIntel, "#fields\tindicator\tindicator_type\nevil.example\tIntel::DOMAIN\n"),
    Case(.zeekLog, "#fields\tts\tuid\tquery\n1\tC1\tevil.example\n"),
    Case(.lokiNames, "# LOKI File Name IOCs\n\\\\evil\\.exe;60\n"),
    Case(.policyZone, "evil.example CNAME .\nother.example CNAME .\n"),
    Case(.foreignLines, #"alert tcp any any -> any any (msg:"x"; sid:1;)"# + "\n"),
    Case(.adblockHeader, "[Adblock Plus 2.0]\n||evil.example^\n@@words that are no rule\n"),
    Case(
      .signatures,
      "What we saw is below, in words.\nrule evil {\n  strings:\n    $a = \"x\"\n  condition: $a\n}\n"
        + "What follows is prose as well, of many words.\n"),
    Case(.addressesWithPorts, "192.0.2.7|443\n192.0.2.8|80\n"),
    Case(.tableBelowHeader, "ip,port\n192.0.2.7,443\n192.0.2.8,80\n"),
    Case(.lineFormat, "0.0.0.0 evil.example\n0.0.0.0 other.example\n"),
    Case(.tableBelowComment, "# ip,malware\n192.0.2.7,Evil\n192.0.2.8,Evil\n"),
    Case(.plainRows, "192.0.2.0/24,scanner\n198.51.100.0/24,scanner\n"),
    Case(.maltrail, "# Reference: http://report.example/\n\nevil.example\n/panel/gate.php\n"),
    Case(.netset, "192.0.2.0/24\n198.51.100.7\n"),
    Case(.plain, "evil.example\nother.example\n"),
    Case(
      .anyTable,
      "2024-05-01;evil.example;phishing\n2024-05-02;bad.example;phishing\n"),
    Case(.emptyTable, "ip,port\n"),
    Case(.noLines, "# words\n"),
    Case(.faultyList, "evil.example\nother.example\nhttp://192.0.2.300/\n"),
    Case(nil, "Words of prose stand here.\nThey name nothing at all.\n"),
  ]

  @Test("each rule decides where none before it does", arguments: all)
  func decides(_ test: Case) {
    let sample = Array(test.text.utf8)
    var detection = TextDetection.read(sample, isWhole: true)
    #expect(detection.decide(sample).rule == test.rule)
  }

  @Test func everyRuleHasACaseInItsOrder() {
    #expect(Self.all.compactMap(\.rule) == TextDetection.Rule.allCases)
  }
}
