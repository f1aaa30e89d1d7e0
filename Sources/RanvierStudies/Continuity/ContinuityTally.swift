import RanvierExact
import RanvierReports

/// How smooth the output times of one kind of network were along all sweeps.
package struct ContinuityTally: Encodable, Sendable {
    /// The kind of network.
    package let model: String
    /// How it was trained.
    package let training: String
    /// Number of sweeps.
    package private(set) var sweeps = 0
    /// Sweeps with at least one jump.
    package private(set) var sweepsWithJumps = 0
    /// Number of jumps above the size asked for.
    package private(set) var jumps = 0
    /// Number of jumps above a tenth of a time constant, far above a clock's step.
    package private(set) var largeJumps = 0
    /// Largest jump, in time constants.
    package private(set) var largestJump = 0.0
    /// Largest slope, in time constants per unit of distance; nil for a function of steps.
    package private(set) var largestSlope: Double?
    /// Places where the slope jumps; nil for a function of steps.
    package private(set) var kinks: Int?

    /// Sizes of all jumps.
    package private(set) var jumpSizes: [Double] = []
    /// A sweep to draw: the one with the largest jump, or the first.
    package private(set) var example: ContinuityExample?

    private enum CodingKeys: CodingKey {
        case model, training, sweeps, sweepsWithJumps, jumps, largeJumps, largestJump
        case largestSlope, kinks
    }

    package init(model: String, training: String) {
        self.model = model
        self.training = training
    }

    /// Adds a sweep, with the largest slope right beside its jumps.
    package mutating func add(_ sweep: DirectionSweep, slopeBesideJumps: Double) {
        add(sizes: sweep.jumps.map(\.size)) {
            ContinuityExample(
                positions: sweep.positions, values: sweep.values,
                breaks: sweep.jumps.map { ($0.position, $0.output, $0.size) })
        }
        largestSlope = max(largestSlope ?? 0, sweep.largestSlope, slopeBesideJumps)
        kinks = (kinks ?? 0) + sweep.kinks.count
    }

    /// Adds a sweep of a function that is constant between steps: every difference is a jump.
    package mutating func add(
        steps values: [[Double]], at positions: [Double], jumpsAbove size: Double
    ) {
        var sizes: [Double] = []
        var breaks: [(position: Double, output: Int, size: Double)] = []
        for k in 1..<values.count {
            for output in values[k].indices {
                let jump = abs(values[k][output] - values[k - 1][output])
                guard jump > size else { continue }
                sizes.append(jump)
                breaks.append((positions[k], output, jump))
            }
        }
        add(sizes: sizes) {
            ContinuityExample(positions: positions, values: values, breaks: breaks)
        }
    }

    private mutating func add(sizes: [Double], example make: () -> ContinuityExample) {
        sweeps += 1
        sweepsWithJumps += sizes.isEmpty ? 0 : 1
        jumps += sizes.count
        largeJumps += sizes.count { $0 > 0.1 }
        jumpSizes += sizes
        let largest = sizes.max() ?? 0
        if example == nil || largest > largestJump { example = make() }
        largestJump = max(largestJump, largest)
    }
}

/// Output times along one sweep.
package struct ContinuityExample: Sendable {
    /// How far along the direction.
    package let positions: [Double]
    /// `[position][output]` first spike times.
    package let values: [[Double]]
    /// Where which output jumps, and how far.
    package let breaks: [(position: Double, output: Int, size: Double)]

    /// A curve per output, with gaps where it jumps far.
    package var series: [LineChart.Series] {
        values[0].indices.map { output in
            let own = breaks.filter { $0.output == output && $0.size > 0.1 }.map(\.position)
            var points: [(x: Double, y: Double)] = []
            for (x, times) in zip(positions, values) {
                if let last = points.last, own.contains(where: { last.x < $0 && $0 <= x }) {
                    points.append((.nan, .nan))
                }
                points.append((x, times[output]))
            }
            return LineChart.Series(name: "Output \(output + 1)", points: points)
        }
    }
}
