import Glibc

/// Runs each file named on the command line as one input of a fuzz target.
///
/// A fuzz target does this if it is built without `-DFUZZING`. A file that cannot be read ends the
/// program with status 2.
package func replay(_ fuzz: ([UInt8]) -> Void) {
  for path in CommandLine.arguments.dropFirst() {
    guard let bytes = contents(of: path) else {
      print("cannot read \(path)")
      exit(2)
    }
    fuzz(bytes)
  }
}

private func contents(of path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    guard count > 0 else { return ferror(file) == 0 ? bytes : nil }
    bytes += buffer[..<count]
  }
}
