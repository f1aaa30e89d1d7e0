import RanvierDeployment
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

/// What cannot be written is refused by name.
@Suite struct CExportRefusalTests {
    private func network(delays: Bool = false, recurrent: Bool = false) throws -> IntegerNetwork {
        let codes = (0..<40 * 3).map { Int8($0 % 15 - 7) }
        let synapses = try IntegerSynapses(
            name: "weights", geometry: .dense(inputs: 40, outputs: 3),
            weights: IntegerWeights(shape: [40, 3], codes: codes, bits: 4, layer: "weights"),
            delays: delays ? codes.map { UInt8(abs(Int($0))) } : nil)
        let own = try IntegerWeights(
            shape: [3, 3], codes: [Int8](repeating: 1, count: 9), bits: 2, layer: "neurons")
        let neurons = try IntegerNeurons(
            name: "neurons", shape: [3], thresholds: [40, 50, 60],
            recurrence: recurrent ? .allToAll(own) : nil)
        return try IntegerNetwork(
            input: IntegerInput(
                rowShape: [40], rows: 1, levels: 1, range: 0...100, encoding: .numbers(steps: 3)),
            stages: [.synapses(synapses), .neurons(neurons)],
            readout: IntegerReadout(.spikeCount))
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "nothing"
    }

    @Test func whatDoesNotFitALayer() throws {
        let network = try network()
        let planes = message {
            _ = try CExport(
                network: network, options: CExportOptions(formats: ["weights": .planes]))
        }
        #expect(planes.contains("'weights'") && planes.contains("packed"), "\(planes)")
        let unknown = message {
            _ = try CExport(
                network: network, options: CExportOptions(kernels: ["other": .gather]))
        }
        #expect(unknown.contains("'other'") && unknown.contains("weights"), "\(unknown)")
        let rate = message {
            _ = try CExport(network: network, options: CExportOptions(rates: ["weights": 2]))
        }
        #expect(rate.contains("0 to 1"), "\(rate)")
    }

    @Test func ordersThatANetworkDoesNotAllow() throws {
        let options = CExportOptions(schedule: .layerByLayer)
        let delayed = try network(delays: true), recurrent = try network(recurrent: true)
        let first = message { _ = try CExport(network: delayed, options: options) }
        #expect(first.contains("'weights'") && first.contains("delays"), "\(first)")
        let second = message { _ = try CExport(network: recurrent, options: options) }
        #expect(second.contains("'neurons'") && second.contains("recurrence"), "\(second)")
        #expect(try CExport(network: recurrent).schedule == .stepByStep)
        #expect(try CExport(network: network()).schedule == .layerByLayer)
    }

    @Test func namesAndSamples() throws {
        let network = try network()
        for name in ["", "Net", "1net", "my-net", "double_net"] {
            #expect(message { _ = try CExport(network: network, name: name) }.contains("name"))
        }
        let short = message { _ = try CExport(network: network, samples: [[1, 2]]) }
        #expect(short.contains("40 numbers"), "\(short)")
    }
}
