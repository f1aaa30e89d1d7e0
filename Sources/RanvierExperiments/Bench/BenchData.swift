import Foundation
import RanvierTensors

/// Data that is made and not downloaded, with the shape and the activity of what a workload stands for.
enum BenchData {
    /// Images of 28 × 28 like handwriting, values in 0…1, a tenth of the pixels on, and the class of each.
    ///
    /// A class is a random smooth stroke; a sample of it is moved, has gaps, a brightness and some noise.
    static func strokes(count: Int, classes: Int = 10) -> (images: [Float], labels: [Int]) {
        let stream = RandomStream(seed: 0, name: "strokes")
        let templates = (0..<classes).map { stroke(from: stream.substream($0)) }
        let labels = Self.labels(count: count, classes: classes)
        let images = labels.enumerated().flatMap { index, label in
            sample(of: templates[label], from: stream.substream(classes + index))
        }
        return (images, labels)
    }

    /// Classes drawn at random.
    static func labels(count: Int, classes: Int) -> [Int] {
        RandomStream(seed: 0, name: "labels").words(count: count).map { Int($0) % classes }
    }

    /// Independent events: each element is 1 with a probability, else 0.
    static func events(shape: [Int], density: Double, name: String) -> Tensor {
        let draws = RandomStream(seed: 0, name: name).uniform(count: shape.elementCount)
        return Tensor(spikes: draws.map { $0 < Float(density) ? 1 : 0 }, shape: shape)
    }

    private static let side = 28

    /// The pixels that a pen of 2 × 2 touches in sixty steps of a walk whose direction drifts.
    private static func stroke(from stream: RandomStream) -> [Bool] {
        var image = [Bool](repeating: false, count: side * side)
        var angle = stream.uniform(count: 1)[0] * 2 * .pi
        var x: Float = 14, y: Float = 14
        for turn in stream.substream(0).normal(count: 60) {
            angle += turn / 2
            x = min(max(x + cos(angle), 5), 22)
            y = min(max(y + sin(angle), 5), 22)
            for row in Int(y)...Int(y) + 1 {
                for column in Int(x)...Int(x) + 1 { image[row * side + column] = true }
            }
        }
        return image
    }

    private static func sample(of template: [Bool], from stream: RandomStream) -> [Float] {
        let pixels = side * side
        let draws = stream.uniform(count: 2 * pixels + 3)
        let right = Int(draws[2 * pixels] * 5) - 2, down = Int(draws[2 * pixels + 1] * 5) - 2
        let brightness = 0.6 + 0.4 * draws[2 * pixels + 2]
        return (0..<pixels).map { pixel in
            let row = pixel / side - down, column = pixel % side - right
            let isInside = 0..<side ~= row && 0..<side ~= column
            let isOn = isInside && template[row * side + column] && draws[pixel] > 0.25
            let noise: Float = draws[pixels + pixel] < 0.03 ? 0.7 : 0
            return min((isOn ? brightness : 0) + noise, 1)
        }
    }
}
