import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Training in phases, between which connections go and weights lose bits.
///
///     let surrogate = SurrogateGradient(model, optimizer: Adam())
///     var method = try CompressionMethod(surrogate, phases: [TrainPhase(), PrunePhase()], epochs: 10)
///     try Course(epochs: method.epochs).run(&method, on: digits.train)
///
/// All epochs of all phases are one course, which stores and goes on with masks, weights to go back to, and optimisers to the same
/// bits. Each leg of a phase has an optimiser and a schedule of its own; see ``CompressionPhase``.
public struct CompressionMethod: LearningMethod {
    /// `compression`.
    public static let name = "compression"

    /// Where a course is.
    struct Position: Hashable {
        /// The leg of the last epoch, or the first.
        var leg = 0
        /// Epochs of it that are done.
        var epochs = 0
        /// Whether the leg is over.
        var isOver = false
        /// Whether what happens before the leg's first epoch was done.
        var hasBegun = false
    }

    /// A leg with its phase.
    struct Stage {
        let phase: any CompressionPhase
        /// Place of the leg in the phase.
        let index: Int
        let leg: CompressionLeg
    }

    /// The network, and what is remembered of it.
    public internal(set) var trainee: Trainee
    /// All legs of all phases in order.
    let stages: [Stage]
    var position = Position()
    private let start: CompressionStart?
    /// The model before any phase, to make the origin of.
    private let plain: ModelDescription
    /// Parameters of the model before the first phase that compresses; nil where it had not learned.
    var originTensors: [String: Tensor]?
    /// What phases told after the last epoch.
    private(set) var lastRemarks: [String] = []
    /// What may be wrong with what was done after the last epoch.
    public private(set) var closingWarnings: [String] = []

    /// A course of phases.
    ///
    /// - Parameters:
    ///   - epochs: of a leg, where its phase does not say.
    ///   - seed: of what phases draw.
    /// - Throws: `NetworkError.undescribed` for a model that cannot be said.
    public init(
        _ method: any GradientMethod, phases: [any CompressionPhase], epochs: Int, seed: UInt64 = 0,
        registry: Registry
    ) throws {
        try self.init(
            method, phases: phases, epochs: epochs, start: nil, seed: seed, registry: registry)
    }

    init(
        _ method: any GradientMethod, phases: [any CompressionPhase], epochs: Int,
        start: CompressionStart?, seed: UInt64, registry: Registry
    ) throws {
        trainee = Trainee(method, registry: registry, seed: seed)
        self.start = start
        try start?.take(by: method.layerParameters)
        plain = try ModelDescription(of: method.model, method: "")
        stages = phases.flatMap { phase in
            phase.legs(epochs: epochs).enumerated().map {
                Stage(phase: phase, index: $0, leg: $1)
            }
        }
        for (phase, next) in zip(phases, phases.dropFirst())
        where phase.endsTraining && !next.endsTraining {
            throw CompressionError.impossibleValue(
                what: "phases", expected: "nothing that trains after '\(type(of: phase).kind)'",
                found: "'\(type(of: next).kind)'")
        }
        for phase in phases { try phase.check(on: trainee) }
        try requireBits(phases)
        if stages.contains(where: \.leg.freezesNormalization) {
            try trainee.method.freezeNormalization(true)
            try trainee.method.freezeNormalization(false)
        }
    }

    /// Refuses to fold weights that nothing has rounded.
    private func requireBits(_ phases: [any CompressionPhase]) throws(CompressionError) {
        guard let place = phases.firstIndex(where: { $0 is WholeNumbersPhase }) else { return }
        let isRounded =
            phases[..<place].contains { $0 is QuantizePhase || $0 is PostQuantizePhase }
            || trainee.connections.allSatisfy { $0.views.contains { $0.bits != nil } }
        guard !isRounded else { return }
        throw .impossibleValue(
            what: WholeNumbersPhase.kind, expected: "weights of few bits before it",
            found: "none; put 'quantize' or 'post-quantize' before it")
    }

    /// Epochs of all legs, of which searches may need fewer.
    public var epochs: Int { stages.reduce(0) { $0 + $1.leg.epochs } }

    /// The model in training.
    public var model: any SpikingModel { trainee.finalModel ?? trainee.method.model }

    /// Takes over stored parameters; views stay as they are.
    public mutating func restoreModel(_ parameters: [String: Tensor]) throws {
        try trainee.method.restoreModel(parameters)
    }

    /// Checks what the method that trains checks, and keeps the samples for what phases measure.
    public mutating func prepare(for data: Dataset) throws {
        try trainee.method.prepare(for: data)
        trainee.samples = data
    }

