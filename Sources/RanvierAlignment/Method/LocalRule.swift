import RanvierConfiguration
import RanvierLearning

/// A rule by which a clocked network learns from what its synapses can know, as configurations say it.
///
///     struct Mine: LocalRule {
///         var rate = 0.1
///         static let kind = "mine"
///         static let schema = Schema<Mine> { Field.number("rate", \.rate, in: .positive) }
///         func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner { … }
///     }
///     registry.add(LocalRuleKind(Mine.self))
public protocol LocalRule: Configurable {
    /// Word for the rule in configurations.
    static var kind: String { get }

    /// What learns by the rule, before its first step.
    ///
    /// - Throws: ``AlignmentError`` where the rule cannot teach a layer of the network.
    func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner
}

/// A rule of local learning.
public enum LocalRuleRole: Role {
    /// The rule's options.
    public typealias Value = any LocalRule
    /// `rule`.
    public static let name = "rule"
    /// The rule's kind and keys.
    public static func element(of value: any LocalRule) -> Element {
        Element(type(of: value).kind, value.configurationValue)
    }
}

/// A kind of rule.
public typealias LocalRuleKind = Kind<LocalRuleRole>

extension Kind where R == LocalRuleRole {
    /// The kind of a type.
    public init<Rule: LocalRule>(_ type: Rule.Type) {
        self.init(Rule.kind, Rule.self) {
            $0
        } unwrap: {
            $0 as? Rule
        }
    }
}
