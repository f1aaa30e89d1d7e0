import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

/// Damaged sensors: what is hit, by how much, and what stays as it was.
@Suite struct DamageTests {
    /// Sequences of 8 rows of 3 channels in very different units, the second one what decides.
    private static func data(_ count: Int = 40) throws -> Dataset {
        let numbers = RandomStream(seed: 1, name: "damage tests").normal(count: count * 24)
        var values: [Float] = []
        for sample in 0..<count {
            for row in 0..<8 {
                let first = (sample * 8 + row) * 3
                values += [
                    1000 + 100 * numbers[first],
                    0.01 * (numbers[first + 1] + (sample % 2 == 0 ? -2 : 2)), numbers[first + 2],
                ]
            }
        }
        return try Dataset(
            name: "sensors", values: values, featureShape: [8, 3],
            labels: (0..<count).map { $0 % 2 }
        ).naming(features: ["temperature", "strain", "noise"]).timed(step: 1e-3)
    }

    /// A network whose score is the sign of the second channel, as it is scaled.
    private static func analysis() throws -> DamageAnalysis {
        let raw = try data()
        let scaling = try Scaling(fitting: raw, kind: .standard, scope: .perChannel)
        let scaled = try scaling(raw)
        let weights = Tensor([0, 0, -1, 1, 0, 0], shape: [3, 2])
        let network = try Network(
            inputShape: [3],
            layers: [Linear(weights: weights, bias: nil), LeakyIntegrator(leak: .factor(0.9))])
        let model = ClockedModel(
            network: network, encoder: .sequence(steps: 8, timeStep: 1e-3), loss: CrossEntropy(),
            signature: ModelSignature(
                of: scaled, task: Classification(classNames: ["0", "1"])))
        let layout = SensorLayout(of: model.signature)
        return try DamageAnalysis(
            model: model, data: scaled,
            statistics: ChannelStatistics(of: scaled, layout: layout, source: "tests"))
    }

    /// Values in their own units before and after.
    private func values(
        _ analysis: DamageAnalysis, _ damage: any InputDamage, _ size: Double, channel: Int? = nil
    ) -> (before: [Float], after: [Float]) {
        let samples = Array(0..<analysis.data.count)
        let after = analysis.damaged(samples, by: damage, size: size, channel: channel)
        func raw(_ tensor: Tensor) -> [Float] {
            (analysis.data.scaling?.inverse(tensor) ?? tensor).scalars
        }
        return (raw(analysis.data.features(of: samples)), raw(after))
    }

