import Indicators
import Parsing
import Testing

/// Names of fields, of which the input decides how many there are.
@Suite struct FieldTableTests {
  private func text(_ index: UInt16, _ table: FieldTable) -> String {
    String(decoding: table.name(index), as: UTF8.self)
  }

  @Test func namesBeyondTheLimitShareOneOfTheirOwn() {
    var table = FieldTable()
    var last: UInt16 = 0
    for number in 0..<FieldTable.limit + 100 {
      let name = Array("name\(number)".utf8)
      last = table.intern(name.rawSpan)
      if number < FieldTable.limit - 1 {
        #expect(Int(last) == number)
      } else {
        #expect(text(last, table) == "\u{2026}")
      }
    }
    #expect(table.count == FieldTable.limit)
    // Those that have an index keep it.
    let known = Array("name59998".utf8)
    #expect(text(table.intern(known.rawSpan), table) == "name59998")
  }
}
