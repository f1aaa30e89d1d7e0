import Foundation
import RanvierCompression
import RanvierNetworks
import RanvierTensors
import Testing

/// `fake_quant.json`: quantisers as views of parameters, forward and backward.
///
/// The vectors are in double precision and views in single. A quotient within 10⁻⁵ of a tie or of the largest code may fall on
/// the other side, so that such numbers are left out of the comparison; all others agree exactly in their codes.
@Suite struct FakeQuantReferenceTests {

    private func vectors(_ key: String) throws -> ReferenceValue {
        try ReferenceFile.fakeQuantization.value()[key]
    }

    /// `[out][in]` of the file as `[in, out]`.
    private func weights(_ value: ReferenceValue) throws -> Tensor {
        let (shape, data) = try value.array
        return Tensor(data.map { Float($0) }, shape: shape).transposed()
    }

    private func isNearEdge(_ v: Double, _ limit: Double) -> Bool {
        let rest = abs(abs(v) - abs(v).rounded(.down) - 0.5)
        return rest < 1e-5 || abs(abs(v) - limit) < 1e-5
    }

    /// Numbers that a view shows of weights, and the gradients of the weights and of the view's own numbers.
    private func look(
        _ view: any ParameterView, at weights: Tensor, gradient: Tensor
    ) -> (seen: Tensor, gradients: [Tensor]) {
        let parameter = Parameter(value: weights)
        parameter.views = [view]
        let network = Probe(parameter)
        let (_, gradients) = network.valueAndGradients { (parameter.tensor * gradient).sum() }
        return (parameter.seen, gradients)
    }

    @Test(.reference(.fakeQuantization)) func uniform() throws {
        let file = try vectors("uniform")
        let x = try file["x"].flat, gradient = try file["grad_out"].flatFloats
        let weights = Tensor(x.map { Float($0) }, shape: [x.count])
        let upstream = Tensor(gradient, shape: [x.count])
        for entry in try file["cases"].items {
            let bits = try entry["bits"].int, scale = try entry["scale"].double
            let rounding: QuantizerRounding =
                try entry["rounding"].string == "even" ? .halfToEven : .halfAwayFromZero
            let isLargest = try entry["scale_kind"].string == "maxabs"
            let view = SymmetricQuantizer(
                bits: bits, scale: isLargest ? .largest : .fixed([Float(scale)]),
                rounding: rounding)
            #expect(abs(Double(view.scale(of: weights)) - scale) <= 1e-6 * scale)
            let found = look(view, at: weights, gradient: upstream)
            let codes = view.codes(of: weights)
            let limit = Double(view.largestCode)
            for (index, (q, value)) in try zip(
                entry["q"].ints, zip(entry["dequant"].flat, entry["grad_in"].flat)
            ).enumerated() {
                guard !isNearEdge(x[index] / scale, limit) || !isLargest else { continue }
                #expect(codes[index] == q, "\(entry.place) \(index)")
                #expect(abs(Double(found.seen.scalars[index]) - value.0) <= 1e-5)
                #expect(abs(Double(found.gradients[0].scalars[index]) - value.1) <= 1e-6)
            }
            // The same scale as a step that learns. Numbers beside an edge count in its gradient.
            let learned = LearnedStepQuantizer(
                bits: bits, step: Float(scale), rounding: rounding)
            let step = look(learned, at: weights, gradient: upstream)
            let factor = Double(learned.gradientFactor(count: x.count))
            #expect(abs(factor - (try entry["lsq_factor"].double)) <= 1e-6)
            let slack = zip(x, gradient).reduce(0.0) {
                $0 + (isNearEdge($1.0 / scale, .infinity) && isLargest ? abs(Double($1.1)) : 0)
            }
            let sum = Double(step.gradients[1].scalars[0])
            let expected = try entry["lsq_grad_scale"].double
            #expect(abs(sum - expected) <= 1e-4 * (1 + abs(expected)) + factor * slack)
        }
    }

    @Test(.reference(.fakeQuantization)) func oneScaleForEachOutput() throws {
        let file = try vectors("per_channel")
        let weights = try weights(file["w"])
        for entry in try file["cases"].items {
            let view = SymmetricQuantizer(bits: try entry["bits"].int, isPerOutput: true)
            let scales = try entry["scales"].flat
            for (a, b) in zip(view.scales(of: weights), scales) {
                #expect(abs(Double(a) - b) <= 1e-6 * b)
            }
            let codes = Tensor(
                view.codes(of: weights).map { Float($0) }, shape: weights.shape
            ).transposed()
            let seen = view.seen(weights).transposed().scalars
            let width = weights.shape[0], limit = Double(view.largestCode)
            let numbers = weights.transposed().scalars
            for (index, (q, value)) in try zip(
                entry["q"].flat, entry["dequant"].flat
            ).enumerated() {
                let v = Double(numbers[index]) / scales[index / width]
                // The largest weight of each output is at the edge by construction, and clips to it.
                guard abs(abs(v) - limit) < 1e-5 || !isNearEdge(v, limit) else { continue }
                #expect(Double(codes.scalars[index]) == q, "\(entry.place) \(index)")
                #expect(abs(Double(seen[index]) - value) <= 1e-6)
            }
        }
    }

