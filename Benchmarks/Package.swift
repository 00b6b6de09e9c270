// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that the harness never reaches a user's build.
let package = Package(
  name: "sekisho-benchmarks",
  dependencies: [
    .package(name: "sekisho", path: ".."),
    // The ecosystem's harness: percentiles, baselines, comparison of two revisions.
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Lookups",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "Sekisho", package: "sekisho"),
      ],
      path: "Benchmarks/Lookups",
      swiftSettings: [.swiftLanguageMode(.v6)],
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
