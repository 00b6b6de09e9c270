internal import Inputs
internal import Parsing

/// Small files read whole.
enum FileBytes {
  /// The bytes of a file (decompressed), or of standard input for `-`.
  ///
  /// - Throws: `InputError` where it cannot be read to its end or is longer than the limit.
  static func read(path: String, limit: Int) throws(InputError) -> [UInt8] {
    try read(InputSource(path: path), limit: limit)
  }

  static func read(_ source: InputSource, limit: Int) throws(InputError) -> [UInt8] {
    var reader = ChunkReader(source)
    var bytes: [UInt8] = []
    while try reader.next() {
      bytes.append(reader.bytes)
      guard bytes.count <= limit else {
        throw InputError(
          code: .tooLarge, path: source.path, message: "has more than \(limit) bytes")
      }
    }
    if let fault = reader.fault { throw fault }
    return bytes
  }
}
