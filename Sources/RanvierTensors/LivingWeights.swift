import CRanvierKernels

/// What a mask leaves of weights `[…, inputs, outputs]`, found once per mask: which inputs and outputs have any weight left,
/// and which weights there are.
///
/// Products look at it and not for zeros. Where whole inputs or outputs are gone, training computes with the matrix of the
/// others; where few single weights are left, spikes add those that are listed.
package final class LivingWeights: Sendable {
    /// Some places of an axis.
    package struct Places: Sendable {
        /// Length of the axis.
        package let length: Int
        /// The places, ascending.
        package let list: [UInt32]
        /// Where each place of the axis is in the list; −1 where it is not.
        let ranks: [Int32]
        /// 1 for each place of the axis that is in the list, else 0.
        let flags: [UInt8]

        init(_ isLiving: [Bool]) {
            length = isLiving.count
            list = isLiving.indices.filter { isLiving[$0] }.map { UInt32($0) }
            var ranks = [Int32](repeating: -1, count: isLiving.count)
            for (rank, place) in list.enumerated() { ranks[Int(place)] = Int32(rank) }
            self.ranks = ranks
            flags = isLiving.map { $0 ? 1 : 0 }
        }

        /// Whether so few are left that to collect them pays: a copy of rows costs about as much as a quarter of a product.
        var areFew: Bool { 4 * list.count <= 3 * length }
        /// Whether some are gone.
        var areSome: Bool { list.count < length }
    }

    /// Inputs with a weight left.
    package let inputs: Places
    /// Outputs with a weight left.
    package let outputs: Places
    /// Weights that are left.
    package let count: Int
    /// Weights in all.
    package let total: Int
    /// A bit for each weight, in memory's order.
    private let bits: SpikeBits

    /// Groups of four outputs of an input in which a weight is left, over all groups: those of blocks go as one.
    let groupDensity: Double

    /// Whether all weights between living inputs and outputs are left.
    var isRectangle: Bool { inputs.list.count * outputs.list.count * places == count }
    /// Weights between an input and an output: places of a kernel.
    private var places: Int { total / max(inputs.length * outputs.length, 1) }

    /// Share of weights that are left.
    package var density: Double { Double(count) / Double(max(total, 1)) }

    /// - Parameter alive: ones where a weight is, `[…, inputs, outputs]`; of a list, all are outputs.
    package init(_ alive: Tensor) {
        let shape = alive.shape
        let outputs = shape.last ?? 1, inputs = shape.count > 1 ? shape[shape.count - 2] : 1
        var livingInputs = [Bool](repeating: false, count: inputs)
        var livingOutputs = [Bool](repeating: false, count: outputs)
        var count = 0, groups = 0
        let buffer = alive.denseBuffer
        withExtendedLifetime(buffer) {
            for row in 0..<(outputs > 0 ? buffer.count / outputs : 0) {
                let numbers = buffer.pointer + row * outputs
                var found = 0, group = -1
                for output in 0..<outputs where numbers[output] != 0 {
                    livingOutputs[output] = true
                    found += 1
                    if output / 4 != group { groups += 1 }
                    group = output / 4
                }
                if found > 0 { livingInputs[row % inputs] = true }
                count += found
            }
        }
        self.inputs = Places(livingInputs)
        self.outputs = Places(livingOutputs)
        self.count = count
        total = alive.count
        let rows = outputs > 0 ? alive.count / outputs : 0
        groupDensity = Double(groups) / Double(max(rows * ((outputs + 3) / 4), 1))
        let flat = alive.detached.reshaped(to: [1, alive.count])
        guard let bits = flat.packedAsSpikes.spikeBits else {
            preconditionFailure("packed spikes have bits")
        }
        self.bits = bits
    }

    /// The weights that are left, zeros elsewhere: as they are, where what wrote them has left the others out.
    package func kept(_ weights: Tensor) -> Tensor {
        let from = weights.denseBuffer
        if from.maskedBy === self { return weights.detached.dense }
        let to = FloatBuffer(count: weights.count)
        keep(from, to)
        return Tensor(shape: weights.shape, dense: to)
    }

    /// Makes the weights that are gone zero, in place.
    package func clear(_ weights: FloatBuffer) { keep(weights, weights) }

    /// The same for a part of the weights; parts that do not overlap may be cleared side by side.
    package func clear(_ weights: FloatBuffer, from first: Int, count: Int) {
        precondition(weights.count == total, "\(weights.count) weights and a mask of \(total)")
        precondition(first >= 0 && count >= 0 && first + count <= total, "weights out of range")
        rnv_keep_part(weights.pointer + first, bits.words, first, count)
    }

    private func keep(_ from: FloatBuffer, _ to: FloatBuffer) {
        precondition(from.count == total, "\(from.count) weights and a mask of \(total)")
        Parallel.forEachRange(of: total, grain: 1 << 16) { [bits] range in
            rnv_keep(
                from.pointer + range.lowerBound, bits.words + range.lowerBound / 64, range.count,
                to.pointer + range.lowerBound)
        }
    }
}
