import RanvierConfiguration

/// A ``MultilayerPerceptron`` as configurations say it.
struct PerceptronArchitecture: DescribedArchitecture {
    static let kind = "mlp"
    var hidden = [128]
    var gain: Float = 1
    var units = LayerDescription(Element(LIF.kind, LIF.Options().configurationValue))
    var readout = Readout.integrator(.init())

    enum Readout: Hashable, Sendable {
        case currents, units
        case integrator(LeakyIntegrator.Options)
    }

    private enum ReadoutWord: String, CaseIterable {
        case currents
        case integrator = "leaky-integrator"
        case units
    }

    static let schema = Schema<PerceptronArchitecture> {
        Field.integers("hidden", \.hidden, in: 1...)
        Field.number("gain", \.gain, in: .positive)
        Field.unit("units", \.units, isDeep: false)
        Field { section, value throws(ConfigurationError) in
            guard section.keys.contains("readout") else {
                let written: ConfigurationValue =
                    switch value.readout {
                    case .currents: .string("currents")
                    case .units: .string("units")
                    case .integrator(let options):
                        Element(LeakyIntegrator.kind, options.configurationValue)
                            .configurationValue
                    }
                section.record("readout", written)
                return
            }
            let (word, options) = try section.choiceWithOptions(
                "readout", default: ReadoutWord.integrator)
            switch word {
            case .units: value.readout = .units
            case .currents: value.readout = .currents
            case .integrator:
                value.readout = .integrator(try LeakyIntegrator.Options(options))
            }
        } write: { value in
            switch value.readout {
            case .currents: [.init("readout", .string("currents"))]
            case .units: [.init("readout", .string("units"))]
            case .integrator(let options):
                [
                    .init(
                        "readout",
                        Element(LeakyIntegrator.kind, options.configurationValue)
                            .configurationValue)
                ]
            }
        } vary: { value, random in
            value.readout = Bool.random(using: &random) ? .currents : .units
        }
    }

    func layers(at site: LayerSite) -> [any Layer] {
        let isSpiking = site.family == .spiking
        let given: MultilayerPerceptron.Readout =
            switch readout {
            case .currents: .currents
            case .units: .activation
            case .integrator(let options): .integrator(options.leak, options.inputScale)
            }
        return MultilayerPerceptron(
            inputShape: site.shape, hidden: hidden, outputs: site.outputs,
            activation: site.activation(units), readout: isSpiking ? given : .currents, gain: gain
        ).layers
    }
}
