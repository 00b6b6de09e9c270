/// A feed that is one document: its reader holds the stream from the first byte to the last.
protocol DocumentFeed {
  /// The stream, at the reader's position.
  var stream: FeedStream { get }

  /// Reads to the end.
  mutating func readAll(into sink: inout FeedSink) throws(FeedError)
}
