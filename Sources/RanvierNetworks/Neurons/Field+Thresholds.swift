import RanvierConfiguration
import RanvierTensors

extension Field {
    /// A threshold for each channel: `threshold-per-channel` and `channels`.
    static func thresholds(
        _ isPerChannel: Place<Value, Bool>, _ channels: Place<Value, Int?>
    ) -> [Field] {
        [
            .boolean("threshold-per-channel", isPerChannel),
            .optionalInteger("channels", channels, in: 1..., drawn: nil),
            .refusing("channels") {
                !$0[keyPath: isPerChannel] && $0[keyPath: channels] != nil
            } because: { _ in
                "has no effect without threshold-per-channel: true; one threshold serves the layer"
            } settle: {
                $0[keyPath: channels] = nil
            },
        ]
    }

    /// Levels near the threshold need one threshold for all neurons.
    static func levels(
        _ membrane: Place<Value, MembraneLevels?>, besideThresholds isPerChannel: Place<Value, Bool>
    ) -> Field {
        .refusing("membrane") {
            $0[keyPath: isPerChannel] && $0[keyPath: membrane]?.placement == .nearThreshold
        } because: { _ in
            "levels near the threshold follow from one threshold; with threshold-per-channel take "
                + "uniform levels"
        } settle: {
            $0[keyPath: membrane] = nil
        }
    }
}

extension Parameter {
    /// Thresholds: given ones, or one number for the layer or for each channel.
    static func thresholds(
        _ given: [Float]?, else start: Float, channels: Int?, learns: Bool
    ) -> Parameter {
        if let given {
            return Parameter(
                value: Tensor(given, shape: [given.count]), isTrainable: learns, decays: false)
        }
        return Parameter(
            shape: channels.map { [$0] } ?? [], initialization: .constant(start),
            isTrainable: learns, decays: false)
    }

    /// The least of some thresholds, below which a reset must end.
    static func least(of thresholds: [Float]) -> Float {
        precondition(
            thresholds.allSatisfy { $0 > 0 && $0.isFinite }, "thresholds are positive numbers")
        guard let least = thresholds.min() else {
            preconditionFailure("a threshold for each channel, not none")
        }
        return least
    }

    /// Refuses features whose last axis has another number of elements than there are thresholds.
    func requireChannels(of input: [Int]) throws(ShapeMismatch) {
        guard let channels = shape.first, input.last != channels else { return }
        throw ShapeMismatch(
            expected: "\(channels) channels on the last axis, one for each threshold", found: input)
    }
}
