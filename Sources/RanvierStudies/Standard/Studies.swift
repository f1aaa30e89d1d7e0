/// All studies by name.
public enum Studies {
    /// In the order in which they are listed.
    public static let all: [any Study] =
        [
            SmoothConceptStudy(), SmoothSingleNeuronStudy(), SmoothRecurrentStudy(),
            SmoothMNISTStudy(), SmoothContinuityStudy(), SmoothCostStudy(), CostStudy(),
            SweepStudy.depth, SweepStudy.width, SweepStudy.residual, SweepStudy.timeSteps,
            SweepStudy.timeMap, SweepStudy.earlyStatic, SweepStudy.events, AttackStudy(),
            SweepStudy.vgg, SweepStudy.cifar100, SweepStudy.neuron, SweepStudy.surrogate,
            SweepStudy.norm, SweepStudy.encoding, SweepStudy.spikeRate,
        ] + SparseSetting.all.map { SparseStudy(setting: $0) } + [
            SparsePredictorStudy(), SparseRobustnessStudy(), FormatsStudy(), FaultsStudy(),
            DeviceLearningStudy(),
            AlignmentTwoNeuronsStudy(), AlignmentLayerStudy(), AlignmentChainStudy(),
            AlignmentSamplingStudy(),
            YinYangStudy(), DeepRulesStudy(), AlignmentRobustnessStudy(), StabilityStudy(),
            LIFStudy(), MismatchStudy(), MicrocircuitStudy(),
            RuleRepresentationStudy(),
            AdaptationStudy(),
        ]
}
