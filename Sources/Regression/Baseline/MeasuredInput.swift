import Inputs
import Scanning

/// An input in memory, decompressed, so that nothing but scanning is measured.
struct MeasuredInput: Sendable {
  /// The most bytes of all inputs together.
  static let sizeLimit = 8 << 30

  var path: InputPath
  var bytes: [UInt8]

  /// Reads what the paths stand for in a scan with these options, folders included.
  static func read(
    _ paths: [InputPath], _ options: ScanOptions
  ) throws(InputError) -> [MeasuredInput] {
    let list = InputList(paths, options)
    if let error = list.errors.first { throw error }
    guard !list.items.isEmpty else {
      throw InputError(
        code: .cannotOpen, path: paths.first?.description ?? "-",
        message: "there is nothing to scan")
    }
    var inputs: [MeasuredInput] = []
    var left = sizeLimit
    for item in list.items {
      let bytes = try InputSource(path: item.path).readAll(limit: left)
      left -= bytes.count
      inputs.append(MeasuredInput(path: item.path, bytes: bytes))
    }
    return inputs
  }
}
