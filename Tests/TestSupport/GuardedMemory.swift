import Glibc

/// Memory followed by a page that may not be read.
///
/// A reader that goes one byte too far ends the test. Made once, it serves many small inputs.
package final class GuardedMemory: Sendable {
  /// The size of a page, which is the step in which memory is mapped.
  private static let page = 4096

  private let size: Int
  /// Shared between threads only by tests that no longer write to it.
  private nonisolated(unsafe) let map: UnsafeMutableRawPointer

  /// Memory for so many bytes.
  package init(room: Int) {
    size = (room / Self.page + 1) * Self.page
    let map = mmap(
      nil, size + Self.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let map, map != MAP_FAILED, mprotect(map + size, Self.page, PROT_NONE) == 0 else {
      preconditionFailure("no memory")
    }
    self.map = map
  }

  deinit { munmap(map, size + Self.page) }

  /// Copies the bytes to where they end with the memory, and returns their start.
  package func copy(_ bytes: some Collection<UInt8>) -> UnsafeMutableRawPointer {
    precondition(bytes.count <= size)
    let start = map + (size - bytes.count)
    UnsafeMutableRawBufferPointer(start: start, count: bytes.count).copyBytes(from: bytes)
    return start
  }

  /// Calls a closure with a copy of the bytes that ends where the memory ends.
  package func withCopy<Result>(
    of bytes: some Collection<UInt8>, _ body: (RawSpan) throws -> Result
  ) rethrows -> Result {
    let start = copy(bytes)
    return try body(RawSpan(_unsafeStart: start, byteCount: bytes.count))
  }
}

/// Calls a closure with a copy of the bytes that is followed by a page that may not be read.
package func withGuardedCopy<Result>(
  of bytes: [UInt8], _ body: (RawSpan) throws -> Result
) rethrows -> Result {
  try GuardedMemory(room: bytes.count).withCopy(of: bytes, body)
}
