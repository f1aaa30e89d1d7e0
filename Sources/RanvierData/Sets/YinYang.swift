import RanvierFormats

/// Yin-Yang: points in a disc, to be told apart as yang, yin, or one of the two dots.
///
/// A small task that a network without a hidden layer cannot solve. Features are `(x, y, 1 − x, 1 − y)` in
/// `0 … 1`. Classes are drawn evenly; a point is drawn from the disc until it has the class. The samples are
/// those of the publication bit for bit (in double precision, then rounded to Float32), because its
/// generator is NumPy's with seeds 42, 41 and 40 for training, validation and test.
///
/// Source: Kriener, Göltz & Petrovici, "The Yin-Yang dataset", 2021 (arXiv 2102.08211).
public struct YinYang: Sendable {
    /// 5000 samples, seed 42.
    public let train: Dataset
    /// 1000 samples, seed 41.
    public let validation: Dataset
    /// 1000 samples, seed 40.
    public let test: Dataset

    /// Radius of the disc.
    public static let discRadius = 0.5
    /// Radius of a dot.
    public static let dotRadius = 0.1
    /// Names of the classes.
    public static let classNames = ["yang", "yin", "dot"]

    /// The three published parts.
    public init() throws(DataError) {
        train = try Self.samples(count: 5000, seed: 42, name: "yin-yang training")
        validation = try Self.samples(count: 1000, seed: 41, name: "yin-yang validation")
        test = try Self.samples(count: 1000, seed: 40, name: "yin-yang test")
    }

    /// As many samples as wanted from a seed of one's own.
    public static func samples(
        count: Int, seed: UInt32, name: String = "yin-yang"
    ) throws(DataError) -> Dataset {
        precondition(count >= 0, "a number of samples, not \(count)")
        let points = points(count: count, seed: seed)
        return try Dataset(
            name: name, values: points.flatMap { $0.features.map { Float($0) } }, featureShape: [4],
            labels: points.map(\.label), classNames: classNames,
            origin: DataOrigin(
                source: "Yin-Yang (Kriener, Göltz & Petrovici 2021), generated", licence: "none"))
    }

    /// Samples in double precision.
    static func points(count: Int, seed: UInt32) -> [(features: [Double], label: Int)] {
        var random = NumPyRandomState(seed: seed)
        return (0..<count).map { _ in
            let goal = random.integer(below: 3)
            while true {
                let x = random.uniform() * 2 * discRadius, y = random.uniform() * 2 * discRadius
                if label(x: x, y: y) == goal { return ([x, y, 1 - x, 1 - y], goal) }
            }
        }
    }

    /// The class of a point: 0 yang, 1 yin, 2 dot; nil outside the disc.
    public static func label(x: Double, y: Double) -> Int? {
        func distance(_ centre: Double) -> Double {
            ((x - centre) * (x - centre) + (y - discRadius) * (y - discRadius)).squareRoot()
        }
        guard distance(discRadius) <= discRadius else { return nil }
        let right = distance(1.5 * discRadius), left = distance(0.5 * discRadius)
        if right < dotRadius || left < dotRadius { return 2 }
        let isYin =
            right <= dotRadius || (left > dotRadius && left <= 0.5 * discRadius)
            || (y > discRadius && right > 0.5 * discRadius)
        return isYin ? 1 : 0
    }
}
