import Foundation
import Indicators
import Inputs
import Testing

@testable import Logs

/// The debug log of Windows' DNS server, whose names have the length of each label before it.
@Suite struct CountedNamesTests {
  static let log = """
    DNS Server log file creation at 5/1/2024 9:00:00 AM UTC

    Message logging key (for packets - other items use a subset of these fields):

    5/1/2024 10:00:00 AM 0E7C PACKET  0001D4 UDP Rcv 192.0.2.9       1234   Q [0001   D   NOERROR] A      (4)evil(7)example(3)com(0)
    5/1/2024 10:00:01 PM 0E7C PACKET  0001D4 UDP Snd 192.0.2.9       1234 R Q [8385 A DR NXDOMAIN] A      (4)evil(7)example(3)com(0)
    20240501 10:00:02 0E7C PACKET  0001D4 UDP Snd 198.51.100.53   1234   Q [0001   D   NOERROR] AAAA   (3)www(4)evil(7)example(0)
    2024-05-01 10:00:03 0E7C PACKET  0001D4 TCP Rcv 2001:db8::53  1234 R Q [8081   DR  NOERROR] AAAA   (3)www(4)evil(7)example(0)
    5/1/2024 10:00:04 AM 0E7C PACKET  0001D4 UDP Rcv 192.0.2.9       1234   Q [0001   D   NOERROR] A      (9)evil(7)example(3)com(0)
    5/1/2024 10:00:05 AM 0E7C EVENT   the server has met 192.0.2.77 at x.evil.example
    192.0.2.66 5/1/2024 10:00:06 AM 0E7C PACKET  0001D4 UDP Rcv 192.0.2.9 1234   Q [0001   D   NOERROR] A      (4)evil(7)example(0)

    """

  static let expected = """
    5 ipv4 client 192.0.2.9 source at 2024-05-01T10:00:00.000000Z (protocol 17 192.0.2.9 to ?)
    5 domain query evil.example.com at 2024-05-01T10:00:00.000000Z (protocol 17 192.0.2.9 to ?)
    6 ipv4 client 192.0.2.9 source at 2024-05-01T22:00:01.000000Z (protocol 17 192.0.2.9 to ? NXDOMAIN)
    6 domain query evil.example.com at 2024-05-01T22:00:01.000000Z (protocol 17 192.0.2.9 to ? NXDOMAIN)
    7 ipv4 server 198.51.100.53 destination at 2024-05-01T10:00:02.000000Z (protocol 17 ? to 198.51.100.53)
    7 domain query www.evil.example at 2024-05-01T10:00:02.000000Z (protocol 17 ? to 198.51.100.53)
    8 ipv6 server 2001:db8::53 destination at 2024-05-01T10:00:03.000000Z (protocol 6 ? to 2001:db8::53 NOERROR)
    8 domain query www.evil.example at 2024-05-01T10:00:03.000000Z (protocol 6 ? to 2001:db8::53 NOERROR)
    9 ipv4 text 192.0.2.9 at 2024-05-01T10:00:04.000000Z
    10 ipv4 text 192.0.2.77 at 2024-05-01T10:00:05.000000Z
    10 domain text x.evil.example at 2024-05-01T10:00:05.000000Z
    11 ipv4 text 192.0.2.66 at 2024-05-01T10:00:06.000000Z (protocol 17 192.0.2.9 to ?)
    11 ipv4 client 192.0.2.9 source at 2024-05-01T10:00:06.000000Z (protocol 17 192.0.2.9 to ?)
    11 domain query evil.example at 2024-05-01T10:00:06.000000Z (protocol 17 192.0.2.9 to ?)
    """

  @Test func linesAreRead() {
    let log = Array(Self.log.utf8)
    let whole = FixtureTests.listing(log) { $0 }
    for size in [1, 7, 64, 1000] { #expect(FixtureTests.listing(log) { _ in size } == whole) }
    // A value's offset is behind the line: that of a name is its first letter's.
    let lines = whole.split(separator: "\n").map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return "\(parts[0])" + parts[1].drop { $0.isNumber }
    }
    #expect(lines.joined(separator: "\n") == Self.expected)
    let first = Self.log.components(separatedBy: "(4)evil")[0].utf8.count + 3
    #expect(whole.contains("5:\(first) domain"))
  }

  /// A label may begin with what looks like a length, and must be as long as is said.
  @Test(arguments: [
    ("(4)evil(7)example(0)", "evil.example"), ("(5)a(1)b(0)", "a(1)b"), ("(0)", ""),
    ("(4)evil(7)example", ""), ("(4)evil(8)example(0)", ""), ("(x)evil(0)", ""), ("evil(0)", ""),
    ("(64)\(String(repeating: "a", count: 64))(0)", ""), ("(4)evil(0)(0)", ""),
  ])
  func labels(_ text: String, _ name: String) {
    let bytes = Array(text.utf8)
    var written: [UInt8] = []
    var map = OffsetMap()
    map.begin(at: 0)
    CountedNames.write(bytes.span.bytes, 0..<bytes.count, to: &written, &map)
    #expect(String(decoding: written, as: UTF8.self) == name)
  }

  /// Questions for the root at the beginning do not decide before the first name: wherever the log is cut between lines.
  @Test func rootsAreUndecided() {
    let front =
      "5/1/2024 10:00:00 AM 0E7C PACKET  0A1B UDP Rcv 192.0.2.1  0001   Q [0001   D   NOERROR] A  "
    func isUndecided(_ log: String) -> Bool {
      LogState.isUndecided(
        firstBytes: Array(log.utf8).span.bytes, options: LogOptions(purpose: .scan))
    }
    let roots = [
      front + "(0)\n", front + "(0) \r\n", "5/1/2024 10:00:00 AM 0E7C EVENT x\n" + front + "(0)\n",
    ]
    for root in roots {
      for count in 1...3 {
        let log = String(repeating: root, count: count)
        #expect(isUndecided(log), "\(log)")
        #expect(!isUndecided(log + front + "(4)evil(7)example(0)\n"), "\(log)")
      }
    }
    #expect(!isUndecided(String(repeating: roots[0], count: 1000)))
    for line in ["f(0)\n", "a EVENT x (0)\n", front + "\n", front + "(4)evil(7)example\n"] {
      #expect(!isUndecided(line), "\(line)")
    }
  }

  /// Only the log's beginning tells: such words in another log are text.
  @Test func otherLogsAreNotTaken() {
    let line = "from 192.0.2.1 PACKET (4)evil(7)example(3)com(0)\n"
    let lines = Array((String(repeating: "x y z\n", count: 20_000) + line).utf8)
    func begins(_ text: [UInt8]) -> Bool { CountedNames.begin(text.span.bytes) }
    #expect(!begins(lines))
    #expect(!begins(Array("a (0)\nb (4)evil(0)\n".utf8)))
    #expect(begins(Array("a PACKET x (4)evil(0)\n".utf8)))
    // What ends so before says nothing.
    for front in ["a PACKET x NS (0)", "a EVENT x (4)evil(0)", "  Name \"(4)evil(0)\"", "f(0)"] {
      #expect(begins(Array("\(front)\r\na PACKET x (4)evil(0) \r\n".utf8)), "\(front)")
      #expect(!begins(Array("\(front)\n".utf8)), "\(front)")
    }
  }
}
