import Indicators
import Parsing

extension PacketDealer {
  /// Keeps a fragment of a datagram, and reads the whole datagram once it is complete.
  ///
  /// The flow's addresses are reported with the first fragment, which has the ports; the values
  /// with the fragment that arrives last.
  @inline(never)
  mutating func decodeFragment(_ packet: RawSpan, _ header: IPHeader, depth: Int) {
    skips.add(.ipFragment)
    if let selection, selection.contains(header.source, header.destination) { isSelected = true }
    let part = packet.extracting(header.fragmentStart..<max(header.end, header.fragmentStart))
    let outcome = fragments.insert(
      header, depth: depth, part: part, packet: (number, time),
      of: selection == nil ? [] : around + [number])
    if header.isFirstFragment && isReadAlone(header, outcome) || options.everyPacket {
      decodeTransport(packet, header, depth: depth)
    }
    switch outcome {
    case .incomplete(let isChosen): if isChosen { isSelected = true }
    case .malformed(let isAlone):
      skips.add(.ipFragmentMalformed)
      // No other part will show its addresses.
      if isAlone, header.isLaterFragment, !options.everyPacket {
        decodeTransport(RawSpan(), header, depth: depth)
      }
    case .complete(let datagram): decodeWhole(datagram, length: datagram.bytes.count)
    }
  }

  /// Whether the first fragment is read before the others have come.
  ///
  /// One that ends within extension headers (RFC 7112) has no ports, and would be taken for another
  /// flow than the whole datagram. It waits, unless the table refused it.
  private func isReadAlone(_ header: IPHeader, _ outcome: FragmentTable.Outcome) -> Bool {
    if case .malformed = outcome { return true }
    return header.payload < header.end
  }

  /// Reads a reassembled datagram; if a flow in it is chosen, notes the packets that carried it.
  private mutating func decodeWhole(_ datagram: FragmentedDatagram, length: Int) {
    guard selection != nil else { return decodeVersions(datagram, length: length) }
    let outer = (isSelected, around)
    (isSelected, around) = (false, datagram.packets)
    decodeVersions(datagram, length: length)
    if isSelected {
      datagram.isChosen = true
      carriers.insert(datagram.packets)
    }
    (isSelected, around) = (isSelected || outer.0, outer.1)
  }

  /// Reads a datagram, in each of its versions if its fragments disagreed.
  private mutating func decodeVersions(_ datagram: FragmentedDatagram, length: Int) {
    let hasOverlap = !datagram.alternates.isEmpty
    if hasOverlap { skips.add(.ipFragmentOverlap) }
    let (versions, isAll) = datagram.takeVersions(length: length)
    if !isAll { skips.add(.ipFragmentOverlapLimit) }
    let outer = (base, place)
    for version in versions {
      var header = datagram.header
      header.ipProtocol = header.fragmentProtocol
      header.payload = 0
      header.end = length
      header.isFirstFragment = false
      header.isLaterFragment = false
      header.isReassembled = true
      header.hasOverlap = hasOverlap
      (base, place) = (0, addExtra(version))
      // SAFETY: the span ends with the closure; the array is not changed in it.
      unsafe version.withUnsafeBytes {
        let bytes = unsafe $0.bytes
        if !skipExtensions(bytes, &header) { skips.add(.ipHeaderCut) }
        // A reassembled datagram whose headers say that it is a fragment itself is not followed.
        if header.isLaterFragment || header.isFirstFragment {
          return skips.add(.ipFragmentMalformed)
        }
        decodeTransport(bytes, header, depth: datagram.depth)
      }
    }
    (base, place) = outer
  }

  /// Reads the datagrams that were given up, as far as they have come.
  @inline(never)
  mutating func readDroppedFragments() {
    // They are read before the present packet but are no part of it.
    let wasSelected = isSelected
    defer { isSelected = wasSelected }
    for datagram in fragments.takeDropped() {
      linkHeaders = 0
      if let corrected = datagram.correctedPredecessor() {
        skips.add(.ipFragmentOverlap)
        (number, time) = corrected.last
        decodeWhole(corrected, length: corrected.bytes.count)
        continue
      }
      let length = datagram.endAtHole()
      if datagram.hasFirst, length > 0 {
        (number, time) = datagram.last
        decodeWhole(datagram, length: length)
      } else if !options.everyPacket {
        (number, time) = datagram.first
        var header = datagram.header
        header.isLaterFragment = true
        header.isFirstFragment = false
        decodeTransport(RawSpan(), header, depth: datagram.depth)
      }
    }
  }
}
