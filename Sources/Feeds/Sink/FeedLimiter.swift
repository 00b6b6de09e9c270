package import Indicators
import Inputs
import Parsing

/// Applies the user's limits to a feed.
///
/// Sets the end of validity that was asked for, and drops unwanted entries.
struct FeedLimiter {
  private let options: FeedOptions

  init(_ options: FeedOptions) { self.options = options }

  private var isIdle: Bool { !options.hasLimits }

  /// Applies the limits to the records from `firstRecord` on, and completes the feed's summary.
  func apply(
    from firstRecord: Int, _ collection: inout IndicatorCollection, _ summary: inout FeedSummary
  ) {
    let isEmpty = collection.records.count == firstRecord
    if !isIdle { decide(from: firstRecord, &collection, &summary) }
    summary.entries = collection.records.count - firstRecord
    if summary.entries == 0, !isEmpty { summary.warnEmpty() }
    collection.feeds[Int(summary.feed)].refusals = summary.refusals.counts.mapValues {
      Int(clamping: $0)
    }
  }

  private func decide(
    from firstRecord: Int, _ collection: inout IndicatorCollection, _ summary: inout FeedSummary
  ) {
    var decisions: [UInt32: (context: UInt32, refusal: FeedRefusal?)] = [:]
    var kept = firstRecord
    var undated: UInt64 = 0
    for index in firstRecord..<collection.records.count {
      var record = collection.records[index]
      let decision = decisions[record.context] ?? decide(record.context, &collection)
      decisions[record.context] = decision
      if let refusal = decision.refusal {
        summary.refuse(refusal, record, of: collection, limit: options.diagnosticLimit)
        continue
      }
      record.context = decision.context
      if lacksStart(collection.contexts[Int(decision.context)]) { undated += 1 }
      collection.records[kept] = record
      kept += 1
    }
    collection.records.removeLast(collection.records.count - kept)
    guard undated > 0 else { return }
    summary.warnings.append(
      FeedWarning(.undated, count: undated, of: UInt64(kept - firstRecord)))
  }

  /// Whether an entry is to have an end, and has no date from which that counts.
  ///
  /// When its file was last changed is none: a copy has another date, and the same feeds have to
  /// give the same database.
  private func lacksStart(_ context: SourceContext) -> Bool {
    options.validFor != nil && context.validUntil == .max && context.validFrom == .min
  }

  private func decide(
    _ id: UInt32, _ collection: inout IndicatorCollection
  ) -> (context: UInt32, refusal: FeedRefusal?) {
    var context = collection.contexts[Int(id)]
    if !context.flags.contains(.allow), let refusal = refusal(of: context) { return (id, refusal) }
    if let validFor = options.validFor, context.validUntil == .max, context.validFrom != .min {
      let (end, overflow) = context.validFrom.addingReportingOverflow(validFor)
      context.validUntil = overflow ? .max : end
    }
    return (collection.intern(context), nil)
  }

  /// Why the options exclude an entry, or nil if they do not.
  ///
  /// Not asked for allow entries: the limits apply only to what is searched for.
  private func refusal(of context: SourceContext) -> FeedRefusal? {
    if context.confidence != 255, context.confidence < options.minimumConfidence {
      return .confidenceTooLow
    }
    if context.tlp > options.maximumTLP { return .markingTooStrict }
    if options.maximumTLP != .red, context.flags.contains(.unreadableMarking) {
      // The unreadable marking may be the strictest one.
      return .markingUnreadable
    }
    if let oldest = options.oldest, context.validFrom != .min, context.validFrom < oldest {
      return .tooOld
    }
    return nil
  }
}

extension FeedSummary {
  /// Counts an entry that was let in at first and is left out after all.
  mutating func refuse(
    _ reason: FeedRefusal, _ record: IndicatorRecord, of collection: IndicatorCollection, limit: Int
  ) {
    refusals.add(reason.rawValue)
    guard diagnostics.count < limit else { return }
    let start = Int(record.valueOffset)
    let value = collection.values.rawSpan.extracting(start..<start + Int(record.valueLength))
    var text: [UInt8] = []
    ValueText.append(
      kind: record.kind, bytes: value, prefixLength: record.prefixLength, port: record.port,
      to: &text)
    let id = collection.contexts[Int(record.context)].id
    diagnostics.append(
      FeedDiagnostic(
        severity: .refused, feed: name, line: record.line == 0 ? nil : UInt64(record.line),
        id: String(decoding: collection.strings.bytes(id), as: UTF8.self),
        reason: reason.rawValue, excerpt: Excerpt.text(text.rawSpan)))
  }
}

extension FeedOptions {
  /// Whether any limit has to be applied after a feed was read.
  var hasLimits: Bool {
    validFor != nil || minimumConfidence > 0 || maximumTLP != .red || oldest != nil
  }

  /// The options on which reading depends: without the limits that are applied afterwards.
  package var withoutLimits: FeedOptions {
    var options = self
    options.gathersDigests = false
    options.minimumConfidence = 0
    options.maximumTLP = .red
    options.oldest = nil
    options.validFor = nil
    return options
  }

  /// Text of all options that can change what is read of a feed: all but its name and the limits.
  package var readingKey: String {
    var options = withoutLimits
    options.name = nil
    options.columns = nil
    let columns =
      switch self.columns {
      case nil: "none"
      case .inOrder(let words): "\(words)"
      case .byHeader(let words): "\(words.sorted { $0.key < $1.key })"
      }
    // Reflection covers every option, also those that later versions add.
    return String(reflecting: options) + columns
  }
}

extension FeedReader {
  /// Applies the limits of a feed's options to records that were read without them.
  ///
  /// - Parameters:
  ///   - options: the feed's options.
  ///   - firstRecord: index of the feed's first record; its records are the last of the collection.
  ///   - collection: holds the records.
  ///   - summary: of the feed; its counts are completed.
  package static func applyLimits(
    of options: FeedOptions, from firstRecord: Int, _ collection: inout IndicatorCollection,
    _ summary: inout FeedSummary
  ) {
    FeedLimiter(options).apply(from: firstRecord, &collection, &summary)
  }
}
