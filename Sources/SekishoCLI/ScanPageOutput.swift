import Glibc
import Sekisho

extension ScanCommand {
  /// Scans, and writes the page when all is read.
  func writePage(_ opened: NamedSources.Opened, _ options: ScanOptions) throws {
    // The page is written by no scan, so the scan has to be told that it is an output.
    var options = options
    if let hitsFile { options.writtenPaths.append(InputPath(hitsFile)) }
    let progress = Interruption.install()
    let display = ProgressDisplay(progress, isShown: !inputs.quiet && Console.isErrorTerminal)
    let quiet = inputs.quiet
    let data = ScanPageData()
    var report = IndicatorScanner.scan(
      inputs: inputs.paths, databases: opened.databases, options: options,
      to: .hits { data.receive($0) }, progress: progress
    ) { Console.report($0, quiet: quiet) }
    display.end()
    let page = data.page(report)
    if let hitsFile {
      do throws(InputError) {
        try ResultFile.write(page, to: hitsFile)
      } catch {
        report.writeError = error.message
      }
    } else if !Console.write(page, to: STDOUT_FILENO) {
      let number = errno
      if number == EPIPE {
        report.isBrokenPipe = true
      } else {
        report.writeError = "cannot write: \(String(cString: strerror(number)))"
      }
    }
    try finish(report, opened)
  }
}
