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

    /// A part that is drawn by chance, in the order of the whole: each class keeps its share, and every class has at least one
    /// sample while there is room.
    public func sample(_ most: Int, seed: UInt64) -> Dataset {
        guard most < count else { return self }
        let stream = RandomStream(seed: seed, name: "limit")
        guard !labels.isEmpty else {
            return subset(stream.permutation(count: count).prefix(most).sorted())
        }
        let groups = labels.indices.reduce(into: [[Int]](repeating: [], count: classCount)) {
            $0[labels[$1]].append($1)
        }
        let present = groups.indices.filter { !groups[$0].isEmpty }
        // Largest remainders, so that the shares add up.
        let shares = present.map { Double(most * groups[$0].count) / Double(count) }
        var sizes = shares.map { Swift.max(Int($0), most >= present.count ? 1 : 0) }
        var order = present.indices.sorted {
            (shares[$1] - Double(sizes[$1]), $0) < (shares[$0] - Double(sizes[$0]), $1)
        }
        while sizes.reduce(0, +) > most,
            let place = sizes.indices.max(by: { sizes[$0] < sizes[$1] })
        {
            sizes[place] -= 1
        }
        while sizes.reduce(0, +) < most, let place = order.first {
            order.removeFirst()
            if sizes[place] < groups[present[place]].count {
                sizes[place] += 1
                order.append(place)
            }
        }
        var chosen: [Int] = []
        for (place, number) in present.enumerated() {
            let own = stream.substream(number).permutation(count: groups[number].count)
            chosen += own.prefix(sizes[place]).map { groups[number][$0] }
        }
        return subset(chosen.sorted())
    }
}
