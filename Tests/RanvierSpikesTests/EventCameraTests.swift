import Foundation
import Testing

@testable import RanvierSpikes
@testable import RanvierTensors

/// The simulated event camera.
@Suite struct EventCameraTests {
    /// A bright bar on the left half.
    private let edge = Tensor((0..<64).map { $0 % 8 < 4 ? 1 : 0 }, shape: [8, 8])

    @Test func onlyContrastThatMovesMakesEvents() {
        var camera = EventCamera()
        #expect(camera.record(Tensor(repeating: 0.7, shape: [8, 8])).count == 0)
        camera.amplitude = 0
        #expect(camera.record(edge).count == 0)
    }

    @Test func eventsFollowTheEdgeAndComeBack() {
        var camera = EventCamera()
        camera.mismatch = 0
        let stream = camera.record(edge)
        #expect(stream.count > 50)
        #expect(stream.sensor == EventSensor(height: 8, width: 8))
        #expect(stream.times.allSatisfy { $0 >= 0 && $0 <= 0.3 })
        // Rows inside: edges lie before column 0 and between columns 3 and 4, and move by up to 0.75 pixels.
        let inner = stream.units.map { stream.sensor.position(of: Int($0)) }.filter {
            (2...5).contains($0.y)
        }
        #expect(inner.allSatisfy { [0, 3, 4].contains($0.x) } && !inner.isEmpty)
        // The path ends where it began, so every pixel fires as often brighter as darker, up to one threshold.
        for pixel in 0..<64 {
            let signs = stream.units.map { stream.sensor.position(of: Int($0)) }.filter {
                $0.y * 8 + $0.x == pixel
            }
            let balance = signs.reduce(0) { $0 + ($1.polarity == 1 ? 1 : -1) }
            #expect(abs(balance) <= 1)
        }
    }

    /// The first events of a pixel that darkens linearly in brightness come when ln I has changed by multiples of θ.
    @Test func countsAreContrastOverThreshold() {
        var camera = EventCamera()
        camera.mismatch = 0
        camera.darkness = 0.01
        let stream = camera.record(edge)
        // Pixel (4, 3): from its darkest 0 + ε to the brightest value in reach of the path.
        let brightest =
            (0...3000).map { camera.position(at: Double($0) * 1e-4).x }
            .map { max(0, -$0) }.max() ?? 0
        let darkest = 0.0
        // Start: the axis points to −0.75, where the pixel sees 0.75 of the bright side.
        let expected = Int((log(brightest + 0.01) - log(darkest + 0.01)) / 0.2)
        let unit = stream.sensor.unit(x: 4, y: 3, polarity: 0)
        let darker = stream.units.count { Int($0) == unit }
        #expect(abs(darker - expected) <= 1)
    }

    @Test func lowerThresholdsAndMismatchChangeTheEvents() {
        var camera = EventCamera()
        let usual = camera.record(edge)
        #expect(usual == camera.record(edge))
        camera.threshold = 0.1
        #expect(camera.record(edge).count > usual.count * 3 / 2)
        camera.threshold = 0.2
        camera.seed = 1
        #expect(camera.record(edge) != usual)
    }
}
