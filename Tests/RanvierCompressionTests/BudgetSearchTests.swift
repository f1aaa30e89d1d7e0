import Ranvier
import Testing

/// The search for the smallest network, on networks that need no training.
@Suite struct BudgetSearchTests {
    /// As many bytes as bits are left of 8000.
    static func bytes(_ candidate: BudgetSearch.Candidate) -> Int {
        Int((1 - candidate.sparsity) * Double(1000 * candidate.bits))
    }

    /// Searches where a candidate is good enough up to a sparsity for each number of bits.
    static func found(
        upTo limits: [Int: Double], widths: [Int], budget: Int = .max
    ) -> (best: BudgetSearch.Candidate?, trials: [BudgetSearch.Candidate], most: Int) {
        var search = BudgetSearch(widths: widths, budget: budget, bytes: bytes)
        var trials: [BudgetSearch.Candidate] = []
        while let candidate = search.next(), trials.count < 100 {
            trials.append(candidate)
            search.record(candidate.sparsity <= limits[candidate.bits] ?? -1, for: candidate)
        }
        return (search.best, trials, search.mostTrials)
    }

    @Test func theSmallestIsFound() throws {
        let limits = [8: 0.96, 4: 0.9, 3: 0.76, 2: 0.4, 1: -1]
        let (best, trials, most) = Self.found(upTo: limits, widths: [4, 3, 2, 8, 1])
        // Of all that could be tried coarsely, the smallest that is good enough.
        let all = limits.flatMap { bits, limit in
            BudgetSearch.usualSparsities.filter { $0 <= limit }.map {
                BudgetSearch.Candidate(sparsity: $0, bits: bits)
            }
        }
        let smallest = try #require(all.map(Self.bytes).min())
        #expect(Self.bytes(try #require(best)) <= smallest)
        #expect(trials.count <= most)
        #expect(Set(trials).count == trials.count)
    }

    /// Between the last that does and the first that does not it looks once.
    @Test func itLooksBetween() throws {
        let (best, trials, _) = Self.found(upTo: [4: 0.85], widths: [4])
        let sparsity = try #require(best).sparsity
        #expect(sparsity > 0.75 && sparsity < 0.85)
        #expect(trials.last == best)
    }

    @Test func whatIsTooLargeIsNotTried() {
        let (best, trials, _) = Self.found(upTo: [8: 0.9, 4: 0.9], widths: [8, 4], budget: 1200)
        #expect(trials.allSatisfy { Self.bytes($0) <= 1200 })
        #expect(best != nil)
        let nothing = Self.found(upTo: [8: 0.1], widths: [8], budget: 1200)
        #expect(nothing.best == nil && !nothing.trials.isEmpty)
        #expect(Self.found(upTo: [8: 1], widths: [8], budget: 10).trials.isEmpty)
    }

    /// Once one is good enough, what is as large is of no use.
    @Test func onlySmallerOnesFollow() {
        let (_, trials, _) = Self.found(upTo: [4: 0.99, 8: 0.99, 1: 0.99], widths: [1, 8, 4])
        var best = Int.max
        for trial in trials {
            #expect(Self.bytes(trial) < best)
            best = min(best, Self.bytes(trial))
        }
    }
}
