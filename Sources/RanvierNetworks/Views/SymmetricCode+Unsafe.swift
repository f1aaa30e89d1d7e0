import CRanvierKernels
import RanvierTensors

/// Whole numbers −Q … Q that stand for numbers, and the scale between them: the arithmetic that symmetric quantisers share.
///
///     x̂ = s clip(round(x / s), −Q, Q)
package struct SymmetricCode: Sendable {
    /// One scale, or one for each place of the last axis.
    package var scales: [Float]
    /// Q.
    package var largestCode: Int
    /// How quotients are rounded.
    package var rounding: QuantizerRounding

    package init(
        scales: [Float], largestCode: Int, rounding: QuantizerRounding = .halfToEven
    ) {
        self.scales = scales
        self.largestCode = largestCode
        self.rounding = rounding
    }

    private var isPerColumn: Int32 { scales.count == 1 ? 0 : 1 }

    /// The numbers that the codes stand for; where a scale is not positive they stay as they are.
    package func rounded(_ x: Tensor) -> Tensor {
        forEachPart(of: x) { code, x, out, rows, columns, _ in
            code.withScales {
                rnv_quantize(
                    x, $0, code.isPerColumn, Float(code.largestCode), code.rounding.kernel, out,
                    rows, columns)
            }
        }
    }

    /// The codes.
    package func codes(_ x: Tensor) -> Tensor {
        forEachPart(of: x) { code, x, out, rows, columns, _ in
            code.withScales {
                rnv_quantize_codes(
                    x, $0, code.isPerColumn, Float(code.largestCode), code.rounding.kernel, out,
                    rows, columns)
            }
        }
    }

    /// The gradient straight through the rounding: none where numbers are clipped.
    ///
    /// - Parameter reach: steps beyond Q up to which it passes all the same.
    package func passed(_ gradient: Tensor, at x: Tensor, reach: Float = 0) -> Tensor {
        let upstream = gradient.denseBuffer
        nonisolated(unsafe) let g = UnsafePointer(upstream.pointer)
        return withExtendedLifetime(upstream) {
            forEachPart(of: x) { code, x, out, rows, columns, start in
                code.withScales {
                    rnv_quantize_gradient(
                        g + start, x, $0, code.isPerColumn, Float(code.largestCode) + reach, out,
                        rows, columns)
                }
            }
        }
    }

    /// The same for numbers `t = tanh(w)`, by w: times `1 − t²`.
    package func passedThroughTanh(_ gradient: Tensor, at squashed: Tensor) -> Tensor {
        let upstream = gradient.denseBuffer
        nonisolated(unsafe) let g = UnsafePointer(upstream.pointer)
        return withExtendedLifetime(upstream) {
            forEachPart(of: squashed) { code, t, out, rows, columns, start in
                rnv_quantize_tanh_gradient(
                    g + start, t, code.scales[0], Float(code.largestCode), out, rows * columns)
            }
        }
    }

    /// `Σ g h` with h = round(x/s) − x/s inside and ±Q outside: the gradient of the one scale before its factor.
    ///
    /// - Parameter edgeIsClipped: whether a number at ±Q counts as outside.
    package func stepGradient(
        _ gradient: Tensor, at x: Tensor, edgeIsClipped: Bool
    ) -> Double {
        let g = gradient.denseBuffer, x = x.denseBuffer
        return withExtendedLifetime((g, x)) {
            rnv_quantize_step_gradient(
                g.pointer, x.pointer, scales[0], Float(largestCode), edgeIsClipped ? 1 : 0,
                rounding.kernel, x.count)
        }
    }

    /// Largest size of all numbers, or of each place of the last axis.
    package static func peaks(of x: Tensor, perOutput: Bool) -> [Float] {
        let buffer = x.denseBuffer
        let columns = max(x.shape.last ?? 1, 1), rows = buffer.count / columns
        var peaks = [Float](repeating: 0, count: columns)
        withExtendedLifetime(buffer) { rnv_column_peaks(buffer.pointer, &peaks, rows, columns) }
        return perOutput ? peaks : [peaks.reduce(0, max)]
    }

    /// Root of the mean square of what is there, of all numbers or of each place of the last axis; 0 where nothing is.
    ///
    /// - Parameter alive: ones and zeros of the same shape, nil for ones; what is not there must be zero in `x`.
    package static func rootMeanSquares(
        of x: Tensor, alive: Tensor?, perOutput: Bool
    ) -> [Double] {
        let columns = max(x.shape.last ?? 1, 1), rows = x.count / columns
        func squares(_ tensor: Tensor) -> [Double] {
            let buffer = tensor.denseBuffer
            var sums = [Double](repeating: 0, count: columns)
            withExtendedLifetime(buffer) {
                rnv_column_squares(buffer.pointer, &sums, rows, columns)
            }
            return sums
        }
        var sums = squares(x)
        // The square of a one is a one.
        var counts = alive.map(squares) ?? [Double](repeating: Double(rows), count: columns)
        if !perOutput { (sums, counts) = ([sums.reduce(0, +)], [counts.reduce(0, +)]) }
        return zip(sums, counts).map { $1 > 0 ? ($0 / $1).squareRoot() : 0 }
    }

    private func withScales(_ body: (UnsafePointer<Float>?) -> Void) {
        scales.withUnsafeBufferPointer { body($0.baseAddress) }
    }

    private typealias Kernel =
        @Sendable (
            SymmetricCode, UnsafePointer<Float>, UnsafeMutablePointer<Float>, _ rows: Int,
            _ columns: Int, _ start: Int
        ) -> Void

    private func forEachPart(of x: Tensor, _ kernel: Kernel) -> Tensor {
        let columns = scales.count == 1 ? x.count : scales.count
        precondition(
            columns == 0 || x.count % max(columns, 1) == 0, "one scale for each output is needed")
        let source = x.denseBuffer, result = FloatBuffer(count: x.count)
        // With one scale any cut will do; with several, whole rows.
        let unit = scales.count == 1 ? 1 : columns
        let grain = max(1, 65536 / max(unit, 1)) * unit
        Parallel.forEachRange(of: x.count, grain: grain) { range in
            kernel(
                self, source.pointer + range.lowerBound, result.pointer + range.lowerBound,
                range.count / unit, unit, range.lowerBound)
        }
        return Tensor(shape: x.shape, dense: result)
    }
}
