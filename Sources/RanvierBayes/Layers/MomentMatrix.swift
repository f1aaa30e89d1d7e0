/// Means and variances of independent numbers in rows and columns.
public struct MomentMatrix: Sendable, Hashable {
    /// Means.
    public var mean: PlainMatrix
    /// Variances.
    public var variance: PlainMatrix

    /// Moments of as many numbers.
    public init(mean: PlainMatrix, variance: PlainMatrix) {
        precondition(
            mean.rows == variance.rows && mean.columns == variance.columns,
            "as many variances as means")
        self.mean = mean
        self.variance = variance
    }

    /// Numbers that are known.
    public init(known mean: PlainMatrix) {
        self.init(mean: mean, variance: PlainMatrix(rows: mean.rows, columns: mean.columns))
    }
}

/// Messages exp(H x − G x²/2) to numbers in rows and columns, or sums of such messages.
public struct MessageMatrix: Sendable, Hashable {
    /// G.
    public var precision: PlainMatrix
    /// H.
    public var linear: PlainMatrix

    /// Messages that say nothing.
    public init(rows: Int, columns: Int) {
        precision = PlainMatrix(rows: rows, columns: columns)
        linear = PlainMatrix(rows: rows, columns: columns)
    }

    /// Messages.
    public init(precision: PlainMatrix, linear: PlainMatrix) {
        self.precision = precision
        self.linear = linear
    }

    /// One message.
    public subscript(row: Int, column: Int) -> NaturalGaussian {
        get {
            NaturalGaussian(precision: precision[row, column], linear: linear[row, column])
        }
        set {
            precision[row, column] = newValue.precision
            linear[row, column] = newValue.linear
        }
    }

    /// Every message to a power: G and H times a factor.
    public func scaled(by factor: Double) -> MessageMatrix {
        MessageMatrix(
            precision: PlainMatrix(
                rows: precision.rows, columns: precision.columns,
                precision.values.map { $0 * factor }),
            linear: PlainMatrix(
                rows: linear.rows, columns: linear.columns, linear.values.map { $0 * factor }))
    }

    /// Products of messages.
    public static func + (a: MessageMatrix, b: MessageMatrix) -> MessageMatrix {
        MessageMatrix(
            precision: PlainMatrix(
                rows: a.precision.rows, columns: a.precision.columns,
                zip(a.precision.values, b.precision.values).map(+)),
            linear: PlainMatrix(
                rows: a.linear.rows, columns: a.linear.columns,
                zip(a.linear.values, b.linear.values).map(+)))
    }
}
