import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks

/// A clocked network that learns by a local rule: `learning.rule` beside the keys of all clocked networks.
public struct LocalConfiguration: ClockedMethodConfiguration {
    /// `local`.
    public static let method = LocalLearning.name

    /// Network, encoding, training.
    public var clocked: ClockedConfiguration
    /// How it learns.
    public var rule: any LocalRule
    /// Whether each epoch holds the rule's changes against the gradient.
    public var comparesGradients: Bool

    /// Reads the keys `model`, `encoding`, `network`, `training` and `learning`.
    public init(_ root: ConfigurationSection) throws(ConfigurationError) {
        clocked = try ClockedConfiguration(root)
        let usual = SpikeTimingAlignment()
        let learning = try root.section("learning")
        rule = try learning.value("rule", of: LocalRuleRole.self, default: usual)
        comparesGradients = try learning.boolean("compare-gradients", default: true)
    }

    /// The method with a new network.
    public func makeMethod(
        for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry
    ) throws -> any LearningMethod {
        var method = try LocalLearning(
            clocked.makeTraining(for: data, seed: seed, registry: registry), rule: rule)
        method.comparesGradients = comparesGradients
        return method
    }
}
