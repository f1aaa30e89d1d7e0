import RanvierTensors
import Testing

@testable import RanvierExperiments

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
