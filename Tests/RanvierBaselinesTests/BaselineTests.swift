import RanvierBaselines
import RanvierData
import RanvierLearning
import RanvierTensors
import Testing

/// What a network must beat, against answers that were worked out by hand or with NumPy.
@Suite struct BaselineTests {
    private func classes(_ rows: [[Float]], _ labels: [Int], names: [String]? = nil) throws
        -> Dataset
    {
        try Dataset(
            name: "toy", values: rows.flatMap(\.self), featureShape: [rows[0].count],
            labels: labels, classNames: names)
    }

    private func values(_ rows: [[Float]], _ targets: [Float]) throws -> Dataset {
        try Dataset(
            name: "toy", values: rows.flatMap(\.self), featureShape: [rows[0].count],
            targets: .values(targets, names: ["y"], units: [""]))
    }

    private func rival(
        _ name: String, _ training: Dataset, validation: Dataset? = nil, questions: Int = 10
    ) throws -> any Baseline {
        let all = try Baselines.fitted(
            to: training, validation: validation, questions: questions)
        return try #require(all.first { $0.name == name })
    }

    private func accuracy(_ baseline: any Baseline, on data: Dataset) throws -> Double {
        let task = try #require(Classification(of: data))
        return try Evaluation(
            task: task, targets: data.targets, answers: baseline.answers(to: data)
        ).accuracy
    }

    @Test func theMajorityHasTheSharesOfTheTrainingSamples() throws {
        let data = try classes([[0], [1], [2], [3]], [1, 1, 1, 0], names: ["a", "b"])
        let majority = try rival("majority", data)
        #expect(try majority.answers(to: data) == [[Float]](repeating: [0.25, 0.75], count: 4))
        #expect(majority.detail.contains("'b'") && majority.detail.contains("75.0"))
        let trivial = try Baselines.fitted(to: data, choice: .trivial)
        #expect(trivial.map(\.name) == ["majority"])
    }

    @Test func theMeanIsTheMean() throws {
        let data = try values([[0], [1], [2], [9]], [1, 2, 3, 6])
        let all = try Baselines.fitted(to: data)
        #expect(all.map(\.name) == ["mean", "linear", "neighbours"])
        #expect(try all[0].answers(to: data.prefix(1)) == [[3]])
    }

    /// numpy.linalg.solve(ZᵀZ/6 + λ, Zᵀ(t − t̄)/6) with Z of mean 0 and deviation 1. Validation targets are the answers of
    /// λ = 0.1, which is therefore chosen.
    @Test func ridgeIsTheClosedForm() throws {
        let data = try values(
            [[1, 2], [2, 1], [3, 5], [4, 3], [5, 8], [6, 4]], [1, 2, 2.5, 4.5, 4, 7])
        let asked = try values([[7, 2], [0, 0]], [7.889_843_27, 0.295_924_13])
        let linear = try #require(try rival("linear", data, validation: asked) as? LinearBaseline)
        #expect(linear.strength == 0.1)
        let answers = linear.answers(to: asked).map { $0[0] }
        #expect(abs(answers[0] - 7.889_843) < 1e-4 && abs(answers[1] - 0.295_924) < 1e-4)
    }

    /// More unknowns than Cholesky's factors are used for: a target that is a sum of features is found all the same.
    @Test func ridgeOfManyFeaturesIsFoundByGradients() throws {
        let numbers = RandomStream(seed: 4, name: "wide").normal(count: 700 * 420)
        let rows: [[Float]] = (0..<700).map { Array(numbers[$0 * 420..<($0 + 1) * 420]) }
        let targets: [Float] = rows.map { row in
            let first: Float = 2 * row[0]
            return 3 + first - row[419]
        }
        let training = try values(Array(rows.prefix(600)), Array(targets.prefix(600)))
        let test = try values(Array(rows.suffix(100)), Array(targets.suffix(100)))
        let linear = try rival("linear", training)
        let worst =
            zip(try linear.answers(to: test), targets.suffix(100)).map { abs($0[0] - $1) }
            .max() ?? .infinity
        #expect(worst < 0.02)
    }

    @Test func aLineSeparatesWhatALineCan() throws {
        let rows: [[Float]] = (0..<40).map { [Float($0), Float(($0 * 7) % 11)] }
        let data = try classes(rows, (0..<40).map { $0 < 20 ? 0 : 1 })
        let linear = try rival("linear", data)
        #expect(try accuracy(linear, on: data) == 1)
    }

    /// At the optimum of logistic regression with a free bias, probabilities sum to the counts of the classes.
    @Test func logisticRegressionReachesItsOptimum() throws {
        let numbers = RandomStream(seed: 3, name: "noise").normal(count: 300 * 2)
        let rows: [[Float]] = (0..<300).map { row in
            let wide: Float = 100 + 5 * numbers[2 * row]
            return [wide, numbers[2 * row + 1]]
        }
        let draws = RandomStream(seed: 3, name: "labels").uniform(count: 300)
        let labels: [Int] = draws.map { $0 < 0.6 ? 0 : ($0 < 0.9 ? 1 : 2) }
        let data = try classes(rows, labels)
        let answers = try rival("linear", data).answers(to: data)
        for c in 0..<3 {
            let sum = answers.reduce(0.0) { $0 + Double($1[c]) }
            #expect(abs(sum - Double(labels.count { $0 == c })) < 0.1, "\(c): \(sum)")
        }
    }

