import Foundation
import RanvierTensors

/// An event camera in front of a still image that it moves over in three saccades, simulated: recordings like those
/// of N-MNIST from any set of images.
///
/// Every pixel compares the logarithm of its brightness with the value at its last event and fires whenever it has
/// risen or fallen by the contrast threshold θ:
///
///     L = ln(I + ε),   brighter event where L − L_ref ≥ θ, darker where L_ref − L ≥ θ;   L_ref ← L_ref ± θ
///
/// The camera's axis runs along a triangle, one side per saccade, slow at its corners:
///
///     position = corner + (next − corner) · (1 − cos(π s)) / 2,   s from 0 to 1 in a saccade
///
/// Brightness between pixels is interpolated linearly, times of events linearly between samples. What lies outside the
/// image has its darkest value. Thresholds differ from pixel to pixel, drawn once from ``seed``.
///
/// Not simulated: shot noise, leak events, refractory periods, bandwidth, and the flicker of the monitor from which
/// N-MNIST was recorded. Source: Orchard, Jayawant, Cohen & Thakor 2015 for the path; Rebecq, Gehrig & Scaramuzza 2018
/// (ESIM) for the pixel.
public struct EventCamera: Sendable, Hashable {
    /// Contrast threshold θ.
    public var threshold = 0.2
    /// Standard deviation of θ over the pixels, as a share.
    public var mismatch = 0.03
    /// ε, which keeps the logarithm of black finite.
    public var darkness = 0.05
    /// Way to the corners of the triangle in pixels.
    public var amplitude = 1.5
    /// Duration of a saccade in seconds.
    public var saccade = 0.1
    /// Samples of the brightness per second.
    public var samplingRate = 500.0
    /// Seed of the thresholds.
    public var seed: UInt64 = 0

    /// A camera with the defaults above.
    public init() {}

    /// Duration of a recording in seconds.
    public var duration: Double { 3 * saccade }

    /// The recording of an image `[H, W]` or `[H, W, C]` of values from 0; colours are averaged.
    ///
    /// - Returns: events of a sensor of `H × W` pixels and two polarities, clock 1 µs.
    public func record(_ image: Tensor) -> EventStream {
        precondition(
            image.rank == 2 || image.rank == 3,
            "an image is [H, W] or [H, W, C], not \(image.shape)")
        let height = image.shape[0], width = image.shape[1]
        let channels = image.rank == 3 ? image.shape[2] : 1
        let values = image.scalars
        let gray = (0..<height * width).map { pixel in
            (0..<channels).reduce(0.0) { $0 + Double(values[pixel * channels + $1]) }
                / Double(channels)
        }
        let scene = Scene(gray: gray, height: height, width: width)
        let sensor = EventSensor(height: height, width: width)
        let noise = RandomStream(seed: seed, name: "event camera").normal(count: gray.count)
        let thresholds = noise.map { max(threshold * (1 + mismatch * Double($0)), 1e-3) }
        let steps = max(Int((duration * samplingRate).rounded()), 1)
        var reference = gray.map { _ in 0.0 }, last = reference
        var ticks: [Int64] = [], units: [Int32?] = []
        for step in 0...steps {
            let time = Double(step) / Double(steps) * duration
            let (dx, dy) = position(at: time)
            for pixel in gray.indices {
                let brightness = log(
                    scene.value(
                        x: Double(pixel % width) + dx, y: Double(pixel / width) + dy) + darkness)
                defer { last[pixel] = brightness }
                guard step > 0 else {
                    reference[pixel] = brightness
                    continue
                }
                let change = brightness - last[pixel], limit = thresholds[pixel]
                while abs(brightness - reference[pixel]) >= limit {
                    let isBrighter = brightness > reference[pixel]
                    reference[pixel] += isBrighter ? limit : -limit
                    let share = change == 0 ? 1 : (reference[pixel] - last[pixel]) / change
                    let moment = time - (1 - min(max(share, 0), 1)) * duration / Double(steps)
                    ticks.append(Int64((moment * 1e6).rounded()))
                    units.append(
                        sensor.unit(
                            x: pixel % width, y: pixel / width, polarity: isBrighter ? 1 : 0
                        ).map { Int32($0) })
                }
            }
        }
        let order = ticks.indices.sorted { (ticks[$0], $0) < (ticks[$1], $1) }
        return EventStream(
            repairing: order.map { ticks[$0] }, units: order.map { units[$0] }, sensor: sensor,
            tickLength: 1e-6)
    }

    /// Where the camera's axis points, in pixels from the image's place.
    func position(at time: Double) -> (x: Double, y: Double) {
        // An isosceles triangle, as in N-MNIST: from its left corner down, to the right one, and back.
        let corners = [(-0.5, -0.5), (0.0, 0.5), (0.5, -0.5), (-0.5, -0.5)]
        let phase = min(max(time / saccade, 0), 3 - 1e-9)
        let side = Int(phase)
        let share = (1 - cos(.pi * (phase - Double(side)))) / 2
        let (a, b) = (corners[side], corners[side + 1])
        return (
            amplitude * (a.0 + (b.0 - a.0) * share), amplitude * (a.1 + (b.1 - a.1) * share)
        )
    }

    private struct Scene {
        let gray: [Double]
        let height: Int
        let width: Int
        let outside: Double

        init(gray: [Double], height: Int, width: Int) {
            self.gray = gray
            self.height = height
            self.width = width
            outside = gray.min() ?? 0
        }

        func value(x: Double, y: Double) -> Double {
            let column = Int(x.rounded(.down)), row = Int(y.rounded(.down))
            let right = x - Double(column), down = y - Double(row)
            let top = pixel(column, row) * (1 - right) + pixel(column + 1, row) * right
            let bottom = pixel(column, row + 1) * (1 - right) + pixel(column + 1, row + 1) * right
            return top * (1 - down) + bottom * down
        }

        private func pixel(_ column: Int, _ row: Int) -> Double {
            guard column >= 0, column < width, row >= 0, row < height else { return outside }
            return gray[row * width + column]
        }
    }
}
