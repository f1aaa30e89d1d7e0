import RanvierNetworks

/// Rates and bits, ranked by what they are predicted to change, so that only the promising ones are trained.
///
///     let search = CandidateSearch(rates: [0, 0.5, 0.75, 0.9], bits: [nil, 8, 4, 3])
///     let ranked = try search.ranked(model.network, measured: calibration)
///     // … two or three of them are trained …
///     let limit = ChangeLimit(fittedTo: trained, tolerating: 0.01)
///     let worthTraining = ranked.filter { limit?.allows($0.change) ?? true }
public struct CandidateSearch: Sendable, Hashable {
    /// A candidate and what it is predicted to do.
    public struct Ranked: Sendable, Hashable {
        /// Rate and bits.
        public let candidate: CompressionCandidate
        /// What is predicted.
        public let prediction: NetworkPrediction
        /// Mean probability of a changed spike.
        public var change: Double { prediction.meanChange }
    }

    /// Shares of the connections that go.
    public var rates: [Double]
    /// Bits of a weight; nil for as many as there are.
    public var bits: [Int?]
    /// How a change is estimated.
    public var estimate: ChangeEstimate

    /// All pairs of rates and bits.
    public init(rates: [Double], bits: [Int?] = [nil], estimate: ChangeEstimate = .folded) {
        self.rates = rates
        self.bits = bits
        self.estimate = estimate
    }

    /// All candidates, the least change first; of equal ones the order of rates, then bits.
    public var candidates: [CompressionCandidate] {
        rates.flatMap { rate in bits.map { CompressionCandidate(rate: rate, bits: $0) } }
    }

    /// Predicts all candidates from one measurement; the network stays as it is.
    ///
    /// Candidates that change no spike, as those do that touch a read-out alone, are told apart by the error of their weights.
    ///
    /// - Parameter criterion: which connections go.
    public func ranked(
        _ network: Network, measured calibration: NetworkCalibration,
        by criterion: any PruningCriterion = MagnitudeCriterion()
    ) throws(CompressionError) -> [Ranked] {
        let layers = try calibration.layers(of: network)
        var ranked: [Ranked] = []
        for candidate in candidates {
            let changed = try candidate.weights(of: network, by: criterion, layers: layers)
            ranked.append(
                Ranked(
                    candidate: candidate,
                    prediction: try NetworkPrediction(
                        of: calibration, changed: changed, estimate: estimate)))
        }
        return ranked.enumerated().sorted { a, b in
            let (x, y) = (a.element, b.element)
            if x.change != y.change { return x.change < y.change }
            let (own, other) = (x.prediction.weightError, y.prediction.weightError)
            return own == other ? a.offset < b.offset : own < other
        }.map(\.element)
    }
}
