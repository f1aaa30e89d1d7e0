import Foundation
import RanvierCompression
import RanvierTensors
import Testing

/// `early_tickets.json`: when masks stand still, and how few steps are enough.
@Suite struct EarlyTicketReferenceTests {

    private func vectors(_ key: String) throws -> ReferenceValue {
        try ReferenceFile.earlyTickets.value()[key]
    }

    @Test(.reference(.earlyTickets)) func earlyBird() throws {
        let file = try vectors("early_bird")
        let length = try file["mask_length"].int
        var search = EarlyBird(window: try file["window"].int, tolerance: try file["tau"].double)
        var stop: Int?
        let distances = try file["distances_to_previous"].items
        for (epoch, entry) in try file["masks_packed"].items.enumerated() {
            let words = try entry.flat.map { UInt32($0) }
            let mask = (0..<length).map { Float(words[$0 / 32] >> UInt32($0 % 32) & 1) }
            let found = search.add([Tensor(mask, shape: [length])])
            if found, stop == nil { stop = epoch }
            let expected = try distances[epoch].items.isEmpty ? [] : distances[epoch].flat
            #expect(search.distances.count == expected.count)
            for (a, b) in zip(search.distances, expected) { #expect(abs(a - b) <= 1e-12) }
        }
        #expect(stop == (try file.optional("stop_epoch")?.int))
    }

    @Test(.reference(.earlyTickets)) func earlyTime() throws {
        let file = try vectors("early_time")
        let (shape, outputs) = try file["outputs"].array
        let search = EarlyTime(
            outputs: outputs, steps: shape[0], samples: shape[1], classes: shape[2])
        #expect(shape[0] == (try file["T"].int))
        #expect(search.candidates == (try file["candidates"].ints))
        for (found, key) in [
            (search.fewToAll, "kl_small_vs_full"), (search.allToFew, "kl_full_vs_small"),
            (search.normalized(.paper), "normalised_by_t2"),
            (search.normalized(.published), "normalised_by_max"),
        ] {
            let expected = try file[key].flat
            #expect(found.count == expected.count)
            for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-12 * (1 + b), "\(key)") }
        }
        for (key, rule) in [
            ("selected_paper_rule", EarlyTime.Rule.paper), ("selected_max_rule", .published),
        ] {
            for entry in try file[key].items {
                #expect(
                    search.chosen(below: try entry["lam"].double, rule: rule)
                        == (try entry["t"].int), "\(entry.place)")
            }
        }
        // From tensors as layers hand them out, to single precision.
        let single = EarlyTime(outputs: Tensor(outputs.map { Float($0) }, shape: shape))
        for (a, b) in zip(single.fewToAll, search.fewToAll) { #expect(abs(a - b) <= 1e-5) }
    }
}
