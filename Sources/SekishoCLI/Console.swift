import ArgumentParser
import Glibc
import Inputs
import Sekisho
import Synchronization

/// Output to standard error and standard output, and whether they are terminals.
enum Console {
  /// Prints `sekisho: error: …`.
  static func error(_ message: String) { note("sekisho: error: " + message) }

  /// Prints an error with what to do about it, options as the command has them.
  static func error(_ error: any Error) {
    self.error(shown((error as? any Advising)?.text(naming: OptionNames.name) ?? "\(error)"))
  }

  /// Prints `sekisho: warning: …`.
  static func warning(_ message: String) { note("sekisho: warning: " + message) }

  /// Prints a line on standard error.
  static func note(_ line: String) {
    wipeProgress()
    write(line + "\n", to: STDERR_FILENO)
  }

  /// Whether a line of progress stands on the terminal.
  private static let hasProgress = Atomic<Bool>(false)

  /// Writes a line of progress over the one before.
  static func writeProgress(_ text: String) {
    hasProgress.store(true, ordering: .relaxed)
    write("\r" + text, to: STDERR_FILENO)
  }

  /// Wipes the line of progress, if there is one.
  static func wipeProgress() {
    if hasProgress.exchange(false, ordering: .relaxed) { write("\r\u{1B}[K", to: STDERR_FILENO) }
  }

  /// Prints a problem of a run.
  static func report(_ problem: ScanProblem, quiet: Bool) {
    let text = shown(problem.text(naming: OptionNames.name))
    if problem.isError {
      error(text)
    } else if !quiet {
      warning(text)
    }
  }

  /// Prints what a scan did not look at, what limits cut and what was odd, if there is any.
  static func note(skipped: Tally) {
    if let text = ScanSummary.text(skipped: skipped) { note(text) }
  }

  /// A number and what it counts: `1 entry`, `2 entries`.
  static func counted(_ count: Int, _ one: String, _ several: String) -> String {
    "\(count) \(count == 1 ? one : several)"
  }

  /// Text from outside with controls and the like made visible.
  static func shown(_ text: String) -> String {
    String(decoding: DisplayText.escaped(Array(text.utf8), isCell: false), as: UTF8.self)
  }

  /// Writes bytes to a descriptor; false when they could not be written.
  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    write(Array(text.utf8), to: descriptor)
  }

  /// Writes bytes to a descriptor; false when they could not be written.
  @discardableResult
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Writes results to standard output.
  ///
  /// - Throws: `ExitCode` if they cannot be written; a reader that has closed the pipe is no error.
  static func output(_ bytes: [UInt8]) throws {
    if write(bytes, to: STDOUT_FILENO) || errno == EPIPE { return }
    throw cannotWrite()
  }

  /// Reports why standard output cannot be written, and returns the exit code for it.
  static func cannotWrite() -> ExitCode {
    error("standard output: cannot write: \(String(cString: strerror(errno)))")
    return ExitCode(2)
  }

  /// Whether standard output is a terminal.
  static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether standard error is a terminal.
  static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
