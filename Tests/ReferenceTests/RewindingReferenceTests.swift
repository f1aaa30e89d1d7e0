import Foundation
import RanvierCompression
import RanvierLearning
import RanvierNetworks
import RanvierTensors
import Testing

/// `imp_rewinding.json`: iterative pruning with late rewinding, by the library's optimiser and masks.
///
/// Weights and losses are in single precision and pass through dozens of updates: 2·10⁻⁵ of their size or of 1; masks exact.
@Suite struct RewindingReferenceTests {

    private func weights(_ value: ReferenceValue) throws -> Tensor {
        try value.tensor.transposed()
    }

    private func expect(_ found: Tensor, _ expected: ReferenceValue) throws {
        for (a, b) in zip(found.transposed().scalars, try expected.flat) {
            #expect(abs(Double(a) - b) <= 2e-5 * (1 + abs(b)), Comment(rawValue: expected.place))
        }
    }

    @Test(.reference(.rewinding)) func rounds() throws {
        let file = try ReferenceFile.rewinding.value()
        let hyper = try file["hyper"], steps = try hyper["steps"].int
        let rewind = try hyper["rewind_step"].int
        let x = try file["x"].tensor, y = try file["y"].tensor
        let network = try Network(
            inputShape: [x.shape[1]],
            layers: [
                Linear(weights: try weights(file["w1"])), Tanh(),
                Linear(weights: try weights(file["w2"])),
            ])
        let sequence = x.reshaped(to: [1] + x.shape)
        func loss() -> Tensor {
            (network(sequence).reshaped(to: y.shape) - y).squared().mean()
        }
        let first = network.prunableParameters
        var stored = first.map(\.value)
        for (round, entry) in try file["rounds"].items.enumerated() {
            #expect(try entry["round"].int == round)
            if round > 0 {
                // On the trained weights, then back to the stored ones, and a fresh optimiser.
                let outcome = try network.prune(
                    Pruning(.global(rate: try file["rate"].double), guardsLayers: false))
                #expect(outcome.living.reduce(0, +) == (try entry["alive"].int))
                for (parameter, value) in zip(first, stored) { parameter.value = value }
            }
            for (index, parameter) in first.enumerated() {
                let alive = parameter.mask?.alive ?? .ones(parameter.shape)
                #expect(
                    alive.transposed().scalars
                        == (try entry[["mask1", "mask2"][index]].flatFloats),
                    Comment(rawValue: entry.place))
                try expect(parameter.value, entry[["start_w1", "start_w2"][index]])
            }
            var optimizer = SGD(
                learningRate: try hyper["lr"].float, momentum: try hyper["momentum"].float,
                weightDecay: try hyper["weight_decay"].float)
            let before = Double(loss().scalar), start = try entry["loss_start"].double
            #expect(abs(before - start) <= 2e-5 * (1 + start))
            let run = try entry["steps_run"].int
            #expect(run == (round == 0 ? steps : steps - rewind))
            for step in 0..<run {
                if round == 0, step == rewind { stored = first.map(\.value) }
                let (_, gradients) = network.valueAndGradients(of: loss)
                optimizer.update(
                    network.trainableParameters, gradients: gradients, rateFactor: 1)
            }
            for (index, parameter) in first.enumerated() {
                try expect(parameter.value, entry[["end_w1", "end_w2"][index]])
            }
            let after = Double(loss().scalar), end = try entry["loss_end"].double
            #expect(abs(after - end) <= 2e-5 * (1 + end))
        }
        for (value, key) in zip(stored, ["rewind_w1", "rewind_w2"]) { try expect(value, file[key]) }
    }

    /// Units of a smooth network.
    private struct Tanh: Layer {
        static let kind = "tanh"
        var remembers: Bool { false }
        func outputShape(for input: [Int]) -> [Int] { input }
        func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor { input.tanh() }
    }
}
