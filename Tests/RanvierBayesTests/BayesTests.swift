import Testing

@testable import RanvierBayes

@Suite struct BayesTests {
}
