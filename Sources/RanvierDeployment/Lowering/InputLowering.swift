import Foundation
import RanvierCompression
import RanvierSpikes
import RanvierTensors

/// How samples come in, from an encoder and the layer that counts what it shows.
struct InputLowering {
    let lowering: IntegerLowering
    /// The layer that counts; nil where spikes come in.
    let counted: WholeNumberInput?
    /// What the first layer takes at a step.
    let shape: [Int]

    private static let usualLevels = 255

    /// - Throws: ``LoweringError`` for an encoder without a form in integers; ``IntegerNetworkError``.
    func input(
        of encoder: any SpikeEncoder, warnings: inout [String]
    ) throws -> IntegerInput {
        let kind = type(of: encoder).kind
        if let encoder = encoder as? EachRowEncoder {
            return try row(of: encoder.encoder, rows: encoder.rows, warnings: &warnings)
        }
        let rows = encoder.rowDuration == nil ? 1 : encoder.steps
        switch encoder {
        case is SequenceEncoder:
            guard let counted else {
                throw LoweringError.encoder(
                    kind: kind, reason: "nothing says what its rows hold; fold with an input")
            }
            return try numbers(counted, steps: 1, rows: rows)
        case let encoder as DeltaEncoder:
            let (levels, distance) = try levels(of: Double(encoder.threshold), kind: kind)
            return try IntegerInput(
                rowShape: halved, rows: rows, levels: levels, range: -32_767...32_767,
                encoding: .delta(
                    threshold: distance,
                    first: try first(encoder.valueBeforeFirst.map { Double($0) }, levels, kind)))
        case let encoder as LevelCrossingEncoder:
            let (levels, distance) = try levels(of: encoder.threshold, kind: kind)
            return try IntegerInput(
                rowShape: halved, rows: rows, levels: levels, range: -32_767...32_767,
                encoding: .levelCrossing(
                    distance: distance, mostEvents: encoder.mostEvents,
                    first: try first(encoder.valueBeforeFirst, levels, kind)))
        default: return try row(of: encoder, rows: 1, warnings: &warnings)
        }
    }

    /// Codes of values, each row on its own.
    private func row(
        of encoder: any SpikeEncoder, rows: Int, warnings: inout [String]
    ) throws -> IntegerInput {
        let kind = type(of: encoder).kind, levels = lowering.levels ?? Self.usualLevels
        let encoding: IntegerInput.Encoding
        switch encoder {
        case is DirectEncoder:
            guard let counted else {
                throw LoweringError.encoder(kind: kind, reason: "nothing counts its values")
            }
            return try numbers(counted, steps: encoder.steps, rows: rows)
        case is LatencyEncoder:
            encoding = .latency(cuts: try cuts(of: encoder, levels: levels, kind: kind))
        case is PoissonEncoder:
            encoding = .rate(steps: encoder.steps, seed: lowering.seed)
            warnings.append(
                "a device draws the spikes of '\(kind)' from its own generator, the same for every sample: "
                    + "answers differ from those of the network that learned by chance")
        default:
            throw LoweringError.encoder(
                kind: kind,
                reason:
                    "a device codes by direct, sequence, latency, poisson, delta, level-crossing and "
                    + "each-row; train with one of them, or hand it spikes that the host has coded")
        }
        return try IntegerInput(
            rowShape: shape, rows: rows, levels: levels, range: 0...Int32(levels),
            encoding: encoding)
    }

    private func numbers(
        _ counted: WholeNumberInput, steps: Int, rows: Int
    ) throws(IntegerNetworkError) -> IntegerInput {
        let largest = Int32(counted.largest)
        let isSpikes = counted.options.levels == 1 && largest == 1 && !counted.options.isSigned
        return try IntegerInput(
            rowShape: shape, rows: rows, levels: counted.options.levels,
            range: (counted.options.isSigned ? -largest : 0)...largest,
            encoding: isSpikes && steps == 1 ? .spikes : .numbers(steps: steps))
    }

    /// The shape of a row whose rises and falls are shown.
    private var halved: [Int] {
        var shape = shape
        shape[shape.count - 1] /= 2
        return shape
    }

    /// Levels at which a distance is a whole number of at least 64, so that rounding moves a signal little, and that number.
    private func levels(of distance: Double, kind: String) throws(LoweringError) -> (Int, Int32) {
        func isWhole(_ number: Double) -> Bool {
            number >= 1 && abs(number - number.rounded()) <= 1e-6 * number
        }
        if let levels = lowering.levels {
            let units = distance * Double(levels)
            guard isWhole(units) else {
                throw .encoder(
                    kind: kind,
                    reason:
                        "its threshold of \(distance) is \(units) of \(levels) levels, which is no "
                        + "whole number; take other levels")
            }
            return (levels, Int32(units.rounded()))
        }
        for units in 64...8192 {
            let levels = Double(units) / distance
            if isWhole(levels), levels <= 65_535 { return (Int(levels.rounded()), Int32(units)) }
        }
        throw .encoder(
            kind: kind,
            reason:
                "no number of levels makes its threshold of \(distance) a whole number; take one with "
                + "fewer digits")
    }

    private func first(
        _ value: Double?, _ levels: Int, _ kind: String
    ) throws(LoweringError) -> Int32? {
        guard let value else { return nil }
        let number = value * Double(levels)
        guard abs(number) <= 32_767, abs(number - number.rounded()) <= 1e-6 * max(abs(number), 1)
        else {
            throw .encoder(
                kind: kind,
                reason:
                    "the value \(value) before the first row is \(number) of \(levels) levels, which is "
                    + "no whole number")
        }
        return Int32(number.rounded())
    }

    /// The smallest number that has spiked by each step.
    private func cuts(
        of encoder: any SpikeEncoder, levels: Int, kind: String
    ) throws -> [Int32] {
        let values = (0...levels).map { Float($0) / Float(levels) }
        let spikes = try encoder.encode(
            Tensor(values, shape: [1, values.count]),
            at: EncodingPosition(stream: .evaluation, epoch: 0, samples: [0]))
        let times = spikes.firstSpikeSteps.scalars.map { Int($0) }
        guard zip(times, times.dropFirst()).allSatisfy({ $0 >= $1 }),
            Int(spikes.sum(axes: [0]).scalars.max() ?? 0) <= 1
        else {
            throw LoweringError.encoder(
                kind: kind, reason: "larger values do not always spike earlier, and once")
        }
        return (0..<encoder.steps).map { step in
            Int32(times.firstIndex { $0 <= step } ?? levels + 1)
        }
    }
}
