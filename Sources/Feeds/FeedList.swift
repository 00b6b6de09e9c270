package import Inputs

/// Folders of feeds, expanded to the files in them; a file that is named twice is read once.
package enum FeedList {
  /// What requests expand to.
  package struct Expansion {
    /// The files to read, each with the options of its request.
    package var files: [FeedRequest] = []
    /// Requests that cannot be met.
    package var errors: [FeedError] = []
    /// Compiled databases in folders, where `compile` leaves them; they are not feeds.
    package var databases: [String] = []
    /// Editors' copies of the files in folders.
    package var copies: [InputPath] = []
    /// What else is left out of folders, by reason.
    package var leftOut = Tally()
  }

  /// The files of every request, with its options; a folder's files in the order of their names.
  package static func expand(_ requests: [FeedRequest]) -> Expansion {
    var files: [FeedRequest] = []
    var places: [String: [Int]] = [:]
    var errors: [FeedError] = []
    var databases: [String] = []
    var copies: [InputPath] = []
    var leftOut = Tally()
    for request in requests {
      if request.bytes != nil {
        files.append(request)
        continue
      }
      let firstError = errors.count
      defer {
        for index in errors.indices.dropFirst(firstError) {
          errors[index].isOfAllowList = request.options.isAllowList
        }
      }
      let list = InputList(paths: [request.path])
      leftOut.merge(list.skipped)
      for error in list.errors {
        errors.append(FeedError(.cannotRead, path: error.path, problem: error.message))
      }
      for folder in list.emptyFolders {
        errors.append(
          FeedError(
            .noUsableLine, path: folder.description, problem: "there is no feed in this folder",
            advice: "name a feed, or the folder that the feeds are in"))
      }
      let named = Array(request.path.utf8)
      let shown = list.items.filter { !isHidden($0.path.bytes.dropFirst(named.count)) }
      leftOut.add(FeedReport.hidden, UInt64(list.items.count - shown.count))
      if shown.count < list.items.count {
        let originals = Set(shown.lazy.map(\.path.bytes))
        copies += list.items.lazy.map(\.path).filter {
          original(of: $0.bytes).map(originals.contains) ?? false
        }
      }
      if shown.isEmpty, !list.items.isEmpty {
        errors.append(
          FeedError(
            .noUsableLine, path: request.path,
            problem: "there are only hidden files and backups in this folder",
            advice: "name a file itself to have it read"))
      }
      for item in shown {
        guard let path = String(validating: item.path.bytes, as: UTF8.self) else {
          // With its invalid bytes repaired, the name may be that of another file.
          errors.append(
            FeedError(
              .cannotRead, path: item.path.description, problem: "the file's name is not UTF-8",
              advice: "rename it"))
          continue
        }
        var file = request
        file.path = path
        if file.path != request.path, DatabaseMark.begins(item.path) {
          databases.append(file.path)
          continue
        }
        if let name = request.options.name, file.path != request.path {
          // A folder's name goes before the names of its files.
          let below = file.path.utf8.dropFirst(request.path.utf8.count).drop {
            $0 == UInt8(ascii: "/")
          }
          file.options.name = name + "/" + (String(below) ?? file.path)
        }
        let isListed = places[file.path, default: []].contains {
          files[$0].format == file.format && files[$0].options == file.options
        }
        if isListed { continue }
        places[file.path, default: []].append(files.count)
        files.append(file)
      }
    }
    return Expansion(
      files: files, errors: errors, databases: databases, copies: copies, leftOut: leftOut)
  }

  /// The files with what is matched against, which are no inputs of a run with these feeds.
  ///
  /// Editors' copies of feeds are none either. What else folders have beside feeds may be an input: hidden
  /// files, which are not read as feeds, and what turned out to be none, such as captures and logs.
  ///
  /// - Parameters:
  ///   - requests: the feeds and folders of feeds.
  ///   - errors: what came of reading them.
  /// - Returns: the files, each by itself.
  package static func sourcePaths(
    of requests: [FeedRequest], errors: [FeedError]
  ) -> [InputPath] {
    let others = Set(errors.lazy.filter { $0.code == .unrecognized }.map(\.path))
    let expansion = expand(requests)
    return expansion.copies
      + expansion.files
      .filter { $0.bytes == nil && !others.contains($0.path) }.map { InputPath($0.path) }
  }

  /// Endings of the names that editors give their copies of files.
  private static let endingsOfCopies = ["~", ".bak", ".swp", ".orig"]

  /// The path of the file that an editor's copy is of: `a.txt` for `a.txt~`, `a.txt.bak` and
  /// `.a.txt.swp`; nil for every other path.
  private static func original(of path: [UInt8]) -> [UInt8]? {
    guard
      let ending = endingsOfCopies.first(where: {
        path.suffix($0.utf8.count).elementsEqual($0.utf8)
      })
    else { return nil }
    var original = Array(path.dropLast(ending.utf8.count))
    let name = (original.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
    if ending == ".swp", name < original.count, original[name] == UInt8(ascii: ".") {
      original.remove(at: name)
    }
    return original
  }

  /// Whether a path below a folder has a hidden component or is an editor's copy of another file.
  ///
  /// `below` is empty for a file that was named itself, which is never hidden.
  private static func isHidden(_ below: ArraySlice<UInt8>) -> Bool {
    let names = below.split(separator: UInt8(ascii: "/"))
    guard let file = names.last else { return false }
    return names.contains { $0.first == UInt8(ascii: ".") }
      || endingsOfCopies.contains { ending in
        file.suffix(ending.utf8.count).elementsEqual(ending.utf8)
      }
  }
}
