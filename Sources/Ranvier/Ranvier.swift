@_exported import RanvierAnalysis
@_exported import RanvierData
@_exported import RanvierExperiments
@_exported import RanvierNetworks
@_exported import RanvierSpikes
@_exported import RanvierTensors
@_exported import RanvierTraining
