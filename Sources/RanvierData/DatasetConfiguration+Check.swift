import RanvierConfiguration
import RanvierFormats

extension DatasetConfiguration.Splits {
    /// Rarest over most frequent class below which a warning is given.
    private static let imbalance = 0.1
    /// Test samples below which a warning is given.
    private static let fewSamples = 30

    /// Refuses parts without samples.
    ///
    /// - Throws: ``DataError`` that names the part.
    func requireSamples(
        of source: String, validationFraction: Double, rule: SplitRule, limit: Int?
    ) throws(DataError) {
        var causes = rule == .chance ? [] : ["split by \(rule)"]
        if let limit { causes.append("'limit' \(limit)") }
        if validation != nil { causes.append("'validation-fraction' \(validationFraction)") }
        let why = causes.isEmpty ? "" : " (" + causes.joined(separator: ", ") + ")"
        func refuse(_ part: String, _ data: Dataset, _ advice: String) throws(DataError) {
            guard data.count == 0 else { return }
            throw DataError(
                .countMismatch, at: "data set '\(source)', \(part) part (\(data.name))",
                expected: "at least one sample", found: "none" + why, advice: advice)
        }
        try refuse(
            "training", training,
            validation == nil
                ? "give more samples, or a smaller share for the test"
                : "give more samples, or a smaller 'validation-fraction'")
        try refuse(
            "test", test, "give more samples, a larger share for the test, or a test file")
        if let validation {
            try refuse(
                "validation", validation,
                "'validation-fraction' \(validationFraction) of so few samples is none; give more, "
                    + "or leave the key out")
        }
    }

    /// What may make a result on these samples worth less than it seems, found before anything is trained.
    ///
    /// - Parameter areImages: whether values lie in one range by nature, so that scales are not compared.
    public func findings(areImages: Bool) -> [String] {
        let classes: [String]
        switch training.targets {
        case .classes: classes = classFindings
        case .values: classes = valueFindings
        case .none: classes = []
        }
        return classes + inputFindings(areImages: areImages) + sizeFindings
    }

    // MARK: - Targets

    private var classFindings: [String] {
        var findings: [String] = []
        let names = training.classNames, counts = training.classCounts
        let asked = test.classNames == names ? test.classCounts : counts
        let empty = names.indices.filter { counts[$0] == 0 && asked[$0] == 0 }
        if !empty.isEmpty {
            let isZero = empty == [0] && names.first == "0"
            findings.append(
                "\(Self.list(empty, names)) \(empty.count == 1 ? "has" : "have") no sample at all, "
                    + "but an output of the network"
                    + (isZero
                        ? ": labels seem to count from 1, so that class '0' stays empty" : ""))
        }
        let untaught = names.indices.filter { counts[$0] == 0 && asked[$0] > 0 }
        if !untaught.isEmpty {
            findings.append(
                "\(Self.list(untaught, names)) \(untaught.count == 1 ? "has" : "have") test samples "
                    + "but no training sample, and cannot be learned; draw the parts anew or give "
                    + "more samples")
        }
        let untested = names.indices.filter { counts[$0] > 0 && asked[$0] == 0 }
        if !untested.isEmpty {
            findings.append(
                "\(Self.list(untested, names)) \(untested.count == 1 ? "has" : "have") no test "
                    + "sample: nothing is known about how well "
                    + "\(untested.count == 1 ? "it is" : "they are") found")
        }
        let present = names.indices.filter { counts[$0] > 0 }
        if present.count == 1, names.count > 1 || asked == counts {
            findings.append(
                "all \(training.count) training samples are of one class, '\(names[present[0]])': "
                    + "there is nothing to learn")
        }
        if let rarest = present.min(by: { counts[$0] < counts[$1] }),
            let largest = present.max(by: { counts[$0] < counts[$1] }),
            Double(counts[rarest]) < Self.imbalance * Double(counts[largest])
        {
            findings.append(
                "classes are unbalanced: '\(names[rarest])' has \(counts[rarest]) training samples, "
                    + "'\(names[largest])' \(counts[largest]); look at balanced accuracy and at "
                    + "each class, and try 'training.class-weights: balanced'")
        }
        return findings
    }

