import Testing

@testable import Indicators

/// What a feed cell yields, in one line:
/// `kind value`, where the value of a name begins with `*.` (subdomains only), `.` (with subdomains)
/// or `=` (forced to exact), a URL prefix ends in `*`, and a path begins with `path:`; several joined
/// by `, `; `!reason` for a refusal; ` ~lint` for each remark.
func parsed(
  _ cell: [UInt8], as declared: DeclaredKind = .none,
  _ options: AdmissionOptions = AdmissionOptions()
) -> String {
  var parser = IndicatorParser()
  if let refusal = parser.parse(cell.span.bytes, as: declared, options: options) {
    #expect(parser.results.isEmpty && parser.arena.isEmpty)
    return "!" + refusal.rawValue
  }
  var parts: [String] = []
  for result in parser.results {
    var text: [UInt8] = []
    let value = Array(parser.arena[result.start..<result.end])
    ValueText.append(
      kind: result.kind, bytes: value.span.bytes, prefixLength: result.prefixLength,
      port: result.port, to: &text)
    var shown = String(decoding: text, as: UTF8.self)
    switch (result.kind, result.mode) {
    case (.domain, .subdomainsOnly): shown = "*." + shown
    case (.domain, .withSubdomains): shown = "." + shown
    case (.domain, .exact): shown = "=" + shown
    case (.url, .prefix): shown += "*"
    case (.url, .path): shown = "path:" + shown
    default: break
    }
    parts.append(result.kind.name + " " + shown)
  }
  return parts.joined(separator: ", ") + parser.lints.map { " ~" + $0.rawValue }.joined()
}

func parsed(
  _ cell: String, as declared: DeclaredKind = .none,
  _ options: AdmissionOptions = AdmissionOptions()
) -> String {
  parsed(Array(cell.utf8), as: declared, options)
}

/// The normal form of a URL, or `!reason`.
func normalURL(_ url: String, _ options: URLOptions = []) -> String {
  var normalizer = Normalizer()
  var parts = URLParts()
  var output: [UInt8] = []
  if let refusal = normalizer.appendURL(
    Array(url.utf8).span.bytes, options: options, parts: &parts, to: &output)
  {
    #expect(output.isEmpty)
    return "!" + refusal.rawValue
  }
  return String(decoding: output, as: UTF8.self) + (parts.isPrefix ? "*" : "")
}

/// As `parsed`, with nothing declared.
func parsed(_ cell: String, _ options: AdmissionOptions) -> String {
  parsed(Array(cell.utf8), as: .none, options)
}
