import CRanvierKernels

extension Tensor {
    /// Logarithm of the softmax along the last axis.
    ///
    ///     y = x − max − log Σ exp(x − max)
    public func logSoftmax() -> Tensor {
        if let constant = mappingStep({ $0.logSoftmax() }) { return constant }
        precondition(rank > 0 && shape[rank - 1] > 0, "a softmax needs classes, not \(shape)")
        let classes = shape[rank - 1]
        let source = denseBuffer
        let result = FloatBuffer(count: count)
        Parallel.forEachRange(of: count / classes, grain: max(1, 8192 / classes)) { rows in
            rnv_log_softmax(
                source.pointer + rows.lowerBound * classes, rows.count, classes,
                result.pointer + rows.lowerBound * classes)
        }
        let value = Tensor(shape: shape, dense: result)
        return Tape.record(value, inputs: [self]) { gradient in
            let total = gradient.sum(axes: [gradient.rank - 1], keepingAxes: true)
            return [gradient - value.exp() * total]
        }
    }

    /// Softmax along the last axis.
    public func softmax() -> Tensor { logSoftmax().exp() }

    /// Mean cross-entropy of rows of logits against class labels, a single number.
    ///
    ///     L = −1/n Σ log softmax(z_i)[y_i]
    ///
    /// - Parameters:
    ///   - labels: one class per row; a sequence `[T, B, classes]` may be given the `B` labels of its
    ///     batch, which then hold at every step.
    ///   - smoothing: share of the target that is spread evenly over all classes.
    ///   - weights: by how much each row counts, one per label; nil for all alike. The sum is still divided by the number of
    ///     rows.
    public func crossEntropy(
        labels: [Int], smoothing: Float = 0, weights: [Float]? = nil
    ) -> Tensor {
        if let step = trackedStep {
            return step.crossEntropy(labels: labels, smoothing: smoothing, weights: weights)
        }
        precondition(rank > 0 && shape[rank - 1] > 0, "a cross-entropy needs classes, not \(shape)")
        let classes = shape[rank - 1], rows = count / classes
        precondition(
            !labels.isEmpty && rows % labels.count == 0,
            "\(labels.count) labels do not fit \(rows) rows of logits")
        precondition(
            labels.allSatisfy { $0 >= 0 && $0 < classes }, "a label is outside 0..<\(classes)")
        precondition(
            weights.map { $0.count == labels.count } ?? true, "a weight belongs to each label")
        let logs = detached.logSoftmax()
        let even = smoothing / Float(classes)
        let loss = logs.withUnsafeScalars { logs -> Double in
            var sum = 0.0
            for row in 0..<rows {
                let weight = Double(weights?[row % labels.count] ?? 1)
                sum -=
                    weight * Double(1 - smoothing)
                    * Double(logs[row * classes + labels[row % labels.count]])
                guard smoothing > 0 else { continue }
                for j in 0..<classes {
                    sum -= weight * Double(even) * Double(logs[row * classes + j])
                }
            }
            return sum / Double(rows)
        }
        return Tape.record(Tensor(Float(loss)), inputs: [self]) { gradient in
            // weight (softmax − target) / rows
            let scale = gradient.scalar / Float(rows)
            let difference = logs.exp().denseBuffer
            for row in 0..<rows {
                let start = difference.pointer + row * classes
                if even > 0 { for j in 0..<classes { start[j] -= even } }
                start[labels[row % labels.count]] -= 1 - smoothing
                if let weight = weights?[row % labels.count] {
                    for j in 0..<classes { start[j] *= weight }
                }
            }
            return [Tensor(shape: logs.shape, dense: difference) * scale]
        }
    }
}
