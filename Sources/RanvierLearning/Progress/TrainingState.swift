import RanvierConfiguration
import RanvierTensors

/// All that a run needs to go on, besides the parameters of the network.
public struct TrainingState: Sendable {
    /// One report per completed epoch.
    public var reports: [EpochReport] = []
    /// Tensors that the method needs, such as those of an optimiser.
    public var optimizerState: [String: Tensor] = [:]
    /// Steps that the optimiser has taken.
    public var stepCount = 0
    /// Parameters of the best epoch so far, where an early stop keeps them.
    public var best: [String: Tensor]?

    /// The state before the first epoch.
    public init() {}

    /// Epochs that are done.
    public var completedEpochs: Int { reports.count }
}

extension TrainingState {
    /// Most steps that a stored run may have taken: more than any will, and few enough to count on.
    public static let mostSteps = 1 << 48
    /// Most epochs that a stored run may have done.
    public static let mostEpochs = 1 << 20

    /// Whether reports are those of the epochs 1, 2, … in order, and not more than there can be.
    static func areInOrder(_ reports: [EpochReport]) -> Bool {
        reports.count <= mostEpochs
            && reports.enumerated().allSatisfy { $0.element.epoch == $0.offset + 1 }
    }

    /// Checks a state against the method that is to go on from it, and hands it over.
    ///
    /// - Parameter earlyStop: the rule of the course.
    /// - Throws: ``TrainingStateError`` that says what does not fit; what the method throws.
    func restore(into method: inout some LearningMethod, earlyStop: EarlyStop?) throws {
        guard Self.areInOrder(reports) else {
            throw TrainingStateError(
                expected: "reports of the epochs 1 to \(reports.count) in order",
                found: "\(reports.prefix(5).map(\.epoch))…")
        }
        guard (0...Self.mostSteps).contains(stepCount) else {
            throw TrainingStateError(
                expected: "steps from 0 to \(Self.mostSteps)", found: "\(stepCount)")
        }
        try method.requireFit(of: reports)
        if let best {
            try TrainingStateError.require(
                best.mapValues(\.shape), as: method.model.parameters.mapValues(\.shape),
                what: "parameter of the best epoch")
        } else if earlyStop?.restoresBest == true,
            reports.contains(where: { ($0.validationLoss ?? $0.trainingLoss) < .infinity })
        {
            throw TrainingStateError(
                expected: "the parameters of the best epoch", found: "none")
        }
        try method.restore(state: optimizerState, steps: stepCount)
    }
}

/// A stored state of training that is not one of the method that is to go on from it.
public struct TrainingStateError: Error, Hashable, CustomStringConvertible, ExitStatusProviding {
    /// What was expected.
    public let expected: String
    /// What was found.
    public let found: String

    /// An error about a state.
    public init(expected: String, found: String) {
        self.expected = expected
        self.found = found
    }

    /// Expected and found.
    public var description: String {
        "the stored state of training does not fit: expected \(expected), found \(found)"
    }

    /// Bad input.
    public var exitStatus: ExitStatus { .badInput }

    /// Checks names and shapes of tensors.
    ///
    /// - Parameter what: what each of them is called.
    /// - Throws: ``TrainingStateError`` for the first by name that is missing, strange, or of another shape.
    public static func require(
        _ found: [String: [Int]], as expected: [String: [Int]], what: String
    ) throws(TrainingStateError) {
        for name in Set(found.keys).union(expected.keys).sorted() {
            guard let shape = expected[name] else {
                throw TrainingStateError(
                    expected: "no \(what) '\(name)'", found: "one of shape \(found[name] ?? [])")
            }
            guard found[name] == shape else {
                throw TrainingStateError(
                    expected: "\(what) '\(name)' of shape \(shape)",
                    found: found[name].map { "shape \($0)" } ?? "none")
            }
        }
    }
}

/// When to stop before the last epoch.
public struct EarlyStop: Sendable, Hashable {
    /// Epochs without a lower validation loss (training loss where there is no validation).
    public var patience: Int
    /// Whether the parameters of the best epoch are put back at the end.
    public var restoresBest: Bool

    /// Stops after `patience` epochs without progress.
    public init(patience: Int, restoresBest: Bool = true) {
        self.patience = patience
        self.restoresBest = restoresBest
    }
}
