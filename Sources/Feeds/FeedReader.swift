public import Indicators
import Inputs

/// Reads shared feeds of any format into a collection of indicators.
public enum FeedReader {
  /// Reads one file, pipe or standard input (`-`), also gzip or zstd.
  ///
  /// Adds a feed to the collection, its entries, and a summary to the report. A bad line is a
  /// diagnostic and never stops a feed. On an error collection and report are
  /// as if the feed had not been read.
  ///
  /// Memory beyond the entries does not grow with the file: a window of about one MiB, one object with its values, and
  /// for STIX and MISP what later objects may add to earlier ones.
  ///
  /// - Parameters:
  ///   - path: the file's path, or `-` for standard input.
  ///   - format: the format, or nil to recognise it by content.
  ///   - options: how the feed is read.
  ///   - collection: where the feed and its entries are added.
  ///   - report: where the summary is added.
  /// - Throws: `FeedError` when the file cannot be read to its end, is of no format that is known
  ///   and read, or holds nothing usable.
  public static func read(
    path: String, format: FeedFormat? = nil, options: FeedOptions = FeedOptions(),
    into collection: inout IndicatorCollection, report: inout FeedReport
  ) throws(FeedError) {
    let source: InputSource
    do throws(InputError) {
      source = try InputSource(path: InputPath(path), limits: options.inputLimits)
    } catch {
      throw FeedError(error)
    }
    var stream = FeedStream(source)
    stream.depthLimit = options.depthLimit
    stream.prefill(Detection.sampleLength)
    try read(&stream, format, options, &collection, &report)
  }

  /// Reads a feed that is in memory.
  public static func read(
    bytes: [UInt8], path: String, format: FeedFormat? = nil, options: FeedOptions = FeedOptions(),
    into collection: inout IndicatorCollection, report: inout FeedReport
  ) throws(FeedError) {
    var stream = FeedStream(
      InputSource(bytes: bytes, path: path, limits: options.inputLimits))
    stream.depthLimit = options.depthLimit
    stream.prefill(Detection.sampleLength)
    try read(&stream, format, options, &collection, &report)
  }

  /// Reads the feed that is asked for, as `read(path:)` or `read(bytes:)` does.
  package static func read(
    _ request: FeedRequest, into collection: inout IndicatorCollection, report: inout FeedReport
  ) throws(FeedError) {
    do throws(FeedError) {
      guard let bytes = request.bytes else {
        return try read(
          path: request.path, format: request.format, options: request.options,
          into: &collection, report: &report)
      }
      try read(
        bytes: bytes, path: request.path, format: request.format, options: request.options,
        into: &collection, report: &report)
    } catch {
      var error = error
      error.isOfAllowList = request.options.isAllowList
      throw error
    }
  }

  /// Requests in the order of their names and paths, in which feeds are read.
  package static func ordered(_ requests: [FeedRequest]) -> [FeedRequest] {
    requests.sorted {
      ($0.options.name ?? $0.path, $0.path, $0.format?.name ?? "")
        < ($1.options.name ?? $1.path, $1.path, $1.format?.name ?? "")
    }
  }

  /// Reads many feeds and goes on after one that cannot be read.
  ///
  /// The requests are read in the order of their names and paths, so what comes out does not depend
  /// on the order in which they were given.
  ///
  /// - Returns: the errors, in the order of reading.
  public static func readAll(
    _ requests: [FeedRequest], into collection: inout IndicatorCollection, report: inout FeedReport
  ) -> [FeedError] {
    var errors: [FeedError] = []
    for request in ordered(requests) {
      do throws(FeedError) {
        try read(request, into: &collection, report: &report)
      } catch {
        errors.append(error)
      }
    }
    return errors
  }
}

extension FeedOptions {
  /// The limits that concern decompression.
  fileprivate var inputLimits: InputSource.Limits {
    var limits = InputSource.Limits()
    limits.ratio = expansionLimit
    limits.zstdWindowBytes = zstdWindowLimit
    return limits
  }
}
