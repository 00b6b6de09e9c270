import Indicators
import Parsing

/// ClamAV's `hash:size:name[:level[:level]]` (`.hdb`, `.hsb`); the size is context.
///
/// Lists of files that ClamAV must not find (`.fp`, `.sfp`) and of import hashes (`.imp`) are
/// written alike: only the file's name tells them apart.
struct ClamAVHashFormat: LineFormat {
  private let isAllowed: Bool
  private let declared: DeclaredKind

  /// The format of a file with this path, compressed or not.
  init(path: String) {
    var name = path[...].utf8
    for suffix in [".gz", ".zst"] where name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
      name = name.dropLast(suffix.utf8.count)
    }
    func ends(in suffix: String) -> Bool {
      name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
    isAllowed = ends(in: ".fp") || ends(in: ".sfp")
    declared = ends(in: ".imp") ? .kind(.imphash) : .digest
  }

  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if line.byte(unchecked: 0) == UInt8(ascii: "#") { return }
    guard Self.fits(line), let first = line.firstOffset(of: Byte.colon),
      let second = line.firstOffset(of: Byte.colon, from: first + 1)
    else {
      sink.refuse(.malformedLine, line, line: number)
      return
    }
    let end = line.firstOffset(of: Byte.colon, from: second + 1) ?? line.byteCount
    var context = sink.emptyContext
    let name = sink.collection.intern(line.extracting(second + 1..<end))
    if isAllowed {
      context.description = name
      context.flags.insert(.allow)
    } else {
      context.malware = sink.collection.intern(list: [name])
    }
    sink.setContext(context)
    sink.add(line.extracting(0..<first), as: declared, line: number)
  }

  /// Whether a line is a digest, a size or `*`, and a name.
  static func fits(_ line: RawSpan) -> Bool {
    guard let first = line.firstOffset(of: Byte.colon),
      let second = line.firstOffset(of: Byte.colon, from: first + 1),
      second + 1 < line.byteCount, Text.isDigest(line.extracting(0..<first))
    else { return false }
    let size = line.extracting(first + 1..<second)
    return size.equals(ignoringCase: "*") || Text.number(size) != nil
  }
}
