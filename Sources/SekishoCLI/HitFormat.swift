import ArgumentParser
import Sekisho

/// How the command shows hits: as a scan writes them, or as a page.
enum HitFormat: String, CaseIterable, ExpressibleByArgument {
  case table, ndjson, csv, values, eve, ecs
  case zeekIntel = "zeek-intel"
  /// A page, made of the hits when all is read.
  case html

  /// The format in which a scan writes the hits; nil for the page.
  var written: ScanOptions.Format? { ScanOptions.Format(rawValue: rawValue) }
}
