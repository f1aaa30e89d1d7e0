import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning

/// All that is done to the inputs of one network, in order, with what was decided on the way.
struct RobustnessCourse {
    private let subject: RobustnessReport.Subject
    private let settings: RobustnessSettings
    private let context: StudyContext
    private let analysis: Result<DamageAnalysis, any Error>
    /// What was left out, and what was decided.
    private(set) var notes: [String] = []
    /// What the sizes of attacks and noise are.
    let sizeUnit: String

    init(
        _ subject: RobustnessReport.Subject, _ settings: RobustnessSettings,
        _ context: StudyContext
    ) {
        self.subject = subject
        self.settings = settings
        self.context = context
        analysis = Result {
            try DamageAnalysis(
                model: subject.model, data: subject.data, statistics: subject.statistics,
                seed: settings.seed, cancellation: context.events.cancellation)
        }
        sizeUnit =
            settings.usesPublishedAttack
            ? "255ths of scaled units"
            : subject.areImages ? "255ths of the range of pixels" : "deviations of each feature"
    }

    /// The network with damaged sensors.
    var damaged: DamageAnalysis { get throws { try analysis.get() } }

    /// Share of clean samples classified rightly; nil where they have no classes.
    var cleanAccuracy: Double? {
        get throws {
            let value = try subject.model.evaluate(on: subject.data, counts: false).accuracy
            return value.isNaN ? nil : value
        }
    }

    // MARK: - What the network is shown

    /// Attacks, noise, dropout and jitter, as far as the network allows them.
    mutating func changes() throws -> [RobustnessReport.Row] {
        let model = subject.model, data = subject.data
        var analysis = RobustnessAnalysis(model: model, data: data)
        analysis.isPublished = settings.usesPublishedAttack
        analysis.seed = settings.seed
        analysis.cancellation = context.events.cancellation
        if !subject.areImages {
            analysis.unit = .deviations(subject.statistics, scaling: data.scaling)
            analysis.limits = try damaged.limits
        }
        var rows: [RobustnessReport.Row] = []
        let changes = try possibleChanges()
        for (index, change) in changes.enumerated() {
            try context.advance(
                to: 0.4 * Double(index) / Double(changes.count),
                "\(change.label.kind) \(change.label.size)")
            let outcome = try analysis.outcome(of: change)
            rows.append(
                RobustnessReport.Row(
                    change: change.label.kind, size: change.label.size, unit: unit(of: change),
                    accuracy: outcome.accuracy.isNaN ? nil : outcome.accuracy,
                    measure: outcome.measure, layers: outcome.curve.layers,
                    cka: outcome.curve.values))
        }
        return rows
    }

    private func unit(of change: RobustnessAnalysis.Change) -> String {
        switch change {
        case .fastGradientSign, .projectedGradient, .transferred, .noise: sizeUnit
        case .dropout: "share"
        case .jitter: "steps"
        }
    }

    private mutating func possibleChanges() throws -> [RobustnessAnalysis.Change] {
        let model = subject.model
        let probe = Batch(
            indices: [0], features: subject.data.features(of: [0]), targets: .none(count: 1))
        let holdsSpikes = try damaged.holdsSpikes
        let gradient = try Self.problem {
            _ = try model.inputGradient(
                probe.features, targets: subject.data.targets.subset([0]), isTraining: false)
        }
        let hasSequence =
            try Self.problem { _ = try model.respond(to: probe, listener: nil) { $0 } } == nil
        let hasGradient = gradient == nil && !holdsSpikes
        let sizes =
            settings.sizes
            ?? (subject.areImages || settings.usesPublishedAttack
                ? RobustnessSettings.pixelSizes : RobustnessSettings.deviationSizes)
        var changes: [RobustnessAnalysis.Change] = []
        if hasGradient {
            changes += sizes.flatMap { [.fastGradientSign($0), .projectedGradient($0)] }
        } else {
            notes.append(
                "attacks are left out: the model has no gradient by the values of a sample")
        }
        if !holdsSpikes {
            changes += sizes.map { .noise($0) }
        } else if settings.sizes != nil {
            notes.append("the sizes given have no effect: samples are spikes, not numbers")
        }
        if hasSequence {
            if !hasGradient { changes += settings.jitter.map { .jitter($0) } }
            changes += settings.dropout.map { .dropout($0) }
        }
        if try damaged.limits != nil {
            notes.append("values that leave 0…1 are clipped, as the encoding takes no others")
        }
        return changes
    }

    /// What a model says that cannot do something; nil where it can.
    private static func problem(_ body: () throws -> Void) throws -> ModelError? {
        do {
            try body()
            return nil
        } catch let error as ModelError {
            return error
        }
    }

    // MARK: - Sensors

    /// Each damage at each of its sizes.
    mutating func damages(_ all: [any InputDamage]) throws -> [RobustnessReport.Damage] {
        let damaged = try damaged
        let left = all.filter { !damaged.suits($0) }.map { "'\(type(of: $0).name)'" }
        if !left.isEmpty {
            notes.append(
                "damages left out: \(left.joined(separator: ", ")), which need "
                    + (damaged.holdsSpikes ? "numbers where samples are spikes" : "sequences")
                    + (damaged.holdsSpikes && damaged.layout.rows < 2 ? ", or sequences" : ""))
        }
        let chosen = all.filter { damaged.suits($0) }
        var rows: [RobustnessReport.Damage] = []
        for (index, damage) in chosen.enumerated() {
            for size in damage.sizes {
                try context.advance(
                    to: 0.4 + 0.3 * Double(index) / Double(chosen.count),
                    "\(type(of: damage).name) \(size)")
                rows.append(
                    RobustnessReport.Damage(
                        damage: type(of: damage).name, size: size, unit: damage.unit,
                        measure: try damaged.measure(of: damage, size: size)))
            }
        }
        return rows
    }

    /// For each damage that hits single channels, the one that the answers depend on most.
    mutating func worstChannels(
        _ all: [any InputDamage]
    ) throws -> [RobustnessReport.WorstChannel] {
        let damaged = try damaged
        let layout = damaged.layout
        guard layout.channels > 1 else { return [] }
        guard layout.channels <= settings.channels else {
            notes.append(
                "channels were not damaged one by one: there are \(layout.channels), more than "
                    + "the \(settings.channels) that --channels allows")
            return []
        }
        let chosen = all.filter { damaged.suits($0) && $0.sizeForSingleChannel != nil }
        var rows: [RobustnessReport.WorstChannel] = []
        for (index, damage) in chosen.enumerated() {
            guard let size = damage.sizeForSingleChannel else { continue }
            var worst: (channel: Int, measure: Measure)?
            for channel in 0..<layout.channels {
                let done = Double(index) + Double(channel) / Double(layout.channels)
                try context.advance(
                    to: 0.7 + 0.3 * done / Double(chosen.count),
                    "\(type(of: damage).name): \(layout.names[channel])")
                let measure = try damaged.measure(of: damage, size: size, channel: channel)
                let isWorse =
                    worst.map {
                        measure.higherIsBetter == false
                            ? measure.value > $0.measure.value : measure.value < $0.measure.value
                    } ?? true
                if isWorse { worst = (channel, measure) }
            }
            guard let worst else { continue }
            rows.append(
                RobustnessReport.WorstChannel(
                    damage: type(of: damage).name, size: size, unit: damage.unit,
                    channel: layout.names[worst.channel], measure: worst.measure))
        }
        return rows
    }
}
