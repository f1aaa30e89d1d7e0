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

    /// The bits of whole shifts are those of the definition, written out with the same draws.
    @Test(arguments: [[7, 5, 1], [6, 8, 3]]) func wholeShiftsMoveWholePixels(shape: [Int]) {
        let augmentation = Augmentation(
            imageShape: shape, shift: 2, flipsHorizontally: true, fill: -1)
        let stream = RandomStream(seed: 3, name: "shifts"), count = 40
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        let batch = Tensor(
            uniformIn: 0..<1, shape: [count, height * width * channels],
            from: RandomStream(seed: 0, name: "pixels"))
        let changed = augmentation(batch, from: stream), draws = stream.words(count: 3 * count)
        var expected = [Float](repeating: -1, count: batch.count)
        for sample in 0..<count {
            let down = Int((UInt64(draws[3 * sample]) * 5) >> 32) - 2
            let right = Int((UInt64(draws[3 * sample + 1]) * 5) >> 32) - 2
            let flips = draws[3 * sample + 2] & 1 == 1
            for y in 0..<height where (0..<height).contains(y - down) {
                for x in 0..<width where (0..<width).contains(x - right) {
                    let from = flips ? width - 1 - (x - right) : x - right
                    for c in 0..<channels {
                        expected[((sample * height + y) * width + x) * channels + c] =
                            batch[at: sample, ((y - down) * width + from) * channels + c]
                    }
                }
            }
        }
        let isSame = changed.scalars == expected
        #expect(isSame)
    }

    // MARK: - Interpolated

    /// A linear ramp of height `[H, W, C]`, whose values between pixels are known.
    private static func ramp(_ shape: [Int]) -> Tensor {
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        var values: [Float] = []
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<channels {
                    values.append(100 + 3 * Float(y) + Float(x) * (c == 0 ? 1 : -2) + 50 * Float(c))
                }
            }
        }
        return Tensor(values, shape: [1] + shape)
    }

    /// Of a ramp every move keeps a ramp; its slopes say the angle and the scale, its middle the shift.
    @Test func movesAreWhatTheirNumbersSay() {
        let shape = [21, 21, 2], ramp = Self.ramp(shape), count = 200
        let batch = Tensor.concatenate(Array(repeating: ramp, count: count))
        let augmentation = Augmentation(
            imageShape: shape, shift: 1.5, rotation: 8, scale: 0.1, fill: 100)
        let changed = augmentation(batch, from: RandomStream(seed: 5, name: "moves"))
        var angles: [Float] = [], zooms: [Float] = [], shifts: [Float] = []
        for sample in 0..<count {
            func value(_ y: Int, _ x: Int, _ c: Int) -> Float { changed[at: sample, y, x, c] }
            // Slopes by row and column of both channels around the middle.
            let byRow = (0..<2).map { (value(12, 10, $0) - value(8, 10, $0)) / 4 }
            let byColumn = (0..<2).map { (value(10, 12, $0) - value(10, 8, $0)) / 4 }
            // Row r and column k of the source have 3 r + k + 100 and 3 r − 2 k + 150.
            func source(_ a: Float, _ b: Float) -> (row: Float, column: Float) {
                ((2 * a + b) / 9, (a - b) / 3)
            }
            let down = source(byRow[0], byRow[1]), right = source(byColumn[0], byColumn[1])
            #expect(abs(down.row - right.column) < 1e-3 && abs(down.column + right.row) < 1e-3)
            let size = (down.row * down.row + down.column * down.column).squareRoot()
            zooms.append(1 / size)
            angles.append(down.column / down.row)
            let middle = source(value(10, 10, 0) - 100, value(10, 10, 1) - 150)
            shifts.append(max(abs(middle.row - 10), abs(middle.column - 10)))
        }
        // tan 8° = 0.1405
        #expect(angles.allSatisfy { abs($0) < 0.1406 })
        #expect(zooms.allSatisfy { $0 > 0.8999 && $0 < 1.1001 })
        // A shift of 1.5 in both directions, turned and zoomed.
        #expect(shifts.allSatisfy { $0 < 1.5 * 1.4143 / 0.9 })
        #expect((angles.max() ?? 0) > 0.12 && (angles.min() ?? 0) < -0.12)
        #expect((zooms.max() ?? 0) > 1.08 && (zooms.min() ?? 2) < 0.92)
        #expect((shifts.max() ?? 0) > 1.3)
    }

    @Test func whatComesFromOutsideIsFilled() {
        let batch = Tensor.ones([300, 8, 8])
        let augmentation = Augmentation(imageShape: [8, 8], shift: 20.5, fill: -3)
        let changed = augmentation(batch, from: RandomStream(seed: 6, name: "far"))
        #expect(changed.scalars.allSatisfy { $0 >= -3 && $0 <= 1 })
        let empty = (0..<300).count { changed.step(at: $0).scalars.allSatisfy { $0 == -3 } }
        #expect(empty > 150)
        // Between the last pixel and the outside lie numbers between them.
        #expect(changed.scalars.contains { $0 > -2.9 && $0 < 0.9 })
    }

    @Test func aMirroredRampFalls() {
        let shape = [5, 9, 1],
            batch = Tensor.concatenate(
                Array(repeating: Self.ramp(shape), count: 60))
        let augmentation = Augmentation(
            imageShape: shape, shift: 0.5, flipsHorizontally: true)
        let changed = augmentation(batch, from: RandomStream(seed: 7, name: "mirror"))
        let slopes = (0..<60).map { changed[at: $0, 2, 5, 0] - changed[at: $0, 2, 4, 0] }
        #expect(slopes.allSatisfy { abs(abs($0) - 1) < 1e-3 })
        let falling = slopes.count { $0 < 0 }
        #expect(falling > 15 && falling < 45)
    }

    @Test func pixelsAreRoundedToLevels() {
        let batch = Tensor(
            (0..<40 * 64).map { Float($0 * 37 % 256) / 255 }, shape: [40, 64])
        var augmentation = Augmentation(imageShape: [8, 8], shift: 1.5, rotation: 10, levels: 255)
        let stream = RandomStream(seed: 8, name: "levels")
        let rounded = augmentation(batch, from: stream).scalars
        let levels = Set((0...255).map { Float($0) / 255 })
        #expect(rounded.allSatisfy { levels.contains($0) })
        augmentation.levels = nil
        let free = augmentation(batch, from: stream).scalars
        #expect(free.contains { !levels.contains($0) })
        #expect(zip(free, rounded).allSatisfy { abs($0 - $1) <= 0.5001 / 255 })
        // The images of a data set of bytes stay as they are where nothing moves them.
        #expect(batch.scalars.allSatisfy { levels.contains($0) })
    }

    @Test func interpolatedImagesOfASequenceMoveTogether() {
        let shape = [6, 6, 2]
        let image = Tensor(
            uniformIn: 0..<1, shape: [1, 72], from: RandomStream(seed: 0, name: "i"))
        let batch = Tensor.concatenate(Array(repeating: image, count: 4 * 10))
            .reshaped(to: [10, 4, 6, 6, 2])
        let augmentation = Augmentation(
            imageShape: shape, shift: 1, rotation: 20, scale: 0.2, flipsHorizontally: true)
        let changed = augmentation(batch, from: RandomStream(seed: 9, name: "sequence"))
        #expect(changed.shape == batch.shape)
        var seen: Set<[Float]> = []
        for sample in 0..<10 {
            let images = changed.step(at: sample)
            for t in 1..<4 { #expect(images.step(at: t).scalars == images.step(at: 0).scalars) }
            seen.insert(images.step(at: 0).scalars)
        }
        #expect(seen.count == 10)
    }

    @Test func vectorsAreImages() {
        let stream = RandomStream(seed: 1, name: "vectors")
        let image = Tensor(uniformIn: 0..<1, shape: [20, 8, 8], from: stream)
        let augmentation = Augmentation(imageShape: [8, 8], shift: 1.5, rotation: 8)
        #expect(
            augmentation(image.reshaped(to: [20, 64]), from: stream).scalars
                == augmentation(image, from: stream).scalars)
    }

    @Test(arguments: [1.0, 1.5]) func sameBitsOnAnyNumberOfThreads(shift: Double) {
        let batch = Tensor(
            uniformIn: 0..<1, shape: [130, 784], from: RandomStream(seed: 0, name: "pixels"))
        let augmentation = Augmentation(imageShape: [28, 28], shift: shift)
        func run() -> [Float] {
            augmentation(batch, from: RandomStream(seed: 2, name: "a")).scalars
        }
        let one = Parallel.withThreads(1, run)
        let isSame = Parallel.withThreads(2, run) == one, isChanged = one != batch.scalars
        #expect(isSame && isChanged)
    }

    /// Each number changes the images, and zero of all leaves them.
    @Test func eachOptionChangesTheImages() {
        let batch = Tensor(
            uniformIn: 0..<1, shape: [12, 64], from: RandomStream(seed: 0, name: "pixels"))
        let choices: [(Double, Double, Double, Bool, Int?)] = [
            (0, 0, 0, false, nil), (1, 0, 0, false, nil), (1.5, 0, 0, false, nil),
            (1, 5, 0, false, nil), (1, 0, 0.1, false, nil), (1.5, 0, 0, true, nil),
            (1.5, 0, 0, false, 16), (1, 0, 0, true, nil),
        ]
        let seen = choices.map { shift, rotation, scale, flips, levels in
            Augmentation(
                imageShape: [8, 8], shift: shift, rotation: rotation, scale: scale,
                flipsHorizontally: flips, levels: levels
            )(batch, from: RandomStream(seed: 2, name: "a")).scalars
        }
        #expect(Set(seen).count == seen.count && seen[0] == batch.scalars)
    }
}
