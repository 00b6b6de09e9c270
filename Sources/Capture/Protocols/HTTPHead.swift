import Parsing

/// The contents of a message's head, as far as it has been read.
struct HTTPHead {
  /// The target of a request whose host is not known yet.
  var target: [UInt8] = []
  private var targetRoom = Room()
  var hasTarget = false
  var isConnect = false
  var isUpgrade = false
  var hasHost = false
  /// The request may consist of its first line only, as in HTTP/0.9.
  var isVersionless = false
  /// The URL was written with the destination address in place of the host.
  var hasURLWithoutHost = false
  /// The length of the body as stated by the headers: 0 if they differ, nil if none states it.
  private var statedLength: Int?
  /// Differing lengths, each of which a receiver may believe; empty if no two differ.
  private var differingLengths: [Int] = []
  var isChunked = false
  /// The client waits for the server's leave to send the body (RFC 9110 §10.1.1).
  var expectsLeave = false
  /// An answer without a body, whatever its head states (RFC 9110 §6.4.1).
  var isBodiless = false
  /// The destination that a CONNECT asks for; version 0 if it is a name.
  var tunnel: HTTPTarget?
  /// The address in the request line, if it has a port; a Host that is this address has that port.
  var authority: HTTPTarget?

  /// The most room of an empty target that is kept when the reader serves another stream.
  private static let keptTarget = 1 << 10

  /// The length of a body that is not in chunks.
  var contentLength: Int { statedLength ?? 0 }

  /// The lengths that a receiver may believe where the body has another: several that differ, or one
  /// beside chunks.
  var otherLengths: [Int] {
    if !differingLengths.isEmpty { return differingLengths }
    return isChunked && contentLength > 0 ? [contentLength] : []
  }

  /// The most differing lengths that are kept: the first ones, and the last.
  private static let mostLengths = 4

  /// Approximate bytes of memory in use.
  var cost: Int { targetRoom.count }

  /// Keeps a request's target; its URL is written once its host is known.
  mutating func keepTarget(_ text: RawSpan) {
    target.append(text)
    targetRoom.reach(target.count)
    hasTarget = true
  }

  /// Keeps the address and port of a request line; a name has no port of its own.
  mutating func keepAuthority(_ host: RawSpan, _ port: UInt16) {
    guard let address = VersionedAddress(text: host) else { return }
    authority = HTTPTarget(address: address, port: port)
  }

  /// Notes the length in a header; if several differ, none is believed, as with a list (RFC 9112
  /// §6.3).
  ///
  /// False if one is not kept, since there are enough.
  mutating func stateLength(_ length: Int) -> Bool {
    guard let stated = statedLength, stated != length || !differingLengths.isEmpty else {
      statedLength = length
      return true
    }
    if differingLengths.isEmpty { differingLengths = [stated] }
    statedLength = 0
    if differingLengths.contains(length) { return true }
    let isFull = differingLengths.count == Self.mostLengths
    if isFull { differingLengths.removeLast() }
    differingLengths.append(length)
    return !isFull
  }

  /// Prepares for the next message.
  mutating func reset() {
    target.removeAll(keepingCapacity: true)
    hasTarget = false
    isConnect = false
    isUpgrade = false
    hasHost = false
    isVersionless = false
    hasURLWithoutHost = false
    statedLength = nil
    if !differingLengths.isEmpty { differingLengths = [] }
    isChunked = false
    isBodiless = false
    expectsLeave = false
    tunnel = nil
    authority = nil
  }

  /// Recounts `cost` from what is held now, since no limit may depend on which thread used this
  /// reader before.
  mutating func countAnew() {
    if target.isEmpty, targetRoom.count > Self.keptTarget { target = [] }
    targetRoom = Room()
    targetRoom.reach(target.count)
  }
}
