import Parsing

/// What the head of a message says, as far as it was read.
struct HTTPHead {
  /// The target of a request that waits for its host.
  var target: [UInt8] = []
  private var targetRoom = Room()
  var hasTarget = false
  var isConnect = false
  var isUpgrade = false
  var hasHost = false
  /// The request may be over with its first line, as HTTP/0.9's are.
  var isVersionless = false
  /// The URL was written with the destination for its host.
  var hasURLWithoutHost = false
  /// What the headers say of the body's length: 0 where they differ, nil where none does.
  private var statedLength: Int?
  /// The first and the last of lengths that differ, of which somebody may believe either.
  private(set) var differingLengths: (first: Int, last: Int)?
  var isChunked = false
  /// The client waits for leave to send the body (RFC 9110 §10.1.1).
  var expectsLeave = false
  /// An answer that has no body, whatever its head says of one (RFC 9110 §6.4.1).
  var isBodiless = false
  /// Where a CONNECT asks to be led to; a name is of version 0.
  var tunnel: HTTPTarget?

  /// Bytes of memory of a target that go over to another stream.
  private static let keptTarget = 1 << 10

  /// The length of the body, which is not in chunks.
  var contentLength: Int { statedLength ?? 0 }

  /// Bytes of memory in use, about.
  var cost: Int { targetRoom.count }

  /// Takes a request's target, whose URL is written when its host is known.
  mutating func keepTarget(_ text: RawSpan) {
    target.append(text)
    targetRoom.reach(target.count)
    hasTarget = true
  }

  /// Takes a header's length: of several that differ none is believed, as of a list (RFC 9112 §6.3).
  mutating func stateLength(_ length: Int) {
    let first = differingLengths?.first ?? statedLength ?? length
    if first != length || differingLengths != nil {
      (statedLength, differingLengths) = (0, (first, length))
    } else {
      statedLength = length
    }
  }

  /// Makes it ready for the next message.
  mutating func reset() {
    target.removeAll(keepingCapacity: true)
    hasTarget = false
    isConnect = false
    isUpgrade = false
    hasHost = false
    isVersionless = false
    hasURLWithoutHost = false
    statedLength = nil
    differingLengths = nil
    isChunked = false
    isBodiless = false
    expectsLeave = false
    tunnel = nil
  }

  /// Counts memory by what is held now: which thread's reader it was before, no limit may depend on.
  mutating func countAnew() {
    if target.isEmpty, targetRoom.count > Self.keptTarget { target = [] }
    targetRoom = Room()
    targetRoom.reach(target.count)
  }
}
