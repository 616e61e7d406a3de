import Glibc
import HTTPFraming
import HTTPTypes
import Synchronization

extension Reply {
    /// The bytes of the response to a request of this method.
    func framed(for method: HTTPRequest.Method) -> FramedResponse {
        // 204 and 304 have no body at all.
        let mayHaveBody = status != .noContent && status != .notModified
        return FramedResponse(
            head: headBytes(hasLength: mayHaveBody && stream == nil), body: mayHaveBody && method != .head ? body : [],
            parts: method == .head ? nil : stream?.parts)
    }

    /// The response as the last one of a connection, to bytes that did not become a request.
    var lastHTTP1Bytes: [UInt8] { headBytes(hasLength: true) + "Connection: close\r\n\r\n".utf8 + body }

    /// From the status line to the CR LF of the last header.
    private func headBytes(hasLength: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(768)
        bytes.append(text: "HTTP/1.1 ")
        bytes.append(text: String(status.code))
        bytes.append(text: " ")
        bytes.append(text: status.reasonPhrase)
        for field in headers {
            bytes.append(text: "\r\n")
            bytes.append(text: field.name.rawName)
            bytes.append(text: ": ")
            bytes.append(text: field.value)
        }
        bytes.append(text: "\r\nDate: ")
        bytes.append(text: ResponseDate.shared.text)
        if hasLength {
            bytes.append(text: "\r\nContent-Length: ")
            bytes.append(text: String(body.count))
        }
        bytes.append(text: "\r\n")
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(text: String) { append(contentsOf: text.utf8) }
}

/// The value of the header `Date`, made once a second.
final class ResponseDate: Sendable {
    static let shared = ResponseDate()

    private let current = Mutex((unixSeconds: time_t.min, text: ""))

    var text: String {
        let now = time(nil)
        return current.withLock { current in
            if current.unixSeconds != now { current = (now, Self.text(now)) }
            return current.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the date of RFC 9110.
    static func text(_ unixSeconds: time_t) -> String {
        var seconds = unixSeconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
        let day = days.dropFirst(Int(parts.tm_wday)).first ?? ""
        let month = months.dropFirst(Int(parts.tm_mon)).first ?? ""
        return "\(day), \(twoDigits(parts.tm_mday)) \(month) \(1_900 + parts.tm_year) \(clock) GMT"
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
