extension IntegerNeurons.Leak {
    /// What a step leaves of a membrane.
    @inlinable
    public func kept(_ membrane: Int32) -> Int32 {
        switch self {
        case .none: membrane
        case .shiftFloor(let shift): membrane - (membrane >> Int32(shift))
        case .shiftTowardsZero(let shift):
            membrane >= 0
                ? membrane - (membrane >> Int32(shift))
                : Int32(clamping: Int64(membrane) + ((-Int64(membrane)) >> Int64(shift)))
        case .multiply(let loss):
            Int32(
                clamping: membrane >= 0
                    ? (Int64(membrane) * Int64(4096 - loss)) >> 12
                    : -((-Int64(membrane) * Int64(4096 - loss)) >> 12))
        }
    }

    /// What a step leaves, as a share `n / d`: exact where leaks are rounded to levels afterwards.
    var share: (numerator: Int64, denominator: Int64) {
        switch self {
        case .none: (1, 1)
        case .shiftFloor(let shift), .shiftTowardsZero(let shift):
            (Int64(1) << Int64(shift) - 1, Int64(1) << Int64(shift))
        case .multiply(let loss): (Int64(4096 - loss), 4096)
        }
    }
}

extension IntegerNeurons {
    /// What the leak, and the levels where there are some, leave of a membrane.
    @inlinable
    public func kept(_ membrane: Int32) -> Int32 {
        levels.map { onLevel(membrane, $0) } ?? leak.kept(membrane)
    }

    /// `s clip(round(β v / s), −Q, Q)` in exact arithmetic.
    @usableFromInline
    func onLevel(_ membrane: Int32, _ levels: Levels) -> Int32 {
        let share = leak.share
        let above = Int64(membrane) * share.numerator
        let unit = Int64(levels.step) * share.denominator
        // Rounded down, with what is left over.
        var code = above >= 0 ? above / unit : -((-above + unit - 1) / unit)
        let rest = above - code * unit
        if levels.roundsUp {
            if rest > 0 { code += 1 }
        } else if 2 * rest > unit || (2 * rest == unit && code % 2 != 0) {
            code += 1
        }
        let limit = Int64(levels.largestCode)
        return Int32(max(-limit, min(limit, code))) * levels.step
    }

    /// Whether a membrane fires.
    @inlinable
    public func fires(_ membrane: Int32, threshold: Int32) -> Bool {
        comparison == .atLeast ? membrane >= threshold : membrane > threshold
    }
}
