import RanvierCommand

CommandLineTool.main()