    private var valueFindings: [String] {
        guard case .values(let values, let names, _) = training.targets else { return [] }
        let constant = names.indices.filter { column in
            stride(from: column, to: values.count, by: names.count)
                .allSatisfy { values[$0] == values[column] }
        }
        guard !constant.isEmpty, training.count > 1 else { return [] }
        return [
            "all training targets of "
                + constant.map { "'\(names[$0])'" }.joined(separator: ", ")
                + " are equal: there is nothing to learn"
        ]
    }

    private static func list(_ indices: [Int], _ names: [String]) -> String {
        let shown = indices.prefix(5).map { "'\(names[$0])'" }.joined(separator: ", ")
        return (indices.count == 1 ? "class " : "classes ") + shown
            + (indices.count > 5 ? " and \(indices.count - 5) more" : "")
    }

    // MARK: - Inputs

    private func inputFindings(areImages: Bool) -> [String] {
        guard training.count > 1 else { return [] }
        // So many show the scale.
        let rows = min(training.count, 2000)
        let first = training.values(ofSample: 0)
        guard
            (1..<training.count).contains(where: { training.values(ofSample: $0) != first })
        else {
            return [
                "all \(training.count) training samples have equal values: nothing tells them apart"
            ]
        }
        guard !areImages, scaling == nil,
            training.featureShape.count == 1 || training.featureNames != nil
        else { return [] }
        let names = training.featureNames
        let width =
            names.map { training.featureCount % $0.count == 0 ? $0.count : 0 }
            .flatMap { $0 > 0 ? $0 : nil } ?? training.featureCount
        var sum = [Double](repeating: 0, count: width), square = sum, count = 0
        for row in 0..<rows {
            let sample = training.values(ofSample: row * training.count / rows)
            for (position, value) in sample.enumerated() {
                let moved = Double(value) - Double(first[position % width])
                sum[position % width] += moved
                square[position % width] += moved * moved
            }
            count += sample.count / width
        }
        let number = Double(count)
        let spreads = (0..<width).map {
            max(0, square[$0] / number - (sum[$0] / number) * (sum[$0] / number)).squareRoot()
        }
        let means = (0..<width).map { sum[$0] / number + Double(first[$0]) }
        return scaleFindings(means: means, spreads: spreads, names: names)
    }

    private func scaleFindings(
        means: [Double], spreads: [Double], names: [String]?
    ) -> [String] {
        func name(_ index: Int) -> String {
            names.flatMap { index < $0.count ? "'\($0[index])'" : nil } ?? "feature \(index + 1)"
        }
        let advice = "; 'dataset.scaling: standard' brings all features to one scale"
        let varied = spreads.indices.filter { spreads[$0] > 0 }
        guard let least = varied.min(by: { spreads[$0] < spreads[$1] }),
            let most = varied.max(by: { spreads[$0] < spreads[$1] })
        else { return [] }
        if spreads[most] > 100 * spreads[least] {
            return [
                "features are not scaled: \(name(most)) varies by "
                    + "\(NumberText.significant(spreads[most])), \(name(least)) by "
                    + NumberText.significant(spreads[least]) + advice
            ]
        }
        guard
            let far = varied.max(by: {
                abs(means[$0]) + spreads[$0] < abs(means[$1]) + spreads[$1]
            }), abs(means[far]) + spreads[far] > 10
        else { return [] }
        return [
            "features are not scaled: \(name(far)) lies around "
                + "\(NumberText.significant(means[far])) and varies by "
                + NumberText.significant(spreads[far]) + advice
        ]
    }

    // MARK: - Size

    private var sizeFindings: [String] {
        guard test.count < Self.fewSamples else { return [] }
        let reach = 0.98 / Double(max(test.count, 1)).squareRoot()
        let isClasses = if case .classes = test.targets { true } else { false }
        return [
            "the test part has only \(test.count) sample\(test.count == 1 ? "" : "s"): "
                + (isClasses
                    ? "a share measured on it is uncertain by up to "
                        + NumberText.points(min(reach, 0.5))
                    : "what is measured on it is uncertain")
        ]
    }
}
