import RanvierTensors

/// Number, range, mean and deviation of the values of each group (channel, feature, or all) over the samples of a set.
///
/// A row that several windows share counts once; what is missing (NaN) does not count. Sums are of differences from a value of
/// the group, in double precision, over parts whose borders depend on the samples alone, so that a large offset takes nothing
/// away and threads change nothing.
struct ChannelMoments {
    /// Numbers of each group that are there.
    private(set) var counts: [Double]
    /// Smallest and largest number of each group; infinite where there is none.
    private(set) var minima: [Double]
    private(set) var maxima: [Double]
    /// Mean of each group; 0 where no number is there.
    private(set) var means: [Double]
    /// Standard deviation of each group, of the population.
    private(set) var deviations: [Double]

    /// Elements of a part.
    private static let partSize = 1 << 20

    private struct Sums {
        var counts, sums, squares, minima, maxima: [Double]

        init(groups: Int) {
            counts = Array(repeating: 0, count: groups)
            (sums, squares) = (counts, counts)
            minima = Array(repeating: .infinity, count: groups)
            maxima = Array(repeating: -.infinity, count: groups)
        }
    }

    /// Looks at all values; `groups` divides the values of a sample.
    init(_ dataset: Dataset, groups: Int) {
        let parts = Self.parts(
            of: Self.ranges(of: dataset, groups: groups), groups: groups)
        let bases = Self.bases(of: dataset, groups: groups)
        let first = Self.sums(of: dataset.storage, parts, groups: groups, bases: bases)
        (counts, minima, maxima) = (first.counts, first.minima, first.maxima)
        means = (0..<groups).map {
            first.counts[$0] > 0 ? bases[$0] + first.sums[$0] / first.counts[$0] : 0
        }
        // Around the mean itself, whatever value came first.
        let second = Self.sums(of: dataset.storage, parts, groups: groups, bases: means)
        deviations = (0..<groups).map { group in
            guard first.minima[group] < first.maxima[group] else { return 0 }
            let count = second.counts[group], rest = second.sums[group] / count
            return max(second.squares[group] / count - rest * rest, 0).squareRoot()
        }
    }

    private static func sums(
        of storage: SampleStorage, _ parts: [[Range<Int>]], groups: Int, bases: [Double]
    ) -> Sums {
        var partial = [Sums](repeating: Sums(groups: groups), count: parts.count)
        partial.withUnsafeMutableBufferPointer { partial in
            let results = PartAddress(base: partial.baseAddress)
            Parallel.forEach(parts: parts.count) { index in
                var sums = Sums(groups: groups)
                for range in parts[index] {
                    add(range, of: storage, groups: groups, bases: bases, to: &sums)
                }
                results.base?[index] = sums
            }
        }
        var all = Sums(groups: groups)
        for part in partial {
            for group in 0..<groups {
                all.counts[group] += part.counts[group]
                all.sums[group] += part.sums[group]
                all.squares[group] += part.squares[group]
                all.minima[group] = min(all.minima[group], part.minima[group])
                all.maxima[group] = max(all.maxima[group], part.maxima[group])
            }
        }
        return all
    }

    /// Where the values lie, each place once if groups do not depend on the sample that it belongs to.
    private static func ranges(of dataset: Dataset, groups: Int) -> [Range<Int>] {
        let size = dataset.featureCount
        let channels = dataset.featureShape.last ?? 1
        guard groups <= channels else { return dataset.starts.map { $0..<$0 + size } }
        var ranges: [Range<Int>] = []
        for start in dataset.starts.sorted() {
            if let last = ranges.last, start <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, start + size)
            } else {
                ranges.append(start..<start + size)
            }
        }
        return ranges
    }

    /// Ranges cut into parts of about the same size, at multiples of what all groups divide.
    private static func parts(of ranges: [Range<Int>], groups: Int) -> [[Range<Int>]] {
        var parts: [[Range<Int>]] = [], open: [Range<Int>] = [], size = 0
        let most = max(partSize / groups, 1) * groups
        for range in ranges {
            var start = range.lowerBound
            while start < range.upperBound {
                let end = min(start + most, range.upperBound)
                open.append(start..<end)
                size += end - start
                start = end
                if size >= partSize {
                    parts.append(open)
                    (open, size) = ([], 0)
                }
            }
        }
        return open.isEmpty ? parts : parts + [open]
    }

    /// A number of each group.
    private static func bases(of dataset: Dataset, groups: Int) -> [Double] {
        var bases = [Double](repeating: .nan, count: groups), open = groups
        for start in dataset.starts where open > 0 {
            for place in 0..<dataset.featureCount where bases[place % groups].isNaN {
                let number = dataset.storage.number(at: start + place)
                if !number.isNaN {
                    bases[place % groups] = number
                    open -= 1
                }
            }
        }
        return bases.map { $0.isNaN ? 0 : $0 }
    }

    private static func add(
        _ range: Range<Int>, of storage: SampleStorage, groups: Int, bases: [Double],
        to sums: inout Sums
    ) {
        switch storage {
        case .floats(let values):
            values.withUnsafeBufferPointer { values in
                add(range, groups, bases, to: &sums) { index, _ in Double(values[index]) }
            }
        case .shifted(let values, let shifts):
            values.withUnsafeBufferPointer { values in
                add(range, groups, bases, to: &sums) { index, _ in
                    Double(values[index]) + shifts[index % shifts.count]
                }
            }
        case .bytes:
            add(range, groups, bases, to: &sums) { index, _ in storage.number(at: index) }
        }
    }

    @inline(__always)
    private static func add(
        _ range: Range<Int>, _ groups: Int, _ bases: [Double], to sums: inout Sums,
        number: (_ index: Int, _ group: Int) -> Double
    ) {
        var group = 0
        for index in range {
            let value = number(index, group)
            if !value.isNaN {
                let difference = value - bases[group]
                sums.counts[group] += 1
                sums.sums[group] += difference
                sums.squares[group] += difference * difference
                if value < sums.minima[group] { sums.minima[group] = value }
                if value > sums.maxima[group] { sums.maxima[group] = value }
            }
            group += 1
            if group == groups { group = 0 }
        }
    }
}

/// An address whose users write to places of their own.
private struct PartAddress<Element>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Element>?
}
