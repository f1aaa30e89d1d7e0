import RanvierTensors

extension Network {
    /// What of the layers' options can hardly be meant in a sequence of some steps, a sentence each that names the layer.
    public func doubts(steps: Int) -> [String] {
        func visit(_ layer: any Layer, _ name: String) -> [String] {
            layer.doubts(timeStep: timeStep, steps: steps).map { "layer '\(name)': \($0)" }
                + layer.children.flatMap { visit($0.layer, "\(name).\($0.name)") }
        }
        return stages.flatMap { visit($0.layer, $0.name) }
    }

    /// Refuses layers whose parameters are made for another number of steps than a sequence has.
    ///
    /// - Throws: ``NetworkError/steps(name:kind:expected:found:)``.
    public func requireSteps(_ steps: Int) throws(NetworkError) {
        func visit(_ layer: any Layer, _ name: String) throws(NetworkError) {
            if let made = layer.madeForSteps, made != steps {
                throw .steps(name: name, kind: type(of: layer).kind, expected: steps, found: made)
            }
            // What runs at the first step alone has parameters of that step, whatever it was made for.
            let bare = (layer as? Named)?.layer ?? layer
            guard !(bare is FirstStep) else { return }
            for child in layer.children { try visit(child.layer, "\(name).\(child.name)") }
        }
        for stage in stages { try visit(stage.layer, stage.name) }
    }

    /// Whether there is a batch normalisation among the layers, those inside others included.
    public var normalizesByBatches: Bool {
        func holds(_ layer: any Layer) -> Bool {
            layer is BatchNormalization || layer.children.contains { holds($0.layer) }
        }
        return stages.contains { holds($0.layer) }
    }

    /// Fewest samples of a batch that the network can be trained on, and the first layer that asks for them.
    ///
    /// - Parameters:
    ///   - signal: what is known of what comes in.
    ///   - steps: steps that pass through the network at once.
    public func smallestBatch(signal: Signal, steps: Int) -> (samples: Int, layer: String) {
        // Only statistics of a batch ask for several samples.
        guard !freezesNormalization else { return (1, "") }
        let needs = chain.batchNeeds(for: inputShape, signal: signal, steps: steps)
        return needs.reduce((1, "")) { $1.samples > $0.0 ? ($1.samples, $1.name) : $0 }
    }
}

extension Leak {
    /// Share of a membrane below which nothing of it is left after a step.
    private static let leastKept = 0.01

    /// A sentence where a time constant is so far below the step that nothing is kept from one step to the next.
    ///
    /// - Parameter what: what decays: `membrane`.
    func doubts(_ what: String, timeStep: Double) -> [String] {
        guard case .timeConstant(let seconds) = self,
            factor(timeStep: timeStep) < Self.leastKept
        else { return [] }
        return [
            "the \(what) time constant of \(seconds) s is far below the time step of "
                + "\(timeStep) s: less than 1 % is kept from one step to the next; take a longer "
                + "time constant or a shorter step"
        ]
    }
}

extension InputScale {
    /// A sentence where the input is multiplied by nothing.
    func doubts(leak: Double) -> [String] {
        guard self == .oneMinusLeak, leak == 1 else { return [] }
        return [
            "with a leak of 1 the input scale '\(rawValue)' multiplies all input by 0: the neurons "
                + "never fire; use input-scale: unit"
        ]
    }
}

extension PopulationDynamics {
    /// A sentence where neurons cannot fire twice.
    func doubts(steps: Int) -> [String] {
        guard refractorySteps > 0, refractorySteps >= steps - 1, steps > 1 else { return [] }
        return [
            "a refractory period of \(refractorySteps) steps is as long as the sequence of \(steps): "
                + "a neuron fires at most once"
        ]
    }
}
