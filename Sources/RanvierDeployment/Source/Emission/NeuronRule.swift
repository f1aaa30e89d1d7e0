/// One step of a neuron as lines of C, the same wherever its membrane lies.
struct NeuronRule {
    let stage: IntegerNeurons
    /// Largest size of u before it is saturated.
    let largest: Int
    /// Largest size of a membrane between steps.
    let largestKept: Int
    let saturates: Bool
    let prefix: String

    /// The rule for sums up to a size.
    init(_ stage: IntegerNeurons, bound: Int, sumsUpTo sum: Int, prefix: String) {
        self.stage = stage
        self.prefix = prefix
        let limit = 1 << (stage.stateBits - 1)
        if let levels = stage.levels {
            // Rounding to a level can add to a membrane at every step, so that only levels and saturation bound it.
            let heard = sum + (stage.recurrence?.largestSum ?? 0)
            let late = stage.reset == .softDelayed ? Int(stage.thresholds?.max() ?? 0) : 0
            let kept = min(
                Int(levels.largestCode) * Int(levels.step), limit + Int(levels.step))
            let first = stage.initial?.map { abs(Int($0)) }.max() ?? 0
            largest = max(kept + heard + late, first)
        } else {
            largest = bound
        }
        saturates = largest > limit - 1
        largestKept = min(largest, limit)
    }

    /// Type of a membrane between steps.
    var type: CInteger {
        saturates ? .signed((1 << (stage.stateBits - 1)) - 1) : .signed(largest)
    }

    /// Whether nothing is left of a membrane at the next step.
    var forgets: Bool {
        stage.levels == nil && [.shiftFloor(0), .shiftTowardsZero(0)].contains(stage.leak)
    }

    /// Whether the sums of a layer can be added to membranes where they lie: no input is lost to waiting, and the type that
    /// membranes are kept in holds u before it is saturated.
    var canSumInPlace: Bool {
        stage.refractorySteps == 0 && !isWide && CInteger.signed(largest) == type
    }

    private var isWide: Bool { largest > Int(Int32.max) }

    /// Lines that take `v` from one step to the next and leave `u` and, of neurons that fire, `spike`.
    ///
    /// - Parameters:
    ///   - current: what is added, an expression.
    ///   - threshold: an expression.
    ///   - last: 1 where the last step brought a spike.
    ///   - own: the weight of a neuron's own spikes, an expression.
    ///   - waiting: steps that are to be waited, a place.
    ///   - isSummed: whether `v` has leaked and holds the sums already.
    func lines(
        current: String, threshold: String, last: String = "last", own: String? = nil,
        waiting: String = "waiting", isSummed: Bool = false
    ) -> [String] {
        let (before, kept) = isSummed ? ([], "v") : keptLines()
        var update = before
        var sum = kept + (current == "0" ? "" : " + \(current)")
        if let own { sum += " + (\(last) != 0U ? \(own) : 0)" }
        if stage.reset == .softDelayed && stage.thresholds != nil {
            sum += " - (\(last) != 0U ? \(threshold) : 0)"
        }
        if isWide {
            update += ["int64_t sum = (int64_t)\(sum);"] + saturation("sum") + ["u = (int32_t)sum;"]
        } else {
            update += ["u = \(sum);"] + (saturates ? saturation("u") : [])
        }
        guard stage.thresholds != nil else { return ["int32_t u;"] + scoped(update) + ["v = u;"] }
        let compare = stage.comparison == .atLeast ? ">=" : ">"
        update += ["spike = u \(compare) \(threshold) ? 1U : 0U;"]
        let after: String =
            switch stage.reset {
            case .hard: "v = spike != 0U ? 0 : u;"
            case .soft: "v = spike != 0U ? u - \(threshold) : u;"
            case .softDelayed: "v = u;"
            }
        if stage.refractorySteps > 0 {
            return ["int32_t u = v;", "uint32_t spike = 0U;", "if (\(waiting) != 0U) {"]
                + ["\(waiting)--;", "} else {"] + update
                + ["if (spike != 0U) {", "\(waiting) = \(stage.refractorySteps)U;", "}", "}"]
                + [after]
        }
        return ["int32_t u;", "uint32_t spike;"] + scoped(update) + [after]
    }

    /// Lines in braces where they declare something.
    private func scoped(_ lines: [String]) -> [String] {
        lines.count > 2 ? ["{"] + lines + ["}"] : lines
    }

    private func saturation(_ place: String) -> [String] {
        let limits = stage.limits
        return [
            "if (\(place) > \(limits.upperBound)) {", "\(place) = \(limits.upperBound);",
            "} else if (\(place) < \(CInteger.literal(Int(limits.lowerBound)))) {",
            "\(place) = \(CInteger.literal(Int(limits.lowerBound)));", "}",
        ]
    }

    // MARK: - Leaks

    /// What the leak and the levels leave of `v`: lines, and an expression.
    func keptLines() -> (before: [String], kept: String) {
        if let levels = stage.levels { return levelLines(levels) }
        switch stage.leak {
        case .none: return ([], "v")
        case .shiftFloor(0), .shiftTowardsZero(0): return ([], "0")
        case .shiftFloor(let shift):
            // A shift of v + 2^31 rounds down for both signs, and its result is defined.
            return (
                [],
                "(v - ((int32_t)(((uint32_t)v ^ 0x80000000U) >> \(shift)) - \(1 << (31 - shift))))"
            )
        case .shiftTowardsZero(let shift):
            return ([], "(v >= 0 ? v - (v >> \(shift)) : v + (-v >> \(shift)))")
        case .multiply(let loss):
            let factor = 4096 - loss
            let type = largestKept * factor < 1 << 32 ? "uint32_t" : "uint64_t"
            return (
                [],
                "(v >= 0 ? (int32_t)(((\(type))v * \(factor)U) >> 12) "
                    + ": -(int32_t)(((\(type))(-v) * \(factor)U) >> 12))"
            )
        }
    }

    private func levelLines(_ levels: IntegerNeurons.Levels) -> (before: [String], kept: String) {
        let share = stage.leak.share
        let unit = Int64(levels.step) * share.denominator
        let isNarrow =
            Int64(largestKept) * max(share.numerator, 1) + 2 * unit <= Int64(Int32.max)
        let type = isNarrow ? "int32_t" : "int64_t"
        func literal(_ value: Int64) -> String { isNarrow ? "\(value)" : "INT64_C(\(value))" }
        let shift = unit & (unit - 1) == 0 ? unit.trailingZeroBitCount : nil
        func divided(_ value: String) -> String {
            shift.map { "(\(value)) >> \($0)" } ?? "(\(value)) / \(literal(unit))"
        }
        let up =
            levels.roundsUp
            ? "rest > 0"
            : "2 * rest > \(literal(unit)) || (2 * rest == \(literal(unit)) && code % 2 != 0)"
        let limit = levels.largestCode
        let lines = [
            "const \(type) above = (\(type))v * \(literal(share.numerator));",
            "\(type) code = above >= 0 ? \(divided("above")) "
                + ": -(\(divided("-above + \(literal(unit - 1))")));",
            "const \(type) rest = above - code * \(literal(unit));",
            "if (\(up)) {", "code++;", "}",
            "if (code > \(limit)) {", "code = \(limit);", "} else if (code < -\(limit)) {",
            "code = -\(limit);", "}",
        ]
        return (
            lines,
            isWide
                ? "(code * \(literal(Int64(levels.step))))"
                : "(int32_t)(code * \(literal(Int64(levels.step))))"
        )
    }
}
