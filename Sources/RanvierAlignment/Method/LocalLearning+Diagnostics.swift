import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks

extension LocalLearning {
    /// Angles of weights of this network.
    public func requireFit(of reports: [EpochReport]) throws {
        let names = Set(
            clockedModel.network.layerParameters.filter(\.isPrunable).map(\.name))
        for report in reports { try report.requireAngles(of: names) }
    }

    /// What errors went through, how far changes were from the gradient, and what the rule costs on a chip.
    public func diagnostics(of reports: [EpochReport], on data: Dataset) -> [Diagnostic] {
        let kind = type(of: rule).kind
        var measures = trafficMeasures
        if let last = reports.last {
            func mean(_ angles: [String: Double]) -> Double? {
                angles.isEmpty ? nil : angles.values.sorted().reduce(0, +) / Double(angles.count)
            }
            for (name, angles) in [
                ("feedback-angle", last.feedbackAngles), ("gradient-angle", last.gradientAngles),
            ] {
                guard let mean = mean(angles) else { continue }
                measures.append(Measure(name, mean, unit: "degrees", higherIsBetter: false))
            }
        }
        let figures = [
            figure(
                "feedback-angles", "Feedback weights",
                "Degrees between feedback weights and the forward ones after each epoch; 90 is by chance.",
                reports, \.feedbackAngles),
            figure(
                "gradient-angles", "Changes of weights",
                "Degrees between the changes by '\(kind)' and the gradient, on the first batch of each epoch.",
                reports, \.gradientAngles),
        ].compactMap(\.self)
        return [
            Diagnostic(
                title: "Local learning",
                summary:
                    "The rule '\(kind)': how its errors compare with the gradient, and what it moves "
                    + "between layers and keeps. \(learner.traffic(of: clockedModel).summary)",
                measures: measures, figures: figures)
        ]
    }

    /// What the rule moves and keeps.
    private var trafficMeasures: [Measure] {
        let traffic = learner.traffic(of: clockedModel)
        return [
            Measure(
                "bytes-between-layers-per-sample", traffic.bytesBetweenLayers, unit: "bytes",
                higherIsBetter: false),
            Measure(
                "bytes-per-synapse", traffic.bytesPerSynapse, unit: "bytes", higherIsBetter: false),
            Measure(
                "bytes-per-neuron", traffic.bytesPerNeuron, unit: "bytes", higherIsBetter: false),
        ]
    }

    private func figure(
        _ name: String, _ title: String, _ summary: String, _ reports: [EpochReport],
        _ angles: KeyPath<EpochReport, [String: Double]>
    ) -> Figure? {
        let all = reports.map { $0[keyPath: angles] }
        let names = clockedModel.network.layerParameters.map(\.name).filter { name in
            all.contains { $0[name] != nil }
        }
        guard reports.count > 1, !names.isEmpty else { return nil }
        return Figure(
            name: name, title: title, summary: summary, xName: "Epoch", yName: "Angle (degrees)",
            curves: names.map { name in
                Figure.Curve(
                    name: name, x: reports.map { Double($0.epoch) }, y: all.map { $0[name] })
            }, hasWholeSteps: true)
    }
}
