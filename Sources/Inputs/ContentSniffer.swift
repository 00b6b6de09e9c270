import Parsing

/// What the first bytes of an input (after decompression) say it is.
public enum InputContent: Sendable, Equatable {
  /// No bytes at all.
  case empty
  /// A capture of libpcap's classic format, any byte order and resolution, also modified ones.
  case pcap
  /// A capture of the pcapng format.
  case pcapng
  /// A capture of a format that is known and not read.
  case unsupportedCapture(String)
  /// Files in a wrapping that is not opened, by name: `a ZIP archive`.
  case wrapped(String)
  /// Still compressed: a file compressed twice.
  case compressed
  /// UTF-16 text that begins with a byte order mark, which is two bytes long.
  case utf16(isBigEndian: Bool)
  /// Bytes that are no text.
  case binary
  /// Text in UTF-8 or a superset of ASCII; `hasMark` if it begins with the three bytes of a byte
  /// order mark.
  case text(hasMark: Bool)
}

/// Tells inputs apart by content, never by name.
public enum ContentSniffer {
  /// Bytes that are enough to tell.
  public static let length = 4096

  /// What an input is that begins with some bytes, at most `length` of which are looked at.
  public static func content(of start: RawSpan) -> InputContent {
    let count = min(start.byteCount, length)
    if count == 0 { return .empty }
    if count >= 4 {
      switch start.bigEndianUInt32(unchecked: 0) {
      // Micro- and nanoseconds, and the modified format of 1999, in both byte orders.
      case 0xa1b2_c3d4, 0xd4c3_b2a1, 0xa1b2_3c4d, 0x4d3c_b2a1, 0xa1b2_cd34, 0x34cd_b2a1:
        return .pcap
      case 0x0a0d_0d0a where isSectionHeader(start, count): return .pcapng
      case 0x736e_6f6f: return .unsupportedCapture("snoop")
      case 0x5452_534e: return .unsupportedCapture("Sniffer")
      case 0x5843_5000: return .unsupportedCapture("NetXRay")
      case 0x5254_5353, 0x474d_4255: return .unsupportedCapture("Network Monitor")
      case 0x28b5_2ffd: return .compressed
      default: break
      }
    }
    if count >= 3, start.bigEndianUInt16(unchecked: 0) == 0x1f8b, start.byte(at: 2) == 8 {
      return .compressed
    }
    if count >= 2 {
      switch start.bigEndianUInt16(unchecked: 0) {
      case 0xfffe: return .utf16(isBigEndian: false)
      case 0xfeff: return .utf16(isBigEndian: true)
      default: break
      }
    }
    if let name = wrapping(start.extracting(0..<count)) { return .wrapped(name) }
    if isBinary(start, count) { return .binary }
    let hasMark =
      count >= 3 && start.bigEndianUInt16(unchecked: 0) == 0xefbb && start.byte(at: 2) == 0xbf
    return .text(hasMark: hasMark)
  }

  /// The compressed archive, or the compression other than gzip and zstd, that bytes are the beginning of;
  /// nil for anything else.
  ///
  /// A tar archive is none of them: what it holds can be read as it is.
  public static func wrapping(_ start: RawSpan) -> String? {
    guard start.byteCount >= 6 else { return nil }
    switch start.bigEndianUInt32(unchecked: 0) {
    case 0x504b_0304: return "a ZIP archive"
    case 0x425a_6831...0x425a_6839
    where start.byteCount >= 10 && start.bigEndianUInt32(unchecked: 4) == 0x3141_5926:
      return "compressed with bzip2"
    case 0xfd37_7a58 where start.bigEndianUInt16(unchecked: 4) == 0x5a00:
      return "compressed with xz"
    case 0x377a_bcaf where start.bigEndianUInt16(unchecked: 4) == 0x271c: return "a 7z archive"
    case 0x5261_7221 where start.bigEndianUInt16(unchecked: 4) == 0x1a07: return "a RAR archive"
    case 0x0422_4d18: return "compressed with LZ4"
    default: return nil
    }
  }

  /// The type alone is also two line ends of text; the byte-order magic settles it.
  private static func isSectionHeader(_ start: RawSpan, _ count: Int) -> Bool {
    guard count >= 12 else { return count > 4 }
    let magic = start.bigEndianUInt32(unchecked: 8)
    return magic == 0x1a2b_3c4d || magic == 0x4d3c_2b1a
  }

  /// Text holds next to no control characters; a log may hold a few that someone sent.
  private static func isBinary(_ start: RawSpan, _ count: Int) -> Bool {
    var nulls = 0
    var controls = 0
    for offset in 0..<count {
      let byte = start.byte(unchecked: offset)
      if byte == 0 {
        nulls += 1
      } else if byte < 0x20, byte < 0x07 || byte > 0x0d, byte != 0x1b {
        controls += 1
      }
    }
    // Logs cut off by a crash are filled up with zeros at their end, so a few runs are borne.
    // Random bytes hold nine controls in a hundred.
    return nulls * 10 > count || controls * 20 > count
  }
}
