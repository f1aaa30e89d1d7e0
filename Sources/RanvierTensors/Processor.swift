import CRanvierKernels

/// What Ranvier's kernels know about this processor.
public enum Processor {
    /// A level of x86-64, as compilers name them.
    public enum Level: Int, Sendable, Comparable {
        /// Not x86-64: the portable kernels run.
        case other = 0
        /// SSE2.
        case baseline = 1
        /// AVX2.
        case v3 = 3
        /// AVX-512.
        case v4 = 4

        /// By capability.
        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// The level whose kernels were chosen when the program started.
    public static let level = Level(rawValue: Int(rnv_processor_level())) ?? .other
}
