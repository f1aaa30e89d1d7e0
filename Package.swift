// swift-tools-version: 6.2
import PackageDescription

/// Warnings fail the build where `RANVIER_STRICT` is set (continuous integration, contributors).
let strict = Context.environment["RANVIER_STRICT"] != nil
let swiftSettings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
    + (strict ? [.treatAllWarnings(as: .error)] : [])

let package = Package(
    name: "Ranvier",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Ranvier", targets: ["Ranvier"]),
        .executable(name: "ranvier", targets: ["RanvierCommandLine"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // C: vector kernels chosen per processor at run time; dense matrix products; gzip.
        .target(name: "CRanvierKernels"),
        .target(
            name: "COneDNN",
            linkerSettings: [
                .linkedLibrary("dnnl"), .linkedLibrary("gomp", .when(platforms: [.linux])),
            ]),
        .systemLibrary(
            name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        // Libraries, each on those above it.
        .target(
            name: "RanvierTensors",
            dependencies: [
                "CRanvierKernels", "COneDNN",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "RanvierSpikes", dependencies: ["RanvierTensors"],
            swiftSettings: swiftSettings),
        .target(
            name: "RanvierData", dependencies: ["RanvierTensors", "RanvierSpikes", "CZlib"],
            resources: [.copy("Resources/digits.csv.gz")],
            swiftSettings: swiftSettings),
        .target(
            name: "RanvierNetworks",
            dependencies: ["RanvierTensors", "RanvierSpikes", "CRanvierKernels"],
            swiftSettings: swiftSettings),
        .target(
            name: "RanvierTraining",
            dependencies: ["RanvierNetworks", "RanvierData", "RanvierSpikes", "RanvierTensors"],
            swiftSettings: swiftSettings),
        .target(
            name: "RanvierAnalysis",
            dependencies: ["RanvierNetworks", "RanvierTensors", "CRanvierKernels"],
            swiftSettings: swiftSettings),
        .target(
            name: "RanvierExact",
            dependencies: [
                "CRanvierKernels", "RanvierTraining", "RanvierData", "RanvierNetworks",
                "RanvierTensors",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "RanvierExperiments",
            dependencies: [
                "RanvierTraining", "RanvierNetworks", "RanvierData", "RanvierSpikes",
                "RanvierTensors", "RanvierAnalysis", "RanvierExact", "CRanvierKernels",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings),

        // What users import, and what they run.
        .target(
            name: "Ranvier",
            dependencies: [
                "RanvierTensors", "RanvierSpikes", "RanvierData", "RanvierNetworks",
                "RanvierTraining", "RanvierAnalysis", "RanvierExact", "RanvierExperiments",
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "RanvierCommandLine",
            dependencies: [
                "RanvierExperiments", "RanvierAnalysis", "RanvierData", "RanvierTensors",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings),

        .testTarget(
            name: "RanvierTensorsTests", dependencies: ["RanvierTensors"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RanvierSpikesTests", dependencies: ["RanvierSpikes", "RanvierTensors"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RanvierDataTests",
            dependencies: ["RanvierData", "RanvierSpikes", "RanvierTensors", "CZlib"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RanvierNetworksTests", dependencies: ["RanvierNetworks", "RanvierTensors"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RanvierTrainingTests",
            dependencies: [
                "RanvierTraining", "RanvierNetworks", "RanvierData", "RanvierSpikes",
                "RanvierTensors",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RanvierAnalysisTests",
            dependencies: ["RanvierAnalysis", "RanvierNetworks", "RanvierTensors"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RanvierExperimentsTests",
            dependencies: [
                "RanvierExperiments", "RanvierTraining", "RanvierNetworks", "RanvierData",
                "RanvierTensors", "RanvierAnalysis",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ReferenceTests",
            dependencies: [
                "RanvierAnalysis", "RanvierExact", "RanvierNetworks", "RanvierSpikes",
                "RanvierTensors",
            ],
            resources: [.copy("Reference")],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "CommandLineTests", dependencies: ["RanvierCommandLine"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "RanvierExactTests", dependencies: ["RanvierExact"],
            swiftSettings: swiftSettings),
    ]
)
