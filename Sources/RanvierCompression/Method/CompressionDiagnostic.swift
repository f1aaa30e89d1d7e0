import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What a report shows of a course of compression.
struct CompressionDiagnostic {
    let parts: [Diagnostic]

    init(of trainee: Trainee, reports: [EpochReport], remarks: [String]) {
        let connections =
            (trainee.finalModel as? any ParameterHolder)?.layerParameters.filter(\.isPrunable)
            ?? trainee.connections
        let all = connections.reduce(0) { $0 + $1.shape.elementCount }
        let seen = connections.reduce(0) { $0 + $1.seen.scalars.count { $0 != 0 } }
        // Rounded to zero, a connection that is there can be left out of what is stored, too.
        let measures = [
            Measure(
                "zero-weights", 1 - Double(seen) / Double(max(all, 1)), unit: Measure.share,
                higherIsBetter: nil)
        ]
        let notes = reports.flatMap(\.notes) + remarks
        var figures: [Figure] = []
        if reports.count > 1 {
            let epochs = reports.map { Double($0.epoch) }
            let left = reports.map { report -> Double? in
                if case .float(let density)? = report.records["density"] { density } else { nil }
            }
            figures.append(
                Figure(
                    name: "density", title: "Connections that are left",
                    summary: "As a share of all, epoch by epoch.", xName: "Epoch",
                    yName: "Density", curves: [.init(name: "density", x: epochs, y: left)],
                    hasWholeSteps: true))
        }
        parts = [
            Diagnostic(
                title: "Phases", summary: notes.map { "\($0)." }.joined(separator: " "),
                measures: measures, figures: figures)
        ]
    }
}
