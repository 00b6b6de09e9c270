import Indicators
import Parsing
import Testing

@testable import Logs

/// What is found must not depend on where the bytes are cut, how often the batch is emptied, or how long
/// the state waits.
@Suite struct CutTests {
  /// Every format in one stream, and what goes wrong in each.
  static let mixed: String =
    """
    2024-05-01T10:00:00Z host app[1]: from 192.0.2.1:443 to [2001:db8::1]:53 user@mail.example
    {"ts":1.5,"id.orig_h":"192.0.2.1","id.orig_p":1,"query":"wpgate.zip","m":"{\\"a\\":\\"b.example\\"}"}
    {
      "http": {"hostname": "a.example", "url": "\\/b?c=http:\\/\\/d.example\\/", "http_port": 8080},
      "x": ["b.example", {"y": "\\u0063.example"}]
    } trailing.example {"z":"e.example"}{"z":"f.example"}
    [{"a":"b.example"},
     {"a":"c.example"} , {"a":"d.example"}
    ]
    [{"a":"b.example"},{"a" "c.example"}]
    {"broken.example": 1
    12:00 x {"k.example":"v.example"}
    # a.comment.example
    #Fields: date time c-ip cs-host cs-uri-stem cs(User-Agent)
    2024-01-01 10:00:00 192.0.2.9 a.example /b/c "Mozilla/5.0 1.2.3.4"
    odd.example
    #separator \\x09
    #set_separator\t,
    #empty_field\t(empty)
    #unset_field\t-
    #fields\tts\thost\turi\tid.resp_p\tanswers\tmd5
    #types\ttime\tstring\tstring\tport\tvector[string]\tstring
    1.25\ta.example\t/b\\x20c\t8080\ta.example,b.example\td3b07384d113edec49eaa6238ad5ff00
    -\t-\t-\t-\t(empty)\t-
    another.example width
    #close\t2024
    {"a":"last.example"}
    访问www.example.com查看 münchen.example https://a.example/ü%2f(x)).
    """

  @Test(arguments: [LogPurpose.extract, .scan])
  func anyCutFindsTheSame(_ purpose: LogPurpose) {
    let input = Array(Self.mixed.utf8)
    let options = LogOptions(purpose: purpose)
    let whole = extract(input, options).found
    #expect(whole.count > 30)
    for first in 0...input.count {
      var isFirst = true
      let found = extract(input, options) { _ in
        defer { isFirst = false }
        return isFirst ? max(first, 1) : input.count
      }.found
      #expect(found == whole, "cut at \(first)")
    }
    for size in 1...17 { #expect(extract(input, options) { _ in size }.found == whole) }
  }

  @Test func aShortLimitFindsTheSameAtAnyCut() {
    let input = Array(Self.mixed.utf8)
    for limit in [64, 70, 100, 128] {
      let options = LogOptions(purpose: .scan, lineLimit: limit)
      let whole = extract(input, options).found
      for size in [1, 2, 3, 7, 63, 64, 65, 129] {
        #expect(extract(input, options) { _ in size }.found == whole, "\(limit) \(size)")
      }
    }
  }

  /// A chunk read from the state that the one before it left gives what the whole gives: so a guessed
  /// state that proves equal was right.
  @Test func stateIsAllThatChunksShare() {
    let input = Array(Self.mixed.utf8)
    let options = LogOptions(purpose: .extract)
    var (state, line, start) = (LogState(), UInt64(0), 0)
    var found: [String] = []
    while start < input.count {
      let end = min(input.count, start + 300)
      let chunk = Array(input[start..<end])
      // A new extractor each time: nothing but the state may be remembered.
      let extractor = LogExtractor(options: options)
      var batch = ObservableBatch()
      var offset = 0
      _ = extractor.extract(
        chunk.rawSpan, from: &offset, line: &line, state: &state, isFinal: end == input.count,
        into: &batch)
      for observable in batch.observables {
        let record = batch.records[Int(observable.record)]
        found.append(
          "\(record.number) \(start + Int(record.base) + Int(observable.position)) "
            + String(decoding: batch.fields.name(observable.field), as: UTF8.self))
      }
      if offset == 0, end == start + 300 { break }
      start += offset
    }
    let whole = extract(input, options).found.map { "\($0.line) \($0.offset) \($0.field)" }
    #expect(found == whole)
  }

  /// A batch fills in the middle of a chunk, and is emptied between records.
  @Test func fullBatchesLoseNothing() {
    let line = "192.0.2.1 a.example {\"a\":\"b.example\"}\n{\"c\":\"d.example\"} e.example\n"
    let input = Array(String(repeating: line, count: 2000).utf8)
    let found = extract(input, LogOptions(purpose: .extract)).found
    #expect(found.count == 5 * 2000)
    #expect(found.last?.line == 4000)
  }
}
