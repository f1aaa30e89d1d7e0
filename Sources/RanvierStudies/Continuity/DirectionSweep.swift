import RanvierExact

/// How smooth a function of one parameter is: its jumps, its kinks and its steepest place.
///
/// The function is sampled on a grid. Where neighbours differ by more than `size` the interval is halved
/// towards the larger difference until it is 10⁻⁹ of the range or so; a difference that stays is a jump.
/// Slopes are treated alike: a difference of slopes that stays is a kink.
public struct DirectionSweep: Sendable, Equatable {
    /// A place where the function jumps or bends.
    public struct Break: Sendable, Equatable {
        /// The parameter.
        public var position: Double
        /// Which of the function's values.
        public var output: Int
        /// Size of the jump of the value or of the slope.
        public var size: Double
    }

    /// The grid.
    public let positions: [Double]
    /// `[position][output]` values of the function.
    public let values: [[Double]]
    /// Jumps larger than the size asked for.
    public private(set) var jumps: [Break] = []
    /// Kinks: slopes that jump by more than the size asked for.
    public private(set) var kinks: [Break] = []
    /// Largest slope between neighbours without a jump.
    public private(set) var largestSlope = 0.0

    /// Largest jump, 0 if there is none.
    public var largestJump: Double { jumps.map(\.size).max() ?? 0 }

    /// Samples `function` at `count` places of `range`.
    ///
    /// - Parameters:
    ///   - size: smallest jump of a value that counts.
    ///   - kinkSize: smallest jump of a slope that counts, `.infinity` to leave kinks out.
    ///   - resolution: share of the range that intervals are halved down to.
    public init(
        over range: ClosedRange<Double>, count: Int, jumpsAbove size: Double,
        kinksAbove kinkSize: Double = .infinity, resolution: Double = 1e-10,
        of function: (Double) throws(ExactError) -> [Double]
    ) throws(ExactError) {
        precondition(count >= 2, "a sweep has at least two positions")
        let width = range.upperBound - range.lowerBound
        positions = (0..<count).map {
            range.lowerBound + width * Double($0) / Double(count - 1)
        }
        var values: [[Double]] = []
        for position in positions { values.append(try function(position)) }
        self.values = values
        for k in 1..<count {
            let a = positions[k - 1], b = positions[k]
            for output in values[k].indices {
                let found = try Self.refine(
                    a, b, values[k - 1][output], values[k][output], size: size,
                    until: width * resolution
                ) { (x: Double) throws(ExactError) in try function(x)[output] }
                if let found {
                    jumps.append(Break(position: found.at, output: output, size: found.size))
                } else {
                    let slope = abs(values[k][output] - values[k - 1][output]) / (b - a)
                    largestSlope = max(largestSlope, slope)
                }
            }
        }
        guard kinkSize < .infinity else { return }
        try findKinks(width: width, size: kinkSize, function)
    }

    private mutating func findKinks(
        width: Double, size: Double, _ function: (Double) throws(ExactError) -> [Double]
    ) throws(ExactError) {
        let reach = width * 1e-6
        func slopes(_ x: Double) throws(ExactError) -> [Double] {
            let right = try function(x + reach), left = try function(x - reach)
            return zip(right, left).map { ($0 - $1) / (2 * reach) }
        }
        // Inside the range, so that the function is not asked for values beyond it.
        let inner = positions.dropFirst().dropLast()
        guard var last = inner.first else { return }
        var lastSlopes = try slopes(last)
        for position in inner.dropFirst() {
            let here = try slopes(position)
            for output in here.indices {
                let nearJump = jumps.contains {
                    $0.output == output && $0.position >= last - reach
                        && $0.position <= position + reach
                }
                guard !nearJump else { continue }
                let found = try Self.refine(
                    last, position, lastSlopes[output], here[output], size: size,
                    until: 4 * reach
                ) { (x: Double) throws(ExactError) in try slopes(x)[output] }
                if let found {
                    kinks.append(Break(position: found.at, output: output, size: found.size))
                }
            }
            (last, lastSlopes) = (position, here)
        }
    }

    /// Halves an interval towards the larger difference; nil once that falls to `size`.
    private static func refine(
        _ a: Double, _ b: Double, _ fa: Double, _ fb: Double, size: Double, until width: Double,
        _ function: (Double) throws(ExactError) -> Double
    ) throws(ExactError) -> (at: Double, size: Double)? {
        var (a, b, fa, fb) = (a, b, fa, fb)
        while abs(fb - fa) > size {
            if b - a <= width { return ((a + b) / 2, abs(fb - fa)) }
            let middle = (a + b) / 2, value = try function(middle)
            if abs(value - fa) > abs(fb - value) {
                (b, fb) = (middle, value)
            } else {
                (a, fa) = (middle, value)
            }
        }
        return nil
    }
}
