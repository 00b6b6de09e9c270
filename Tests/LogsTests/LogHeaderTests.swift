import Testing

@testable import Logs

@Suite struct LogHeaderTests {
  /// A chunk that was read ahead below another header is read again: what is not compared would be lost.
  @Test func everyPartCounts() {
    let header = LogHeader(.init(layout: .w3c, separator: 0x20, names: [[0x61]]))
    #expect(header == header.with { _ in })
    let others = [
      header.with { $0.setSeparator = 0x3b }, header.with { $0.emptyField = [] },
      header.with { $0.unsetField = [] }, header.with { $0.names = [[0x62]] },
      header.with { $0.types = [[0x61]] }, header.with { $0.date = [0x61] },
      header.with { $0.hasLocalTimes = true },
      LogHeader(.init(layout: .zeek, separator: 0x20, names: [[0x61]])),
      LogHeader(.init(layout: .w3c, separator: 0x09, names: [[0x61]])),
    ]
    for (number, other) in others.enumerated() {
      #expect(header != other, "part \(number)")
    }
  }
}
