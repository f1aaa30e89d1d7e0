import RanvierConfiguration

/// A ``RecurrentNetwork`` as configurations say it; the artificial network is a perceptron of the same sizes.
struct RecurrentArchitecture: DescribedArchitecture {
    static let kind = "recurrent"
    var hidden = [256]
    var inputGain: Float = 2
    var dropout: Float = 0
    var units = RecurrentLIF.Options().with { $0.gain = 0.5 }
    var readout = Readout()

    struct Readout: Configurable {
        var leak = Leak.timeConstant(20e-3)
        static let schema = Schema<Readout> { Field.leak(\.leak) }
    }

    static let schema = Schema<RecurrentArchitecture> {
        Field.integers("hidden", \.hidden, in: 1...)
        Field.number("input-gain", \.inputGain, in: .positive)
        Field.number("dropout", \.dropout, in: 0...0.99)
        Field { section, value throws(ConfigurationError) in
            let element = try section.element(
                "units", kinds: [RecurrentLIF.kind], default: RecurrentLIF.kind)
            value.units = try RecurrentLIF.Options(element.options, from: value.units)
        } write: {
            [
                .init(
                    "units",
                    Element(RecurrentLIF.kind, $0.units.configurationValue).configurationValue)
            ]
        } vary: { value, random in
            RecurrentLIF.Options.schema.vary(&value.units, using: &random)
        }
        Field.section("readout", \.readout)
    }

    func layers(at site: LayerSite) -> [any Layer] {
        guard site.family == .spiking else {
            return MultilayerPerceptron(
                inputShape: site.shape, hidden: hidden, outputs: site.outputs,
                activation: .rectified
            ).layers
        }
        return RecurrentNetwork(
            inputShape: site.shape, hidden: hidden, outputs: site.outputs,
            units: Activation { RecurrentLIF(units, at: site.after([$0])) },
            readoutLeak: readout.leak, inputGain: inputGain, dropout: dropout
        ).layers
    }
}
