import Foundation
import Ranvier
import RanvierAnalysis
import RanvierCompression
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierReports

/// `sparse/predictor`: whether the predicted change of spikes orders candidates by the accuracy that they lose.
///
/// Candidates are fixed before anything is trained. From one calibration pass of the dense network each is given its predicted mean
/// probability of a changed spike, and the plain error of its weights; then all are measured on validation samples as they are, and
/// trained for a few epochs and measured again. Test samples are not looked at.
struct SparsePredictorStudy: Study {
    let name = "sparse/predictor"
    let title = "Predicting what pruning and rounding cost before training"
    let source =
        "Yao et al. 2023 (arXiv:2305.12148), section 7 of the method; other networks and data"
    let registry = Registry.standard

    /// What is known of a candidate.
    struct Row: Codable, Sendable {
        var candidate: CompressionCandidate
        /// Predicted mean probability of a changed spike, by the folded and the bivariate estimate.
        var folded: Double
        var bivariate: Double
        /// `‖W − W'‖² / ‖W‖²`.
        var weightError: Double
        /// Validation accuracy lost as it is, and after training.
        var lostAtOnce: Double
        var lostTrained: Double
        /// Bytes of weights after training.
        var bytes: Int
    }

    /// 24 pairs.
    static let rates = [0.0, 0.5, 0.7, 0.8, 0.9, 0.95]
    static let widths: [Int?] = [8, 4, 3, 2]

    func run(_ context: StudyContext) throws -> StudyResult {
        var setting = SparseSetting.digits
        if context.isQuick { setting = setting.quick }
        let seeds = context.seeds.isEmpty ? (context.isQuick ? [0] : [0, 1, 2]) : context.seeds
        let rates = context.isQuick ? [0.0, 0.8, 0.95] : Self.rates
        var all: [[Row]] = []
        for (index, seed) in seeds.enumerated() {
            let grid = try SparseGrid(setting, seed: seed, registry: registry, context: context)
            try context.advance(
                to: Double(index) / Double(seeds.count), "seed \(seed): dense", isMilestone: true)
            _ = try grid.procedure.round("predictor-dense") {
                let train = TrainPhase().with { $0.training.epochs = setting.epochs }
                return try grid.outcome(.dense, [train], dense: nil) { moment in
                    if moment.isEndOfLeg {
                        try grid.store(moment.model.parameters, as: "predictor-dense")
                    }
                }
            }
            guard let dense = try grid.snapshot("predictor-dense") else {
                throw StudyFilesError(missing: "predictor-dense.safetensors")
            }
            all.append(
                try grid.procedure.round("predictor") {
                    try rows(grid, dense: dense, rates: rates, context, index, of: seeds.count)
                })
        }
        var result = report(all)
        result.seeds = seeds
        return result
    }

    private func rows(
        _ grid: SparseGrid, dense: SparseGrid.Snapshot, rates: [Double], _ context: StudyContext,
        _ index: Int, of seeds: Int
    ) throws -> [Row] {
        guard let model = try grid.model(of: dense) as? ClockedModel else {
            preconditionFailure("settings have a clock")
        }
        let own = try grid.accuracy(of: model)
        let calibration = try NetworkCalibration(of: model, on: grid.calibration(samples: 256))
        let search = CandidateSearch(rates: rates, bits: Self.widths)
        var rows: [Row] = []
        for (place, candidate) in search.candidates.enumerated() {
            let done = Double(place) / Double(search.candidates.count)
            try context.advance(
                to: (Double(index) + done) / Double(seeds), "seed \(grid.seed): \(candidate)")
            let changed = try candidate.weights(of: model.network)
            func change(_ estimate: ChangeEstimate) throws -> NetworkPrediction {
                try NetworkPrediction(of: calibration, changed: changed, estimate: estimate)
            }
            let folded = try change(.folded), bivariate = try change(.bivariate)
            guard let plain = try grid.model(of: dense) as? ClockedModel else { continue }
            for parameter in plain.network.prunableParameters {
                if let value = changed[parameter.name] { parameter.value = value }
            }
            let trained = try grid.outcome(
                .quantizedTicket,
                [
                    PrunePhase().with {
                        ($0.sparsity, $0.training.epochs) = (
                            candidate.rate, candidate.rate > 0 ? grid.setting.quantizeEpochs : 0
                        )
                    },
                    QuantizePhase().with {
                        ($0.bits, $0.scheme) = (candidate.bits ?? 8, .symmetric)
                        $0.training.epochs = grid.setting.quantizeEpochs
                    },
                ], start: { try grid.take(dense, into: $0) }, dense: nil)
            rows.append(
                Row(
                    candidate: candidate, folded: folded.meanChange,
                    bivariate: bivariate.meanChange, weightError: folded.weightError,
                    lostAtOnce: own - (try grid.accuracy(of: plain)),
                    lostTrained: own - trained.validation, bytes: trained.weightBytes))
        }
        return rows
    }

