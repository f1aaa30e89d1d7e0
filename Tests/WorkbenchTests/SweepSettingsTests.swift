import Foundation
import Ranvier
import RanvierConfiguration
import RanvierLearning
import RanvierTestSupport
import Testing

@testable import RanvierAnalysis
@testable import RanvierData
@testable import RanvierExperiments
@testable import RanvierFormats
@testable import RanvierNetworks
@testable import RanvierReports
@testable import RanvierRuns
@testable import RanvierStudies
@testable import RanvierTensors

/// The settings of the studies on other architectures and data, on static stages and on energy.
@Suite struct SweepSettingsTests {
    private static func base(isQuick: Bool = true) -> SweepStudy.Plan {
        var network = StudyNetwork()
        network.blocks = 1
        network.channels = 2
        network.epochs = 1
        network.trainingSamples = 64
        return SweepStudy.Plan(base: network, isQuick: isQuick)
    }

    /// A study's own cells and claims on small networks.
    private func small(_ study: SweepStudy) -> SweepStudy {
        SweepStudy(
            name: study.name, title: study.title, source: study.source,
            cells: { _ in study.cells(Self.base()) }, claims: study.claims)
    }

    private func observed(_ network: StudyNetwork) throws -> [String] {
        let model = try StudyNetworkStore(StudyContext()).untrained(network)
        var names: [String] = []
        let context = ForwardContext(timeStep: 1e-3) { layer, observation in
            if case .operations = observation { return }
            names.append(layer)
        }
        let samples = try Digits(asImages: true).test
        _ = model.network(
            try model.shown(samples.features(of: [0, 1]), samples: [0, 1]), in: context)
        return names
    }

    @Test func theTwinOfAVGGHasLayersOfTheSameNames() throws {
        var network = Self.base().base
        network.architecture = .vgg
        network.blocks = 4
        #expect(network.stages == [[2, 2], [4, 4], [8, 8, 8, 8]] && network.depth == 9)
        let names = try observed(network)
        #expect(names == (try observed(network.twin)))
        // Eight convolutions with normalisation and units, three pools.
        #expect(names.count == 3 * 8 + 3)
        #expect(names.first == "stage1.conv1" && names.last == "stage3.pool")
        network.data = .cifar10
        network.channels = 64
        network.blocks = 3
        let vgg16 = ConvolutionalNetwork.vgg16().units.compactMap { unit in
            if case .convolution(let channels, _, _) = unit { channels } else { nil }
        }
        #expect(network.stages.flatMap(\.self) == vgg16)
    }

    @Test func theVGGStudyHoldsNetworksWithoutShortcutsAgainstTheResidualOne() throws {
        let result = try small(SweepStudy.vgg).run(StudyContext(isQuick: true, seeds: [0]))
        #expect(result.findings.contains { $0.contains("nothing restores the curve") })
        let summary = try #require(result.allTables.first { $0.name == "summary" })
        #expect(summary.rows.count == 4)
        let column = try #require(summary.columns.firstIndex(of: "J"))
        let dynamics = try #require(summary.columns.firstIndex(of: "D of blocks"))
        // Three convolutions make one block; its lift is a number, and so are the dynamics of its units.
        for row in summary.rows { #expect(row[column] != .missing && row[dynamics] != .missing) }
    }

    @Test func staticStagesTakeOverWeightsOrLearn() throws {
        let folder = try TemporaryFolder()
        let context = StudyContext(
            isQuick: true, seeds: [0], cache: folder.url.appending(path: "networks"))
        let result = try small(SweepStudy.earlyStatic).run(context)
        let cells = SweepStudy.earlyStatic.cells(Self.base())
        #expect(cells.map(\.spiking.staticStages) == [0, 1, 2, 3, 1, 2, 3])
        let networks = folder.url.appending(path: "networks")
        let stored = try FileManager.default.contentsOfDirectory(atPath: networks.path)
        // One artificial and four spiking networks; three more have the weights of others.
        #expect(stored.count == 5)
        let store = StudyNetworkStore(context)
        let original = try store.trained(cells[0].spiking).model.parameters
        let same = try store.trained(cells[2].spiking).model.parameters
        let other = try store.trained(cells[5].spiking).model.parameters
        #expect(original.keys.allSatisfy { original[$0]?.scalars == same[$0]?.scalars })
        #expect(original.keys.contains { original[$0]?.scalars != other[$0]?.scalars })

        let json = try #require(result.files["accuracy.json"])
        let entries = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
        #expect(entries?.count == 7)
        #expect(result.findings.count == 6)
        // Fewer steps, fewer operations: the claim about energy holds whatever was learned.
        #expect(
            result.findings.filter { $0.contains("saves energy") && $0.contains(": held") }.count
                == 2)
        let time = try #require(result.allTables.first { $0.name == "time" })
        let place = try #require(time.columns.firstIndex(of: "layer"))
        let label = "k = 3, trained so, seed 0"
        let layer = StudyValue.text("stage3.0.act2")
        #expect(time.rows.count { $0[0] == .text(label) && $0[place] == layer } == 1)
    }

    @Test func energyIsChargedAtEveryStep() {
        var network = StudyNetwork()
        network.steps = 4
        func layer(_ name: String, _ synaptic: Double, _ products: Double) -> LayerOperations {
            LayerOperations(
                layer: name,
                counts: SampleOperations(synaptic: synaptic, multiplyAccumulate: products),
                spikes: 0)
        }
        let artificial = [
            layer("conv1", 0, 100), layer("stage1.0.conv1", 0, 50), layer("fc", 0, 10),
        ]
        let spiking = [layer("conv1", 0, 100), layer("stage1.0.conv1", 60, 0), layer("fc", 0, 40)]
        let energy = SweepEnergy(network, spiking: spiking, artificial: artificial)
        #expect(abs(energy.published - (4.6 * 4 * (100 + 10) + 0.9 * 60)) < 1e-9)
        #expect(abs(energy.done - (4.6 * 140 + 0.9 * 60)) < 1e-9)
        #expect(abs(energy.twin - 4.6 * 160) < 1e-9)
        network.staticStages = 1
        let still = SweepEnergy(network, spiking: spiking, artificial: artificial)
        #expect(abs(still.published - (4.6 * (100 + 4 * 10) + 0.9 * 60)) < 1e-9)
    }

