import RanvierNetworks
import RanvierTensors

/// A kernel and a format for a layer of synapses, what they take of flash, and what they cost.
struct SynapsePlan {
    let kernel: SynapseKernel
    let format: WeightFormat
    /// Rows in the order of the kernel; nil for planes.
    let weights: RowWeights?
    /// Tables of the weights, and of their delays.
    let tables: [CTable]
    /// Delays, where there are some.
    let delays: DelayTable?
    /// Planes; nil for rows.
    let planes: PlaneTables?
    /// Counted operations of a step.
    let operations: Double
    /// Inputs, words of them or places that are asked in a step whether something is there, whatever comes in.
    let questions: Int
    /// Bytes that each other format would take, the least of its kernels.
    var others: [WeightFormat: Int] = [:]

    var byteCount: Int { tables.reduce(0) { $0 + $1.byteCount } }

    /// Steps that stored weights wait.
    struct DelayTable {
        let table: CTable
        let areNibbles: Bool
        func expression(_ place: String, prefix: String) -> String {
            areNibbles ? "\(prefix)_nibble(\(table.name), \(place))" : "\(table.name)[\(place)]"
        }
    }

    /// Planes of weights as tables.
    struct PlaneTables {
        let plus: CTable
        /// Nil where no weight is 0: then what is not +1 is −1.
        let minus: CTable?
        let wordsPerRow: Int
    }
}

extension SynapsePlan {
    /// What a layer is shown, as far as plans depend on it.
    struct Shown {
        var isSpikes: Bool
        /// How often an input is not 0.
        var rate: Double
    }

    /// A plan; nil where kernel and format do not fit the layer.
    init?(
        _ stage: IntegerSynapses, kernel: SynapseKernel, format: WeightFormat, shown: Shown,
        jumpsAlways: Bool = false, name: String, prefix: String
    ) {
        let shift = stage.weights.shift
        let matrix = stage.matrix(for: kernel)
        self.kernel = kernel
        self.format = format
        guard kernel != .bitParallel else {
            guard format == .planes, shown.isSpikes, stage.delays == nil,
                matrix.codes.allSatisfy({ abs($0) <= 1 }), stage.hasWholeWords
            else { return nil }
            let planes = BitPlanes(matrix)
            let isFull = matrix.codes.allSatisfy { $0 != 0 }
            let tables = PlaneTables(
                plus: CTable(name + "_plus", .uint32, planes.plus.map { Int($0) }, "weights of +1"),
                minus: isFull
                    ? nil
                    : CTable(
                        name + "_minus", .uint32, planes.minus.map { Int($0) }, "weights of -1"),
                wordsPerRow: planes.wordsPerRow)
            weights = nil
            delays = nil
            self.planes = tables
            self.tables = [tables.plus] + (tables.minus.map { [$0] } ?? [])
            operations = Double(stage.positions * planes.plus.count * (isFull ? 15 : 29))
            questions = stage.positions * planes.plus.count
            return
        }
        let jumps = kernel == .scatter || !stage.geometry.isDense || jumpsAlways
        guard
            let rows = RowWeights(
                matrix, format: format, jumps: jumps, shift: shift, name: name, prefix: prefix)
        else { return nil }
        var delayTable: DelayTable?
        if let delays = stage.delays {
            guard kernel == .scatter, !rows.places.isEmpty else { return nil }
            let steps = rows.places.map { Int(delays[$0]) }
            let areNibbles = stage.longestDelay <= 15
            let stored =
                areNibbles
                ? stride(from: 0, to: steps.count, by: 2).map {
                    steps[$0] | ($0 + 1 < steps.count ? steps[$0 + 1] << 4 : 0)
                } : steps
            delayTable = DelayTable(
                table: CTable(name + "_delay", .uint8, stored, "steps that weights wait"),
                areNibbles: areNibbles)
        }
        weights = rows
        planes = nil
        delays = delayTable
        tables = rows.tables + (delayTable.map { [$0.table] } ?? [])
        switch (stage.geometry, kernel) {
        case (.dense(let inputs, _), .scatter):
            questions = shown.isSpikes ? (inputs + 31) / 32 : inputs
        case (.dense, .gather), (.dense, .bitParallel): questions = rows.asked
        case (.convolution, .scatter), (.convolution, .gather), (.convolution, .bitParallel):
            questions = stage.tests(kernel)
        }
        operations = Self.operations(
            of: rows, positions: stage.positions, kernel: kernel, shown: shown,
            tests: stage.tests(kernel))
    }

