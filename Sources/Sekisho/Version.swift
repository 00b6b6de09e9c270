/// The version of the library and of the command.
public let sekishoVersion = "0.1.0"
