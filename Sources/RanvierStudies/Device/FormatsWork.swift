import Ranvier
import RanvierCompression
import RanvierDeployment
import RanvierLearning

/// The networks of a setting for one seed: trained, brought into integers, measured and stored one by one.
struct FormatsWork {
    let setting: FormatsSetting
    let grid: SparseGrid

    init(_ setting: FormatsSetting, seed: UInt64, context: StudyContext) throws {
        self.setting = setting
        var own = setting.grid
        // Networks of other studies have the same names and other epochs.
        own.name = "formats-\(own.name)"
        grid = try SparseGrid(own, seed: seed, registry: .standard, context: context)
    }

    /// The forms in the order of the table.
    static let kinds: [FormatsOutcome.Kind] = [.float, .eight, .sparse, .ternary, .binary]

    /// All forms, or what is stored of them.
    ///
    /// - Parameter advance: hears before each form what it is.
    func run(_ advance: (String) throws -> Void) throws -> [FormatsOutcome] {
        do {
            try advance("dense network and ticket")
            _ = try grid.procedure.round("ticket") { try SparseWork(grid.setting).ticket(grid) }
            let dense = try network(leg: 0)
            return try Self.kinds.map { kind in
                try advance(kind.rawValue)
                return try grid.procedure.round(kind.rawValue.replacing(" ", with: "-")) {
                    try measurement.outcome(kind, of: network(kind), beside: dense)
                }
            }
        } catch TrainingError.interrupted {
            throw InterruptedError(advice: "go on with the same command")
        }
    }

    private var measurement: FormatsMeasurement {
        var measurement = FormatsMeasurement(
            training: grid.training, test: grid.test, boardSamples: setting.boardSamples,
            events: grid.context.events)
        (measurement.inputBits, measurement.targets) = (setting.inputBits, setting.targets)
        return measurement
    }

    private func network(_ kind: FormatsOutcome.Kind) throws -> any SpikingModel {
        let rounds = grid.setting.rounds
        switch kind {
        case .float, .eight, .wholeNumbers: return try network(leg: 0)
        case .sparse: return try rounded(8, leg: rounds)
        // Two bits bear less pruning: the round before, with 84 % gone.
        case .ternary: return try rounded(2, leg: rounds - 1)
        case .binary:
            let phase = ScorePhase().with {
                ($0.keep, $0.weights) = (0.5, .binary)
                $0.training = PhaseTraining(
                    epochs: grid.setting.epochs, learningRate: grid.setting.scoreRate)
            }
            return try grid.trained([phase]).model
        }
    }

    private func rounded(_ bits: Int, leg: Int) throws -> any SpikingModel {
        let start = try snapshot(leg: leg)
        let phase = QuantizePhase().with {
            $0.bits = bits
            $0.training = PhaseTraining(
                epochs: grid.setting.quantizeEpochs, learningRate: setting.quantizeRate)
        }
        return try grid.trained([phase], start: { try grid.take(start, into: $0) }).model
    }

    private func network(leg: Int) throws -> any SpikingModel {
        try grid.model(of: snapshot(leg: leg))
    }

    private func snapshot(leg: Int) throws -> SparseGrid.Snapshot {
        guard let snapshot = try grid.snapshot("leg-\(leg)") else {
            throw StudyFilesError(missing: "leg-\(leg).safetensors")
        }
        return snapshot
    }
}
