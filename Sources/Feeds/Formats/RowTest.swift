import Indicators
import Parsing

/// Tells whether lines without a header are rows, although each could be a URL as a whole.
///
/// For example `192.0.2.0/24,scanner` and `http://evil.example/a,phishing`.
enum RowTest {
  /// Whether at least 95 of 100 rows begin with a value that the next cell does not continue.
  ///
  /// A single row does not prove that its comma is not part of a URL. Where all lines end in one they
  /// may be a list: values with nothing else behind them prove nothing.
  static func arePlainlyRows(
    _ rows: [TableRow], delimiter: UInt8, _ test: inout ShapeTest
  ) -> Bool {
    var proven = 0
    var fitting = 0
    var (halves, endsOfFiles) = (0, 0)
    let areEnded = rows.allSatisfy { $0.cells.count > 1 && $0.cells.last?.isEmpty ?? false }
    for row in rows where row.cells.count > 1 {
      if areEnded, row.filledCells < 2 { continue }
      let first = row.bytes.rawSpan.extracting(row.range(0))
      if delimiter == Byte.comma {
        let second = row.bytes.rawSpan.extracting(row.range(1))
        if isHalved(first, second) { halves += 1 }
        if isHalved(first, second), FileExtensions.endsFile(second) { endsOfFiles += 1 }
      }
      if row.beginsQuoted || test.fitsAddress(first) || holdsFurtherValue(row, &test) {
        guard test.fitsStrictly(first) else { continue }
        proven += 1
        fitting += 1
      } else if !continuesURL(row.bytes.rawSpan.extracting(row.range(1))),
        test.fitsStrictly(first)
      {
        fitting += 1
      }
    }
    return fitting * 100 >= rows.count * 95 && (proven > 0 || fitting > 1)
      && (proven > 0 || endsOfFiles == 0 || halves * 10 < rows.count * 9)
  }

  /// Whether at least 95 of 100 rows are an address and its port, half of these being common ones.
  ///
  /// Numbers of networks, counts and scores follow addresses as well.
  static func areAddressesWithPorts(_ rows: [TableRow], _ test: inout ShapeTest) -> Bool {
    var (fitting, usual) = (0, 0)
    for row in rows where row.cells.count == 2 && !row.beginsQuoted {
      let bytes = row.bytes.rawSpan
      let address = bytes.extracting(row.range(0))
      guard let port = Text.number(bytes.extracting(row.range(1))), 1...65535 ~= port,
        address.firstOffset(of: Byte.slash) == nil, test.fitsAddress(address)
      else { continue }
      fitting += 1
      if usualPorts.contains(port) { usual += 1 }
    }
    return fitting > 0 && fitting * 100 >= rows.count * 95 && usual * 2 >= rows.count
  }

  /// Ports of services, and those that malware listens on.
  private static let usualPorts: Set<Int> = [
    21, 22, 23, 25, 53, 80, 81, 110, 143, 443, 445, 465, 587, 853, 993, 995, 1080, 1194, 1433, 1723,
    1883, 2222, 3128, 3306, 3389, 4443, 4444, 5060, 5432, 5555, 5900, 5985, 6379, 6666, 6667, 7443,
    8000, 8008, 8080, 8081, 8088, 8443, 8888, 9000, 9001, 9050, 9090, 9443, 50050,
  ]

  /// Whether two cells look like a URL that was cut at a comma: `https://evil.example/p/1,2.html`.
  ///
  /// A number alone after the comma is as often from a column of scores.
  private static func isHalved(_ first: RawSpan, _ second: RawSpan) -> Bool {
    guard let host = Text.firstIndex(of: "://", in: first),
      let path = first.firstOffset(of: Byte.slash, from: host + 3),
      let last = first.byteOffsets.last, Byte.isDigit(first.byte(unchecked: last)),
      !FileExtensions.endsFile(first.extracting(path...)),
      let digit = second.byteOffsets.first, Byte.isDigit(second.byte(unchecked: digit))
    else { return false }
    return Text.number(second) != nil || FileExtensions.endsFile(second)
  }

  /// Whether a cell after the first is a time or a value of its own.
  private static func holdsFurtherValue(_ row: TableRow, _ test: inout ShapeTest) -> Bool {
    row.cells.indices.dropFirst().contains { column in
      let cell = row.bytes.rawSpan.extracting(row.range(column))
      if cell.byteCount >= 8, FeedTime.nanoseconds(cell) != nil { return true }
      switch test.kind(of: cell, isStrict: true) {
      case nil: return false
      // It may be a file's name, or the end of a path.
      case .domain: return cell.firstOffset(of: Byte.slash) == nil && row.cells.count > 2
      case .url: return Text.firstIndex(of: "://", in: cell) != nil
      default: return true
      }
    }
  }

  /// Whether a cell looks like the rest of a path or of a query.
  private static func continuesURL(_ cell: RawSpan) -> Bool {
    cell.byteOffsets.contains {
      switch cell.byte(unchecked: $0) {
      case Byte.slash, UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "?"),
        UInt8(ascii: "%"):
        true
      default: false
      }
    }
  }
}
