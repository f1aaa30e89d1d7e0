import Foundation
import RanvierAnalysis
import RanvierCompression
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierRuns
import RanvierTensors
import Synchronization

/// One `ranvier shrink`: the smallest network that loses no more accuracy than is accepted and fits flash, memory and energy.
///
/// Candidates are trained from the stored run and measured on validation samples; the outcome of each is stored, so that a search
/// that was stopped goes on. The test samples are seen once, by the network that is chosen.
struct ShrinkSearch {
    let request: ShrinkRequest
    let registry: Registry
    let events: WorkEvents
    private let stored: StoredRun
    private let implied: ImpliedCompression
    private let model: any SpikingModel & ParameterHolder
    private let data: DatasetConfiguration.Splits
    private let validation: Dataset
    private let measurement: ModelMeasurement
    private let procedure: Procedure
    /// The configuration's keys that differ from the run's own.
    private let overrides: [ConfigurationOverride]

    /// Opens the run and measures it on validation samples.
    ///
    /// - Throws: what opening throws; ``ShrinkError`` where the run cannot be searched from.
    init(_ request: ShrinkRequest, registry: Registry, events: WorkEvents) throws {
        self.request = request
        self.registry = registry
        self.events = events
        stored = try StoredRun(request.start, registry: registry, warning: events.warning)
        implied = ImpliedCompression(of: stored.configuration, in: request.start)
        guard let model = stored.model as? any SpikingModel & ParameterHolder else {
            throw ShrinkError.notParameterized(kind: type(of: stored.model).kind)
        }
        self.model = model
        let own = stored.configuration
        var configuration = own
        var overrides: [ConfigurationOverride] = []
        if own.dataset.validationFraction == 0 {
            overrides = [try ConfigurationOverride("dataset.validation-fraction=0.1")]
            configuration = try RunConfiguration(
                file: request.start.appending(path: RunDirectory.File.configuration.rawValue),
                overrides: overrides, registry: registry, defaultName: own.name)
            events.warning(
                "the run has no validation samples, so a tenth of what it learned from is taken: its own "
                    + "accuracy on them is too good, and candidates that are accepted are better than it "
                    + "seems; train with dataset.validation-fraction to have an even comparison")
        }
        self.overrides = overrides
        data = try configuration.dataset.load(
            from: configuration.place(dataDirectory: request.dataDirectory, folder: request.start))
        guard let validation = data.validation else { throw ShrinkError.noValidation }
        self.validation = validation
        measurement = try ModelMeasurement(
            of: model, as: configuration.subject(), on: validation, training: TrainingState(),
            samples: 0)
        procedure = Procedure(
            folder: request.output.appending(path: "search"), warning: events.warning)
    }

    /// The run as it is.
    var dense: ShrinkTrial {
        trial(
            BudgetSearch.Candidate(sparsity: gone, bits: 32), measurement.result, seconds: 0,
            problems: problems(of: measurement.result, beside: nil))
    }

    /// The measure that must not fall.
    var measure: Measure {
        measurement.result.measures.first ?? Measure("loss", .nan, higherIsBetter: false)
    }

    // MARK: - The plan

    /// The most trials, and what they take by the run's own training.
    struct Plan: Encodable, Sendable {
        /// Most candidates that are trained.
        var mostTrials: Int
        /// Epochs of the longest.
        var epochsOfLongest: Int
        /// Seconds of all, and of the last training, at most.
        var mostSeconds: Double
    }

    /// What the search costs at most.
    func plan() -> Plan {
        let search = makeSearch()
        let longest =
            search.sparsities.map { sparsity in
                implied.epochs(of: compress(BudgetSearch.Candidate(sparsity: sparsity, bits: 4)))
            }.max() ?? 0
        let reports = stored.state.reports
        let seconds = reports.map(\.seconds).sorted()
        let each = seconds.isEmpty ? 0 : seconds[seconds.count / 2]
        return Plan(
            mostTrials: search.mostTrials, epochsOfLongest: longest,
            mostSeconds: Double((search.mostTrials + 1) * longest) * each)
    }

    // MARK: - The search

    /// Trains candidates until nothing smaller can be good enough.
    ///
    /// - Returns: all trials in order, and the best.
    func run() throws -> (trials: [ShrinkTrial], best: ShrinkTrial?) {
        let key = ShrinkKey(request, stored.configuration.resolved)
        let begun: ShrinkKey = try procedure.round("request") { key }
        guard begun == key else {
            throw ShrinkError.otherSearch(folder: request.output.relativePath)
        }
        let state = measurement.result.memory.stateBytes
        if let memory = request.memory, state > memory {
            throw ShrinkError.stateTooLarge(needed: state, allowed: memory)
        }
        var search = makeSearch(), trials: [ShrinkTrial] = []
        let most = search.mostTrials
        while let candidate = search.next() {
            try events.cancellation.check()
            let name = ShrinkTrial.name(of: candidate)
            events.progress(
                .init(
                    fraction: Double(trials.count) / Double(most),
                    message: "trial \(trials.count + 1) of at most \(most): \(name)",
                    isMilestone: true))
            let trial = try procedure.round(name) { try train(candidate) }
            trials.append(trial)
            search.record(trial.isGoodEnough, for: candidate)
            let verdict =
                trial.isGoodEnough ? "does" : trial.problems.joined(separator: "; ")
            events.note(
                "\(name): \(measure.label) \(Self.text(trial.quality, measure)), "
                    + "\(NumberText.bytes(Double(trial.weightBytes))): \(verdict)")
        }
        let best = search.best.flatMap { best in trials.first { $0.candidate == best } }
        return (trials, best)
    }

    static func text(_ value: Double, _ measure: Measure) -> String {
        var own = measure
        own.value = value
        return own.text
    }