    /// A rough count of instructions: loads, shifts, additions and tests, the same for all processors.
    private static func operations(
        of rows: RowWeights, positions: Int, kernel: SynapseKernel, shown: Shown, tests: Int
    ) -> Double {
        let costs: [Int: Double] = [8: 0, 4: 3, 3: 6, 2: 3, 1: 3]
        let unpacking = costs[rows.values.bits] ?? 0
        let all = Double(rows.matrix.codes.count * positions)
        let alive = Double(rows.matrix.additions * positions)
        // A gather of number inputs multiplies without a test.
        let test = rows.isSequential || kernel == .gather && tests == 0 ? 3.0 : 0
        let one: Double =
            switch rows.format {
            case .packed: all * (3 + unpacking + test)
            case .map: all * 3 + alive * (3 + unpacking + test)
            case .lists: alive * (4 + unpacking + test)
            case .signedLists: alive * (5 + test)
            case .runs: alive * (7 + unpacking + test)
            case .blocks:
                Double(rows.values.table.byteCount * 8 / rows.values.bits * positions)
                    * (3.5 + unpacking + test)
            case .planes: 0
            }
        let share = tests == 0 ? 1 : shown.rate
        return one * share + Double(tests) * 3
    }
}

extension IntegerSynapses {
    /// Positions of the image that weights are used at; 1 of dense layers.
    var positions: Int {
        switch geometry {
        case .dense: 1
        case .convolution(let shape): shape.outputHeight * shape.outputWidth
        }
    }

    /// Inputs that a kernel asks in a step whether they are 0; 0 of kernels that add all.
    func tests(_ kernel: SynapseKernel) -> Int {
        switch (geometry, kernel) {
        case (_, .bitParallel), (.dense, .gather): 0
        case (.dense(let inputs, _), .scatter): inputs / 8
        case (.convolution(let shape), .scatter): shape.height * shape.width * shape.inputChannels
        case (.convolution(let shape), .gather):
            positions * shape.window.area * shape.inputChannels
        }
    }

    /// Whether the inputs of an output begin at words of 32 bits.
    var hasWholeWords: Bool {
        switch geometry {
        case .dense: true
        case .convolution(let shape): shape.groups == 1 && shape.inputChannels % 32 == 0
        }
    }

    /// Codes as rows that a kernel walks through.
    ///
    /// Rows of convolutions are `((k · K_w + l) · C / G + c) · G + g`, columns the outputs of group g: as codes lie.
    func matrix(for kernel: SynapseKernel) -> CodeMatrix {
        switch (geometry, kernel) {
        case (.dense(let inputs, let outputs), .scatter):
            return CodeMatrix(rows: inputs, columns: outputs, codes: weights.codes)
        case (.dense(let inputs, let outputs), .gather),
            (.dense(let inputs, let outputs), .bitParallel):
            return CodeMatrix(rows: inputs, columns: outputs, codes: weights.codes).transposed
        case (.convolution(let shape), .scatter), (.convolution(let shape), .gather):
            let columns = shape.outputChannels / shape.groups
            return CodeMatrix(
                rows: weights.codes.count / columns, columns: columns, codes: weights.codes)
        case (.convolution(let shape), .bitParallel):
            return CodeMatrix(
                rows: weights.codes.count / shape.outputChannels, columns: shape.outputChannels,
                codes: weights.codes
            ).transposed
        }
    }
}
