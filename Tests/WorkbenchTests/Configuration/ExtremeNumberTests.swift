import Foundation
import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierNetworks
@testable import RanvierRuns

/// Every number of every configuration at its extremes: reading and making succeed or tell the key, and never trap.
///
/// Keys are found by walking the standard registry and resolved configurations, so that a new key is looked at without
/// a line here.
@Suite struct ExtremeNumberTests {
    /// What a number is set to, as it is written.
    static let texts = [
        "0", "-1", "1000000000", "9223372036854775807", ".nan", "1e308", "1e-320", "1e30", "1e-30",
    ]

    /// Memory that these tests may ask for: less than what such sizes add up to on any machine.
    static func inLittleMemory<R>(_ body: () throws -> R) rethrows -> R {
        try MemoryNeed.$available.withValue(64 << 20, operation: body)
    }

    /// Numbers, lists of numbers, and keys without a value, which may take one.
    static func isNumber(_ value: ConfigurationValue) -> Bool {
        switch value {
        case .integer, .float, .null: true
        case .list(let values):
            !values.isEmpty
                && values.allSatisfy {
                    if case .null = $0 { false } else { isNumber($0) }
                }
        case .boolean, .string, .section: false
        }
    }

    /// Expects an error of the user's words that names a key, its kind, or the layer.
    static func expectTold(
        _ error: any Error, _ key: String, _ text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let status = ExitStatus(for: error)
        #expect(
            status == .wrongUsage || status == .badInput, "\(key)=\(text): \(error)",
            sourceLocation: sourceLocation)
        let steps = key.split(separator: ".").filter { Int($0) == nil }
        // Messages about columns speak of the column, not of the key.
        let words =
            steps + (steps.last?.split(separator: "-").filter { $0.count > 3 } ?? [])
        let message = "\(error)"
        // What takes text took the number for a name.
        let isNamed =
            message.contains("layer") || message.contains("at least one sample")
            || message.contains(text)
            || words.contains { message.contains($0) }
        #expect(isNamed, "\(key)=\(text): \(message)", sourceLocation: sourceLocation)
    }

    // MARK: - Kinds

    /// Reads a kind with one of its numbers changed, and makes what there is to make.
    private func walk<R: Role>(_ role: R.Type, make: (R.Value) throws -> Void) throws {
        let registry = Registry.standard
        for kind in registry.all(R.self) {
            for seed in UInt64(1)..<3 {
                var random: any RandomNumberGenerator = SeededNumbers(seed: seed)
                let element = R.element(of: kind.sample(&random))
                for leaf in element.options.leaves where Self.isNumber(leaf.value) {
                    for text in Self.texts {
                        try attempt(element, leaf, text, make)
                    }
                }
            }
        }

        func attempt(
            _ element: Element, _ leaf: (path: String, value: ConfigurationValue), _ text: String,
            _ make: (R.Value) throws -> Void
        ) throws {
            let isList = if case .list = leaf.value { true } else { false }
            let yaml = ConfigurationValue.section([.init("key", element.configurationValue)]).yaml()
            Self.note("\(R.name) \(element.kind) \(leaf.path)=\(text)")
            do {
                let reader = try ConfigurationReader(
                    yaml: yaml, file: "test.yaml",
                    overrides: [
                        ConfigurationOverride(
                            path: ["key", element.kind]
                                + leaf.path.split(separator: ".").map(String.init),
                            yaml: isList ? "[\(text)]" : text)
                    ], registry: registry)
                let value = try reader.root.value("key", of: R.self)
                try reader.finish()
                try Self.inLittleMemory { try make(value) }
            } catch {
                Self.expectTold(error, "\(element.kind).\(leaf.path)", text)
            }
        }
    }

    /// Notes the case at hand in the file that a variable names: a trap takes the process with it.
    private static func note(_ text: String) {
        guard let path = ProcessInfo.processInfo.environment["RANVIER_TEST_NOTES"] else { return }
        try? Data(text.utf8).write(to: URL(filePath: path))
    }

    @Test(arguments: [[12], [6, 6, 2]]) func layersAreMadeOrRefused(shape: [Int]) throws {
        try walk(LayerRole.self) { layer in
            let site = LayerSite(
                shape: shape, steps: 4, timeStep: 1e-3, outputs: 3, registry: .standard)
            let network = try NetworkPlan([layer]).network(at: site, seed: 1)
            try network.requireMemory(steps: 4)
        }
    }

    @Test func encodersAreMadeOrRefused() throws {
        try walk(EncoderRole.self) { encoder in
            // Rows by themselves are what one encoder takes alone.
            let sample = encoder is EachRowEncoder ? [3, 5] : [5]
            let shape = try encoder.featureShape(ofSample: sample)
            #expect(shape.elementCount > 0 && encoder.steps > 0)
            let site = LayerSite(
                shape: shape, steps: encoder.steps, timeStep: encoder.timeStep, outputs: 2,
                registry: .standard)
            let plan = NetworkPlan([
                LayerDescription(Element("linear", .section([.init("outputs", .integer(2))]))),
                LayerDescription(Element("lif")),
            ])
            let network = try plan.network(at: site, seed: 1)
            do {
                try network.requireMemory(steps: encoder.steps)
            } catch {
                return
            }
            // As a run does, once it is known to fit; what fits is shown.
            _ = (encoder.resolution, encoder.accepts)
            if ([encoder.steps] + shape).elementCount < 1 << 16, encoder.accepts.range.contains(0.5)
            {
                _ = try? encoder.encode(
                    Tensor(
                        [Float](repeating: 0.5, count: sample.elementCount), shape: [1] + sample),
                    at: EncodingPosition(stream: .evaluation, epoch: 0, samples: [0]))
            }
        }
    }

    @Test func otherKindsAreReadOrRefused() throws {
        try walk(SurrogateRole.self) { _ in }
        try walk(LossRole.self) { _ in }
        try walk(OptimizerRole.self) { _ = $0.optimizer }
        try walk(MeasureRole.self) { _ in }
        try walk(CriterionRole.self) { _ = $0.criterion }
        try walk(DataSourceRole.self) { _ in }
    }

    // MARK: - Runs

    /// A run with its table, and what is resolved of it.
    struct Run: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let yaml: String
    }

    static let runs = [
        Run(
            testDescription: "rows",
            yaml: """
                dataset: {name: csv, train: t.csv, label-column: class, validation-fraction: 0.2}
                encoding: {direct: {steps: 4, time-step: 1e-3}}
                network: [{linear: {outputs: 5}}, lif, {linear: {outputs: 2}}, leaky-integrator]
                training: {schedule: {cosine: {warm-up: 0.1}}, clipping: {norm: {limit: 1}}, truncation: 2}
                """),
        Run(
            testDescription: "architecture",
            yaml: """
                dataset: {name: csv, train: t.csv, label-column: class, folds: 4}
                encoding: {population: {steps: 4, time-step: 1e-3, minimum: -9, maximum: 9}}
                network: {mlp: {hidden: [4]}}
                training: {schedule: {exponential: {factor: 0.9}}, clipping: {value: {limit: 1}}}
                """),
        Run(
            testDescription: "windows",
            yaml: """
                dataset: {name: csv, train: t.csv, target-column: a, window: 3, horizon: 1, time-column: time}
                encoding: {sequence: {steps: 3, time-step: 1}}
                network: [{delayed-linear: {outputs: 4, maximum-delay: 2}}, lif, {linear: {outputs: 1}}, leaky-integrator]
                """),
        Run(
            testDescription: "images",
            yaml: """
                dataset: {name: csv, train: t.csv, label-column: class, drop: [time], images: true, image-shape: [2, 2], limit: 20}
                encoding: {direct: {steps: 2, time-step: 1e-3}}
                network:
                  - conv2d: {channels: 3, size: 2, padding: 1, initialization: {uniform: {gain: 1}}}
                  - batch-norm
                  - lif
                  - max-pool2d: {size: 2}
                  - linear: {outputs: 2}
                training: {augmentation: {shift: 1}}
                """),
        Run(
            testDescription: "event camera",
            yaml: """
                dataset: {name: csv, train: t.csv, label-column: class, drop: [time], image-shape: [2, 2], event-camera: {steps: 3}}
                encoding: {sequence: {steps: 3, time-step: 0.1}}
                network: [{linear: {outputs: 2}}, leaky-integrator]
                """),
        Run(
            testDescription: "exact",
            yaml: """
                method: exact
                dataset: {name: csv, train: t.csv, label-column: class, scaling: range}
                encoding: {first-spike: {curve: linear, bins: 4}}
                network: [{theta: {outputs: 4}}, {theta: {outputs: 2}}]
                training: {batch-size: 10}
                """),
    ]

    @Test(arguments: runs) func runsAreMadeOrRefused(run: Run) throws {
        let folder = try TemporaryFolder()
        var table = "time,a,b,c,d,class\n"
        for row in 0..<40 {
            table +=
                "2024-01-01 00:00:\(10 + row),\(row % 7).5,\(row % 3).25,\(row % 5),\(row % 4),\(["x", "y"][row % 2])\n"
        }
        try folder.write(table, to: "t.csv")
        func read(_ overrides: [ConfigurationOverride]) throws -> RunConfiguration {
            try RunConfiguration(
                ConfigurationReader(
                    yaml: run.yaml, file: "test.yaml", folder: folder.url, overrides: overrides,
                    registry: .standard), defaultName: "test")
        }
        func load(_ configuration: RunConfiguration) throws -> DatasetConfiguration.Splits {
            try configuration.dataset.load(
                from: configuration.place(dataDirectory: nil, folder: folder.url))
        }
        let sound = try read([])
        let data = try load(sound)
        _ = try sound.method.makeMethod(for: data, seed: 0, registry: .standard)
        // Keys with defaults that all runs of a method share are looked at in one of them.
        let isFirst = ["rows", "exact"].contains(run.testDescription)
        for leaf in sound.resolved.leaves where Self.isNumber(leaf.value) {
            let key = leaf.path.split(separator: ".").last ?? ""
            let isOwn = ["network", "encoding"].contains { leaf.path.hasPrefix($0) }
            guard isFirst || isOwn || run.yaml.contains("\(key):") else { continue }
            let isList = if case .list = leaf.value { true } else { false }
            // What no key takes is refused where it is read, which the walk over the kinds looks at.
            for text in ["-1", "0", "1000000000", "9223372036854775807", "1e30", "1e-30"] {
                Self.note("\(run.testDescription) \(leaf.path)=\(text)")
                do {
                    let configuration = try read([
                        ConfigurationOverride(
                            path: leaf.path.split(separator: ".").map(String.init),
                            yaml: isList ? "[\(text)]" : text)
                    ])
                    try Self.inLittleMemory {
                        let data = leaf.path.hasPrefix("dataset") ? try load(configuration) : data
                        let method = try configuration.method.makeMethod(
                            for: data, seed: configuration.seed, registry: .standard)
                        _ = (method.model.resolution, method.doubts(about: data.training))
                    }
                } catch {
                    Self.expectTold(error, leaf.path, text)
                }
            }
        }
    }
}