    /// The counts of a study are those of an evaluation of the same network.
    @Test func operationsAreThoseOfAnEvaluation() throws {
        let network = Self.base().base
        let store = StudyNetworkStore(StudyContext())
        let model = try store.untrained(network)
        let data = try store.data(of: network).samples(for: network).test
        let evaluation = try model.evaluate(on: data)
        var comparison = RepresentationComparison()
        comparison.batchSize = data.count
        let outcome = try comparison.run([
            .init(name: "a", model: model, data: data)
        ])
        let layers = outcome.parties[0].operations.perSample
        let total = SweepEnergy.total(layers)
        let count = Double(data.count)
        #expect(abs(total.synaptic - Double(evaluation.operations.synaptic) / count) < 1e-6)
        #expect(total.synaptic > 0)
        // An evaluation has several batches; a constant sequence is multiplied once in each of them.
        #expect(
            abs(total.multiplyAccumulate - Double(evaluation.operations.multiplyAccumulate) / count)
                < 1e-6)
        let spikes = evaluation.activity.reduce(0) { $0 + $1.spikesPerSample }
        #expect(abs(layers.reduce(0) { $0 + $1.spikes } - spikes) < 1e-6)
    }

    @Test(arguments: [true, false])
    func spikeRatesAreThoseOfAllOtherSweeps(isQuick: Bool) throws {
        var plan = Self.base(isQuick: isQuick)
        plan.base.trainingSamples = 0
        let cells = SweepStudy.spikeRate.cells(plan)
        #expect(Set(cells.map(\.spiking)).count == cells.count)
        #expect(Set(cells.map(\.label)).count == cells.count)
        let all = Studies.all.compactMap { $0 as? SweepStudy }.filter {
            !["cka/spike-rate", "cka/cifar100"].contains($0.name)
        }
        let networks = Set(all.flatMap { $0.cells(plan).map(\.spiking) })
        let counted = Set(cells.map(\.spiking))
        #expect(isQuick ? counted.isStrictSubset(of: networks) : counted == networks)
    }

    @Test func spikeRateWeighsCodesAndSteps() throws {
        let study = small(SweepStudy.spikeRate)
        let chosen = study.cells(Self.base()).filter { cell in
            ["depth: ResNet-8", "time-steps", "encoding"].contains { cell.label.hasPrefix($0) }
        }
        let result = try SweepStudy(
            name: study.name, title: study.title, source: study.source,
            cells: { _ in chosen }, claims: study.claims
        ).run(StudyContext(isQuick: true, seeds: [0]))
        #expect(result.findings.contains { $0.contains("A code of spikes saves energy (phase)") })
        #expect(result.findings.contains { $0.contains("Energy grows less than the number") })
        let table = try #require(result.allTables.first { $0.name == "operations" })
        #expect(table.rows.contains { $0[3] == .text("stage2.0.conv2") && $0[2] == .text("SNN") })
        #expect(result.figures.contains { $0.name == "rate" })
    }

    /// Files of the form of CIFAR-100 with noise in them.
    private func writeNoise(_ count: Int, to folder: URL) throws {
        let set = folder.appending(path: "cifar100", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: set, withIntermediateDirectories: true)
        for name in ["train", "test"] {
            let noise = Tensor(
                uniformIn: 0..<256, shape: [count * 3072],
                from: RandomStream(seed: 1, name: name)
            ).scalars.map { UInt8($0) }
            var bytes: [UInt8] = []
            for sample in 0..<count {
                bytes += [UInt8(sample % 20), UInt8(sample % 100)]
                bytes += noise[sample * 3072..<(sample + 1) * 3072]
            }
            try Data(bytes).write(to: set.appending(path: "\(name).bin"))
        }
    }

    @Test func cifar100ReadsItsFiles() throws {
        let folder = try TemporaryFolder()
        try writeNoise(12, to: folder.url)
        let cell = try #require(SweepStudy.cifar100.cells(Self.base()).first)
        #expect(cell.spiking.trainingSamples == 2000 && cell.spiking.weightDecay == 5e-4)
        #expect(cell.artificial.weightDecay == 1e-4 && cell.artificial.data == .cifar100)
        var network = cell.spiking
        network.channels = 2
        let context = StudyContext(dataDirectory: folder.url.path)
        let trained = try StudyNetworkStore(context).trained(network)
        #expect(trained.model.network.outputShape == [100])
        let reader = try ConfigurationReader(
            yaml: "dataset: {name: cifar100}", file: "c.yaml", registry: .standard)
        let read = try DatasetConfiguration(reader.root.section("dataset"))
        let parts = try read.load(
            from: DataPlace(directory: folder.url.path, folder: folder.url))
        #expect(parts.training.count == 12 && parts.training.featureShape == [32, 32, 3])
        let missing = StudyContext(
            isQuick: true, seeds: [0], dataDirectory: folder.url.appending(path: "cifar100").path)
        try FileManager.default.removeItem(at: folder.url.appending(path: "cifar100/train.bin"))
        let error = try #require(throws: DataError.self) { try SweepStudy.cifar100.run(missing) }
        #expect(error.description.contains("train.bin"), "\(error)")
    }
}
