extension KeySet {
  /// Checks every internal reference and that every key is found.
  ///
  /// Reads the whole image; lookups give right answers for an image that passes. (For a file that
  /// may have been changed between the two, only the file's owner can answer.)
  ///
  /// - Throws: `ImageError.damaged` with the first fault.
  public func verify() throws(ImageError) {
    try ImageReader(image: owner, range: range, format: Self.format).verifyPadding()
    guard records.load(clamping: recordBytes, as: UInt64.self) == 0 else {
      throw .damaged("the end of the key set's records is not zero")
    }
    guard offsets[clamping: 0] == 0,
      recordOffset(offsets[clamping: bucketCount]) == recordBytes
    else { throw .damaged("the key set's buckets do not span its records") }

    var seen = 0
    for bucket in 0..<bucketCount {
      var at = recordOffset(offsets[clamping: bucket])
      let end = recordOffset(offsets[clamping: bucket + 1])
      guard at <= end, end <= recordBytes else {
        throw .damaged("bucket \(bucket) leaves the records")
      }
      var inBucket = 0
      while at < end {
        at = try verifyRecord(at: at, bucket: bucket)
        inBucket += 1
      }
      guard at == end else { throw .damaged("a record crosses the end of bucket \(bucket)") }
      guard inBucket <= (order == .hashed ? Self.longestBucket : 1) else {
        throw .damaged("bucket \(bucket) has \(inBucket) records")
      }
      seen += inBucket
    }
    guard seen == count else { throw .damaged("\(seen) records for \(count) keys") }
  }

  /// Checks one record; returns where the next begins.
  private func verifyRecord(at offset: Int, bucket: Int) throws(ImageError) -> Int {
    guard let record = record(at: offset) else {
      throw .damaged("a record of bucket \(bucket) leaves the image")
    }
    guard record.number != Self.none else { throw .damaged("a key without a number") }
    let stored = records.bytes
    let hash = hash.hash(
      stored, at: record.keyOffset, length: record.length, foldingCase: false)
    guard order == .sorted || hash.scaled(to: bucketCount) == bucket else {
      throw .damaged("a key of bucket \(bucket) belongs to another")
    }
    guard filter.mayContain(hash) else { throw .damaged("the filter lacks a key") }
    if fixedWidth == nil {
      guard record.header == Self.lengthAndTag(length: record.length, hash: hash) else {
        throw .damaged("a record's tag is not its key's")
      }
    }
    let end = record.keyOffset + record.length
    let key = stored.extracting(record.keyOffset..<end)
    guard lookup(key) == record.number else {
      throw .damaged("a key is not found, or stands twice")
    }
    if fixedWidth != nil { return end + 4 }
    let next = offset + Self.recordHeader + Self.padded(record.length)
    guard next <= recordBytes else { throw .damaged("a record's padding leaves the image") }
    for at in end..<next where stored.little(unchecked: at, as: UInt8.self) != 0 {
      throw .damaged("a record's padding is not zero")
    }
    return next
  }
}
