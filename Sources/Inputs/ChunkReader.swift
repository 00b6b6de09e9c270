import Parsing

/// Reads an input in pieces of about a mebibyte that end at line ends.
///
/// Two ways to use it, which may be mixed:
/// - `next(keepingTail:)` shows a chunk in memory that is reused; the bytes at its end that the
///   caller did not consume come again at the front of the next chunk;
/// - `nextChunk()` hands out chunks that own their memory, for workers; so does `take(_:)` after
///   `next`, for a caller that first looks where a record ends.
///
/// If a line or a tail does not fit, the memory grows up to a greatest size; if it does not fit
/// even then, the chunk ends inside a line and sets `cutsLine`. A fault of the input is thrown only
/// after the chunk with the last bytes before it, which has `isFinal` set.
package struct ChunkReader: ~Copyable {
  /// The encoding of the input's text.
  package enum Encoding: Sendable, Equatable {
    /// The bytes are handed out as they are.
    case bytes
    /// UTF-16, handed out as UTF-8 without the byte order mark.
    case utf16(isBigEndian: Bool)

    /// The encoding of an input with this content.
    package init(of content: InputContent) {
      self =
        if case .utf16(let isBigEndian) = content { .utf16(isBigEndian: isBigEndian) } else {
          .bytes
        }
    }
  }

  /// The usual size of a chunk.
  package static let defaultSize = 1 << 20

  private let source: InputSource
  private let size: Int
  private let greatestSize: Int
  private let pool: ChunkPool
  private let encoding: Encoding
  private var transcoder: UTF16Transcoder?
  private var sourceBytes: [UInt8] = []
  private var transcoded: [UInt8] = []
  private var isPastMark = false

  /// Memory with bytes up to `end`, of which those up to `chunk.count` are shown.
  private var chunk: Chunk
  private var end = 0
  private var isAtEnd = false
  private var hasShownEnd = false
  /// Number of bytes at the front that were shown already when a part of their chunk was taken.
  private var retained = 0

  /// The fault that ended the input; `next` throws it after the last chunk was shown.
  package private(set) var fault: InputError?

  /// A reader at the start of an input.
  package init(
    _ source: InputSource, size: Int = ChunkReader.defaultSize, greatestSize: Int = 16 << 20,
    encoding: Encoding = .bytes, pool: ChunkPool = ChunkPool()
  ) {
    self.source = source
    self.size = max(size, 64)
    self.greatestSize = max(greatestSize, self.size)
    self.encoding = encoding
    self.pool = pool
    chunk = pool.chunk(capacity: self.size)
    chunk.count = 0
    chunk.base = 0
    chunk.isFinal = false
    chunk.cutsLine = false
    if case .utf16(let isBigEndian) = encoding {
      transcoder = UTF16Transcoder(isBigEndian: isBigEndian)
    }
  }

  /// The bytes shown.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    get { chunk.bytes }
  }

  /// Offset of the first byte shown in the uncompressed input, before transcoding.
  package var base: UInt64 { chunk.base }

  /// Whether nothing follows the bytes shown.
  package var isFinal: Bool { chunk.isFinal }

  /// Whether the bytes shown end inside a line that is longer than the greatest size.
  package var cutsLine: Bool { chunk.cutsLine }

  /// Characters of UTF-16 that were damaged and replaced so far.
  package var replacements: Int { transcoder?.replacements ?? 0 }

  /// Shows the next bytes; false at the end of the input.
  ///
  /// The last `tail` bytes shown come again at the front, followed by at least one new line, or by
  /// all the rest if the input ends. If `cutsLine` is set, the caller must not keep the whole
  /// chunk: it would be shown the same again.
  package mutating func next(keepingTail tail: Int = 0) throws(InputError) -> Bool {
    precondition(tail >= 0 && tail <= chunk.count)
    advance(by: chunk.count - tail)
    if hasShownEnd {
      end = 0
      chunk.count = 0
      if let fault { throw fault }
      return false
    }
    chunk.cutsLine = false
    let seen = max(tail, retained)
    retained = 0
    while true {
      fill(after: seen)
      if isAtEnd {
        chunk.count = end
        break
      }
      let fresh = chunk.contents(seen..<end)
      if let lineFeed = fresh.lastOffset(of: Byte.lineFeed) {
        chunk.count = seen + lineFeed + 1
        break
      }
      guard chunk.capacity < greatestSize else {
        chunk.count = end
        chunk.cutsLine = true
        break
      }
      chunk.grow(to: min(chunk.capacity * 2, greatestSize), keeping: end)
    }
    guard isAtEnd else { return true }
    hasShownEnd = true
    chunk.isFinal = true
    if end == 0, let fault { throw fault }
    return end > 0
  }

  /// Hands out the first `count` bytes shown, or all, with the memory that holds them.
  ///
  /// The bytes shown behind them come again with the next call of `next`, followed by at least one
  /// new line. After this nothing is shown.
  package mutating func take(_ count: Int? = nil) -> Chunk {
    let count = count ?? chunk.count
    precondition(count >= 0 && count <= chunk.count)
    let taken = chunk
    chunk = pool.chunk(capacity: max(size, end - count))
    chunk.copy(count..<end, of: taken)
    chunk.base = taken.base &+ inputLength(of: taken, count)
    chunk.count = 0
    chunk.isFinal = false
    chunk.cutsLine = false
    // Bytes left over are shown once more, so the taken chunk is final only if none are left.
    taken.isFinal = taken.isFinal && count == end
    taken.cutsLine = taken.cutsLine && count == taken.count
    if hasShownEnd, count < end { hasShownEnd = false }
    retained = taken.count - count
    end -= count
    taken.count = count
    return taken
  }

  /// The next chunk with its memory; nil at the end of the input.
  package mutating func nextChunk() throws(InputError) -> Chunk? {
    try next() ? take() : nil
  }

  /// Returns a chunk to the pool; no span of its bytes may be left.
  package func recycle(_ chunk: Chunk) { pool.recycle(chunk) }

  // MARK: Filling

  /// Drops the first `count` bytes.
  private mutating func advance(by count: Int) {
    guard count > 0 else { return }
    chunk.base &+= inputLength(of: chunk, count)
    chunk.moveToFront(count..<end)
    end -= count
  }

  private func inputLength(of chunk: Chunk, _ count: Int) -> UInt64 {
    guard transcoder != nil else { return UInt64(count) }
    return UInt64(UTF16Transcoder.sourceLength(ofUTF8: chunk.contents(0..<count), 0..<count))
  }

  /// Reads until the memory is full or the input ends.
  ///
  /// From a pipe, it stops before it would wait, once there is a line end behind `tail`.
  private mutating func fill(after tail: Int) {
    while !isAtEnd, chunk.capacity - end >= (transcoder == nil ? 1 : 16) {
      if !source.isReady {
        let fresh = chunk.contents(tail..<end)
        if fresh.lastOffset(of: Byte.lineFeed) != nil { return }
      }
      do throws(InputError) {
        if transcoder == nil {
          // SAFETY: nobody else has the chunk while it is filled.
          let count = try unsafe source.read(into: chunk.room(from: end))
          end += count
          isAtEnd = count == 0
        } else {
          try transcode()
        }
      } catch {
        fault = error
        isAtEnd = true
        appendTranscoded(0, isFinal: true)
      }
    }
  }

  /// Reads a piece of UTF-16 and appends its UTF-8, for which there are at least 16 bytes of room.
  private mutating func transcode() throws(InputError) {
    // A code unit becomes at most three bytes; a surrogate and an odd byte may be left from before.
    let wanted = min((chunk.capacity - end - 6) / 3 * 2, 256 << 10)
    if sourceBytes.count < wanted { sourceBytes = [UInt8](repeating: 0, count: wanted) }
    var count = 0
    var failure: InputError?
    unsafe sourceBytes.withUnsafeMutableBytes { buffer in
      do throws(InputError) {
        // SAFETY: slicing checks that the array has `wanted` bytes.
        count = try unsafe source.read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    isAtEnd = count == 0
    appendTranscoded(count, isFinal: isAtEnd)
  }

  /// Appends the first `count` bytes of `sourceBytes` as UTF-8.
  private mutating func appendTranscoded(_ count: Int, isFinal: Bool) {
    guard transcoder != nil else { return }
    transcoded.removeAll(keepingCapacity: true)
    let input = sourceBytes
    transcoder?.transcode(input.rawSpan.extracting(0..<count), isFinal: isFinal, to: &transcoded)
    var start = 0
    if !transcoded.isEmpty, !isPastMark {
      isPastMark = true
      // Drops the byte order mark, which is two bytes of the input.
      if transcoded.starts(with: [0xef, 0xbb, 0xbf]) {
        start = 3
        chunk.base &+= 2
      }
    }
    let length = transcoded.count - start
    // SAFETY: the caller has left room for three bytes for each code unit.
    unsafe chunk.room(from: end).copyBytes(from: transcoded[start...])
    end += length
  }
}
