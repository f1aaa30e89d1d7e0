/// What is known of a column after some blocks.
private struct ColumnTotals {
    var numbers = JoinedMoments(), times = JoinedMoments()
    var missing = 0, texts = 0
    var isWhole = true
    var firstMissingLine: Int?
    var nonNumber: ColumnCounts.Odd?, nonTime: ColumnCounts.Odd?
    var samples: [Double] = []

    mutating func join(_ block: ColumnCounts, firstLine: Int) {
        numbers.join(block.numbers)
        times.join(block.times)
        missing += block.missing
        texts += block.texts
        isWhole = isWhole && block.isWhole
        if firstMissingLine == nil, let line = block.firstMissingLine {
            firstMissingLine = firstLine + line
        }
        if nonNumber == nil, let odd = block.nonNumber {
            nonNumber = ColumnCounts.Odd(line: firstLine + odd.line, cell: odd.cell)
        }
        if nonTime == nil, let odd = block.nonTime {
            nonTime = ColumnCounts.Odd(line: firstLine + odd.line, cell: odd.cell)
        }
    }

    var content: ColumnContent {
        let present = numbers.count + times.count + texts
        if present == 0 { return .empty }
        if numbers.count * 2 >= present { return .numbers }
        return times.count * 2 >= present ? .time : .text
    }

    /// The median of the first numbers, exact in single precision.
    var base: Double {
        guard !samples.isEmpty else { return 0 }
        let median = samples.sorted()[samples.count / 2]
        let single = Double(Float(median))
        return single.isFinite ? single : median
    }
}

extension TableReader {
    /// Reads all rows once.
    ///
    /// - Throws: ``DataError`` with the line: a row of another length, an unclosed quotation mark, text after
    ///   a closing one, bytes that are no text, a number with another decimal mark than those of the
    ///   beginning; no rows.
    public func summary() throws(DataError) -> TableSummary {
        do {
            return try readSummary()
        } catch let error as DataError {
            throw error
        } catch {
            throw DataError(
                .unreadable, at: path, expected: "a readable table", found: "\(error)",
                advice: "check the file")
        }
    }

    private func readSummary() throws -> TableSummary {
        try decideTimes()
        let plan = plan()
        for column in names.indices {
            let isTime = columnTimes[column] != nil
            plan.roles[column] = isTime ? .timeSummary : .summary
        }
        var totals = [ColumnTotals](repeating: ColumnTotals(), count: names.count)
        var distinct = [TextTable](names.map { _ in TextTable(limit: 1000) })
        defer { for table in distinct { table.destroy() } }
        let isTime = columnTimes.map { $0 != nil }
        let count = columnCount
        let sampled = sampledRowCount
        var rowCount = 0
        try pass(plan, isSummary: true) { block, _, firstLine in
            let rows = max(min(block.rowCount, sampled - rowCount), 0)
            for column in totals.indices {
                totals[column].join(block.columns[column], firstLine: firstLine)
                for row in 0..<rows where !block.samples[row * count + column].isNaN {
                    totals[column].samples.append(block.samples[row * count + column])
                }
                // Once one thread has seen too many different cells, nobody goes on counting.
                if block.distinct[column].isOver { plan.isCounted[column] = false }
            }
            rowCount += block.rowCount
        } atEnd: { scanners in
            for column in totals.indices {
                for scanner in scanners {
                    distinct[column].join(scanner.distinct[column])
                }
            }
        }
        let columns = names.indices.map { column in
            summary(
                of: column, totals[column], distinct[column], rowCount: rowCount,
                isTime: isTime[column])
        }
        var notes = notes
        for column in names.indices where isTime[column] && columnTimes[column]?.format == nil {
            notes.append(
                "column \"\(names[column])\" holds dates whose day and month nothing tells apart; "
                    + "set time-format to read them")
        }
        return TableSummary(
            path: path, dialect: dialect, columns: columns, rowCount: rowCount, notes: notes)
    }

    private func summary(
        of column: Int, _ totals: ColumnTotals, _ distinct: TextTable, rowCount: Int, isTime: Bool
    ) -> ColumnSummary {
        let content = totals.content
        let values = content == .time ? totals.times : totals.numbers
        let isWhole = totals.isWhole && totals.numbers.count > 0
        let odd =
            switch content {
            case .numbers: totals.nonNumber
            case .time: totals.nonTime
            case .text, .empty: ColumnCounts.Odd?.none
            }
        var texts: [String: Int]?
        if !distinct.isOver, content == .text || content == .numbers && isWhole {
            texts = [:]
            for code in 0..<distinct.count {
                let bytes = distinct.bytes(of: code)
                let text =
                    dialect.encoding.text(of: bytes) ?? String(decoding: bytes, as: UTF8.self)
                texts?[text, default: 0] += distinct[code].count
            }
        }
        let isEvery = values.count == rowCount && values.count > 1
        // A time that nobody can read has no value.
        let isKnown = values.count > 0 && !(content == .time && columnTimes[column]?.format == nil)
        return ColumnSummary(
            name: names[column], position: column, content: content,
            numbers: totals.numbers.count, missing: totals.missing, texts: totals.texts,
            times: totals.times.count, firstOddLine: odd?.line,
            firstOddCell: odd.map {
                dialect.encoding.text(of: $0.cell) ?? String(decoding: $0.cell, as: UTF8.self)
            }, firstMissingLine: totals.firstMissingLine,
            minimum: isKnown ? values.minimum : .nan, maximum: isKnown ? values.maximum : .nan,
            mean: isKnown ? values.mean : .nan, deviation: isKnown ? values.deviation : .nan,
            base: totals.base, isWhole: isWhole,
            isIncreasing: isEvery && isKnown && values.isIncreasing,
            isRowNumber: isEvery && content == .numbers && values.isRowNumber,
            distinctTexts: texts, firstTexts: firstTexts[column],
            timeFormat: isTime ? columnTimes[column]?.format : nil)
    }
}
