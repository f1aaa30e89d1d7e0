import RanvierLearning
import RanvierTensors

/// What a linear readout can tell from a layer: the accuracy of ridge regression to the classes.
///
///     α = (K + λ tr(K)/n · 1)⁻¹ Y,   score(x) = Σ_i k(x, x_i) α_i
///
/// Y holds 1 for the class of a sample and 0 else, less its mean; K is the centred linear kernel, so this is the
/// regression on the features themselves, solved in its dual form from the kernel matrix that a similarity needs
/// anyway. Source: Alain & Bengio 2016 for the idea of a probe.
public struct LinearProbe: Sendable, Hashable {
    /// λ, relative to the mean variance of the features.
    public var ridge: Double

    /// A probe.
    public init(ridge: Double = 1e-2) {
        precondition(ridge > 0, "a ridge is positive, not \(ridge)")
        self.ridge = ridge
    }

    /// Share of some samples that a readout, fitted to the others, classifies rightly.
    ///
    /// Which samples it is fitted to is drawn, always in the same way: data sets lie in the order of their classes, or
    /// in turns.
    ///
    /// - Parameters:
    ///   - labels: one per sample.
    ///   - training: how many samples the readout is fitted to; half of them if left out.
    /// - Throws: ``AnalysisError`` where labels and samples do not fit.
    public func accuracy(
        _ kernel: KernelMatrix, labels: [Int], training: Int? = nil
    ) throws(AnalysisError) -> Double {
        let n = kernel.count, fitted = training ?? n / 2
        guard labels.count == n else {
            throw .countMismatch(what: "labels of a probe", expected: n, found: labels.count)
        }
        guard fitted > 0, fitted < n else {
            throw .empty(what: "samples to fit and to test a probe")
        }
        let classes = (labels.max() ?? 0) + 1
        let all = kernel.centeredMatrix(first: n)
        let order = RandomStream(seed: 0, name: "probe").permutation(count: n)
        let fit = order[..<fitted]
        var own = SymmetricMatrix(
            count: fitted, values: Array(repeating: 0, count: fitted * fitted))
        for (i, sample) in fit.enumerated() {
            for (j, other) in fit.enumerated() {
                own.values[i * fitted + j] = all.values[sample * n + other]
            }
        }
        let sides = (0..<classes).map { label -> [Double] in
            let target = fit.map { labels[$0] == label ? 1.0 : 0 }
            let mean = target.reduce(0, +) / Double(fitted)
            return target.map { $0 - mean }
        }
        let means = (0..<classes).map { label in
            Double(fit.count { labels[$0] == label }) / Double(fitted)
        }
        let weights = own.solve(
            sides, ridge: max(ridge * own.trace / Double(fitted), .leastNormalMagnitude))
        let right = order[fitted...].count { sample in
            let scores = weights.enumerated().map { label, alpha in
                zip(fit, alpha).reduce(means[label]) { $0 + all.values[sample * n + $1.0] * $1.1 }
            }
            return scores.indices.max { scores[$0] < scores[$1] } == labels[sample]
        }
        return Double(right) / Double(n - fitted)
    }
}
