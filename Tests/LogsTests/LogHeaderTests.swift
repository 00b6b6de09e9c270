import Testing

@testable import Logs

@Suite struct LogHeaderTests {
  /// A chunk that was read ahead below another header is read again: what is not compared would be lost.
  @Test func everyPartCounts() {
    let header = LogHeader(layout: .w3c, separator: 0x20, names: [[0x61]])
    #expect(header == header.with())
    let others = [
      header.with(setSeparator: 0x3b), header.with(emptyField: []), header.with(unsetField: []),
      header.with(names: [[0x62]]), header.with(types: [[0x61]]), header.with(date: [0x61]),
      header.with(hasLocalTimes: true), LogHeader(layout: .zeek, separator: 0x20, names: [[0x61]]),
      LogHeader(layout: .w3c, separator: 0x09, names: [[0x61]]),
    ]
    for (number, other) in others.enumerated() {
      #expect(header != other, "part \(number)")
    }
  }
}
