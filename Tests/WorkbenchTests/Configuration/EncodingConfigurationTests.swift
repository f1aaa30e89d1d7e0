import Ranvier
import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierRuns
@testable import RanvierSpikes
@testable import RanvierTensors

/// Encodings as a configuration describes them.
@Suite("Encodings from configuration")
struct EncodingConfigurationTests {
    private func encoder(_ yaml: String) throws -> any SpikeEncoder {
        let reader = try ConfigurationReader(
            yaml: "encoding: \(yaml)", file: "encoding.yaml", registry: .standard)
        let encoder = try reader.root.value("encoding", of: EncoderRole.self)
        try reader.finish()
        return encoder
    }

    private func codes(_ yaml: String) throws -> [Float] {
        let values = Tensor(
            uniformIn: 0..<1, shape: [2, 12, 3], from: RandomStream(seed: 1, name: "values"))
        return try encoder(yaml).encode(values).scalars
    }

    @Test(
        "each option changes the code",
        arguments: [
            ("direct: {}", "direct: {steps: 11}"), ("poisson: {}", "poisson: {steps: 11}"),
            ("poisson: {}", "latency: {}"), ("latency: {}", "latency: {smallest-value: 0.5}"),
            ("latency: {}", "latency: {curve: logarithmic}"),
            ("latency: {}", "latency: {curve: charging}"),
            ("latency: {curve: charging}", "latency: {curve: charging, time-constant: 1e-3}"),
            ("latency: {curve: charging}", "latency: {curve: charging, threshold: 0.2}"),
            (
                "latency: {steps: 3, curve: charging, threshold: 0.3}",
                "latency: {steps: 3, curve: charging, threshold: 0.3, late-spikes: dropped}"
            ),
            ("phase: {}", "phase: {digits: 3}"), ("burst: {}", "burst: {most-spikes: 2}"),
            ("burst: {}", "burst: {shortest-interval: 6}"),
            ("burst: {}", "burst: {longest-interval: 4}"),
            (
                "delta: {steps: 12, threshold: 0.1}",
                "delta: {steps: 12, threshold: 0.1, spikes-at-start: false}"
            ),
            ("delta: {steps: 12, threshold: 0.1}", "delta: {steps: 12, threshold: 0.4}"),
            ("delta: {steps: 12, threshold: 0.1}", "sequence: {steps: 12}"),
            (
                "delta: {steps: 12, threshold: 0.1, spikes-at-start: false}",
                "level-crossing: {steps: 12, threshold: 0.1}"
            ),
            (
                "level-crossing: {steps: 12, threshold: 0.1}",
                "level-crossing: {steps: 12, threshold: 0.2}"
            ),
            (
                "level-crossing: {steps: 12, threshold: 0.1}",
                "level-crossing: {steps: 12, threshold: 0.1, most-events: 3}"
            ),
            (
                "level-crossing: {steps: 12, threshold: 0.1}",
                "level-crossing: {steps: 12, threshold: 0.1, value-before-first: 0}"
            ),
            ("population: {}", "population: {neurons: 4}"),
            ("population: {}", "population: {beta: 1}"),
            ("population: {}", "population: {minimum: -1}"),
            ("population: {}", "population: {maximum: 2}"),
            ("population: {}", "population: {code: direct}"),
            ("population: {}", "population: {cutoff: 0.5}"),
            ("each-row: {rows: 12}", "each-row: {rows: 12, encoding: {poisson: {steps: 2}}}"),
            (
                "each-row: {rows: 12, encoding: latency}",
                "each-row: {rows: 12, encoding: {latency: {steps: 6}}}"
            ),
        ])
    func optionsMatter(yaml: String, changed: String) throws {
        #expect(try codes("{\(changed)}") != codes("{\(yaml)}"))
    }

    @Test("the charging curve is the time to reach the threshold")
    func charging() throws {
        let encoder = try encoder(
            "{latency: {steps: 40, curve: charging, time-constant: 5e-3, threshold: 0.5}}")
        let latency = try #require(encoder as? LatencyEncoder)
        #expect(abs(latency.spikeTime(of: 1) - 5e-3 * 0.693_147_18) < 1e-9)
    }

    @Test(
        "what cannot be is refused",
        arguments: [
            ("{latency: {curve: linea}}", "did you mean 'linear'"),
            ("{latency: {curve: charging, threshold: 1}}", "threshold: expected a number from"),
            ("{latency: {time-constant: 1}}", "time-constant: unknown key"),
            ("{burst: {shortest-interval: 4, longest-interval: 3}}", "at least 4"),
            ("{delta: {steps: 3}}", "threshold: missing key"),
            ("{level-crossing: {steps: 3}}", "threshold: missing key"),
            ("{level-crossing: {threshold: 0}}", "threshold: expected a number above 0"),
            ("{level-crossing: {threshold: 1, most-events: 0}}", "at least 1"),
            ("{population: {neurons: 2}}", "at least 3"),
            ("{population: {minimum: 1}}", "above the minimum"),
            ("{population: {code: direct, cutoff: 0.2}}", "cutoff: unknown key"),
            ("{population: {code: rate}}", "code"),
            ("{each-row: {rows: 3, encoding: {latency: {stepz: 3}}}}", "did you mean 'steps'"),
            ("{each-row: {rows: 3, encoding: latenzy}}", "did you mean 'latency'"),
            ("{latency: {curve: charging, threshold: 0.4, margin: 0.7}}", "margin"),
        ])
    func refused(yaml: String, expected: String) throws {
        let error = try #require(throws: ConfigurationError.self) { _ = try encoder(yaml) }
        #expect(error.description.contains(expected), "\(error)")
    }
}
