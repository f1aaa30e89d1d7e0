import Foundation

/// What is left after rounds of pruning that each take the same share of what lives: `(1 − p)^k`.
///
/// Source: Frankle & Carbin 2019; 15 levels at p = 0.25 for spiking networks in Kim et al. 2022.
public struct DensitySchedule: Sendable, Hashable {
    /// Share that a round takes, p.
    public var rate: Double

    /// A schedule.
    public init(rate: Double) {
        precondition((0..<1).contains(rate), "a round takes 0 to less than all, not \(rate)")
        self.rate = rate
    }

    /// Density after k rounds; k = 0 is the dense network.
    public func density(after rounds: Int) -> Double { pow(1 - rate, Double(rounds)) }

    /// The fewest rounds after which at most a density is left.
    public func rounds(toReach density: Double) -> Int {
        precondition(density > 0 && density <= 1 && rate > 0, "\(density) is never reached")
        var rounds = 0
        while self.density(after: rounds) > density * (1 + 1e-12) { rounds += 1 }
        return rounds
    }
}
