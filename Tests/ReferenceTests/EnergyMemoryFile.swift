import RanvierAnalysis
import RanvierNetworks

/// The fields of `energy_memory.json`.
struct EnergyMemoryFile: Decodable {
    struct Convolution: Decodable {
        let out: Int
        let kernel: Int
        let pad: Int
        let stride: Int
        let output: [Int]

        func shape(of input: [Int]) throws -> ConvolutionShape {
            try ConvolutionShape(
                inputChannels: input[0], height: input[1], width: input[2], outputChannels: out,
                kernelHeight: kernel, kernelWidth: kernel, stride: stride, padding: pad)
        }
    }
    struct Dense: Decodable {
        let out: Int
    }
    struct Net: Decodable {
        let input: [Int]
        let conv1: Convolution
        let conv2: Convolution
        let fc: Dense
    }
    struct Synops: Decodable {
        let conv2Alive: Int
        let conv2Dense: Int
        let fcAlive: Int
        let fcDense: Int
        let totalAlive: Int

        private enum CodingKeys: String, CodingKey {
            case conv2Alive = "conv2_alive"
            case conv2Dense = "conv2_dense"
            case fcAlive = "fc_alive"
            case fcDense = "fc_dense"
            case totalAlive = "total_alive"
        }
    }
    struct Rates: Decodable {
        let layer1: Double
        let layer2: Double
        let spikesPerSample: [Int]

        private enum CodingKeys: String, CodingKey {
            case layer1, layer2
            case spikesPerSample = "spikes_per_sample"
        }
    }
    struct Approximation: Decodable {
        let conv2: Double
        let fc: Double
        let paddedMacs: [Int]

        private enum CodingKeys: String, CodingKey {
            case conv2, fc
            case paddedMacs = "padded_macs"
        }
    }
    struct Costs: Decodable {
        let mac: Double
        let ac: Double
        let sram: Double
        let dram: Double
    }
    struct Energy: Decodable {
        let firstLayerMacPJ: Double
        let acPJ: Double
        let totalPJ: Double
        let firstLayerMacPerStepPJ: Double
        let annDensePJ: Double
        let annSparsePJ: Double
        let neuronUpdatePJ: Double
        let weightFetchSramPJ: Double
        let weightFetchDramPJ: Double
        let membraneRwSramPJ: Double

        private enum CodingKeys: String, CodingKey {
            case firstLayerMacPJ = "first_layer_mac_pJ"
            case acPJ = "ac_pJ"
            case totalPJ = "total_pJ"
            case firstLayerMacPerStepPJ = "first_layer_mac_per_step_pJ"
            case annDensePJ = "ann_dense_pJ"
            case annSparsePJ = "ann_sparse_pJ"
            case neuronUpdatePJ = "neuron_update_pJ"
            case weightFetchSramPJ = "weight_fetch_sram_pJ"
            case weightFetchDramPJ = "weight_fetch_dram_pJ"
            case membraneRwSramPJ = "membrane_rw_sram_pJ"
        }
    }
    struct Storage: Decodable {
        let layer: String
        let valueBits: Int
        let elements: Int
        let nonzero: Int
        let denseBits: Int
        let bitmapBits: Int
        let csrBits: Int
        let csrBytesAligned: Int
        let delta4Bits: Int
        let delta4Fillers: Int
        let colBits: Int
        let ptrBits: Int

        private enum CodingKeys: String, CodingKey {
            case layer, elements, nonzero
            case valueBits = "value_bits"
            case denseBits = "dense_bits"
            case bitmapBits = "bitmap_bits"
            case csrBits = "csr_bits"
            case csrBytesAligned = "csr_bytes_aligned"
            case delta4Bits = "delta4_bits"
            case delta4Fillers = "delta4_fillers"
            case colBits = "col_bits"
            case ptrBits = "ptr_bits"
        }
    }
    struct MembraneBits: Decodable {
        let bits: Int
        let total: Int
    }

    let net: Net
    // swift-format-ignore: the name in the file.
    let T: Int
    let mask1: [Int]
    let mask2: [Int]
    let mask3: [Int]
    let spikes1: [[Int]]
    let spikes2: [[Int]]
    let fanout2Alive: [Int]
    let fanout2Dense: [Int]
    let conv1MacsDense: Int
    let conv1MacsAlive: Int
    let synops: Synops
    let rates: Rates
    let approximation: Approximation
    let costs: Costs
    let energy: Energy
    let memory: [Storage]
    let membraneBits: [MembraneBits]
    let spikeBufferBits: Int

    private enum CodingKeys: String, CodingKey {
        case net, T, mask1, mask2, mask3, spikes1, spikes2, synops, rates, approximation, energy
        case memory
        case costs = "costs_pJ"
        case fanout2Alive = "fanout2_alive"
        case fanout2Dense = "fanout2_dense"
        case conv1MacsDense = "conv1_macs_dense"
        case conv1MacsAlive = "conv1_macs_alive"
        case membraneBits = "membrane_bits"
        case spikeBufferBits = "spike_buffer_bits"
    }
}
