import Inputs
import Sekisho

/// What commands write to files, told from other files by how it begins.
///
/// A second run of a command line whose output is in a folder that it reads must not fail, but what
/// somebody else put there must not be lost.
enum OwnOutput {
  case database, hits, summary, capture, page, layer, baseline

  /// First bytes of a file that are looked at.
  private static let sampleLength = 4096

  /// Whether a file is empty or an earlier output of this sort.
  func isWritten(to path: String) -> Bool {
    guard let source = try? InputSource(path: path),
      let bytes = try? source.peek(Self.sampleLength)
    else { return false }
    if bytes.isEmpty { return true }
    if self == .database {
      return (try? IndicatorDatabase.open(path: path)) != nil
    }
    // Each byte is a scalar, so that marks are found whatever the bytes are.
    let text = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    return marks.contains { mark in
      text.hasPrefix(mark.start) && (mark.further.isEmpty || text.contains(mark.further))
    }
  }

  /// What tells a page of ours from others.
  private static let generator = #"<meta name="generator" content="sekisho">"#

  /// How outputs begin, and what else is near their beginning.
  private var marks: [(start: String, further: String)] {
    switch self {
    case .database: []
    // A section header whose first option is the name of the program that wrote it.
    case .capture: [("\n\r\r\n", "\u{4}\0\u{7}\0sekisho")]
    case .hits:
      [
        (#"{"schema":1,"#, ""),
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
