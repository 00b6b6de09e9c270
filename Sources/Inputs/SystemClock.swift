import Glibc

/// The system's clocks.
package enum SystemClock {
  /// Nanoseconds since 1970 (UTC).
  package static var now: Int64 {
    let time = read(CLOCK_REALTIME)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Seconds since some fixed moment, unaffected by changes of the time of day.
  package static var seconds: Double { seconds(CLOCK_MONOTONIC) }

  /// Seconds that the process has kept processors busy.
  package static var processorSeconds: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

  private static func seconds(_ clock: clockid_t) -> Double {
    let time = read(clock)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    // SAFETY: the system fills the structure within the call.
    unsafe clock_gettime(clock, &time)
    return time
  }
}
