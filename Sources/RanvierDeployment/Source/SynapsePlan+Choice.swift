extension SynapsePlan {
    /// The plan of a layer: the best by the goal of those that the options leave.
    ///
    /// - Throws: ``IntegerNetworkError/layer(name:what:expected:found:)`` where nothing is left.
    static func best(
        for stage: IntegerSynapses, shown: Shown, options: CExportOptions,
        jumpsAlways: Bool = false,
        name: String, prefix: String
    ) throws(IntegerNetworkError) -> SynapsePlan {
        var kernels = SynapseKernel.allCases, formats = WeightFormat.allCases
        if let kernel = options.kernels[stage.name] { kernels = [kernel] }
        if let format = options.formats[stage.name] { formats = [format] }
        if jumpsAlways {
            kernels = kernels.filter { $0 == (stage.geometry.isDense ? .scatter : .gather) }
        }
        func plans(_ kernels: [SynapseKernel], _ formats: [WeightFormat]) -> [SynapsePlan] {
            kernels.flatMap { kernel in
                formats.compactMap { format in
                    // A delayed layer has a ring to add to, so that its inputs come to it.
                    stage.delays != nil && kernel != .scatter
                        ? nil
                        : SynapsePlan(
                            stage, kernel: kernel, format: format, shown: shown,
                            jumpsAlways: jumpsAlways, name: name, prefix: prefix)
                }
            }
        }
        let all = plans(kernels, formats)
        let best =
            switch options.goal {
            case .size:
                all.min { ($0.byteCount, $0.operations) < ($1.byteCount, $1.operations) }
            case .speed:
                all.min {
                    ($0.operations, Double($0.byteCount)) < ($1.operations, Double($1.byteCount))
                }
            }
        if var best {
            for plan in all where plan.format != best.format {
                best.others[plan.format] = min(
                    plan.byteCount, best.others[plan.format] ?? plan.byteCount)
            }
            return best
        }
        let possible = plans(
            jumpsAlways ? [stage.geometry.isDense ? .scatter : .gather] : SynapseKernel.allCases,
            WeightFormat.allCases
        ).map { "\($0.kernel.rawValue) with \($0.format.rawValue)" }
        throw .layer(
            name: stage.name, what: "kernel and format of weights",
            expected: "one of " + possible.joined(separator: ", "),
            found: "\(options.kernels[stage.name]?.rawValue ?? "any kernel") with "
                + "\(options.formats[stage.name]?.rawValue ?? "any format")")
    }
}
