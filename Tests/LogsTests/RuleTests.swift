import Testing

@testable import Logs

@Suite struct RuleTests {
  private static let rules =
    TextRuleCases.all + RecordRuleCases.all + LineRuleCases.all + LabelCases.all

  @Test(arguments: rules)
  func findsWhatTheRulesSay(_ rule: Case) {
    #expect(rule.found() == rule.expected)
  }

  /// Each case one byte at a time: nothing may depend on where the bytes are cut.
  @Test(arguments: rules)
  func findsTheSameByteByByte(_ rule: Case) {
    #expect(rule.found(chunk: { _ in 1 }) == rule.expected)
  }

  @Test func namesAreUnique() {
    let names = Self.rules.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: RecordRuleCases.lines.indices)
  func countsLines(_ index: Int) {
    let (name, input, expected) = RecordRuleCases.lines[index]
    let options = LogOptions(purpose: .extract, kinds: networkKinds)
    var found: [UInt64: [String]] = [:]
    for observable in extract(Array(input.utf8), options).found {
      found[observable.line, default: []].append(observable.description)
    }
    #expect(found == expected, "\(name)")
  }
}
