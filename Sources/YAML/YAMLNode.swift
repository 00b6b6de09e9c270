/// A place in a YAML text: line and column from 1, columns counted in characters.
package struct YAMLPlace: Sendable, Equatable, Comparable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (left: YAMLPlace, right: YAMLPlace) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// A value of a YAML document, with its place in the text.
package struct YAMLNode: Sendable, Equatable {
  package indirect enum Value: Sendable, Equatable {
    /// Text, and whether it was written without quotes, so that it may mean a number, a truth value
    /// or nothing.
    case scalar(String, isPlain: Bool)
    case list([YAMLNode])
    case map([YAMLMember])
  }

  package var value: Value
  /// Where the value begins.
  package var start: YAMLPlace
  /// The place behind the value's last character.
  package var end: YAMLPlace

  package init(_ value: Value, start: YAMLPlace, end: YAMLPlace) {
    self.value = value
    self.start = start
    self.end = end
  }

  /// The line in which the value begins, from 1.
  package var line: Int { start.line }
}

/// A key and its value.
package struct YAMLMember: Sendable, Equatable {
  package var key: String
  /// Where the key begins.
  package var start: YAMLPlace
  package var node: YAMLNode

  package init(key: String, start: YAMLPlace, node: YAMLNode) {
    self.key = key
    self.start = start
    self.node = node
  }

  /// The line of the key, from 1.
  package var line: Int { start.line }
}

/// What is wrong with a YAML text or with what it says, and where.
package struct YAMLFault: Error, Sendable, Equatable {
  /// The line, from 1.
  package var line: Int
  /// What is wrong and what to write instead: lower case, no full stop.
  package var problem: String

  package init(line: Int, problem: String) {
    self.line = line
    self.problem = problem
  }
}

/// Limits of a text, so that a small file cannot become a large tree.
package struct YAMLLimits: Sendable {
  /// The most bytes of the text.
  package var bytes = 4 << 20
  /// The greatest nesting of lists and maps.
  package var depth = 64
  /// The most values of the whole tree, those that aliases repeat included.
  package var nodes = 1 << 20

  package init() {}
}
