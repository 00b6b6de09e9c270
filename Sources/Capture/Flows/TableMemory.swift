import Glibc
import Synchronization

/// Memory for the tables of a capture's flows, in large pages where the system has them.
///
/// A capture of many flows touches its tables at random places, and with pages of 4 KiB the
/// processor takes longer to find the page than to read from it. So tables that have grown are cut
/// from aligned blocks of 2 MiB, each of which the system is asked to back by one large page. Small
/// tables are not: a large page is cleared when it is first touched, which would be most of what a
/// small capture costs.
///
/// Tables grow at about the same time, so a block that all of them have left soon serves larger
/// ones.
@safe
final class TableMemory: Sendable {
  private struct Block {
    /// The block's address.
    var address: UInt
    /// Bytes given out from the beginning on, and the number of pieces in use.
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

  /// Memory of `byteCount` bytes, aligned to a cache line.
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
    // SAFETY: the address is inside a block, of which nobody else was given these bytes.
    guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: address) else {
      preconditionFailure("a block is somewhere")
    }
    return unsafe pointer
  }

  /// Gives back memory that was allocated with `byteCount`.
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

  /// The length of the whole pages that hold `byteCount` bytes.
  private static func whole(_ byteCount: Int) -> Int { (byteCount + size - 1) & ~(size - 1) }

  /// Memory of whole pages that holds `byteCount` bytes.
  static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer.allocate(byteCount: whole(byteCount), alignment: size)
  }

  /// Asks the system for large pages in memory that was not touched yet.
  ///
  /// If the system cannot give them it refuses, and nothing changes.
  @unsafe
  static func advise(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
    #if os(Linux)
      _ = unsafe madvise(memory, whole(byteCount), MADV_HUGEPAGE)
    #endif
  }
}
