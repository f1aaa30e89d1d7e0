// Everything under one name. The documentation catalogue beside this file is the index of the interface.
@_exported import RanvierAlignment
@_exported import RanvierAnalysis
@_exported import RanvierBaselines
@_exported import RanvierBayes
@_exported import RanvierCompression
@_exported import RanvierConfiguration
@_exported import RanvierData
@_exported import RanvierDeployment
@_exported import RanvierExact
@_exported import RanvierFormats
@_exported import RanvierLearning
@_exported import RanvierNetworks
@_exported import RanvierSpikes
@_exported import RanvierSurrogate
@_exported import RanvierTensors
