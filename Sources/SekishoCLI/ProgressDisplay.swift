import ArgumentParser
import Glibc
import Sekisho
import Synchronization

/// Takes Ctrl-C, SIGTERM, and a terminal that goes away as a request to stop.
enum Interruption {
  private static let progress = ScanProgress()

  /// Installs the handler: the first signal stops the run in order, the second at once.
  static func install() -> ScanProgress {
    // `progress` is made before the handler can run, which must not allocate.
    _ = progress
    // Under `nohup` the end of the terminal is not to be noticed.
    for number in [SIGINT, SIGTERM, SIGHUP] where number != SIGHUP || !isIgnored(number) {
      signal(number) { number in
        Interruption.progress.requestStop()
        signal(number, SIG_DFL)
      }
      unblock(number)
    }
    return progress
  }

  /// Whether the parent process had a signal ignored.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    return sigaction(number, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Unblocks a signal, which the parent process may have blocked.
  private static func unblock(_ number: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Prints that a run was stopped, unless `quiet`, and returns the exit code for it.
  static func end(quiet: Bool) -> ExitCode {
    if !quiet { Console.note("interrupted: the inputs were not read to their end") }
    return ExitCode(130)
  }

  /// Makes Ctrl-C end the program with a message and exit code 130, when nothing is to be finished.
  static func endsProgram() {
    let before = signal(SIGINT) { _ in
      // A signal handler may call nothing else.
      let word: StaticString = "interrupted\n"
      _ = Glibc.write(STDERR_FILENO, word.utf8Start, word.utf8CodeUnitCount)
      _exit(130)
    }
    // Shells start background jobs with SIGINT ignored, and so it stays here; `install` still takes
    // it as a request to stop.
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
        Console.writeProgress("read \(megabytes) MB in \(tick / 2) s ")
      }
    }
  }

  /// Wipes the line.
  func end() {
    isOver.store(true, ordering: .relaxed)
    if isShown { Console.wipeProgress() }
  }
}
