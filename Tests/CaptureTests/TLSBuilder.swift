/// Builds TLS and DTLS records and ClientHellos.
enum TLSBuilder {
  static func serverName(_ names: [[UInt8]]) -> [UInt8] {
    var list: [UInt8] = []
    for name in names { list += join([0], UInt16(name.count).bytes, name) }
    return join(
      UInt16(0).bytes, UInt16(list.count + 2).bytes, UInt16(list.count).bytes, list)
  }

  static func serverName(_ name: String) -> [UInt8] { serverName([utf8(name)]) }

  static func otherExtension(_ type: UInt16, count: Int) -> [UInt8] {
    join(type.bytes, UInt16(count).bytes, zeros(count))
  }

  /// A ClientHello's body.
  static func hello(
    extensions: [UInt8]?, isDatagram: Bool = false, version: UInt16 = 0x0303
  ) -> [UInt8] {
    let cookie: [UInt8] = isDatagram ? [2, 9, 9] : []
    let body = join(
      version.bytes, zeros(32), [4, 1, 2, 3, 4], cookie,
      [0, 4, 0x13, 0x01, 0xc0, 0x2f, 1, 0])
    guard let extensions else { return body }
    return join(body, UInt16(extensions.count).bytes, extensions)
  }

  static func handshake(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    join([type], length(body.count), body)
  }

  static func record(_ type: UInt8, _ fragment: [UInt8]) -> [UInt8] {
    join([type, 3, 1], UInt16(fragment.count).bytes, fragment)
  }

  /// A record with a ClientHello that names a server.
  static func clientHello(_ name: String) -> [UInt8] {
    let extensions = join(
      otherExtension(23, count: 0), serverName(name), otherExtension(43, count: 5))
    return record(22, handshake(1, hello(extensions: extensions)))
  }

  /// A DTLS record with a fragment of a handshake message.
  static func datagramRecord(
    _ body: [UInt8], type: UInt8 = 1, offset: Int = 0, whole: Int? = nil, number: UInt8 = 0
  ) -> [UInt8] {
    let message = join(
      [type], length(whole ?? body.count), [0, number], length(offset), length(body.count), body)
    return join(
      [22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0], UInt16(message.count).bytes, message)
  }

  private static func length(_ value: Int) -> [UInt8] { Array(UInt32(value).bytes[1...]) }
}