    /// Share of the connections that the run has not any more.
    private var gone: Double { 1 - model.density }

    private func makeSearch() -> BudgetSearch {
        let gone = gone
        let sparsities = [gone] + BudgetSearch.usualSparsities.filter { $0 > gone }
        let connections = model.layerParameters.filter(\.isPrunable).map { parameter in
            ScoredLayer(name: parameter.name, scores: parameter.value, alive: parameter.mask?.alive)
        }
        let others = model.layerParameters.filter { !$0.isPrunable }.map {
            StoredNumbers(name: $0.name, shape: $0.shape).bytes
        }.reduce(0, +)
        // Masks of a share are drawn once.
        let sizes = CandidateSizes()
        return BudgetSearch(
            sparsities: sparsities, widths: request.widths, budget: request.flash ?? .max
        ) { candidate in
            if let known = sizes.known.withLock({ $0[candidate] }) { return known }
            // Of those that are left.
            let rate = gone < 1 ? max(candidate.sparsity - gone, 0) / (1 - gone) : 0
            let pruning = Pruning(.global(rate: rate))
            let masks = (try? pruning.masks(of: connections).masks) ?? []
            let bytes = zip(connections, masks).reduce(others) { sum, pair in
                sum
                    + StoredNumbers(
                        name: pair.0.name, shape: pair.1.shape, bits: candidate.bits,
                        mask: candidate.sparsity > 0 ? pair.1.scalars.map { $0 != 0 } : nil
                    ).bytes
            }
            sizes.known.withLock { $0[candidate] = bytes }
            return bytes
        }
    }

    // MARK: - A candidate

    /// What the run goes through to become a candidate.
    func compress(_ candidate: BudgetSearch.Candidate) -> CompressRequest {
        var phases: [CompressRequest.Phase] = []
        if candidate.sparsity > gone {
            phases.append(.prune(sparsity: candidate.sparsity, .section([])))
        }
        phases.append(.quantize(bits: candidate.bits, .section([])))
        var run = RunRequest(configuration: request.start)
        run.overrides = overrides
        run.command = request.command
        run.threads = request.threads
        run.dataDirectory = request.dataDirectory
        var compress = CompressRequest(start: request.start, phases: phases, run: run)
        compress.epochs = request.epochs
        return compress
    }

    private func train(_ candidate: BudgetSearch.Candidate) throws -> ShrinkTrial {
        let yaml = implied.yaml(compress(candidate), command: request.command)
        let configuration = try RunConfiguration(
            ConfigurationReader(
                yaml: yaml, file: "the configuration of a candidate",
                folder: request.start.deletingLastPathComponent(), overrides: overrides,
                registry: registry), defaultName: ShrinkTrial.name(of: candidate))
        var method = try configuration.method.makeMethod(
            for: data, seed: configuration.seed, registry: registry)
        let observer = RunObserver(
            events: WorkEvents(warning: events.warning, cancellation: events.cancellation),
            what: configuration.name, directory: nil)
        let state: TrainingState
        do {
            state = try configuration.method.course.run(
                &method, on: data.training, observer: observer)
        } catch TrainingError.interrupted {
            throw InterruptedError(advice: "go on with the same command")
        }
        let measured = try ModelMeasurement(
            of: method.model, as: configuration.subject(), on: validation, training: state,
            samples: data.training.count, observer: observer)
        return trial(
            candidate, measured.result, seconds: measured.result.training.seconds,
            problems: problems(of: measured.result, beside: measure))
    }

    private func trial(
        _ candidate: BudgetSearch.Candidate, _ result: RunResult, seconds: Double,
        problems: [String]
    ) -> ShrinkTrial {
        ShrinkTrial(
            candidate: candidate, quality: result.measures.first?.value ?? .nan,
            weightBytes: result.memory.weightBytes, stateBytes: result.memory.stateBytes,
            picojoules: result.energy.withMemoryPicojoules,
            spikes: result.activity.spikesPerSample, seconds: seconds, problems: problems)
    }

    private func problems(of result: RunResult, beside dense: Measure?) -> [String] {
        var problems: [String] = []
        if let dense, let own = result.measures.first {
            let loss = (dense.value - own.value) * (dense.higherIsBetter == false ? -1 : 1)
            // Of errors the share of the dense network's.
            let limit =
                dense.unit == Measure.share
                ? request.accuracyLoss : request.accuracyLoss * abs(dense.value)
            if !(loss <= limit + 1e-12) {
                problems.append("\(own.label) \(own.text), and \(dense.text) before")
            }
        }
        let weights = result.memory.weightBytes
        if let flash = request.flash, weights > flash {
            problems.append("weights of \(weights) bytes, and \(flash) are allowed")
        }
        if let energy = request.energy, result.energy.withMemoryPicojoules > energy * 1e12 {
            let needed = NumberText.energy(picojoules: result.energy.withMemoryPicojoules)
            problems.append(
                "\(needed) for a decision, and \(NumberText.energy(picojoules: energy * 1e12)) are allowed"
            )
        }
        return problems
    }
}

/// Bytes of candidates that were asked for before.
private final class CandidateSizes: Sendable {
    let known = Mutex<[BudgetSearch.Candidate: Int]>([:])
}

/// What a stored search was asked for.
private struct ShrinkKey: Codable, Equatable {
    var accuracyLoss: Double
    var flash: Int?
    var memory: Int?
    var energy: Double?
    var widths: [Int]
    var epochs: Int?
    var start: ConfigurationValue

    init(_ request: ShrinkRequest, _ start: ConfigurationValue) {
        (accuracyLoss, flash, memory) = (request.accuracyLoss, request.flash, request.memory)
        (energy, widths, epochs) = (request.energy, request.widths, request.epochs)
        self.start = start
    }
}
