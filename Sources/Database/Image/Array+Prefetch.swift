import CByteKernels

extension Array {
  /// Asks for the cache line of an element.
  @inline(__always)
  func prefetch(_ index: Int) {
    // SAFETY: the address is only a hint, which is never read from.
    unsafe withUnsafeBufferPointer { elements in
      if let start = elements.baseAddress { unsafe sekisho_prefetch(start + index) }
    }
  }
}
