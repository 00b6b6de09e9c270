import Parsing

extension InputSource {
  /// All bytes that are left of the input, decompressed.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that there may be.
  ///   - remedy: what a user can do if there are more, after a semicolon.
  /// - Returns: the bytes.
  /// - Throws: `InputError` where the input cannot be read to its end, or has more.
  package func readAll(limit: Int, remedy: String = "") throws(InputError) -> [UInt8] {
    var bytes: [UInt8] = []
    if let size = rawSize { bytes.reserveCapacity(Int(clamping: min(size, UInt64(limit))) + 1) }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let got = unsafe buffer.withUnsafeMutableBytes { memory -> Result<Int, InputError> in
        do throws(InputError) {
          // SAFETY: the buffer is valid within the closure.
          return .success(try unsafe read(into: memory))
        } catch {
          return .failure(error)
        }
      }
      let count = try got.get()
      guard count > 0 else { return bytes }
      guard bytes.count + count <= limit else {
        throw InputError(
          code: .tooLarge, path: path, message: "has more than \(limit) bytes\(remedy)")
      }
      bytes.append(buffer.rawSpan.extracting(0..<count))
    }
  }
}
