import Indicators
import Scanning

extension Explanation {
  /// Lines for people: values defanged, controls escaped.
  public func text() -> String {
    var text: String
    if let kind {
      text = "\(kind.name) "
      text += String(decoding: DisplayText.defanged(normalForm, kind: kind), as: UTF8.self)
    } else {
      text = String(decoding: DisplayText.defangedLine(asked), as: UTF8.self)
    }
    text += ": " + verdict + "\n"
    for finding in findings {
      text += "  " + Marks.forPeople(finding.marked, isCell: false)
      if !finding.place.isEmpty, !finding.marked.contains(finding.place) {
        text += " (\(Marks.forPeople(finding.place, isCell: false)))"
      }
      text += "\n"
    }
    return text
  }

  /// The result in a few words.
  public var verdict: String {
    let match = matches ? "a hit" : "no hit"
    guard let timesSeen else { return matches ? "a hit wherever it is seen" : match }
    if timesSeen == 0 { return "no hit: not seen in the inputs" }
    return "\(match), seen \(timesSeen) time\(timesSeen == 1 ? "" : "s")"
  }

  /// One line of JSON.
  public func json() -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("schema", 1)
      writer.member("asked", asked)
      if let kind {
        writer.member("kind", kind.name)
        writer.member("value", normalForm)
      }
      writer.member("matches", matches)
      writer.member("seen", ifAny: timesSeen)
      writer.objects("findings", findings) { $0.members(of: $1) }
    }
  }
}
