import Foundation
import Indicators
import Reports
import Sekisho
import TestSupport
import Testing

/// The page of a scan: nothing from traffic or feeds is markup, and figures are those of the hits.
@Suite struct ScanPageTests {
  private func scan(feed: String, log: String) throws -> (page: String, report: ScanReport) {
    let folder = try TemporaryFolder()
    let feedFile = try folder.write("<img src=x onerror=alert(1)>.csv", feed)
    let logFile = try folder.write("\"><svg onload=alert(2)>'\u{202e}.json", log)
    let database = try Compilation(of: [.init(path: feedFile)]).database()
    var options = ScanOptions()
    options.includesWeak = true
    let data = ScanPageData()
    let report = IndicatorScanner.scan(
      inputs: [InputPath(logFile)], databases: [database], options: options,
      to: .hits { data.receive($0) }
    ) { _ in }
    return (String(decoding: data.page(report), as: UTF8.self), report)
  }

  private static let hostile = "</td><script>alert(3)</script> ' onmouseover='x \u{202e}\u{200b}`"

  @Test func hostileValuesAreText() throws {
    let quoted = Self.hostile.replacingOccurrences(of: "\"", with: "\"\"")
    let feed = """
      type,value,description,labels,reference
      user-agent,"\(quoted)","\(quoted)","\(quoted)","javascript:alert(4)"
      domain,evil.example,"<b>bold</b>","<i>","http://evil.example/\\"><script>"
      url,http://evil.example/<script>,x,y,z

      """
    let name = "</title><script>alert(5)</script>"
    let log = """
      {"http":{"http_user_agent":"\(Self.hostile)","hostname":"evil.example"},"\(name)":"evil.example"}
      {"\\u0000\\u001b[31m":"evil.example","x":"evil.example"}

      """
    let (page, report) = try scan(feed: feed, log: log)
    #expect(report.hits >= 4)
    let lower = page.lowercased()
    #expect(!lower.contains("<script") && !lower.contains("<img") && !lower.contains("<svg onload"))
    #expect(!lower.contains("<b>") && !lower.contains("<i>") && !lower.contains("href=\""))
    #expect(!lower.contains("src=\""))
    #expect(!page.unicodeScalars.contains { $0.value == 0x202e || $0.value == 0x200b })
    #expect(!page.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(page.contains("&lt;script&gt;") && page.contains("evil[.]example"))
    #expect(!page.contains("http://evil") && !page.contains(">javascript:"))
    checkTags(page)
  }

  /// Every tag is one of ours, its attributes are ours, and elements nest.
  private func checkTags(_ page: String) {
    let known: Set<String> = [
      "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "main",
      "dl",
      "dt", "dd", "div", "section", "svg", "text", "line", "rect", "table", "thead", "tbody", "tr",
      "th", "td", "details", "summary", "span", "small", "br", "footer", "code", "ul", "li",
    ]
    let void: Set<String> = ["meta", "br"]
    var open: [String] = []
    let body = page.components(separatedBy: "</style>")
    #expect(body.count == 2)
    for part in (body[0].components(separatedBy: "<style>")[0] + "<style>" + "</style>" + body[1])
      .components(separatedBy: "<").dropFirst()
    {
      let tag = String(part.prefix { $0 != ">" })
      #expect(part.contains(">"))
      if tag.hasPrefix("!doctype") { continue }
      let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber })
      #expect(known.contains(name), "\(tag)")
      if tag.hasPrefix("/") {
        #expect(open.popLast() == name)
      } else if !void.contains(name), !tag.hasSuffix("/") {
        open.append(name)
      }
      #expect(
        !tag.contains("on") || tag.range(of: " on[a-z]+=", options: .regularExpression) == nil)
    }
    #expect(open.isEmpty)
  }

  @Test func figuresAreThoseOfTheHits() throws {
    var log = ""
    for hour in 0..<48 {
      for _ in 0...(hour % 3) {
        log +=
          "{\"timestamp\":\"2024-05-0\(1 + hour / 24)T\(hour % 24 < 10 ? "0" : "")\(hour % 24):30:00Z\",\"query\":\"a.evil.example\"}\n"
      }
    }
    log += "{\"query\":\"evil.example\"}\n"
    let (page, report) = try scan(feed: "type,value\ndomain,evil.example\n", log: log)
    #expect(report.hits == 97)
    #expect(page.contains("<dt>Hits</dt><dd>97</dd>"))
    #expect(page.contains("Seen between 2024-05-01 00:30:00 and 2024-05-02 23:30:00 UTC"))
    #expect(page.contains("1 hits without a time are not shown"))
    var counted = 0
    for part in page.components(separatedBy: "<rect class=\"bar\" x=").dropFirst() {
      let title = part.components(separatedBy: "<title>").dropFirst().first ?? ""
      counted += Int(title.prefix { $0 != "<" }.split(separator: " ").last ?? "") ?? 0
    }
    #expect(counted == 96)
    checkTags(page)
  }

  @Test func nothingFoundIsAPageToo() throws {
    let (page, report) = try scan(feed: "type,value\ndomain,evil.example\n", log: "nothing\n")
    #expect(report.hits == 0)
    #expect(page.contains("Nothing that the feeds know was seen."))
    checkTags(page)
  }
}
