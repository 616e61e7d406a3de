import PagoPA

extension Instant {
    /// The date of a mail, in UTC: `Tue, 09 Oct 2018 09:30:00 +0000`.
    var rfc5322: String {
        let text = wholeSeconds
        let days = Int(unixSeconds >= 0 ? unixSeconds / 86_400 : (unixSeconds - 86_399) / 86_400)
        let date = CalendarDate(epochDays: days)
        // 1970-01-01 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][((days % 7) + 7) % 7]
        let month = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ][date.month - 1]
        let day = date.day < 10 ? "0\(date.day)" : "\(date.day)"
        return "\(weekday), \(day) \(month) \(date.year) \(text.dropFirst(11).prefix(8)) +0000"
    }
}
