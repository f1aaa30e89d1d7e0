import Foundation
import Testing

/// A reference file that tests read. Tests name a file by its case and in no other way, so that what no case
/// names is what no test reads; `ReferenceCoverageTests` reports it.
///
///     @Test(.reference(.encodings)) func encodings() throws {
///         let file = try ReferenceFile.encodings.value()
///         let steps = try file["T"].int
///     }
///
/// Tests that meet a folder without their file are reported as skipped, with the place that was searched.
enum ReferenceFile: String, CaseIterable {
    case activations = "expectation-propagation/activations.json"
    case calibration = "expectation-propagation/calibration.json"
    case convolutionLayer = "expectation-propagation/conv_layer.json"
    case gaussianAlgebra = "expectation-propagation/gaussian_algebra.json"
    case layerUpdate = "expectation-propagation/layer_update.json"
    case linearLayer = "expectation-propagation/linear_layer.json"
    case outputLikelihoods = "expectation-propagation/output_likelihoods.json"
    case siteUpdates = "expectation-propagation/site_updates.json"
    case stepMoments = "expectation-propagation/step_moments.json"
    case tinyPosterior = "expectation-propagation/tiny_network.json"
    case weightFamilies = "expectation-propagation/weight_families.json"

    case adaBelief = "smooth-exact-gradient/adabelief.json"
    case continuitySweeps = "smooth-exact-gradient/continuity_sweeps.json"
    case lifFlow = "smooth-exact-gradient/lif_flow.json"
    case lifRecurrent = "smooth-exact-gradient/lif_recurrent.json"
    case oscillatoryLIFPhaseMap = "smooth-exact-gradient/oscillatory_lif_phase_map.json"
    case oscillatoryLIFRecurrent = "smooth-exact-gradient/oscillatory_lif_recurrent.json"
    case qifFlow = "smooth-exact-gradient/qif_flow.json"
    case qifPseudospike = "smooth-exact-gradient/qif_pseudospike.json"
    case qifRecurrent = "smooth-exact-gradient/qif_recurrent.json"
    case qifTargetTimes = "smooth-exact-gradient/qif_target_times.json"
    case recurrentTraining = "smooth-exact-gradient/recurrent_training.json"
    case singleNeuronTraining = "smooth-exact-gradient/single_neuron_training.json"
    case thetaLayered = "smooth-exact-gradient/theta_ttfs_layered.json"
    case thetaPhaseMap = "smooth-exact-gradient/theta_phase_map.json"
    case thetaRecurrent = "smooth-exact-gradient/theta_recurrent.json"

    case earlyTickets = "sparse-and-quantized/early_tickets.json"
    case edgePopup = "sparse-and-quantized/edge_popup_mpt.json"
    case energyMemory = "sparse-and-quantized/energy_memory.json"
    case fakeQuantization = "sparse-and-quantized/fake_quant.json"
    case granularity = "sparse-and-quantized/granularity.json"
    case integerConvolution = "sparse-and-quantized/integer_convolution.json"
    case integerInference = "sparse-and-quantized/integer_inference.json"
    case magnitudeMasks = "sparse-and-quantized/magnitude_masks.json"
    case probabilityModel = "sparse-and-quantized/probability_model.json"
    case rewinding = "sparse-and-quantized/imp_rewinding.json"
    case tinyMNIST = "sparse-and-quantized/tiny_mnist.json"

    case denseRules = "spike-timing-alignment/dense_rules.json"
    case eligibility = "spike-timing-alignment/eprop_rstdp.json"
    case lifPair = "spike-timing-alignment/lif_pair.json"
    case localScale = "spike-timing-alignment/local_scale.json"
    case plasticity = "spike-timing-alignment/stdp.json"
    case probes = "spike-timing-alignment/stdwi_rdd.json"
    case samplingLayers = "spike-timing-alignment/glm_network.json"
    case samplingNetwork = "spike-timing-alignment/sampling_network.json"
    case spikePairs = "spike-timing-alignment/sal_discrete.json"
    case yinYang = "spike-timing-alignment/yinyang.json"

    case attacks = "surrogate-and-cka/attacks.json"
    case cka = "surrogate-and-cka/cka.json"
    case encodings = "surrogate-and-cka/encodings.json"
    case lifBPTT = "surrogate-and-cka/lif_bptt.json"
    case normalization = "surrogate-and-cka/normalization.json"
    case surrogates = "surrogate-and-cka/surrogates.json"
    case tinyResNet = "surrogate-and-cka/tiny_resnet.json"

    /// Folders that may wait, by the module that will read them. Once that module is there, they must be read.
    static let waiting = [
        "anomaly-detection": "RanvierMonitor",
        "sparse-and-quantized": "RanvierCompression",
    ]

    /// Keys that explain and that no test can hold anything against: remarks, and how well the file's own numbers were
    /// made.
    static let remarks: Set = [
        "count_rule", "finite_difference_relative_error", "input_layout", "keep_rule",
        "leaks", "minAbsGradient", "minThresholdMargin", "note", "notes", "order", "prune",
        "row_major", "rule", "sign_rule", "soft_reset", "tie_rule",
    ]

    /// Beginnings of keys that end in a number of their own: `layer_bound_N32`.
    static let numbered = ["layer_bound_N"]

    var url: URL { ReferenceFolder.root.appending(path: rawValue) }

    var isThere: Bool { FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) }

    /// The contents for access by key.
    func value() throws -> ReferenceValue {
        let object = try JSONSerialization.jsonObject(
            with: Data(contentsOf: url), options: [.fragmentsAllowed])
        return ReferenceValue(object, place: rawValue)
    }

    /// The contents as a type.
    func decoded<Contents: Decodable>(as type: Contents.Type) throws -> Contents {
        try JSONDecoder().decode(type, from: Data(contentsOf: url))
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs the test if the reference file is there; else it is reported as skipped, and why.
    static func reference(_ file: ReferenceFile) -> Self {
        .enabled(
            if: file.isThere,
            "skipped: no \(file.rawValue) in \(ReferenceFolder.root.path(percentEncoded: false))")
    }
}
