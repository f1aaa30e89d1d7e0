import RanvierTensors

/// Where weights of a layer lie, seen as a matrix: a row for each output, a column for each input and place of the kernel.
///
/// Columns are counted input by input, and within an input row by row of the kernel, whatever the order in memory. Convolutions
/// in groups count the inputs of a group.
public struct WeightLayout: Sendable, Hashable {
    /// Order of the axes in memory.
    public enum Order: String, Sendable, Hashable, CaseIterable, Codable {
        /// `[kernel…, inputs, outputs]`, as layers of this library hold them.
        case outputsLast = "outputs-last"
        /// `[outputs, inputs, kernel…]`, as exchange files do.
        case outputsFirst = "outputs-first"
    }

    /// Axes in memory.
    public let shape: [Int]
    /// Their order.
    public let order: Order
    /// Outputs: neurons, filters.
    public let outputs: Int
    /// Inputs of an output.
    public let inputs: Int
    /// Places of a kernel: 1 for linear layers.
    public let places: Int

    /// A layout of weights with two or more axes.
    public init(_ shape: [Int], order: Order = .outputsLast) {
        precondition(shape.count >= 2, "weights have inputs and outputs, not the shape \(shape)")
        self.shape = shape
        self.order = order
        switch order {
        case .outputsLast:
            (outputs, inputs) = (shape[shape.count - 1], shape[shape.count - 2])
            places = shape.dropLast(2).reduce(1, *)
        case .outputsFirst:
            (outputs, inputs) = (shape[0], shape[1])
            places = shape.dropFirst(2).reduce(1, *)
        }
    }

    /// Weights in all.
    public var count: Int { outputs * inputs * places }
    /// Columns of the matrix.
    public var columns: Int { inputs * places }

    /// Place in memory of a weight.
    public func index(output: Int, input: Int, place: Int = 0) -> Int {
        switch order {
        case .outputsLast: (place * inputs + input) * outputs + output
        case .outputsFirst: (output * inputs + input) * places + place
        }
    }

    /// Place in memory of a weight by row and column of the matrix.
    public func index(row: Int, column: Int) -> Int {
        index(output: row, input: column / places, place: column % places)
    }

    /// Groups of outputs that numbers of inputs are for: one where there are as many as ``inputs``; nil where they fit no number of
    /// groups.
    func groups(ofInputs count: Int) -> Int? {
        guard inputs > 0, count > 0, count % inputs == 0 else { return nil }
        let groups = count / inputs
        return outputs % groups == 0 ? groups : nil
    }

    /// Which of some numbers of inputs, group by group, an output's input has.
    func place(ofInput input: Int, for output: Int, groups: Int) -> Int {
        output / (outputs / groups) * inputs + input
    }

    /// A number for each weight, in memory's order, from its output, input and place.
    func map<Value>(_ value: (_ output: Int, _ input: Int, _ place: Int) -> Value) -> [Value] {
        switch order {
        case .outputsLast:
            (0..<count).map { value($0 % outputs, $0 / outputs % inputs, $0 / outputs / inputs) }
        case .outputsFirst:
            (0..<count).map { value($0 / places / inputs, $0 / places % inputs, $0 % places) }
        }
    }
}
