import Foundation
import RanvierConfiguration
import RanvierExact
import RanvierNetworks
import RanvierReports

/// `smooth/concept`: a spike of a QIF neuron leaves through the end of the trial, one of a LIF neuron
/// vanishes in mid-trial.
struct SmoothConceptStudy: Study {
    let name = "smooth/concept"
    let title = "Spikes that vanish smoothly, and spikes that do not"
    let source = "Klos & Memmesheimer 2023, arXiv:2309.14523, Fig. 1"

    private static let criticalQIF = Double.pi * Double.pi / 4
    private static let criticalLIF = 4.0

    /// Curves of one model.
    private struct Sweeps {
        var byWeight: LineChart.Series
        var slopes: LineChart.Series
        var byInhibition: LineChart.Series
        var jumps: Int
        var largestJump: Double
        var largestSlope: Double
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let points = context.isQuick ? 201 : 801
        let qif = PulseResponse(neuron: try QIFNeuron(), rest: QIFState(), trial: 4)
        let lif = PulseResponse(neuron: try LIFNeuron(), rest: LIFState(), trial: 3)
        try context.advance(to: 0, "concept: QIF")
        let smooth = try sweeps(
            qif, "QIF", critical: Self.criticalQIF, excitation: 1.5, points: points)
        try context.advance(to: 0.5, "concept: LIF")
        let disruptive = try sweeps(
            lif, "LIF", critical: Self.criticalLIF, excitation: 1.4, points: points)
        var result = StudyResult(
            findings: [
                "The QIF neuron's spike moves later without bound as its pulse weakens and leaves "
                    + "through the end of the trial: no jump.",
                "The LIF neuron's spike vanishes \(NumberText.significant(log(2))) time constants "
                    + "after the pulse at the latest, with a derivative that grows without bound.",
            ],
            comparisons: try comparisons(qif, lif, smooth, disruptive))
        result.figures = figures(smooth, disruptive)
        result.isWhole = true
        return result
    }

    // MARK: - Numbers

    private func comparisons(
        _ qif: PulseResponse<QIFNeuron>, _ lif: PulseResponse<LIFNeuron>, _ smooth: Sweeps,
        _ disruptive: Sweeps
    ) throws -> [StudyComparison] {
        // In a long trial the weight at which the spike leaves is the limit itself.
        let long = PulseResponse(neuron: qif.neuron, rest: qif.rest, trial: 40)
        let lifCritical = try lif.criticalWeight(from: 0, to: 8)
        let last = try lif.firstSpike(weight: lifCritical)
        let double = 2 * Self.criticalQIF
        let closedForm = 0.5 - log(1 - .pi / (2 * double.squareRoot()))
        return [
            StudyComparison(
                "QIF: smallest weight with a spike", published: .number(Self.criticalQIF),
                measured: .number(try long.criticalWeight(from: 0, to: 8)), remark: "π²/4"),
            StudyComparison(
                "QIF: spike time at twice that weight (τ)", published: .number(closedForm),
                measured: StudyValue(try qif.firstSpike(weight: double)?.time),
                remark: "closed form"),
            StudyComparison(
                "QIF: jumps of the spike time", published: .count(0),
                measured: .count(smooth.jumps), remark: "both sweeps"),
            StudyComparison(
                "LIF: smallest weight with a spike", published: .number(Self.criticalLIF),
                measured: .number(lifCritical)),
            StudyComparison(
                "LIF: last spike, after the pulse (τ)", published: .number(log(2)),
                measured: StudyValue(last.map { $0.time - lif.pulseTime }), remark: "ln 2"),
            StudyComparison(
                "LIF: |dt/dw| at the last spike", published: "unbounded",
                measured: StudyValue(last.map { abs($0.byWeight) }),
                remark: "at the last weight that can be told apart"),
            StudyComparison(
                "LIF: jumps of the spike time", published: "some",
                measured: .count(disruptive.jumps), remark: "both sweeps"),
            StudyComparison(
                "LIF: largest jump (τ)", published: .missing,
                measured: .number(disruptive.largestJump)),
        ]
    }

    // MARK: - Sweeps

    private func sweeps<Neuron>(
        _ response: PulseResponse<Neuron>, _ name: String, critical: Double, excitation: Double,
        points: Int
    ) throws(ExactError) -> Sweeps {
        let trial = response.trial
        var slopes: [(x: Double, y: Double)] = []
        let byWeight = try DirectionSweep(over: 0...2, count: points, jumpsAbove: 1e-3) {
            (share: Double) throws(ExactError) in
            let spike = try response.firstSpike(weight: share * critical)
            return [spike?.time ?? trial]
        }
        for share in byWeight.positions {
            if let spike = try response.firstSpike(weight: share * critical) {
                slopes.append((share, abs(spike.byWeight)))
            }
        }
        let byInhibition = try DirectionSweep(
            over: 0...trial, count: points, jumpsAbove: 1e-3
        ) { (time: Double) throws(ExactError) in
            let spike = try response.firstSpike(
                weight: excitation * critical, inhibition: (-critical, time))
            return [spike?.time ?? trial]
        }
        func curve(_ sweep: DirectionSweep) -> LineChart.Series {
            let breaks = sweep.jumps.map(\.position)
            var points: [(x: Double, y: Double)] = []
            for (x, values) in zip(sweep.positions, sweep.values) {
                // A gap where the curve jumps.
                if let last = points.last, breaks.contains(where: { last.x < $0 && $0 <= x }) {
                    points.append((.nan, .nan))
                }
                points.append((x, values[0]))
            }
            return LineChart.Series(name: "\(name) (T = \(Int(trial)))", points: points)
        }
        return Sweeps(
            byWeight: curve(byWeight), slopes: LineChart.Series(name: name, points: slopes),
            byInhibition: curve(byInhibition),
            jumps: byWeight.jumps.count + byInhibition.jumps.count,
            largestJump: max(byWeight.largestJump, byInhibition.largestJump),
            largestSlope: max(byWeight.largestSlope, byInhibition.largestSlope))
    }

    private func figures(_ smooth: Sweeps, _ disruptive: Sweeps) -> [ReportFigure] {
        let time = "First spike (τ)"
        return [
            ReportFigure(
                name: "weight",
                chart: LineChart(
                    title: "A pulse of growing weight",
                    summary: "At 0.5 τ; no spike counts as one at the end T of the trial.",
                    xName: "Weight / smallest weight with a spike", yName: time,
                    series: [smooth.byWeight, disruptive.byWeight])),
            ReportFigure(
                name: "gradient",
                chart: LineChart(
                    title: "Its exact derivative",
                    summary: "That of the LIF neuron diverges where the spike vanishes.",
                    xName: "Weight / smallest weight with a spike", yName: "|dt/dw| (τ)",
                    series: [smooth.slopes, disruptive.slopes], isLogarithmic: true)),
            ReportFigure(
                name: "inhibition",
                chart: LineChart(
                    title: "An inhibitory pulse that comes later and later",
                    summary: "Excitation at 0.5 τ; once inhibition comes after the spike it does "
                        + "nothing.",
                    xName: "Time of inhibition (τ)", yName: time,
                    series: [smooth.byInhibition, disruptive.byInhibition])),
        ]
    }
}
