import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierRuns
import RanvierSpikes
import RanvierSurrogate
import RanvierTensors

/// Networks of the representation studies: trains what is missing, keeps what is trained, goes on after an interrupt.
///
/// A network lies in a folder that is named by its description; a description that differs in anything is another
/// network. Without a folder for all of them they are only kept in memory.
final class StudyNetworkStore {
    /// A trained network.
    struct Trained {
        let model: ClockedModel
        let accuracy: Double
        let trainingAccuracy: Double
    }

    /// Asked between steps of training, with the epochs of the running network that are done.
    var shouldStop: (_ completedEpochs: Int) -> Bool

    /// Networks whose training broke down, and how.
    private(set) var failures: [StudyNetwork: String] = [:]

    private let context: StudyContext
    fileprivate var completedEpochs = 0
    private var loaded: [StudyNetwork: Trained] = [:]
    private var data: [String: StudyData] = [:]
    private let start = ContinuousClock.now
    private var cost: (done: Double, all: Double) = (0, 0)

    init(_ context: StudyContext) {
        self.context = context
        shouldStop = { _ in context.events.cancellation.isRequested }
    }

    /// The samples of a network.
    func data(of network: StudyNetwork) throws -> StudyData {
        let key =
            "\(network.data.rawValue) \(network.trainingSamples) "
            + (network.data.isRecorded ? "\(network.steps)" : "")
        if let known = data[key] { return known }
        let read = try StudyData(
            network.data, trainingSamples: network.trainingSamples, steps: network.steps,
            directory: context.dataDirectory)
        data[key] = read
        return read
    }

    /// The network before training.
    func untrained(_ network: StudyNetwork) throws -> ClockedModel {
        let samples = try data(of: network).samples(for: network)
        let step = samples.train.timeStep ?? StudyNetwork.standardTimeStep
        let encoder = try network.encoder(timeStep: step)
        let shape = try encoder.featureShape(ofSample: samples.train.featureShape)
        return try ClockedModel(
            network: network.network(
                inputShape: shape, classes: samples.train.classCount, timeStep: step),
            encoder: encoder, loss: network.loss,
            signature: ModelSignature(
                of: samples.train, task: Classification(classNames: samples.train.classNames)),
            family: network.family, batchSize: 360)
    }

    /// Trains all networks that are not there yet; progress runs from 0 to `share` of the study.
    func prepare(_ networks: [StudyNetwork], share: Double) throws {
        var seen: Set<StudyNetwork> = []
        let wanted = networks.filter { seen.insert($0).inserted && loaded[$0] == nil }
        let missing = wanted.filter { !isFinished($0) }
        cost = (0, missing.reduce(0) { $0 + $1.cost })
        for network in wanted {
            do {
                loaded[network] = try load(network, share: share)
            } catch let error as TrainingError {
                // A setting under which training breaks down is a finding, not the end of a study.
                guard case .nonFinite = error else { throw error }
                failures[network] = error.description
                cost.done += network.cost
                context.events.warning("\(network.summary) is left out: \(error)")
            }
        }
    }

    /// A network that was prepared.
    func trained(_ network: StudyNetwork) throws -> Trained {
        if let known = loaded[network] { return known }
        let made = try load(network, share: 1)
        loaded[network] = made
        return made
    }

    // MARK: - Files

    private func folder(_ network: StudyNetwork) throws -> URL? {
        guard let cache = context.cache else { return nil }
        let text = try StoredJSON.data(network)
        // FNV-1a; a name need not be secret, only the same tomorrow.
        let hash = text.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        let kind = network.family.rawValue
        let digits = String(hash, radix: 16)
        return cache.appending(
            path: "\(network.data.rawValue)-\(kind)\(network.depth)-s\(network.seed)-\(digits)")
    }

    /// What is known of a network when its training is done.
    private struct Outcome: Codable {
        let trainingAccuracy: Double
    }

    /// The round of a network's training, stored beside its weights when both are whole.
    private static let round = "trained"
    private static let weights = "model.safetensors"
    private static let checkpoint = "checkpoint.safetensors"

    private func isFinished(_ network: StudyNetwork) -> Bool {
        guard let folder = try? folder(network) else { return false }
        // What cannot be read is told when it is loaded.
        return FileManager.default.fileExists(
            atPath: folder.appending(path: "\(Self.round).json").path)
    }

