import RanvierNetworks
import RanvierTensors

extension ParameterHolder {
    /// Parameters on a device, through their views: bits that are seen, and which numbers are masked away.
    ///
    /// What views bring along is not counted: scales go into thresholds, scores are needed in training alone.
    public var storedNumbers: [StoredNumbers] {
        layerParameters.map { parameter in
            let views = parameter.views
            var numbers = StoredNumbers(
                name: parameter.name, shape: parameter.shape,
                bits: views.compactMap(\.bits).last ?? 32,
                mask: views.contains(where: \.removesConnections)
                    ? parameter.seen.scalars.map { $0 != 0 } : nil)
            if parameter.isPrunable {
                let all = parameter.shape.reduce(1, *)
                let alive = views.reduce(nil as Tensor?) { alive, view in
                    view.connections(of: alive)
                }
                numbers.connections = (alive.map { $0.scalars.count { $0 != 0 } } ?? all, all)
            }
            return numbers
        }
    }
}
