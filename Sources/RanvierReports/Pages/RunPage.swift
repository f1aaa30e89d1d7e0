import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// The page of one run.
package struct RunPage {
    package let content: ReportContent

    private var result: RunResult { content.result }
    private var baseline: RunResult? { content.baseline }

    package func render() -> String {
        var page = HTMLWriter()
        page.container("header", writeHeader)
        page.container("main") { main in
            writeQuestion(&main)
            writeComparison(&main)
            writeLearning(&main)
            writeErrors(&main)
            writeSpikes(&main)
            writeCertainty(&main)
            writeEnergy(&main)
            writeConfiguration(&main)
        }
        page.container("footer") { footer in
            footer.element(
                "p", "Made by Ranvier \(result.version). This file is complete: it loads nothing.")
        }
        return HTMLWriter.page(title: content.title, body: page.html)
    }

    // MARK: - Top of the page

    private func writeHeader(_ header: inout HTMLWriter) {
        header.element("p", "Ranvier run report", style: "eyebrow")
        header.element("h1", content.title)
        let facts = [
            "\(result.method) training", result.displayModel, "data set \(result.dataset)",
            "seed \(result.seed)", "run \(result.name)", "version \(result.version)",
        ]
        header.element("p", facts.joined(separator: " · "), style: "meta")
        header.container("section", style: "summary", label: "Summary") { summary in
            summary.element("p", PlainSummary(result).sentences.joined(separator: " "))
        }
        header.container("dl", style: "tiles") { tiles in
            for tile in RunMeasures.tiles(of: result) {
                tiles.container("div") { box in
                    box.element("dt", tile.name)
                    box.element("dd", tile.value)
                    if let aside = tile.aside { box.element("dd", aside, style: "aside") }
                }
            }
        }
        RunPage.write(content.warnings, heading: "h2", on: &header)
    }

    package static func write(
        _ warnings: [String], heading: String, on page: inout HTMLWriter
    ) {
        guard !warnings.isEmpty else { return }
        page.container("section", style: "warnings") { section in
            section.element(heading, warnings.count == 1 ? "Warning" : "Warnings")
            section.container("ul") { list in
                for warning in warnings { list.element("li", warning) }
            }
        }
    }

    // MARK: - Sections

    private func writeQuestion(_ main: inout HTMLWriter) {
        main.section("What was asked") { section in
            section.element("p", content.datasetDescription)
            section.element("p", "The exact command that made this run:")
            section.code(content.command)
            if content.warnings.isEmpty {
                section.element("p", "The run gave no warnings.", style: "good")
            }
        }
    }

    private func writeComparison(_ main: inout HTMLWriter) {
        let lead =
            baseline == nil
            ? "No conventional network (ANN) was trained beside this run."
            : "The ANN has the same shape and was trained on the same data."
        main.section("Accuracy, energy, memory and latency", lead: lead) { section in
            if let baseline {
                section.table(
                    caption: "Test set of \(NumberText.count(result.test.samples)) samples. "
                        + "Energy, operations and latency are per decision.",
                    header: [
                        "Measure", result.displayModel, baseline.displayModel,
                        "\(result.displayModel) against \(baseline.displayModel)",
                    ],
                    rows: RunMeasures.rows(of: result, beside: baseline))
            } else {
                section.table(
                    caption: "Test set of \(NumberText.count(result.test.samples)) samples. "
                        + "Energy, operations and latency are per decision.",
                    header: ["Measure", result.displayModel],
                    rows: RunMeasures.rows(of: result))
            }
        }
    }

    private func writeLearning(_ main: inout HTMLWriter) {
        let training = result.training
        let lead =
            "\(NumberText.count(training.epochs)) epochs in "
            + "\(NumberText.seconds(training.seconds)), "
            + "\(NumberText.significant(training.samplesPerSecond)) samples per second."
        main.section("How it learned", lead: lead) { section in
            section.figures { figures in
                figures.figure(content.lossChart)
                figures.figure(content.accuracyChart)
            }
        }
    }

    private func writeErrors(_ main: inout HTMLWriter) {
        guard let confusion = content.confusion, let chart = content.confusionChart else { return }
        main.section("What it confuses") { section in
            section.figures { figures in
                figures.figure(chart, caption: "on the test set, in samples.")
                figures.container("div", style: "keep") { side in
                    writeMistakes(confusion, names: chart.classNames, on: &side)
                }
            }
        }
    }

    private func writeMistakes(
        _ matrix: ConfusionMatrix, names: [String], on side: inout HTMLWriter
    ) {
        var mistakes: [(count: Int, truth: Int, prediction: Int)] = []
        for truth in 0..<matrix.classes {
            for prediction in 0..<matrix.classes
            where truth != prediction && matrix.counts[truth][prediction] > 0 {
                mistakes.append((matrix.counts[truth][prediction], truth, prediction))
            }
        }
        guard !mistakes.isEmpty else {
            side.element("p", "No test sample was taken for another class.")
            return
        }
        mistakes.sort { ($1.count, $0.truth, $0.prediction) < ($0.count, $1.truth, $1.prediction) }
        side.table(
            caption: "Most frequent mistakes",
            header: ["True class", "Taken for", "Samples", "Share"],
            rows: mistakes.prefix(8).map { mistake in
                let total = matrix.counts[mistake.truth].reduce(0, +)
                return [
                    names[mistake.truth], names[mistake.prediction],
                    NumberText.count(mistake.count),
                    NumberText.percent(Double(mistake.count) / Double(total)),
                ]
            }, textColumns: [1])
    }

    private func writeSpikes(_ main: inout HTMLWriter) {
        let spikes = NumberText.significant(result.activity.spikesPerSample)
        let lead =
            result.model.lowercased() == "ann"
            ? "This network does not spike." : "\(spikes) spikes per decision, over all layers."
        main.section("How it spikes", lead: lead) { section in
            section.figures { figures in
                if let sample = content.sample, let chart = content.rasterChart {
                    figures.figure(
                        chart,
                        caption: "True class \(sample.label), predicted \(sample.prediction).")
                }
                if let course = content.spikeCourse {
                    figures.figure(course.outputChart)
                    if let chart = course.hiddenChart { figures.figure(chart) }
                }
                figures.figure(content.ratesChart, caption: "mean over the test set.")
            }
        }
    }

    private func writeCertainty(_ main: inout HTMLWriter) {
        main.section("How sure it is") { section in
            guard let chart = content.reliabilityChart else {
                section.element("p", "This run did not record how sure it was of each sample.")
                return
            }
            section.figures { figures in
                figures.figure(
                    chart,
                    caption: "Bars at the dashed line: the stated confidence is the accuracy.")
                figures.container("div", style: "keep") { side in
                    writeCalibration(on: &side)
                }
            }
        }
    }

    private func writeCalibration(on side: inout HTMLWriter) {
        let all = [result] + (baseline.map { [$0] } ?? [])
        func row(_ name: String, _ text: (Calibration) -> String) -> [String] {
            [name] + all.map { text($0.calibration) }
        }
        side.table(
            caption: "Lower is better in every row",
            header: ["Measure"] + all.map(\.displayModel),
            rows: [
                row("Expected calibration error") {
                    NumberText.percent($0.expectedCalibrationError, decimals: 2)
                },
                row("Negative log-likelihood (nats)") {
                    NumberText.significant($0.negativeLogLikelihood)
                },
                row("Brier score (0 to 2)") { NumberText.significant($0.brier) },
            ])
        side.element(
            "p",
            "The expected calibration error is the mean distance between how sure the network says "
                + "it is and how often it is right, over "
                + "\(content.reliability?.bins.count ?? 15) equal bins of confidence.")
    }

    private func writeEnergy(_ main: inout HTMLWriter) {
        let table = content.energyTable
        let assumptions = content.energyAssumptions
        main.section(
            "How the energy was estimated",
            lead: "Counted operations times the unit energies below; no chip was measured."
        ) { section in
            section.figures { figures in
                figures.figure(content.energyChart)
                figures.container("div", style: "keep") { side in
                    side.element("p", "Arithmetic: synapses alone, as 32-bit floats.")
                    side.element(
                        "p",
                        "At its width: the same with the network's own numbers, "
                            + "\(assumptions.arithmetic.title).")
                    side.element(
                        "p",
                        "With memory: at its width, with neuron updates, reading "
                            + "\(assumptions.weightBits)-bit weights"
                            + (assumptions.indexBits > 0
                                ? " and \(assumptions.indexBits)-bit indices" : "")
                            + " from \(assumptions.weightMemory.title), and reading and writing "
                            + "\(assumptions.stateBits)-bit states in "
                            + "\(assumptions.stateMemory.title).")
                }
            }
            section.table(
                caption: "Energy table “\(table.name)”"
                    + (table.technology.isEmpty ? "" : ", \(table.technology)"),
                header: ["Operation", "Energy (pJ)", "Source"],
                rows: EnergyOperation.allCases.map {
                    [
                        $0.title, NumberText.shortest(table.picojoules($0)),
                        table.source($0),
                    ]
                }, textColumns: [2])
        }
    }

    private func writeConfiguration(_ main: inout HTMLWriter) {
        main.section(
            "Configuration", lead: "As resolved, with every default filled in."
        ) { section in
            section.code(content.configuration, style: "configuration")
        }
    }
}
