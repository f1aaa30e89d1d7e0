import RanvierConfiguration

/// All workloads by name.
public enum Workloads {
    /// In the order in which they are listed.
    public static let all: [any Workload] = [
        LIFLayerBench(), PerceptronBench(), ConvolutionalBench(), ResidualBench(), RecurrentBench(),
        LatencyBench(), ExactTTFSBench(), SimilarityBench(),
    ]

    /// The workload of a name.
    ///
    /// - Throws: ``UnknownNameError`` with the nearest name.
    public static func named(_ name: String) throws(UnknownNameError) -> any Workload {
        if let workload = all.first(where: { $0.name == name }) { return workload }
        throw UnknownNameError("workload", name, known: all.map(\.name))
    }
}
