import CPcap
import Glibc
import Inputs

/// Reads variants of pcap that our own reader does not know, through libpcap.
///
/// libpcap reads from C streams only. A plain file is opened anew for it; an input that comes from
/// a pipe or is compressed is first written to an unnamed temporary file.
@safe
final class LibpcapReader {
  // SAFETY of what follows: `handle` is open until `deinit`, and closes its file; files that it does
  // not take over are closed where they were opened. Lengths are those of the buffers given, and
  // texts of libpcap end in a NUL.

  private let path: String
  private let handle: OpaquePointer
  private let linkType: UInt32
  /// The error that ended copying the input before its end.
  private var failure: InputError?

  /// Begins to read an input from which nothing has been consumed; `firstBytes` are its first
  /// bytes.
  init(_ source: InputSource, firstBytes: [UInt8]) throws(CaptureError) {
    path = source.path
    guard let file = unsafe Self.plainFile(path, firstBytes) ?? tmpfile() else {
      throw CaptureError(
        code: .cannotRead, path: path, packets: 0, message: "no room for a temporary file")
    }
    if unsafe ftell(file) == 0, unsafe Self.isEmpty(file) {
      do { failure = try unsafe Self.copy(source, to: file) } catch {
        unsafe fclose(file)
        throw error
      }
    }
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard
      let handle = unsafe pcap_fopen_offline_with_tstamp_precision(
        file, UInt32(PCAP_TSTAMP_PRECISION_NANO), &message)
    else {
      unsafe fclose(file)
      throw CaptureError(
        code: .unsupported, path: path, packets: 0,
        message: "libpcap cannot read it: \(Self.text(message))"
          + CaptureError.variantRemedy(after: 0))
    }
    unsafe self.handle = handle
    linkType = UInt32(truncatingIfNeeded: unsafe pcap_datalink(handle))
  }

  deinit { unsafe pcap_close(handle) }

  /// Opens the file at a path, if it is a regular file with the same first bytes as the input; else
  /// nil.
  ///
  /// The input is then that file itself, not something decompressed from it.
  private static func plainFile(
    _ path: String, _ firstBytes: [UInt8]
  ) -> UnsafeMutablePointer<FILE>? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = unsafe fopen(path, "rbe")
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: firstBytes.count)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    unsafe rewind(file)
    if count == bytes.count, bytes == firstBytes { return unsafe file }
    unsafe fclose(file)
    return nil
  }

  private static func isEmpty(_ file: UnsafeMutablePointer<FILE>) -> Bool {
    var status = stat()
    return unsafe fstat(fileno(file), &status) == 0 && status.st_size == 0
  }

  /// Copies the input to a file; returns the error that ended the input early, if any.
  private static func copy(
    _ source: InputSource, to file: UnsafeMutablePointer<FILE>
  ) throws(CaptureError) -> InputError? {
    var failure: InputError?
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { unsafe buffer.deallocate() }
    while failure == nil {
      do {
        let count = unsafe try source.read(into: buffer)
        if count <= 0 { break }
        guard unsafe fwrite(buffer.baseAddress, 1, count, file) == count else {
          throw CaptureError(
            code: .cannotRead, path: source.path, packets: 0,
            message: "no room for a temporary file")
        }
      } catch let error as InputError {
        failure = error
      } catch let error as CaptureError {
        throw error
      } catch {}
    }
    unsafe rewind(file)
    return failure
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Bytes of the input before the next record.
  var position: UInt64 {
    // SAFETY: the stream belongs to the handle, which lives as long as this object.
    UInt64(max(unsafe ftell(pcap_file(handle)), 0))
  }

  /// The next packet's bytes, valid until the next call; nil at the end.
  func next(_ frame: inout Frame, after packets: UInt64) throws(CaptureError) -> UnsafeRawPointer? {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var bytes: UnsafePointer<UInt8>?
    let result = unsafe pcap_next_ex(handle, &header, &bytes)
    if let failure, result != 1 { throw CaptureError(failure, packets: packets) }
    switch result {
    case 1:
      guard let header = unsafe header?.pointee, let bytes = unsafe bytes else { return nil }
      frame.length = min(Int(header.caplen), PacketFramer.longestPacket)
      frame.originalLength = header.len
      // With nanosecond precision the field for microseconds holds nanoseconds.
      frame.time =
        Int64(header.ts.tv_sec) &* 1_000_000_000 &+ Int64(header.ts.tv_usec)
      frame.linkType = linkType
      frame.isPacket = true
      return unsafe UnsafeRawPointer(bytes)
    case PCAP_ERROR_BREAK:
      return nil
    default:
      let message = unsafe String(cString: pcap_geterr(handle))
      let isCut = message.utf8.starts(with: "truncated".utf8)
      throw CaptureError(
        code: isCut ? .truncated : .corrupt, path: path, packets: packets,
        message: "\(message), after packet \(packets)"
          + (isCut ? "" : CaptureError.variantRemedy(after: packets)))
    }
  }

  /// libpcap's name for a link type, or nil.
  static func linkTypeName(_ linkType: UInt32) -> String? {
    guard let number = LinkType.libraryNumber(linkType),
      let name = unsafe pcap_datalink_val_to_name(number)
    else { return nil }
    return unsafe String(cString: name)
  }
}
