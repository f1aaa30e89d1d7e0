// Everything under one name. The documentation catalogue beside this file is the index of the interface.
@_exported import RanvierAnalysis
@_exported import RanvierData
@_exported import RanvierExact
@_exported import RanvierExperiments
@_exported import RanvierNetworks
@_exported import RanvierSpikes
@_exported import RanvierTensors
@_exported import RanvierTraining
