internal import Glibc

extension CompiledDatabase {
  /// Writes the image to a file that appears under its name only when it is complete.
  ///
  /// The file is readable by its owner alone. What stood under the name before is replaced in one
  /// step, so that whoever has it open keeps the old one; a symbolic link stays, what it leads to is
  /// replaced; a name that is no regular file (a device, a pipe) is written to as it is.
  public func write(to path: String) throws(DatabaseError) {
    var status = stat()
    let exists = unsafe stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      if status.st_mode & S_IFMT == S_IFDIR { throw DatabaseError(.inputOutput, "is a folder") }
      let file = try openFile(path, O_WRONLY | O_CLOEXEC)
      defer { close(file) }
      return try writeParts(to: file)
    }
    let path = exists ? Self.resolved(path) : path
    let partial = "\(path).partial-\(getpid())"
    unsafe unlink(partial)
    let file = try openFile(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)
    do throws(DatabaseError) {
      defer { close(file) }
      try writeParts(to: file)
      // Else a crash of the machine could leave the name with an empty file behind it.
      guard fsync(file) == 0 else { throw Self.failure("cannot be written") }
    } catch {
      unsafe unlink(partial)
      throw error
    }
    guard unsafe rename(partial, path) == 0 else {
      let error = Self.failure("cannot be written")
      unsafe unlink(partial)
      throw error
    }
  }

  /// The path without symbolic links, or as it is where that cannot be told.
  private static func resolved(_ path: String) -> String {
    // SAFETY: the answer is a C string of ours to free, copied before that.
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(validatingCString: real) ?? path
  }

  private func openFile(_ path: String, _ flags: CInt) throws(DatabaseError) -> CInt {
    let file = unsafe open(path, flags, 0o600)
    guard file >= 0 else { throw Self.failure("cannot be created") }
    return file
  }

  private func writeParts(to file: CInt) throws(DatabaseError) {
    try forEachPart { (part: [UInt8]) throws(DatabaseError) in
      var offset = 0
      while offset < part.count {
        // SAFETY: the pointer is valid for the bytes from `offset` to the array's end.
        let written = unsafe part.withUnsafeBytes { bytes in
          unsafe Glibc.write(file, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
        }
        if written > 0 {
          offset += written
        } else if written == 0 || errno != EINTR {
          throw Self.failure("cannot be written")
        }
      }
    }
  }

  private static func failure(_ what: String) -> DatabaseError {
    DatabaseError(.inputOutput, "\(what): \(systemMessage(errno))")
  }
}

/// The system's words for an error number.
func systemMessage(_ number: CInt) -> String {
  // SAFETY: `strerror` gives a NUL-terminated string that is valid until its next call; it is copied
  // here at once.
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return unsafe String(cString: text)
}
