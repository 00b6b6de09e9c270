import FoundationEssentials

/// The processors of the machine, as far as this process may use them.
enum Processors {
  /// How many the process may run on: fewer than the machine has where it was bound to some
  /// (`taskset`, a container's set), since threads beyond them only wait for one another.
  static var available: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
