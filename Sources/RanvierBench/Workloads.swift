/// All workloads by name.
public enum Workloads {
    /// In the order in which they are listed.
    public static let all: [any Workload] = [
        LIFLayerBench(), PerceptronBench(), ConvolutionalBench(), ResidualBench(), RecurrentBench(),
        LatencyBench(), ExactTTFSBench(), SimilarityBench(), MaskBench(), MaskedTrainingBench(),
        FakeQuantizationBench(), MaskedInferenceBench(), IntegerLatencyBench(),
        SamplingBench(),
        OnlineRulesBench(),
        ExpectationPropagationBench(),
    ]
}
