import Parsing

/// Points in time as people and programs read them.
enum TimeText {
  /// Nanoseconds since 1970 as RFC 3339.
  static func text(_ nanoseconds: Int64) -> String {
    var text: [UInt8] = []
    Timestamp.append(nanoseconds, to: &text)
    // A fraction of zero is left out.
    let full = String(decoding: text, as: UTF8.self)
    return full.hasSuffix(".000000Z") ? full.dropLast(8) + "Z" : full
  }
}