    @Test func neighboursKnowWhatNoLineDoes() throws {
        let numbers = RandomStream(seed: 1, name: "xor").uniform(count: 400)
        let rows: [[Float]] = (0..<200).map { row in
            [numbers[2 * row] - 0.5, numbers[2 * row + 1] - 0.5]
        }
        let labels: [Int] = rows.map { $0[0] * $0[1] > 0 ? 1 : 0 }
        let training = try classes(Array(rows.prefix(150)), Array(labels.prefix(150)))
        let test = try classes(Array(rows.suffix(50)), Array(labels.suffix(50)))
        #expect(try accuracy(rival("neighbours", training), on: test) > 0.85)
        #expect(try accuracy(rival("linear", training), on: test) < 0.7)
    }

    /// Votes with Laplace's 1/K: one neighbour of two classes gives (1 + 1/2)/2.
    @Test func neighboursVote() throws {
        let data = try classes([[0], [1], [10], [11]], [0, 0, 1, 1])
        let asked = try classes([[0.2], [10.4]], [0, 1])
        let baseline = try #require(
            try rival("neighbours", data, validation: asked) as? NeighboursBaseline)
        #expect(baseline.neighbours == 1)
        #expect(baseline.answers(to: asked) == [[0.75, 0.25], [0.25, 0.75]])
    }

    @Test func neighboursAverageValues() throws {
        // The three nearest of 5 are 4, 5 and 6; one or five neighbours miss by more.
        let data = try values([[0], [4], [5], [6], [20]], [0, 4, 9, 5, 100])
        let asked = try values([[5.05]], [6])
        let baseline = try #require(
            try rival("neighbours", data, validation: asked) as? NeighboursBaseline)
        #expect(baseline.neighbours == 3)
        #expect(baseline.answers(to: asked) == [[6]])
    }

    @Test func theLastValueIsReadInItsOwnUnits() throws {
        var data = try Dataset(
            name: "series", values: [1, 10, 2, 20, 3, 30, 4, 40], featureShape: [2, 2],
            targets: .values([30, 50], names: ["flow"], units: ["l"])
        ).naming(features: ["time", "flow"])
        data = try Scaling(fitting: data, kind: .standard, scope: .perChannel)(data)
        let last = try #require(LastValueBaseline(data))
        let answers = last.answers(to: data).map { $0[0] }
        #expect(abs(answers[0] - 20) < 1e-4 && abs(answers[1] - 40) < 1e-4)
        #expect(try Baselines.fitted(to: data).map(\.name).contains("last-value"))
        // A target that is no feature has no last value.
        #expect(LastValueBaseline(data.naming(features: ["time", "level"])) == nil)
    }

    @Test func theNumberOfThreadsChangesNothing() throws {
        let numbers = RandomStream(seed: 2, name: "threads").normal(count: 300 * 8)
        let data = try Dataset(
            name: "toy", values: numbers, featureShape: [8], labels: (0..<300).map { $0 % 3 })
        func answers(_ threads: Int) throws -> [[[Float]]] {
            try Parallel.withThreads(threads) {
                try Baselines.fitted(to: data, seed: 5).map { try $0.answers(to: data) }
            }
        }
        #expect(try answers(1) == answers(2))
    }

    @Test func largeSetsAreBoundedAndSaySo() throws {
        let data = try Dataset(
            name: "large", values: (0..<6000).map { Float($0) }, featureShape: [1],
            labels: (0..<6000).map { $0 < 3000 ? 0 : 1 })
        let neighbours = try rival("neighbours", data)
        #expect(neighbours.detail.contains("5000 of 6000 training samples"))
        // So are the features of long sequences.
        let wide = try Dataset(
            name: "wide", values: (0..<20 * 3000).map { Float($0 % 17) }, featureShape: [1500, 2],
            labels: (0..<20).map { $0 % 2 })
        #expect(try rival("linear", wide).detail.contains("4 features, mean and deviation"))
    }

    @Test func degenerateSamplesAreNoTrouble() throws {
        // Equal inputs, and fewer samples than a fifth can be drawn of.
        for data in [
            try classes([[0, 0], [0, 0], [0, 0]], [0, 1, 1]), try classes([[1]], [0]),
            try values([[2], [2]], [5, 5]),
        ] {
            for baseline in try Baselines.fitted(to: data) {
                let answers = try baseline.answers(to: data)
                #expect(answers.count == data.count)
                #expect(answers.allSatisfy { $0.allSatisfy(\.isFinite) }, "\(baseline.name)")
            }
        }
    }
}
