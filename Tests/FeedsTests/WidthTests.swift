import Feeds
import Indicators
import TestSupport
import Testing

/// Feeds whose structure is wide: work that grows with the square of it would take minutes.
@Suite("Feeds of many columns, members, labels") struct WidthTests {
  struct Wide: CustomTestStringConvertible, Sendable {
    var name: String
    var format: FeedFormat
    var make: @Sendable (Int) -> String
    var count = 4000
    var testDescription: String { name }
  }

  static let all: [Wide] = [
    Wide(name: "stix: members of an AND", format: .stix) { count in
      stixIndicator(list(count, " AND ") { "file:name = 'a\($0).exe'" })
    },
    Wide(name: "stix: members of an AND behind alternatives", format: .stix) { count in
      let either = list(8, " AND ") { "(file:name = 'x\($0).exe' OR file:name = 'y\($0).exe')" }
      return stixIndicator(either + " AND " + list(count, " AND ") { "file:name = 'a\($0).exe'" })
    },
    Wide(name: "stix: ports of an AND", format: .stix) { count in
      stixIndicator(list(count, " AND ") { "network-traffic:dst_port = \($0)" })
    },
    Wide(name: "stix: labels", format: .stix) { count in
      let labels = list(count, ",") { #""l\#($0)""# }
      return
        #"[{"type":"indicator","id":"indicator--1","pattern_type":"stix","labels":[\#(labels)],"#
        + #""pattern":"[domain-name:value = 'evil.example']"}]"#
    },
    Wide(name: "misp: tags and attributes", format: .misp) { count in
      let tags = list(count, ",") { #"{"name":"t\#($0)"}"# }
      let attributes = list(count / 10, ",") {
        #"{"type":"domain","value":"a\#($0).example","Tag":[{"name":"o\#($0)"}]}"#
      }
      return #"{"Event":{"info":"x","Tag":[\#(tags)],"Attribute":[\#(attributes)]}}"#
    },
    Wide(
      name: "misp: as many tags as attributes", format: .misp,
      make: { count in
        let tags = list(count, ",") { #"{"name":"t\#($0)"}"# }
        let attributes = list(count, ",") { #"{"type":"domain","value":"a\#($0).example"}"# }
        return #"{"Event":{"info":"x","Tag":[\#(tags)],"Attribute":[\#(attributes)]}}"#
      }, count: 20_000),
    Wide(
      name: "stix: as many versions as relationships", format: .stix,
      make: { count in
        let versions = list(count, ",") {
          #"{"type":"indicator","id":"indicator--1","pattern_type":"stix","#
            + #""modified":"2024-01-01T00:00:00.\#($0)Z","pattern":"[domain-name:value = 'evil.example']"}"#
        }
        let relationships = list(count, ",") {
          #"{"type":"relationship","relationship_type":"indicates","source_ref":"indicator--1","#
            + #""target_ref":"malware--\#($0)"}"#
        }
        return "[\(versions),\(relationships)]"
      }, count: 20_000),
    Wide(name: "openioc: items of an AND behind alternatives", format: .openIOC) { count in
      func item(_ value: String) -> String {
        #"<IndicatorItem id="\#(value)" condition="is"><Context search="DnsEntryItem/RecordName"/>"#
          + #"<Content type="string">\#(value).example</Content></IndicatorItem>"#
      }
      let either = list(8, "") {
        #"<Indicator operator="OR" id="o\#($0)">"# + item("x\($0)") + item("y\($0)")
          + "</Indicator>"
      }
      return #"<ioc id="1"><definition><Indicator operator="AND" id="a">"# + either
        + list(count, "") { item("a\($0)") } + "</Indicator></definition></ioc>"
    },
    Wide(name: "openioc: attributes of a tag", format: .openIOC) { count in
      #"<ioc id="1"><a "# + list(count * 20, " ") { _ in #"b="c""# } + "/></ioc>"
    },
    Wide(name: "csv: columns of values", format: .csv) { count in
      list(count, ",") { _ in "ip" } + "\n" + list(count, ",") { _ in "192.0.2.1" }
        + "\n192.0.2.2\n"
    },
    Wide(name: "csv: columns of ranges", format: .csv) { count in
      let row = list(4000, ",") { _ in "192.0.2.1" } + ",192.0.2.9\n"
      return list(4000, ",") { _ in "start" } + ",end\n"
        + String(repeating: row, count: count / 2000)
    },
    Wide(name: "csv: tags in a cell", format: .csv) { count in
      "domain,tags\nevil.example,\"" + list(count, ",") { "t\($0)" } + "\"\n"
    },
    Wide(name: "csv: the end of a range that is long", format: .csv) { count in
      list(4000, ",") { _ in "start" } + ",end\n" + list(4000, ",") { _ in "192.0.2.1" } + ","
        + String(repeating: "a", count: count * 100) + "\n"
    },
    Wide(name: "json: a long name before many members", format: .json) { count in
      let name = "hash" + String(repeating: "-", count: count * 50)
      return #"[{"\#(name)":{"# + list(count, ",") { #""m\#($0)":"192.0.2.1""# } + "}}]"
    },
    Wide(name: "json: a long name of a list", format: .json) { count in
      #"[{"ip"# + String(repeating: "-", count: count * 50) + #"":["#
        + list(count, ",") { _ in #""192.0.2.1""# } + "]}]"
    },
    Wide(name: "rpz: records of a long owner", format: .rpz) { count in
      String(repeating: "a", count: count * 200) + " CNAME .\n"
        + String(repeating: " A 192.0.2.1\n", count: count * 4)
    },
    Wide(name: "json: members of an object", format: .json) { count in
      "[{" + list(count, ",") { #""ip\#($0)":"192.0.2.1""# } + "}]"
    },
  ]

  @Test(.timeLimit(.minutes(20)), arguments: all)
  func isLinear(_ wide: Wide) {
    // What of it is let in, other tests say; that it ends is all that counts here.
    let loaded = Loaded(wide.make(wide.count), format: wide.format)
    #expect(loaded.error != nil || loaded.summary != nil)
  }

  @Test("Of lists longer than anybody needs the rest is left out, and told of")
  func longLists() {
    let labels = (0..<2000).map { #""l\#($0)""# }.joined(separator: ",")
    let loaded = Loaded(
      #"[{"type":"indicator","id":"indicator--1","pattern_type":"stix","labels":[\#(labels)],"#
        + #""pattern":"[domain-name:value = 'evil.example']"}]"#, format: .stix)
    #expect(loaded.entries == ["1 domain evil.example exact"])
    #expect(loaded.warnings == ["labels-left-out"])
  }
}
