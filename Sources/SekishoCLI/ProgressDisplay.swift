import ArgumentParser
import Glibc
import Sekisho
import Synchronization

/// Ctrl-C, and the signal that asks a program to end, as a request to stop.
enum Interruption {
  private static let progress = ScanProgress()

  /// Installs the handler; the first Ctrl-C or SIGTERM stops the run in order, the second ends the program.
  static func install() -> ScanProgress {
    // Made before the handler can run, which must not allocate.
    _ = progress
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.progress.requestStop()
        signal(number, SIG_DFL)
      }
      unblock(number)
    }
    return progress
  }

  /// Lets a signal through that whoever started us may have blocked.
  private static func unblock(_ number: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Says that a run was stopped, unless notes are not wanted; the exit code for it.
  static func end(quiet: Bool) -> ExitCode {
    if !quiet { Console.note("interrupted: the inputs were not read to their end") }
    return ExitCode(130)
  }

  /// Lets Ctrl-C end the program with a word and the exit code for it, where nothing is to be finished.
  static func endsProgram() {
    let before = signal(SIGINT) { _ in
      // Nothing else may be called here.
      let word: StaticString = "interrupted\n"
      _ = Glibc.write(STDERR_FILENO, word.utf8Start, word.utf8CodeUnitCount)
      _exit(130)
    }
    // So shells start what runs in the background; a run that can be stopped in order is, all the same.
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      signal(SIGINT, SIG_IGN)
    } else {
      unblock(SIGINT)
    }
  }
}

/// Shows on a terminal how much was read, twice a second, on one line.
final class ProgressDisplay: Sendable {
  private let isOver = Atomic<Bool>(false)
  private let isShown: Bool

  init(_ progress: ScanProgress, isShown: Bool) {
    self.isShown = isShown
    guard isShown else { return }
    Task.detached { [self] in
      var tick = 0
      while !isOver.load(ordering: .relaxed) {
        try await Task.sleep(nanoseconds: 500_000_000)
        tick += 1
        guard !isOver.load(ordering: .relaxed) else { return }
        let megabytes = progress.bytesRead / 1_000_000
        Console.write("\rread \(megabytes) MB in \(tick / 2) s ", to: STDERR_FILENO)
      }
    }
  }

  /// Wipes the line.
  func end() {
    isOver.store(true, ordering: .relaxed)
    if isShown { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
  }
}
