import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// One adaptation while it goes on.
struct AdaptationRun {
    /// What a rollback brings back.
    private struct State {
        var parameters: [String: Tensor]
        var follower: InputFollower?
        var homeostasis: RateHomeostasis?
        var new: Double?
        var old: Double?
    }

    private let options: Adaptation
    private let events: WorkEvents
    /// In the units that they were measured in, under the model's shape.
    private let stream: Dataset
    private let held: (check: Dataset, judge: Dataset)?
    private let old: (check: Dataset, judge: Dataset)?
    /// As the model takes them.
    private let rehearsal: Dataset?
    private let original: any SpikingModel
    /// With the scaling that it had; its network is its own.
    private var model: any SpikingModel
    private var follower: InputFollower?
    private var homeostasis: RateHomeostasis?
    private var lessons: LessonPlan?
    private var notes: [String] = []
    private var checks: [AdaptationOutcome.Check] = []
    private var lowerIsBetter = false

    init(
        _ options: Adaptation, model: any SpikingModel, rule: (any LocalRule)?,
        data: AdaptationData, seed: UInt64, registry: Registry, events: WorkEvents
    ) throws {
        self.options = options
        self.events = events
        original = model
        // Copies of a model may share their parameters.
        let copy = try ModelDescription(of: model, method: "").open(
            tensors: model.parameters, in: registry, at: "the model")
        self.model = copy
        stream = try model.raw(data.stream)
        held = try data.held.map { try Self.halves(model.raw($0)) }
        old = try data.old.map { try Self.halves(model.raw($0)) }
        rehearsal = try data.rehearsal.map { try model.prepared($0) }
        guard options.followsInputs || options.movesThresholds || rule != nil else {
            throw AlignmentError.setting(
                name: "adaptation",
                expected: "inputs to follow, thresholds to move, or a rule to learn by",
                found: "none of them")
        }
        if options.followsInputs {
            follower = try Self.follower(for: model, data, stream, window: options.window)
        }
        if rule != nil || options.movesThresholds {
            guard let clocked = copy as? ClockedModel else {
                throw AlignmentError.layer(
                    name: "network", rule: rule.map { type(of: $0).kind } ?? "thresholds",
                    reason:
                        "a model of the kind '\(type(of: model).kind)' has no clock, or weights of integers",
                    advice:
                        "follow its inputs alone; integers learn on the device, by export --learn")
            }
            if options.movesThresholds {
                let samples = data.rates ?? data.rehearsal ?? data.old
                let prepared = try samples.map { try model.prepared($0) }
                let own = try RateHomeostasis(
                    of: clocked, on: prepared ?? model.prepared(stream.subset([])),
                    window: options.window)
                homeostasis = own
                if !own.leftOut.isEmpty {
                    notes.append(
                        "thresholds of \(own.leftOut.joined(separator: ", ")) stay as they are")
                }
            }
            if let rule {
                guard data.stream.targets.hasTargets else {
                    throw TrainingError.mismatch(
                        what: "samples for the rule '\(type(of: rule).kind)'",
                        expected: "labels or values that are right", found: "none")
                }
                try model.signature.task.requireFit(of: stream)
                lessons = try LessonPlan(of: clocked, by: rule, options, seed: seed)
            }
        }
        if held == nil, old == nil {
            notes.append("no held-out samples with targets: nothing can be gone back from")
        }
    }

    /// A part to look at on the way, and one for the end: every other sample, class by class.
    private static func halves(_ data: Dataset) -> (check: Dataset, judge: Dataset) {
        var counts: [Int: Int] = [:], check: [Int] = [], judge: [Int] = []
        let labels = data.labels
        for index in 0..<data.count {
            let label = labels.isEmpty ? 0 : labels[index]
            let place = counts[label, default: 0]
            counts[label] = place + 1
            if place % 2 == 0 { judge.append(index) } else { check.append(index) }
        }
        return (data.subset(check), data.subset(judge))
    }

