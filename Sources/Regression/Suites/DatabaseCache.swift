import Database
import Feeds
import Indicators
import Inputs
import Synchronization

/// Databases and what their feeds refused, made once for all cases that ask for the same.
final class DatabaseCache: Sendable {
  /// The databases made from a list of sources.
  struct Made: Sendable {
    var databases: [IndicatorDatabase] = []
    var report = FeedReport()
    var errors: [FeedError] = []
    /// Why there is nothing to match against.
    var failure: String?
  }

  private let slots = Mutex<[[IndicatorSource]: Slot]>([:])

  /// One list's databases: made by the first that asks, while others of the same list wait.
  private final class Slot: Sendable {
    let made = Mutex<Made?>(nil)
  }

  /// The databases of a case.
  func databases(of sources: [IndicatorSource]) -> Made {
    let slot = slots.withLock { slots in
      if let slot = slots[sources] { return slot }
      let slot = Slot()
      slots[sources] = slot
      return slot
    }
    return slot.made.withLock { made in
      if let made { return made }
      let new = Self.make(sources)
      made = new
      return new
    }
  }

  private static func make(_ sources: [IndicatorSource]) -> Made {
    var made = Made()
    var requests: [FeedRequest] = []
    var texts: [(bytes: [UInt8], request: FeedRequest)] = []
    for source in sources {
      switch source {
      case .database(let path):
        do throws(DatabaseError) {
          made.databases.append(try IndicatorDatabase.open(path: path))
        } catch {
          made.failure = error.commandText
          return made
        }
      case .feed(let request, _): requests.append(request)
      case .text(let bytes, let request, _): texts.append((bytes, request))
      }
    }
    guard !requests.isEmpty || !texts.isEmpty else { return made }
    let list = FeedList.expand(requests)
    made.errors = list.errors
    var collection = IndicatorCollection()
    made.errors += FeedReader.readAll(list.files, into: &collection, report: &made.report)
    for (bytes, request) in texts {
      do throws(FeedError) {
        try FeedReader.read(
          bytes: bytes, path: request.path, format: request.format, options: request.options,
          into: &collection, report: &made.report)
      } catch {
        made.errors.append(error)
      }
    }
    do throws(DatabaseError) {
      made.databases.append(try IndicatorDatabase(DatabaseCompiler.compile(collection)))
    } catch {
      made.failure = error.commandText
    }
    return made
  }
}
