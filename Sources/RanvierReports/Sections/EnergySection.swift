import Foundation
import RanvierAnalysis
import RanvierConfiguration

/// How the energy was estimated.
struct EnergySection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
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
                    if let breakEven = content.result.breakEven {
                        side.element("p", Self.text(of: breakEven))
                    }
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

    /// The rates below which spikes pay.
    private static func text(of breakEven: BreakEven) -> String {
        func percent(_ rate: Double) -> String { String(format: "%.1f %%", 100 * rate) }
        func below(_ account: BreakEven.Account) -> String {
            account.rate <= 0
                ? "at no rate" : account.rate >= 1 ? "at any" : "below \(percent(account.rate))"
        }
        return
            "Break-even: \(percent(breakEven.ownRate)) of the connections carry a spike in a step. It "
            + "takes less than an artificial network of the same shape with "
            + "\(breakEven.activationBits)-bit activations \(below(breakEven.arithmetic)) by "
            + "arithmetic, \(below(breakEven.actualWidth)) with \(breakEven.weightBits)-bit integers, and "
            + "\(below(breakEven.withMemory)) with memory."
    }

    func figures(of content: ReportContent) -> [ReportFigure] {
        [ReportFigure(name: "energy", chart: content.energyChart)]
    }
}
