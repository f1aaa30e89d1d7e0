/// The units of an architecture: spiking neurons of any kind, or rectified linear ones for the artificial twin.
public struct Activation: Sendable {
    private let make: @Sendable (_ channels: Int) -> any Layer

    /// Units of any kind.
    ///
    /// - Parameter make: a new layer of units for features whose last axis has a number of channels; for
    ///   vectors those are the neurons.
    public init(_ make: @escaping @Sendable (_ channels: Int) -> any Layer) { self.make = make }

    /// Leaky integrate-and-fire neurons.
    public static func spiking(
        leak: Leak, threshold: Float = 1, dynamics: LIFDynamics
    ) -> Activation {
        Activation { _ in LIF(leak: leak, threshold: threshold, dynamics: dynamics) }
    }

    /// Recurrent leaky integrate-and-fire neurons, as many as there are channels.
    public static func recurrent(
        connection: RecurrentLIF.Connection = .allToAll, leak: Leak, synapticLeak: Leak? = nil,
        adaptation: RecurrentLIF.Adaptation? = nil,
        dynamics: PopulationDynamics = PopulationDynamics(), gain: Float = 1
    ) -> Activation {
        Activation {
            RecurrentLIF(
                $0, connection: connection, leak: leak, synapticLeak: synapticLeak,
                adaptation: adaptation, dynamics: dynamics, gain: gain)
        }
    }

    /// Rectified linear units.
    public static let rectified = Activation { _ in ReLU() }

    /// Leak 0.5, threshold 1, hard reset that is not detached, scaled tanh surrogate with b = r = 3: the
    /// setting of Li et al. 2023.
    public static let deepSpiking = Activation.spiking(
        leak: .factor(0.5),
        dynamics: LIFDynamics(reset: .hard, detachesReset: false, surrogate: .dspike))

    /// A new layer of such units.
    public func layer(channels: Int) -> any Layer { make(channels) }
}
