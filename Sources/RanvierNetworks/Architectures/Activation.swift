/// The units of an architecture: spiking neurons, or rectified linear ones for the artificial twin.
public enum Activation: Sendable {
    /// Leaky integrate-and-fire neurons.
    case spiking(leak: Leak, threshold: Float = 1, dynamics: LIFDynamics)
    /// Rectified linear units.
    case rectified

    /// Leak 0.5, threshold 1, hard reset that is not detached, scaled tanh surrogate with b = r = 3: the
    /// setting of Li et al. 2023.
    public static let deepSpiking = Activation.spiking(
        leak: .factor(0.5),
        dynamics: LIFDynamics(reset: .hard, detachesReset: false, surrogate: .dspike))

    /// A new layer of such units.
    public var layer: any Layer {
        switch self {
        case .spiking(let leak, let threshold, let dynamics):
            LIF(leak: leak, threshold: threshold, dynamics: dynamics)
        case .rectified: ReLU()
        }
    }

    var isSpiking: Bool { if case .spiking = self { true } else { false } }
}