    // MARK: - The report

    private func report(_ seeds: [[Row]]) -> StudyResult {
        func correlations(
            _ predicted: (Row) -> Double, _ lost: (Row) -> Double
        ) -> [Double] {
            seeds.map { RankCorrelation.spearman($0.map(predicted), $0.map(lost)) ?? .nan }
        }
        let pairs: [(String, (Row) -> Double)] = [
            ("folded", \.folded), ("bivariate", \.bivariate), ("weight error", \.weightError),
        ]
        let claims = [("as they are", \Row.lostAtOnce), ("trained", \Row.lostTrained)].flatMap {
            what, lost -> [StudyClaim] in
            let own = correlations({ $0.folded }, { $0[keyPath: lost] })
            let plain = correlations({ $0.weightError }, { $0[keyPath: lost] })
            return [
                .above(
                    0.8, own, claim: "Candidates \(what): predicted change orders the loss",
                    source: "method", what: "Spearman"),
                .above(
                    0, zip(own, plain).map { $0 - $1 },
                    claim: "Candidates \(what): better than the error of the weights",
                    source: "method", what: "Spearman less that of the weight error"),
            ]
        }
        let skipped = seeds.compactMap(share)
        var result = StudyResult(
            findings: claims.map { "\($0.claim): \($0.verdict.rawValue) (\($0.evidence))." }
                + [
                    "A limit fitted to three trained candidates that tolerates one point skips "
                        + "\(SeedSummary(skipped).text) of the candidates and keeps the smallest that loses no more."
                ],
            comparisons: [])
        result.claims = claims
        result.tables = [
            StudyTable(
                name: "correlation", caption: "Spearman's correlation with the lost accuracy",
                columns: ["Predictor", "As they are", "Trained"],
                rows: pairs.map { name, predicted in
                    [
                        .text(name), SeedSummary(correlations(predicted, \.lostAtOnce)).value,
                        SeedSummary(correlations(predicted, \.lostTrained)).value,
                    ]
                }),
            candidateTable(seeds),
        ]
        result.figures = [
            ReportFigure(
                name: "change",
                chart: ScatterChart(
                    title: "Predicted change and accuracy lost",
                    summary: "First seed; beside each point rate and bits.",
                    xName: "Predicted probability of a changed spike",
                    yName: "Points lost, trained",
                    points: (seeds.first ?? []).map {
                        ScatterChart.Point(
                            name: "\($0.candidate)", x: $0.folded, y: 100 * $0.lostTrained)
                    }))
        ]
        return result
    }

    private func candidateTable(_ seeds: [[Row]]) -> StudyTable {
        let count = seeds.map(\.count).min() ?? 0
        return StudyTable(
            name: "candidates", caption: "All candidates, mean ± deviation over seeds",
            columns: [
                "Candidate", "Predicted change", "Weight error", "Points lost at once",
                "Points lost, trained", "Bytes",
            ],
            rows: (0..<count).map { index in
                func value(_ of: (Row) -> Double) -> StudyValue {
                    SeedSummary(seeds.map { of($0[index]) }).value
                }
                return [
                    .text("\(seeds[0][index].candidate)"), value(\.folded), value(\.weightError),
                    value { 100 * $0.lostAtOnce }, value { 100 * $0.lostTrained },
                    value { Double($0.bytes) },
                ]
            })
    }

    /// Share of the candidates that a limit fitted to three of them skips; nil where it would lose the smallest that does.
    private func share(_ rows: [Row]) -> Double? {
        let ranked = rows.sorted { $0.folded < $1.folded }
        guard ranked.count > 3 else { return nil }
        let trained = [
            ranked[ranked.count / 4], ranked[ranked.count / 2], ranked[3 * ranked.count / 4],
        ]
        let limit = ChangeLimit(
            fittedTo: trained.map { .init(change: $0.folded, loss: $0.lostTrained) },
            tolerating: 0.01)
        guard let limit else { return nil }
        let best = rows.filter { $0.lostTrained <= 0.01 }.min { $0.bytes < $1.bytes }
        if let best, !limit.allows(best.folded) { return nil }
        return limit.skipped(of: rows.map(\.folded))
    }
}
