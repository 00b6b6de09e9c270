import ArgumentParser
import Inputs
import Sekisho
import Synchronization

/// Options as the running command has them, or with the command that has them.
enum OptionNames {
  /// The command that runs; nil until its arguments are parsed.
  private static let command = Mutex<(any ParsableCommand.Type)?>(nil)

  /// Notes the command that runs from now on.
  static func begin(_ running: any ParsableCommand.Type) { command.withLock { $0 = running } }

  /// What an option that helps is called: `--trusted`, or `compile --trusted` where the running
  /// command lacks it.
  static func name(_ option: Advice.Option) -> String {
    let name = option.commandName
    guard let command = command.withLock({ $0 }) else { return name }
    let words = name.split(separator: " ")
    guard let last = words.last, last.hasPrefix("--") else { return name }
    if offers(command, last) { return String(last) }
    return words.count == 1 ? "scan " + name : name
  }

  /// Whether a command has an option, by what its help says: there is no other list of them.
  private static func offers(_ command: any ParsableCommand.Type, _ option: Substring) -> Bool {
    SekishoCommand.helpMessage(for: command)
      .split { !($0.isLetter || $0 == "-") }.contains(option)
  }
}
