import Foundation

/// Makes the captures and logs of `Fixtures/`; the same bytes each time.
@main
struct MakeFixtures {
  static func main() throws {
    let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "Fixtures"
    let capture = DemoTraffic.capture()
    let files: [(String, [UInt8])] = [
      ("demo.pcap", capture.pcap), ("demo.pcapng", capture.pcapng),
      ("demo-dns.log", Array(DemoLogs.zeekDNS.utf8)),
      ("demo-eve.json", Array(DemoLogs.eve.utf8)),
      ("demo-access.log", Array(DemoLogs.access.utf8)),
    ]
    for (name, bytes) in files {
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
      print("\(folder)/\(name): \(bytes.count) bytes")
    }
  }
}
