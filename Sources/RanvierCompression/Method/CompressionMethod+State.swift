import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What is stored of a course of compression, and gone on with.
///
///     optimizer/…              the optimiser of the leg
///     rewind/2/hidden.weights  parameters after epoch 2
///     origin/hidden.weights    parameters before the first phase that compresses
///     phase/…                  what phases keep
extension CompressionMethod {
    private static let (optimizer, rewind, origin, phase) =
        ("optimizer/", "rewind/", "origin/", "phase/")

    /// Tensors of optimiser, of weights that are kept, and of phases.
    public var state: (tensors: [String: Tensor], steps: Int) {
        let (tensors, steps) = trainee.method.state
        var all: [String: Tensor] = [:]
        for (name, tensor) in tensors { all[Self.optimizer + name] = tensor }
        for (epochs, kept) in trainee.rewindPoints {
            for (name, tensor) in kept { all["\(Self.rewind)\(epochs)/\(name)"] = tensor }
        }
        for (name, tensor) in originTensors ?? [:] { all[Self.origin + name] = tensor }
        for (name, tensor) in trainee.tensors { all[Self.phase + name] = tensor }
        return (all, steps)
    }

    /// Puts up the views of the phases that were begun, with the stored masks, and takes over the parameters.
    public mutating func goOn(
        from parameters: [String: Tensor], after reports: [EpochReport]
    ) throws {
        position = try position(after: reports)
        for (index, stage) in stages.enumerated().prefix(position.leg + 1) {
            try stage.phase.install(
                leg: stage.index, hasEnded: index < position.leg, on: trainee)
        }
        try TrainingStateError.require(
            parameters.mapValues(\.shape), as: model.parameters.mapValues(\.shape),
            what: "parameter")
        for parameter in trainee.method.layerParameters where parameter.mask != nil {
            let name = "\(parameter.name)/\(Mask.kind)/alive"
            guard let alive = parameters[name] else { continue }
            if let bad = alive.scalars.first(where: { $0 != 0 && $0 != 1 }) {
                throw TrainingStateError(
                    expected: "zeros and ones in '\(name)'", found: "\(bad)")
            }
            parameter.mask = Mask(alive)
        }
        try trainee.method.restoreModel(parameters)
    }

    /// Where a course is by its reports, which were held against the phases before.
    func position(after reports: [EpochReport]) throws -> Position {
        var position = Position()
        for report in reports {
            func refused(_ expected: String, _ found: String) -> TrainingStateError {
                TrainingStateError(
                    expected: "\(expected) in the report of epoch \(report.epoch)", found: found)
            }
            guard case .integer(let leg)? = report.records["leg"],
                case .boolean(let isOver)? = report.records["legIsOver"]
            else { throw refused("'leg' and 'legIsOver'", "none") }
            if position.isOver || !position.hasBegun && position.leg == 0 {
                // Legs without epochs have no report.
                let next = position.isOver ? position.leg + 1 : position.leg
                position = Position(
                    leg: stages.indices.dropFirst(next).first { stages[$0].leg.epochs > 0 }
                        ?? stages.count)
            }
            guard leg == position.leg + 1, leg <= stages.count else {
                throw refused("part \(position.leg + 1) of \(stages.count)", "part \(leg)")
            }
            position.epochs += 1
            position.hasBegun = true
            position.isOver = isOver
            let planned = stages[position.leg].leg.epochs
            guard position.epochs < planned || (position.epochs == planned && isOver) else {
                throw refused(
                    "the last of \(planned) epochs of '\(stages[position.leg].leg.title)'",
                    "epoch \(position.epochs) of it")
            }
        }
        return position
    }

    /// Parts in the order of the phases.
    public func requireFit(of reports: [EpochReport]) throws {
        _ = try position(after: reports)
        try trainee.method.requireFit(of: reports)
    }

    /// Takes over a stored state.
    public mutating func restore(state: [String: Tensor], steps: Int) throws {
        func part(_ prefix: String) -> [String: Tensor] {
            Dictionary(
                uniqueKeysWithValues: state.filter { $0.key.hasPrefix(prefix) }.map {
                    (String($0.key.dropFirst(prefix.count)), $0.value)
                })
        }
        let known = [Self.optimizer, Self.rewind, Self.origin, Self.phase]
        if let strange = state.keys.sorted().first(where: { name in
            !known.contains { name.hasPrefix($0) }
        }) {
            throw TrainingStateError(
                expected: "tensors of \(known.joined(separator: ", "))", found: "'\(strange)'")
        }
        try restoreRewindPoints(part(Self.rewind))
        try restoreOrigin(part(Self.origin))
        let own = part(Self.phase)
        for stage in stages {
            if let refusal = stage.phase.refusal(of: own) {
                throw TrainingStateError(
                    expected: "what '\(type(of: stage.phase).kind)' keeps", found: refusal)
            }
        }
        trainee.tensors = own
        try trainee.method.restore(state: part(Self.optimizer), steps: steps)
        if position.hasBegun, !position.isOver {
            try enter(stages[position.leg].leg)
        }
    }

    private mutating func restoreRewindPoints(_ tensors: [String: Tensor]) throws {
        let shapes = Dictionary(
            uniqueKeysWithValues: trainee.method.layerParameters.map { ($0.name, $0.shape) })
        var points: [Int: [String: Tensor]] = [:]
        for (name, tensor) in tensors {
            let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, let epochs = Int(parts[0]), shapes[parts[1]] == tensor.shape,
                tensor.isFinite
            else {
                throw TrainingStateError(
                    expected: "a finite parameter of this network after some epochs",
                    found: "'\(Self.rewind)\(name)' of shape \(tensor.shape)")
            }
            points[epochs, default: [:]][parts[1]] = tensor
        }
        trainee.rewindPoints = points
    }

    private mutating func restoreOrigin(_ tensors: [String: Tensor]) throws {
        originTensors = tensors.isEmpty ? nil : tensors
        // Opening checks names and shapes.
        if !tensors.isEmpty { _ = try origin }
    }
}
