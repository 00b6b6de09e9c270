import ArgumentParser
import Glibc
import Inputs

/// Checks the files that a command writes against those that it reads.
enum OutputPaths {
  /// A file that a command is told to write.
  struct Output {
    /// The option that names it.
    var option: String
    /// The path that is given to the option; nil if the option is not used.
    var path: String?
    /// What is written to it.
    var content: OwnOutput
  }

  /// A file that is written, and what is there already.
  private struct Place {
    var output: Output
    var path: String
    /// The plain file that is replaced; nil if there is none.
    var file: FileIdentity?
    /// The path without links, by which a file that is not there yet has one spelling.
    var realPath: String?

    /// Whether both are one file.
    func isSame(as other: Place) -> Bool {
      if path == other.path { return true }
      if file != nil || other.file != nil { return file == other.file }
      return realPath != nil && realPath == other.realPath
    }
  }

  /// Checks that no file that is read would be replaced, that no file is written twice, and that
  /// every file can be written.
  ///
  /// Files are compared by identity, not by path: links and other spellings lead to the same file.
  /// Files that are not there yet have none; their paths without links are compared.
  /// Devices and pipes can be read and written at once. A file below a folder that is read may be
  /// replaced if an earlier run wrote it. Where the next run could not tell that, or would take the
  /// file for a feed, no file is written there in the first place.
  ///
  /// - Parameters:
  ///   - outputs: the files that are written.
  ///   - read: paths of files and folders that are read.
  ///   - feeds: paths of feeds, and of folders of feeds, that are read.
  /// - Throws: `ValidationError` that names the option; `ExitCode` 2 if a file cannot be written,
  ///   after an error message.
  static func check(_ outputs: [Output], read: [String], feeds: [String]) throws {
    var places: [Place] = []
    for output in outputs {
      guard let path = output.path else { continue }
      guard !path.isEmpty else {
        throw ValidationError("\(output.option) is empty; name it with \(output.option) FILE")
      }
      guard path != "-" else {
        throw ValidationError(
          "\(output.option) is a file, not a stream; name it with \(output.option) FILE")
      }
      let place = Place(
        output: output, path: path, file: FileIdentity(InputPath(path)),
        realPath: realPath(ofFile: path))
      try check(place, against: places)
      places.append(place)
    }
    let replaced = places.filter { $0.file != nil }
    if !replaced.isEmpty { try check(replaced, read: read + feeds) }
    for place in places { try checkNextRun(place, read: read, feeds: feeds) }
    for place in places where isReplaced(place.path) || isFolder(place.path) {
      try checkWritable(place.path)
    }
  }

  private static func check(_ place: Place, against others: [Place]) throws {
    guard isReplaced(place.path) else { return }
    for other in others where other.isSame(as: place) {
      throw ValidationError(
        "\(other.output.option) and \(place.output.option) both write "
          + "\(Console.shown(place.path)); name two files")
    }
  }

  private static func check(_ places: [Place], read: [String]) throws {
    for argument in read {
      let named = RawArgument.path(argument)
      for item in InputList([named]).items {
        guard let file = FileIdentity(item.path),
          let place = places.first(where: { $0.file == file })
        else { continue }
        let isBelow = item.path != named
        if isBelow, place.output.content.isWritten(to: place.path) { continue }
        throw ValidationError(
          "\(place.output.option) \(Console.shown(place.path)) would replace what is read "
            + (isBelow ? "below " : "as ") + "\(shown(argument)); name another file")
      }
    }
  }

  /// Checks that the same command line can be run again.
  private static func checkNextRun(_ place: Place, read: [String], feeds: [String]) throws {
    guard isReplaced(place.path), let file = place.realPath else { return }
    let told = "\(place.output.option) \(Console.shown(place.path))"
    // Databases in a folder of feeds are known by how they begin, and left out.
    if place.output.content != .database, let folder = feeds.first(where: { isBelow(file, $0) }) {
      throw ValidationError(
        "\(told) is below \(Console.shown(folder)), whose files are read as feeds, so the next run "
          + "would take it for a feed; name a file elsewhere")
    }
    if place.output.content == .values, let folder = read.first(where: { isBelow(file, $0) }) {
      throw ValidationError(
        "\(told) is below \(shown(folder)), which is read, and values alone do not show who "
          + "wrote them, so the next run could not replace it; name a file elsewhere")
    }
  }

  /// Checks that a folder which is filled with files is not one whose files are read as feeds.
  ///
  /// Below a folder of feeds it may be, or be in, a hidden one, which is not read.
  ///
  /// - Throws: `ValidationError` that names the option.
  static func check(folder: String, option: String, feeds: [String]) throws {
    var name = Substring(folder)
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    guard let path = realPath(ofFile: String(name)) else { return }
    for read in feeds {
      guard isFolder(read), let real = realPath(read), real == path || isBelow(path, read),
        !path.dropFirst(real == "/" ? 0 : real.count).contains("/.")
      else { continue }
      throw ValidationError(
        "\(option) \(Console.shown(folder)) is among the files of \(Console.shown(read)), which are "
          + "read as feeds, so the next run would take what it keeps for feeds; name a folder "
          + "elsewhere, or a hidden one")
    }
  }

  /// The path of a file without links; of one that is not there yet, by its folder's path.
  private static func realPath(ofFile path: String) -> String? {
    if let real = realPath(path) { return real }
    guard let slash = path.lastIndex(of: "/") else { return realPath(".").map { $0 + "/" + path } }
    return realPath(String(path[...slash])).map { $0 + path[slash...] }
  }

  private static func realPath(_ path: String) -> String? {
    RawArgument.path(path).withCString { name in
      guard let real = realpath(name, nil) else { return nil }
      defer { free(real) }
      return RawArgument.text(
        of: Array(UnsafeRawBufferPointer(start: real, count: strlen(real))))
    }
  }

  private static func shown(_ argument: String) -> String {
    Console.shown(RawArgument.path(argument).description)
  }

  /// Whether a file, its path without links, is below a folder.
  private static func isBelow(_ file: String, _ folder: String) -> Bool {
    guard isFolder(folder), let real = realPath(folder) else { return false }
    return file.utf8.starts(with: (real == "/" ? real : real + "/").utf8)
  }

  /// Finds out at once what would else be an error when all is read.
  private static func checkWritable(_ path: String) throws {
    do throws(InputError) {
      // Not committed, so it goes away.
      _ = try AtomicFile(path: path)
    } catch {
      Console.error(error)
      throw ExitCode(2)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return RawArgument.path(path).withCString { stat($0, &facts) } == 0
      && facts.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a path is or would become a plain file.
  private static func isReplaced(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) != 0 || facts.st_mode & S_IFMT == S_IFREG
  }
}
