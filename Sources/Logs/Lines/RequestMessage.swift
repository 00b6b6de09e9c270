import Indicators
import Parsing

/// Messages about an HTTP request whose host and path are in quotes at known places
/// (`Matching.md` §4).
enum RequestMessage {
  /// The text before a quoted value, the name of the value's field, and the part of a URL that it
  /// is.
  private typealias Place = (mark: StaticString, field: StaticString, role: FieldRole)

  /// nginx' error log.
  private static let serverPlaces: [Place] = [
    (", request: \"", "request", .requestLine), (", host: \"", "host", .urlHost),
  ]
  /// ModSecurity in Apache's error log.
  private static let firewallPlaces: [Place] = [
    ("[hostname \"", "hostname", .urlHost), ("[uri \"", "uri", .urlPath),
  ]
  /// WatchGuard's proxies.
  private static let appliancePlaces: [Place] = [
    (" dstname=\"", "dstname", .urlHost), (" host=\"", "host", .urlHost), (" sni=\"", "sni", .none),
    (" op=\"", "op", .method), (" arg=\"", "arg", .urlPath), (" path=\"", "path", .urlPath),
  ]

  /// Reads a message of words in which the host and path of a request are in quotes.
  ///
  /// The rest of it is text, in which its ends and its time are looked for as well.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let start = range.lowerBound
    guard range.count > 40 else { return false }
    let places: [Place]
    var isInOrder = false
    if bytes.byte(unchecked: start) == UInt8(ascii: "[") {
      places = Self.firewallPlaces
    } else if LogTime.isDate(bytes, at: start, Byte.slash),
      bytes.starts(with: " [", at: start + 19)
    {
      places = Self.serverPlaces
      isInOrder = true
    } else if bytes.firstRange(of: "msg_id=\"", from: start, to: min(range.upperBound, start + 96))
      != nil
    {
      places = Self.appliancePlaces
    } else {
      return false
    }
    return addPlaces(bytes, range, places, isInOrder: isInOrder, &extraction)
  }

  private static func addPlaces(
    _ bytes: RawSpan, _ range: Range<Int>, _ places: [Place], isInOrder: Bool,
    _ extraction: inout Extraction
  ) -> Bool {
    var start = range.lowerBound
    var found: [(place: Place, value: Range<Int>)] = []
    for place in places {
      guard
        let mark = bytes.firstRange(of: place.mark, from: start, to: range.upperBound),
        let close = bytes.closingQuote(from: mark.upperBound, to: range.upperBound)
      else { continue }
      found.append((place, mark.upperBound..<close))
      // A file's name before a place may look like a later place, so that is searched for only
      // behind.
      if isInOrder { start = close }
    }
    guard !found.isEmpty else { return false }
    found.sort { $0.value.lowerBound < $1.value.lowerBound }
    for (place, value) in found {
      // What looks like a place inside another quoted value is none.
      if let last = extraction.line.fields.last, last.end > value.lowerBound { continue }
      let field = extraction.scanner.paths.name(place.field)
      extraction.line.add(field, quoted: value)
      switch place.role {
      case .urlHost where !bytes.isAbsent(value) && extraction.line.urlHost == nil:
        extraction.line.urlHost = LineField(field, value)
      case .urlPath where bytes.mayBePath(value) && extraction.line.urlPath == nil:
        extraction.line.urlPath = LineField(field, value)
      case .requestLine:
        if let path = JoinedURL.path(inRequestLine: bytes, value) {
          extraction.line.urlPath = LineField(field, path)
        }
      case .method: extraction.line.isTunnel = bytes.isWord(value, "CONNECT")
      default: break
      }
    }
    extraction.line.text = range
    return true
  }
}
