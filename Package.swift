// swift-tools-version: 6.2
import PackageDescription

// A newer compiler must not break a user's build with a new warning; our own CI sets this.
let strict = Context.environment["SEKISHO_WARNINGS_AS_ERRORS"] == "1"

let settings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableExperimentalFeature("Lifetimes"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

let librarySettings = settings + [.strictMemorySafety()]

/// A room of the library: `Sources/<name>`.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: librarySettings)
}

/// The tests of one room: `Tests/<name>Tests`.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

/// A fuzz target: `Tests/Fuzz/<name>`.
///
/// Without `-DFUZZING` it replays the files that it is given.
func fuzz(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + ["FuzzSupport"], path: "Tests/Fuzz/\(name)",
    swiftSettings: settings)
}

let package = Package(
  name: "sekisho",
  products: [
    .library(name: "Sekisho", targets: ["Sekisho"]),
    .executable(name: "sekisho", targets: ["SekishoCLI"]),
  ],
  dependencies: [
    // The argument parser is the ecosystem's own; ours would be worse and no smaller.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // MD5, SHA-1 and SHA-256 of fingerprints, certificates and Community IDs.
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(
      name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    room("Parsing"),
    room("Indicators", ["Parsing"]),
    // What Swift cannot express: prefetching, and instructions on many bytes at once.
    .target(name: "CByteKernels"),
    // What a signal handler may do, which Swift does not promise.
    .target(name: "CMappedRegions"),
    // What the system's headers hide from Swift.
    .target(name: "CProcessors"),
    room("Matchers", ["CByteKernels", "CProcessors"]),
    room("Inputs", ["Parsing", "CZlib", "CZstd"]),
    room("YAML", ["Parsing", "CLibYAML"]),
    room("Feeds", ["Parsing", "Indicators", "Inputs", "YAML"]),
    room(
      "Database",
      [
        "Parsing", "Indicators", "Inputs", "Matchers", "CByteKernels", "CMappedRegions", "CXXHash",
      ]),
    room(
      "Capture",
      [
        "Parsing", "Indicators", "Inputs", "Matchers", "CByteKernels", "CPcap",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    room("Logs", ["Parsing", "Indicators", "Inputs", "CByteKernels"]),
    room(
      "Scanning", ["Parsing", "Indicators", "Inputs", "Matchers", "Database", "Capture", "Logs"]),
    room(
      "Regression",
      [
        "Parsing", "Indicators", "Inputs", "Feeds", "Database", "Scanning", "YAML",
      ]),
    room(
      "Reports", ["Parsing", "Indicators", "Inputs", "Database", "Scanning"]),
    room(
      "Sekisho",
      [
        "Parsing", "Indicators", "Matchers", "Inputs", "Feeds", "Database", "Scanning",
        "Regression", "Reports",
      ]),
    .executableTarget(
      name: "SekishoCLI",
      dependencies: [
        "Sekisho", "Inputs", "Matchers", "Parsing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "MakeFixtures", path: "Fixtures/Generator", swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Capture", "Indicators", "Inputs"],
      path: "Tests/TestSupport", swiftSettings: settings),
    tests("Parsing", ["Parsing"]),
    tests("Indicators", ["Indicators", "Parsing"]),
    tests(
      "Matchers",
      ["Matchers", "CByteKernels", "FuzzKeySet", "FuzzLiteralMatcher", "FuzzPrefixTrie"]),
    tests("Inputs", ["Inputs", "Parsing"]),
    tests("YAML", ["YAML", "FuzzYAML"]),
    tests("Feeds", ["Feeds", "Indicators", "Inputs", "Parsing", "FuzzFeed"]),
    tests(
      "Database",
      ["Database", "CByteKernels", "Indicators", "Matchers", "Parsing", "FuzzDatabase"]),
    tests(
      "Capture", ["Capture", "Indicators", "Inputs", "Matchers", "Parsing", "FuzzCapture"]),
    tests(
      "Logs",
      [
        "Logs", "CByteKernels", "Database", "Indicators", "Inputs", "Parsing", "FuzzLogs",
        "FuzzCandidates",
      ]),
    tests("Scanning", ["Scanning", "Indicators"]),
    tests(
      "Regression",
      [
        "Regression", "Feeds", "Database", "Indicators", "Inputs", "Scanning", "YAML", "FuzzSuite",
      ]),
    tests(
      "Reports",
      ["Reports", "Sekisho", "Database", "Feeds", "Indicators", "Inputs", "Parsing", "Scanning"]),
    tests("SekishoCLI", ["Sekisho", "SekishoCLI"]),

    .target(name: "FuzzSupport", path: "Tests/Fuzz/FuzzSupport", swiftSettings: settings),
    fuzz("FuzzCapture", ["Capture", "Indicators", "Inputs", "Matchers", "TestSupport"]),
    fuzz("FuzzFeed", ["Feeds", "Database", "Indicators"]),
    fuzz("FuzzLogs", ["Logs", "Indicators", "Inputs", "Parsing"]),
    fuzz("FuzzCandidates", ["Logs", "Database", "Indicators"]),
    fuzz("FuzzYAML", ["YAML"]),
    fuzz("FuzzSuite", ["Regression"]),
    fuzz("FuzzDatabase", ["Database", "Indicators", "Parsing"]),
    fuzz("FuzzKeySet", ["Matchers"]),
    fuzz("FuzzLiteralMatcher", ["Matchers"]),
    fuzz("FuzzPrefixTrie", ["Matchers"]),
  ],
  cLanguageStandard: .c17
)
