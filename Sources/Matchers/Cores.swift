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
    var threads: [pthread_t] = []
    var own = [0]
    for part in 1..<max(1, parts) {
      let range = range(part)
      let start = unsafe Unmanaged.passRetained(Start { body(part, range) })
      var thread = pthread_t()
      // SAFETY: the new thread takes over the retained object, exactly once.
      let failure = unsafe pthread_create(
        &thread, nil,
        { argument in
          if let argument = unsafe argument {
            unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
          }
          return nil
        }, start.toOpaque())
      if failure == 0 {
        threads.append(thread)
      } else {
        unsafe start.release()
        own.append(part)
      }
    }
    for part in own { body(part, range(part)) }
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
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
