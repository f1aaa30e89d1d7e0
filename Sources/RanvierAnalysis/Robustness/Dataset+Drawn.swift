import RanvierData
import RanvierTensors

extension Dataset {
    /// At most so many samples, drawn by chance: of each class in proportion to its share, at least one of each where there is
    /// room. In the order of the whole; the same for the same seed.
    package func drawn(_ count: Int, seed: UInt64) -> Dataset {
        guard count < self.count else { return self }
        let stream = RandomStream(seed: seed, name: "drawn samples")
        let groups: [[Int]] =
            labels.isEmpty
            ? [Array(0..<self.count)]
            : labels.indices.reduce(into: [[Int]](repeating: [], count: classCount)) {
                $0[labels[$1]].append($1)
            }
        let shares = groups.map { Double(count) * Double($0.count) / Double(self.count) }
        let filled = groups.indices.filter { !groups[$0].isEmpty }
        var sizes = shares.map { Int($0) }
        if count >= filled.count { for group in filled { sizes[group] = max(sizes[group], 1) } }
        // What rounding left goes to the largest remainders; what the least took comes from the largest groups.
        let byRemainder = filled.sorted {
            (shares[$1] - shares[$1].rounded(.down), $0) < (
                shares[$0] - shares[$0].rounded(.down), $1
            )
        }
        var next = 0
        while sizes.reduce(0, +) < count {
            let group = byRemainder[next % byRemainder.count]
            if sizes[group] < groups[group].count { sizes[group] += 1 }
            next += 1
        }
        while sizes.reduce(0, +) > count {
            guard let largest = sizes.indices.max(by: { sizes[$0] < sizes[$1] }) else { break }
            sizes[largest] -= 1
        }
        let chosen = groups.indices.flatMap { group in
            stream.substream(group).permutation(count: groups[group].count)
                .prefix(sizes[group]).map { groups[group][$0] }
        }
        return subset(chosen.sorted())
    }
}
