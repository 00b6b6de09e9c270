import Glibc
import Matchers

/// A value behind a lock that threads can wait on: a mutex with one condition.
///
/// `Synchronization.Mutex` has no condition to wait on, and scanning threads must sleep while there is
/// no work. Sendable because `value` is reached only inside `withLock`, with the mutex held.
@safe
final class Monitor<Value>: @unchecked Sendable {
  private var value: Value
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(_ value: sending Value) {
    self.value = value
    // SAFETY: both point at memory that lives until `deinit`.
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  // SAFETY of what follows: as above; whoever calls a method holds this object.

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs the body with the lock held.
  func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Runs the body each time the monitor is woken until it gives a result.
  func wait<Result>(_ body: (inout Value) -> Result?) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      unsafe pthread_cond_wait(condition, mutex)
    }
  }

  /// Wakes every waiting thread.
  func wakeAll() {
    unsafe pthread_cond_broadcast(condition)
  }
}

/// Threads of our own: scanning blocks in `read`, which the cooperative pool must not.
package enum Threads {
  /// Runs the body on `count` threads, one of them the caller's, and returns when all are done.
  package static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    // Fewer threads than asked for do the same work.
    let threads = (1..<max(count, 1)).compactMap { index in StartedThread { body(index) } }
    body(0)
    for thread in threads { thread.join() }
  }
}
