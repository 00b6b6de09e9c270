import Glibc

/// How a compiled database begins.
package enum DatabaseMark {
  /// The first four bytes, as a big-endian number.
  package static let value: UInt32 = 0x8953_4b44
  /// Bytes of a file that is looked at whatever it is called.
  private static let largeFile: Int64 = 64 << 10

  /// Whether a file of a folder may be a database, so that it is worth being opened.
  ///
  /// Opening each of many small files would cost a tenth of their scan, so what is small is looked
  /// at only if it has the usual name.
  static func mayBegin(name: [UInt8], size: Int64) -> Bool {
    size >= largeFile || name.suffix(5).elementsEqual(".skdb".utf8)
  }

  /// Whether a plain file begins as a compiled database does.
  package static func begins(_ path: InputPath) -> Bool {
    // What takes the file's place meanwhile must not make us wait.
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    // SAFETY: the path is read within the call.
    let descriptor = unsafe path.withCString { unsafe open($0, flags) }
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    var head: UInt32 = 0
    // SAFETY: at most as many bytes as the number has are read into it.
    let count = unsafe withUnsafeMutableBytes(of: &head) {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    return count == MemoryLayout<UInt32>.size && UInt32(bigEndian: head) == value
  }
}
