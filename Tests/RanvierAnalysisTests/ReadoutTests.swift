import Foundation
import RanvierData
import RanvierSpikes
import Testing

@testable import RanvierAnalysis
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierTensors

/// Curves, time maps, the second opinions, attacks and damage.
@Suite struct ReadoutTests {
    private func normal(_ shape: [Int], _ name: String) -> Tensor {
        Tensor(
            RandomStream(seed: 5, name: name).normal(count: shape.elementCount), shape: shape)
    }

    @Test func eigenvaluesOfAKnownMatrix() {
        // Q diag(λ) Qᵀ with a reflection Q.
        let n = 9, lambda = (0..<9).map { Double($0 * $0) - 5 }
        let v = (0..<n).map { Double($0) - 3.3 }
        let square = v.reduce(0) { $0 + $1 * $1 }
        func q(_ i: Int, _ j: Int) -> Double { (i == j ? 1 : 0) - 2 * v[i] * v[j] / square }
        var values: [Double] = []
        for i in 0..<n {
            for j in 0..<n {
                values.append((0..<n).reduce(0) { $0 + q(i, $1) * lambda[$1] * q(j, $1) })
            }
        }
        let found = SymmetricMatrix(count: n, values: values).eigenvalues.sorted()
        for (a, b) in zip(found, lambda.sorted()) { #expect(abs(a - b) < 1e-9) }
    }

    @Test func procrustesKnowsRotationsAndDistances() throws {
        let x = normal([20, 6], "x")
        let flipped = x * Tensor([-1, 1, -1, 1, 1, 1], shape: [6]) * 3 + 2
        let own = ProcrustesSimilarity(KernelMatrix(features: x))
        let same = ProcrustesSimilarity(KernelMatrix(features: flipped))
        #expect(abs(own.similarity(to: same) - 1) < 1e-5)
        #expect(own.distance(to: same) < 0.01)
        // One-dimensional features: the singular value is the correlation.
        let a = x.slice(0..<1, along: 1), b = x.slice(1..<2, along: 1)
        let ca = a - a.mean(), cb = b - b.mean()
        let correlation =
            (ca * cb).sum().scalar
            / (ca.squared().sum().scalar * cb.squared().sum().scalar).squareRoot()
        let found = ProcrustesSimilarity(KernelMatrix(features: a))
            .similarity(to: ProcrustesSimilarity(KernelMatrix(features: b)))
        #expect(abs(found - Double(abs(correlation))) < 1e-5)
    }

    /// Samples in turns and in the order of their classes.
    @Test(arguments: [false, true]) func probeReadsWhatIsThere(isSorted: Bool) throws {
        let labels = (0..<120).map { isSorted ? $0 / 40 : $0 % 3 }
        let clear =
            normal([120, 5], "noise") * 0.3
            + Tensor(labels.flatMap { l in (0..<5).map { $0 == l ? 1 : 0 } }, shape: [120, 5])
        let probe = LinearProbe()
        #expect(try probe.accuracy(KernelMatrix(features: clear), labels: labels) > 0.9)
        let blind = try probe.accuracy(
            KernelMatrix(features: normal([120, 5], "blind")), labels: labels)
        #expect(blind < 0.6)
        #expect(throws: AnalysisError.self) {
            try probe.accuracy(KernelMatrix(features: clear), labels: [0])
        }
    }

    @Test func jaggednessAndPeriodOfACurve() {
        let inner = ["act1", "downConv", "conv1", "bn1", "act2", "conv2", "bn2", "out"]
        let dip = [0.9, 0.1, 0.8, 0.8, 0.8, 0.6, 0.65, 0.85]
        let layers = (0..<4).flatMap { b in inner.map { "stage1.\(b).\($0)" } }
        let values = (0..<4).flatMap { b in dip.map { $0 - 0.01 * Double(b) } }
        let curve = LayerCurve(layers: ["conv1"] + layers, values: [1] + values)
        #expect(curve.blocks.count == 4)
        #expect(abs(curve.jaggedness - 0.25) < 1e-12)
        #expect(curve.blocks[0].lowest == "stage1.0.conv2")
        #expect(curve.periodAmplitude > 0.05)
        let straight = layers.filter { !$0.contains("down") }
        let flat = LayerCurve(
            layers: straight, values: straight.indices.map { 0.9 - 0.01 * Double($0) })
        #expect(flat.periodAmplitude < 1e-9)
        #expect(abs(curve.mean(of: .out) - (0.85 - 0.015)) < 1e-12)
        let gap = LayerCurve(layers: ["conv1", "bn"], values: [.nan, 0.5])
        #expect(gap.mean == 0.5)
    }

    /// Residual layers without names of their own: the sum comes behind its body, whatever surrounds it.
    @Test(arguments: ["stage1.0", "stage1.0.residual1"]) func sumsEndTheirBodies(_ sum: String) {
        let layers =
            ["conv2d1", "lif3"] + ["conv2d1", "batch-norm2", "lif3"].map { "\(sum).body.\($0)" }
            + ["\(sum).shortcut.conv2d1", sum, "stage1.0.lif2"]
        let curve = LayerCurve(layers: layers, values: [1, 0.9, 0.7, 0.6, 0.8, 0.1, 0.85, 0.9])
        #expect(curve.kinds[5...] == [.shortcut, .out, .activation])
        #expect(curve.blocks.map(\.name) == [sum])
        #expect(curve.blocks.first?.inner.map(\.value) == [0.7, 0.6, 0.8])
        #expect(abs(curve.jaggedness - 0.25) < 1e-12)
        #expect(!curve.periodAmplitude.isNaN)
        #expect(curve.mean(of: .out) == 0.85)
    }

