import Parsing

/// Last labels that are also common file extensions (`Matching.md` §1): in free text a name that
/// ends in one is more often a file.
package enum FileExtensions {
  /// Whether a label, in any ASCII case and without its dot, is in the table.
  package static func isAmbiguous(_ label: RawSpan) -> Bool {
    guard 2...10 ~= label.byteCount else { return false }
    return table.contains(label)
  }

  /// Whether the last label of a name is in the table.
  package static func endsName(_ name: RawSpan) -> Bool {
    guard let dot = name.lastOffset(of: 0x2e) else { return false }
    return isAmbiguous(name.extracting((dot + 1)...))
  }

  private static let table = WordTable(
    """
    zip
    mov
    sh
    py
    md
    rs
    pl
    so
    ps
    cc
    do
    app
    ai
    ms
    java
    properties
    pf
    inc
    data
    map
    save
    cab

    """)
}
