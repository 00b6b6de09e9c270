import Indicators
import Parsing

/// The file names in `Content-Disposition` (RFC 6266, RFC 8187).
extension HTTPReader {
  /// Writes the base names in a header's value; `filename` and `filename*` may both be present and
  /// differ.
  func keepFileNames(_ value: RawSpan, _ writer: inout ObservableWriter) {
    // The first part is the type: attachment, inline.
    var offset = Self.partEnd(value, 0)
    while offset < value.byteCount {
      let start = offset + 1
      let end = Self.partEnd(value, start)
      offset = end
      let part = HTTPRequest.trimmed(value, start..<end)
      guard let equals = value.firstOffset(of: UInt8(ascii: "="), in: part) else { continue }
      let name = HTTPRequest.trimmed(value, part.lowerBound..<equals)
      let text = HTTPRequest.trimmed(value, equals + 1..<part.upperBound)
      writer.scratch.removeAll(keepingCapacity: true)
      if name.count == 8, value.starts(ignoringCase: "filename", at: name.lowerBound) {
        Self.append(unquoted: value, text, to: &writer.scratch)
      } else if name.count == 9, value.starts(ignoringCase: "filename*", at: name.lowerBound) {
        Self.append(extended: value, text, to: &writer.scratch)
      } else {
        continue
      }
      Self.keepBaseName(&writer)
    }
  }

  /// The end of the part that begins at `start`: the next semicolon outside quotes.
  private static func partEnd(_ value: RawSpan, _ start: Int) -> Int {
    var offset = start
    var isQuoted = false
    while offset < value.byteCount {
      switch value.byte(unchecked: offset) {
      case Byte.quote: isQuoted.toggle()
      case Byte.backslash where isQuoted && isEscape(value, offset): offset += 1
      case UInt8(ascii: ";") where !isQuoted: return offset
      default: break
      }
      offset += 1
    }
    return value.byteCount
  }

  /// Whether a backslash escapes the next byte: only quotes and backslashes are escaped.
  ///
  /// Before any other byte it is taken for a path separator, since some servers send such paths.
  private static func isEscape(_ value: RawSpan, _ offset: Int) -> Bool {
    guard offset + 1 < value.byteCount else { return false }
    let next = value.byte(unchecked: offset + 1)
    return next == Byte.quote || next == Byte.backslash
  }

  private static func append(unquoted value: RawSpan, _ text: Range<Int>, to output: inout [UInt8])
  {
    guard let first = text.first, value.byte(unchecked: first) == Byte.quote else {
      output.append(value.extracting(text))
      return
    }
    var offset = first + 1
    while offset < text.upperBound {
      var byte = value.byte(unchecked: offset)
      if byte == Byte.quote { return }
      if byte == Byte.backslash, isEscape(value, offset), offset + 1 < text.upperBound {
        offset += 1
        byte = value.byte(unchecked: offset)
      }
      output.append(byte)
      offset += 1
    }
  }

  /// Appends an extended value: a character set, a language and percent-encoded bytes, separated by
  /// `'`.
  private static func append(extended value: RawSpan, _ text: Range<Int>, to output: inout [UInt8])
  {
    guard let first = value.firstOffset(of: Byte.apostrophe, in: text),
      let second = value.firstOffset(of: Byte.apostrophe, in: first + 1..<text.upperBound)
    else { return }
    let isLatin =
      first - text.lowerBound == 10 && value.starts(ignoringCase: "iso-8859-1", at: text.lowerBound)
    var offset = second + 1
    while offset < text.upperBound {
      var byte = value.byte(unchecked: offset)
      offset += 1
      if byte == UInt8(ascii: "%"), text.upperBound - offset >= 2,
        let unit = Hex.byte(value.byte(unchecked: offset), value.byte(unchecked: offset + 1))
      {
        byte = unit
        offset += 2
      }
      if isLatin, byte >= 0x80 {
        output.append(0xc0 | byte >> 6)
        output.append(0x80 | byte & 0x3f)
      } else {
        output.append(byte)
      }
    }
  }

  /// Writes the part of the name in `scratch` behind the last path separator; receivers drop the
  /// rest (RFC 6266 §4.3).
  private static func keepBaseName(_ writer: inout ObservableWriter) {
    let start =
      writer.scratch.lastIndex { $0 == Byte.slash || $0 == Byte.backslash }.map { $0 + 1 } ?? 0
    let place = writer.batch.arena.count
    writer.batch.arena += writer.scratch[start...]
    writer.keep(.httpFileName, .filename, from: place, flags: .ownField)
  }
}
