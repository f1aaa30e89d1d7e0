import RanvierConfiguration
import RanvierData
import RanvierTensors

/// Predicting one or several numbers for each sample.
///
/// A network is trained on targets with mean 0 and deviation 1; its answers are in the targets' own units.
public struct Regression: LearningTask {
    /// `regression`.
    public static let kind = "regression"
    /// Names of the values in order of the outputs.
    public var names: [String] = []
    /// Their units, empty for none.
    public var units: [String] = []
    /// Mean of each in the training samples.
    public var offset: [Double] = []
    /// Deviation of each in the training samples; 1 where all are equal.
    public var scale: [Double] = []

    /// No values.
    public init() {}

    /// The task of samples with values, scaled as theirs are; nil where they have none.
    public init?(of data: Dataset) {
        guard case .values(let values, let names, let units) = data.targets, data.count > 0 else {
            return nil
        }
        self.names = names
        self.units = units
        let width = names.count, count = Double(data.count)
        for column in 0..<width {
            let own = stride(from: column, to: values.count, by: width).map { Double(values[$0]) }
            let mean = own.reduce(0, +) / count
            let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            offset.append(mean)
            scale.append(variance > 0 ? variance.squareRoot() : 1)
        }
    }

    /// The keys of a stored model.
    public static let schema = Schema<Regression> {
        Field.texts("names", \.names, isRequired: true)
        Field.texts("units", \.units, isRequired: true)
        Field.numbers("offset", \.offset)
        Field.numbers("scale", \.scale)
        Field.refusing("scale") {
            let count = $0.names.count
            return $0.units.count != count || $0.offset.count != count || $0.scale.count != count
                || !($0.offset + $0.scale).allSatisfy(\.isFinite) || $0.scale.contains { $0 <= 0 }
        } because: {
            "expected a unit, an offset and a scale above 0 for each of \($0.names.count) names, found "
                + "\($0.units.count), \($0.offset) and \($0.scale)"
        } settle: {
            let count = $0.names.count
            $0.units = Array(repeating: "", count: count)
            ($0.offset, $0.scale) = (
                Array(repeating: 0, count: count), Array(repeating: 1, count: count)
            )
        }
    }

    /// The values.
    public var outputNames: [String] { names }

    /// Scores in units of the targets.
    public func answers(of scores: Tensor) -> Tensor {
        scores * Tensor(scale.map { Float($0) }, shape: [scale.count])
            + Tensor(offset.map { Float($0) }, shape: [offset.count])
    }

    /// With mean 0 and deviation 1 in the training samples.
    public func trainingTargets(_ targets: Targets) -> Targets {
        guard case .values(let values, let names, let units) = targets else { return targets }
        let width = names.count
        return .values(
            values.enumerated().map {
                Float((Double($1) - offset[$0 % width]) / scale[$0 % width])
            }, names: names, units: units)
    }

    /// Errors in the targets' units, and the share of variance that is explained.
    public var measures: [any EvaluationMeasure] {
        [RootMeanSquaredError(), MeanAbsoluteError(), ExplainedVariance()]
    }

    /// Squared error of the mean membrane.
    public var usualLoss: any Loss { SquaredError() }

    /// Mean size of the error.
    public func progress(
        of scores: Tensor, against targets: Targets
    ) -> (name: String, value: Double)? {
        guard case .values(let values, _, _) = targets else { return nil }
        let sum = zip(answers(of: scores).scalars, values).reduce(0.0) {
            $0 + abs(Double($1.0) - Double($1.1))
        }
        return (MeanAbsoluteError.kind, sum / Double(max(values.count, 1)))
    }

    /// The value, or all of them with blanks between.
    public func prediction(of answer: [Float], deviation: [Float]?) -> Prediction {
        Prediction(
            text: answer.map { "\($0)" }.joined(separator: " "),
            deviation: deviation.map { $0.reduce(0) { max($0, Double($1)) } })
    }

    /// "missed the targets of 100 test samples by 0.3 °C (root of the mean square)".
    public func headline(_ measures: [Measure], samples: Int) -> String {
        let error = measures[RootMeanSquaredError.kind]
        let unit = (error?.unit ?? "").isEmpty ? "" : " \(error?.unit ?? "")"
        return "missed the targets of \(NumberText.count(samples)) test samples by "
            + "\(NumberText.significant(error?.value ?? .nan))\(unit) (root of the mean square)"
    }

    /// Values of the same names and units.
    public func requireFit(of data: Dataset) throws(TrainingError) {
        guard case .values(_, let names, let units) = data.targets else {
            throw .mismatch(
                what: "targets of \(data.name)",
                expected: "values: \(self.names.joined(separator: ", "))",
                found: data.targets.names.isEmpty
                    ? "none" : "classes: \(data.targets.names.joined(separator: ", "))")
        }
        guard names == self.names, units == self.units else {
            throw .mismatch(
                what: "targets of \(data.name)",
                expected: zip(self.names, self.units).map { "\($0) \($1)" }.joined(
                    separator: ", "),
                found: zip(names, units).map { "\($0) \($1)" }.joined(separator: ", "))
        }
    }
}
