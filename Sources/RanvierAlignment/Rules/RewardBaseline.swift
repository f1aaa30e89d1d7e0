/// What a reward is held against: nothing, or its running mean.
///
///     M = R − r̄,     r̄ ← r̄ + (R − r̄) / n
///
/// with n growing from 1 to the memory of the mean.
public struct RewardBaseline: Hashable, Sendable {
    /// Rewards that the mean goes back over; nil for no mean.
    public let memory: Int?
    /// r̄.
    public package(set) var mean = 0.0
    /// Rewards so far, up to the memory.
    public package(set) var count = 0

    /// A baseline before the first reward.
    public init(memory: Int?) {
        precondition(memory ?? 1 > 0, "a mean needs a reward")
        self.memory = memory
    }

    /// The third factor of a reward; the mean takes it up afterwards.
    public mutating func factor(_ reward: Double) -> Double {
        guard let memory else { return reward }
        let factor = count > 0 ? reward - mean : reward
        count = min(count + 1, memory)
        mean += (reward - mean) / Double(count)
        return factor
    }
}
