import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// States of training and models that were stored are held against what is to go on from them before anything is used.
@Suite struct StoredStateTests {
    private func network() throws -> Network {
        try Network(inputShape: [3], seed: 1) {
            Linear(3, 4)
            LIF(membraneTimeConstant: 10e-3)
            Linear(4, 2)
            LeakyIntegrator(membraneTimeConstant: 20e-3)
        }
    }

    private func model() throws -> ClockedModel {
        ClockedModel(
            network: try network(), encoder: DirectEncoder(steps: 2, timeStep: 1e-3),
            loss: CrossEntropy(), signature: ModelSignature(inputShape: [3], classes: 2))
    }

    private func data() throws -> Dataset {
        try Dataset(
            name: "drawn", values: (0..<24).map { Float($0 % 5) / 5 }, featureShape: [3],
            labels: (0..<8).map { $0 % 2 })
    }

    private func trained(_ optimizer: any Optimizer) throws -> (SurrogateGradient, TrainingState) {
        var method = SurrogateGradient(try model(), optimizer: optimizer, batchSizes: 4)
        let state = try Course(epochs: 1).run(&method, on: data())
        return (method, state)
    }

    private static let optimizers: [any Optimizer] = [
        SGD(learningRate: 0.1, momentum: 0.9), Adam(), Adam(decay: .decoupled(0.1)), AdaBelief(),
    ]

