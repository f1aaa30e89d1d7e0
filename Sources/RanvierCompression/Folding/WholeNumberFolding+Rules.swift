extension WholeNumberFolding {
    /// What sums and membranes are proven for.
    public enum Arithmetic: Sendable, Hashable {
        /// The folded model computes exactly, in single precision.
        case singlePrecision
        /// Whole numbers of 32 bits compute exactly, which the folded model is only on its way to: it may round.
        case integers
    }

    /// What comes in.
    public enum Input: Sendable, Hashable {
        /// Values from 0 to 1 as numbers from 0 to `levels`.
        case levels(Int)
        /// Values of either sign as numbers from −`largest` to `largest`, where 1 counts `levels`.
        case signed(levels: Int, largest: Int)
        /// Zeros and ones.
        case spikes
    }

    /// What becomes of leaks.
    public enum LeakRule: String, Sendable, Hashable, CaseIterable {
        /// A shift; only those that are one.
        case exact
        /// The nearest shift, which changes the network.
        case nearestShift = "nearest-shift"
        /// A shift where it is one, else a product with 12 bits, `sgn(v) ((|v| m) >> 12)`: for devices with a multiplier.
        case multiply
    }

    /// What becomes of delays between two steps.
    public enum DelayRule: String, Sendable, Hashable, CaseIterable {
        /// They are refused.
        case exact
        /// The nearest step, which changes the network.
        case nearestStep = "nearest-step"
    }

    /// What becomes of the scale of recurrent weights, which add to the same membranes as the weights before the neurons.
    public enum RecurrenceRule: String, Sendable, Hashable, CaseIterable {
        /// A multiple of the scale of those weights, or of a small part of it; only those that are one.
        case exact
        /// The nearest such multiple, up to one part in 64 away, which changes the network.
        case nearestMultiple = "nearest-multiple"
    }
}
