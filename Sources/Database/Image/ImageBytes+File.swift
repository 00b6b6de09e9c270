import CMappedRegions
import Glibc
import Inputs
import Matchers

extension ImageBytes {
  /// The bytes of a database file: mapped, or read into memory.
  ///
  /// - Returns: the bytes, and the file if it is mapped.
  static func database(
    path: String, copying: Bool
  ) throws(DatabaseError) -> (ImageBytes, MappedFile?) {
    // SAFETY: the system reads the path within the call.
    let file = unsafe InputPath(path).withCString { unsafe Glibc.open($0, O_RDONLY | O_CLOEXEC) }
    guard file >= 0 else { throw failure("cannot be opened") }
    var isKept = false
    defer { if !isKept { close(file) } }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw failure("cannot be opened") }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw DatabaseError(
        .inputOutput, "is a folder, not a Sekisho database", remedy: "name a database file in it")
    case S_IFREG: break
    default:
      throw DatabaseError(
        .inputOutput, "is no regular file, so no Sekisho database", remedy: "name a file")
    }
    guard let count = Int(exactly: status.st_size), count > 0 else { throw .notADatabase }
    if copying { return (try read(file, count: count), nil) }
    let (bytes, region) = try map(file, count: count)
    isKept = true
    return (bytes, MappedFile(path: path, descriptor: file, count: count, region: region))
  }

  /// The parts of a compiled database, put together in memory.
  convenience init(parts compiled: CompiledDatabase) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(compiled.count, 1), alignment: DatabaseFormat.pageAlignment)
    var offset = 0
    compiled.forEachPart { part in
      // SAFETY: the parts together have `count` bytes, which is the room there is.
      unsafe part.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress, bytes.count <= compiled.count - offset else { return }
        unsafe memory.advanced(by: offset).copyMemory(from: start, byteCount: bytes.count)
      }
      offset += part.count
    }
    // SAFETY: the memory has `count` bytes, all of them copied above, and only the release frees it.
    unsafe self.init(baseAddress: UnsafeRawPointer(memory), count: compiled.count) { start, _ in
      unsafe start.deallocate()
    }
  }

  private static func map(
    _ file: CInt, count: Int
  ) throws(DatabaseError) -> (ImageBytes, region: Int32) {
    guard let start = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, file, 0),
      unsafe start != MAP_FAILED
    else { throw failure("cannot be mapped") }
    let region = unsafe sekisho_region_add(start, count)
    // SAFETY: the mapping holds `count` bytes and is undone only by the release closure.
    let bytes = unsafe ImageBytes(baseAddress: UnsafeRawPointer(start), count: count) {
      start, count in
      sekisho_region_remove(region)
      unsafe munmap(UnsafeMutableRawPointer(mutating: start), count)
    }
    return (bytes, region)
  }

  private static func read(_ file: CInt, count: Int) throws(DatabaseError) -> ImageBytes {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count, alignment: DatabaseFormat.pageAlignment)
    var offset = 0
    while offset < count {
      // SAFETY: `offset` is below `count`, and the call is told how many bytes are left.
      let got = unsafe Glibc.read(file, memory.advanced(by: offset), count - offset)
      if got > 0 {
        offset += got
      } else if got == 0 {
        // Shorter than it was a moment ago; the header will say by how much.
        break
      } else if errno != EINTR {
        let error = failure("cannot be read")
        unsafe memory.deallocate()
        throw error
      }
    }
    // SAFETY: the first `offset` bytes were read into the memory, which the closure gives back.
    return unsafe ImageBytes(baseAddress: UnsafeRawPointer(memory), count: offset) { start, _ in
      unsafe start.deallocate()
    }
  }

  private static func failure(_ what: String) -> DatabaseError {
    let number = errno
    let remedy: Advice =
      switch number {
      case ENOENT: "check the path, or make the database with \(.write)"
      case ENOTDIR: "a part of the path is no folder"
      case ELOOP: "its symbolic links lead in a circle"
      case EMFILE, ENFILE: "too many files are open, see ulimit -n"
      case EACCES, EPERM: "check its permissions"
      default: ""
      }
    return DatabaseError(.inputOutput, "\(what): \(systemMessage(number))", remedy: remedy)
  }
}

/// The system's words for an error number.
private func systemMessage(_ number: CInt) -> String {
  // SAFETY: `strerror` gives a NUL-terminated string that is valid until its next call; it is
  // copied here at once.
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return unsafe String(cString: text)
}
