import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What a report shows of a course of compression.
struct CompressionDiagnostic {
    let parts: [Diagnostic]

    init(of trainee: Trainee, reports: [EpochReport], remarks: [String]) {
        let connections = trainee.connections
        let all = connections.reduce(0) { $0 + $1.shape.elementCount }
        let seen = connections.reduce(0) { $0 + $1.seen.scalars.count { $0 != 0 } }
        let density = trainee.density
        let bits = connections.map { parameter in
            Double((parameter.views.compactMap(\.bits).last ?? 32) * parameter.shape.elementCount)
        }
        let measures = [
            Measure("connections", Double(all), higherIsBetter: nil),
            Measure("connection-sparsity", 1 - density, unit: Measure.share, higherIsBetter: nil),
            Measure(
                "zero-weights", 1 - Double(seen) / Double(max(all, 1)), unit: Measure.share,
                higherIsBetter: nil),
            Measure(
                "bits-per-weight", bits.reduce(0, +) / Double(max(all, 1)),
                higherIsBetter: nil),
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
                title: "Compression", summary: notes.map { "\($0)." }.joined(separator: " "),
                measures: measures, figures: figures)
        ]
    }
}
