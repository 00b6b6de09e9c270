import Indicators
import Inputs
import Parsing

/// What a feed's content says of its format.
enum Detection {
  /// One format fits.
  case format(FeedFormat, CSVPlan?)
  /// A known format that is not supported: its name, and what the user can do.
  case refused(String, advice: Advice)
  /// An index file of a folder of feeds: it holds no indicators, which is not an error.
  case index(FeedFormat, FeedWarning)
  /// No format fits, or none well enough: what was found, the nearest formats, and other advice.
  case unknown(String, candidates: [FeedFormat], advice: Advice? = nil)
  /// JSON with a fault before anything that shows its format.
  case broken(FeedError)
  /// An archive or compression that is not opened and may hold a feed: what it is.
  case wrapped(String)
  /// Nothing to recognise a format by.
  case empty

  /// Whether the name of an unsupported format is plural (`YARA rules`), for the verb of a message.
  static func isSeveral(_ name: String) -> Bool {
    !name.hasPrefix("a ") && !name.hasPrefix("STIX ")
  }

  /// Bytes of a file that are looked at.
  static let sampleLength = 1 << 20

  /// Recognises the format by the first bytes of a file, or by all of them if `isWhole`.
  static func judge(_ sample: [UInt8], isWhole: Bool) -> Detection {
    let bytes = sample.rawSpan
    let content = Text.trimmed(bytes)
    if content.isEmpty { return .empty }
    if let name = wrappingName(bytes) { return .wrapped("the file is " + name + ", not text") }
    if let (name, advice) = binaryName(bytes) {
      return .unknown("the file is " + name + ", not text", candidates: [], advice: advice)
    }
    switch content.byte(unchecked: 0) {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      if let found = JSONDetection.judge(sample, isWhole: isWhole) { return found }
    case UInt8(ascii: "<"):
      return markup(content)
    default: break
    }
    return TextDetection.judge(sample, isWhole: isWhole)
  }

  /// Judges content that begins with `<`.
  ///
  /// Only OpenIOC is read; other markup may be a report for people.
  private static func markup(_ content: RawSpan) -> Detection {
    let head = content.extracting(0..<min(content.byteCount, 4096))
    if Text.firstIndex(of: "STIX_Package", in: head) != nil
      || Text.firstIndex(of: "stix.mitre.org", in: head) != nil
    {
      return .refused("STIX 1 (XML)", advice: "convert it to STIX 2.1, or leave the file out")
    }
    if Text.firstIndex(of: "OpenIOC", in: head, ignoringCase: true) != nil
      || Text.firstIndex(of: "schemas.mandiant.com", in: head) != nil
      || Text.firstIndex(of: "<ioc", in: head) != nil
    {
      return .format(.openIOC, nil)
    }
    if Text.firstIndex(of: "<response", in: head) != nil,
      Text.firstIndex(of: "<Event>", in: head) != nil
    {
      return .refused("a MISP export as XML", advice: "export it as JSON, or leave the file out")
    }
    if Text.firstIndex(of: "<html", in: head, ignoringCase: true) != nil
      || Text.firstIndex(of: "<!doctype html", in: head, ignoringCase: true) != nil
    {
      return .unknown("the file is a web page, not a feed", candidates: [.report])
    }
    if beginsProse(head) {
      return .unknown("the file is text with markup, not a feed", candidates: [.report])
    }
    return .unknown("XML of no known feed format", candidates: [])
  }

  /// HTML elements with which text for people begins, in Markdown as well.
  private static let elements: Set<String> = [
    "a", "article", "b", "blockquote", "body", "br", "center", "details", "div", "em", "font", "h1",
    "h2", "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "meta", "ol", "p", "picture",
    "pre", "section", "span", "strong", "style", "table", "title", "u", "ul",
  ]

  /// Whether markup begins with an HTML element or a link (`<https://`), or with comments before
  /// one or before text.
  private static func beginsProse(_ head: RawSpan) -> Bool {
    var start = 0
    while head.starts(with: "<!--", at: start) {
      let comment = head.extracting(start..<head.byteCount)
      guard let end = Text.firstIndex(of: "-->", in: comment) else { return true }
      start += end + 3
      while start < head.byteCount, Text.isSpace(head.byte(unchecked: start)) { start += 1 }
    }
    guard start < head.byteCount, head.byte(unchecked: start) == UInt8(ascii: "<") else {
      return true
    }
    var end = start + 1
    while end < head.byteCount, Byte.isAlphanumeric(head.byte(unchecked: end)) { end += 1 }
    return head.starts(with: "://", at: end) || head.starts(with: "[:", at: end)
      || elements.contains(Text.key(head.extracting((start + 1)..<end)))
  }

  /// A file that lists feeds, in the place of a feed.
  static var configuration: Detection {
    .unknown("it lists feeds", candidates: [], advice: "give it as \(.feedConfiguration)")
  }

  /// Whether text is laid out as `FeedConfiguration` has it: a list `feeds` of maps with a path.
  static func isConfiguration(_ text: [UInt8]) -> Bool {
    var isInside = false
    for line in text.prefix(1 << 16).split(separator: Byte.lineFeed) {
      if line.starts(with: "feeds:".utf8) {
        let rest = line.dropFirst(6).drop { Text.isSpace($0) }
        // Maps may also stand in the line itself: `feeds: [{path: a.txt}]`.
        if rest.first == UInt8(ascii: "["), rest.contains("path:".utf8) { return true }
        isInside = rest.isEmpty || rest.first == UInt8(ascii: "#")
      } else if isInside {
        let member = line.drop { Text.isSpace($0) || $0 == Byte.minus }
        if member.starts(with: "path:".utf8) { return true }
      }
    }
    return false
  }

  /// Whether content looks like JSON and holds a string, which may have been meant as a value.
  static func holdsStrings(_ sample: [UInt8]) -> Bool {
    let first = sample.first { !Text.isSpace($0) }
    return (first == UInt8(ascii: "[") || first == UInt8(ascii: "{")) && sample.contains(Byte.quote)
  }

  /// The archive or compression format that a file's first bytes show, or nil.
  ///
  /// The input was already decompressed, so gzip or zstd here was inside another compression.
  private static func wrappingName(_ content: RawSpan) -> String? {
    guard content.byteCount >= 4 else { return nil }
    switch content.bigEndianUInt32(unchecked: 0) {
    case 0x1f8b_0800...0x1f8b_08ff: return "compressed twice, with gzip inside"
    case 0x28b5_2ffd: return "compressed twice, with zstd inside"
    default:
      return ContentSniffer.wrapping(content)
        ?? (content.starts(with: "ustar", at: 257) ? "a tar archive" : nil)
    }
  }

  /// What a file is if it is not text, and what to do with it where that is known; nil for text.
  private static func binaryName(_ content: RawSpan) -> (String, Advice?)? {
    switch ContentSniffer.content(of: content) {
    case .pcap, .pcapng: return ("a packet capture", "scan it against feeds instead")
    default: break
    }
    if content.byteCount >= 4 {
      switch content.bigEndianUInt32(unchecked: 0) {
      case DatabaseMark.value:
        return ("a Sekisho database", "open it with \(.openDatabase) instead")
      case 0x2550_4446: return ("a PDF document", nil)
      case 0x7f45_4c46: return ("a program", nil)
      default: break
      }
    }
    let head = content.extracting(0..<min(content.byteCount, 64 << 10))
    return head.firstOffset(of: 0) == nil ? nil : ("binary", nil)
  }
}
