import RanvierConfiguration

/// A normalisation as configurations say it, whose number of steps may follow from the sequence.
public struct NormalizationChoice: Hashable, Sendable {
    /// The words of a configuration.
    enum Word: String, CaseIterable {
        case none, shared, tdbn, tebn, bntt
    }

    var word: Word
    var alpha: Float = 1
    var threshold: Float = 1
    /// Steps of TEBN and BNTT; nil for those of the sequence.
    var steps: Int?

    /// No normalisation.
    static let none = NormalizationChoice(word: .none)

    init(word: Word) { self.word = word }

    /// The choice of a variant.
    public init(_ variant: NormalizationVariant) {
        switch variant {
        case .shared: word = .shared
        case .thresholdDependent(let alpha, let threshold):
            word = .tdbn
            (self.alpha, self.threshold) = (alpha, threshold)
        case .temporalEffective(let steps):
            word = .tebn
            self.steps = steps
        case .perStep(let steps):
            word = .bntt
            self.steps = steps
        }
    }

    /// The variant for a sequence; nil for none. The artificial network has one step and shared statistics.
    func variant(at site: LayerSite) -> NormalizationVariant? {
        if word != .none, site.family == .artificial { return .shared }
        switch word {
        case .none: return nil
        case .shared: return .shared
        case .tdbn: return .thresholdDependent(alpha: alpha, threshold: threshold)
        case .tebn: return .temporalEffective(steps: steps ?? site.steps)
        case .bntt: return .perStep(steps: steps ?? site.steps)
        }
    }
}

extension Field {
    /// A normalisation.
    ///
    /// - Parameter mayBeNone: whether there may be none.
    static func normalization(
        _ key: String, _ place: Place<Value, NormalizationChoice>, mayBeNone: Bool = false
    ) -> Field {
        let words = NormalizationChoice.Word.allCases.filter { mayBeNone || $0 != .none }
        return Field { section, value throws(ConfigurationError) in
            let standard = value[keyPath: place]
            guard section.keys.contains(key) else {
                section.record(key, standard.element.configurationValue)
                return
            }
            let element = try section.element(key, kinds: words.map(\.rawValue))
            guard let word = words.first(where: { $0.rawValue == element.kind }) else { return }
            var choice = NormalizationChoice(word: word)
            switch word {
            case .none, .shared: break
            case .tdbn:
                choice.alpha = Float(
                    try element.options.float("alpha", default: 1, in: .positive))
                choice.threshold = Float(
                    try element.options.float("threshold", default: 1, in: .positive))
            case .tebn, .bntt:
                choice.steps =
                    element.options.keys.contains("steps")
                    ? try element.options.integer("steps", in: 1...) : nil
            }
            value[keyPath: place] = choice
        } write: {
            [.init(key, $0[keyPath: place].element.configurationValue)]
        } vary: { value, random in
            guard let word = words.randomElement(using: &random) else { return }
            value[keyPath: place] = NormalizationChoice(word: word)
            if word == .tdbn { value[keyPath: place].alpha = 0.5 }
        }
    }
}

extension NormalizationChoice {
    fileprivate var element: Element {
        switch word {
        case .none, .shared: Element(word.rawValue)
        case .tdbn:
            Element(
                word.rawValue,
                .section([
                    .init("alpha", .float(alpha.inShortest)),
                    .init("threshold", .float(threshold.inShortest)),
                ]))
        case .tebn, .bntt:
            Element(
                word.rawValue,
                .section(steps.map { [.init("steps", .integer($0))] } ?? []))
        }
    }
}
