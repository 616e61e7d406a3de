import Glibc
import HTTPTypes
import Text

/// Reads one request's head, line by line as it arrives, by the strict grammar of RFC 9112. It rejects input that two servers may read differently,
/// because such a head can smuggle a second request past one of them.
struct HeadReader {
    static let maximumTargetBytes = 8 * 1_024
    static let maximumFieldBytes = 16 * 1_024
    static let maximumFields = 100
    /// A request line without its target.
    private static let lineAllowanceBytes = 32

    struct Head: Sendable {
        let lengthBytes: Int
        let method: HTTPRequest.Method
        /// Path and query.
        let target: String
        /// Without Host.
        let headers: HTTPFields
        let body: BodyReader
        /// No other request is read on this connection.
        let isLast: Bool
        let expectsContinue: Bool
        /// The client speaks HTTP/1.0, which has no chunked coding.
        let isOld: Bool
    }

    enum Step {
        case more
        case complete(Head)
        case rejected(FramingError)
    }

    /// The path and query, as far as they have been read.
    private(set) var target = ""
    private var lineStart = 0
    private var fieldsStart: Int?
    private var method = HTTPRequest.Method.get
    private var headers = HTTPFields()
    private var fields = 0
    private var isOld = false
    private var hosts = 0
    private var host = ""
    private var absoluteAuthority: String?
    private var contentLength: Int?
    private var isChunked = false
    private var closes = false
    private var upgrades = false
    private var hasUpgrade = false
    private var expectsContinue = false

