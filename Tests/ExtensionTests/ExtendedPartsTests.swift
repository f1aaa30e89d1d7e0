import Foundation
import RanvierTestSupport
import RanvierWorkbench
import Testing

/// The parts by themselves: said and made again, step by step, refused by name.
@Suite struct ExtendedPartsTests {
    let registry = Parts.extended.registry

    /// Layers of this folder behind an encoder.
    func model(_ encoder: any SpikeEncoder) throws -> ClockedModel {
        let site = LayerSite(shape: [3], timeStep: 1e-3, registry: registry)
        let neuron = TiringNeuron.Options()
        return try ClockedModel(encoder: encoder, inputShape: [3], seed: 5) {
            Linear(3, 8, gain: 3)
            Gain(Gain.Options(), at: site.after([8]))
            DescribedNeurons<TiringNeuron>(neuron, at: site.after([8]))
            Linear(8, 2)
            LeakyIntegrator(membraneTimeConstant: 10e-3)
        }
    }

    /// Layers with options drawn at random, stored and made again, are the same.
    @Test(arguments: 0..<10) func layersAreSaidAndMadeAgain(seed: Int) throws {
        var random: any RandomNumberGenerator = Draws(
            stream: RandomStream(seed: 1, stream: UInt64(seed)))
        for name in [Gain.kind, TiringNeuron.kind] {
            let drawn = try registry.kind(name, of: LayerRole.self).sample(&random)
            let site = LayerSite(shape: [4], registry: registry)
            let network = try Network(inputShape: [4], layers: site.layers(of: drawn))
            let description = try network.clockedDescription
            #expect(description.layers[0].element.options != .section([]))
            let json = try JSONEncoder().encode(description.network)
            let read = try ClockedDescription(
                JSONDecoder().decode(NetworkDescription.self, from: json), in: registry, at: "json")
            #expect(read == description)
            #expect(try Network(read, in: registry).clockedDescription == description)
        }
    }

    /// Step by step the network gives what it gives of the whole sequence.
    @Test func stepsAgreeWithTheSequence() throws {
        let encoder = CrossingEncoder(steps: 20, timeStep: 1e-3, threshold: 0.6)
        let network = try model(encoder).network
        let sequence = try encoder.encode(Tensor([0.9, 0.4, 0.1, 0.2, 1, 0.6], shape: [2, 3]))
        let whole = network(sequence)
        var state: LayerState?
        for t in 0..<20 {
            let response = network.step(sequence.step(at: t), state: state)
            #expect(response.output.scalars == whole.step(at: t).scalars)
            state = response.state
        }
        let tired = try #require(state?.parts["tiring3"])
        #expect(tired.tensors.keys.sorted() == TiringNeuron.states)
        #expect(tired.count == 2 * 2 * 8)
    }

