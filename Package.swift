// swift-tools-version: 6.2
import PackageDescription

/// Warnings fail the build where `RANVIER_STRICT` is set (continuous integration, contributors).
let strict = Context.environment["RANVIER_STRICT"] != nil
let swiftSettings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
    + (strict ? [.treatAllWarnings(as: .error)] : [])

/// A library of this package: the modules it may import, and what it needs from elsewhere.
func library(
    _ name: String, _ modules: [String] = [], products: [Target.Dependency] = [],
    resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: modules.map { .byName(name: $0) } + products,
        resources: resources, swiftSettings: swiftSettings)
}

/// A test target.
func tests(
    _ name: String, _ modules: [String], products: [Target.Dependency] = [],
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name,
        dependencies: (modules + ["RanvierTestSupport"]).map { .byName(name: $0) } + products,
        resources: resources, swiftSettings: swiftSettings)
}

let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")

// Floors from the ground up; a floor imports those below it, and of its own what is written here.
let ground = [
    "RanvierConfiguration", "RanvierFormats", "RanvierTensors", "RanvierSpikes",
]
let material = ["RanvierNetworks", "RanvierData"]
let methods = [
    "RanvierSurrogate", "RanvierExact", "RanvierAlignment", "RanvierBayes", "RanvierCompression",
]
let afterLearning = ["RanvierAnalysis", "RanvierBaselines", "RanvierDeployment"]
let umbrella = ground + material + ["RanvierLearning"] + methods + afterLearning
let workbench = ["RanvierRuns", "RanvierReports", "RanvierBench", "RanvierStudies"]

let package = Package(
    name: "Ranvier",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Ranvier", targets: ["Ranvier"]),
        .library(name: "RanvierWorkbench", targets: ["RanvierWorkbench"]),
        .executable(name: "ranvier", targets: ["RanvierTool"]),
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
        // C: vector kernels chosen per processor at run time; dense matrix products; PNG; gzip.
        .target(name: "CRanvierKernels"),
        .target(
            name: "COneDNN",
            linkerSettings: [
                .linkedLibrary("dnnl"), .linkedLibrary("gomp", .when(platforms: [.linux])),
            ]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
        .systemLibrary(
            name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        // Ground.
        library("RanvierConfiguration"),
        library("RanvierFormats", ["CZlib", "CPNG"]),
        library("RanvierTensors", ["CRanvierKernels", "COneDNN"], products: [heap]),
        library("RanvierSpikes", ["RanvierTensors", "RanvierConfiguration"]),

        // Material.
        library("RanvierNetworks", ground + ["CRanvierKernels"]),
        library("RanvierData", ground, resources: [.copy("Resources/digits.csv.gz")]),

        // Learning, methods, after learning.
        library("RanvierLearning", ground + material + ["CRanvierKernels"]),
        library("RanvierSurrogate", ground + material + ["RanvierLearning"]),
        library(
            "RanvierExact", ground + material + ["RanvierLearning", "CRanvierKernels"],
            products: [heap]),
        library(
            "RanvierAlignment", ground + material + ["RanvierLearning", "CRanvierKernels"]),
        library("RanvierBayes", ground + material + ["RanvierLearning", "CRanvierKernels"]),
        library(
            "RanvierCompression", ground + material + ["RanvierLearning", "RanvierSurrogate"]),
        library(
            "RanvierAnalysis", ground + material + ["RanvierLearning", "CRanvierKernels"]),

        library("RanvierBaselines", ground + material + ["RanvierLearning"]),
        library(
            "RanvierDeployment",
            ground + material + ["RanvierLearning", "RanvierCompression", "CRanvierKernels"]),

        // What users import: everything so far under one name, with the standard registry.
        library("Ranvier", umbrella),

        // Workbench.
        library(
            "RanvierRuns", umbrella,
            products: [
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Yams", package: "Yams"),
            ]),
        library("RanvierReports", umbrella),
        library("RanvierBench", umbrella + ["CRanvierKernels"]),
        library("RanvierStudies", umbrella + ["Ranvier", "RanvierReports", "RanvierRuns"]),

        // Verbs: as functions, as a command line that other packages extend, and the command itself.
        library("RanvierExperiments", umbrella + ["Ranvier"] + workbench),
        library(
            "RanvierCommand", umbrella + ["Ranvier"] + workbench + ["RanvierExperiments"],
            products: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        library(
            "RanvierWorkbench", ["Ranvier"] + workbench + ["RanvierExperiments", "RanvierCommand"]),
        .executableTarget(
            name: "RanvierTool", dependencies: ["RanvierCommand"], swiftSettings: swiftSettings),

        .target(
            name: "RanvierTestSupport",
            dependencies: umbrella.map { .byName(name: $0) } + ["CZlib"],
            path: "Tests/RanvierTestSupport", swiftSettings: swiftSettings),
        tests("RanvierTensorsTests", ["RanvierTensors"]),
        tests("RanvierConfigurationTests", ["RanvierConfiguration"]),
        tests("RanvierSpikesTests", ["RanvierSpikes", "RanvierTensors"]),
        tests(
            "RanvierDataTests",
            [
                "RanvierConfiguration", "RanvierData", "RanvierFormats", "RanvierSpikes",
                "RanvierTensors",
            ]),
        tests("RanvierNetworksTests", ["RanvierNetworks", "RanvierTensors"]),
        tests("RanvierLearningTests", umbrella + ["Ranvier"]),
        tests("RanvierAnalysisTests", umbrella),
        tests("RanvierBaselinesTests", umbrella),
        tests("RanvierExactTests", umbrella + ["Ranvier"]),
        tests("RanvierAlignmentTests", umbrella + ["Ranvier"]),
        tests("RanvierBayesTests", umbrella + ["Ranvier"]),
        tests("RanvierCompressionTests", umbrella + ["Ranvier"]),
        tests("RanvierDeploymentTests", umbrella + ["Ranvier"]),
        tests("WorkbenchTests", umbrella + ["Ranvier"] + workbench + ["RanvierExperiments"]),
        tests(
            "ReferenceTests",
            umbrella + ["Ranvier", "RanvierRuns", "RanvierReports", "RanvierStudies"],
            resources: [.copy("Reference")]),
        // Parts of another package: it sees what is public, and nothing else.
        .testTarget(
            name: "ExtensionTests",
            dependencies: [
                "RanvierWorkbench", "RanvierTestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], packageAccess: false, swiftSettings: swiftSettings),
        tests("CommandLineTests", ["RanvierTool", "RanvierCommand", "RanvierLearning"]),
    ]
)

// With RANVIER_FLOORS=lower nothing above what comes after learning: the floors that hold kernels and pointers, which
// sanitisers look at (`Scripts/sanitize.sh sample`), build in a fraction of the time.
if Context.environment["RANVIER_FLOORS"] == "lower" {
    let upper =
        workbench + [
            "RanvierExperiments", "RanvierCommand", "RanvierWorkbench", "RanvierTool",
            "WorkbenchTests", "ReferenceTests", "ExtensionTests", "CommandLineTests",
        ]
    package.targets.removeAll { upper.contains($0.name) }
    package.products.removeAll { $0.name != "Ranvier" }
}
