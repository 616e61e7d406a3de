import Accounts
import HTTPTypes
import JSON
import PagoPA
import Requests

/// Reads query parameters, or the same filters in a search's body, and collects every violation.
struct QueryReader {
    private var left: [String: [String]]
    let violations = Violations()

    init(_ request: some IncomingRequest) {
        left = Dictionary(grouping: request.query, by: \.name).mapValues { $0.map(\.value) }
    }

    /// The filters of a search body: strings, integers, booleans and lists of strings, with the names of the query parameters.
    init(_ body: JSONValue, knowing names: Set<String>) throws {
        left = [:]
        guard case .object(let members) = body else {
            throw Problem.invalid([Violation("", .wrongType, "must be an object, not \(body.kind)")])
        }
        for member in members {
            guard names.contains(member.key) else {
                violations.add("/\(member.key.pointerEscaped)", .unknownMember, "is not a known field")
                continue
            }
            switch member.value {
            case .string(let text): left[member.key] = [text]
            case .integer(let number): left[member.key] = [String(number)]
            case .bool(let flag): left[member.key] = [String(flag)]
            case .array(let items):
                let texts = items.compactMap { item in
                    if case .string(let text) = item { text } else { nil as String? }
                }
                if texts.count != items.count {
                    violations.add("/\(member.key)", .wrongType, "must contain only strings")
                }
                left[member.key] = texts
            case .null, .number, .object:
                violations.add("/\(member.key)", .wrongType, "must be a text, an integer, a flag or a list of texts")
            }
        }
    }

    mutating func text(_ name: String) -> String? {
        guard let values = left.removeValue(forKey: name) else { return nil }
        if values.count > 1 { violations.add(name, .duplicate, "is given more than once") }
        return values.first
    }

    mutating func value<T>(_ name: String, _ make: (String) throws -> T) -> T? {
        guard let text = text(name) else { return nil }
        do { return try make(text) } catch {
            violations.add(name, error)
            return nil
        }
    }

    /// A code as people paste it: blanks of any kind do not count.
    mutating func code<T>(_ name: String, _ make: (String) throws -> T) -> T? {
        value(name) { try make($0.withoutBlanks) }
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let text = text(name) else { return nil }
        let number = text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }) ? Int64(text) : nil
        guard let number, range.contains(number) else {
            violations.add(
                name, number == nil ? .wrongType : .outOfRange,
                "must be an integer from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// An amount in cents, 0 to 99 999 999 999.
    mutating func amount(_ name: String) -> Amount? {
        integer(name, in: 0...Amount.maximum.cents).flatMap { try? Amount(cents: $0) }
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let text = text(name) else { return nil }
        guard let flag = Bool(text) else {
            violations.add(name, .unknownValue, "must be true or false")
            return nil
        }
        return flag
    }

    mutating func word<T: RawRepresentable & CaseIterable>(_ name: String, _: T.Type = T.self) -> T?
    where T.RawValue == String {
        guard let text = text(name) else { return nil }
        guard let word = T(rawValue: text) else {
            violations.add(name, .unknownValue, "must be one of \(T.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return word
    }

    /// Several words: the parameter repeated, or one value with commas.
    mutating func words<T: RawRepresentable & CaseIterable>(_ name: String, _: T.Type = T.self) -> [T]
    where T.RawValue == String {
        guard let values = left.removeValue(forKey: name) else { return [] }
        return values.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.compactMap { text in
            guard let word = T(rawValue: String(text)) else {
                violations.add(name, .unknownValue, "must be of \(T.allCases.map(\.rawValue).joined(separator: ", "))")
                return nil
            }
            return word
        }
    }

    mutating func id<Noun>(_ name: String, of: Noun.Type = Noun.self) -> Identifier<Noun>? {
        value(name) { try Identifier<Noun>($0) }
    }

    /// - Parameter order: for a list with several orders; a cursor of one order is not valid in another.
    mutating func page(_ list: ListName, order: String? = nil, for request: some AuthorizedRequest) throws
        -> PageRequest
    {
        let cursors = request.cursors
        let limit = integer("limit", in: 1...Int64(PageRequest.maximumLimit)).map(Int.init) ?? PageRequest.defaultLimit
        let after = value("cursor") { try cursors.cursor($0, in: list, order: order ?? list.rawValue) }
        return PageRequest(limit: limit, after: after, includeTotal: flag("include_total") ?? false)
    }

    /// A page of a list that can be exported, or all of its rows if `Accept` asks for a file. A file has no pages and no total.
    mutating func listing(_ list: ExportedList, order: String? = nil, for request: some AuthorizedRequest) throws
        -> Listing
    {
        guard let format = ExportFormat(preferredBy: request.accept) else {
            return .page(try page(list.list, order: order, for: request))
        }
        rejectPages(for: format.rawValue)
        return .export(format)
    }

    /// - Parameter mediaType: of a file that has all rows.
    mutating func rejectPages(for mediaType: String) {
        for name in Self.pageNames.sorted() where left.removeValue(forKey: name) != nil {
            violations.add(name, .notAllowed, "is not for \(mediaType), which has all rows")
        }
    }

    /// For a parameter that has no meaning in answers of this media type.
    mutating func reject(_ name: String, for mediaType: String) {
        if left.removeValue(forKey: name) != nil { violations.add(name, .notAllowed, "is not for \(mediaType)") }
    }

    /// A header whose violations are reported with those of the query.
    func header<T>(
        _ name: HTTPField.Name, of request: some IncomingRequest, _ make: (String) throws -> T
    ) -> T? {
        guard let text = request.headers[name] else { return nil }
        do { return try make(text) } catch {
            violations.add(name.rawName, error)
            return nil
        }
    }

    static let pageNames: Set<String> = ["limit", "cursor", "include_total"]

    /// - Throws: every violation, as a 400.
    func finish() throws {
        guard violations.items.isEmpty else { throw Problem.badParameters(violations.items) }
    }

    /// - Throws: every violation, as a 422 with pointers into the body; as a 400 for a cursor that we did not issue, as on the lists.
    func finishBody() throws {
        guard !violations.items.isEmpty else { return }
        let items = violations.items.map {
            Violation(
                $0.pointer.hasPrefix("/") || $0.pointer.isEmpty ? $0.pointer : "/" + $0.pointer, code: $0.code,
                $0.detail)
        }
        throw items.contains { $0.pointer == "/cursor" } ? Problem.badParameters(items) : Problem.invalid(items)
    }
}

extension Page {
    /// `{"items": […], "next_cursor": …, "total_count": …}`.
    func reply(_ list: ListName, for request: some AuthorizedRequest, _ write: (inout JSONWriter, Item) -> Void)
        -> Reply
    {
        let cursors = request.cursors
        return .json { json in
            json.array("items", items, write)
            json.field("next_cursor", next.map { cursors.text(of: $0, in: list) })
            json.field("total_count", total)
        }
    }
}

extension Reply {
    /// `{"items": […]}`, for a list without pages.
    static func items<Item>(_ items: [Item], _ write: (inout JSONWriter, Item) -> Void) -> Reply {
        .json { $0.array("items", items, write) }
    }
}
