import RanvierConfiguration
import RanvierDeployment
import RanvierLearning

extension FormatsReport {
    /// What is claimed, setting by setting.
    var claims: [StudyClaim] {
        let all = rows.flatMap(\.outcomes).compactMap(\.integers)
        guard !all.isEmpty else { return [] }
        return [sameSpikes(all), sameScores(all)] + parts.flatMap { claims(of: $0) }
    }

    private func sameSpikes(_ all: [FormatsOutcome.Integers]) -> StudyClaim {
        let places = all.reduce(0) { $0 + $1.places }
        let differing = all.reduce(0) { $0 + $1.differing }
        return StudyClaim(
            claim:
                "Networks in integers spike as the same whole numbers in floats do, place by place",
            source: "method", verdict: places == 0 ? .undecided : differing == 0 ? .held : .failed,
            evidence:
                "\(NumberText.count(differing)) of \(NumberText.count(places)) places differ, \(all.count) networks"
        )
    }

    private func sameScores(_ all: [FormatsOutcome.Integers]) -> StudyClaim {
        let checks = all.flatMap {
            $0.programs.flatMap(\.checks) + ($0.plain.map { [$0.check] } ?? [])
        }
        let run = checks.filter { $0.status != .skipped }
        let isRight = run.allSatisfy { $0.status == .agrees }
        return StudyClaim(
            claim: "C on emulated boards gives the scores of the engine here, bit for bit",
            source: "method", verdict: run.isEmpty ? .undecided : isRight ? .held : .failed,
            evidence:
                "\(run.count { $0.status == .agrees }) of \(run.count) programs agree, "
                + "\(checks.count - run.count) left out")
    }

    private func claims(of part: Part) -> [StudyClaim] {
        func integers(_ kind: FormatsOutcome.Kind) -> [FormatsOutcome.Integers] {
            part.seeds.compactMap { $0.first { $0.kind == kind }?.integers }
        }
        let dense = integers(.eight), sparse = integers(.sparse)
        var claims: [StudyClaim] = []
        if !dense.isEmpty {
            claims.append(
                .above(
                    -0.005, dense.compactMap { $0.difference?.value },
                    claim: "\(part.name): dense int8 loses at most half a point",
                    source: "method", what: "accuracy in integers less as trained"))
        }
        for goal in CExportOptions.Goal.allCases {
            for target in [CTarget.cortexM4, .riscv32] {
                let pairs = zip(sparse, dense).compactMap { sparse, dense -> Double? in
                    guard let a = Self.instructions(sparse, goal, target),
                        let b = Self.instructions(dense, goal, target)
                    else { return nil }
                    return a / b
                }
                guard !sparse.isEmpty else { continue }
                claims.append(
                    .below(
                        1, pairs,
                        claim:
                            "\(part.name): sparse int8 takes fewer instructions than dense int8 (made for \(goal.rawValue), "
                            + "\(target.rawValue))", source: "method", what: "ratio"))
            }
        }
        let loops = dense.compactMap { own -> Double? in
            guard let loop = own.plain?.check.instructions,
                let fast = Self.instructions(own, .cortexM4)
            else { return nil }
            return fast / loop
        }
        if !dense.isEmpty {
            claims.append(
                .below(
                    1, loops,
                    claim:
                        "\(part.name): dense int8 takes fewer instructions than a plain loop over all weights and steps",
                    source: "method", what: "ratio on Cortex-M4"))
        }
        let smallest = integers(.wholeNumbers)
        if !smallest.isEmpty {
            claims += [
                .below(
                    13_500.5, smallest.compactMap { $0.whole.map { Double($0.flash) } },
                    claim:
                        "\(part.name): the whole program takes at most 13 500 bytes of flash on Cortex-M0",
                    source: "what was aimed at", what: "bytes"),
                .below(
                    1024.5,
                    smallest.compactMap { own in
                        own.whole.map { Double($0.ram - own.rowBytes) }
                    },
                    claim:
                        "\(part.name): at most 1 KiB of RAM, the row that comes in and the stack apart",
                    source: "what was aimed at", what: "bytes"),
            ]
        }
        return claims
    }
}
