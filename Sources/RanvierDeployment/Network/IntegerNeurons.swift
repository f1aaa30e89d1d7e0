/// Neurons of integers.
///
///     u[t] = sat_B(leak(v[t−1]) + I[t] + R s[t−1]),   s[t] = (u[t] ≥ θ)   (or >)
///     v[t] = 0 where s[t] = 1, else u[t]              hard reset
///     v[t] = u[t] − θ s[t]                            soft reset
///     v[t] = u[t],   u[t+1] −= θ s[t] unleaked        delayed soft reset
///
/// `I` and `R s` are added before the one saturation. For some steps after a spike, where a refractory period is asked for, the
/// membrane is held, its input is lost and no spike comes. Neurons without thresholds never fire and hand on `v`: integrators.
public struct IntegerNeurons: Sendable, Hashable {
    /// How membranes decay from one step to the next.
    public enum Leak: Sendable, Hashable {
        /// Not at all.
        case none
        /// `v − (v >> k)`, an arithmetic shift: rounded down.
        case shiftFloor(Int)
        /// `v − sgn(v) (|v| >> k)`.
        case shiftTowardsZero(Int)
        /// `sgn(v) ((|v| (4096 − d)) >> 12)`.
        case multiply(Int)
    }

    /// What a spike does to the membrane.
    public enum Reset: String, Sendable, Hashable, CaseIterable {
        /// It becomes 0.
        case hard
        /// θ is subtracted.
        case soft
        /// θ is subtracted a step later, unleaked.
        case softDelayed = "soft-delayed"
    }

