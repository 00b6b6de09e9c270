import Indicators
import Parsing

/// Hosts of URLs that are not written as a name in text is: in percent units, or in a field of their own.
extension CandidateFinder {
  /// Whether a character that ends a name in text may be in a host that a record has in a field of its own.
  ///
  /// Such a host is normalised whole when the record's URL is put together. IDNA leaves out
  /// characters that cannot be seen, and has letters in place of some symbols.
  mutating func mayBeOfFieldHost(
    _ scalar: Unicode.Scalar, _ bytes: RawSpan, _ offset: Int
  ) -> Bool {
    wantsURLs && IDNACharacters.isIgnoredOrMapped(scalar) && mayBeFieldHost(bytes, offset)
  }

  /// Whether a percent unit may belong to the host of a URL, which is decoded whole.
  ///
  /// Walks back no further than to the unit of the call before, so that a line full of units is
  /// walked once.
  mutating func isInHost(_ bytes: RawSpan, _ offset: Int) -> Bool {
    var unit = PercentUnit(offset: offset)
    // Whether nothing but bytes of a name was met so far.
    var isRun = true
    var start = offset
    walk: while start > 0 {
      if start == lastUnit.offset {
        unit.place = lastUnit.place
        if isRun { unit.field = lastUnit.field }
        break
      }
      let byte = bytes.byte(unchecked: start - 1)
      switch byte {
      case UInt8(ascii: "/"):
        let isDouble = start > 1 && bytes.byte(unchecked: start - 2) == byte
        unit.place = isDouble ? .authority : .path
        break walk
      case UInt8(ascii: "?"), UInt8(ascii: "#"):
        unit.place = .path
        break walk
      case 0...0x20, UInt8(ascii: "\""):
        if isRun { unit.field = .certain }
        break walk
      // These part the columns of a table, but may be in a user's name before a host.
      case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"):
        if isRun { unit.field = .certain }
        isRun = false
      default:
        guard isRun, !isRunByte(byte) else { break }
        unit.field = .outsidePath
        isRun = false
      }
      start -= 1
    }
    if start == 0 {
      // The host may have begun before the chunk.
      unit.place = .authority
    }
    lastUnit = unit
    return unit.place == .authority || unit.mayBeginField && mayBeFieldHost(bytes, offset)
  }

  /// Whether the run around a unit may be the host of a URL that is put together from fields.
  private mutating func mayBeFieldHost(_ bytes: RawSpan, _ offset: Int) -> Bool {
    wantsURLs && hasDot(bytes, around: offset)
  }
}

/// Where a percent unit stands, as far as what is before it tells.
struct PercentUnit {
  enum Place {
    /// Behind a blank or a quote.
    case open
    /// Behind `//`.
    case authority
    /// Behind any other slash, or in a query or fragment.
    case path
  }

  /// Whether its run may be the value of a field.
  enum Field {
    case no
    /// If it is not in the path or query of a URL, whose marks part no fields.
    case outsidePath
    case certain
  }

  var offset: Int
  var place = Place.open
  var field = Field.no

  var mayBeginField: Bool { field == .certain || field == .outsidePath && place != .path }
}
