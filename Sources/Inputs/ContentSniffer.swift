import Parsing

/// The content of an input, judged by its first bytes (after decompression).
package enum InputContent: Sendable, Equatable {
  /// No bytes at all.
  case empty
  /// A capture of libpcap's classic format, any byte order and resolution, also modified ones.
  case pcap
  /// A capture of the pcapng format.
  case pcapng
  /// A capture of a format that is known and not read.
  case unsupportedCapture(String)
  /// An archive or compressed file that is not opened, by name: `a ZIP archive`.
  case wrapped(String)
  /// A known format that is not read, by name, and what the user can do about it.
  case foreign(String, advice: String)
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
package enum ContentSniffer {
  /// Number of first bytes that are enough to tell the content.
  package static let length = 4096

  /// The content of an input that begins with `start`; at most `length` bytes are looked at.
  package static func content(of start: RawSpan) -> InputContent {
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
      case 0x6970_7472 where start.starts(with: "iptrace 1.0") || start.starts(with: "iptrace 2.0"):
        return .unsupportedCapture("iptrace")
      case 0x6274_736e where start.starts(with: "btsnoop\0"):
        return .unsupportedCapture("btsnoop")
      case 0x7f76_6572: return .unsupportedCapture("Peek")
      case 0x28b5_2ffd: return .compressed
      case 0xfffe_0000, 0x0000_feff:
        return .foreign("text in UTF-32", advice: "convert it: iconv -f UTF-32 -t UTF-8")
      default: break
      }
    }
    if isCutMagic(start, count) { return .pcap }
    if count >= 3, start.bigEndianUInt16(unchecked: 0) == 0x1f8b, start.byte(at: 2) == 8 {
      return .compressed
    }
    if count >= 2, !isMarkedASCII(start.extracting(2..<count)) {
      switch start.bigEndianUInt16(unchecked: 0) {
      case 0xfffe: return .utf16(isBigEndian: false)
      case 0xfeff: return .utf16(isBigEndian: true)
      default: break
      }
    }
    if let name = wrapping(start.extracting(0..<count)) { return .wrapped(name) }
    if let foreign = foreign(start.extracting(0..<count)) { return foreign }
    if isBinary(start, count) { return unmarkedUTF16(start.extracting(0..<count)) ?? .binary }
    let hasMark =
      count >= 3 && start.bigEndianUInt16(unchecked: 0) == 0xefbb && start.byte(at: 2) == 0xbf
    return .text(hasMark: hasMark)
  }

  /// Tells text in UTF-16 without a byte order mark by its zeros: every second byte is one.
  ///
  /// Among sixteen characters one may be no Latin letter. A file to which bytes of both kinds were
  /// appended holds text that can be read, so that it is none.
  private static func unmarkedUTF16(_ start: RawSpan) -> InputContent? {
    let pairs = start.byteCount / 2
    guard pairs >= 16 else { return nil }
    for (zero, name) in [(1, "UTF-16LE"), (0, "UTF-16BE")] {
      var letters = 0
      for pair in 0..<pairs where start.byte(unchecked: 2 * pair + zero) == 0 {
        let letter = start.byte(unchecked: 2 * pair + 1 - zero)
        if 0x20...0x7e ~= letter || Byte.isBlank(letter) || letter == Byte.lineFeed
          || letter == Byte.carriageReturn
        {
          letters += 1
        }
      }
      if letters * 16 >= pairs * 15, !hasPlainText(start) {
        return .foreign(
          "text in UTF-16 without a byte order mark",
          advice: "convert it: iconv -f \(name) -t UTF-8")
      }
    }
    return nil
  }

  /// Whether eight bytes in a row are none of them zero.
  private static func hasPlainText(_ bytes: RawSpan) -> Bool {
    var count = 0
    for offset in 0..<bytes.byteCount {
      count = bytes.byte(unchecked: offset) == 0 ? 0 : count + 1
      if count == 8 { return true }
    }
    return false
  }

  /// Number of bytes behind a byte order mark that are enough to rule out UTF-16.
  private static let leastMarked = 32

  /// Whether the text behind a UTF-16 byte order mark is ASCII.
  ///
  /// Two ASCII bytes could be a Chinese character in UTF-16, but no text is a row of those alone
  /// without a blank.
  private static func isMarkedASCII(_ text: RawSpan) -> Bool {
    text.byteCount >= leastMarked
      && (0..<text.byteCount).allSatisfy { offset in
        let byte = text.byte(at: offset)
        return 0x20...0x7e ~= byte || 0x09...0x0d ~= byte
      }
  }

  /// Whether the whole input is the first two or three bytes of a capture's magic number.
  ///
  /// Bytes that text may begin with do not count.
  private static func isCutMagic(_ start: RawSpan, _ count: Int) -> Bool {
    guard count == 2 || count == 3 else { return false }
    let third: UInt8? = count == 3 ? start.byte(at: 2) : nil
    return switch start.bigEndianUInt16(unchecked: 0) {
    case 0xa1b2: third == nil || third == 0xc3 || third == 0x3c || third == 0xcd
    case 0xd4c3: third == nil || third == 0xb2
    case 0x4d3c, 0x34cd: third == 0xb2
    default: false
    }
  }

  /// Recognises logs and tables in binary formats.
  private static func foreign(_ start: RawSpan) -> InputContent? {
    let forms: [(StaticString, name: String, advice: String)] = [
      ("ElfFile\0", "a Windows event log (EVTX)", "export it as JSON or CSV"),
      ("LPKSHHRH", "a journal of systemd", "write it out with journalctl -o json"),
      ("SQLite format 3\0", "an SQLite database", "export its tables as CSV"),
      ("PAR1\u{15}", "a Parquet file", "export it as JSON or CSV"),
    ]
    return forms.first { start.starts(with: $0.0) }
      .map { .foreign($0.name, advice: $0.advice) }
  }

  /// The archive, or the compression other than gzip and zstd, that begins with `start`, or nil.
  ///
  /// A tar archive counts as well, since its members may be captures or compressed.
  package static func wrapping(_ start: RawSpan) -> String? {
    guard start.byteCount >= 6 else { return nil }
    if isTar(start) { return "a tar archive" }
    switch start.bigEndianUInt32(unchecked: 0) {
    case 0x504b_0304: return "a ZIP archive"
    case 0x425a_6831...0x425a_6839
    where start.byteCount >= 10 && start.bigEndianUInt32(unchecked: 4) == 0x3141_5926:
      return "compressed with bzip2"
    case 0xfd37_7a58 where start.bigEndianUInt16(unchecked: 4) == 0x5a00:
      return "compressed with xz"
    case 0x377a_bcaf where start.bigEndianUInt16(unchecked: 4) == 0x271c: return "a 7z archive"
    case 0x5261_7221 where start.bigEndianUInt16(unchecked: 4) == 0x1a07: return "a RAR archive"
    case 0x0422_4d18, 0x0221_4c18: return "compressed with LZ4"
    case 0x894c_5a4f: return "compressed with lzop"
    case 0x4d53_4346 where start.bigEndianUInt16(unchecked: 4) == 0: return "a cabinet archive"
    case 0x1f9d_8000...0x1f9d_90ff: return "compressed with compress"
    // The properties that all writers use, and a dictionary size that is a power of two.
    case 0x5d00_0000...0x5d00_00ff where start.byteCount >= 13 && isLZMA(start):
      return "compressed with LZMA"
    case 0xff06_0000 where start.bigEndianUInt16(unchecked: 4) == 0x734e:
      return "compressed with Snappy"
    default: return nil
    }
  }

  /// Whether the bytes continue as a header of LZMA's old format.
  ///
  /// Its dictionary size is a power of two, and its uncompressed length is unknown or small.
  private static func isLZMA(_ start: RawSpan) -> Bool {
    let high = start.bigEndianUInt16(unchecked: 11)
    let dictionary = Int(start.byte(unchecked: 3)) | Int(start.byte(unchecked: 4)) << 8
    return dictionary.nonzeroBitCount == 1 && (high == 0 || high == 0xffff)
  }

  /// Whether bytes begin with a tar header whose checksum is right.
  ///
  /// The header begins with a file name, which may be anything.
  private static func isTar(_ start: RawSpan) -> Bool {
    guard start.byteCount >= 512, start.starts(with: "ustar", at: 257) else { return false }
    var sum = 0
    var written = 0
    for offset in 0..<512 {
      let byte = start.byte(unchecked: offset)
      guard 148..<156 ~= offset else {
        sum += Int(byte)
        continue
      }
      // The checksum field counts as blanks.
      sum += 0x20
      if byte &- 0x30 <= 7 { written = written << 3 | Int(byte &- 0x30) }
    }
    return sum == written
  }

  /// Whether the bytes are a pcapng section header.
  ///
  /// Its block type consists of line ends, which text may begin with, too; the byte-order magic
  /// decides.
  private static func isSectionHeader(_ start: RawSpan, _ count: Int) -> Bool {
    guard count >= 12 else { return count > 4 }
    let magic = start.bigEndianUInt32(unchecked: 8)
    return magic == 0x1a2b_3c4d || magic == 0x4d3c_2b1a
  }

  /// Whether bytes hold too many control characters to be text.
  ///
  /// A log may hold a few that someone sent.
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
    // Logs cut off by a crash are filled up with zeros at their end, so some zeros are accepted.
    // Nine in a hundred random bytes are control characters.
    return nulls * 10 > count || controls * 20 > count
  }
}
