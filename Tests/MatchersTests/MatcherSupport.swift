import Glibc
import Matchers
import TestSupport

extension ImageBytes {
  /// Creates an image that owns a copy of an array.
  convenience init(_ bytes: [UInt8]) { self.init(copying: bytes.span.bytes) }
}

/// An image whose region is followed by a page that may not be read.
func guardedImage(_ bytes: [UInt8]) -> ImageBytes {
  let memory = GuardedMemory(room: bytes.count)
  let start = memory.copy(bytes)
  return ImageBytes(baseAddress: UnsafeRawPointer(start), count: bytes.count) { _, _ in
    withExtendedLifetime(memory) {}
  }
}

/// Damaged copies of an image: cut at many places, every byte of the head changed, and random
/// ranges overwritten.
func damagedCopies(
  of image: [UInt8], generator: inout SeededGenerator, rounds: Int
) -> [[UInt8]] {
  var copies: [[UInt8]] = []
  let step = max(1, image.count / 120)
  for end in stride(from: 0, to: image.count, by: step) { copies.append(Array(image[..<end])) }
  for at in stride(from: 0, to: image.count, by: max(1, image.count / 500)) {
    var copy = image
    copy[at] ^= [0x01, 0x80, 0xFF, 0x10][generator.below(4)]
    copies.append(copy)
  }
  for _ in 0..<rounds {
    var copy = image
    // Mostly after the header, since an image with a damaged header does not open.
    let from = generator.below(8) == 0 ? 0 : min(copy.count - 1, 128)
    let start = from + generator.below(copy.count - from)
    let end = min(copy.count, start + 1 + generator.below(64))
    let fill = generator.below(3)
    for at in start..<end {
      copy[at] = fill == 0 ? 0xFF : fill == 1 ? 0 : UInt8(generator.below(256))
    }
    copies.append(copy)
  }
  return copies
}

/// An image of which only the first page may be read.
func headOnlyImage(_ bytes: [UInt8]) -> ImageBytes {
  let page = 4096
  let size = (bytes.count / page + 1) * page
  let map = mmap(
    nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
  guard let map, map != MAP_FAILED else { preconditionFailure("no memory") }
  bytes.withUnsafeBytes { source in
    if let from = source.baseAddress { map.copyMemory(from: from, byteCount: bytes.count) }
  }
  mprotect(map + page, size - page, PROT_NONE)
  return ImageBytes(baseAddress: UnsafeRawPointer(map), count: bytes.count) { start, count in
    munmap(UnsafeMutableRawPointer(mutating: start), (count / 4096 + 1) * 4096)
  }
}
