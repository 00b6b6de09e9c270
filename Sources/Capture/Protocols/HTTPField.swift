import Parsing

/// A header field that is read.
enum HTTPField: UInt8, CaseIterable {
  case host, expect, referer, upgrade, userAgent, forwardedFor
  case contentLength, transferEncoding, contentDisposition

  /// Its name in small letters.
  private var name: StaticString {
    switch self {
    case .host: "host"
    case .expect: "expect"
    case .referer: "referer"
    case .upgrade: "upgrade"
    case .userAgent: "user-agent"
    case .forwardedFor: "x-forwarded-for"
    case .contentLength: "content-length"
    case .transferEncoding: "transfer-encoding"
    case .contentDisposition: "content-disposition"
    }
  }

  /// Whether it is read in an answer too, of which only the file name and the length of the body
  /// are of interest.
  var isReadInAnswers: Bool {
    switch self {
    case .contentLength, .transferEncoding, .contentDisposition: true
    default: false
    }
  }

  /// The field with a name, in any ASCII case; nil if it is not read.
  init?(_ text: RawSpan, _ name: Range<Int>) {
    guard let first = name.first,
      let field = Self.places[Self.place(length: name.count, first: text.byte(unchecked: first))],
      name.count == field.name.utf8CodeUnitCount, text.starts(ignoringCase: field.name, at: first)
    else { return nil }
    self = field
  }

  /// The fields by length and first letter, which tell them apart: nearly every header that is not
  /// read is ruled out by one of the two.
  private static let places: [HTTPField?] = {
    var places = [HTTPField?](repeating: nil, count: 32)
    for field in allCases {
      let name = field.name.withUTF8Buffer { unsafe Array($0) }
      let place = place(length: name.count, first: name[0])
      precondition(places[place] == nil, "two fields have one place")
      places[place] = field
    }
    return places
  }()

  private static func place(length: Int, first: UInt8) -> Int {
    (length ^ Int(first | 0x20)) & 31
  }
}