    private static func follower(
        for model: any SpikingModel, _ data: AdaptationData, _ stream: Dataset, window: Int
    ) throws -> InputFollower {
        let channels = InputReference.channels(of: model.signature)
        if model.accepts.areWhole || (stream.count > 0 && stream.isBinary) {
            throw AlignmentError.setting(
                name: "inputs",
                expected: "numbers that come in, whose mean and size can be followed",
                found: "spikes")
        }
        let reference =
            data.reference ?? InputReference(of: model.signature.scaling, channels: channels)
        guard let reference else {
            throw AlignmentError.setting(
                name: "inputs",
                expected: "what inputs were like when the model learned",
                found:
                    "a model whose scaling does not know it; hand in samples of that time as a reference"
            )
        }
        guard reference.means.count == channels else {
            throw AlignmentError.setting(
                name: "inputs", expected: "a reference of \(channels) channels",
                found: "one of \(reference.means.count)")
        }
        return InputFollower(reference, window: window)
    }

    // MARK: - The course

    mutating func perform() throws -> AdaptationOutcome {
        var best = state(new: nil, old: nil)
        let first = try check(after: 0)
        (best.new, best.old) = (first.new, first.old)
        checks.append(first)
        let all = options.passes * stream.count
        var done = 0, lessonsLearned = 0, rateFactor: Float = 1
        for pass in 0..<options.passes {
            if var plan = lessons {
                for (key, value) in try plan.begin(pass: pass) { notes.append("\(key): \(value)") }
                lessons = plan
            }
            for sample in 0..<stream.count {
                if events.cancellation.isRequested {
                    throw TrainingError.interrupted(epoch: pass + 1, lastCompletedEpoch: pass)
                }
                lessonsLearned += try take(sample, pass: pass, rateFactor: rateFactor)
                done += 1
                guard done % options.checkInterval == 0 || done == all else { continue }
                var now = try check(after: done)
                if isGood(now, beside: best) {
                    best = state(
                        new: Self.better(now.new, best.new, isBetter: isBetter),
                        old: best.old)
                } else {
                    now.isRolledBack = true
                    try goBack(to: best)
                    rateFactor /= 2
                }
                checks.append(now)
                events.progress(
                    .init(
                        fraction: Double(done) / Double(max(all, 1)),
                        message: "\(done) of \(all) samples"))
            }
        }
        return try outcome(lessons: lessonsLearned)
    }

    /// Shows a sample, and lets it teach.
    private mutating func take(_ sample: Int, pass: Int, rateFactor: Float) throws -> Int {
        let raw = stream.values(ofSample: sample)
        follower?.follow(raw)
        guard lessons != nil || homeostasis != nil, let clocked = model as? ClockedModel else {
            return 0
        }
        let own = stream.subset([sample])
        let one = try model.prepared(
            follower.map { try model.held(own.replacingValues($0.corrected(raw))) } ?? own)
        let sequence = try clocked.shown(one.features(of: [0]), samples: [sample])
        homeostasis?.note(sequence, in: clocked)
        guard var plan = lessons else { return 0 }
        var taught = 0
        if try plan.teach(sequence, one.targets, rateFactor: rateFactor) { taught += 1 }
        if let rehearsal, rehearsal.count > 0 {
            let place = (pass * stream.count + sample) % rehearsal.count
            let old = try clocked.shown(rehearsal.features(of: [place]), samples: [place])
            try plan.teach(old, rehearsal.targets.subset([place]), rateFactor: rateFactor)
        }
        lessons = plan
        return taught
    }

    // MARK: - Checks

    private func state(new: Double?, old: Double?) -> State {
        State(
            parameters: model.parameters, follower: follower, homeostasis: homeostasis, new: new,
            old: old)
    }

    /// Brings weights back; what follows the sensors, only where they do not make up for it.
    private mutating func goBack(to state: State) throws {
        try model.restore(state.parameters)
        homeostasis = state.homeostasis
        guard follower != nil else { return }
        let now = try check(after: 0)
        if !isGood(now, beside: state) { follower = state.follower }
    }

    /// The measure that checks look at, the most important one of the task.
    ///
    /// - Returns: nil where samples have no targets.
    private mutating func value(of evaluation: Evaluation) -> Double? {
        guard let measure = evaluation.measures.first else { return nil }
        lowerIsBetter = measure.higherIsBetter == false
        return measure.value
    }

    private var isBetter: (Double, Double) -> Bool {
        lowerIsBetter ? { $0 < $1 } : { $0 > $1 }
    }

    private static func better(
        _ a: Double?, _ b: Double?, isBetter: (Double, Double) -> Bool
    ) -> Double? {
        guard let a, let b else { return a ?? b }
        return isBetter(a, b) ? a : b
    }

