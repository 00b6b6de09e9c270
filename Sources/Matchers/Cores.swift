/// Divides work that is the same for each of many elements among the processor's cores.
enum Cores {
  /// The most threads: with more than these the speed of memory is the limit.
  private static let most = 16

  /// Number of cores to use: those that this process may run on, but at most `most`.
  static let count = min(most, AvailableProcessors.count)

  /// The number of parts into which `count` elements are cut, each with at least `least` of them.
  static func parts(of count: Int, least: Int) -> Int {
    max(1, min(Self.count, count / max(1, least)))
  }

  /// Calls `body` with each of `parts` equal parts of `0..<count`, and returns when all are done.
  ///
  /// One part runs on the caller's thread.
  static func forEachPart(
    of count: Int, _ parts: Int, _ body: @escaping @Sendable (_ part: Int, Range<Int>) -> Void
  ) {
    func range(_ part: Int) -> Range<Int> { count * part / parts..<count * (part + 1) / parts }
    var threads: [StartedThread] = []
    var own = [0]
    for part in 1..<max(1, parts) {
      let range = range(part)
      if let thread = StartedThread({ body(part, range) }) {
        threads.append(thread)
      } else {
        own.append(part)
      }
    }
    for part in own { body(part, range(part)) }
    for thread in threads { thread.join() }
  }
}

/// Elements that several threads write, each thread its own.
///
/// It must not outlive the buffer it points into, so it is made for one `forEachPart` inside
/// `withUnsafeMutableBufferPointer`.
@safe
struct DividedElements<Element>: @unchecked Sendable {
  // Sendable, since no two threads touch the same element, which the parts of `forEachPart` see to.
  private let elements: UnsafeMutableBufferPointer<Element>

  // SAFETY of these: as above; the ranges of parts are those of the elements.

  init(_ elements: UnsafeMutableBufferPointer<Element>) { unsafe self.elements = elements }

  /// The elements of a part, for the thread whose part it is.
  @unsafe
  func part(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Element> {
    unsafe UnsafeMutableBufferPointer(rebasing: elements[range])
  }
}
