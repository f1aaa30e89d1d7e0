import Foundation
import Ranvier
import RanvierAnalysis
import RanvierCompression
import RanvierConfiguration
import RanvierData
import RanvierDeployment
import RanvierLearning
import RanvierNetworks

/// Networks on digits in integers, for one seed: trained, damaged, adapted, and stored one by one.
struct DeviceWork {
    static let rates = [1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
    static let drifts: [(gain: Double, offset: Double)] = [
        (0.6, 0), (1, 0.15), (0.6, 0.15), (1, 0.3), (0.4, 0.3),
    ]
    private static let repeats = 5

    /// 64-128-10 neurons on digits, with leaks that are shifts.
    static let setting: SparseSetting = {
        var setting = SparseSetting.digits
        setting.configuration = setting.configuration
            .replacing("lif: {membrane-time-constant: 10e-3}", with: "lif: {leak: 0.875}")
            .replacing(
                "leaky-integrator: {membrane-time-constant: 20e-3}",
                with: "leaky-integrator: {leak: 0.9375}")
        (setting.name, setting.epochs, setting.roundEpochs) = ("device-digits", 30, 12)
        return setting
    }()

    let grid: SparseGrid

    /// All networks of a seed, or what is stored of them.
    ///
    /// - Parameter advance: hears before each network what it is.
    func run(_ advance: (String) throws -> Void) throws -> [DeviceOutcome] {
        try DeviceOutcome.Kind.allCases.map { kind in
            try advance(kind.rawValue)
            do {
                return try grid.procedure.round("integers-\(kind.bits)-\(kind.rawValue)") {
                    try outcome(kind)
                }
            } catch TrainingError.interrupted {
                throw InterruptedError(advice: "go on with the same command")
            }
        }
    }

    private func phases(_ kind: DeviceOutcome.Kind) -> [any CompressionPhase] {
        let setting = grid.setting
        var phases: [any CompressionPhase] = [
            TrainPhase().with { $0.training.epochs = setting.epochs }
        ]
        if kind == .sparse {
            phases.append(
                PrunePhase().with {
                    ($0.sparsity, $0.rounds, $0.rewind) = (0.9, 5, setting.rewind)
                    $0.training.epochs = setting.roundEpochs
                })
        }
        phases.append(
            QuantizePhase().with {
                ($0.bits, $0.training.epochs) = (kind.bits, setting.quantizeEpochs)
                // Binary weights have a size for each output, which answers cannot have: the read-out has 8 bits.
                if kind == .binary { $0.keeps = ["linear3"] }
            })
        if kind == .binary {
            phases.append(
                QuantizePhase().with {
                    ($0.bits, $0.training.epochs) = (8, setting.quantizeEpochs)
                    $0.keeps = ["linear1"]
                })
        }
        return phases
    }

    private func outcome(_ kind: DeviceOutcome.Kind) throws -> DeviceOutcome {
        let trained = try grid.trained(phases(kind)).model
        let storage = trained.storage
        let connections = storage.compactMap(\.connections)
        let all = connections.reduce(0) { $0 + $1.all }
        let model = try DevicePreparation().prepare(
            trained, calibration: grid.data.training, in: grid.registry
        ).model
        let test = try Samples(grid.data.test, of: model)
        let network = model.network
        let held = try Samples(grid.validation, of: model)
        return DeviceOutcome(
            kind: kind,
            accuracy: test.accuracy(of: IntegerEngine(network).scores(of: test.numbers)),
            sparsity: 1 - Double(connections.reduce(0) { $0 + $1.living }) / Double(max(all, 1)),
            update: UpdateSize(of: storage), faults: try faults(in: network, test),
            drifts: kind == .dense ? try drifts(of: network, held, test) : [])
    }

    // MARK: - Faults

    private func faults(
        in network: IntegerNetwork, _ test: Samples
    ) throws -> [DeviceOutcome.Fault] {
        try IntegerFaults.Place.allCases.flatMap { place in
            try Self.rates.map { rate in
                let accuracies = try (0..<Self.repeats).map { again in
                    try grid.context.events.cancellation.check()
                    let faults = try IntegerFaults(
                        in: place, rate: rate, seed: 1000 * grid.seed + UInt64(again))
                    return test.accuracy(of: try faults.scores(of: test.numbers, by: network))
                }
                return .init(
                    place: place.rawValue, rate: rate,
                    accuracy: accuracies.reduce(0, +) / Double(accuracies.count))
            }
        }
    }

    // MARK: - Drift

    private func drifts(
        of network: IntegerNetwork, _ held: Samples, _ test: Samples
    ) throws -> [DeviceOutcome.Drift] {
        let input = try InputAdaptation(calibratedOn: held.numbers, of: network.input)
        let spiking = network.neurons.first { $0.thresholds != nil && !$0.givesMembrane }
        return try Self.drifts.flatMap { drift -> [DeviceOutcome.Drift] in
            let drifted = test.drifted(gain: drift.gain, offset: drift.offset)
            return try DeviceOutcome.Drift.Rule.allCases.compactMap {
                rule -> DeviceOutcome.Drift? in
                let learning: DeviceLearning
                switch rule {
                case .input: learning = try DeviceLearning(of: network, input: input)
                case .lastLayer:
                    learning = try DeviceLearning(of: network, lastLayer: LastLayerLearning())
                case .thresholds:
                    guard let spiking else { return nil }
                    learning = try DeviceLearning(
                        of: network,
                        thresholds: ThresholdAdaptation(
                            layer: spiking.name, of: network, calibratedOn: held.numbers))
                case .both:
                    learning = try DeviceLearning(
                        of: network, input: input, lastLayer: LastLayerLearning())
                }
                try grid.context.events.cancellation.check()
                let half = test.count / 2, rest = half..<test.count
                let engine = IntegerEngine(network)
                var run = learning.start()
                for index in 0..<half {
                    run.show(drifted.numbers[index])
                    run.teach(label: test.labels[index])
                }
                return DeviceOutcome.Drift(
                    gain: drift.gain, offset: drift.offset, rule: rule,
                    before: test.accuracy(of: engine.scores(of: test.numbers), in: rest),
                    drifted: test.accuracy(of: engine.scores(of: drifted.numbers), in: rest),
                    after: drifted.accuracy(of: run, in: rest),
                    old: test.accuracy(of: run, in: rest), bytes: learning.bytes)
            }
        }
    }

    /// Samples as a device is handed them.
    private struct Samples {
        var numbers: [[Int32]]
        let labels: [Int]
        private let values: [[Float]]
        private let model: IntegerModel

        init(_ data: Dataset, of model: IntegerModel) throws {
            let prepared = try model.prepared(data)
            self.model = model
            labels = prepared.targets.labels
            values = (0..<prepared.count).map { prepared.values(ofSample: $0) }
            numbers = values.map { model.numbers(of: $0) }
        }

        var count: Int { labels.count }

        func drifted(gain: Double, offset: Double) -> Samples {
            var copy = self
            copy.numbers = values.map {
                model.numbers(of: $0.map { Float(gain) * $0 + Float(offset) })
            }
            return copy
        }

        func accuracy(of scores: [[Int32]], in range: Range<Int>? = nil) -> Double {
            let range = range ?? 0..<count
            let right = range.count { index in
                let own = scores[index]
                return own.indices.reduce(0) { own[$1] > own[$0] ? $1 : $0 } == labels[index]
            }
            return Double(right) / Double(max(range.count, 1))
        }

        /// As a device goes on: numbers that come in still adapt, nobody gives labels.
        func accuracy(of run: AdaptiveRun, in range: Range<Int>) -> Double {
            var run = run
            let right = range.count { run.show(numbers[$0]) == labels[$0] }
            return Double(right) / Double(max(range.count, 1))
        }
    }
}
