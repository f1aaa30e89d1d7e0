import Ranvier
import RanvierData

/// Networks of rectified units on Yin-Yang: setting of the comparison of rules.
enum YinYangRules {
    /// Layers of 30 units and a read-out, uniform weights of variance 1 / inputs.
    ///
    /// - Parameters:
    ///   - clipping: as a configuration says it.
    ///   - rate: of plain gradient descent.
    static func setting(
        hidden: Int, clipping: String = "{norm: {limit: 1}}", rate: Double = 0.05
    ) -> String {
        let gain = "gain: 1.7320508"
        let layers = (0..<hidden).map { _ in "  - linear: {outputs: 30, \(gain)}\n  - relu\n" }
        return """
            model: ann
            network:
            \(layers.joined())  - linear: {outputs: 3, \(gain)}
            training:
              batch-size: 20
              optimizer: {sgd: {learning-rate: \(rate), momentum: 0}}
              schedule: constant
              clipping: \(clipping)
            """
    }

    /// 5000 samples to learn from and 1000 to measure on, drawn for each seed.
    static func data(_ seed: UInt64, isQuick: Bool) throws -> DatasetConfiguration.Splits {
        let own = UInt32(truncatingIfNeeded: 2 * seed)
        return .init(
            training: try YinYang.samples(
                count: isQuick ? 1000 : 5000, seed: own, name: "yin-yang training"),
            test: try YinYang.samples(count: 1000, seed: own + 1, name: "yin-yang test"))
    }

    static let backpropagation = StudiedRule("BP", "bp")
    static let feedbackAlignment = StudiedRule("FA", "fa")
    static let direct = StudiedRule("DFA", "{dfa: {feedback-gain: 1.7320508}}")
    static let alignment = StudiedRule("SAL", "sal")
    static let copy = StudiedRule("copy", "copy")
    static let kolenPollack = StudiedRule("Kolen-Pollack", "{kolen-pollack: {decay: 1e-3}}")
    static let signSymmetric = StudiedRule("sign-symmetric", "{sign-symmetric: {scale: fan-in}}")
    static let signConcordant = StudiedRule("sign-concordant")
    static let weightMirror = StudiedRule("weight mirror", "weight-mirror")
    static let inference = StudiedRule("STDWI", "stdwi")
    static let discontinuity = StudiedRule("RDD", "rdd")

    /// All, in the order of tables.
    static let all = [
        backpropagation, copy, alignment, feedbackAlignment, direct, kolenPollack, signSymmetric,
        signConcordant, weightMirror, inference, discontinuity,
    ]
}