    @Test(.reference(.fakeQuantization)) func sharedScale() throws {
        let file = try vectors("shared_scale")
        let weights = try weights(file["w"]), upstream = try self.weights(file["grad_out"])
        for entry in try file["cases"].items {
            let bits = try entry["bits"].int, alpha = try entry["alpha"].double
            let fitted = SharedScaleQuantizer(bits: bits, fittedTo: weights)
            if try entry["is_initial"].bool {
                #expect(abs(Double(fitted.range.value.scalars[0]) - alpha) <= 1e-6 * alpha)
            }
            let view = SharedScaleQuantizer(bits: bits, range: Float(alpha))
            #expect(abs(Double(view.step) - (try entry["step"].double)) <= 1e-6)
            let threshold = try file["theta"].float
            #expect(
                view.integerThreshold(for: threshold, isStrict: true)
                    == (try entry["int_threshold_gt"].int))
            #expect(view.integerThreshold(for: threshold) == (try entry["int_threshold_ge"].int))
            let found = look(view, at: weights, gradient: upstream)
            let seen = found.seen.transposed().scalars
            let moved = found.gradients[0].transposed().scalars
            let codes = Tensor(view.codes(of: weights).map { Float($0) }, shape: weights.shape)
                .transposed().scalars
            let numbers = weights.transposed().scalars
            for (index, q) in try entry["q"].flat.enumerated() {
                let v = tanh(Double(numbers[index])) / alpha * Double(view.largestCode)
                guard !isNearEdge(v, Double(view.largestCode)) else { continue }
                #expect(Double(codes[index]) == q)
                #expect(abs(Double(seen[index]) - (try entry["dequant"].flat[index])) <= 1e-6)
                #expect(abs(Double(moved[index]) - (try entry["grad_w"].flat[index])) <= 1e-5)
            }
            let expected = try entry["grad_alpha"].double
            #expect(
                abs(Double(found.gradients[1].scalars[0]) - expected) <= 1e-4 * (1 + abs(expected)))
        }
    }

    @Test(.reference(.fakeQuantization)) func binary() throws {
        let file = try vectors("binary")
        let weights = try weights(file["w"]), upstream = try self.weights(file["grad_out"])
        let found = look(BinaryQuantizer(), at: weights, gradient: upstream)
        let seen = found.seen.transposed()
        for (index, expected) in try file["dequant"].flat.enumerated() {
            #expect(abs(Double(seen.scalars[index]) - expected) <= 1e-6)
        }
        let moved = found.gradients[0].transposed().scalars
        for (index, expected) in try file["grad_clipped"].flat.enumerated() {
            #expect(abs(Double(moved[index]) - expected) <= 1e-6)
        }
        #expect(seen.sign().scalars == (try file["sign"].flatFloats))
        let gains = seen.absoluteValue().maximum(along: 1).scalars
        for (a, b) in zip(gains, try file["alpha_per_row"].flat) {
            #expect(abs(Double(a) - b) <= 1e-6)
        }
    }

    @Test(.reference(.fakeQuantization)) func ternary() throws {
        let file = try vectors("ternary")
        let weights = try weights(file["w"])
        let upstream = Tensor.ones(weights.shape)
        let found = look(TernaryQuantizer(), at: weights, gradient: upstream)
        let seen = found.seen.transposed()
        #expect(seen.sign().scalars == (try file["code"].flatFloats))
        for (a, b) in zip(seen.scalars, try file["dequant"].flat) {
            #expect(abs(Double(a) - b) <= 1e-6)
        }
        #expect(found.gradients[0].scalars == upstream.scalars)
    }
}

extension FakeQuantReferenceTests {
    @Test(.reference(.fakeQuantization)) func searchOfScales() throws {
        let file = try vectors("post_training")
        let numbers = try file["w"].flat
        for entry in try file["cases"].items {
            let search = ScaleSearch(bits: try entry["bits"].int)
            let best = try #require(search.best(of: numbers))
            #expect(abs(best.fraction - (try entry["best_fraction"].double)) <= 1e-9)
            #expect(abs(best.scale - (try entry["best_scale"].double)) <= 1e-9 * best.scale)
            #expect(abs(best.error - (try entry["best_mse"].double)) <= 1e-9 * best.error)
            #expect(
                abs(best.largestScaleError - (try entry["maxabs_mse"].double))
                    <= 1e-9 * best.largestScaleError)
            let quantizer = search.quantizer(for: try weights(file["w"]))
            let scale = Double(quantizer.scale(of: .zeros([1])))
            #expect(abs(scale - best.scale) <= 1e-5 * best.scale)
        }
    }

    @Test(.reference(.fakeQuantization)) func shifts() throws {
        for entry in try ReferenceFile.fakeQuantization.value()["shift_leak"]
            .items
        {
            let shift = DecayShift(nearestTo: try entry["beta"].double)
            #expect(shift.shift == (try entry["shift"].int))
            #expect(shift.leak == (try entry["decay"].double))
        }
    }
}

/// A network of one parameter, so that gradients are asked for as in training.
private struct Probe: Layer {
    static let kind = "probe"
    let parameter: Parameter

    init(_ parameter: Parameter) { self.parameter = parameter }

    var parameters: [(name: String, parameter: Parameter)] { [("weights", parameter)] }
    func outputShape(for input: [Int]) -> [Int] { input }
    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor { input }

    func valueAndGradients(of loss: () -> Tensor) -> (loss: Tensor, gradients: [Tensor]) {
        guard let network = try? Network(inputShape: [1], layers: [self]) else {
            preconditionFailure("a network of one parameter can be built")
        }
        return network.valueAndGradients(of: loss)
    }
}