    /// That of the method that trains, and the weights that are kept.
    public func predictPeakMemory() throws -> Int? {
        let weights = trainee.method.layerParameters.reduce(0) { $0 + $1.shape.elementCount }
        let copies = Set(stages.flatMap(\.phase.rewindPoints)).count + 2
        return try trainee.method.predictPeakMemory().map {
            $0 + copies * weights * MemoryLayout<Float>.stride
        }
    }

    /// Those of the method that trains.
    public func doubts(about data: Dataset) -> [String] { trainee.method.doubts(about: data) }

    // MARK: - Epochs

    /// Whether all that is left are changes without training.
    public var isFinished: Bool {
        let next = position.isOver ? position.leg + 1 : position.leg
        return !stages.dropFirst(next).contains { $0.leg.epochs > 0 }
    }

    /// Trains for an epoch of the leg that the course has come to.
    public mutating func epoch(
        _ epoch: Int, of epochs: Int, on data: Dataset, hooks: Hooks
    ) throws -> EpochReport {
        trainee.samples = data
        (trainee.remarks, trainee.warnings) = ([], [])
        if epoch == 0 { keepRewindPoint(0) }
        try advance()
        let stage = stages[position.leg], phase = stage.phase
        trainee.epochsOfLeg = stage.leg.epochs
        try phase.prepare(epoch: position.epochs, on: &trainee)
        var own = hooks
        // Views are shared by all copies of the method.
        let trainee = trainee
        own.project = {
            try hooks.project?()
            try phase.project(trainee)
        }
        let first = epoch - position.epochs
        var report = try self.trainee.method.epoch(
            epoch, in: first..<first + stage.leg.epochs, on: data, hooks: own)
        position.epochs += 1
        position.isOver =
            try phase.isOver(after: position.epochs - 1, of: stage.index, on: &self.trainee)
            || position.epochs >= stage.leg.epochs
        keepRewindPoint(epoch + 1)
        report.records["phase"] = .string(stage.leg.title)
        report.records["leg"] = .integer(position.leg + 1)
        report.records["legIsOver"] = .boolean(position.isOver)
        report.records["density"] = .float(self.trainee.density)
        report.notes = self.trainee.remarks
        report.warnings += self.trainee.warnings
        return report
    }

    /// Does what is left to change after the last epoch.
    public mutating func finish(on data: Dataset) throws {
        trainee.samples = data
        (trainee.remarks, trainee.warnings) = ([], [])
        try advance()
        try trainee.showSteps(ofSearch: false)
        (lastRemarks, closingWarnings) = (trainee.remarks, trainee.warnings)
    }

    /// Goes to the next leg that trains, over what ends and begins in between; past the last leg where none is left.
    private mutating func advance() throws {
        while position.leg < stages.count {
            let stage = stages[position.leg]
            if !position.hasBegun {
                if stage.phase.compresses, start == nil, isDense {
                    originTensors = model.parameters
                }
                try stage.phase.begin(leg: stage.index, on: &trainee)
                try trainee.method.restart(learningRate: stage.leg.learningRate)
                position.hasBegun = true
                position.isOver = stage.leg.epochs == 0
            }
            guard position.isOver else { return try enter(stage.leg) }
            try trainee.showSteps(ofSearch: false)
            try stage.phase.end(leg: stage.index, on: &trainee)
            position = Position(leg: position.leg + 1)
        }
    }

    /// Sets what holds while a leg trains.
    mutating func enter(_ leg: CompressionLeg) throws {
        try trainee.showSteps(ofSearch: leg.isSearch)
        try trainee.method.freezeNormalization(leg.freezesNormalization)
    }

    /// Whether the network has learned and is seen as it is.
    private var isDense: Bool {
        stages.prefix(position.leg).contains { $0.leg.epochs > 0 }
            && trainee.method.layerParameters.allSatisfy(\.views.isEmpty)
    }

    private mutating func keepRewindPoint(_ epochs: Int) {
        guard stages.contains(where: { $0.phase.rewindPoints.contains(epochs) }) else { return }
        trainee.rewindPoints[epochs] = Dictionary(
            uniqueKeysWithValues: trainee.method.layerParameters.filter(\.isTrainable).map {
                ($0.name, $0.value)
            })
    }

    // MARK: - What it came from

    /// The run it began with, or the network before the first phase that took something away.
    public var origin: (name: String, model: any SpikingModel)? {
        get throws {
            if let start { return (start.name, start.model) }
            guard let originTensors else { return nil }
            let model = try plain.open(
                tensors: originTensors, in: trainee.registry, at: "the network before compression")
            return ("dense", model)
        }
    }

    /// Those of the method that trains, and how the share of connections fell.
    public func diagnostics(of reports: [EpochReport], on data: Dataset) -> [Diagnostic] {
        CompressionDiagnostic(of: trainee, reports: reports, remarks: lastRemarks).parts
            + trainee.method.diagnostics(of: reports, on: data)
    }
}
