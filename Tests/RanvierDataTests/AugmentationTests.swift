import RanvierData
import RanvierTensors
import Testing

@Suite struct AugmentationTests {
    /// A batch of equal images whose pixels are all different.
    static func batch(_ count: Int, _ shape: [Int]) -> Tensor {
        let image = (0..<shape.reduce(1, *)).map { Float($0 + 1) }
        return Tensor(Array(repeating: image, count: count).flatMap { $0 }, shape: [count] + shape)
    }

    @Test func shiftsReachAllPlacesEquallyOften() {
        let augmentation = Augmentation(imageShape: [5, 5], shift: 1)
        let stream = RandomStream(seed: 0, name: "test")
        let changed = augmentation(Self.batch(900, [25]), from: stream)
        #expect(changed.shape == [900, 25])
        var places: [Int: Int] = [:]
        for sample in 0..<900 {
            let pixels = (0..<25).map { changed[at: sample, $0] }
            // The middle pixel (value 13) is never pushed out by one step.
            places[pixels.firstIndex(of: 13) ?? -1, default: 0] += 1
            #expect(pixels.allSatisfy { $0 == 0 || ($0 >= 1 && $0 <= 25) })
        }
        #expect(Set(places.keys) == [6, 7, 8, 11, 12, 13, 16, 17, 18])
        #expect(places.values.allSatisfy { $0 > 60 && $0 < 140 })
    }

    @Test func flipsHalfOfTheImagesAndKeepsChannelsTogether() {
        let augmentation = Augmentation(imageShape: [1, 2, 3], shift: 0, flipsHorizontally: true)
        let changed = augmentation(
            Self.batch(400, [1, 2, 3]), from: RandomStream(seed: 1, name: "test"))
        var flipped = 0
        for sample in 0..<400 {
            let row = (0..<6).map { changed[at: sample, 0, $0 / 3, $0 % 3] }
            #expect(row == [1, 2, 3, 4, 5, 6] || row == [4, 5, 6, 1, 2, 3])
            flipped += row[0] == 4 ? 1 : 0
        }
        #expect(flipped > 150 && flipped < 250)
    }

    @Test func imagesOfASequenceMoveTogether() {
        let augmentation = Augmentation(imageShape: [4, 4, 2], shift: 2, flipsHorizontally: true)
        let changed = augmentation(
            Self.batch(30, [3, 4, 4, 2]), from: RandomStream(seed: 2, name: "test"))
        #expect(changed.shape == [30, 3, 4, 4, 2])
        var moves: Set<[Bool]> = []
        for sample in 0..<30 {
            // Pixels of image t are numbered from 32 t + 1; 0 came in from outside.
            let images = (0..<3).map { t in
                (0..<32).map { place -> Float in
                    let value = changed[at: sample, t, place / 8, place / 2 % 4, place % 2]
                    return value == 0 ? 0 : value - Float(32 * t)
                }
            }
            #expect(images[0] == images[1] && images[0] == images[2])
            moves.insert(images[0].map { $0 == 0 })
        }
        #expect(moves.count > 5)
    }

    @Test func theStreamDecides() {
        let augmentation = Augmentation(imageShape: [5, 5], shift: 2, fill: -1)
        let batch = Self.batch(20, [25])
        let one = augmentation(batch, from: RandomStream(seed: 0, name: "a")).scalars
        #expect(one == augmentation(batch, from: RandomStream(seed: 0, name: "a")).scalars)
        #expect(one != augmentation(batch, from: RandomStream(seed: 0, name: "b")).scalars)
        #expect(one.contains(-1))
    }
}
