import Indicators

/// Hits and patterns of hits as text.
enum HitText {
  /// `{kind: domain, value: evil.example}`.
  static func pattern(_ pattern: HitPattern) -> String {
    pattern.conditions.isEmpty ? "any" : "{" + lines(pattern).joined(separator: ", ") + "}"
  }

  /// `kind: domain` and so on, one for each member.
  static func lines(_ pattern: HitPattern) -> [String] {
    let kind = pattern.text("kind")
    return pattern.conditions.map { condition in
      let key = condition.path.joined(separator: ".")
      let text = text(condition.value)
      guard condition.path.last == "value" else { return key + ": " + text }
      return key + ": " + Marks.value(text, kind ?? shape(text))
    }
  }

  /// The kind that a value probably has, so that it can be defanged.
  private static func shape(_ text: String) -> String {
    guard case .success(let value) = AskedValue.read(Array(text.utf8)) else { return "domain" }
    return value.kind.name
  }

  private static func text(_ value: HitPattern.Value) -> String {
    switch value {
    case .absent: "(none)"
    case .scalar(let text): text
    case .list(let items): "[" + items.map(text).joined(separator: ", ") + "]"
    case .map(let members):
      "{" + members.map { "\($0.key): \(text($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  /// A hit in a line: kind, value, match, field, place, feed.
  static func line(_ hit: JSONTree) -> String {
    var parts: [String] = []
    let kind = hit["kind"]?.text ?? "?"
    parts.append(kind)
    parts.append(Marks.value(hit["value"]?.text ?? "?", kind))
    parts.append("(\(hit["match"]?.text ?? "?"))")
    parts.append("in \(hit["field"]?.text ?? "?")")
    let source = hit["source"]
    var place = source?["path"]?.text ?? "?"
    if let packet = source?["packet"]?.integer { place += ": packet \(packet)" }
    if let line = source?["line"]?.integer { place += ":\(line)" }
    parts.append("of \(place)")
    let feeds = hit["indicators"]?.elements.flatMap { $0["sources"]?.elements ?? [] } ?? []
    if let first = feeds.first {
      let line = first["line"]?.integer.map { ":\($0)" } ?? ""
      parts.append("by \(first["feed"]?.text ?? "?")\(line)")
    }
    return parts.joined(separator: " ")
  }

  /// The text of what a hit has at a path of keys.
  static func found(_ tree: JSONTree, _ path: ArraySlice<String>) -> String {
    guard let key = path.first else { return text(tree) }
    if case .array(let elements) = tree {
      let texts = elements.map { found($0, path) }
      return texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
    }
    guard let member = tree[key] else { return "(none)" }
    if path.count == 1, key == "value", let value = member.text {
      return Marks.value(value, tree["kind"]?.text ?? shape(value))
    }
    return found(member, path.dropFirst())
  }

  private static func text(_ tree: JSONTree) -> String {
    switch tree {
    case .null: "null"
    case .boolean(let flag): flag ? "true" : "false"
    case .number(let text), .string(let text): text
    case .array(let elements): "[" + elements.map(text).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { "\($0.key): \(text($0.value))" }.joined(separator: ", ") + "}"
    }
  }
}