    @Test(arguments: 0..<4)
    func statesOfOptimisersAreCheckedAgainstTheParameters(_ index: Int) throws {
        let (method, state) = try trained(Self.optimizers[index])
        var again = method
        try again.restore(state: state.optimizerState, steps: state.stepCount)
        let name = try #require(state.optimizerState.keys.sorted().first { $0.contains("weights") })
        let tensor = try #require(state.optimizerState[name])
        var broken: [(String, [String: Tensor])] = []
        func change(_ what: String, _ body: (inout [String: Tensor]) -> Void) {
            var copy = state.optimizerState
            body(&copy)
            broken.append((what, copy))
        }
        change("smaller") { $0[name] = .zeros([1]) }
        change("larger") { $0[name] = .zeros([1000]) }
        change("transposed") { $0[name] = tensor.transposed() }
        change("missing") { $0[name] = nil }
        change("strange") { $0["other/x"] = tensor }
        change("none") { $0 = [:] }
        for prefix in type(of: Self.optimizers[index]).nonNegativeState {
            let square = prefix + "linear1.weights"
            #expect(state.optimizerState[square] != nil)
            change("negative") { $0[square] = $0[square].map { $0 * 0 - 1 } }
        }
        for (what, tensors) in broken {
            #expect(throws: TrainingStateError.self, "\(what)") {
                try again.restore(state: tensors, steps: state.stepCount)
            }
        }
        for steps in [-1, .max, TrainingState.mostSteps + 1] {
            #expect(throws: TrainingStateError.self) {
                try again.restore(state: state.optimizerState, steps: steps)
            }
        }
    }

    @Test func coursesGoOnOnlyFromStatesThatAreWhole() throws {
        var (method, state) = try trained(Adam())
        let course = Course(epochs: 2, earlyStop: EarlyStop(patience: 3))
        state.best = method.model.parameters
        try course.restore(state, into: &method)
        func expectRefused(_ change: (inout TrainingState) -> Void) {
            var broken = state
            change(&broken)
            #expect(throws: TrainingStateError.self) {
                try course.run(&method, on: data(), from: broken)
            }
        }
        expectRefused { $0.best = nil }
        expectRefused { $0.best?["linear1.weights"] = .zeros([4, 3]) }
        expectRefused { $0.best?["linear1.weights"] = nil }
        expectRefused { $0.best?["other"] = .zeros([1]) }
        expectRefused { $0.reports[0].epoch = 2 }
        expectRefused { $0.reports.append($0.reports[0]) }
        expectRefused { $0.stepCount = .max }
    }

    @Test func checkpointFilesAreReadStrictly() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "checkpoint.safetensors")
        let (method, state) = try trained(Adam())
        let checkpoint = TrainingCheckpoint(parameters: method.model.parameters, state: state)
        func read(_ change: (inout SafetensorsFile) -> Void, isSealed: Bool = true) throws
            -> [String]
        {
            var file = try checkpoint.file()
            change(&file)
            try file.write(to: url, isSealed: isSealed)
            var warnings: [String] = []
            _ = try TrainingCheckpoint(contentsOf: url) { warnings.append($0) }
            return warnings
        }
        #expect(try read { _ in }.isEmpty)
        let warnings = try read({ _ in }, isSealed: false)
        #expect(warnings.count == 1 && warnings[0].contains("checkpoint.safetensors"))
        let changes: [(inout SafetensorsFile) -> Void] = [
            { $0.metadata["step-count"] = "9223372036854775807" },
            { $0.metadata["step-count"] = "-1" }, { $0.metadata["step-count"] = nil },
            { $0.metadata["reports"] = nil }, { $0.metadata["other"] = "" },
            {
                $0.metadata["reports"] = $0.metadata["reports"]?.replacing(
                    "\"epoch\":1", with: "\"epoch\":2")
            },
            { $0.tensors["strange"] = SafetensorsTensor(shape: [1], floats: [0]) },
        ]
        for (index, change) in changes.enumerated() {
            let error = #expect(throws: CheckpointError.self, "\(index)") { try read(change) }
            #expect(error?.description.contains("checkpoint.safetensors") == true)
        }
        let newer = #expect(throws: CheckpointError.self) {
            try read { $0.metadata["format"] = "ranvier-3" }
        }
        #expect(newer?.description.contains("later version of ranvier") == true)
        // A file that says a thing twice.
        try checkpoint.write(to: url)
        var bytes = try Data(contentsOf: url)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: url)
        let damaged = #expect(throws: CheckpointError.self) {
            try TrainingCheckpoint(contentsOf: url) { _ in }
        }
        #expect(damaged?.description.contains("remove the entry 'checksum'") == true)
    }

    // MARK: - Models

    @Test func contradictionsInAModelAreErrors() throws {
        let model = try model(), tensors = model.parameters
        let right = try ModelDescription(of: model, method: "surrogate")
        _ = try right.open(tensors: tensors, in: .standard, at: "model.json")
        func expectRefused(
            _ what: String, _ change: (inout ModelDescription) throws -> Void
        ) rethrows {
            var broken = right
            try change(&broken)
            let error = #expect(throws: (any Error).self, "\(what)") {
                try broken.open(tensors: tensors, in: .standard, at: "model.json")
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("model.json"), "\(what)")
        }
        for shape in [
            [], [0], [-3], [4], [.max], [1 << 40, 1 << 40], [3, 1, 1, 1, 1, 1, 1, 1, 1],
        ] {
            expectRefused("input \(shape)") { $0.inputShape = shape }
        }
        expectRefused("image") { $0.imageShape = [2, 2] }
        expectRefused("image") { $0.imageShape = [.max, .max] }
        expectRefused("features") { $0.featureNames = ["a"] }
        for number in [0, -1, Double.nan, .infinity] {
            expectRefused("time step") { $0.timeStep = number }
            expectRefused("duration") { $0.duration = number }
        }
        expectRefused("duration") { $0.duration *= 2 }
        expectRefused("outputs") { $0.outputNames.append("c") }
        expectRefused("outputs") { $0.outputNames = [] }
        expectRefused("presentation") { $0.presentation = "another" }
        expectRefused("parameters") { $0.parameters["linear1.weights"] = [4, 3] }
        expectRefused("parameters") { $0.parameters["strange"] = [1] }
        expectRefused("task") { $0.task = Classification(classNames: ["a"]).element }
        let scaling = try Scaling(fitting: data())
        for (old, new) in [("\"offset\":[", "\"offset\":[0,"), ("\"scale\":[", "\"scale\":[0,")] {
            let text = try StoredJSON.text(scaling).replacing(old, with: new)
            let broken = try StoredJSON.value(Scaling.self, from: Data(text.utf8))
            expectRefused(new) { $0.scaling = broken }
        }
    }

    /// Numbers of layers and encoders that no tensor stands behind take no memory, and their products do not overflow.
    @Test func impossibleNumbersOfANetworkAreErrors() throws {
        let model = try model(), tensors = model.parameters
        let right = try ModelDescription(of: model, method: "surrogate")
        let text = try StoredJSON.text(right)
        for (old, new) in [
            ("\"outputs\":4", "\"outputs\":1000000000"),
            ("\"outputs\":4", "\"outputs\":9223372036854775807"),
            ("\"outputs\":4", "\"outputs\":0"), ("\"outputs\":4", "\"outputs\":-4"),
            ("\"inputs\":3", "\"inputs\":2147483647"),
            ("\"input-shape\":[3]", "\"input-shape\":[2147483647,2147483647,2147483647]"),
            ("\"steps\":2", "\"steps\":2147483647"),
            ("\"steps\":2", "\"steps\":9223372036854775807"),
            ("\"steps\":2", "\"steps\":0"), ("\"time-step\":0.001", "\"time-step\":0"),
            ("\"batch-size\":128", "\"batch-size\":9223372036854775807"),
        ] {
            #expect(text.contains(old), "\(old)")
            let broken = try StoredJSON.value(
                ModelDescription.self, from: Data(text.replacing(old, with: new).utf8))
            let error = #expect(throws: (any Error).self, "\(new)") {
                try broken.open(tensors: tensors, in: .standard, at: "model.json")
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("model.json"), "\(new)")
        }
    }

    @Test func regressionsOfContradictoryListsAreRefused() throws {
        let data = try Dataset(
            name: "drawn", values: [0, 1, 2, 3], featureShape: [1],
            targets: .values([1, 2, 3, 5], names: ["y"], units: [""]))
        let text = try StoredJSON.text(try #require(Regression(of: data)).element)
        for (old, new) in [
            ("\"scale\":[", "\"scale\":[1,"), ("\"offset\":[", "\"offset\":[1,"),
            ("\"units\":[", "\"units\":[\"a\","), ("\"scale\":[", "\"scale\":[0],\"x\":["),
        ] {
            let element = try StoredJSON.value(
                Element.self, from: Data(text.replacing(old, with: new).utf8))
            #expect(throws: (any Error).self) {
                try element.value(of: TaskRole.self, in: .standard, at: "model.json")
            }
        }
    }
}
