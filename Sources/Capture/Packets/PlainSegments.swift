/// Memory for the plain segments that are read together.
@safe
struct PlainSegments: ~Copyable {
  static let capacity = 16
  private let memory = UnsafeMutablePointer<PlainSegment>.allocate(capacity: capacity)

  init() {}

  // SAFETY: segments are trivial, and nobody else has the memory.
  deinit { unsafe memory.deallocate() }

  /// The segment at an index below `capacity`, which must have been written before it is read.
  subscript(_ index: Int) -> PlainSegment {
    @inline(__always)
    _read {
      assert(index >= 0 && index < Self.capacity)
      // SAFETY: the memory is for `capacity` segments, and the caller reads only what it wrote.
      yield unsafe memory[index]
    }
    @inline(__always)
    nonmutating set {
      assert(index >= 0 && index < Self.capacity)
      // SAFETY: as above; segments are trivial.
      unsafe (memory + index).initialize(to: newValue)
    }
  }
}
