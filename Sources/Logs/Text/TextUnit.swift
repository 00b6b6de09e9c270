import Indicators

/// One stretch of text to be scanned, and what is known about it.
struct TextUnit {
  /// The range in the bytes given beside it.
  var start: Int
  var end: Int
  /// Where its bytes are: 0 in the chunk, 1 or 2 in the text after one or two unescapings,
  /// `RefangedText.level` in the refanged text.
  var level: Int
  /// The field to report.
  var field: FieldPaths.ID
  /// The class of its own field, which in a nested record is not the one to report.
  var fieldClass: FieldClass
  /// The port from a sibling field, if the whole text is the address that it belongs to; else 0.
  var port: UInt16 = 0
  /// The path of its own field if a sibling behind it may still give the port; else -1.
  var sibling: FieldPaths.ID = -1
  /// It was between quotes, which are not part of it.
  var isQuoted = false
  /// Which end an address in it is, if the field's name does not tell.
  var side: ObservableFlags = []
  /// The text goes on before its start, or behind its end, where a line was cut.
  var isCutAtStart = false
  var isCutAtEnd = false
}
