import Foundation
import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct MicrocircuitTests {
    private func chain(
        forward: [[Double]]? = nil, feedback: [[Double]]? = nil, seed: UInt64 = 4,
        _ change: (inout MicrocircuitSettings) -> Void = { _ in }
    ) throws -> Microcircuit {
        var settings = MicrocircuitSettings()
        change(&settings)
        return try Microcircuit(
            sizes: [1, 1, 1], teacher: [[2], [2]], teacherBiases: [-1, -1], biases: [-1, -1],
            settings: settings, forward: forward, feedback: feedback, seed: seed)
    }

    /// The kernel against the equations, step by step, with the same random numbers.
    @Test func kernelIsTheEquations() throws {
        let sizes = [3, 4, 3, 2]
        let pairs = [12, 12, 6]
        func drawn(_ name: String, _ counts: [Int]) -> [[Double]] {
            counts.enumerated().map {
                RandomStream(seed: 3, name: name).substream($0).normal(count: $1).map(Double.init)
            }
        }
        let flat = drawn("bias", [9, 9])
        var settings = MicrocircuitSettings()
        settings.apical = 0.3
        settings.averaging = 50
        settings.pattern = 30
        settings.lag = 0
        settings.imperfections.mismatch = 0.2
        settings.imperfections.plasticityNoise = 0.2
        var circuit = try Microcircuit(
            sizes: sizes, teacher: drawn("teacher", pairs), teacherBiases: flat[0], biases: flat[1],
            settings: settings, forward: drawn("w", pairs), feedback: drawn("b", [12, 6]), seed: 8)
        var plain = PlainMicrocircuit(circuit)
        let inputs = [0.3, 0.5, 0.8]
        for phase in [Microcircuit.Phase.teaching(learns: true), .free, .aligning] {
            circuit.show(inputs, phase)
            plain.show(inputs, phase, steps: 300)
            for (found, expected) in [
                (circuit.forward, plain.forward), (circuit.feedback, plain.feedback),
            ] {
                for (a, b) in zip(found.joined(), expected.joined()) { #expect(abs(a - b) < 1e-5) }
            }
            #expect(circuit.left.map(Int.init) == plain.left)
        }
        #expect(circuit.forward != drawn("w", pairs))
        #expect(circuit.feedback != drawn("b", [12, 6]))
    }

    /// Without a teacher the apical voltage says nothing; with one that wants more it has the sign of feedback times error.
    @Test func apicalVoltageIsTheError() throws {
        func voltage(_ weight: Double, _ phase: Microcircuit.Phase) throws -> Double {
            var circuit = try chain(forward: [[2], [weight]], feedback: [[1.5]]) {
                $0.pattern = 10_000
            }
            circuit.show([0.7], phase)
            return circuit.apicalVoltages.mean[0]
        }
        // The error of a mean over 10 000 refractory times is below 0.02.
        #expect(abs(try voltage(2, .free)) < 0.06)
        #expect(abs(try voltage(2, .teaching(learns: false))) < 0.06)
        #expect(try voltage(-1, .teaching(learns: false)) > 0.2)
        #expect(try voltage(5, .teaching(learns: false)) < -0.06)
        // Interneurons that are off in their weights leave an error where there is none.
        var spoiled = try chain(forward: [[2], [2]], feedback: [[1.5]], seed: 6) {
            $0.pattern = 10_000
            $0.imperfections.mismatch = 0.8
        }
        spoiled.show([0.7], .free)
        #expect(abs(spoiled.apicalVoltages.mean[0]) > 0.06)
    }

    @Test func alignmentFindsTheForwardWeight() throws {
        var circuit = try chain(forward: [[1], [2]], feedback: [[-2]]) { $0.feedbackRate = 0.01 }
        let before = circuit.forward
        for _ in 0..<4 { circuit.show([0.5], .aligning) }
        #expect(circuit.forward == before)
        #expect(abs(circuit.feedback[0][0] - 2) < 0.6)
    }

    @Test func studentLearnsFromTheTeacher() throws {
        var circuit = try chain(forward: [[0.5], [0.5]]) {
            $0.feedback = .copied
            $0.outputRate = 0.01
        }
        let start = circuit.outputDistance
        for epoch in 0..<3 { circuit.runEpoch(epoch) }
        #expect(circuit.outputDistance < 0.5 * start)
    }

    @Test func everyOptionCounts() throws {
        func outcome(_ change: (inout MicrocircuitSettings) -> Void) throws -> [Double] {
            var circuit = try chain {
                $0.pattern = 100
                $0.lag = 200
                $0.patterns = 3
                $0.alignmentPatterns = 1
                change(&$0)
            }
            circuit.runEpoch(0)
            circuit.runEpoch(1)
            return (circuit.forward + circuit.feedback).flatMap { $0 }
        }
        let standard = try outcome { _ in }
        #expect(try outcome { _ in } == standard)
        let changes: [(String, (inout MicrocircuitSettings) -> Void)] = [
            ("feedback", { $0.feedback = .copied }), ("fixed", { $0.feedback = .fixed }),
            ("refractory", { $0.refractorySteps = 12 }), ("apical", { $0.apical = 0.1 }),
            ("nudging", { $0.nudging = 0.3 }), ("averaging", { $0.averaging = 1000 }),
            ("pattern", { $0.pattern = 110 }), ("lag", { $0.lag = 100 }),
            ("hidden rate", { $0.hiddenRate = 0.1 }), ("output rate", { $0.outputRate = 0.01 }),
            ("feedback rate", { $0.feedbackRate = 0.002 }), ("patterns", { $0.patterns = 4 }),
            ("alignment", { $0.alignmentPatterns = 2 }),
            ("mismatch", { $0.imperfections.mismatch = 0.3 }),
            ("synaptic noise", { $0.imperfections.synapticNoise = 0.1 }),
            ("plasticity noise", { $0.imperfections.plasticityNoise = 0.3 }),
            ("stuck", { $0.imperfections.stuckSynapses = 1 }),
            ("dead", { $0.imperfections.deadSynapses = 1 }),
        ]
        for (name, change) in changes { #expect(try outcome(change) != standard, "\(name)") }
        #expect(throws: AlignmentError.self) { try outcome { $0.imperfections.weightBits = 4 } }
        #expect(throws: AlignmentError.self) { try outcome { $0.imperfections.delay = 2 } }
        #expect(throws: AlignmentError.self) {
            try Microcircuit(
                sizes: [1, 1], teacher: [[1]], teacherBiases: [0], biases: [0], seed: 0)
        }
    }
}

/// The same circuit in plain arithmetic.
private struct PlainMicrocircuit {
    let circuit: Microcircuit
    var forward: [[Double]]
    var feedback: [[Double]]
    var left: [Int]
    var u, basal, target: [Double]
    var history: [[Double]]
    var traces: [Double]
    var step = 0

    init(_ circuit: Microcircuit) {
        self.circuit = circuit
        forward = circuit.forward
        feedback = circuit.feedback
        left = circuit.left.map(Int.init)
        u = Array(repeating: 0, count: circuit.biases.count)
        basal = u
        target = u
        history = Array(repeating: u + u + u, count: circuit.settings.averaging)
        traces = circuit.traces
    }

    private func phi(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    mutating func show(_ inputs: [Double], _ phase: Microcircuit.Phase, steps: Int) {
        let sizes = circuit.sizes, top = sizes.count - 1, settings = circuit.settings
        var isAligning = false, isNudged = false, learns = false
        switch phase {
        case .aligning: isAligning = true
        case .teaching(let learning): (isNudged, learns) = (true, learning)
        case .free: break
        }
        if isAligning { traces = traces.map { _ in 0 } }
        let lambda = isAligning ? 1 : settings.apical
        let start = sizes.indices.map { sizes[..<$0].reduce(0, +) }
        let student = sizes.reduce(0, +), learning = student - sizes[0]
        let inter = sizes.dropFirst(2).reduce(0, +), cells = student + inter + learning
        for _ in 0..<steps {
            let slot = step % settings.averaging, window = Double(settings.averaging)
            func z(_ k: Int) -> Double { left[k] > 0 ? 1 : 0 }
            var drive = [Double](repeating: 0, count: cells)
            for (k, p) in inputs.enumerated() { drive[k] = log(p / (1 - p)) }
            var sums = [Double](repeating: 0, count: student)
            for l in 1...top {
                for i in 0..<sizes[l] {
                    let own = start[l] - sizes[0] + i
                    for j in 0..<sizes[l - 1] {
                        sums[start[l] + i] += forward[l - 1][j * sizes[l] + i] * z(start[l - 1] + j)
                    }
                    var taught = circuit.teacherBiases[own]
                    for j in 0..<sizes[l - 1] {
                        let below =
                            l == 1 ? j : student + inter + start[l - 1] - sizes[0] + j
                        taught += circuit.teacher[l - 1][j * sizes[l] + i] * z(below)
                    }
                    drive[student + inter + own] = taught
                    target[own] += (taught - history[slot][2 * learning + own]) / window
                    history[slot][2 * learning + own] = taught
                    if l > 1 {
                        let cell = start[l] - start[2] + i
                        drive[student + cell] =
                            circuit.biases[own] + circuit.interneuronGains[cell]
                            * sums[start[l] + i]
                    }
                }
            }
            for l in 1...top {
                for i in 0..<sizes[l] {
                    let own = start[l] - sizes[0] + i,
                        free = circuit.biases[own] + sums[start[l] + i]
                    var voltage = free
                    if l < top {
                        let offset = feedback[..<(l - 1)].map(\.count).reduce(0, +)
                        for b in 0..<sizes[l + 1] {
                            let at = i * sizes[l + 1] + b, weight = feedback[l - 1][at]
                            voltage += lambda * weight * z(start[l + 1] + b)
                            if !isAligning {
                                voltage -=
                                    lambda * weight * circuit.interneuronWeights[offset + at]
                                    * z(student + start[l + 1] - start[2] + b)
                            }
                        }
                    } else if isNudged {
                        voltage += settings.nudging * (target[own] - basal[own])
                    }
                    u[own] += (voltage - history[slot][own]) / window
                    basal[own] += (free - history[slot][learning + own]) / window
                    history[slot][own] = voltage
                    history[slot][learning + own] = free
                    drive[start[l] + i] = voltage
                }
            }
            let uniform = circuit.random.uniform(count: cells, from: step * cells)
            let fires = (0..<cells).map { k in
                left[k] <= 0
                    && Double(uniform[k]) < phi(drive[k] - log(Double(settings.refractorySteps)))
            }
            for k in 0..<cells {
                left[k] = fires[k] ? settings.refractorySteps : max(left[k] - 1, 0)
            }
            learn(fires, start, learns: learns, aligns: isAligning)
            step += 1
        }
    }

    private mutating func learn(_ fires: [Bool], _ start: [Int], learns: Bool, aligns: Bool) {
        let sizes = circuit.sizes, top = sizes.count - 1, settings = circuit.settings
        if learns {
            for l in 1...top {
                let offset = forward[..<(l - 1)].map(\.count).reduce(0, +)
                for j in 0..<sizes[l - 1] where fires[start[l - 1] + j] {
                    for i in 0..<sizes[l] {
                        let own = start[l] - sizes[0] + i, at = j * sizes[l] + i
                        forward[l - 1][at] +=
                            (l < top ? settings.hiddenRate : settings.outputRate)
                            * circuit.forwardPlasticity[offset + at]
                            * (phi(u[own]) - phi(basal[own]))
                    }
                }
            }
        }
        guard aligns else { return }
        traces = traces.map { $0 * exp(-1 / Double(settings.refractorySteps)) }
        for l in 1..<top {
            let offset = feedback[..<(l - 1)].map(\.count).reduce(0, +)
            for a in 0..<sizes[l] {
                for b in 0..<sizes[l + 1] {
                    let low = start[l] + a, high = start[l + 1] + b, at = a * sizes[l + 1] + b
                    let pairs = (fires[high] ? traces[low] : 0) - (fires[low] ? traces[high] : 0)
                    feedback[l - 1][at] +=
                        settings.feedbackRate * circuit.backwardPlasticity[offset + at] * pairs
                }
            }
        }
        for k in traces.indices where fires[k] { traces[k] += 1 }
    }
}
