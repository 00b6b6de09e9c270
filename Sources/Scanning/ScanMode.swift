/// What a run is for, beside the options of whoever asks for it.
struct ScanMode: Sendable {
  /// Whether hits are delivered as values instead of text.
  var collectsHits = false
  /// Whether values of joint conditions count alone, as in a lookup by hand.
  var ignoresConditions = false
}
