import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// What neurons work out in the cache instead of reading it, against the numbers written out.
@Suite struct FusedNeuronTests {
    static let resets: [Reset] = [.hard(to: -0.2), .soft, .softDelayed]

    /// The backward pass repeats the membrane, unless somebody asked for it.
    @Test(arguments: resets, [1, 64, 150])
    func repeatedMembranesGiveTheBitsOfKeptOnes(reset: Reset, steps: Int) {
        for scale in InputScale.allCases { compare(reset, scale, steps) }
    }

    private func compare(_ reset: Reset, _ scale: InputScale, _ steps: Int) {
        let dynamics = LIFDynamics(reset: reset, detachesReset: false, inputScale: scale)
        let current = LIFTests.random([steps, 3, 45], "current", in: -0.5..<1.5)
        let state = LIFTests.random([3, 45], "v", in: -0.3..<0.5)
        let mix = LIFTests.random(current.shape, "mix")
        func run(keepsMembrane: Bool) -> [[Float]] {
            let v = [current, Tensor(0.9), Tensor(0.6), state].map { $0.tracked() }
            let response = dynamics.run(
                v[0], leak: v[1], threshold: v[2], state: v[3], keepsMembrane: keepsMembrane)
            #expect((response.membrane != nil) == keepsMembrane)
            return [response.spikes.scalars]
                + (response.spikes * mix).sum().gradients(for: v).map(\.scalars)
        }
        let repeated = run(keepsMembrane: false), kept = run(keepsMembrane: true)
        for (index, (a, b)) in zip(repeated, kept).enumerated() {
            let largest = zip(a, b).map { abs($0 - $1) }.max() ?? 0
            #expect(largest == 0, "result \(index), \(scale)")
        }
    }

    /// A read-out with few classes leaves its product to the neurons.
    @Test(arguments: [10, 45, 130, 1000]) func thinGradientsAreWorkedOutInTheNeurons(width: Int) {
        let current = LIFTests.random([6, 5, width], "current", in: -0.5..<1.5)
        let w = LIFTests.random([width, 7], "w"), mix = LIFTests.random([6, 5, 7], "mix")
        let x = current.tracked()
        let spikes = LIFDynamics().run(x, leak: Tensor(0.9), threshold: Tensor(1)).spikes
        let fused = (spikes.matrixProduct(w) * mix).sum().gradients(for: [x])[0]
        let written = (spikes * mix.matrixProduct(w.transposed())).sum().gradients(for: [x])[0]
        #expect(difference(fused, written) < 1e-5)
        #expect(fused.scalars.contains { $0 != 0 })
    }

    /// The gradient of a sum is one number stored once; the factors must outlive its expansion.
    @Test func thinGradientsOfASumAreRight() {
        let current = LIFTests.random([40, 200], "current", in: -0.5..<1.5)
        let w = LIFTests.random([200, 7], "w")
        let x = current.tracked()
        let spikes = LIFDynamics().run(x, leak: Tensor(0.9), threshold: Tensor(1)).spikes
        let fused = spikes.matrixProduct(w).sum().gradients(for: [x])[0]
        let perNeuron = Tensor.zeros([40, 1]) + w.sum(axes: [1]).reshaped(to: [1, 200])
        let written = (spikes * perNeuron).sum().gradients(for: [x])[0]
        #expect(difference(fused, written) < 1e-4)
        #expect(fused.scalars.contains { $0 != 0 })
    }

    /// The kernel for plain recurrent neurons against the one for all kinds, which a learned leak asks for.
    @Test(arguments: resets, [(3, 45), (70, 64)])
    func plainRecurrenceMatchesTheGeneralKernel(reset: Reset, size: (samples: Int, neurons: Int)) {
        let current = LIFTests.random([9, size.samples, size.neurons], "x", in: -0.5..<1.2)
        let weights = LIFTests.random([size.neurons, size.neurons], "r") * 0.3
        let read = LIFTests.random([size.neurons, 5], "read")
        let mix = LIFTests.random([9, size.samples, 5], "mix")
        func run(learnsLeak: Bool) -> [Tensor] {
            let x = current.tracked(), r = weights.tracked()
            var numbers = PopulationParameters(
                leak: learnsLeak ? Tensor(0.8).tracked() : Tensor(0.8), threshold: Tensor(0.6))
            numbers.recurrence = r
            let response = PopulationDynamics(reset: reset).run(x, numbers)
            let loss =
                (response.spikes.matrixProduct(read) * mix).sum()
                + (response.state.membrane * 0.3).sum()
            return [response.spikes] + response.state.all + loss.gradients(for: [x, r])
        }
        let plain = run(learnsLeak: false), general = run(learnsLeak: true)
        for (index, (a, b)) in zip(plain, general).enumerated() {
            if index == 0 {
                #expect(a.scalars == b.scalars)
            } else {
                #expect(difference(a, b) < 1e-4)
            }
        }
        #expect(plain[0].spikeCount > 20)
    }

    /// Neurons apply the map of a normalisation while they read.
    @Test(arguments: [16, 48, 20], NormalizationTests.variants)
    func normalisationIsAppliedInTheNeurons(channels: Int, variant: NormalizationVariant) throws {
        let x = LIFTests.random([3, 2, 5, 7, channels], "x", in: -1..<3)
        let mix = LIFTests.random(x.shape, "mix")
        func run(writesOut: Bool) throws -> [[Float]] {
            let layer = BatchNormalization(channels, variant: variant)
            for (name, parameter) in layer.parameters where parameter.isTrainable {
                parameter.value = LIFTests.random(parameter.shape, name, in: 0.5..<1.5)
            }
            let v = x.tracked()
            let normal = layer(v, in: NormalizationTests.training)
            if channels % 16 == 0 { #expect(normal.deferredNumbers != nil) }
            let current = writesOut ? normal + Tensor.zeros([1]) : normal
            let spikes = LIFDynamics().run(current, leak: Tensor(0.5), threshold: Tensor(1)).spikes
            return [spikes.scalars, (spikes * mix).sum().gradients(for: [v])[0].scalars]
        }
        #expect(try run(writesOut: false) == run(writesOut: true))
    }

    private func difference(_ a: Tensor, _ b: Tensor) -> Float {
        zip(a.scalars, b.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}