    private func isGood(_ now: AdaptationOutcome.Check, beside best: State) -> Bool {
        func holds(_ value: Double?, _ before: Double?, of samples: Int) -> Bool {
            guard let value, let before else { return true }
            guard value.isFinite else { return !before.isFinite }
            guard model.signature.task is Classification else {
                // Errors of values: a share of what they were.
                return isBetter(value, before)
                    || abs(value - before) <= options.tolerance * abs(before)
            }
            // A single sample is chance.
            return value >= before - max(options.tolerance, 1 / Double(max(samples, 1))) - 1e-9
        }
        return holds(now.new, best.new, of: held?.check.count ?? 0)
            && holds(now.old, best.old, of: old?.check.count ?? 0)
    }

    private mutating func check(after samples: Int) throws -> AdaptationOutcome.Check {
        let new = try held.map { try measured($0.check, corrected: true) }
        let old = try old.map { try measured($0.check, corrected: false) }
        return AdaptationOutcome.Check(
            samples: samples, new: new.flatMap { value(of: $0) },
            old: old.flatMap { value(of: $0) },
            isRolledBack: false)
    }

    private func measured(_ data: Dataset, corrected: Bool) throws -> Evaluation {
        guard corrected, let follower else {
            return try model.evaluate(on: data, counts: false, intervals: false)
        }
        let (gains, offsets) = follower.correction
        var model = model
        model.signature.scaling = model.scaling(after: gains, offsets)
        return try model.evaluate(on: data, counts: false, intervals: false)
    }

    // MARK: - The end

    private func outcome(lessons: Int) throws -> AdaptationOutcome {
        var now = model
        if let follower {
            let (gains, offsets) = follower.correction
            now.signature.scaling = model.scaling(after: gains, offsets)
        }
        func judged(
            _ data: Dataset, _ model: any SpikingModel
        ) throws -> AdaptationOutcome.Judgement {
            AdaptationOutcome.Judgement(
                samples: data,
                before: try original.evaluate(on: data, counts: false),
                after: try model.evaluate(on: data, counts: false))
        }
        let new = try held.map { try judged($0.judge, now) }
        let past = try old.map { try judged($0.judge, model) }
        var notes = notes
        if let follower {
            notes += follower.missing.map {
                "channel \($0 + 1) does not change any more: it is held at its old mean"
            }
        }
        return AdaptationOutcome(
            model: now, unfollowed: model, follower: follower, checks: checks, lessons: lessons,
            measure: (new ?? past)?.after.measures.first?.name ?? "", new: new, old: past,
            returning: try old.flatMap { old in
                try follower.map { try returning(old.judge, $0) }
            }, notes: notes)
    }

    /// Old samples while inputs go on being followed.
    private func returning(_ data: Dataset, _ follower: InputFollower) throws -> Evaluation {
        var follower = follower
        return try model.evaluate(on: model.held(follower.following(data)), counts: false)
    }
}

extension SpikingModel {
    /// Samples in the units that they were measured in, under the model's shape and with its names.
    func raw(_ data: Dataset) throws -> Dataset {
        let raw = try data.unscaled
        // Shape, names and steps are held against the model's; the numbers stay as they are.
        return try signature.with { $0.scaling = nil }.prepared(raw)
    }

    /// The scaling that takes a correction of the sensors into account.
    func scaling(after gains: [Double], _ offsets: [Double]) -> Scaling {
        let limited = accepts.range == AcceptedValues.unit.range
        let own = signature.scaling ?? .plain(signature.inputShape, clips: limited)
        return own.after(gains: gains, offsets: offsets)
    }

    /// Corrected values within what the model has a meaning for, where it does not clip itself.
    func held(_ data: Dataset) throws -> Dataset {
        guard signature.scaling == nil, accepts.range == AcceptedValues.unit.range else {
            return data
        }
        return try data.replacingValues(data.values.map { min(max($0, 0), 1) })
    }
}

extension ModelSignature {
    fileprivate func with(_ change: (inout ModelSignature) -> Void) -> ModelSignature {
        var copy = self
        change(&copy)
        return copy
    }
}

extension Targets {
    fileprivate var hasTargets: Bool { if case .none = self { false } else { true } }
}

extension Dataset {
    /// Whether all values are 0 or 1.
    fileprivate var isBinary: Bool {
        (0..<count).allSatisfy { values(ofSample: $0).allSatisfy { $0 == 0 || $0 == 1 } }
    }
}
