import Foundation
import Testing

@testable import RanvierTensors

@Suite struct NumberTests {
    /// Known answers of Philox 4×32-10 from the authors' test file.
    @Test func philoxKnownAnswers() {
        let zeros = RandomStream(seed: 0, stream: 0).words(count: 4)
        #expect(zeros == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
        let ones = RandomStream(seed: .max, stream: .max)
        #expect(ones.stream == .max)
    }

    @Test func positionsAreIndependentOfHowTheyAreRead() {
        let stream = RandomStream(seed: 5, name: "test")
        let all = stream.uniform(count: 1000)
        #expect(Array(all[333..<777]) == stream.uniform(count: 444, from: 333))
        #expect(stream.normal(count: 10, from: 5) == Array(stream.normal(count: 15)[5...]))
        #expect(all != RandomStream(seed: 5, name: "other").uniform(count: 1000))
        #expect(all != stream.substream(1).uniform(count: 1000))
        #expect(all.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = all.reduce(0, +) / 1000
        #expect(abs(mean - 0.5) < 0.04)
    }

    @Test func normalMoments() {
        let draws = RandomStream(seed: 1, name: "normal").normal(count: 100_000).map(Double.init)
        let mean = draws.reduce(0, +) / 1e5
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
        let fourth = draws.reduce(0) { $0 + pow($1 - mean, 4) } / 1e5
        #expect(abs(mean) < 0.015 && abs(variance - 1) < 0.02 && abs(fourth - 3) < 0.15)
        #expect(draws.allSatisfy { $0.isFinite })
    }

    @Test func permutationsHoldEveryIndexOnce() {
        let order = RandomStream(seed: 2, name: "shuffle").permutation(count: 500)
        #expect(order.sorted() == Array(0..<500))
        #expect(order != Array(0..<500))
        #expect(order != RandomStream(seed: 3, name: "shuffle").permutation(count: 500))
        // Every element comes first, and about as often as every other.
        var firsts = [Int](repeating: 0, count: 5)
        for seed in 0..<1000 {
            firsts[RandomStream(seed: UInt64(seed), name: "p").permutation(count: 5)[0]] += 1
        }
        #expect(firsts.allSatisfy { $0 > 150 && $0 < 250 })
    }

    /// Elementary functions against the system's, in units of the last place.
    @Test func elementaryFunctionsAreAccurate() {
        let inputs = (-8000...8000).map { Float($0) / 100 }
        let x = Tensor(inputs, shape: [inputs.count])
        func worst(_ found: Tensor, _ exact: (Double) -> Double) -> Double {
            zip(inputs, found.scalars).reduce(0) { worst, pair in
                let expected = exact(Double(pair.0))
                guard abs(expected) > 1e-37 else { return worst }
                let unit = Double(Float(expected).ulp)
                return max(worst, abs(Double(pair.1) - expected) / unit)
            }
        }
        #expect(worst(x.exp(), { Foundation.exp($0) }) < 2)
        #expect(worst(x.tanh(), { Foundation.tanh($0) }) < 2.5)
        #expect(worst(x.sigmoid(), { 1 / (1 + Foundation.exp(-$0)) }) < 4)
        let positive = x.absoluteValue() + 1e-3
        let logs = zip(positive.scalars, positive.log().scalars)
        for (value, found) in logs {
            #expect(
                abs(Double(found) - Foundation.log(Double(value))) < 2e-7
                    * max(1, abs(Double(found))))
        }
        let edges = Tensor([0, -1, .infinity, -.infinity, .nan, 100, -100], shape: [7])
        let e = edges.exp().scalars, l = edges.log().scalars
        #expect(
            e[0] == 1 && e[2] == .infinity && e[3] == 0 && e[4].isNaN && e[5] == .infinity
                && e[6] == 0)
        #expect(l[0] == -.infinity && l[1].isNaN && l[2] == .infinity && l[3].isNaN && l[4].isNaN)
    }
}

@Suite struct SoftmaxTests {
    /// Beside large numbers the logarithm of the sum has no digits left: shares must add up to 1 all the same.
    @Test(arguments: [0, 1000, 2000, 1e7, -1e7, 3e38] as [Float])
    func sharesOfLargeNumbersAddUpToOne(_ offset: Float) {
        let shares = Tensor([offset, offset, 0], shape: [1, 3]).softmax().scalars
        #expect(abs(shares.reduce(0, +) - 1) < 1e-4)
        #expect(abs(shares[0] - shares[1]) == 0)
    }
}
