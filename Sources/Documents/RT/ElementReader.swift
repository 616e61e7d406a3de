import PagoPA

/// Everything that is wrong with one document, in its own order.
final class XMLReport {
    private(set) var faults: [Fault] = []
    static let maximum = 100

    func add(_ path: String, _ detail: String) {
        if faults.count < Self.maximum { faults.append(Fault(path, detail)) }
    }
}

/// Reads the children of one element in the order that its schema fixes, and notes what does not fit.
struct ElementReader {
    private let node: XMLNode
    private let path: String
    private let report: XMLReport
    private var index = 0

    init(_ node: XMLNode, path: String, report: XMLReport) {
        self.node = node
        self.path = path
        self.report = report
        if !node.children.isEmpty, !node.text.isEmpty { report.add(path, "holds text between its elements") }
    }

    func refuse(_ name: String, _ detail: String) { report.add("\(path)/\(name)", detail) }

    /// The elements of this name that stand here.
    mutating func elements(_ name: String, _ count: ClosedRange<Int>) -> [(node: XMLNode, path: String)] {
        var found: [(XMLNode, String)] = []
        while index < node.children.count, node.children[index].name == name,
            node.children[index].namespace == node.namespace
        {
            found.append(
                (node.children[index], count.upperBound > 1 ? "\(path)/\(name)/\(found.count)" : "\(path)/\(name)"))
            index += 1
        }
        if found.count < count.lowerBound { refuse(name, "is required here") }
        if found.count > count.upperBound { refuse(name, "may stand \(count.upperBound) times at most") }
        return Array(found.prefix(count.upperBound))
    }

    /// A child with children, read to its end.
    mutating func object<T>(_ name: String, _ count: ClosedRange<Int> = 1...1, _ read: (inout ElementReader) -> T)
        -> [T]
    {
        elements(name, count).map { child in
            var reader = ElementReader(child.node, path: child.path, report: report)
            let value = read(&reader)
            reader.finish()
            return value
        }
    }

    /// A child with text of this type; `nil` when it is missing or wrong.
    mutating func text<T>(_ name: String, isOptional: Bool = false, _ type: (String) -> Result<T, InvalidValue>) -> T? {
        guard let found = elements(name, (isOptional ? 0 : 1)...1).first else { return nil }
        guard found.node.children.isEmpty else {
            report.add(found.path, "must hold text only")
            return nil
        }
        switch type(found.node.text) {
        case .success(let value): return value
        case .failure(let wrong):
            report.add(found.path, wrong.detail)
            return nil
        }
    }

    func finish() {
        guard index < node.children.count else { return }
        report.add("\(path)/\(node.children[index].name.prefix(64))", "is not expected here")
    }
}

/// The simple types of PagInf_RPT_RT 6.2.
enum RTType {
    static func text(_ range: ClosedRange<Int>) -> (String) -> Result<String, InvalidValue> {
        { text in
            range.contains(text.unicodeScalars.count)
                ? .success(text) : no("must be \(range.lowerBound) to \(range.upperBound) characters")
        }
    }

    static func word(_ words: String...) -> (String) -> Result<String, InvalidValue> {
        { words.contains($0) ? .success($0) : no("must be \(words.joined(separator: ", "))") }
    }

    static func amount(_ text: String) -> Result<Amount, InvalidValue> {
        Result { () throws(InvalidValue) in try Amount(decimal: trimmed(text)) }
    }

    static func positiveAmount(_ text: String) -> Result<Amount, InvalidValue> {
        amount(text).flatMap { $0 == .zero ? no("must be at least 0.01") : .success($0) }
    }

    /// A day; the zone that xsd:date allows says nothing here.
    static func date(_ text: String) -> Result<CalendarDate, InvalidValue> {
        let text = trimmed(text)
        let zone = text.dropFirst(10)
        guard zone.isEmpty || isZone(zone) else { return no("must be a day such as 2026-06-18") }
        return Result { () throws(InvalidValue) in try CalendarDate(String(text.prefix(10))) }
    }

    /// An instant; without a zone it is Rome's time.
    static func dateTime(_ text: String) -> Result<Instant, InvalidValue> {
        let text = trimmed(text)
        if let instant = try? Instant(rfc3339: text) { return .success(instant) }
        // Read as if it were UTC, then moved by what Rome's clocks differ at that moment.
        guard text.count <= 40, let plain = try? Instant(rfc3339: text + "Z") else {
            return no("must be a time such as 2026-06-18T14:31:00")
        }
        let offset = RomeTime.offsetSeconds(
            at: plain.unixSeconds - Int64(RomeTime.offsetSeconds(at: plain.unixSeconds)))
        return .success(plain.adding(seconds: -offset))
    }

    static func country(_ text: String) -> Result<String, InvalidValue> {
        text.utf8.count == 2 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
            ? .success(text) : no("must be two capital letters")
    }

    static func email(_ text: String) -> Result<String, InvalidValue> {
        let (mailbox, domain) = (text.prefix { $0 != "@" }, text.drop { $0 != "@" }.dropFirst())
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x40, 0x5F: true
            default: false
            }
        }
        guard text.utf8.count <= 256, isPlain, text.count(where: { $0 == "@" }) == 1, !mailbox.isEmpty,
            domain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ label in
                !label.isEmpty && !label.contains("_") && !label.contains("+")
            })
        else { return no("must be an e-mail address") }
        return .success(text)
    }

    /// `[0129]/` and 3 to 138 characters without blanks.
    static func collection(_ text: String) -> Result<String, InvalidValue> {
        let scalars = text.unicodeScalars
        guard (5...140).contains(scalars.count), let first = text.first, "0129".contains(first),
            text.dropFirst().first == "/", !text.contains(where: \.isWhitespace)
        else { return no("must be 0/, 1/, 2/ or 9/ and 3 to 138 characters without blanks") }
        return .success(text)
    }

    static func base64(_ text: String) -> Result<String, InvalidValue> {
        let plain = text.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let padding = plain.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let good = plain.dropLast(padding).allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: true
            default: false
            }
        }
        return good && padding <= 2 && plain.count % 4 == 0 ? .success(text) : no("must be base64")
    }

    private static func no<T>(_ detail: String) -> Result<T, InvalidValue> { .failure(InvalidValue(detail: detail)) }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    private static func isZone(_ zone: Substring) -> Bool {
        if zone == "Z" { return true }
        let bytes = Array(zone.utf8)
        return bytes.count == 6 && (bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"))
            && bytes[3] == UInt8(ascii: ":")
            && [1, 2, 4, 5].allSatisfy { (0x30...0x39).contains(bytes[$0]) }
    }
}
