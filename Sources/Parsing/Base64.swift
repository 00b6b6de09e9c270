/// Base64 (RFC 4648 §4).
package enum Base64 {
  private static let alphabet: StaticString =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

  /// Appends the text that encodes `bytes`, padded.
  package static func encode(_ bytes: RawSpan, to output: inout [UInt8]) {
    output.append(addingCapacity: (bytes.byteCount + 2) / 3 * 4) { text in
      var offset = 0
      while offset < bytes.byteCount {
        let left = bytes.byteCount - offset
        var group = UInt32(bytes.byte(unchecked: offset)) << 16
        if left > 1 { group |= UInt32(bytes.byte(unchecked: offset + 1)) << 8 }
        if left > 2 { group |= UInt32(bytes.byte(unchecked: offset + 2)) }
        text.append(digit(group >> 18))
        text.append(digit(group >> 12))
        text.append(left > 1 ? digit(group >> 6) : UInt8(ascii: "="))
        text.append(left > 2 ? digit(group) : UInt8(ascii: "="))
        offset += 3
      }
    }
  }

  /// Appends the bytes that `text` encodes; false, with nothing appended, if it is not Base64.
  ///
  /// The padding may be missing as a whole; white space and other alphabets are refused. Bits that
  /// fill up the last digit are ignored.
  @discardableResult
  package static func decode(_ text: RawSpan, to output: inout [UInt8]) -> Bool {
    var end = text.byteCount
    var padding = 0
    while padding < 2, end > 0, text.byte(unchecked: end - 1) == UInt8(ascii: "=") {
      end -= 1
      padding += 1
    }
    // A single digit has too few bits for a byte.
    guard end & 3 != 1, padding == 0 || (end + padding) & 3 == 0 else { return false }
    let before = output.count
    var group: UInt32 = 0
    for offset in 0..<end {
      let value = value(of: text.byte(unchecked: offset))
      guard value < 64 else {
        output.removeSubrange(before...)
        return false
      }
      group = group << 6 | UInt32(value)
      switch offset & 3 {
      case 1: output.append(UInt8(truncatingIfNeeded: group >> 4))
      case 2: output.append(UInt8(truncatingIfNeeded: group >> 2))
      case 3: output.append(UInt8(truncatingIfNeeded: group))
      default: break
      }
    }
    return true
  }

  private static func digit(_ value: UInt32) -> UInt8 {
    // SAFETY: the alphabet has 64 digits and the index is masked to six bits.
    unsafe alphabet.utf8Start[Int(value & 63)]
  }

  private static func value(of byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: 255
    }
  }
}
