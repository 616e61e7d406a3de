import JSON

/// The result of one check of `quietanza doctor`. Its detail contains no secret and no personal data.
struct Finding: Sendable, Equatable {
    enum Area: String, Sendable {
        case configuration
        case database
        case clock
        case mail
        case psps
        /// Identity providers for sign-in.
        case identity
        case certificates
    }

    enum Status: String, Sendable {
        case ok
        /// The service works, but an operator should look at this.
        case warning
        case error
        /// The check needs something that another check did not find.
        case skipped
    }

    let area: Area
    let check: String
    let status: Status
    let detail: String

    static func ok(_ area: Area, _ check: String, _ detail: String) -> Finding {
        Finding(area: area, check: check, status: .ok, detail: detail)
    }

    static func warning(_ area: Area, _ check: String, _ detail: String) -> Finding {
        Finding(area: area, check: check, status: .warning, detail: detail)
    }

    static func error(_ area: Area, _ check: String, _ detail: String) -> Finding {
        Finding(area: area, check: check, status: .error, detail: detail)
    }

    static func skipped(_ area: Area, _ check: String, _ detail: String) -> Finding {
        Finding(area: area, check: check, status: .skipped, detail: detail)
    }

    /// One line in columns; further lines of the detail are indented.
    var line: String {
        let head =
            status.rawValue.padded(to: 8) + area.rawValue.padded(to: 14) + check.padded(to: 17)
        let indentation = "\n" + String(repeating: " ", count: 39)
        return head + detail.split(whereSeparator: \.isNewline).joined(separator: indentation)
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("area", area.rawValue)
        json.field("check", check)
        json.field("status", status.rawValue)
        json.field("detail", detail)
        json.endObject()
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
