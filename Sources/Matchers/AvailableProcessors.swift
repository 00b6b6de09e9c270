import CProcessors

/// The processors of the machine, as far as this process may use them.
package enum AvailableProcessors {
  /// The number of processors that the process may run on.
  ///
  /// They are fewer than the machine has if the process is bound to some (`taskset`, a container's
  /// set); more threads than that would only wait for one another.
  package static var count: Int { Int(sekisho_count_processors()) }
}
