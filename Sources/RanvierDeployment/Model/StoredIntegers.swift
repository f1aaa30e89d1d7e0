import RanvierLearning
import RanvierTensors

/// Whole numbers of a stored network by name, held in single precision, which is exact below 2²⁴.
struct StoredIntegers {
    private var tensors: [String: Tensor]
    /// The file, for messages.
    private let place: String
    private static let limit = 16_777_215

    /// Numbers that were stored.
    init(_ tensors: [String: Tensor], at place: String) {
        self.tensors = tensors
        self.place = place
    }

    /// The numbers of a name, each once.
    ///
    /// - Throws: `ModelFileError` where they are not there, are not as many, or are no whole numbers within bounds.
    mutating func take(
        _ name: String, shape: [Int], in bounds: ClosedRange<Int> = -limit...limit
    ) throws(ModelFileError) -> [Int] {
        func refuse(_ expected: String, _ found: String) -> ModelFileError {
            ModelFileError(
                file: place, reason: "tensor '\(name)': expected \(expected), found \(found)")
        }
        guard let tensor = tensors.removeValue(forKey: name) else {
            throw refuse("one of shape \(shape)", "none")
        }
        guard tensor.shape == shape else { throw refuse("the shape \(shape)", "\(tensor.shape)") }
        var numbers: [Int] = []
        for value in tensor.scalars {
            guard let number = Int(exactly: value), bounds.contains(number) else {
                throw refuse(
                    "whole numbers from \(bounds.lowerBound) to \(bounds.upperBound)", "\(value)")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// Checks that nothing is left over.
    func finish() throws(ModelFileError) {
        guard let name = tensors.keys.min() else { return }
        throw ModelFileError(
            file: place, reason: "expected no tensor '\(name)' beside those of the network")
    }

    // MARK: - Writing

    /// All numbers of a network by name.
    ///
    /// - Throws: ``IntegerNetworkError`` for a number that single precision does not hold.
    static func tensors(of network: IntegerNetwork) throws(IntegerNetworkError) -> [String: Tensor]
    {
        var all: [String: Tensor] = [:]
        func put(
            _ layer: String, _ word: String, _ numbers: [Int], _ shape: [Int]
        ) throws(IntegerNetworkError) {
            if let large = numbers.first(where: { abs($0) > limit }) {
                throw .overflow(
                    layer: layer, what: "numbers of '\(word)'", bound: abs(large), limit: limit)
            }
            all["\(layer).\(word)"] = Tensor(numbers.map { Float($0) }, shape: shape)
        }
        func put(
            _ layer: String, _ word: String, _ weights: IntegerWeights
        ) throws(IntegerNetworkError) {
            try put(layer, word, weights.codes.map { Int($0) }, weights.shape)
            if let mask = weights.mask {
                try put(layer, "\(word)-mask", mask.map { $0 ? 1 : 0 }, weights.shape)
            }
        }
        for stage in network.stages {
            switch stage {
            case .pooling: break
            case .synapses(let stage):
                try put(stage.name, "weights", stage.weights)
                if let biases = stage.biases {
                    try put(stage.name, "bias", biases.map { Int($0) }, [biases.count])
                }
                if let delays = stage.delays {
                    try put(stage.name, "delays", delays.map { Int($0) }, stage.weights.shape)
                }
            case .neurons(let stage):
                if let thresholds = stage.thresholds {
                    try put(stage.name, "threshold", thresholds.map { Int($0) }, [thresholds.count])
                }
                if let initial = stage.initial {
                    try put(stage.name, "first-membrane", initial.map { Int($0) }, [initial.count])
                }
                if let recurrence = stage.recurrence {
                    try put(stage.name, "recurrent", recurrence.weights)
                }
            }
        }
        if let offsets = network.readout.offsets {
            try put("readout", "offsets", offsets.map { Int($0) }, [offsets.count])
        }
        return all
    }
}
