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

    /// Events like those of spoken digits, `[100, count, 700]`, about 2.5 % ones, and the class of each sample.
    ///
    /// A class is four tracks of raised activity that wander over the channels; a sample has them moved in
    /// channel and time.
    static func spoken(count: Int, classes: Int = 20) -> (events: Tensor, labels: [Int]) {
        let stream = RandomStream(seed: 0, name: "spoken")
        let (steps, channels) = (100, 700)
        let tracks = (0..<classes * 4).map { Track(stream.substream($0).uniform(count: 5)) }
        let labels = Self.labels(count: count, classes: classes)
        var events = [Float](repeating: 0, count: steps * count * channels)
        for (sample, label) in labels.enumerated() {
            let own = stream.substream(1000 + sample)
            let moves = own.normal(count: 8),
                draws = own.substream(0).uniform(
                    count: steps * channels)
            for t in 0..<steps {
                let present = tracks[label * 4..<label * 4 + 4].enumerated().compactMap {
                    $1.center(
                        at: Float(t) / Float(steps) - 0.04 * moves[2 * $0],
                        moved: 25 * moves[2 * $0 + 1])
                }
                for channel in 0..<channels {
                    let rate = present.reduce(Float(0.001)) { sum, center in
                        let away = (Float(channel) - center) / 22
                        return sum + 0.14 * exp(-0.5 * away * away)
                    }
                    if draws[t * channels + channel] < rate {
                        events[(t * count + sample) * channels + channel] = 1
                    }
                }
            }
        }
        return (Tensor(spikes: events, shape: [steps, count, channels]), labels)
    }

    /// A track of raised activity: a parabola over the channels between two times.
    private struct Track {
        private let start: Float, slope: Float, bend: Float, from: Float, to: Float

        /// From five numbers in 0…1.
        init(_ draws: [Float]) {
            start = 60 + 580 * draws[0]
            slope = 600 * draws[1] - 300
            bend = 600 * draws[2] - 300
            from = 0.3 * draws[3]
            to = 0.6 + 0.4 * draws[4]
        }

        func center(at time: Float, moved: Float) -> Float? {
            from < time && time < to ? start + moved + slope * time + bend * time * time : nil
        }
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
