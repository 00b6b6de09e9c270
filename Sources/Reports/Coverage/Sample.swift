import Glibc
import Inputs

/// The start of a file, copied into a file without a name, which lives as long as this object.
final class Sample {
  /// Linux's `O_TMPFILE`, whose macro does not reach Swift.
  private static let withoutName = O_DIRECTORY | 0o20_000_000

  private let descriptor: Int32
  /// The path that opens the copy.
  let path: InputPath

  /// Copies at most `length` bytes; nil where nothing can be read or written.
  init?(start length: Int, of source: InputPath) {
    // SAFETY: the path is read within the call.
    let input = unsafe source.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
    guard input >= 0 else { return nil }
    defer { close(input) }
    // SAFETY: the variable's text is copied at once, the folder's is read within the call.
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? P_tmpdir
    let output = unsafe open(folder, Self.withoutName | O_RDWR | O_CLOEXEC, 0o600)
    guard output >= 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var copied = 0
    while copied < length {
      let wanted = min(buffer.count, length - copied)
      // SAFETY: at most as many bytes as the array has are read into it.
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(input, $0.baseAddress, wanted)
      }
      guard count > 0 else { break }
      var offset = 0
      while offset < count {
        // SAFETY: the part written lies inside the array.
        let written = unsafe buffer.withUnsafeBytes {
          unsafe write(
            output, UnsafeRawBufferPointer(rebasing: $0[offset..<count]).baseAddress,
            count - offset)
        }
        guard written > 0 else { break }
        offset += written
      }
      guard offset == count else { break }
      copied += count
    }
    guard copied > 0 else {
      close(output)
      return nil
    }
    descriptor = output
    path = InputPath("/proc/self/fd/\(output)")
  }

  deinit { close(descriptor) }
}
