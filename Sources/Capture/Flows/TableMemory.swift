import Glibc
import Synchronization

/// Memory for the tables of a capture's flows, in large pages where the system has them.
///
/// A capture of many flows touches its tables at random places, and with pages of 4 KiB the processor then
/// looks for the page longer than for what is in it. So tables that have grown are cut from blocks of 2 MiB at
/// addresses that are multiples of that, which the system is asked to back by one page each. Small tables are
/// not: a page of that size is cleared when it is touched first, which would be most of what a small
/// capture costs.
///
/// Tables grow at about the same time, so a block that all have left soon serves larger ones.
@safe
final class TableMemory: Sendable {
  private struct Block {
    /// Where it begins, as a number.
    var address: UInt
    /// Bytes given out from the first on, and how many of the pieces are in use.
    var used = 0
    var pieces = 0
  }

  private static let blockSize = LargePages.size
  /// The shortest piece that is cut from a block.
  private static let shortest = 64 << 10

  private let blocks = Mutex<[Block]>([])

  deinit {
    blocks.withLock { blocks in
      // SAFETY: blocks were allocated here, and whoever uses a piece holds this object.
      for block in blocks {
        unsafe UnsafeMutableRawPointer(bitPattern: block.address)?.deallocate()
      }
    }
  }

  /// Memory for so many bytes, aligned to a line of the processor's cache.
  @unsafe
  func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    if byteCount < Self.shortest {
      return UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    }
    if byteCount > Self.blockSize { return unsafe Self.largePages(byteCount) }
    let length = (byteCount + 4095) & ~4095
    let address = blocks.withLock { blocks in
      let index =
        blocks.firstIndex { $0.used > 0 && $0.used + length <= Self.blockSize }
        ?? blocks.firstIndex(where: { $0.used == 0 })
      let place: Int
      if let index {
        place = index
      } else {
        place = blocks.count
        blocks.append(Block(address: unsafe UInt(bitPattern: Self.largePages(Self.blockSize))))
      }
      let address = blocks[place].address + UInt(blocks[place].used)
      blocks[place].used += length
      blocks[place].pieces += 1
      return address
    }
    guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: address) else {
      preconditionFailure("a block is somewhere")
    }
    return unsafe pointer
  }

  /// Gives memory back that was allocated with this length.
  @unsafe
  func free(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
    if byteCount < Self.shortest || byteCount > Self.blockSize {
      return unsafe pointer.deallocate()
    }
    let address = UInt(bitPattern: pointer)
    blocks.withLock { blocks in
      for index in blocks.indices
      where address >= blocks[index].address
        && address - blocks[index].address < UInt(Self.blockSize)
      {
        blocks[index].pieces -= 1
        if blocks[index].pieces == 0 { blocks[index].used = 0 }
      }
    }
  }

  /// Memory at a multiple of a block's length, in large pages where the system gives them.
  private static func largePages(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let memory = unsafe LargePages.allocate(byteCount)
    unsafe LargePages.advise(memory, byteCount)
    return unsafe memory
  }
}

/// Memory that the system is asked to back by large pages, so that the processor finds it sooner.
enum LargePages {
  /// Bytes of a page: on x86-64, and on ARM64 with small pages of 4 KiB.
  static let size = 2 << 20

  /// The length of whole pages.
  private static func whole(_ byteCount: Int) -> Int { (byteCount + size - 1) & ~(size - 1) }

  /// Memory of whole pages that holds so many bytes.
  static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer.allocate(byteCount: whole(byteCount), alignment: size)
  }

  /// Asks for large pages where the memory is touched first; what the system cannot do it refuses, and nothing
  /// changes.
  @unsafe
  static func advise(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
    #if os(Linux)
      _ = unsafe madvise(memory, whole(byteCount), MADV_HUGEPAGE)
    #endif
  }
}
