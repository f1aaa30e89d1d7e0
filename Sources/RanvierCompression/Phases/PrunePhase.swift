import Foundation
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `prune`: takes connections away in rounds, each followed by training: iterative pruning, with or without going back to
/// earlier weights.
///
///     density after round k of K:  (1 − s)^(k/K)
///
/// With ``rewind`` what learns goes back to what it was after so many epochs of the course, and each round trains anew (lottery
/// tickets; Frankle & Carbin 2019, late rewinding Frankle et al. 2020, for spiking networks Kim et al. 2022). Without, weights stay
/// and the schedule of the learning rate begins anew (Renda et al. 2020).
public struct PrunePhase: CompressionPhase {
    /// How the share that goes is divided among layers.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// The smallest of all layers together.
        case global
        /// The same share of each layer.
        case layerWise = "layer-wise"
        /// More of large layers than of small ones.
        case erdosRenyi = "erdos-renyi"
    }

    /// What a ticket is held against.
    public enum Control: String, Sendable, Hashable, CaseIterable {
        /// The ticket itself.
        case none
        /// As many connections in each layer, drawn by chance.
        case random
        /// The same connections with weights drawn anew.
        case reinitialized
    }

    /// What goes as one.
    public enum Unit: String, Sendable, Hashable, CaseIterable {
        case weights, neurons, kernels
        case inputChannels = "input-channels"
        case blocks1x8 = "blocks-1x8"
        case blocks4x4 = "blocks-4x4"
        /// Two of four consecutive inputs stay, by size: half of all, in one round.
        case twoOfFour = "2-of-4"

        var granularity: Granularity {
            switch self {
            case .weights, .twoOfFour: .weights
            case .neurons: .filters
            case .kernels: .kernels
            case .inputChannels: .inputChannels
            case .blocks1x8: .blocks(rows: 1, columns: 8)
            case .blocks4x4: .blocks(rows: 4, columns: 4)
            }
        }
    }

    /// `prune`.
    public static let kind = "prune"
    /// Share of the connections that is gone at the end.
    public var sparsity = 0.9
    /// Rounds in which it is reached.
    public var rounds = 1
    /// What a connection is worth.
    public var criterion: any CriterionChoice = MagnitudeChoice()
    /// How the share is divided among layers.
    public var scope = Scope.global
    /// What happens at the edge.
    public var rule = PruningRule.exactCount
    /// What goes as one.
    public var unit = Unit.weights
    /// Processing elements among whose channels connections are evened out after each round; nil for as they fall.
    public var balance: Int?
    /// Layers that keep all their connections.
    public var keeps: [String] = []
    /// Epochs of the course whose weights each round goes back to; nil to go on from what is there.
    public var rewind: Int?
    /// What the ticket is held against.
    public var control = Control.none
    /// Epochs of each round, and learning rate.
    public var training = PhaseTraining()

    /// Nine tenths of all connections, in one round.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<PrunePhase> {
        Field.number("sparsity", \.sparsity, in: 0...0.99999)
        Field.integer("rounds", \.rounds, in: 1...1000, drawn: 1...4)
        Field.element("criterion", \.criterion, of: CriterionRole.self)
        Field.choice("scope", \.scope)
        Field.choice("rule", \.rule)
        Field.choice("unit", \.unit)
        Field.optionalInteger("balance", \.balance, in: 2...4096, drawn: 2...4)
        Field.texts("keep", \.keeps)
        Field.optionalInteger("rewind", \.rewind, in: 0...100_000)
        Field.choice("control", \.control)
        Field.part(\.training)
        Field.refusing("rule") {
            ($0.scope == .erdosRenyi || $0.unit == .twoOfFour) && $0.rule != .exactCount
        } because: {
            "has no effect with "
                + ($0.unit == .twoOfFour ? "'unit: 2-of-4'" : "'scope: erdos-renyi'")
                + ", whose counts are exact; leave the key out"
        } settle: {
            $0.rule = .exactCount
        }
        Field.refusing("scope") {
            $0.scope == .erdosRenyi && $0.unit != .weights
        } because: { _ in
            "'erdos-renyi' gives densities of single weights; take 'unit: weights', or another scope"
        } settle: {
            $0.unit = .weights
        }
        Field.refusing("unit") {
            $0.unit == .twoOfFour && ($0.sparsity != 0.5 || $0.rounds != 1 || $0.scope != .global)
        } because: { _ in
            "'2-of-4' takes half of each layer in one round; write sparsity: 0.5, and neither rounds nor scope"
        } settle: {
            $0.unit = .weights
        }
        Field.refusing("balance") {
            $0.balance != nil && $0.unit != .weights
        } because: { _ in
            "evens out single weights; take 'unit: weights', or leave it out"
        } settle: {
            $0.balance = nil
        }
        Field.refusing("rewind") {
            $0.rewind != nil && $0.control == .reinitialized
        } because: { _ in
            "has no effect with 'control: reinitialized', which draws weights anew; leave one of them out"
        } settle: {
            $0.rewind = nil
        }
        Field.refusing("control") {
            $0.control == .random && ($0.unit != .weights || $0.balance != nil)
        } because: { _ in
            "'random' draws single connections; take 'unit: weights' without 'balance'"
        } settle: {
            $0.control = .none
        }
    }

    /// A round each.
    public func legs(epochs: Int) -> [CompressionLeg] {
        (1...rounds).map {
            training.leg(
                rounds == 1 ? Self.kind : "\(Self.kind), round \($0) of \(rounds)", epochs: epochs,
                isSearch: true)
        }
    }

    /// Where rounds go back to.
    public var rewindPoints: [Int] { rewind.map { [$0] } ?? [] }

    /// Layers that are not there, and a criterion that looks at what the network does not have.
    public func check(on trainee: Trainee) throws {
        _ = try pruned(of: trainee)
        guard trainee.method.model is ClockedModel || criterion.samples == nil else {
            throw CompressionError.impossibleValue(
                what: "prune.criterion",
                expected: "one that looks at weights alone, for a network without a clock",
                found: "'\(type(of: criterion).kind)'")
        }
    }

    /// The weights that are pruned: all but those that are kept, and where neurons go but the last, whose neurons are the answers.
    private func pruned(of trainee: Trainee) throws(CompressionError) -> [Parameter] {
        let all = trainee.connections, last = all.last?.name
        let left = try all.except(keeps, key: "prune.keep").filter {
            unit != .neurons || $0.name != last
        }
        guard !left.isEmpty else {
            throw .impossibleValue(
                what: "prune", expected: "a layer whose connections may go", found: "none")
        }
        for parameter in left where !parameter.views.allSatisfy(\.trainsStored) {
            throw .impossibleValue(
                what: "prune", expected: "weights that learn",
                found:
                    "those of '\(parameter.name)', which are frozen under scores; prune a run that was "
                    + "trained, or keep less (score.keep)")
        }
        return left
    }

    /// Masks of ones.
    public func install(leg: Int, hasEnded: Bool, on trainee: Trainee) throws {
        for parameter in try pruned(of: trainee) where parameter.mask == nil {
            parameter.mask = Mask(.ones(parameter.shape))
        }
    }

    /// Takes away, and goes back.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        let parameters = try pruned(of: trainee)
        let before = trainee.density
        let outcome = try masks(of: parameters, round: leg + 1, on: trainee)
        let shuffled =
            control == .random
            ? try zip(parameters, outcome.masks).enumerated().map {
                try drawn(as: $1.1, among: $1.0, from: trainee, round: leg, index: $0)
            } : outcome.masks
        if control == .reinitialized {
            let fresh = try trainee.method.model.untrained(
                seed: trainee.seed &+ 0x9E37_79B9 &+ UInt64(leg), registry: trainee.registry
            ).parameters
            for parameter in trainee.method.layerParameters where parameter.isTrainable {
                if let value = fresh[parameter.name] { parameter.value = value }
            }
        } else if let rewind {
            try trainee.rewind(to: rewind)
        }
        for (parameter, mask) in zip(parameters, shuffled) { parameter.mask = Mask(mask) }
        let after = trainee.density
        if sparsity > 0, after == before {
            trainee.warnings.append(
                "prune: \(NumberText.percent(1 - before)) of the connections are gone already, so nothing was "
                    + "taken; ask for a larger sparsity")
        } else if unit != .weights {
            trainee.remarks.append(
                "prune: with \(NumberText.percent(1 - pow(1 - sparsity, Double(leg + 1) / Double(rounds)))) of the "
                    + "\(unit.rawValue) that may go, \(NumberText.percent(1 - after)) of all connections are gone"
            )
        }
        for name in outcome.guarded {
            trainee.warnings.append(
                "layer '\(name)' would have lost all its connections and keeps its largest; prune "
                    + "less, or leave the layer out (prune.keep)")
        }
    }

    /// What is left after a round.
    private func masks(
        of parameters: [Parameter], round: Int, on trainee: Trainee
    ) throws -> PruningOutcome {
        let layers = try layers(of: parameters, on: trainee)
        let density = pow(1 - sparsity, Double(round) / Double(rounds))
        let pruning: Pruning
        switch scope {
        case .global:
            pruning = Pruning(.global(rate: rate(to: density, of: layers)), rule: rule)
        case .layerWise where rule == .exactCount:
            pruning = Pruning(.densities(layers.map { _ in density }))
        case .layerWise:
            pruning = Pruning(.layerWise(rate: rate(to: density, of: layers)), rule: rule)
        case .erdosRenyi:
            pruning = Pruning(
                .densities(
                    try erdosRenyiDensities(of: layers.map(\.weights.shape), density: density)))
        }
        let criterion = criterion.criterion(seed: trainee.seed)
        var outcome: PruningOutcome
        if unit == .twoOfFour {
            let scores = try criterion.scores(of: layers)
            let masks = zip(layers, scores).map { NOfM(2, of: 4).mask(of: $0, scores: $1) }
            outcome = PruningOutcome(masks: masks, thresholds: [nil], removed: 0, guarded: [])
        } else {
            outcome = try criterion.prune(layers, by: pruning, granularity: unit.granularity)
        }
        if let balance {
            let elements = LoadBalance(elements: balance)
            for (index, layer) in layers.enumerated() {
                var pruned = layer
                pruned.alive = outcome.masks[index]
                outcome.masks[index] = elements.balanced(pruned, scores: layer.weights)
            }
        }
        return outcome
    }

    /// What the criterion needs to know of some weights.
    private func layers(
        of parameters: [Parameter], on trainee: Trainee
    ) throws -> [PruningLayer] {
        guard let model = trainee.method.model as? ClockedModel else {
            return parameters.map {
                PruningLayer(name: $0.name, weights: $0.value, alive: $0.mask?.alive)
            }
        }
        let names = Set(parameters.map(\.name))
        return try criterion.layers(of: model, from: trainee.samples).filter {
            names.contains($0.name)
        }
    }

    /// Share of the living units that must go to leave a density of all; of units of several weights that is a share of the units.
    private func rate(to density: Double, of layers: [PruningLayer]) -> Double {
        let all = layers.reduce(0) { $0 + unit.granularity.units(of: $1.layout).count }
        let living = layers.reduce(0) { sum, layer in
            let (units, count) = unit.granularity.units(of: layer.layout)
            guard let alive = layer.alive?.scalars else { return sum + count }
            var there = [Bool](repeating: false, count: count)
            for (index, unit) in units.enumerated() where alive[index] != 0 { there[unit] = true }
            return sum + there.count { $0 }
        }
        let wanted = all - Pruning.count(1 - density, of: all)
        return living > wanted ? Double(living - wanted) / Double(living) : 0
    }

    /// As many connections as a mask has, drawn by chance.
    private func drawn(
        as mask: Tensor, among parameter: Parameter, from trainee: Trainee, round: Int, index: Int
    ) throws -> Tensor {
        let stream = RandomStream(seed: trainee.seed, name: "prune/random").substream(round)
            .substream(index)
        let layer = ScoredLayer(
            name: parameter.name,
            scores: Tensor(uniformIn: 0.5..<1, shape: parameter.shape, from: stream))
        let count = mask.scalars.count { $0 != 0 }
        let density = Double(count) / Double(max(mask.count, 1))
        return try Pruning(.densities([density]), guardsLayers: false).masks(of: [layer]).masks[0]
    }
}

extension PrunePhase {
    /// Equal where their keys are.
    public static func == (a: PrunePhase, b: PrunePhase) -> Bool {
        a.configurationValue == b.configurationValue
    }

    /// By the keys.
    public func hash(into hasher: inout Hasher) { hasher.combine(configurationValue) }
}
