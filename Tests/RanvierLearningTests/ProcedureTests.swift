import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// What is stored of courses and rounds, and what of hooks.
@Suite struct ProcedureTests {
    private struct Outcome: Codable, Equatable { var value: Double }

    @Test func roundsThatAreDoneAreNotDoneAgain() throws {
        let folder = try TemporaryFolder()
        let procedure = Procedure(folder: folder.url.appending(path: "rounds"))
        var calls = 0
        func round() throws -> Outcome {
            try procedure.round("first") {
                calls += 1
                return Outcome(value: .nan)
            }
        }
        _ = try round()
        #expect(try round().value.isNaN && calls == 1)
        #expect(try procedure.outcome(of: "second", as: Outcome.self) == nil)
        struct Stopped: Error {}
        #expect(throws: Stopped.self) {
            _ = try procedure.round("second") { () throws -> Outcome in throw Stopped() }
        }
        #expect(try procedure.round("second") { Outcome(value: 2) }.value == 2)
        // A file that is not whole is as if it were not there.
        let file = folder.url.appending(path: "rounds/second.json")
        try Data("{".utf8).write(to: file)
        #expect(try procedure.round("second") { Outcome(value: 3) }.value == 3)
    }

    @Test func reportsComeBackWithNumbersThatJSONLacks() throws {
        var report = EpochReport(
            epoch: 3, training: ["loss": .nan, "mean-absolute-error": 0.5], seconds: 1,
            learningRate: 1e-3, warnings: ["layer 'a' is silent"])
        report.validation = ["loss": .infinity, "explained-variance": -2]
        report.records = ["angles": .list([.float(0.25), .null])]
        let text = try StoredJSON.text(report)
        #expect(text.contains("\"trainingMeanAbsoluteError\":0.5"))
        #expect(text.contains("\"angles\":[0.25,null]"))
        let back = try StoredJSON.value(EpochReport.self, from: Data(text.utf8))
        #expect(back.training["loss"]?.isNaN == true && back.validationLoss == .infinity)
        #expect(back.training["mean-absolute-error"] == 0.5 && back.records == report.records)
        #expect(back.warnings == report.warnings)
        report.records["trainingAngles"] = .null
        #expect(throws: EncodingError.self) { try StoredJSON.text(report) }
    }

    /// What is almost right: another time step is refused, values without a scale are scaled, those with another are refused.
    @Test func samplesAreReconciledOrRefused() throws {
        let digits = try Digits()
        let scaling = try Scaling(fitting: digits.train)
        var signature = ModelSignature(
            inputShape: [64], timeStep: 10e-3, scaling: scaling,
            task: Classification(classNames: digits.test.classNames))
        let scaled = try signature.prepared(digits.test)
        #expect(scaled.scaling == scaling)
        #expect(try scaled.values == scaling(digits.test).values)
        #expect(try signature.prepared(scaled).values == scaled.values)
        let other = try Scaling(fitting: digits.train, kind: .minMax)(digits.test)
        #expect(throws: DataError.self) { try signature.prepared(other) }
        let slower = #expect(throws: DataError.self) {
            try signature.prepared(digits.test.timed(step: 6e-3))
        }
        #expect(slower?.description.contains("6 ms") == true)
        #expect(throws: Never.self) { try signature.prepared(digits.test.timed(step: 10e-3)) }
        signature.featureNames = (0..<64).map { "pixel\($0)" }
        #expect(throws: DataError.self) {
            try signature.prepared(
                digits.test.naming(features: (0..<64).map { "pixel\(63 - $0)" }))
        }
    }

    /// Gradients of two halves, added up by the hook, are those of the whole; a projection is seen by the next step.
    @Test func hooksReduceAndProject() throws {
        let data = try Digits().train.prefix(32)
        func method() throws -> SurrogateGradient {
            SurrogateGradient(
                try ClockedModel(encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64]) {
                    Linear(64, 16, gain: 2)
                    LIF(membraneTimeConstant: 10e-3)
                    Linear(16, 10)
                }, optimizer: SGD(learningRate: 0.1))
        }
        var plain = try method(), doubled = try method(), halved = try method()
        try Course(epochs: 1).run(&plain, on: data)
        try Course(epochs: 1).run(
            &doubled, on: data, hooks: Hooks(reduce: { $0.map { $0 * 2 } }))
        halved.optimizer = SGD(learningRate: 0.2)
        try Course(epochs: 1).run(&halved, on: data)
        let weights = { (method: SurrogateGradient) in
            method.clockedModel.network.parameters.map(\.value.scalars)
        }
        #expect(weights(plain) != weights(doubled) && weights(doubled) == weights(halved))
        var projected = try method()
        let first = projected.clockedModel.network.parameters[0]
        try Course(epochs: 2).run(
            &projected, on: data,
            hooks: Hooks(project: { first.value = Tensor.zeros(first.shape) }))
        #expect(first.value.scalars.allSatisfy { $0 == 0 })
    }

    @Test(arguments: ["sgd", "adam", "adamw", "adabelief"])
    func maskedWeightsStayZeroThroughEveryOptimiser(kind: String) throws {
        let data = try Digits().train.prefix(64)
        let choice = try Element(kind).value(of: OptimizerRole.self, in: .standard, at: "test")
        let model = try ClockedModel(encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64]) {
            Linear(64, 16, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(16, 10)
        }
        let parameter = model.network.parameters[0]
        let alive = (0..<parameter.shape.reduce(1, *)).map { Float($0 % 3 == 0 ? 1 : 0) }
        parameter.views = [Mask(Tensor(alive, shape: parameter.shape))]
        let before = parameter.value.scalars
        var method = SurrogateGradient(model, optimizer: choice.optimizer)
        let state = try Course(epochs: 2).run(&method, on: data)
        let after = parameter.value.scalars
        #expect(zip(after, alive).allSatisfy { $1 == 1 || $0 == 0 })
        #expect(zip(after, before).contains { $0 != $1 })
        #expect(state.reports[1].trainingLoss < state.reports[0].trainingLoss)
        let stored = try #require(model.storage.first { $0.name == parameter.name })
        #expect(stored.mask?.count { $0 } == alive.count { $0 == 1 })
        #expect(stored.bytes < 4 * stored.count)
    }
}
