import Foundation
import RanvierReports
import RanvierTestSupport
import Testing

@testable import RanvierAnalysis
@testable import RanvierConfiguration
@testable import RanvierData
@testable import RanvierExperiments
@testable import RanvierFormats
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierStudies
@testable import RanvierTensors

/// The representation studies on networks so small that they learn nothing: what is done, kept and written.
@Suite struct SweepStudyTests {
    private static func network(_ steps: Int) -> StudyNetwork {
        var network = StudyNetwork()
        network.blocks = 1
        network.channels = 2
        network.steps = steps
        network.epochs = 2
        network.trainingSamples = 64
        return network
    }

    private let study = SweepStudy(
        name: "cka/test", title: "A test", source: "none",
        cells: { _ in [2, 3].map { SweepCell("T = \($0)", network($0)) } },
        claims: { outcomes in [SweepStudy.nearCeiling(outcomes[0])] })

    private func models(in folder: URL) throws -> [String: Date] {
        var found: [String: Date] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let file = folder.appending(path: "\(name)/model.safetensors")
            let values = try file.resourceValues(forKeys: [.contentModificationDateKey])
            found[name] = values.contentModificationDate
        }
        return found
    }

    @Test func trainsOnceAndWritesEverything() throws {
        let folder = try TemporaryFolder()
        let context = StudyContext(
            isQuick: true, seeds: [0, 1], cache: folder.url.appending(path: "networks"))
        let first = try study.run(context)
        let trained = try models(in: folder.url.appending(path: "networks"))
        // The artificial twin is the same in both settings.
        #expect(trained.count == 6)
        let again = try study.run(context)
        #expect(try models(in: folder.url.appending(path: "networks")) == trained)
        #expect(again.files == first.files)
        #expect(again.allTables.map(\.csv) == first.allTables.map(\.csv))

        #expect(first.seeds == [0, 1])
        let names = Set(first.allTables.map(\.name))
        #expect(names.isSuperset(of: ["claims", "summary", "heatmap", "curve", "time"]))
        let heatmap = try #require(first.allTables.first { $0.name == "heatmap" })
        // Two settings, three maps of the 31 layers each.
        #expect(heatmap.rows.count == 2 * 3 * 31 * 31 && !heatmap.isShown)
        let time = try #require(first.allTables.first { $0.name == "time" })
        #expect(time.rows.count == 2 * 31 * (2 * 2 + 3 * 3))
        let json = try #require(first.files["accuracy.json"])
        let entries = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
        #expect(entries?.count == 4)
        #expect(first.figures.count > 4)
        for figure in first.figures { #expect(figure.chart.svg().contains("</svg>")) }
        #expect(first.findings.count == 1)
    }

    @Test func someSettingsAndOtherEpochs() throws {
        var context = StudyContext(isQuick: true, seeds: [0])
        context.settings = ["T = 3"]
        let result = try study.run(context)
        let summary = try #require(result.allTables.first { $0.name == "summary" })
        #expect(summary.rows.allSatisfy { $0[0] == .text("T = 3") } && !summary.rows.isEmpty)

        context.settings = ["T = 3", "T = 33"]
        #expect(throws: UnknownNameError("--settings", "T = 33", known: ["T = 2", "T = 3"])) {
            try study.run(context)
        }
        context.epochs = 7
        #expect(StudyNetwork(context).epochs == 7)
        context.isQuick = false
        #expect(StudyNetwork(context).epochs == 7 && StudyNetwork(context).data == .cifar10)
        context.epochs = nil
        #expect(StudyNetwork(context).epochs == 300)
    }

    /// A setting alone is not held against itself.
    @Test func oneSettingMakesNoDifferences() throws {
        let cell = SweepCell("alone", Self.network(2))
        let all = Studies.all.compactMap { $0 as? SweepStudy }
        _ = try SweepStudy(
            name: "cka/test", title: "A test", source: "none", cells: { _ in [cell] },
            claims: { outcomes in
                for study in all {
                    for claim in study.claims(outcomes) {
                        #expect(!claim.evidence.contains(" less alone"), "\(study.name)")
                        #expect(!claim.evidence.contains(" less that "), "\(study.name)")
                    }
                }
                return []
            }
        ).run(StudyContext(isQuick: true, seeds: [0]))
        #expect(all.count > 12)
    }

    @Test func anInterruptedNetworkGoesOn() throws {
        let folder = try TemporaryFolder()
        let context = StudyContext(isQuick: true, cache: folder.url)
        let network = Self.network(2)
        let whole = try StudyNetworkStore(StudyContext()).trained(network)
        let store = StudyNetworkStore(context)
        store.shouldStop = { $0 >= 1 }
        #expect(throws: InterruptedError.self) { try store.trained(network) }
        let rest = try StudyNetworkStore(context).trained(network)
        for (name, value) in whole.model.parameters {
            #expect(rest.model.parameters[name]?.scalars == value.scalars, "\(name)")
        }
    }

    @Test(
        arguments: [
            ("network.json", WritingFault.Operation.flush), ("checkpoint.safetensors", .write),
            ("model.safetensors", .rename), ("trained.json", .rename),
        ])
    func aKilledStudyLosesNoNetwork(_ file: String, _ operation: WritingFault.Operation) throws {
        let folder = try TemporaryFolder()
        let context = StudyContext(isQuick: true, cache: folder.url)
        let network = Self.network(1)
        let fault = WritingFault(operation, of: file, after: 9, .kill)
        _ = WritingFault.$current.withValue(fault) {
            #expect(throws: FileError.self) { try StudyNetworkStore(context).trained(network) }
        }
        #expect(fault.hasKilled)
        let store = StudyNetworkStore(context)
        var hasTrained = false
        store.shouldStop = { _ in
            hasTrained = true
            return false
        }
        let rest = try store.trained(network)
        // Epochs that a checkpoint holds are not done again, as long as what came of them is not stored.
        #expect(hasTrained == ["network.json", "checkpoint.safetensors"].contains(file))
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).map {
            $0.split(separator: "/").dropFirst().joined()
        }
        #expect(
            names.filter { !$0.isEmpty }.sorted()
                == ["model.safetensors", "network.json", "trained.json"])
        let whole = try StudyNetworkStore(StudyContext()).trained(network)
        for (name, value) in whole.model.parameters {
            #expect(rest.model.parameters[name]?.scalars == value.scalars, "\(name)")
        }
    }

    @Test func everySettingIsAnotherNetwork() throws {
        var names: Set<StudyNetwork> = [StudyNetwork()]
        let changes: [(inout StudyNetwork) -> Void] = [
            { $0.blocks = 2 }, { $0.channels = 4 }, { $0.isResidual = false }, { $0.steps = 2 },
            { $0.leak = 1 }, { $0.resetsSoftly = true }, { $0.detachesReset = true },
            { $0.surrogate = Element("triangular") }, { $0.normalization = Element("tebn") },
            { $0.encoding = Element("latency") }, { $0.seed = 1 }, { $0.epochs = 3 },
            { $0.architecture = .vgg }, { $0.staticStages = 1 },
            { ($0.staticStages, $0.isTrainedStatic) = (1, false) },
        ]
        for change in changes {
            var other = StudyNetwork()
            change(&other)
            #expect(names.insert(other).inserted)
            #expect(other.twin.isSpiking == false)
        }
        for (name, element) in StudyNetwork.normalizations {
            var network = StudyNetwork()
            network.blocks = 1
            network.normalization = element
            let made = try network.network(inputShape: [8, 8, 1], classes: 10)
            #expect(
                made.parameters.contains { $0.name.hasSuffix("step-scale") } == (name == "TEBN"))
        }
        // What is not there is refused by name, and nothing stands in for it.
        var network = StudyNetwork()
        network.surrogate = Element("dspik")
        let error = #expect(throws: UnknownNameError.self) {
            try network.network(inputShape: [8, 8, 1], classes: 10)
        }
        #expect(error?.description.contains("dspike") == true)
        network.surrogate = Element("dspike")
        network.normalization = Element("none of them")
        #expect(throws: ConfigurationError.self) {
            try network.network(inputShape: [8, 8, 1], classes: 10)
        }
    }

    @Test func verdictsNeedMoreThanTheSpread() {
        func verdict(_ values: [Double]) -> StudyClaim.Verdict {
            StudyClaim.above(0, values, claim: "", source: "", what: "").verdict
        }
        #expect(verdict([0.1, 0.12, 0.09]) == .held)
        #expect(verdict([-0.1, -0.12, -0.09]) == .failed)
        #expect(verdict([0.1, -0.12, 0.09]) == .undecided)
        #expect(verdict([.nan]) == .undecided)
        #expect(SeedSummary([0.1, 0.1, 0.1]).deviation == 0)
        #expect(abs(SeedSummary([1, 2, 3]).deviation - 1) < 1e-12)
        #expect(StudyClaim.below(0, [-1, -1.1], claim: "", source: "", what: "").verdict == .held)
        let everywhere = StudyClaim.everywhere(
            above: 0, [("a", 1), ("b", -0.1)], claim: "", source: "", what: "x")
        #expect(everywhere.verdict == .failed && everywhere.evidence.contains("(b)"))
    }

    @Test func eventsMakeDataForBothKindsOfNetwork() throws {
        let data = try StudyData(.eventDigits, trainingSamples: 20, steps: 6, directory: nil)
        #expect(data.plain.train.featureShape == [6, 8, 8, 2] && data.plain.train.count == 20)
        #expect(data.standardized.test.featureShape == [8, 8, 2])
        let events = data.plain.train.values.reduce(0, +)
        #expect(events > 20 * 20)
        // The twin sees the mean of the same frames.
        var network = Self.network(6)
        (network.data, network.encoding) = (.eventDigits, Element("sequence"))
        let store = StudyNetworkStore(StudyContext())
        let own = try store.data(of: network), twins = try store.data(of: network.twin)
        #expect(own.standardized.test.values == twins.standardized.test.values)
        _ = try store.trained(network)
    }
}
