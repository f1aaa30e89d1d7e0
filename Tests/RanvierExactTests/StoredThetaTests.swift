import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Stored models and states of the exact method that cannot be.
@Suite struct StoredThetaTests {
    private func model(_ data: Dataset) throws -> ThetaModel {
        var network = try FastThetaNetwork<Float>(
            sizes: [64, 5, 10], trial: 4,
            code: LatencyCode(linearBins: 8, times: 0...1.5, silentBelow: 0.1))
        network.randomize(seed: 3, scale: 2, shift: 1)
        return ThetaModel(
            network: network, firstWeights: (2, 1),
            signature: ModelSignature(of: data, task: Classification(classNames: data.classNames)))
    }

    @Test func statesOfAnotherShapeAreRefused() throws {
        let data = try Digits().train.prefix(20)
        var method = try ExactGradient(model(data), schedule: ThetaSchedule())
        let state = try Course(epochs: 1).run(&method, on: data)
        try Course(epochs: 2).restore(state, into: &method)
        func expectRefused(_ change: (inout TrainingState) -> Void) {
            var broken = state
            change(&broken)
            #expect(throws: (any Error).self) {
                try Course(epochs: 2).restore(broken, into: &method)
            }
        }
        let count = try #require(state.optimizerState["mean"]).count
        for name in ["mean", "variance"] {
            expectRefused { $0.optimizerState[name] = .zeros([count + 1]) }
            expectRefused { $0.optimizerState[name] = .zeros([1, count]) }
            expectRefused { $0.optimizerState[name] = nil }
        }
        expectRefused { $0.optimizerState["variance"] = Tensor(repeating: -1, shape: [count]) }
        expectRefused { $0.optimizerState["other"] = .zeros([count]) }
        expectRefused { $0.stepCount = .max }
        expectRefused { $0.stepCount = -1 }
        // The first spikes of fewer neurons than there are.
        expectRefused {
            $0.reports[0].records["spikeTimes"] = .list([
                .section([.init("epoch", .integer(0)), .init("layers", .list([.list([])]))])
            ])
        }
    }

    /// Of wide layers some neurons are recorded, and a run goes on from that.
    @Test func recordsOfSomeNeuronsAreEnough() throws {
        let data = try Digits().train.prefix(20)
        var network = try FastThetaNetwork<Float>(sizes: [64, 20, 10], trial: 4)
        network.randomize(seed: 3)
        let model = ThetaModel(
            network: network,
            signature: ModelSignature(
                of: data, task: Classification(classNames: data.classNames)))
        var method = try ExactGradient(model, schedule: ThetaSchedule())
        let state = try Course(epochs: 1).run(&method, on: data)
        #expect(try Course(epochs: 2).run(&method, on: data, from: state).completedEpochs == 2)
    }

    @Test func populationsThatNoTensorFillsAreErrors() throws {
        let data = try Digits().train.prefix(1), model = try model(data)
        let text = try StoredJSON.text(ModelDescription(of: model, method: "exact"))
        for (old, new) in [
            ("\"populations\":[5,10]", "\"populations\":[2147483647,2147483647]"),
            ("\"populations\":[5,10]", "\"populations\":[9223372036854775807,10]"),
            ("\"populations\":[5,10]", "\"populations\":[]"),
            ("\"inputs\":64", "\"inputs\":2147483647"),
            ("\"inputShape\":[64]", "\"inputShape\":[65]"), ("\"trial\":4", "\"trial\":0"),
        ] {
            #expect(text.contains(old), "\(old)")
            let broken = try StoredJSON.value(
                ModelDescription.self, from: Data(text.replacing(old, with: new).utf8))
            #expect(throws: (any Error).self, "\(new)") {
                try broken.open(tensors: model.parameters, in: .standard, at: "model.json")
            }
        }
    }
}