    /// A masked weight stays zero through the optimiser, whose steps know nothing of masks; stored and opened, it is there again.
    @Test func masksHoldThroughTheOptimizer() throws {
        let clocked = try model(CrossingEncoder(steps: 10, timeStep: 1e-3, threshold: 0.5))
        let factors = try #require(clocked.network.parameters.first { $0.name == "gain2.factors" })
        factors.views = [Mask(Tensor([1, 0, 1, 1, 1, 1, 1, 1], shape: [8]))]
        let data = try CloudSource(samples: 30, spread: 0.2).load(from: DataPlace()).training
        let two = data.subset(data.labels.indices.filter { data.labels[$0] < 2 })
        let plain = try Dataset(
            name: "two", values: two.values, featureShape: [3], labels: two.labels)
        var method = SurrogateGradient(
            clocked, optimizer: SignDescent(learningRate: 0.02, momentum: 0.5), batchSizes: 10)
        try Course(epochs: 2).run(&method, on: plain)
        #expect(factors.value.scalars[1] == 0)
        #expect(factors.value.scalars[0] != 1)
        let folder = try TemporaryFolder()
        try method.model.save(to: folder.url)
        let stored = try #require(
            try Model.load(folder.url, registry: registry) as? ClockedModel)
        #expect(stored.network.parameters.first { $0.name == "gain2.factors" }?.views.count == 1)
        #expect(try stored.answers(to: plain).answers == method.model.answers(to: plain).answers)
    }

    /// With an encoder that shows values as they are the model streams; with one that codes samples it says why not.
    @Test func streamsWhereTheEncoderAllowsIt() throws {
        let direct = try model(.direct(steps: 10, timeStep: 1e-3))
        let row: [Float] = [0.9, 0.4, 0.7]
        var stream = try direct.stream()
        var answer: [Float] = []
        for _ in 0..<10 { answer = try stream.step(row) }
        let data = try Dataset(
            name: "row", values: row, featureShape: [3], targets: .none(count: 1))
        let whole = try direct.answers(to: data).answers[0]
        #expect(zip(answer, whole).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(throws: ModelError.self) { try model(CrossingEncoder()).stream() }
    }

    /// `⌊x T / θ⌋` spikes; a value outside 0…1 is named.
    @Test func theEncoderCountsCrossings() throws {
        let encoder = CrossingEncoder(steps: 10, timeStep: 1e-3, threshold: 1)
        let spikes = try encoder.encode(Tensor([0, 0.25, 0.5, 1], shape: [1, 4]))
        #expect(spikes.storageKind == .spikes)
        #expect(spikes.sum(axes: [0, 1]).scalars == [0, 2, 5, 10])
        #expect(throws: SpikeError.self) { try encoder.encode(Tensor([0.5, 1.5], shape: [2, 1])) }
    }

    /// A neuron that is driven steadily fires less and less as it tires, in closed form for one spike after the other.
    @Test func theNeuronTires() {
        var options = TiringNeuron.Options()
        options.firstGain = 0.5
        let site = LayerSite(shape: [1], registry: registry)
        let neurons = DescribedNeurons<TiringNeuron>(options, at: site)
        for (_, parameter) in neurons.parameters { parameter.value = Tensor(0.5) }
        let spikes = neurons(
            Tensor(repeating: 0.6, shape: [60, 1, 1]), in: ForwardContext(timeStep: 1e-3)
        ).scalars
        let times = spikes.indices.filter { spikes[$0] == 1 }
        // Two inputs of 0.6 reach 1; the next spike has to reach 1 + 0.5 · ρ^k.
        #expect(times.first == 1)
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(gaps.first == 3 && (gaps.last ?? 0) > 3)
    }

    /// The gradient of the margin loss against central differences.
    @Test func theLossHasItsGradient() {
        let numbers: [Float] = [0.3, -0.2, 0.9, 0.1, 0.8, -0.4, 0.2, 0.5, 0.7, -0.1, 0.6, 0.4]
        let loss = MarginLoss()
        func value(_ numbers: [Float]) -> Float {
            loss.value(of: Tensor(numbers, shape: [2, 2, 3]), labels: [2, 0]).scalar
        }
        let output = Tensor(numbers, shape: [2, 2, 3]).tracked(as: "output")
        let gradient = loss.value(of: output, labels: [2, 0]).gradients(for: [output])[0].scalars
        for index in numbers.indices {
            var (above, below) = (numbers, numbers)
            above[index] += 1e-2
            below[index] -= 1e-2
            #expect(abs((value(above) - value(below)) / 2e-2 - gradient[index]) < 1e-3)
        }
    }

    /// A word that is no kind is refused with those there are, ours among them, and the nearest.
    @Test(arguments: [
        ("method: perturbation", "method: perturbations", Perturbation.name),
        ("- gain:", "- gian:", Gain.kind),
        ("- tiring:", "- tirring:", TiringNeuron.kind),
        ("crossing:", "crosing:", CrossingEncoder.kind),
        ("margin:", "margins:", MarginLoss.kind),
        ("clouds", "cloud", CloudSource.kind),
        ("worst-class-recall", "worst-class-recal", WorstClassRecall.kind),
    ]) func unknownKindsAreNamed(right: String, wrong: String, kind: String) throws {
        let bench = try ExtendedRun()
        let text = ExtendedMethod.perturbation.yaml
        let place = try #require(text.range(of: right))
        let yaml = text.replacingCharacters(in: place, with: wrong)
        #expect {
            try bench.run(.perturbation, yaml: yaml)
        } throws: {
            guard let error = $0 as? ConfigurationError else { return false }
            return error.description.contains("did you mean '\(kind)'?")
                && error.exitStatus == .wrongUsage
        }
        #expect(bench.folder.names == ["perturbation.yaml"])
    }

    /// The same for a study, an optimiser, and a key of a method.
    @Test func otherUnknownNamesAreNamed() throws {
        let bench = try ExtendedRun()
        #expect(throws: UnknownNameError.self) {
            try bench.workbench.reproduce(ReproduceRequest(study: "outside/coins"))
        }
        for (method, right, wrong, hint) in [
            (ExtendedMethod.surrogate, "signs:", "sings:", "'signs'"),
            (.perturbation, "batch-size", "batch-sizes", "'batch-size'"),
        ] {
            let yaml = method.yaml.replacing(right, with: wrong)
            #expect {
                try bench.run(method, yaml: yaml)
            } throws: {
                "\($0)".contains(hint)
            }
        }
    }
}

/// Random numbers of a stream, one after the other.
private struct Draws: RandomNumberGenerator {
    let stream: RandomStream
    private var position = 0

    init(stream: RandomStream) { self.stream = stream }

    mutating func next() -> UInt64 {
        defer { position += 2 }
        let words = stream.words(count: 2, from: position)
        return UInt64(words[0]) << 32 | UInt64(words[1])
    }
}
