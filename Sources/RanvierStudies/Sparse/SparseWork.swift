import Foundation
import RanvierCompression
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What is trained for one seed of a setting, cell by cell.
struct SparseWork {
    let setting: SparseSetting

    init(_ setting: SparseSetting) { self.setting = setting }

    /// Epochs of all cells of a seed, at most.
    var epochs: Int {
        let own = setting
        let ticket = own.epochs + own.rounds * own.roundEpochs
        let controls = 2 * own.compared.count * own.roundEpochs
        let early = own.earlyBirds.count * 2 * own.epochs
        let time =
            own.hasEarlyTime ? 2 * (2 + own.epochs + own.roundedTicket * own.roundEpochs) : 0
        return ticket + controls + early + time + own.keeps.count * 2 * own.epochs
            + own.bits.count * 2 * own.quantizeEpochs
    }

    /// Trains and measures all cells, or takes what is stored.
    ///
    /// - Parameter advance: hears before each cell how many epochs it may take, and what it is.
    func run(
        _ grid: SparseGrid, advance: (Int, String) throws -> Void
    ) throws -> [String: [SparseOutcome]] {
        var all: [String: [SparseOutcome]] = [:]
        func cell(
            _ name: String, _ epochs: Int, _ work: () throws -> [SparseOutcome]
        ) throws {
            try advance(epochs, name)
            do {
                all[name] = try grid.procedure.round(name, work: work)
            } catch TrainingError.interrupted {
                throw InterruptedError(advice: "go on with the same command")
            }
        }
        try cell("ticket", setting.epochs + setting.rounds * setting.roundEpochs) {
            try ticket(grid)
        }
        let dense = try grid.snapshot("leg-0").map { try grid.model(of: $0) }
        for round in setting.compared {
            try cell("random-\(round)", setting.roundEpochs) {
                [try random(grid, round: round, dense: dense)]
            }
            try cell("reinitialized-\(round)", setting.roundEpochs) {
                [try reinitialized(grid, round: round, dense: dense)]
            }
        }
        for sparsity in setting.earlyBirds {
            try cell("early-bird-\(sparsity)", 2 * setting.epochs) {
                [try earlyBird(grid, sparsity, dense: dense)]
            }
        }
        if setting.hasEarlyTime {
            try cell(
                "early-time", 2 * (2 + setting.epochs + setting.roundedTicket * setting.roundEpochs)
            ) { [try earlyTime(grid, dense: dense)] }
        }
        for keep in setting.keeps {
            for gain in SubnetworkScores.Gain.allCases {
                try cell("subnetwork-\(gain.rawValue)-\(keep)", setting.epochs) {
                    [try subnetwork(grid, keep: keep, gain, dense: dense)]
                }
            }
        }
        for bits in setting.bits {
            for (name, leg) in [("dense", 0), ("ticket", setting.roundedTicket)] {
                try cell("bits-\(bits)-\(name)", setting.quantizeEpochs) {
                    [try quantized(grid, bits: bits, leg: leg, dense: dense)]
                }
            }
        }
        return all
    }

    // MARK: - Cells

    private func train(_ epochs: Int) -> TrainPhase {
        TrainPhase().with { $0.training.epochs = epochs }
    }

    private func prune(to sparsity: Double, rounds: Int) -> PrunePhase {
        PrunePhase().with {
            ($0.sparsity, $0.rounds, $0.rewind) = (sparsity, rounds, setting.rewind)
            $0.training.epochs = setting.roundEpochs
        }
    }

    /// The dense network and the ticket of each round, with what others begin with.
    func ticket(_ grid: SparseGrid) throws -> [SparseOutcome] {
        var outcomes: [SparseOutcome] = []
        var dense: (any SpikingModel)?
        let rounds = setting.rounds
        _ = try grid.outcome(
            .ticket,
            [
                train(setting.epochs),
                prune(to: setting.sparsity(after: rounds), rounds: rounds),
            ], dense: nil
        ) { moment in
            if moment.epochs == setting.rewind {
                try grid.store(moment.model.parameters, as: "rewind")
            }
            guard moment.isEndOfLeg else { return }
            try grid.store(moment.model.parameters, as: "leg-\(moment.leg)")
            if moment.leg == 0 {
                dense = try grid.model(of: .init(parameters: moment.model.parameters))
            }
            outcomes.append(
                try grid.measured(
                    moment.leg == 0 ? .dense : .ticket, moment.model, moment.state, dense: dense))
        }
        return outcomes
    }

    private func required(_ grid: SparseGrid, _ name: String) throws -> SparseGrid.Snapshot {
        guard let snapshot = try grid.snapshot(name) else {
            throw StudyFilesError(missing: "\(name).safetensors")
        }
        return snapshot
    }

    /// As many connections in each layer as the ticket of a round, drawn by chance, from the weights it went back to.
    private func random(
        _ grid: SparseGrid, round: Int, dense: (any SpikingModel)?
    ) throws -> SparseOutcome {
        let ticket = try required(grid, "leg-\(round)"), rewind = try required(grid, "rewind")
        return try grid.outcome(
            .random, [train(setting.roundEpochs)],
            start: { method in
                try grid.take(rewind, into: method)
                for (index, parameter) in method.layerParameters.enumerated() {
                    guard let mask = ticket.mask(of: parameter.name) else { continue }
                    let stream = RandomStream(seed: grid.seed, name: "sparse/random")
                        .substream(round).substream(index)
                    let scores = Tensor(uniformIn: 0.5..<1, shape: mask.shape, from: stream)
                    let kept = mask.scalars.count { $0 != 0 }
                    parameter.mask = Mask(keeping: kept, largestOf: scores)
                }
            }, dense: dense)
    }

