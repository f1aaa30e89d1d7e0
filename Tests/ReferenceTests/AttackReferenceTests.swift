import Foundation
import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

/// `attacks.json`.
@Suite struct AttackReferenceTests {
    @Test(.reference(.attacks)) func iteratesAndLosses() throws {
        let file = try ReferenceFile.attacks.value()
        let cases = try file["cases"].items
        #expect(!cases.isEmpty)
        for entry in cases { try check(entry) }
    }

    private func check(_ entry: ReferenceValue) throws {
        let steps = try entry["steps"].int, epsilon = try entry["eps"].float
        let range = try entry.optional("pixelRange").map { [try $0.floats[0]...(try $0.floats[1])] }
        let attack = GradientAttack(
            epsilon: [epsilon], stepShare: try entry["stepSize"].float / epsilon, steps: steps,
            range: range)
        // One step of size ε is the fast gradient sign.
        let isSingle = attack == .fastGradientSign(epsilon: [epsilon], range: range)
        #expect(try entry["head"].string == "meanLogitsCE", "\(entry.place)")
        #expect(try entry["method"].string == (isSingle ? "FGSM" : "PGD"), "\(entry.place)")
        let network = try network(entry)
        let labels = try entry["label"].ints
        let model = ClockedModel(
            network: network, encoder: .direct(steps: try entry["T"].int, timeStep: 1e-3),
            loss: CrossEntropy())
        func loss(_ images: Tensor) throws -> Float {
            let batch = Batch(
                indices: Array(labels.indices), features: images,
                targets: .classes(labels, names: model.signature.task.outputNames))
            return Float(try model.respond(to: batch, listener: nil).loss)
        }
        var iterates: [Tensor] = [], losses: [Float] = []
        let images = try entry["x0"].tensor
        let last = try attack(images, didStep: { iterates.append($0) }) { current in
            losses.append(try loss(current))
            return try model.inputGradient(current, labels: labels, isTraining: false)
        }
        losses.append(try loss(last))
        let expected = try entry["iterates"].items
        #expect(iterates.count == expected.count)
        for (found, wanted) in zip(iterates, expected) {
            let pairs = zip(found.scalars, try wanted.tensor.scalars)
            #expect(
                pairs.allSatisfy { abs($0 - $1) < 1e-5 * max(1, abs($1)) }, "\(wanted.place)")
        }
        let expectedLosses = try entry["losses"].floats
        #expect(losses.count == expectedLosses.count)
        for (found, wanted) in zip(losses, expectedLosses) {
            #expect(abs(found - wanted) < 1e-4 * max(1e-2, abs(wanted)), "\(entry.place) loss")
        }
    }

    private func network(_ entry: ReferenceValue) throws -> Network {
        let neuron = try entry["neuron"]
        let dynamics = try LIFDynamics(
            neuron: neuron, surrogate: Surrogate(reference: entry["surrogate"]))
        let first = try entry["W1"].tensor, second = try entry["W2"].tensor
        return try Network(
            inputShape: [first.shape[1]],
            layers: [
                Linear(weights: first.transposed(), bias: try entry["b1"].tensor),
                LIF(
                    leak: .factor(try neuron["leak"].double),
                    threshold: try neuron["threshold"].float, dynamics: dynamics),
                Linear(weights: second.transposed(), bias: try entry["b2"].tensor),
            ])
    }
}
