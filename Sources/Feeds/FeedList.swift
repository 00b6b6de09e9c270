import Inputs

/// Folders of feeds, expanded to the files in them.
package enum FeedList {
  /// The files of every request, with its options; a folder's files in the order of their names.
  package static func expand(
    _ requests: [FeedReader.Request]
  ) -> (files: [FeedReader.Request], errors: [FeedError]) {
    var files: [FeedReader.Request] = []
    var errors: [FeedError] = []
    for request in requests {
      let list = InputList(paths: [request.path])
      for error in list.errors {
        errors.append(FeedError(.cannotRead, path: error.path, problem: error.message))
      }
      for folder in list.emptyFolders {
        errors.append(
          FeedError(
            .noUsableLine, path: folder.description, problem: "there is no feed in this folder"))
      }
      for item in list.items {
        var file = request
        file.path = String(decoding: item.path.bytes, as: UTF8.self)
        if let name = request.options.name, file.path != request.path {
          // A folder's name goes before the names of its files.
          let below = file.path.utf8.dropFirst(request.path.utf8.count).drop { $0 == 0x2f }
          file.options.name = name + "/" + (String(below) ?? file.path)
        }
        files.append(file)
      }
    }
    return (files, errors)
  }
}