    /// When a membrane at the threshold fires.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// `u ≥ θ`.
        case atLeast = "at-least"
        /// `u > θ`.
        case above
    }

    /// What neurons hear of their own layer's last spikes.
    public enum Recurrence: Sendable, Hashable {
        /// Weights `[N, N]` from neuron to neuron.
        case allToAll(IntegerWeights)
        /// A weight of its own for each channel.
        case oneToOne(IntegerWeights)

        /// The weights.
        public var weights: IntegerWeights {
            switch self {
            case .allToAll(let weights), .oneToOne(let weights): weights
            }
        }
    }

    /// Few levels that membranes are kept on between steps: `s clip(round(x / s), −Q, Q)` of what the leak leaves.
    public struct Levels: Sendable, Hashable {
        /// Distance s of two levels.
        public var step: Int32
        /// Bits of a level, Q = 2^(bits−1) − 1.
        public var bits: Int
        /// Whether it is rounded up; else to the nearest, half to even.
        public var roundsUp: Bool

        /// Levels.
        public init(step: Int32, bits: Int, roundsUp: Bool) {
            self.step = step
            self.bits = bits
            self.roundsUp = roundsUp
        }

        /// The largest level's number Q.
        public var largestCode: Int32 { 1 << (bits - 1) - 1 }
    }

    /// Name of the layer.
    public let name: String
    /// Shape of the neurons, channels last.
    public let shape: [Int]
    /// θ for each channel; nil for integrators.
    public let thresholds: [Int32]?
    /// v before the first step for each channel; nil for 0.
    public let initial: [Int32]?
    /// How membranes decay.
    public let leak: Leak
    /// What a spike does.
    public let reset: Reset
    /// When a membrane at the threshold fires.
    public let comparison: Comparison
    /// Bits B of a membrane, 8 to 32; u is kept within `−2^(B−1) … 2^(B−1) − 1`.
    public let stateBits: Int
    /// Steps after a spike without another.
    public let refractorySteps: Int
    /// Levels that membranes are kept on; nil for all.
    public let levels: Levels?
    /// What neurons hear of their own layer; nil for nothing.
    public let recurrence: Recurrence?
    /// Whether membranes are handed on rather than spikes: `u`, before the reset.
    public let givesMembrane: Bool

    /// Neurons of a layer.
    ///
    /// - Throws: ``IntegerNetworkError`` for numbers that do not fit each other.
    public init(
        name: String, shape: [Int], thresholds: [Int32]?, initial: [Int32]? = nil,
        leak: Leak = .none, reset: Reset = .soft, comparison: Comparison = .atLeast,
        stateBits: Int = 32, refractorySteps: Int = 0, levels: Levels? = nil,
        recurrence: Recurrence? = nil, givesMembrane: Bool = false
    ) throws(IntegerNetworkError) {
        func require(
            _ isRight: Bool, _ what: String, _ expected: String, _ found: String
        ) throws(IntegerNetworkError) {
            guard !isRight else { return }
            throw .layer(name: name, what: what, expected: expected, found: found)
        }
        try require(
            !shape.isEmpty && shape.allSatisfy { $0 > 0 }, "shape", "positive sizes", "\(shape)")
        let channels = shape[shape.count - 1], count = shape.reduce(1, *)
        for (what, numbers) in [("thresholds", thresholds), ("first membranes", initial)] {
            try require(
                numbers.map { $0.count == channels } ?? true, what, "\(channels), one a channel",
                "\(numbers?.count ?? 0)")
        }
        let limits = Self.limits(bits: stateBits)
        try require((8...32).contains(stateBits), "bits of a membrane", "8 to 32", "\(stateBits)")
        for threshold in thresholds ?? [] {
            try require(
                threshold > 0 && limits.contains(threshold), "thresholds",
                "1 to \(limits.upperBound) (\(stateBits) bits)", "\(threshold)")
        }
        for membrane in initial ?? [] {
            try require(
                limits.contains(membrane), "first membranes",
                "\(limits.lowerBound) to \(limits.upperBound)", "\(membrane)")
        }
        switch leak {
        case .none: break
        case .shiftFloor(let shift), .shiftTowardsZero(let shift):
            try require((0...30).contains(shift), "shift of the leak", "0 to 30", "\(shift)")
        case .multiply(let loss):
            try require((0...4096).contains(loss), "loss of the leak", "0 to 4096", "\(loss)")
        }
        try require(
            (0...255).contains(refractorySteps), "refractory steps", "0 to 255",
            "\(refractorySteps)")
        if let levels {
            try require(
                levels.step >= 1 && (2...16).contains(levels.bits), "levels of the membrane",
                "a step of at least 1 and 2 to 16 bits", "\(levels.step) and \(levels.bits)")
        }
        if let recurrence {
            let expected: [Int] =
                switch recurrence {
                case .allToAll: [count, count]
                case .oneToOne: [channels]
                }
            try require(
                recurrence.weights.shape == expected, "recurrent weights", "\(expected)",
                "\(recurrence.weights.shape)")
            try require(thresholds != nil, "recurrent weights", "neurons that spike", "integrators")
        }
        try require(
            thresholds != nil || (refractorySteps == 0 && levels == nil), "integrators",
            "no refractory steps and no levels", "some")
        self.name = name
        self.shape = shape
        self.thresholds = thresholds
        self.initial = initial.flatMap { $0.allSatisfy { $0 == 0 } ? nil : $0 }
        self.leak = leak
        self.reset = reset
        self.comparison = comparison
        self.stateBits = stateBits
        self.refractorySteps = refractorySteps
        self.levels = levels
        self.recurrence = recurrence
        self.givesMembrane = givesMembrane || thresholds == nil
    }

    /// Neurons.
    public var count: Int { shape.reduce(1, *) }
    /// Channels, the last axis.
    public var channels: Int { shape[shape.count - 1] }
    /// What u is kept within.
    public var limits: ClosedRange<Int32> { Self.limits(bits: stateBits) }

    private static func limits(bits: Int) -> ClosedRange<Int32> {
        let half = Int64(1) << (bits - 1)
        return Int32(clamping: -half)...Int32(clamping: half - 1)
    }
}
