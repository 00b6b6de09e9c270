import ArgumentParser
import Sekisho

/// The arguments that `scan` and `extract` share.
struct InputArguments: ParsableArguments {
  @Argument(help: "Captures, logs, folders; - is standard input.")
  var inputs: [String]

  /// The paths of the inputs.
  var paths: [InputPath] { inputs.map(RawArgument.path) }

  @Flag(help: "Only errors: no summary, no progress, no warnings.")
  var quiet = false
}
