import Testing

@testable import RanvierBench
@testable import RanvierExperiments
@testable import RanvierTensors

@Suite("Data of the workloads")
struct BenchDataTests {
    @Test("Strokes: a tenth of the pixels, values in 0…1, classes that differ")
    func strokes() {
        let (images, labels) = BenchData.strokes(count: 400)
        #expect(images.count == 400 * 784 && labels.count == 400)
        #expect(images.allSatisfy { 0...1 ~= $0 })
        let share = Double(images.count { $0 > 0 }) / Double(images.count)
        #expect(abs(share - 0.1) < 0.03, "\(share)")
        #expect(Set(labels) == Set(0..<10))

        func distance(_ a: Int, _ b: Int) -> Float {
            (0..<784).reduce(0) { sum, pixel in
                let difference = images[a * 784 + pixel] - images[b * 784 + pixel]
                return sum + difference * difference
            }
        }
        var within: [Float] = [], between: [Float] = []
        for a in 0..<60 {
            for b in 0..<a {
                if labels[a] == labels[b] {
                    within.append(distance(a, b))
                } else {
                    between.append(distance(a, b))
                }
            }
        }
        let inside = within.reduce(0, +) / Float(within.count)
        let outside = between.reduce(0, +) / Float(between.count)
        #expect(inside < 0.9 * outside)
    }

    @Test("Spoken events: about as many as in the published set, in tracks of a class")
    func spoken() {
        let (events, labels) = BenchData.spoken(count: 40)
        let share = Double(events.spikeCount) / Double(events.count)
        #expect(events.shape == [100, 40, 700] && abs(share - 0.025) < 0.008, "\(share)")
        // Channels of two samples of a class agree more than those of two classes.
        let perChannel = events.sum(axes: [0]).scalars
        func overlap(_ a: Int, _ b: Int) -> Float {
            (0..<700).reduce(0) { $0 + min(perChannel[a * 700 + $1], perChannel[b * 700 + $1]) }
        }
        var alike: [Float] = [], apart: [Float] = []
        for a in 0..<40 {
            for b in 0..<a {
                if labels[a] == labels[b] {
                    alike.append(overlap(a, b))
                } else {
                    apart.append(overlap(a, b))
                }
            }
        }
        let inside = alike.reduce(0, +) / Float(alike.count)
        let outside = apart.reduce(0, +) / Float(apart.count)
        #expect(inside > 1.2 * outside)
    }

    @Test("The same data every time")
    func repeated() {
        #expect(BenchData.strokes(count: 3).images == BenchData.strokes(count: 3).images)
        func events(_ name: String) -> [Float] {
            BenchData.events(shape: [10, 2, 50], density: 0.3, name: name).scalars
        }
        #expect(events("a") == events("a"))
        #expect(events("a") != events("b"))
    }
}