    @Test func statisticsAreThoseOfEachChannel() throws {
        let analysis = try Self.analysis()
        #expect(analysis.layout.rows == 8 && analysis.layout.channels == 3)
        #expect(analysis.layout.names == ["temperature", "strain", "noise"])
        let statistics = analysis.statistics
        #expect(abs(statistics.mean[0] - 1000) < 20 && abs(statistics.deviation[0] - 100) < 15)
        #expect(abs(statistics.deviation[1] - 0.0224) < 0.003)
        let fromScaling = try #require(
            ChannelStatistics(of: analysis.data.scaling, layout: analysis.layout))
        for (a, b) in zip(statistics.deviation, fromScaling.deviation) {
            #expect(abs(a - b) < 1e-4 * b)
        }
    }

    @Test func eachDamageDoesWhatItSays() throws {
        let analysis = try Self.analysis()
        let offset = values(analysis, Offset(), 2, channel: 0)
        for (index, (a, b)) in zip(offset.before, offset.after).enumerated() {
            let wanted = index % 3 == 0 ? 2 * analysis.statistics.deviation[0] : 0
            #expect(abs(Double(abs(a - b)) - wanted) < 1e-3 * max(wanted, 1))
        }
        let missing = values(analysis, MissingChannels(), 1, channel: 1)
        for index in stride(from: 1, to: missing.after.count, by: 3) {
            #expect(abs(Double(missing.after[index]) - analysis.statistics.mean[1]) < 1e-5)
        }
        let stuck = values(analysis, StuckChannels(), 1, channel: 2)
        var frozen = 0
        for sample in 0..<40 {
            let rows = (0..<8).map { stuck.after[(sample * 8 + $0) * 3 + 2] }
            let start = (0..<8).first { row in rows[row...].allSatisfy { $0 == rows[row] } } ?? 7
            for row in 0..<start { #expect(rows[row] == stuck.before[(sample * 8 + row) * 3 + 2]) }
            frozen += start < 7 ? 1 : 0
        }
        #expect(frozen > 20)
        let gain = values(analysis, Gain(), 0.5, channel: 0)
        for index in stride(from: 0, to: gain.after.count, by: 3) {
            let ratio = gain.after[index] / gain.before[index]
            #expect(abs(abs(ratio - 1) - 0.5) < 1e-3)
        }
        let impulses = values(analysis, Impulses(), 0.2)
        let hit = zip(impulses.before, impulses.after).count { $0 != $1 }
        #expect(hit > 120 && hit < 270, "\(hit) of 960")
        let dropped = values(analysis, DroppedRows(), 0.5)
        func row(_ index: Int) -> [Float] { Array(dropped.after[index * 3..<index * 3 + 3]) }
        let repeated = (1..<320).count { $0 % 8 > 0 && row($0) == row($0 - 1) }
        #expect(repeated > 100 && repeated < 180, "\(repeated) of 280")
        let jitter = values(analysis, RowJitter(), 1)
        let still = (0..<320).count { jitter.after[$0 * 3] == jitter.before[$0 * 3] }
        #expect(still > 90 && still < 180, "\(still) of 320")
    }

    @Test func theChannelThatDecidesIsTheWorst() throws {
        let analysis = try Self.analysis()
        let clean = try analysis.clean()
        #expect(clean.value == 1 && clean.interval?.first ?? 1 < 1)
        for damage in InputDamages.standard {
            guard let size = damage.sizeForSingleChannel else { continue }
            for channel in [0, 2] {
                #expect(try analysis.measure(of: damage, size: size, channel: channel).value == 1)
            }
        }
        #expect(try analysis.measure(of: MissingChannels(), size: 1, channel: 1).value == 0.5)
        #expect(try analysis.measure(of: Offset(), size: 2, channel: 1).value < 0.9)
    }

    @Test func samplesAreDrawnByChanceOfEachClass() throws {
        let labels = Array(repeating: 0, count: 90) + Array(repeating: 1, count: 10)
        let data = try Dataset(
            name: "sorted", values: labels.indices.map(Float.init), featureShape: [1],
            labels: labels)
        let drawn = data.drawn(20, seed: 3)
        #expect(drawn.classCounts == [18, 2])
        #expect(drawn.values != data.prefix(20).values)
        #expect(drawn.values == data.drawn(20, seed: 3).values)
        #expect(drawn.values != data.drawn(20, seed: 4).values)
        #expect(data.drawn(2, seed: 0).classCounts == [1, 1])
        #expect(data.drawn(500, seed: 0).count == 100)
    }

    /// ε follows each feature: an attack of half a deviation moves each by half of its own.
    @Test func attacksAreSizedByEachFeature() throws {
        let analysis = try Self.analysis()
        let unit = RobustnessAnalysis.Unit.deviations(
            analysis.statistics, scaling: analysis.data.scaling)
        guard case .deviations(let sizes) = unit else {
            Issue.record("no deviations")
            return
        }
        // Scaled to deviation 1.
        #expect(sizes.count == 3 && sizes.allSatisfy { abs($0 - 1) < 1e-3 })
        var attacked = RobustnessAnalysis(model: analysis.model, data: analysis.data)
        attacked.unit = unit
        let small = try attacked.outcome(of: .fastGradientSign(0.1))
        let large = try attacked.outcome(of: .fastGradientSign(3))
        #expect(small.accuracy > large.accuracy && large.accuracy < 0.2)
        #expect(large.measure.interval != nil)
    }

    @Test func errorsOfValuesHaveABootstrappedInterval() throws {
        let errors = RandomStream(seed: 2, name: "errors").normal(count: 500)
        var evaluation = Evaluation(
            task: try #require(
                Regression(
                    of: try Dataset(
                        name: "values", values: errors, featureShape: [1],
                        targets: .values(errors, names: ["y"], units: ["m"])))),
            targets: .values(Array(repeating: 0, count: 500), names: ["y"], units: ["m"]))
        evaluation.answers = errors.map { [$0] }
        let measure = try evaluation.mostImportantMeasure()
        let interval = try #require(measure.interval)
        #expect(measure.unit == "m" && interval[0] < measure.value && measure.value < interval[1])
        // A root mean square of n normal numbers has the deviation σ/√2n.
        #expect(abs((interval[1] - interval[0]) / (2 * 1.96) - 1 / 1000.0.squareRoot()) < 0.008)
    }
}
