import Matchers
import Parsing

/// A table of records of one size inside an image.
///
/// The place was checked against the image when it was opened; what the records hold was not, and
/// may change at any time. So an index is checked at each use and what is read is only a number.
struct RecordTable: Sendable {
  var start = 0
  var count = 0
  var stride = 1

  /// Offset of a record, or nil outside the table.
  @inline(__always)
  func offset(_ index: Int) -> Int? {
    index >= 0 && index < count ? start &+ index &* stride : nil
  }
}

extension ImageBytes {
  /// A four-byte field of a record; 0 outside the table.
  @inline(__always)
  func uint32(_ table: RecordTable, _ index: Int, _ field: Int = 0) -> UInt32 {
    guard let offset = table.offset(index) else { return 0 }
    return bytes.littleEndianUInt32(unchecked: offset + field)
  }

  /// An eight-byte field of a record; 0 outside the table.
  @inline(__always)
  func uint64(_ table: RecordTable, _ index: Int, _ field: Int = 0) -> UInt64 {
    guard let offset = table.offset(index) else { return 0 }
    return bytes.littleEndianUInt64(unchecked: offset + field)
  }

  /// An element of a table of offsets, four or eight bytes each; 0 outside the table.
  @inline(__always)
  func offset(_ table: RecordTable, _ index: Int) -> UInt64 {
    table.stride == 4 ? UInt64(uint32(table, index)) : uint64(table, index)
  }

  /// The part of a table of bytes from one offset to another, cut to the table.
  func range(_ table: RecordTable, from start: UInt64, to end: UInt64) -> Range<Int> {
    let limit = UInt64(table.count)
    let lower = min(start, limit)
    let upper = min(max(end, lower), limit)
    return table.start + Int(lower)..<table.start + Int(upper)
  }
}
