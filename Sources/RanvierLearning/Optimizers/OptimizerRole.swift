import RanvierConfiguration

/// An optimiser as configurations say it.
///
///     struct Signs: OptimizerChoice {
///         var learningRate: Float = 1e-3
///         static let kind = "signs"
///         static let schema = Schema<Signs> {
///             Field.number("learning-rate", \.learningRate, in: .positive)
///         }
///         var optimizer: any Optimizer { SignDescent(learningRate: learningRate) }
///     }
///     registry.add(OptimizerKind(Signs.self))
public protocol OptimizerChoice: Configurable {
    /// Word for the optimiser in configurations.
    static var kind: String { get }
    /// The optimiser before its first step.
    var optimizer: any Optimizer { get }
}

/// What moves parameters against their gradients.
public enum OptimizerRole: Role {
    /// An optimiser's options.
    public typealias Value = any OptimizerChoice
    /// `optimizer`.
    public static let name = "optimizer"
    /// The optimiser's kind and keys.
    public static func element(of value: any OptimizerChoice) -> Element {
        Element(type(of: value).kind, value.configurationValue)
    }
}

/// A kind of optimiser.
public typealias OptimizerKind = Kind<OptimizerRole>

extension Kind where R == OptimizerRole {
    /// The kind of a type.
    public init<O: OptimizerChoice>(_ type: O.Type) {
        self.init(O.kind, O.self) {
            $0
        } unwrap: {
            $0 as? O
        }
    }

    /// The optimisers that are built in.
    public static let standard: [OptimizerKind] = [
        OptimizerKind(AdamChoice.self), OptimizerKind(AdamWChoice.self),
        OptimizerKind(SGDChoice.self), OptimizerKind(AdaBeliefChoice.self),
    ]
}

/// `adam`: with coupled weight decay.
struct AdamChoice: OptimizerChoice {
    static let kind = "adam"
    var learningRate: Float = 1e-3
    var moments = Moments()
    var weightDecay: Float = 0

    static let schema = Schema<AdamChoice> {
        Field.number("learning-rate", \.learningRate, in: .positive)
        Field.part(\.moments)
        Field.number("weight-decay", \.weightDecay, in: 0...)
    }

    var optimizer: any Optimizer { moments.adam(learningRate, .coupled(weightDecay)) }
}

/// `adamw`: with decoupled weight decay.
struct AdamWChoice: OptimizerChoice {
    static let kind = "adamw"
    var learningRate: Float = 1e-3
    var moments = Moments()
    var weightDecay: Float = 1e-2

    static let schema = Schema<AdamWChoice> {
        Field.number("learning-rate", \.learningRate, in: .positive)
        Field.part(\.moments)
        Field.number("weight-decay", \.weightDecay, in: 0...)
    }

    var optimizer: any Optimizer { moments.adam(learningRate, .decoupled(weightDecay)) }
}

/// What both forms of Adam keep of gradients.
struct Moments: Configurable {
    var beta1: Float = 0.9
    var beta2: Float = 0.999
    var epsilon: Float = 1e-8

    static let schema = Schema<Moments> {
        // At 1 the moments would stay 0 and the step would be 0 / 0.
        Field.number("beta1", \.beta1, in: 0...0.999_999)
        Field.number("beta2", \.beta2, in: 0...0.999_999)
        Field.number("epsilon", \.epsilon, in: .positive)
    }

    func adam(_ learningRate: Float, _ decay: Adam.Decay) -> Adam {
        Adam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            decay: decay)
    }
}

/// `sgd`.
struct SGDChoice: OptimizerChoice {
    static let kind = "sgd"
    var learningRate: Float = 0.1
    var momentum: Float = 0.9
    var weightDecay: Float = 0
    var isNesterov = false

    static let schema = Schema<SGDChoice> {
        Field.number("learning-rate", \.learningRate, in: .positive)
        Field.number("momentum", \.momentum, in: 0...1)
        Field.number("weight-decay", \.weightDecay, in: 0...)
        Field.boolean("nesterov", \.isNesterov)
        Field.refusing("nesterov") {
            $0.isNesterov && $0.momentum == 0
        } because: { _ in
            "has no effect with momentum 0: there is nothing to look ahead along"
        } settle: {
            $0.isNesterov = false
        }
    }

    var optimizer: any Optimizer {
        SGD(
            learningRate: learningRate, momentum: momentum, weightDecay: weightDecay,
            isNesterov: isNesterov)
    }
}

/// `adabelief`.
struct AdaBeliefChoice: OptimizerChoice {
    static let kind = "adabelief"
    var learningRate: Float = 1e-3
    var rule = AdaBelief.Rule()
    var weightDecay: Float = 0

    static let schema = Schema<AdaBeliefChoice> {
        Field.number("learning-rate", \.learningRate, in: .positive)
        Field.number("beta1", \.rule.beta1, in: 0...0.999_999)
        Field.number("beta2", \.rule.beta2, in: 0...0.999_999)
        Field.choice("belief", \.rule.belief)
        Field.number("epsilon", \.rule.epsilon, in: .positive)
        Field.number("weight-decay", \.weightDecay, in: 0...)
    }

    var optimizer: any Optimizer {
        AdaBelief(learningRate: learningRate, rule: rule, weightDecay: weightDecay)
    }
}
