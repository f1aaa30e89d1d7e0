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

    /// Reads the keys `model`, `encoding`, `network`, `training` and `learning`.
    public init(_ root: ConfigurationSection) throws(ConfigurationError) {
        clocked = try ClockedConfiguration(root)
        let usual = SpikeTimingAlignment()
        rule = try root.section("learning").value(
            "rule", of: LocalRuleRole.self, default: usual)
    }

    /// The method with a new network.
    public func makeMethod(
        for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry
    ) throws -> any LearningMethod {
        try LocalLearning(
            clocked.makeTraining(for: data, seed: seed, registry: registry), rule: rule)
    }
}
