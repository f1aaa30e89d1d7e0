import RanvierAnalysis
import RanvierConfiguration
import RanvierDeployment
import RanvierReports

/// Flipped bits as claims, tables and figures.
struct FaultsReport {
    /// Of each seed the networks.
    let seeds: [[DeviceOutcome]]

    private func networks(_ kind: DeviceOutcome.Kind) -> [DeviceOutcome] {
        seeds.compactMap { $0.first { $0.kind == kind } }
    }

    /// Accuracy of each seed at a rate.
    private func accuracies(
        _ kind: DeviceOutcome.Kind, _ place: IntegerFaults.Place, _ rate: Double
    ) -> [Double] {
        networks(kind).compactMap { network in
            network.faults.first { $0.place == place.rawValue && $0.rate == rate }?.accuracy
        }
    }

    private func lost(
        _ kind: DeviceOutcome.Kind, _ place: IntegerFaults.Place, _ rate: Double
    ) -> [Double] {
        zip(networks(kind).map(\.accuracy), accuracies(kind, place, rate)).map { $0 - $1 }
    }

    var claims: [StudyClaim] {
        func less(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }
        let source = "expected from the weight of a bit"
        return DeviceOutcome.Kind.allCases.map { kind in
            .below(
                0.01, lost(kind, .weights, 1e-4),
                claim:
                    "One flipped bit of weights in 10 000 costs \(kind.rawValue) less than a point",
                source: source, what: "accuracy lost")
        } + [
            .above(
                0, less(lost(.dense, .weights, 1e-2), lost(.binary, .weights, 1e-2)),
                claim: "At one bit in 100 binary weights lose less than dense ones of 8 bits",
                source: source, what: "difference of losses"),
            .above(
                0,
                less(lost(.sparse, .weightsAndPlaces, 1e-2), lost(.sparse, .weights, 1e-2)),
                claim: "Places that flip make sparse weights more vulnerable", source: source,
                what: "difference of losses at 1 %"),
            .below(
                0.01, lost(.dense, .membranes, 1e-4),
                claim: "One flipped bit of membranes in 10 000 a step costs less than a point",
                source: source, what: "accuracy lost"),
        ]
    }

    var table: StudyTable {
        StudyTable(
            name: "faults", caption: "Accuracy with flipped bits, mean over seeds and repeats",
            columns: ["Weights", "Flips in", "none"]
                + DeviceWork.rates.map { NumberText.significant($0) },
            rows: DeviceOutcome.Kind.allCases.flatMap { kind in
                IntegerFaults.Place.allCases.map { place in
                    [
                        .text(kind.rawValue), .text(place.rawValue),
                        SeedSummary(networks(kind).map(\.accuracy)).value,
                    ] + DeviceWork.rates.map { SeedSummary(accuracies(kind, place, $0)).value }
                }
            })
    }

    var updates: StudyTable {
        StudyTable(
            name: "updates", caption: "Bytes of an update over the air",
            columns: ["Weights", "Gone", "Accuracy", "Weights alone", "Places", "Both"],
            rows: DeviceOutcome.Kind.allCases.map { kind in
                let own = networks(kind)
                func bytes(_ part: UpdateSize.Part) -> StudyValue {
                    SeedSummary(own.map { Double($0.update.bytes(of: part)) }).value
                }
                return [
                    .text(kind.rawValue),
                    .text(NumberText.percent(own.first?.sparsity ?? 0)),
                    SeedSummary(own.map(\.accuracy)).value, bytes(.weights), bytes(.mask),
                    bytes(.both),
                ]
            })
    }

    var figures: [ReportFigure] {
        IntegerFaults.Place.allCases.map { place in
            ReportFigure(
                name: "faults-\(place.rawValue)",
                chart: LineChart(
                    title: "Accuracy over flipped bits: \(place.rawValue)",
                    summary: "Mean over seeds and repeats; each stored bit flips by itself.",
                    xName: "Flipped bits in a million", yName: "Test accuracy (%)",
                    series: DeviceOutcome.Kind.allCases.map { kind in
                        LineChart.Series(
                            name: kind.rawValue,
                            points: DeviceWork.rates.map {
                                (
                                    1e6 * $0,
                                    100 * SeedSummary(accuracies(kind, place, $0)).mean
                                )
                            })
                    }))
        }
    }
}
