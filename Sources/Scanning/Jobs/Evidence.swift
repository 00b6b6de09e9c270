import Capture
import Glibc
import Inputs

/// Writes the packets of flows that hit.
///
/// The captures are read a second time, since a hit is found only after earlier packets of its
/// flow.
enum Evidence {
  /// Copies the packets of the flows into one file, input by input, and returns the problems.
  static func write(
    _ flows: [Int: FlowSelection], inputs: [InputPath], to path: InputPath, options: CaptureOptions,
    limits: ScanLimits
  ) -> [ScanProblem] {
    var problems: [ScanProblem] = []
    do throws(InputError) {
      var file = try EvidenceFile(path: path)
      for (input, selection) in flows.sorted(by: { $0.key < $1.key })
      where !selection.isEmpty && inputs.indices.contains(input) {
        if let problem = copy(inputs[input], selection, options, limits, to: &file) {
          problems.append(problem)
        }
      }
      try file.commit()
    } catch {
      problems.append(ScanProblem(.init(error.code), .output(path), message: error.message))
    }
    return problems
  }

  /// Copies the packets of one input; returns a problem, or nil.
  private static func copy(
    _ path: InputPath, _ flows: FlowSelection, _ options: CaptureOptions, _ limits: ScanLimits,
    to file: inout EvidenceFile
  ) -> ScanProblem? {
    guard isRegular(path) else {
      return ScanProblem(
        .cannotReadAgain, path: path,
        message: "its packets cannot be read a second time",
        remedy: "for \(.evidencePath) name a file")
    }
    let source: InputSource
    var carriers = CarrierPackets()
    do throws(InputError) {
      if flows.hasTunnels {
        carriers = EvidenceFile.carriers(
          of: flows, in: try InputSource(path: path, limits: limits.input), options: options)
      }
      source = try InputSource(path: path, limits: limits.input)
    } catch {
      return ScanProblem(path: path, error)
    }
    do throws(CaptureError) {
      try file.copy(source, flows: flows, carriers: carriers, options: options)
    } catch {
      // The scan has already reported a capture that is cut or damaged.
      return error.code == .cannotRead ? ScanProblem(path: path, error) : nil
    }
    return nil
  }

  private static func isRegular(_ path: InputPath) -> Bool {
    guard !path.isStandardInput else { return false }
    var facts = stat()
    // SAFETY: the array ends with a zero, and the system fills the structure.
    return unsafe (path.bytes + [0]).withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { text in
        guard let start = text.baseAddress else { return false }
        return unsafe stat(start, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
      }
    }
  }
}
