import RanvierConfiguration
import RanvierData
import RanvierTensors

/// Naming the class of each sample, with a probability for every class.
public struct Classification: LearningTask {
    /// `classification`.
    public static let kind = "classification"
    /// Names of the classes in order of the outputs.
    public var classNames: [String] = []

    /// No classes.
    public init() {}

    /// Classes by name.
    public init(classNames: [String]) { self.classNames = classNames }

    /// The task of samples with classes; nil where they have none.
    public init?(of data: Dataset) {
        guard case .classes(_, let names) = data.targets else { return nil }
        classNames = names
    }

    /// The keys of a stored model.
    public static let schema = Schema<Classification> {
        Field.texts("classes", \.classNames, isRequired: true)
    }

    /// The classes.
    public var outputNames: [String] { classNames }

    /// Softmax.
    public func answers(of scores: Tensor) -> Tensor { scores.softmax() }

    /// Accuracy, how well each class is found, and calibration.
    public var measures: [any EvaluationMeasure] {
        let area: [any EvaluationMeasure] = classNames.count == 2 ? [PrecisionRecallArea()] : []
        return [Accuracy(), BalancedAccuracy(), MacroF1()] + area + [
            ExpectedCalibrationError(), NegativeLogLikelihood(), BrierScore(),
        ]
    }

    /// Cross-entropy of the mean membrane.
    public var usualLoss: any Loss { CrossEntropy() }

    /// Share of samples classified rightly.
    public func progress(
        of scores: Tensor, against targets: Targets
    ) -> (name: String, value: Double)? {
        let right = zip(scores.argumentOfMaximum(along: 1), targets.labels).count { $0 == $1 }
        return (Accuracy.kind, Double(right) / Double(max(targets.count, 1)))
    }

    /// The most probable class.
    public func prediction(of answer: [Float], deviation: [Float]?) -> Prediction {
        let best = answer.indices.reduce(0) { answer[$1] > answer[$0] ? $1 : $0 }
        return Prediction(text: classNames[best], confidence: Double(answer[best]))
    }

    /// "classified 97 % of 360 test samples correctly".
    public func headline(_ measures: [Measure], samples: Int) -> String {
        "classified \(NumberText.percent(measures[Accuracy.kind]?.value ?? .nan)) of "
            + "\(NumberText.count(samples)) test samples correctly"
    }

    /// The same classes in the same order.
    public func requireFit(of data: Dataset) throws(TrainingError) {
        guard case .classes(_, let names) = data.targets else {
            throw .mismatch(
                what: "targets of \(data.name)", expected: "classes: \(Self.list(classNames))",
                found: data.targets.names.isEmpty ? "none" : "values: \(data.targets.names)")
        }
        guard names == classNames else {
            throw .mismatch(
                what: "classes of \(data.name)", expected: Self.list(classNames),
                found: Self.list(names))
        }
    }

    private static func list(_ names: [String]) -> String {
        names.count <= 20
            ? names.joined(separator: ", ")
            : names.prefix(20).joined(separator: ", ") + ", … (\(names.count))"
    }
}
