/// A value of a configuration file, with the line that it begins in.
struct ConfigurationNode: Equatable {
  indirect enum Value: Equatable {
    /// Text, and whether it was in quotes.
    case scalar(String, isQuoted: Bool)
    case list([ConfigurationNode])
    case map([ConfigurationMember])
  }

  var value: Value
  var line: Int
}

/// A key and its value.
struct ConfigurationMember: Equatable {
  var key: String
  var line: Int
  var node: ConfigurationNode
}

/// What is wrong with the text of a configuration, and where.
struct ConfigurationFault: Error, Equatable {
  var line: Int
  var problem: String
}
