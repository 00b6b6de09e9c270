/// Half an hour in a small office, seen on the wire: ordinary traffic, and five meetings with the
/// indicators of `seeds/feeds`.
enum DemoTraffic {
  private typealias Build = PacketBuilder

  private static let resolver: [UInt8] = [192, 0, 2, 53]
  private static let workstation: [UInt8] = [192, 0, 2, 10]
  private static let printer: [UInt8] = [192, 0, 2, 30]
  private static let webServer: [UInt8] = [198, 51, 100, 80]
  private static let downloadServer: [UInt8] = [198, 51, 100, 23]
  private static let controlServer: [UInt8] = [203, 0, 113, 66]
  private static let controlServer6: [UInt8] = [
    0x20, 0x01, 0x0D, 0xB8, 0x0B, 0xAD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
  ]
  private static let workstation6: [UInt8] = [
    0x20, 0x01, 0x0D, 0xB8, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
  ]

  /// The whole capture.
  static func capture() -> CaptureWriter {
    // 2024-05-01 10:00:00 UTC, in microseconds.
    var time = 1_714_557_600_000_000
    var writer = CaptureWriter()
    func add(_ packet: [UInt8], vlan: Int? = nil) {
      writer.packets.append((time, Build.ethernet(packet, vlan: vlan)))
      time += 1_250_137
    }
    func lookup(_ id: Int, _ name: String, _ address: [UInt8]) {
      let port = 40_000 + id
      let type = address.count == 16 ? 28 : 1
      add(Build.udp(workstation, port, resolver, 53, Build.dns(id: id, name, type: type)))
      add(
        Build.udp(
          resolver, 53, workstation, port,
          Build.dns(id: id, name, type: type, answers: [(type, address)])))
    }
    func connection(
      from source: [UInt8], _ sourcePort: Int, to destination: [UInt8], _ port: Int,
      request: [UInt8], vlan: Int? = nil
    ) {
      add(
        Build.tcp(
          source, sourcePort, destination, port, sequence: 1000, acknowledgment: 0, flags: 2),
        vlan: vlan)
      add(
        Build.tcp(
          destination, port, source, sourcePort, sequence: 5000, acknowledgment: 1001, flags: 18),
        vlan: vlan)
      add(
        Build.tcp(
          source, sourcePort, destination, port, sequence: 1001, acknowledgment: 5001, flags: 24,
          request), vlan: vlan)
    }

    for round in 0..<8 {
      lookup(100 + round, "www\(round).example.com", webServer)
      connection(
        from: workstation, 50_000 + round, to: webServer, 443,
        request: Build.clientHello("www\(round).example.com"))
    }
    lookup(200, "cdn.evil.example", controlServer)
    connection(
      from: workstation, 51_000, to: controlServer, 443,
      request: Build.clientHello("cdn.evil.example"))
    lookup(201, "downloads.example", downloadServer)
    connection(
      from: workstation, 51_001, to: downloadServer, 80,
      request: Array(
        """
        GET /payload.bin HTTP/1.1\r\nHost: downloads.example\r\nUser-Agent: EvilBot/1.0\r\n\
        Referer: http://www.example.org/start\r\n\r\n
        """.utf8), vlan: 42)
    lookup(202, "c2.example", controlServer6)
    connection(
      from: workstation6, 51_002, to: controlServer6, 8443, request: Build.clientHello("c2.example")
    )
    connection(
      from: printer, 51_003, to: [192, 0, 2, 66], 9100, request: Array("status\r\n".utf8))
    for round in 0..<8 {
      connection(
        from: workstation, 52_000 + round, to: webServer, 80,
        request: Array("GET /page\(round) HTTP/1.1\r\nHost: www.example.com\r\n\r\n".utf8))
    }
    return writer
  }
}
