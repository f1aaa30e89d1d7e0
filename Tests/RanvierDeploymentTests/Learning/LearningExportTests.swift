import Foundation
import RanvierDeployment
import RanvierSpikes
import RanvierTestSupport
import Testing

/// An exported network that learns within its own steps, compiled and run beside ``AdaptiveRun``.
@Suite struct LearningExportTests {
    enum Rule: String, CaseIterable {
        case inputs, lastLayer, thresholds, all
    }

    /// The network of the case with other neurons: leaks, membranes that are read out, resets that come late.
    private func network(_ own: LearningCase, _ reset: IntegerNeurons.Reset) throws
        -> IntegerNetwork
    {
        var stages = own.network.stages
        stages[1] = .neurons(
            try IntegerNeurons(
                name: "hidden", shape: [LearningCase.hidden],
                thresholds: (0..<LearningCase.hidden).map { Int32(15_000 + 10 * $0) },
                leak: .shiftFloor(4), reset: reset))
        stages.append(
            .neurons(
                try IntegerNeurons(
                    name: "out", shape: [LearningCase.outputs], thresholds: nil,
                    leak: .shiftFloor(3), givesMembrane: true)))
        return try IntegerNetwork(
            input: own.network.input, stages: stages, readout: IntegerReadout(.meanMembrane))
    }

    private func learning(
        _ rule: Rule, of network: IntegerNetwork, _ own: LearningCase
    ) throws -> DeviceLearning {
        func has(_ other: Rule) -> Bool { rule == other || rule == .all }
        return try DeviceLearning(
            of: network,
            input: has(.inputs)
                ? InputAdaptation(
                    calibratedOn: own.samples, of: network.input, meanShift: 3, gainShift: 2) : nil,
            lastLayer: has(.lastLayer)
                ? LastLayerLearning(bits: 4, rateShift: 1, margin: 25) : nil,
            thresholds: has(.thresholds)
                ? ThresholdAdaptation(
                    layer: "hidden", of: network, calibratedOn: own.samples, rateShift: 2) : nil)
    }

    @Test(
        .enabled(if: Tool.isThere(.gcc), "gcc is missing: apt-get install gcc"),
        arguments: Rule.allCases, [IntegerNeurons.Reset.soft, .softDelayed])
    func theSourceLearnsTheSameNumbers(_ rule: Rule, _ reset: IntegerNeurons.Reset) throws {
        let own = try LearningCase(seed: 9, count: 50)
        let network = try network(own, reset)
        let learning = try learning(rule, of: network, own)
        let shown = own.drifted(gain: 50, offset: 60)
        var run = learning.start()
        var changed = 0
        for (sample, label) in zip(shown, own.labels) {
            run.show(sample)
            if run.scores != network.scores(of: sample) { changed += 1 }
            run.teach(label: label)
        }
        #expect(changed > 10)
        let export = try CExport(
            network: network, samples: Array(own.samples.prefix(3)),
            options: CExportOptions(goal: .speed, learning: learning))
        let source = try CNetworkSource(name: export.name, files: export.files)
        let check = DeviceCheck(
            of: source, learning: learning, samples: shown, labels: own.labels)
        #expect(check.status == .agrees && check.agreeing == 50, "\(check.reason ?? "")")
        // Without the macro it is the network alone.
        #expect(try source.scores(of: shown) == shown.map { network.scores(of: $0) })
        let readme = try #require(export.files["README.md"])
        #expect(readme.contains("**\(learning.bytes) bytes of RAM**"))
        #expect(readme.contains("NET_LEARNING") == (rule != .inputs))
    }

    @Test func anOrderThatCannotLearnIsRefused() throws {
        let own = try LearningCase(seed: 9, count: 5, learned: false)
        let learning = try DeviceLearning(of: own.network, lastLayer: LastLayerLearning())
        #expect(throws: IntegerNetworkError.self) {
            try CExport(
                network: own.network,
                options: CExportOptions(schedule: .layerByLayer, learning: learning))
        }
        let other = try network(own, .soft)
        #expect(throws: IntegerNetworkError.self) {
            try CExport(network: other, options: CExportOptions(learning: learning))
        }
        let free = try CExport(network: own.network, options: CExportOptions(learning: learning))
        #expect(free.schedule == .stepByStep)
        // A network that learns nothing is written as it was.
        let plain = try CExport(
            network: own.network, options: CExportOptions(schedule: .stepByStep))
        #expect(!plain.files.values.contains { $0.contains("LEARNING") })
    }
}
