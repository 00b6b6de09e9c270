/// The files that are no inputs of a scan although they are in a folder that is one.
///
/// A feed is full of its own values, and so are a database made of it and the hits of another run:
/// as inputs they would be false hits. A file that is named itself is read, unless it is written.
package struct OwnFiles: Sendable {
  private let written: Set<FileIdentity>
  private let sources: [InputPath]
  /// The files of `sources`, once they are asked for.
  private var sourceFiles: Set<FileIdentity>?

  /// Names the files of a run.
  ///
  /// - Parameters:
  ///   - written: files to which results are written, so that reading them would never end.
  ///   - sources: files and folders with what is matched against: databases, feeds, allow lists and
  ///     what lists them.
  package init(written: [FileIdentity] = [], sources: [InputPath] = []) {
    self.written = Set(written)
    self.sources = sources
  }

  /// Whether results are written to a file.
  func isWritten(_ file: FileIdentity) -> Bool { !written.isEmpty && written.contains(file) }

  /// Why a file in a folder is no input, as it is counted; nil if it is one.
  mutating func reason(
    toLeaveOut file: FileIdentity, _ path: InputPath, name: [UInt8], size: Int64
  ) -> String? {
    if isWritten(file) { return "own-output" }
    if AtomicFile.isTemporary(name: name) { return "partial-output" }
    if DatabaseMark.mayBegin(name: name, size: size), DatabaseMark.begins(path) {
      return "database"
    }
    return !sources.isEmpty && listedSources().contains(file) ? "own-feed" : nil
  }

  private mutating func listedSources() -> Set<FileIdentity> {
    if let sourceFiles { return sourceFiles }
    let files = Set(InputList(sources).items.compactMap { FileIdentity($0.path) })
    sourceFiles = files
    return files
  }
}
