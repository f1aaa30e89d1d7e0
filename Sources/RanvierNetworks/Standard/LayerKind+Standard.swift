import RanvierConfiguration

extension Kind where R == LayerRole {
    /// The layers and architectures that are built in.
    public static let standard: [LayerKind] = [
        // Synapses, pooling, normalisation.
        LayerKind(Linear.self), LayerKind(DelayedLinear.self), LayerKind(Convolution1D.self),
        LayerKind(Convolution2D.self), LayerKind(AveragePool2D.self), LayerKind(MaxPool2D.self),
        LayerKind(GlobalAveragePool2D.self), LayerKind(BatchNormalization.self),
        LayerKind(Flatten.self),
        // Neurons.
        LayerKind(LIF.self), LayerKind(IntegrateAndFire.self), LayerKind(ParametricLIF.self),
        LayerKind(SynapticLIF.self), LayerKind(AdaptiveLIF.self), LayerKind(RecurrentLIF.self),
        LayerKind(TernaryLIF.self), LayerKind(GradedLIF.self), LayerKind(ReLU.self),
        LayerKind(LeakyIntegrator.self), LayerKind(Dropout.self),
        // Layers made of layers.
        LayerKind(Residual.self), LayerKind(Sequential.self), LayerKind(Recomputed.self),
        LayerKind(FirstStep.self), LayerKind(PreActivationBlock.self),
        LayerKind(FoldedNormalization.self), LayerKind(StepScale.self),
        // Whole networks.
        LayerKind(architecture: PerceptronArchitecture.self),
        LayerKind(architecture: ConvolutionalArchitecture.self),
        LayerKind(architecture: VGGArchitecture.self),
        LayerKind(architecture: ResNetArchitecture.self),
        LayerKind(architecture: SpikeElementWiseArchitecture.self),
        LayerKind(architecture: RecurrentArchitecture.self),
    ]
}

extension Registry {
    /// Adds the layers, surrogate derivatives and views that are built in.
    public mutating func addStandardNetworks() {
        add(LayerKind.standard)
        add(SurrogateKind.standard)
        add(ViewKind.standard)
    }
}
