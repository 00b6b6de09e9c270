import Glibc

/// A running thread; the one place that creates threads.
package struct StartedThread {
  private let thread: pthread_t

  /// Starts a thread that runs `body`; nil if the system refuses one.
  package init?(_ body: @escaping @Sendable () -> Void) {
    let start = unsafe Unmanaged.passRetained(Start(body))
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
    guard failure == 0 else {
      unsafe start.release()
      return nil
    }
    self.thread = thread
  }

  /// Leaves the thread to itself, instead of waiting for it.
  package func detach() { pthread_detach(thread) }

  /// Returns when the thread has ended; each is waited for once.
  package func join() { pthread_join(thread, nil) }

  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
