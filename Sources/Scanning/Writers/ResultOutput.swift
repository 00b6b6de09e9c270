import Glibc
public import Inputs
import Parsing

/// Where results go.
public enum ResultDestination: Sendable {
  /// An open file, pipe or terminal, which stays open.
  case descriptor(Int32)
  /// A file that appears under its name when it is complete; a device or pipe is written to as it is.
  case file(String)
  /// A closure that receives hits as values, one after another, in the order of the inputs.
  ///
  /// It is called on threads of the run, one call at a time, and the other threads wait meanwhile,
  /// so it must return soon. Nothing is written; format and grouping are ignored.
  case hits(@Sendable (Hit) -> Void)

  /// Whether hits go there as values.
  var takesValues: Bool { if case .hits = self { true } else { false } }
}

/// Where the observables of a listing go, each as a line of JSON.
public enum ListingDestination: Sendable {
  /// An open file, pipe or terminal, which stays open.
  case descriptor(Int32)
  /// A file that appears under its name when it is complete; a device or pipe is written to as it is.
  case file(String)
  /// A closure that receives one or more whole lines at a time, in the order of the inputs.
  ///
  /// It is called on threads of the run, one call at a time, and the other threads wait meanwhile,
  /// so it must return soon.
  case lines(@Sendable ([UInt8]) -> Void)
}

/// Where the results of a run go, whether hits or observables.
enum OutputPlace {
  case descriptor(Int32)
  case file(String)
  case lines(@Sendable ([UInt8]) -> Void)
  case hits(@Sendable (Hit) -> Void)

  init(_ destination: ResultDestination) {
    switch destination {
    case .descriptor(let descriptor): self = .descriptor(descriptor)
    case .file(let path): self = .file(path)
    case .hits(let deliver): self = .hits(deliver)
    }
  }

  init(_ destination: ListingDestination) {
    switch destination {
    case .descriptor(let descriptor): self = .descriptor(descriptor)
    case .file(let path): self = .file(path)
    case .lines(let deliver): self = .lines(deliver)
    }
  }
}

/// Writes results to their place.
struct ResultOutput: ~Copyable {
  /// Why bytes could not be written.
  enum Failure: Error {
    /// The reader went away.
    case brokenPipe
    /// The system reported an error, in these words.
    case failed(String)
  }

  private var file: AtomicFile? = nil
  private var descriptor: Int32 = -1
  private var deliver: (([UInt8]) -> Void)? = nil

  init(_ place: OutputPlace) throws(InputError) {
    switch place {
    case .descriptor(let descriptor): self.descriptor = descriptor
    case .lines(let deliver): self.deliver = deliver
    case .hits: break
    case .file(let path): file = try AtomicFile(path: path)
    }
  }

  /// Writes all of the bytes.
  mutating func write(_ bytes: [UInt8]) throws(Failure) {
    if let deliver { return deliver(bytes) }
    if file != nil {
      do throws(InputError) {
        try file?.write(bytes.rawSpan)
      } catch {
        throw .failed(error.message)
      }
      return
    }
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        // SAFETY: the part written lies inside the array.
        unsafe Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: buffer[offset...]).baseAddress,
          bytes.count - offset)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { throw .brokenPipe }
        throw .failed(unsafe "cannot write: " + String(cString: strerror(errno)))
      }
      offset += count
    }
  }

  /// Puts a complete file in place under its name.
  mutating func commit() throws(Failure) {
    guard let complete = file.take() else { return }
    do throws(InputError) {
      try complete.commit()
    } catch {
      throw .failed(error.message)
    }
  }
}

/// A file written in one go.
public enum ResultFile {
  /// Writes bytes to a file that appears when it is complete; a device or pipe is written to
  /// directly.
  ///
  /// - Throws: `InputError` that names the file and the fault.
  public static func write(_ bytes: [UInt8], to path: String) throws(InputError) {
    var output = try ResultOutput(.file(path))
    var failure: ResultOutput.Failure?
    do throws(ResultOutput.Failure) {
      try output.write(bytes)
      try output.commit()
    } catch {
      failure = error
    }
    switch failure {
    case nil: return
    case .brokenPipe:
      throw InputError(code: .cannotWrite, path: path, message: "cannot write: no one reads it")
    case .failed(let message):
      throw InputError(code: .cannotWrite, path: path, message: message)
    }
  }
}
