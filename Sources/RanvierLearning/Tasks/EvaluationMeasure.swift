import RanvierConfiguration

/// A way to measure what a model did on a data set: what `measures` names in a configuration.
///
///     struct WorstClass: EvaluationMeasure {
///         static let kind = "worst-class-recall"
///         static let schema = Schema<WorstClass>()
///         func measure(_ evaluation: Evaluation) -> Measure? { … }
///     }
///     registry.add(MeasureKind(WorstClass.self))
public protocol EvaluationMeasure: Configurable {
    /// Word for the measure in configurations, and its name in results.
    static var kind: String { get }

    /// The number with its unit and direction; nil where the task has none.
    func measure(_ evaluation: Evaluation) throws -> Measure?
}

/// What measures a model.
public enum MeasureRole: Role {
    /// A measure.
    public typealias Value = any EvaluationMeasure
    /// `measure`.
    public static let name = "measure"
    /// The measure's kind and keys.
    public static func element(of value: any EvaluationMeasure) -> Element {
        Element(type(of: value).kind, value.configurationValue)
    }
}

/// A kind of measure.
public typealias MeasureKind = Kind<MeasureRole>

extension Kind where R == MeasureRole {
    /// The kind of a type.
    public init<M: EvaluationMeasure>(_ type: M.Type) {
        self.init(M.kind, M.self) {
            $0
        } unwrap: {
            $0 as? M
        }
    }

    /// The measures that are built in.
    public static let standard: [MeasureKind] = [
        MeasureKind(Accuracy.self), MeasureKind(BalancedAccuracy.self),
        MeasureKind(MacroF1.self), MeasureKind(PrecisionRecallArea.self),
        MeasureKind(ExpectedCalibrationError.self),
        MeasureKind(NegativeLogLikelihood.self), MeasureKind(BrierScore.self),
        MeasureKind(RootMeanSquaredError.self), MeasureKind(MeanAbsoluteError.self),
        MeasureKind(ExplainedVariance.self),
    ]
}
