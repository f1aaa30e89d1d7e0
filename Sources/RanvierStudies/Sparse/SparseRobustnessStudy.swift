import Foundation
import Ranvier
import RanvierAnalysis
import RanvierCompression
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports

/// `sparse/robustness`: whether small networks lose more than the dense one where inputs are noisy, sensors fail or drift.
///
/// Begins with the dense networks and tickets of `sparse/digits`, which it trains where they are not stored. Damages and their
/// sizes are those of `analyze robustness`, fixed before anything is measured; what is damaged is the same for all networks of
/// a seed, so that they are compared sample by sample. Test samples decide nothing.
struct SparseRobustnessStudy: Study {
    let name = "sparse/robustness"
    let title = "Sparse, rounded and binary networks under noise, sensor faults and drift: digits"
    let source =
        "Cheng et al. 2023 (arXiv:2311.12060) claim that binary subnetworks resist noise; the damages are our own"
    let registry = Registry.standard

    /// A network that is damaged.
    enum Subject: String, Codable, CaseIterable, Sendable {
        case dense, ticket
        case eightBits = "8 bits"
        case fourBits = "4 bits"
        case binary = "binary half"
    }

    /// What happens to inputs.
    enum Family: String, Codable, CaseIterable, Sendable {
        case noise
        case faults = "sensor faults"
        case drift
    }

    /// Accuracy under one damage of one size.
    struct Row: Codable, Sendable {
        var family: Family
        var damage: String
        var size: Double
        var unit: String
        var accuracy: Double
    }

    /// A network with and without damage.
    struct Outcome: Codable, Sendable {
        var clean: Double
        var weightBytes: Int
        var rows: [Row]
    }

    /// Deviations of normal noise, in 255ths of the range of a pixel.
    static let noise = [16.0, 32, 64, 96]
    /// Sensors that fail.
    static let faults: [any InputDamage] = [MissingChannels(), StuckChannels(), Impulses()]
    /// Sensors that drift.
    static let drift: [any InputDamage] = [Offset(), Gain()]

    func run(_ context: StudyContext) throws -> StudyResult {
        let setting = context.isQuick ? SparseSetting.digits.quick : SparseSetting.digits
        let seeds = context.seeds.isEmpty ? setting.seeds : context.seeds
        var all: [[Subject: Outcome]] = []
        for (index, seed) in seeds.enumerated() {
            let grid = try SparseGrid(setting, seed: seed, registry: registry, context: context)
            var own: [Subject: Outcome] = [:]
            for (place, subject) in Subject.allCases.enumerated() {
                let done = Double(place) / Double(Subject.allCases.count)
                try context.advance(
                    to: (Double(index) + done) / Double(seeds.count),
                    "seed \(seed): \(subject.rawValue)", isMilestone: true)
                do {
                    own[subject] = try grid.procedure.round(
                        "robustness-\(subject.rawValue.replacing(" ", with: "-"))"
                    ) { try outcome(subject, grid, context) }
                } catch TrainingError.interrupted {
                    throw InterruptedError(advice: "go on with the same command")
                }
            }
            all.append(own)
        }
        var result = SparseRobustnessReport(seeds: all, setting: setting).studyResult
        result.seeds = seeds
        return result
    }

    // MARK: - Networks

    private func outcome(
        _ subject: Subject, _ grid: SparseGrid, _ context: StudyContext
    ) throws -> Outcome {
        let model = try network(subject, grid)
        return Outcome(
            clean: try model.evaluate(on: grid.test, counts: false, intervals: false).accuracy,
            weightBytes: model.storage.reduce(0) { $0 + $1.bytes },
            rows: try rows(of: model, grid, context))
    }

    private func network(_ subject: Subject, _ grid: SparseGrid) throws -> any SpikingModel {
        let setting = grid.setting
        switch subject {
        case .dense: return try grid.model(of: snapshot(leg: 0, grid))
        case .ticket: return try grid.model(of: snapshot(leg: Self.round(setting), grid))
        case .eightBits: return try rounded(8, grid)
        case .fourBits: return try rounded(4, grid)
        case .binary:
            let phase = ScorePhase().with {
                ($0.keep, $0.weights) = (0.5, .binary)
                $0.training = PhaseTraining(
                    epochs: setting.epochs, learningRate: setting.scoreRate)
            }
            return try grid.trained([phase]).model
        }
    }

    /// The round after which nine in ten connections are gone.
    static func round(_ setting: SparseSetting) -> Int {
        (1...setting.rounds).first { setting.sparsity(after: $0) > 0.895 } ?? setting.rounds
    }

    private func rounded(_ bits: Int, _ grid: SparseGrid) throws -> any SpikingModel {
        let dense = try snapshot(leg: 0, grid)
        let phase = QuantizePhase().with {
            ($0.bits, $0.training.epochs) = (bits, grid.setting.quantizeEpochs)
        }
        return try grid.trained([phase], start: { try grid.take(dense, into: $0) }).model
    }

    /// A network of the study of digits, which is trained as there where it is not stored.
    private func snapshot(leg: Int, _ grid: SparseGrid) throws -> SparseGrid.Snapshot {
        _ = try grid.procedure.round("ticket") { try SparseWork(grid.setting).ticket(grid) }
        guard let snapshot = try grid.snapshot("leg-\(leg)") else {
            throw StudyFilesError(missing: "leg-\(leg).safetensors")
        }
        return snapshot
    }

    // MARK: - Damage

    private func rows(
        of model: any SpikingModel, _ grid: SparseGrid, _ context: StudyContext
    ) throws -> [Row] {
        let test = grid.test
        var noise = RobustnessAnalysis(
            model: model, data: test, cancellation: context.events.cancellation)
        noise.seed = grid.seed
        var rows = try Self.noise.map { size in
            Row(
                family: .noise, damage: "Gaussian noise", size: size, unit: "255ths of the range",
                accuracy: try noise.outcome(of: .noise(size)).accuracy)
        }
        let layout = SensorLayout(of: model.signature)
        let analysis = try DamageAnalysis(
            model: model, data: test,
            statistics: ChannelStatistics(
                of: grid.training, layout: layout, source: "training samples"),
            seed: grid.seed, cancellation: context.events.cancellation)
        for (family, damages) in [(Family.faults, Self.faults), (.drift, Self.drift)] {
            for damage in damages where analysis.suits(damage) {
                for size in damage.sizes {
                    rows.append(
                        Row(
                            family: family, damage: type(of: damage).name, size: size,
                            unit: damage.unit,
                            accuracy: try analysis.measure(of: damage, size: size).value))
                }
            }
        }
        return rows
    }
}
