import Foundation
import Ranvier
import RanvierAlignment
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierRuns
import RanvierTensors

/// A rule of learning as studies compare them: its words in a configuration, and its name in tables.
struct StudiedRule: Hashable, Sendable {
    /// For tables and names of files.
    let label: String
    /// As `learning.rule` says it.
    let text: String

    init(_ label: String, _ text: String? = nil) {
        self.label = label
        self.text = text ?? label
    }

    /// As a part of the name of a file.
    var file: String { label.replacing(" ", with: "-").replacing("/", with: "-") }
}

/// One network that learns by a rule, measured on test samples in its last epochs.
struct FeedbackCourse {
    /// Kind of network, layers and training but for epochs, as a configuration says them.
    var setting: String
    /// How it learns.
    var rule: StudiedRule
    /// Passes over the samples.
    var epochs: Int
    /// Epochs after which test samples are asked, counted from 1.
    var measured: [Int]
    /// Of weights, order and rule.
    var seed: UInt64
    /// Changes a network before it learns: what a device makes of its weights.
    var prepare: ((Network) -> Void)?

    /// The last epochs of a course, from its end in steps.
    static func last(_ count: Int, of epochs: Int, by step: Int) -> [Int] {
        (0..<count).map { epochs - $0 * step }.filter { $0 > 0 }.reversed()
    }

    /// Trains and measures.
    ///
    /// - Throws: ``InterruptedError`` after Ctrl-C; what configuration and training throw.
    func outcome(
        on data: DatasetConfiguration.Splits, _ context: StudyContext
    ) throws -> FeedbackOutcome {
        let text = """
            method: local
            \(setting)
            learning: {rule: \(rule.text)}

            """
        let reader = try ConfigurationReader(yaml: text, file: rule.label, registry: .standard)
        let kind = try Registry.standard.kind(LocalLearning.name, of: MethodRole.self)
        let trainer = try kind.payload.configuration(reader.root)
        let made = try trainer.makeMethod(for: data, seed: seed, registry: .standard)
        guard var method = made as? LocalLearning else {
            preconditionFailure("the setting learns by a local rule")
        }
        let network = method.clockedModel.network
        prepare?(network)
        let recorder = Recorder(
            model: method.clockedModel, test: data.test, measured: Set(measured),
            events: context.events)
        var outcome = FeedbackOutcome()
        do {
            try Course(epochs: epochs).run(&method, on: data.training, observer: recorder)
        } catch TrainingError.interrupted {
            throw InterruptedError(advice: "go on with the same command")
        } catch let error as TrainingError {
            guard case .nonFinite(let epoch, _, _, _) = error else { throw error }
            outcome.divergedIn = epoch
        } catch let error as AlignmentError {
            guard case .nonFinite = error else { throw error }
            outcome.divergedIn = recorder.reports.count + 1
        }
        let classes = Double(network.outputShape.reduce(1, *))
        // A network without numbers answers by chance.
        outcome.accuracies = recorder.accuracies
        while outcome.accuracies.count < measured.count { outcome.accuracies.append(1 / classes) }
        outcome.sizes = recorder.sizes
        for report in recorder.reports {
            outcome.feedbackAngles.append(report.feedbackAngles)
            outcome.gradientAngles.append(report.gradientAngles)
        }
        let traffic = method.learner.traffic(of: method.clockedModel)
        outcome.traffic = .init(
            bytesBetweenLayers: traffic.bytesBetweenLayers,
            bytesPerSynapse: traffic.bytesPerSynapse, bytesPerNeuron: traffic.bytesPerNeuron,
            transportsWeights: traffic.transportsWeights)
        outcome.seconds = recorder.reports.reduce(0) { $0 + $1.seconds }
        return outcome
    }

    /// Measures after some epochs, and stops when the study is to stop.
    private final class Recorder: TrainingObserver {
        let model: ClockedModel
        let test: Dataset
        let measured: Set<Int>
        let events: WorkEvents
        private(set) var accuracies: [Double] = []
        private(set) var sizes: [Double] = []
        private(set) var reports: [EpochReport] = []

        init(model: ClockedModel, test: Dataset, measured: Set<Int>, events: WorkEvents) {
            self.model = model
            self.test = test
            self.measured = measured
            self.events = events
        }

        var shouldStop: Bool { events.cancellation.isRequested }

        func didFinish(
            _ report: EpochReport, state: TrainingState, parameters: [String: Tensor]
        ) throws {
            reports.append(report)
            let weights = model.network.layerParameters.filter(\.isPrunable).map(\.value)
            let size = GradientClipping.norm(of: weights)
            // Files hold no numbers that are none.
            sizes.append(size.isFinite ? size : .greatestFiniteMagnitude)
            guard measured.contains(report.epoch) else { return }
            accuracies.append(
                try model.evaluate(on: test, counts: false, intervals: false).accuracy)
        }
    }
}

/// What a network that learned by a rule came to.
struct FeedbackOutcome: Codable, Sendable {
    /// What the rule moves and keeps.
    struct Traffic: Codable, Sendable {
        var bytesBetweenLayers = 0.0
        var bytesPerSynapse = 0.0
        var bytesPerNeuron = 0.0
        var transportsWeights = false
    }

    /// Shares of test samples that were answered rightly after each measured epoch; by chance once numbers had run away.
    var accuracies: [Double] = []
    /// The epoch in which numbers ran away; nil where they did not.
    var divergedIn: Int?
    /// Joint size of all weights after each epoch.
    var sizes: [Double] = []
    /// Degrees by name of the weights, after each epoch.
    var feedbackAngles: [[String: Double]] = []
    /// Degrees by name of the weights, on the first batch of each epoch.
    var gradientAngles: [[String: Double]] = []
    var traffic = Traffic()
    /// Of training, without measuring.
    var seconds = 0.0

    /// Mean over the measured epochs.
    var accuracy: Double { accuracies.reduce(0, +) / Double(max(accuracies.count, 1)) }

    /// Mean over layers of the last epoch; nil where there are none.
    func last(_ angles: KeyPath<FeedbackOutcome, [[String: Double]]>) -> Double? {
        guard let last = self[keyPath: angles].last, !last.isEmpty else { return nil }
        return last.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value } / Double(last.count)
    }
}
