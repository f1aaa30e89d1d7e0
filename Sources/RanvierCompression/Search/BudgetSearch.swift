/// Looks for the smallest network that is still good enough: for each number of bits the largest sparsity that is, coarse to fine.
///
///     var search = BudgetSearch(widths: [4, 3, 2, 8, 1], budget: 12_288) { bytes(of: $0) }
///     while let candidate = search.next() { search.record(isGoodEnough(candidate), for: candidate) }
///     search.best
///
/// Along a row of sparsities the search bisects, as if what is too sparse stays too sparse; then it tries once between the last that
/// was good enough and the first that was not. What needs more bytes than the budget, or as many as the best that was found, is not
/// tried. At most ``mostTrials`` trials.
public struct BudgetSearch: Sendable {
    /// A network that may be tried.
    public struct Candidate: Hashable, Codable, Sendable {
        /// Share of the connections that is gone.
        public var sparsity: Double
        /// Bits of a weight.
        public var bits: Int

        /// A network that may be tried.
        public init(sparsity: Double, bits: Int) {
            self.sparsity = sparsity
            self.bits = bits
        }
    }

    /// Shares of the connections, each leaving half as many as the one before: 0, ½, ¾, … 63/64.
    public static let usualSparsities = (0...6).map { 1 - 1 / Double(1 << $0) }

    /// Shares that are tried first, rising.
    public let sparsities: [Double]
    /// Numbers of bits, in the order in which they are tried.
    public let widths: [Int]
    private let budget: Int
    private let bytes: @Sendable (Candidate) -> Int
    private var verdicts: [Candidate: Bool] = [:]

    /// A search.
    ///
    /// - Parameters:
    ///   - budget: most bytes.
    ///   - bytes: of a candidate, known before it is trained.
    public init(
        sparsities: [Double] = usualSparsities, widths: [Int], budget: Int = .max,
        bytes: @escaping @Sendable (Candidate) -> Int
    ) {
        precondition(
            sparsities == sparsities.sorted() && sparsities.allSatisfy { (0..<1).contains($0) },
            "sparsities rise from 0 to below 1")
        self.sparsities = sparsities
        self.widths = widths
        self.budget = budget
        self.bytes = bytes
    }

    /// The most trials that a search can take: a bisection for each number of bits, and one between.
    public var mostTrials: Int {
        widths.count * (Int.bitWidth - sparsities.count.leadingZeroBitCount + 1)
    }

    /// The smallest that was good enough; nil where none was yet.
    public var best: Candidate? {
        verdicts.filter(\.value).keys.min { (bytes($0), $0.bits) < (bytes($1), $1.bits) }
    }

    /// What came of each trial.
    public mutating func record(_ isGoodEnough: Bool, for candidate: Candidate) {
        verdicts[candidate] = isGoodEnough
    }

    /// What to try next; nil where nothing is left that could be smaller.
    public func next() -> Candidate? {
        let most = best.map { bytes($0) - 1 } ?? budget
        return widths.lazy.compactMap { next(bits: $0, most: min(most, budget)) }.first
    }

    private func next(bits: Int, most: Int) -> Candidate? {
        let own = verdicts.filter { $0.key.bits == bits }
        let good = own.filter(\.value).keys.map(\.sparsity).max()
        let bad = own.filter { !$0.value }.keys.map(\.sparsity).min()
        // Between what is good enough, or too large to be of use, and what is not.
        let open = sparsities.filter { sparsity in
            sparsity > good ?? -1 && sparsity < bad ?? 1
                && bytes(Candidate(sparsity: sparsity, bits: bits)) <= most
        }
        if !open.isEmpty { return Candidate(sparsity: open[open.count / 2], bits: bits) }
        guard let good, let bad, sparsities.contains(good), sparsities.contains(bad) else {
            return nil
        }
        // Halfway between what is left.
        let between = 1 - ((1 - good) * (1 - bad)).squareRoot()
        let fine = Candidate(sparsity: between, bits: bits)
        return own[fine] == nil && bytes(fine) <= most ? fine : nil
    }
}
