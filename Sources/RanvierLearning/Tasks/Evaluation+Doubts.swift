extension Evaluation {
    /// Share of the steps above which the neurons of a layer say nothing by firing.
    private static let saturatedRate = 0.99

    /// A sentence for each layer that never fired, or fired at nearly every step.
    public var doubts: [String] {
        activity.compactMap { layer in
            if layer.spikesPerSample == 0 {
                return "layer '\(layer.name)' is silent for all test samples: nothing behind it "
                    + "sees them; raise its input (gain, initial weights) or lower its threshold"
            }
            // Without a clock a neuron may fire many times in its one step.
            guard layer.steps > 1, layer.rate >= Self.saturatedRate else { return nil }
            let share = (1000 * layer.rate).rounded() / 10
            return "layer '\(layer.name)' is saturated on the test samples: its neurons fire at "
                + "\(share) % of the steps; lower its input or raise its threshold"
        }
    }
}