    /// The connections of the ticket of a round with weights drawn anew.
    private func reinitialized(
        _ grid: SparseGrid, round: Int, dense: (any SpikingModel)?
    ) throws -> SparseOutcome {
        let ticket = try required(grid, "leg-\(round)")
        let fresh = try grid.method(seed: grid.seed &+ 1000).model.parameters
        return try grid.outcome(
            .reinitialized, [train(setting.roundEpochs)],
            start: { method in
                try grid.take(.init(parameters: fresh), into: method)
                for parameter in method.layerParameters {
                    if let mask = ticket.mask(of: parameter.name) { parameter.mask = Mask(mask) }
                }
            }, dense: dense)
    }

    private func earlyBird(
        _ grid: SparseGrid, _ sparsity: Double, dense: (any SpikingModel)?
    ) throws -> SparseOutcome {
        let rate = try Double(grid.learningRate)
        let search = EarlyBirdPhase().with {
            $0.sparsity = sparsity
            $0.training = PhaseTraining(epochs: setting.epochs, learningRate: 2 * rate)
        }
        var found = 0
        var outcome = try grid.outcome(
            .earlyBird, [search, train(setting.epochs)], dense: dense
        ) { moment in
            if moment.leg == 0, moment.isEndOfLeg { found = moment.epochs }
        }
        outcome.notes["search-epochs"] = Double(found)
        return outcome
    }

    /// The ticket of the rounded round, sought with fewer steps; the time of its search beside what the cost model says.
    private func earlyTime(
        _ grid: SparseGrid, dense: (any SpikingModel)?
    ) throws -> SparseOutcome {
        let rounds = setting.roundedTicket
        var seconds: [Int: Double] = [:]
        var steps: (few: Double, all: Double) = (0, 0)
        func phases(limit: Double?) -> [any CompressionPhase] {
            let search: [any CompressionPhase] = [
                train(setting.epochs - 2).with { $0.isSearch = true },
                prune(to: setting.sparsity(after: rounds), rounds: rounds),
            ]
            guard let limit else { return search }
            let choice = EarlyTimePhase().with {
                ($0.limit, $0.training.epochs) = (limit, 2)
            }
            return [choice] + search
                + [train(setting.roundEpochs).with { $0.rewind = setting.rewind }]
        }
        func heard(isEarly: Bool) -> (SparseGrid.Moment) throws -> Void {
            { moment in
                // Legs of the search: all but the choice before and the training behind.
                let first = isEarly ? 1 : 0
                guard moment.isEndOfLeg, moment.leg == first + rounds else { return }
                let reports = moment.state.reports.filter { report in
                    if case .integer(let leg)? = report.records["leg"] {
                        leg > first
                    } else {
                        false
                    }
                }
                seconds[isEarly ? 1 : 0] = reports.reduce(0) { $0 + $1.seconds }
            }
        }
        _ = try grid.outcome(
            .ticket, phases(limit: nil), dense: nil, heard: heard(isEarly: false))
        var outcome = try grid.outcome(
            .earlyTime, phases(limit: 0.6), dense: dense
        ) { moment in
            try heard(isEarly: true)(moment)
            for note in moment.state.reports.flatMap(\.notes) where note.hasPrefix("early-time") {
                let numbers = note.split(whereSeparator: { !$0.isNumber }).compactMap { Double($0) }
                if numbers.count > 1 { steps = (numbers[0], numbers[1]) }
            }
        }
        outcome.notes["steps"] = steps.few
        outcome.notes["all-steps"] = steps.all
        outcome.notes["measured-speed-up"] = (seconds[0] ?? .nan) / (seconds[1] ?? .nan)
        // Work besides the steps, from two epochs with half and with all of them.
        let cost = try grid.searchCost()
        outcome.notes["constant"] = cost.constant
        outcome.notes["predicted-speed-up"] = cost.speedUp(
            from: Int(steps.all), to: Int(max(steps.few, 1)))
        return outcome
    }

    private func subnetwork(
        _ grid: SparseGrid, keep: Double, _ gain: SubnetworkScores.Gain,
        dense: (any SpikingModel)?
    ) throws -> SparseOutcome {
        let phase = ScorePhase().with {
            ($0.keep, $0.weights) = (keep, gain)
            $0.training = PhaseTraining(epochs: setting.epochs, learningRate: setting.scoreRate)
        }
        return try grid.outcome(
            gain == .binary ? .binarySubnetwork : .subnetwork, [phase], dense: dense)
    }

    private func quantized(
        _ grid: SparseGrid, bits: Int, leg: Int, dense: (any SpikingModel)?
    ) throws -> SparseOutcome {
        let start = try required(grid, "leg-\(leg)")
        let phase = QuantizePhase().with {
            ($0.bits, $0.training.epochs) = (bits, setting.quantizeEpochs)
        }
        return try grid.outcome(
            leg == 0 ? .quantized : .quantizedTicket, [phase],
            start: { try grid.take(start, into: $0) }, dense: dense)
    }
}

/// Files of a study that are not there although what was made beside them is.
struct StudyFilesError: Error, CustomStringConvertible, ExitStatusProviding {
    /// The file.
    let missing: String

    var description: String {
        "expected \(missing) beside the outcomes of the study that are stored, found none; remove the study's "
            + "folder of networks and begin anew"
    }
    var exitStatus: ExitStatus { .badInput }
}