    private func load(_ network: StudyNetwork, share: Double) throws -> Trained {
        var model = try untrained(network)
        let samples = try data(of: network).samples(for: network)
        let folder = try folder(network)
        if let folder { PartialFile.removeAbandoned(in: folder) }
        let outcome: Outcome
        if let original = network.original {
            let source = try trained(original)
            try model.restore(source.model.parameters)
            outcome = Outcome(trainingAccuracy: source.trainingAccuracy)
        } else if let folder, isFinished(network) {
            let stored = try TrainingCheckpoint(
                contentsOf: folder.appending(path: Self.weights), warning: context.events.warning)
            try model.restore(stored.parameters)
            outcome = try Procedure(folder: folder, warning: context.events.warning).round(
                Self.round
            ) {
                Outcome(trainingAccuracy: .nan)
            }
        } else {
            outcome = try Procedure(folder: folder, warning: context.events.warning).round(
                Self.round
            ) {
                let state = try train(&model, network, samples.train, folder: folder, share: share)
                return Outcome(trainingAccuracy: state.reports.last?.trainingAccuracy ?? .nan)
            }
        }
        // Only when the outcome is stored is nothing lost with it.
        if network.original == nil, let folder {
            unlink(folder.appending(path: Self.checkpoint).path)
        }
        return Trained(
            model: model, accuracy: try model.evaluate(on: samples.test, counts: false).accuracy,
            trainingAccuracy: outcome.trainingAccuracy)
    }

    private func train(
        _ model: inout ClockedModel, _ network: StudyNetwork, _ samples: Dataset, folder: URL?,
        share: Double
    ) throws -> TrainingState {
        completedEpochs = 0
        var checkpoint: TrainingCheckpoint?
        let file = folder?.appending(path: Self.checkpoint)
        if let folder, let file {
            try Folder.make(folder)
            try AtomicFile.write(
                try StoredJSON.data(network, isPretty: true),
                to: folder.appending(path: "network.json"))
            if FileManager.default.fileExists(atPath: file.path) {
                checkpoint = try TrainingCheckpoint(
                    contentsOf: file, warning: context.events.warning)
                try model.restore(checkpoint?.parameters ?? [:])
            }
        }
        var method = SurrogateGradient(
            model,
            optimizer: SGD(
                learningRate: network.learningRate, momentum: network.momentum,
                weightDecay: network.weightDecay),
            schedule: .cosine(), batchSizes: BatchSizes([network.batchSize]), seed: network.seed,
            augmentation: network.shift > 0 || network.flips
                ? Augmentation(
                    imageShape: model.network.inputShape, shift: Double(network.shift),
                    flipsHorizontally: network.flips, fill: samples.valueRange.lowerBound) : nil)
        do {
            let state = try Course(epochs: network.epochs).run(
                &method, on: samples, from: checkpoint?.state,
                observer: StudyTrainingObserver(
                    store: self, network: network, checkpoint: file, share: share))
            cost.done += network.cost
            if let folder {
                try TrainingCheckpoint(parameters: model.parameters)
                    .write(to: folder.appending(path: Self.weights))
            }
            return state
        } catch TrainingError.interrupted {
            throw InterruptedError(
                advice: "networks that are trained, and epochs that are done, are kept; go on with "
                    + "the same command")
        }
    }

    /// Tells how far training is, with the time that is left.
    fileprivate func report(
        _ network: StudyNetwork, epoch: Double, share: Double, isMilestone: Bool, _ line: String
    ) {
        let done = (cost.done + network.cost * epoch / Double(network.epochs))
        let fraction = cost.all > 0 ? done / cost.all : 1
        let spent = (ContinuousClock.now - start) / .seconds(1)
        let left =
            fraction > 0.01
            ? ", about \(NumberText.seconds(spent * (1 - fraction) / fraction)) left" : ""
        context.events.progress(
            .init(
                fraction: fraction * share, message: "\(network.summary): \(line)\(left)",
                isMilestone: isMilestone))
    }
}

/// Writes checkpoints and tells progress while a study trains a network.
private struct StudyTrainingObserver: TrainingObserver {
    unowned let store: StudyNetworkStore
    let network: StudyNetwork
    let checkpoint: URL?
    let share: Double

    var shouldStop: Bool { store.shouldStop(store.completedEpochs) }

    func didFinishStep(_ step: Int, of steps: Int, epoch: Int, of epochs: Int) {
        store.report(
            network, epoch: Double(epoch - 1) + Double(step) / Double(steps), share: share,
            isMilestone: false, "epoch \(epoch) of \(epochs)")
    }

    func didFinish(
        _ report: EpochReport, state: TrainingState, parameters: [String: Tensor]
    ) throws {
        store.completedEpochs = report.epoch
        store.report(
            network, epoch: Double(report.epoch), share: share,
            isMilestone: report.epoch == network.epochs,
            "epoch \(report.epoch), training accuracy "
                + NumberText.percent(report.trainingAccuracy ?? .nan))
        guard let checkpoint else { return }
        try TrainingCheckpoint(parameters: parameters, state: state).write(to: checkpoint)
    }
}