    /// - Parameter bytes: all bytes from the head's first one on; each call gets at least those of the call before.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Step {
        do throws(FramingError) {
            if lineStart == 0, fieldsStart == nil, let first = bytes.first, !first.isToken {
                throw FramingError.malformed("The request does not begin with a method.")
            }
            while let end = try lineEnd(in: bytes) {
                let line = UnsafeRawBufferPointer(rebasing: bytes[lineStart..<end])
                lineStart = end + 2
                if fieldsStart == nil {
                    try readRequestLine(line)
                    fieldsStart = lineStart
                } else if line.isEmpty {
                    return .complete(try head(lengthBytes: lineStart))
                } else {
                    try demandRoom(upTo: lineStart)
                    try readField(line)
                }
            }
            if let fieldsStart {
                guard bytes.count - fieldsStart <= Self.maximumFieldBytes else { throw FramingError.headersTooLarge }
            } else if bytes.count > Self.maximumTargetBytes + Self.lineAllowanceBytes {
                throw FramingError.targetTooLong
            }
            return .more
        } catch {
            return .rejected(error)
        }
    }

    /// The index of the line's CR; `nil` while its end has not arrived.
    private func lineEnd(in bytes: UnsafeRawBufferPointer) throws(FramingError) -> Int? {
        guard let base = bytes.baseAddress, lineStart < bytes.count,
            let found = memchr(base + lineStart, 0x0A, bytes.count - lineStart)
        else { return nil }
        let lineFeed = UnsafeRawPointer(found) - base
        guard lineFeed > lineStart, bytes[lineFeed - 1] == 0x0D else {
            throw .malformed("A line does not end in CR LF.")
        }
        return lineFeed - 1
    }

    private func demandRoom(upTo end: Int) throws(FramingError) {
        guard end - (fieldsStart ?? 0) <= Self.maximumFieldBytes, fields < Self.maximumFields else {
            throw .headersTooLarge
        }
    }

    // MARK: Request line

    private mutating func readRequestLine(_ line: UnsafeRawBufferPointer) throws(FramingError) {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("The request line is not method, target and version.") }
        let (method, target, version) = (parts[0], parts[1], parts[2])  // three, as just checked
        guard target.count <= Self.maximumTargetBytes else { throw .targetTooLong }
        guard !method.isEmpty, method.allSatisfy(\.isToken) else { throw .malformed("The method is not a token.") }
        if version.elementsEqual("HTTP/1.1".utf8) {
            isOld = false
        } else if version.elementsEqual("HTTP/1.0".utf8) {
            isOld = true
        } else {
            guard version.starts(with: "HTTP/".utf8), version.count == 8 else {
                throw .malformed("The request line has no HTTP version.")
            }
            throw FramingError(.versionNotSupported, "Send HTTP/1.1.")
        }
        guard target.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 }) else {
            throw .malformed("The target is not a path.")
        }
        if target.first == 0x2F {
            self.target = String(decoding: target, as: UTF8.self)
        }
        // Checked before another form of target is read, because CONNECT has a form of its own.
        guard let known = Self.methods.first(where: { method.elementsEqual($0.rawValue.utf8) }) else {
            throw FramingError(.methodNotImplemented, "No resource of this service has the method.")
        }
        self.method = known
        if target.first != 0x2F { try readAbsoluteTarget(target) }
    }

    /// An absolute target, which servers must accept (RFC 9112, 3.2.2). It must name the same host as Host does, or two servers could read
    /// the request as meant for different hosts.
    private mutating func readAbsoluteTarget(_ target: Slice<UnsafeRawBufferPointer>) throws(FramingError) {
        let text = String(decoding: target, as: UTF8.self)
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw .malformed("The target is neither a path nor an http address.")
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@") else {
            throw .malformed("The target is neither a path nor an http address.")
        }
        let path = String(rest.dropFirst(authority.count))
        self.target = path.hasPrefix("/") ? path : "/" + path
        absoluteAuthority = authority.lowercased()
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .post, .put, .patch, .delete, .head, .options, .trace,
    ]

    // MARK: Fields

    private mutating func readField(_ line: UnsafeRawBufferPointer) throws(FramingError) {
        fields += 1
        guard line[0] != 0x20, line[0] != 0x09 else { throw .malformed("A header is folded over two lines.") }
        guard let colon = line.firstIndex(of: 0x3A), colon > 0,
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { throw .malformed("A header's name is not a token with a colon after it.") }
        let value = line[(colon + 1)...].trimmed
        guard value.allSatisfy(\.isFieldText) else { throw .malformed("A header holds a control character.") }
        try readFraming(name.canonicalName, value)
        if name.canonicalName != "host" {
            headers.append(HTTPField(name: name, value: String(decoding: value, as: UTF8.self)))
        }
    }

    /// Reads the headers that say where the request ends, and how the connection goes on.
    private mutating func readFraming(_ name: String, _ value: Slice<UnsafeRawBufferPointer>) throws(FramingError) {
        switch name {
        case "host":
            hosts += 1
            host = String(decoding: value, as: UTF8.self).lowercased()
            guard value.allSatisfy({ $0.isToken || [0x3A, 0x5B, 0x5D].contains($0) }) else {
                throw .malformed("Host is not a host with a port.")
            }
        case "content-length":
            // Digits only and no leading zero, so that a number has one spelling.
            guard contentLength == nil, (1...15).contains(value.count), value.allSatisfy(\.isDigit),
                value.first != 0x30 || value.count == 1, let length = Int(String(decoding: value, as: UTF8.self))
            else { throw .malformed("Content-Length is not one plain number.") }
            contentLength = length
        case "transfer-encoding":
            guard !isChunked, String(decoding: value, as: UTF8.self).lowercased() == "chunked" else {
                throw .malformed("Transfer-Encoding is not exactly one chunked.")
            }
            isChunked = true
        case "connection":
            let words = String(decoding: value, as: UTF8.self).lowercased().split {
                $0 == "," || $0 == " " || $0 == "\t"
            }
            closes = closes || words.contains("close")
            upgrades = upgrades || words.contains("upgrade")
        case "upgrade": hasUpgrade = true
        case "expect":
            guard String(decoding: value, as: UTF8.self).lowercased() == "100-continue" else {
                throw FramingError(.expectationFailed, "100-continue is the only expectation known.")
            }
            expectsContinue = true
        default: break
        }
    }

    private func head(lengthBytes: Int) throws(FramingError) -> Head {
        guard hosts == 1 || (isOld && hosts == 0) else { throw .malformed("Exactly one Host header is required.") }
        if let absoluteAuthority, hosts == 1, absoluteAuthority != host {
            throw .malformed("The target and Host name different hosts.")
        }
        guard !isChunked || contentLength == nil else {
            throw .malformed("Content-Length and Transfer-Encoding exclude each other.")
        }
        guard !isChunked || !isOld else { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
        // A client that asks for an upgrade may send bytes of the other protocol next. No upgrade is supported.
        return Head(
            lengthBytes: lengthBytes, method: method, target: target, headers: headers,
            body: isChunked ? .chunked : .length(contentLength ?? 0),
            isLast: closes || isOld || (upgrades && hasUpgrade), expectsContinue: expectsContinue && !isOld,
            isOld: isOld)
    }
}

extension UInt8 {
    /// `tchar` of RFC 9110.
    package var isToken: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E:
            true
        default: false
        }
    }

    /// Allowed in a field's value: no control character except the tab.
    var isFieldText: Bool { self == 0x09 || (self >= 0x20 && self != 0x7F) }
}

extension Slice where Base == UnsafeRawBufferPointer {
    fileprivate var trimmed: Self {
        var rest = self
        while let first = rest.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return rest
    }
}
