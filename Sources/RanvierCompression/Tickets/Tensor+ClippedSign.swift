import RanvierTensors

extension Tensor {
    /// Signs with a clipped straight-through gradient: the activation of networks whose weights and activations both have one
    /// bit.
    ///
    ///     y = sign(x),   sign(0) = +1;   ∂L/∂x = ∂L/∂y [|x| ≤ 1]
    ///
    /// Source: Hubara et al. 2016, as Diffenderfer & Kailkhura 2021 use it. Spikes are binary already and need none.
    public func clippedSign() -> Tensor {
        let x = detached
        let signs = x.isGreaterOrEqual(to: Tensor(0)) * 2 - 1
        return Tape.record(signs, inputs: [self]) {
            [$0 * Tensor(1).isGreaterOrEqual(to: x.absoluteValue())]
        }
    }
}
