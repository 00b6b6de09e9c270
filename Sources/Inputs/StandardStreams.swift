import Glibc

/// Descriptors 0 to 2, which a parent process may have closed.
package enum StandardStreams {
  /// Opens those that are closed, so that no file which is opened later takes their numbers.
  ///
  /// Messages would else be written into a file of results, and `-` would read any file. Reading
  /// standard input, and writing to standard output, stay errors; messages have no reader.
  package static func open() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      // The lowest number that is free is taken, which is this one.
      // SAFETY: the path is read within the call.
      _ = unsafe Glibc.open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_WRONLY)
    }
  }
}

/// Standard input, as far as it can be read.
package enum StandardInput {
  /// Why it cannot be read, and what to do; nil if it can.
  package static var fault: String? {
    let flags = fcntl(STDIN_FILENO, F_GETFL)
    guard flags < 0 || flags & O_ACCMODE == O_WRONLY else { return nil }
    return "standard input is closed; redirect it (< FILE), or name a file"
  }

  /// Whether it is no plain file, so that more may come at any time.
  package static var isLive: Bool { FileIdentity(descriptor: STDIN_FILENO) == nil }
}
