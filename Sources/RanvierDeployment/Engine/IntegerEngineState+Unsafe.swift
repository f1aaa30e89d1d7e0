import CRanvierKernels

/// The state of a network of integers: one piece of memory.
final class IntegerEngineState: @unchecked Sendable {
    private let program: IntegerProgram
    private let memory: UnsafeMutablePointer<UInt8>
    /// For layers that take many steps at once; holds nothing from one call to the next.
    private let scratch: UnsafeMutablePointer<UInt8>
    /// Packed spikes of a step.
    private var words: [UInt64]

    init(_ program: IntegerProgram) {
        self.program = program
        memory = Self.allocate(program.layout.state_bytes)
        scratch = Self.allocate(program.chunkBytes)
        words = Array(repeating: 0, count: (program[0].inputs + 63) / 64)
        begin()
    }

    init(copy other: IntegerEngineState) {
        program = other.program
        memory = Self.allocate(program.layout.state_bytes)
        scratch = Self.allocate(program.chunkBytes)
        words = other.words
        memory.update(from: other.memory, count: program.layout.state_bytes)
    }

    deinit {
        UnsafeMutableRawPointer(memory).deallocate()
        UnsafeMutableRawPointer(scratch).deallocate()
    }

    private static func allocate(_ bytes: Int) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            .bindMemory(to: UInt8.self, capacity: bytes)
    }

    /// Back to before the first step.
    func begin() {
        withUnsafePointer(to: program.layout) { rnv_integer_begin($0, memory) }
    }

    /// Shows what the first stage is to see, some times in a row.
    func show(_ step: [Int32], times: Int, heard: Bool) {
        withUnsafePointer(to: program.layout) { layout in
            step.withUnsafeBufferPointer { values in
                if program[0].takes_bits != 0 {
                    words.withUnsafeMutableBufferPointer { words in
                        rnv_integer_pack(values.baseAddress, values.count, words.baseAddress)
                        rnv_integer_show_spikes(
                            layout, memory, words.baseAddress, 0, times, heard ? 1 : 0, nil)
                    }
                } else {
                    rnv_integer_show_values(
                        layout, memory, values.baseAddress, 0, times, heard ? 1 : 0)
                }
            }
        }
    }

    /// Shows rows of packed spikes.
    func show(packed words: [UInt64], rows: Int) {
        withUnsafePointer(to: program.layout) { layout in
            words.withUnsafeBufferPointer { words in
                rnv_integer_show_spikes(
                    layout, memory, words.baseAddress, self.words.count, rows, 0, scratch)
            }
        }
    }

    /// Shows rows of spikes, each packed into the words of a step.
    func show(spikes: [Int32], rows: Int) {
        let width = spikes.count / max(rows, 1)
        var packed = [UInt64](repeating: 0, count: rows * words.count)
        spikes.withUnsafeBufferPointer { spikes in
            packed.withUnsafeMutableBufferPointer { packed in
                guard let from = spikes.baseAddress, let to = packed.baseAddress else { return }
                for row in 0..<rows {
                    rnv_integer_pack(from + row * width, width, to + row * words.count)
                }
            }
        }
        show(packed: packed, rows: rows)
    }

    // MARK: - What there is to see

    private func numbers<Number>(_ offset: Int, _ count: Int, as: Number.Type) -> [Number] {
        (memory + offset).withMemoryRebound(to: Number.self, capacity: count) {
            Array(UnsafeBufferPointer(start: $0, count: count))
        }
    }

    private func entry(_ stage: Int) -> rnv_integer_counts_t {
        numbers(
            stage * MemoryLayout<rnv_integer_counts_t>.stride, 1, as: rnv_integer_counts_t.self)[0]
    }

    var steps: Int { Int(numbers(program.layout.step, 1, as: Int64.self)[0]) }

    var scores: [Int32] {
        numbers(program.layout.scores, program[program.layout.count - 1].outputs, as: Int32.self)
    }

    func counts(of stage: Int) -> IntegerCounts {
        let entry = entry(stage)
        return IntegerCounts(
            spikes: Int(entry.spikes), additions: Int(entry.additions),
            saturated: Int(entry.saturated))
    }

    func membranes(of stage: Int) -> [Int32] {
        let layout = program[stage]
        guard layout.kind == Int32(RNV_INTEGER_NEURONS) else { return [] }
        return layout.narrow != 0
            ? numbers(layout.membranes, layout.outputs, as: Int16.self).map { Int32($0) }
            : numbers(layout.membranes, layout.outputs, as: Int32.self)
    }

    /// Steps that neurons of a stage with a refractory period still wait.
    func waiting(of stage: Int) -> [UInt8] {
        let layout = program[stage]
        return numbers(layout.waiting, layout.outputs, as: UInt8.self)
    }

    /// Writes membranes of a stage of neurons.
    func setMembranes(_ membranes: [Int32], of stage: Int) {
        let layout = program[stage], place = UnsafeMutableRawPointer(memory + layout.membranes)
        for (index, membrane) in membranes.enumerated() {
            if layout.narrow != 0 {
                place.storeBytes(
                    of: Int16(clamping: membrane), toByteOffset: 2 * index, as: Int16.self)
            } else {
                place.storeBytes(of: membrane, toByteOffset: 4 * index, as: Int32.self)
            }
        }
    }

    /// What a stage handed on at the last step.
    func output(of stage: Int) -> [Int32] {
        let layout = program[stage]
        if layout.gives_bits != 0 { return spikes(of: stage) }
        return entry(stage).narrow != 0
            ? numbers(layout.out, layout.outputs, as: Int16.self).map { Int32($0) }
            : numbers(layout.out, layout.outputs, as: Int32.self)
    }

    private func spikes(of stage: Int) -> [Int32] {
        let layout = program[stage]
        let words = numbers(layout.bits, (layout.outputs + 63) / 64, as: UInt64.self)
        return (0..<layout.outputs).map { Int32(words[$0 / 64] >> UInt64($0 % 64) & 1) }
    }

    /// What a stage did at the last step, which has to have been heard.
    func step(of stage: Int) -> IntegerStageStep {
        let layout = program[stage], entry = entry(stage), output = output(of: stage)
        let isNeurons = layout.kind == Int32(RNV_INTEGER_NEURONS)
        return IntegerStageStep(
            output: output, spikes: layout.fires != 0 ? spikes(of: stage) : [],
            membranes: isNeurons ? numbers(layout.heard, layout.outputs, as: Int32.self) : [],
            saturated: Int(entry.last_saturated), additions: Int(entry.last_additions))
    }
}
