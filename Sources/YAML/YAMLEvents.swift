import CLibYAML

/// The events of libyaml's parser, one after another, as values that own what they hold.
///
/// The only place that touches libyaml. Both the parser and the bytes that it reads live on the
/// heap for as long as this object, since the parser keeps pointers to itself and to them.
@safe
final class YAMLEvents {
  enum Kind: Equatable {
    case beginDocument, endDocument, endOfStream
    case scalar(String, isPlain: Bool)
    case alias(String)
    case beginList(isFlow: Bool), beginMap(isFlow: Bool)
    case endList, endMap
  }

  struct Event {
    var kind: Kind
    var anchor: String?
    var tag: String?
    var start: YAMLPlace
    var end: YAMLPlace
  }

  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  /// The events of a text, which is copied; nil if there is no memory for a parser.
  init?(_ text: [UInt8]) {
    unsafe bytes = .allocate(capacity: max(text.count, 1))
    _ = unsafe bytes.initialize(from: text)
    unsafe parser.initialize(to: yaml_parser_t())
    // If this fails, the parser is all zeros, and `deinit` frees what there is.
    guard unsafe yaml_parser_initialize(parser) == 1 else { return nil }
    // SAFETY: the bytes stay where they are until `deinit`.
    unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, text.count)
  }

  deinit {
    // SAFETY: the parser was initialised, or its buffers and stacks are null.
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe bytes.deallocate()
  }

  /// The next event.
  ///
  /// - Throws: `YAMLFault` in the parser's words; `next` must not be called again then.
  func next() throws(YAMLFault) -> Event {
    while true {
      var raw = unsafe yaml_event_t()
      // SAFETY: the parser was initialised, and every event is deleted before the next.
      guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw fault() }
      defer { unsafe yaml_event_delete(&raw) }
      if let event = unsafe Self.event(raw) { return event }
    }
  }

  private func fault() -> YAMLFault {
    // SAFETY: both texts are constants of the library or absent.
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
    let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) }
    var line = unsafe parser.pointee.problem_mark.line
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      // A reader error tells only the offset of the byte.
      line = unsafe bytes.prefix(parser.pointee.problem_offset).count { $0 == 0x0a }
    }
    let text = unsafe Array(bytes).split(
      separator: 0x0a, maxSplits: Int(clamping: line) + 1, omittingEmptySubsequences: false)
    if line < text.count, text[Int(line)].first(where: { $0 != 0x20 }) == 0x09 {
      return YAMLFault(line: Int(line) + 1, problem: "a tab indents; YAML wants blanks")
    }
    return YAMLFault(
      line: Int(clamping: line) + 1,
      problem: ["not YAML:", context, problem].compactMap { $0 }.joined(separator: " "))
  }

  /// Converts an event of libyaml; nil for the beginning of the stream.
  private static func event(_ raw: borrowing yaml_event_t) -> Event? {
    var anchor: String?
    var tag: String?
    let kind: Kind
    // SAFETY: which member of the union is set follows from the type, and its texts live as long as
    // the event.
    switch unsafe raw.type {
    case YAML_DOCUMENT_START_EVENT: kind = .beginDocument
    case YAML_DOCUMENT_END_EVENT: kind = .endDocument
    case YAML_STREAM_END_EVENT: kind = .endOfStream
    case YAML_ALIAS_EVENT: kind = unsafe .alias(text(raw.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = unsafe raw.data.scalar
      anchor = unsafe text(scalar.anchor)
      tag = unsafe text(scalar.tag)
      let value = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      kind = unsafe .scalar(
        String(decoding: value, as: UTF8.self),
        isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    case YAML_SEQUENCE_START_EVENT:
      anchor = unsafe text(raw.data.sequence_start.anchor)
      tag = unsafe text(raw.data.sequence_start.tag)
      kind = unsafe .beginList(
        isFlow: raw.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
    case YAML_SEQUENCE_END_EVENT: kind = .endList
    case YAML_MAPPING_START_EVENT:
      anchor = unsafe text(raw.data.mapping_start.anchor)
      tag = unsafe text(raw.data.mapping_start.tag)
      kind = unsafe .beginMap(isFlow: raw.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
    case YAML_MAPPING_END_EVENT: kind = .endMap
    default: return nil
    }
    return unsafe Event(
      kind: kind, anchor: anchor, tag: tag, start: place(raw.start_mark), end: place(raw.end_mark))
  }

  private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    // SAFETY: libyaml ends these texts with a zero.
    unsafe pointer.map { unsafe String(cString: $0) }
  }

  private static func place(_ mark: yaml_mark_t) -> YAMLPlace {
    YAMLPlace(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
  }
}
