import ArgumentParser
import Matchers

/// The threads that an option asks for.
enum ThreadCount {
  /// Checks the number that `--threads` gives; the library starts 256 at most.
  ///
  /// - Throws: `ValidationError` that says which numbers it takes.
  static func check(_ threads: Int?) throws {
    guard threads ?? 1 >= 1 else { throw ValidationError("--threads must be 1 or more") }
  }

  /// The number to use: the one that is given, else that of the processors.
  static func used(_ threads: Int?) -> Int { threads ?? AvailableProcessors.count }
}
