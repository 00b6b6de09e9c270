/// Items of a list, one for each number below a count.
package func list(_ count: Int, _ separator: String, _ item: (Int) -> String) -> String {
  (0..<count).map(item).joined(separator: separator)
}

/// A feed in STIX of one indicator, whose observation expression is given without its brackets.
package func stixIndicator(_ pattern: String) -> String {
  #"[{"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[\#(pattern)]"}]"#
}
