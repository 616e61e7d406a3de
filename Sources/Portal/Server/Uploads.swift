import Synchronization

/// A file that a form sent.
struct UploadedFile: Sendable, Equatable {
    let name: String
    let bytes: [UInt8]
}

extension PortalApp {
    static let uploadSeconds = 240

    /// Size and time that a form with a file may take: only for staff who are signed in and may send one. Other forms are small.
    func upload(for request: IncomingRequest) -> (bytes: Int, seconds: Int)? {
        guard request.method == "POST" else { return nil }
        let route = candidates(for: request.path.split(separator: "/")).map(\.0).first { $0.uploadBytes != nil }
        guard let bytes = route?.uploadBytes, case .staff(let scopes) = route?.access,
            session(of: request)?.staff?.allows(scopes) == true
        else { return nil }
        return (bytes, Self.uploadSeconds)
    }
}

/// Files are collected in memory, so few are received at a time.
final class UploadPermits: Sendable {
    static let maximum = 2
    private let active = Mutex(0)

    func begin() -> Bool {
        active.withLock { active in
            guard active < Self.maximum else { return false }
            active += 1
            return true
        }
    }

    func end() { active.withLock { $0 -= 1 } }
}

/// The fields and files of a form that was sent.
struct SentForm: Sendable {
    var fields: [String: String] = [:]
    var files: [String: UploadedFile] = [:]

    /// Nil if the body is malformed.
    init?(_ request: IncomingRequest) {
        guard request.method == "POST" else { return }
        let type = request.headers["content-type"] ?? ""
        if type.lowercased().hasPrefix("multipart/form-data") {
            guard readParts(request.body, type) else { return nil }
        } else {
            guard let fields = FormCoding.decode(request.body) else { return nil }
            self.fields = fields
        }
    }

    // MARK: multipart/form-data (RFC 7578), as browsers write it

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]
    private static let headEnd: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    private static let maximumHeadBytes = 2_048

    private mutating func readParts(_ body: [UInt8], _ type: String) -> Bool {
        guard let boundary = Self.boundary(type) else { return false }
        let opening = Array("--\(boundary)".utf8)
        let delimiter = Self.lineEnd + opening
        guard body.starts(with: opening) else { return false }
        var rest = body.dropFirst(opening.count)
        while !rest.starts(with: Array("--".utf8)) {
            guard rest.starts(with: Self.lineEnd),
                let (head, afterHead) = Self.split(rest.dropFirst(2), at: Self.headEnd, within: Self.maximumHeadBytes),
                let (content, afterContent) = Self.split(afterHead, at: delimiter, within: .max),
                fields.count + files.count < FormCoding.maximumFields,
                add(String(decoding: head, as: UTF8.self), content)
            else { return false }
            rest = afterContent
        }
        return true
    }

    /// Of repeated names the first counts.
    private mutating func add(_ head: String, _ content: ArraySlice<UInt8>) -> Bool {
        let line = head.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("content-disposition:") }
        guard let line, let name = Self.parameter("name", of: line) else { return false }
        if let file = Self.parameter("filename", of: line) {
            if files[name] == nil { files[name] = UploadedFile(name: file, bytes: Array(content)) }
            return true
        }
        guard content.count <= FormCoding.maximumValueBytes, !content.contains(0),
            let value = String(validating: content, as: UTF8.self)
        else { return false }
        if fields[name] == nil { fields[name] = value }
        return true
    }

    private static func boundary(_ type: String) -> String? {
        guard let mark = type.firstRange(of: "boundary=") else { return nil }
        let text = type[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" && !$0.isWhitespace }
        return (1...70).contains(text.utf8.count) ? String(text) : nil
    }

    /// Browsers write `%22` for a quote in a name.
    private static func parameter(_ name: String, of line: Substring) -> String? {
        guard let mark = line.firstRange(of: "; \(name)=\"") else { return nil }
        return String(line[mark.upperBound...].prefix { $0 != "\"" })
    }

    /// What is before and after the first mark.
    private static func split(_ bytes: ArraySlice<UInt8>, at mark: [UInt8], within maximum: Int) -> (
        ArraySlice<UInt8>, ArraySlice<UInt8>
    )? {
        guard let first = mark.first else { return nil }
        var rest = bytes.prefix(maximum)
        while let index = rest.firstIndex(of: first) {
            let candidate = bytes[index...]
            if candidate.starts(with: mark) { return (bytes[..<index], candidate.dropFirst(mark.count)) }
            rest = rest[index...].dropFirst()
        }
        return nil
    }
}
