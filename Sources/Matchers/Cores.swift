internal import Glibc

/// Divides work that is the same for each of many elements among the processor's cores.
enum Cores {
  /// The most threads: beyond that the work is the memory's.
  private static let most = 16

  /// Cores of the machine, as many as are used.
  static let count = min(most, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Into how many parts `forEachPart` cuts work of which a part has at least `least` elements.
  static func parts(of count: Int, least: Int) -> Int {
    max(1, min(Self.count, count / max(1, least)))
  }

  /// Calls with each of `parts` equal parts of `0..<count`, one on the caller's thread, and returns when
  /// all are done.
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

/// Elements that several threads write, each its own ones.
///
/// Lives no longer than the buffer it points into: for the time of a `forEachPart` inside
/// `withUnsafeMutableBufferPointer`.
@safe
struct DividedElements<Element>: @unchecked Sendable {
  // Sendable, since no two threads touch the same element, which the parts of `forEachPart` see to.
  private let elements: UnsafeMutableBufferPointer<Element>

  init(_ elements: UnsafeMutableBufferPointer<Element>) { unsafe self.elements = elements }

  /// The elements of a part, for the thread whose part it is.
  @unsafe
  func part(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Element> {
    unsafe UnsafeMutableBufferPointer(rebasing: elements[range])
  }
}
