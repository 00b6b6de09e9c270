import Indicators
import Parsing

/// Pages about indicators and techniques: references, whatever a column of them is called (`Matching.md` §9).
enum ReferencePage {
  private static let sites: [StaticString] = [
    "attack.mitre.org/", "www.virustotal.com/gui/", "virustotal.com/gui/",
    "www.virustotal.com/en/", "app.any.run/tasks/", "any.run/report/", "tria.ge/",
    "bazaar.abuse.ch/sample/", "urlhaus.abuse.ch/url/", "threatfox.abuse.ch/ioc/",
    "www.hybrid-analysis.com/sample/", "hybrid-analysis.com/sample/",
    "www.joesandbox.com/analysis/", "malpedia.caad.fkie.fraunhofer.de/",
    "otx.alienvault.com/pulse/", "otx.alienvault.com/indicator/", "urlscan.io/result/",
    "www.shodan.io/host/", "search.censys.io/hosts/",
  ]

  /// Whether a cell is the URL of such a page.
  static func fits(_ cell: RawSpan) -> Bool {
    for scheme in ["https://", "http://"] as [StaticString]
    where cell.starts(ignoringCase: scheme) {
      let start = scheme.utf8CodeUnitCount
      return sites.contains { cell.starts(ignoringCase: $0, at: start) }
    }
    return false
  }
}
