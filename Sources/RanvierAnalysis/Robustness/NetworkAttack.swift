import RanvierNetworks
import RanvierTensors

/// A gradient attack on a clocked network that is shown the same image at every step.
public struct NetworkAttack {
    /// The network.
    public let network: Network
    /// Steps for which an image is shown.
    public let steps: Int
    /// The loss that the attack raises, from the network's output `[T, B, classes]` and the labels.
    public let loss: (_ output: Tensor, _ labels: [Int]) -> Tensor
    /// Whether normalisation takes the statistics of the attacked batch and moves its running values, as in training. The code
    /// that was published with Li et al. 2023 does so.
    public let isTraining: Bool

    /// An attack on a network.
    ///
    /// - Parameter loss: the cross-entropy of the mean output over the steps if left out.
    public init(
        _ network: Network, steps: Int, isTraining: Bool = false,
        loss: @escaping (_ output: Tensor, _ labels: [Int]) -> Tensor = {
            $0.mean(axes: [0]).crossEntropy(labels: $1)
        }
    ) {
        self.network = network
        self.steps = steps
        self.isTraining = isTraining
        self.loss = loss
    }

    /// The loss of a batch `[B, …]` and its gradient by the images.
    public func valueAndGradient(
        _ images: Tensor, labels: [Int]
    ) -> (value: Float, gradient: Tensor) {
        let variable = images.detached.tracked(as: "images")
        let context = ForwardContext(timeStep: network.timeStep, isTraining: isTraining)
        let value = loss(network(variable.repeatedInTime(steps: steps), in: context), labels)
        return (value.scalar, value.gradients(for: [variable])[0])
    }

    /// Changes a batch so that the network's loss grows.
    public func callAsFunction(
        _ attack: GradientAttack, on images: Tensor, labels: [Int]
    ) -> Tensor {
        attack(images) { valueAndGradient($0, labels: labels).gradient }
    }
}
