import Foundation
import RanvierFormats
import RanvierNetworks
import RanvierTensors

/// What a workload starts from and which losses it goes through, so that another program can do the same
/// work and show that it did.
///
/// A safetensors file: the parameters by name; `input` `[T, B, …]`, one step where all are the same;
/// `labels` `[B]`; `losses`, one before each training step.
struct BenchTrace {
    private var tensors: [String: SafetensorsTensor]
    private let steps: Int

    /// The parameters as they are now, with an input and its labels.
    init(of network: Network, input: Tensor, labels: [Int] = []) {
        tensors = network.values.mapValues {
            SafetensorsTensor(shape: $0.shape, floats: $0.scalars)
        }
        tensors["input"] = Self.stored(input)
        steps = input.shape[0]
        if !labels.isEmpty {
            tensors["labels"] = SafetensorsTensor(
                shape: [labels.count], integers: labels.map(Int64.init))
        }
    }

    /// Adds the losses of training steps.
    mutating func add(losses: [Float]) {
        tensors["losses"] = SafetensorsTensor(shape: [losses.count], floats: losses)
    }

    /// Writes the file.
    ///
    /// - Throws: `FileError`.
    func write(to url: URL) throws(FileError) {
        try SafetensorsFile(tensors: tensors, metadata: ["steps": "\(steps)"]).write(to: url)
    }

    private static func stored(_ input: Tensor) -> SafetensorsTensor {
        switch input.storageKind {
        case .spikes:
            SafetensorsTensor(shape: input.shape, bytes: input.scalars.map { UInt8($0) })
        case .dense: SafetensorsTensor(shape: input.shape, floats: input.scalars)
        case .constantInTime:
            SafetensorsTensor(
                shape: [1] + input.shape.dropFirst(),
                floats: Array(input.scalars.prefix(input.shape.dropFirst().reduce(1, *))))
        }
    }
}
