import Glibc
import Parsing

/// One input to read: a file that was named or found in a folder, or standard input.
package struct InputItem: Sendable, Equatable {
  /// The path that opens it; also for messages.
  package var path: InputPath
  /// Size in bytes, where it is a regular file.
  package var size: UInt64?
  /// Position of the argument that led to it.
  package var argument: Int
}

/// The inputs that the user's arguments stand for, in a fixed order.
///
/// A named file, FIFO, device or `-` stands for itself, also through a symbolic link. A folder
/// stands for all regular files below it, in the order of the bytes of their names. Within folders
/// symbolic links are not followed, and everything that is no regular file is left out and counted.
package struct InputList: Sendable {
  /// The greatest nesting of folders, the named one counted.
  package static let maximumDepth = 32

  private let depthLimit: Int
  /// What a scan leaves out; nil where the list is for something else.
  private var ownFiles: OwnFiles?
  /// The inputs to read.
  package private(set) var items: [InputItem] = []
  /// What was left out, by reason.
  package private(set) var skipped = Tally()
  /// Paths that could not be used, in order; the others are listed all the same.
  package private(set) var errors: [InputError] = []
  /// Named folders in which there is nothing to read.
  package private(set) var emptyFolders: [InputPath] = []

  /// Lists what the arguments stand for.
  ///
  /// - Parameters:
  ///   - arguments: files, folders, `-`.
  ///   - maximumDepth: folders inside one another that are looked into, the named one counted.
  ///   - ownFiles: what a scan leaves out; nil where the list is for something else.
  package init(
    _ arguments: [InputPath], maximumDepth: Int = InputList.maximumDepth,
    besides ownFiles: OwnFiles? = nil
  ) {
    depthLimit = maximumDepth
    self.ownFiles = ownFiles
    for (index, path) in arguments.enumerated() { add(path, argument: index) }
  }

  /// Lists what arguments that are text stand for.
  package init(paths: [String]) { self.init(paths.map { InputPath($0) }) }

  private mutating func add(_ path: InputPath, argument: Int) {
    if path.isStandardInput {
      items.append(InputItem(path: path, size: nil, argument: argument))
      return
    }
    var facts = stat()
    // SAFETY: the system fills the structure and reads the path within the call.
    guard unsafe path.withCString({ unsafe stat($0, &facts) }) == 0 else {
      errors.append(
        InputError(
          code: .cannotOpen, path: path.description, what: "cannot open", number: errno))
      return
    }
    switch facts.st_mode & S_IFMT {
    case S_IFDIR:
      let before = items.count
      walk(path, depth: 1, argument: argument)
      if items.count == before { emptyFolders.append(path) }
    case S_IFSOCK:
      errors.append(
        InputError(
          code: .cannotOpen, path: path.description, message: "cannot read: it is a socket"))
    default:
      let isRegular = facts.st_mode & S_IFMT == S_IFREG
      if let file = FileIdentity(facts), ownFiles?.isWritten(file) == true {
        errors.append(
          InputError(
            code: .isOutput, path: path.description,
            message: "results are written to it, so it was not read; name another file for them"))
        return
      }
      items.append(
        InputItem(
          path: path, size: isRegular ? UInt64(clamping: facts.st_size) : nil, argument: argument))
    }
  }

  /// Adds the files of a folder; the depth bounds the recursion.
  private mutating func walk(_ folder: InputPath, depth: Int, argument: Int) {
    let names: [[UInt8]]
    do throws(InputError) {
      names = try Self.names(of: folder)
    } catch {
      errors.append(error)
      return
    }
    for name in names {
      let path = folder.appending(name)
      var facts = stat()
      // SAFETY: the system fills the structure and reads the path within the call.
      guard unsafe path.withCString({ unsafe lstat($0, &facts) }) == 0 else {
        errors.append(
          InputError(
            code: .cannotOpen, path: path.description, what: "cannot open", number: errno))
        continue
      }
      switch facts.st_mode & S_IFMT {
      case S_IFREG:
        if let file = FileIdentity(facts),
          let reason = ownFiles?.reason(
            toLeaveOut: file, path, name: name, size: Int64(facts.st_size))
        {
          skipped.add(reason)
          continue
        }
        items.append(
          InputItem(path: path, size: UInt64(clamping: facts.st_size), argument: argument))
      case S_IFDIR:
        if depth < depthLimit {
          walk(path, depth: depth + 1, argument: argument)
        } else {
          skipped.add("folder-too-deep")
        }
      case S_IFLNK: skipped.add("symbolic-link")
      default: skipped.add("no-regular-file")
      }
    }
  }

  /// The names in a folder but `.` and `..`, in the order of their bytes.
  private static func names(of folder: InputPath) throws(InputError) -> [[UInt8]] {
    // SAFETY: the path is read within the call; the handle is closed on the one way out below.
    guard let handle = unsafe folder.withCString({ unsafe opendir($0) }) else {
      throw InputError(
        code: .cannotOpen, path: folder.description, what: "cannot open folder", number: errno)
    }
    defer { _ = unsafe closedir(handle) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(handle) else { break }
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      // SAFETY: the name is a C string that the entry holds until the next call; it is read from
      // the entry itself, which may be longer than the declared type.
      let name = unsafe UnsafeRawPointer(entry).advanced(by: offset)
        .assumingMemoryBound(to: UInt8.self)
      let bytes = unsafe [UInt8](UnsafeBufferPointer(start: name, count: strlen(entryName(name))))
      if bytes != [Byte.dot], bytes != [Byte.dot, Byte.dot] { names.append(bytes) }
    }
    guard errno == 0 else {
      throw InputError(
        code: .cannotRead, path: folder.description, what: "cannot read folder", number: errno)
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static func entryName(_ name: UnsafePointer<UInt8>) -> UnsafePointer<CChar> {
    // SAFETY: both are bytes.
    unsafe UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self)
  }
}
