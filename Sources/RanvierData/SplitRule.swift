import RanvierConfiguration
import RanvierFormats
import RanvierTensors

/// Which samples go together when a data set is split.
public enum SplitRule: String, Sendable, Hashable, CaseIterable {
    /// Each sample by chance, each class by itself.
    case chance
    /// Whole files.
    case file
    /// Whole groups, as a column tells them apart.
    case group
    /// The last samples of each series, without those that overlap the first part.
    case time
}

extension Dataset {
    /// Two disjoint parts by a rule, the same for the same seed; each in the order of the whole.
    ///
    /// - Parameters:
    ///   - fraction: share of samples in the second part, above 0 and below 1.
    ///   - seed: what decides by chance.
    ///   - names: what is added to the name of each part.
    /// - Throws: ``DataError`` where a part would be empty or the samples have no series.
    public func split(
        fraction: Double, by rule: SplitRule, seed: UInt64, names: (String, String)
    ) throws(DataError) -> (first: Dataset, second: Dataset) {
        let isSecond: [Bool]
        switch rule {
        case .chance:
            let parts = try split(validationFraction: fraction, seed: seed)
            return (parts.training, parts.validation)
        case .file, .group: isSecond = try wholeSeries(fraction, rule, seed)
        case .time:
            guard series != nil else { throw noSeries(rule) }
            let (first, second) = lastOfEachSeries(fraction)
            return (
                subset(first, name: "\(name) \(names.0)"),
                subset(second, name: "\(name) \(names.1)")
            )
        }
        return (
            subset((0..<count).filter { !isSecond[$0] }, name: "\(name) \(names.0)"),
            subset((0..<count).filter { isSecond[$0] }, name: "\(name) \(names.1)")
        )
    }

    /// A rule for holding out samples for validation: what keeps whole series together needs two of them.
    func ruleForValidation(_ rule: SplitRule) -> SplitRule {
        switch rule {
        case .chance, .time: return rule
        case .file, .group:
            guard let series, Set(series.codes).count == 1 else { return rule }
            return series.length > 1 ? .time : .chance
        }
    }

    /// One of several parts of about the same size, and the rest; all of them together are the whole.
    ///
    /// - Parameters:
    ///   - fold: which part is the second, from 0.
    ///   - folds: number of parts.
    /// - Throws: ``DataError`` where there are fewer series than parts, or samples have no series.
    public func fold(
        _ fold: Int, of folds: Int, by rule: SplitRule, seed: UInt64
    ) throws(DataError) -> (first: Dataset, second: Dataset) {
        let stream = RandomStream(seed: seed, name: "folds")
        var part = [Int](repeating: 0, count: count)
        switch rule {
        case .chance:
            guard count >= folds else { throw tooFew(count, rule, needed: folds) }
            let groups: [[Int]] =
                labels.isEmpty
                ? [Array(0..<count)]
                : labels.indices.reduce(into: [[Int]](repeating: [], count: classCount)) {
                    $0[labels[$1]].append($1)
                }
            var next = 0
            for (number, group) in groups.enumerated() {
                for place in stream.substream(number).permutation(count: group.count) {
                    part[group[place]] = next % folds
                    next += 1
                }
            }
        case .file, .group:
            guard let series else { throw noSeries(rule) }
            let used = Set(series.codes).sorted()
            guard used.count >= folds else { throw tooFew(used.count, rule, needed: folds) }
            let order = stream.permutation(count: used.count)
            var partOfSeries: [Int32: Int] = [:]
            for (place, index) in order.enumerated() { partOfSeries[used[index]] = place % folds }
            part = series.codes.map { partOfSeries[$0] ?? 0 }
        case .time:
            guard series != nil else { throw noSeries(rule) }
            for own in samplesOfSeries {
                for (place, index) in own.enumerated() { part[index] = place * folds / own.count }
            }
        }
        let second = (0..<count).filter { part[$0] == fold }
        var first = (0..<count).filter { part[$0] != fold }
        if rule == .time { first = without(overlapWith: second, first) }
        return (
            subset(first, name: "\(name) training"), subset(second, name: "\(name) fold \(fold)")
        )
    }

    private func noSeries(_ rule: SplitRule) -> DataError {
        DataError(
            .invalidParameter, at: "\(name), split", expected: "samples that belong to a \(rule)",
            found: "rows of which no \(rule) is known",
            advice: "name a column of times or groups, or split by chance")
    }

    private func tooFew(_ found: Int, _ rule: SplitRule, needed: Int) -> DataError {
        DataError(
            .countMismatch, at: "\(name), split by \(rule)", expected: "at least \(needed) of them",
            found: "\(found)", advice: "split by time, or add data")
    }

    private func wholeSeries(
        _ fraction: Double, _ rule: SplitRule, _ seed: UInt64
    ) throws(DataError) -> [Bool] {
        guard let series else { throw noSeries(rule) }
        let used = Set(series.codes).sorted()
        guard used.count > 1 else { throw tooFew(used.count, rule, needed: 2) }
        let sizes = series.codes.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let order = RandomStream(seed: seed, name: "split").permutation(count: used.count)
        let wanted = fraction * Double(count)
        var chosen: Set<Int32> = [], taken = 0.0
        for index in order where chosen.count < used.count - 1 {
            let size = Double(sizes[used[index]] ?? 0)
            // A whole series that goes more above the share than leaving it out falls below stays.
            if chosen.isEmpty || abs(taken + size - wanted) <= abs(taken - wanted) {
                chosen.insert(used[index])
                taken += size
            }
        }
        return series.codes.map { chosen.contains($0) }
    }

    /// Samples of each series in order of their rows.
    private var samplesOfSeries: [[Int]] {
        guard let series else { return [] }
        var lists = [Int32: [Int]]()
        for index in 0..<count { lists[series.codes[index], default: []].append(index) }
        return lists.sorted { $0.key < $1.key }.map { list in
            list.value.sorted { series.rows[$0] < series.rows[$1] }
        }
    }

    private func lastOfEachSeries(_ fraction: Double) -> (first: [Int], second: [Int]) {
        var first: [Int] = [], second: [Int] = []
        for own in samplesOfSeries {
            let share = min(
                max(Int((fraction * Double(own.count)).rounded()), 1), max(own.count - 1, 0))
            second += own.suffix(share)
            first += own.dropLast(share)
        }
        return (without(overlapWith: second, first.sorted()), second.sorted())
    }

    /// Those of some samples that have no row in common with others.
    private func without(overlapWith others: [Int], _ samples: [Int]) -> [Int] {
        guard let series, series.length > 1 else { return samples }
        var taken: Set<Int> = []
        for index in others {
            for row in series.rows[index]..<series.rows[index] + series.length { taken.insert(row) }
        }
        return samples.filter { index in
            let row = series.rows[index]
            return !taken.contains(row) && !taken.contains(row + series.length - 1)
        }
    }

    /// Names of the series that samples were cut from, in order.
    public var seriesNames: [String] {
        guard let series else { return [] }
        return Set(series.codes).sorted().map { series.names[Int($0)] }
    }

    /// How many samples have rows in common with, or lie in the same series as, samples of another part of the same whole.
    func sharesSeries(with other: Dataset) -> Int {
        guard let series, let others = other.series else { return 0 }
        return Set(series.codes).intersection(others.codes).count
    }
}
