import Glibc
import Sekisho

/// What commands write to files, told from other files by how it begins.
///
/// A second run of a command line whose output is in a folder that it reads must not fail, but what
/// somebody else put there must not be lost.
enum OwnOutput {
  case database, hits, count, summary, capture, page, layer, baseline
  /// Values alone, which nothing tells from a list that somebody else wrote.
  case values

  /// First bytes of a file that are looked at.
  private static let sampleLength = 4096

  /// Whether a file is empty or an earlier output of this sort.
  func isWritten(to path: String) -> Bool {
    guard let bytes = Self.start(of: path) else { return false }
    if bytes.isEmpty { return true }
    if self == .count, Self.isNumber(bytes) { return true }
    if self == .database {
      return (try? IndicatorDatabase.open(path: path)) != nil
    }
    // Each byte is a scalar, so that marks are found whatever the bytes are.
    let text = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    return marks.contains { mark in
      text.hasPrefix(mark.start) && (mark.further.isEmpty || text.contains(mark.further))
    }
  }

  /// The first bytes of a file as they are: nothing is written compressed.
  private static func start(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: sampleLength)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    return count < 0 ? nil : Array(bytes.prefix(count))
  }

  /// Whether a file holds only digits, as many as a count can have, and a line feed.
  private static func isNumber(_ bytes: [UInt8]) -> Bool {
    let digits = bytes.dropLast()
    return bytes.last == UInt8(ascii: "\n") && (1...20).contains(digits.count)
      && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// What tells a page of ours from others.
  private static let generator = #"<meta name="generator" content="sekisho">"#

  /// How outputs begin, and what else is near their beginning.
  private var marks: [(start: String, further: String)] {
    switch self {
    case .database, .values: []
    // A section header whose first option is the name of the program that wrote it.
    case .capture: [("\n\r\r\n", "\u{4}\0\u{7}\0sekisho")]
    case .hits, .count:
      [
        // Summaries, baselines and the JSON of other commands begin with a schema, too.
        (#"{"schema":1,"kind":"#, ""), (#"{"schema":1,"ts":""#, #"","kind":"#),
        (#"{"schema":1,"group":"#, ""),
        ("time,kind,field,value,match,indicator,", ""),
        ("count,", "first,last,time,kind,field,value,match,indicator,"),
        ("KIND          MATCH       VALUE ", ""), ("HITS  ", "SEEN AS"),
        ("{", #""signature":"SEKISHO "#), ("{", #""module":"sekisho""#),
        ("#separator ", "\n#path\tintel\n#fields"), ("<!doctype html>", Self.generator),
      ]
    case .summary: [(#"{"schema":1,"inputs":"#, "")]
    case .page: [("<!doctype html>", Self.generator)]
    case .layer: [(#"{"name":"Feeds compared by sekisho""#, "")]
    case .baseline: [(#"{"schema":1,"unit":"bytes/s","calibration":"#, "")]
    }
  }
}