    @Test func convolutionsInPairsStandForBlocksWithoutSums() {
        let layers = [
            "stage1.conv1", "stage1.bn1", "stage1.act1", "stage1.pool", "stage2.conv1",
            "stage2.bn1", "stage2.act1", "stage2.conv2", "stage2.bn2", "stage2.act2",
            "stage2.conv3", "stage2.bn3",
        ]
        let values = [0.1, 0.9, 0.9, 0.2, 0.8, 0.7, 0.8, 0.6, 0.65, 0.9, 0.1, 0.1]
        let curve = LayerCurve(layers: layers, values: values)
        // The first convolution is the stem, the pool belongs to no block, the last convolution has no partner.
        #expect(curve.blocks.count == 1)
        #expect(curve.blocks.first?.lowest == "stage2.conv2")
        #expect(curve.blocks.first?.inner.count == 6)
        #expect(abs(curve.jaggedness - 0.05) < 1e-12)
        // A curve that only falls is not lifted anywhere.
        let falling = LayerCurve(
            layers: layers, values: layers.indices.map { 1 - 0.01 * Double($0) })
        #expect(falling.jaggedness == 0)
        #expect(LayerCurve(layers: ["conv1", "bn1"], values: [1, 1]).jaggedness.isNaN)
    }

    @Test func layersAreMatchedByNamePlaceOrNumber() {
        func places(_ rows: [String], _ columns: [String]) -> [[Int]] {
            SimilarityMap(
                rows: rows, columns: columns,
                values: rows.map { _ in columns.map { _ in 0 } }
            ).matchedPlaces.map { [$0.row, $0.column] }
        }
        #expect(places(["a", "b", "c"], ["c", "a"]) == [[0, 1], [2, 0]])
        #expect(places(["lif2", "out4"], ["theta1", "theta2"]) == [[0, 0], [1, 1]])
        #expect(places(["lif2", "integrator4"], ["relu2"]) == [[0, 0]])
        #expect(places(["x", "y"], ["z"]).isEmpty)
    }

    @Test func dynamicsOfATimeMap() {
        let map = TimeMap(layer: "a", values: [[1, 0.8, 0.6], [0.8, 1, 0.7], [0.6, 0.7, 1]])
        #expect(abs(map.dynamics - 0.3) < 1e-12)
        #expect(TimeMap(layer: "b", values: [[1]]).dynamics == 0)
    }

    @Test func attackRaisesTheLossWithinItsBounds() throws {
        let network = try Network(inputShape: [8], seed: 1) {
            Linear(8, 16, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(16, 3)
        }
        let images = Tensor(RandomStream(seed: 0, name: "i").uniform(count: 80), shape: [10, 8])
        let labels = (0..<10).map { $0 % 3 }
        let model = ClockedModel(
            network: network, encoder: .direct(steps: 5, timeStep: 1e-3), loss: CrossEntropy())
        func loss(_ images: Tensor) throws -> Double {
            let batch = Batch(
                indices: Array(0..<10), features: images,
                targets: .classes(labels, names: model.signature.task.outputNames))
            return try model.respond(to: batch, listener: nil).loss
        }
        let before = try loss(images)
        for attack in [
            GradientAttack.fastGradientSign(epsilon: [0.2], range: [0...1]),
            .projectedGradient(epsilon: [0.2], range: [0...1]),
        ] {
            let changed = try attack(images) {
                try model.inputGradient($0, labels: labels, isTraining: false)
            }
            let after = try loss(changed)
            #expect(after > before)
            #expect((changed - images).absoluteValue().scalars.allSatisfy { $0 <= 0.2001 })
            #expect(changed.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
        }
    }

    @Test func damageDoesWhatItSays() {
        let stream = RandomStream(seed: 0, name: "damage")
        let sequence = Tensor(
            spikes: RandomStream(seed: 1, name: "s").uniform(count: 2000).map { $0 < 0.2 ? 1 : 0 },
            shape: [20, 10, 10])
        let dropped = InputPerturbation.dropout(probability: 0.5)(sequence, from: stream)
        #expect(dropped.storageKind == .spikes)
        let share = Double(dropped.spikeCount) / Double(sequence.spikeCount)
        #expect(share > 0.4 && share < 0.6)
        let jittered = InputPerturbation.timeJitter(standardDeviation: 2)(sequence, from: stream)
        #expect(jittered.scalars != sequence.scalars && jittered.spikeCount <= sequence.spikeCount)
        let still = InputPerturbation.timeJitter(standardDeviation: 0)(sequence, from: stream)
        #expect(still.scalars == sequence.scalars)
        let noisy = InputPerturbation.gaussianNoise(standardDeviation: 0.5)(
            Tensor.zeros([5000]), from: stream)
        let deviation = noisy.squared().mean().scalar.squareRoot()
        #expect(abs(deviation - 0.5) < 0.05)
    }
}
