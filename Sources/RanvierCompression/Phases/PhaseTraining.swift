import RanvierConfiguration
import RanvierLearning

/// How long a leg trains, and how fast: keys that phases share.
public struct PhaseTraining: Configurable {
    /// Epochs of a leg; nil for those of `training`.
    public var epochs: Int?
    /// Length of a step of the optimiser before its schedule; nil for that of `training`.
    public var learningRate: Double?
    /// Whether statistics of batch normalisations stay as they are.
    public var freezesNormalization = false

    /// As `training` says.
    public init() {}

    /// As said.
    public init(epochs: Int?, learningRate: Double? = nil) {
        self.epochs = epochs
        self.learningRate = learningRate
    }

    /// The keys of a configuration.
    public static let schema = Schema<PhaseTraining> {
        Field.optionalInteger("epochs", \.epochs, in: 0...100_000)
        Field.optionalNumber("learning-rate", \.learningRate, in: .positive)
        Field.boolean("freeze-normalization", \.freezesNormalization)
        Field.refusing("learning-rate", "freeze-normalization") {
            $0.epochs == 0 && ($0.learningRate != nil || $0.freezesNormalization)
        } because: { _ in
            "has no effect without epochs; leave the key out, or train"
        } settle: {
            ($0.learningRate, $0.freezesNormalization) = (nil, false)
        }
    }

    /// A leg that trains so.
    func leg(_ title: String, epochs standard: Int, isSearch: Bool = false) -> CompressionLeg {
        CompressionLeg(
            title: title, epochs: epochs ?? standard, learningRate: learningRate.map { Float($0) },
            freezesNormalization: freezesNormalization, isSearch: isSearch)
    }
}
