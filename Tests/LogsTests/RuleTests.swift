import Testing

@testable import Logs

@Suite struct RuleTests {
  @Test(arguments: TextRuleCases.all + RecordRuleCases.all + LineRuleCases.all)
  func findsWhatTheRulesSay(_ rule: Case) {
    #expect(rule.found() == rule.expected)
  }

  /// Each case one byte at a time: nothing may depend on where the bytes are cut.
  @Test(arguments: TextRuleCases.all + RecordRuleCases.all + LineRuleCases.all)
  func findsTheSameByteByByte(_ rule: Case) {
    #expect(rule.found(chunk: { _ in 1 }) == rule.expected)
  }

  @Test func namesAreUnique() {
    let names = (TextRuleCases.all + RecordRuleCases.all + LineRuleCases.all).map(\.name)
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
