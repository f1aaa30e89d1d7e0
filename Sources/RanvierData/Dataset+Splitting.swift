import RanvierFormats
import RanvierTensors

extension Dataset {
    /// Two disjoint parts, the same for the same seed.
    ///
    /// - Parameters:
    ///   - validationFraction: share of samples in the second part, between 0 and 1.
    ///   - seed: what decides which samples.
    ///   - isStratified: whether each class is split by itself, so that both parts have its share of it.
    /// - Returns: both parts, each in the order of the whole.
    public func split(
        validationFraction: Double, seed: UInt64, isStratified: Bool = true
    ) throws(DataError) -> (training: Dataset, validation: Dataset) {
        guard validationFraction >= 0, validationFraction < 1 else {
            throw DataError(
                .invalidParameter, at: "\(name), validation fraction",
                expected: "a number from 0 to below 1", found: "\(validationFraction)",
                advice: "0.1 is usual")
        }
        let stream = RandomStream(seed: seed, name: "split")
        let groups: [[Int]] =
            isStratified && !labels.isEmpty
            ? labels.indices.reduce(into: [[Int]](repeating: [], count: classCount)) {
                $0[labels[$1]].append($1)
            } : [Array(0..<count)]
        var isValidation = [Bool](repeating: false, count: count)
        for (number, group) in groups.enumerated() {
            let share = Int((validationFraction * Double(group.count)).rounded())
            let order = stream.substream(number).permutation(count: group.count)
            for position in order.prefix(share) { isValidation[group[position]] = true }
        }
        return (
            subset((0..<count).filter { !isValidation[$0] }, name: "\(name) training"),
            subset((0..<count).filter { isValidation[$0] }, name: "\(name) validation")
        )
    }
}
