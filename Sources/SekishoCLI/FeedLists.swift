import ArgumentParser

/// Files that list feeds and how each is read.
struct FeedLists: ParsableArguments {
  @Option(
    name: .customLong("feeds"),
    help: ArgumentHelp(
      "A file that lists feeds and says of each what cannot be guessed; repeatable.",
      valueName: "config"))
  var configurations: [String] = []
}
