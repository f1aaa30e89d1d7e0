/// The order in which a time column writes the parts of its times.
///
/// Years have four digits. A time of the day may follow a date after a blank or a T: hours, minutes, seconds,
/// a fraction, AM or PM, Z or ±hh:mm.
public enum TimeFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// Year, month, day: `2020-03-09 10:14:33`, `2020/03/09`, `2020年3月9日 10時14分`.
    case yearFirst = "year-first"
    /// Day, month, year: `09.03.2020 10:14`, `9/3/2020`.
    case dayFirst = "day-first"
    /// Month, day, year: `3/9/2020 10:14 AM`.
    case monthFirst = "month-first"
    /// Hours, minutes, seconds alone: `10:14:33`, seconds since midnight.
    case timeOfDay = "time-of-day"
}
