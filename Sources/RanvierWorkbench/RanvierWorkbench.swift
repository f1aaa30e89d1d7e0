// The whole house under one name.
@_exported import Ranvier
@_exported import RanvierBench
@_exported import RanvierCommand
@_exported import RanvierExperiments
@_exported import RanvierReports
@_exported import RanvierRuns
@_exported import RanvierStudies
