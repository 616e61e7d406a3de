import Accounts
import Cryptography
import Foundation
import PagoPA
import Requests

/// The paginated lists. A search uses the cursors of its list.
enum ListName: String, Sendable, CaseIterable {
    case positions, receipts, attempts, anomalies, notifications, journal, creditors, psps
    case refunds, suspensions, events, delegations
    case apiKeys = "api_keys"
    case pspLists = "psp_lists"
    case positionImports = "position_imports"
    case webhookSubscriptions = "webhook_subscriptions"
    case webhookDeliveries = "webhook_deliveries"
    case importResults = "position_import_rows"
}

/// Writes and reads the cursors of one caller. A cursor carries an HMAC over its list, its order and the caller's tenancy, so that
/// only a cursor that this deployment issued, for this list and this caller, is accepted. Its content is opaque but not secret: it
/// repeats the sort key and the id of a row that the caller has just read.
struct CursorCodec: Sendable {
    /// The first key authenticates new cursors; every key is accepted.
    private let keys: [[UInt8]]
    private let caller: String

    /// Long enough that a tag cannot be guessed.
    private static let tagBytes = 16
    static let maximumTextBytes = 512

    init(_ secrets: SecretsKeys, for tenancy: Tenancy) {
        self.init(keys: secrets.derived(for: .cursors), for: tenancy)
    }

    /// - Parameter keys: those of `SecretsKeys` for cursors, derived once.
    init(keys: [[UInt8]], for tenancy: Tenancy) {
        self.keys = keys
        self.caller = tenancy.cursorOwner
    }

    func text(of cursor: Cursor, in list: ListName) -> String {
        let content = Array("\(cursor.order)|\(cursor.key)|\(cursor.id.uuidString)|\(cursor.subkey)".utf8)
        return Self.base64URL(tag(of: content, in: list, key: keys.first ?? []) + content)
    }

    /// - Throws: `InvalidValue` for a text that this deployment did not issue to this caller for this list and order.
    func cursor(_ text: String, in list: ListName, order: String) throws(InvalidValue) -> Cursor {
        let bad = InvalidValue(
            .badFormat,
            "is not a cursor of this list and order for this caller; use next_cursor of the page before")
        guard text.utf8.count <= Self.maximumTextBytes, let bytes = Self.bytes(text), bytes.count > Self.tagBytes else {
            throw bad
        }
        let given = Array(bytes.prefix(Self.tagBytes))
        let content = Array(bytes.dropFirst(Self.tagBytes))
        var isOurs = false
        for key in keys where constantTimeEqual(given, tag(of: content, in: list, key: key)) { isOurs = true }
        guard isOurs, let plain = String(validating: content, as: UTF8.self) else { throw bad }
        var parts = ArraySlice(plain.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false))
        guard parts.popFirst().map(String.init) == order, let key = parts.popFirst().flatMap({ Int64($0) }),
            let id = parts.popFirst().flatMap({ UUID(uuidString: String($0)) }), let subkey = parts.popFirst()
        else { throw bad }
        return Cursor(order: order, key: key, subkey: String(subkey), id: id)
    }

    /// The names of lists, tax codes and PSP ids contain no line feed, so that two different inputs never have the same bytes.
    private func tag(of content: [UInt8], in list: ListName, key: [UInt8]) -> [UInt8] {
        let covered = Array("\(list.rawValue)\n\(caller)\n".utf8) + content
        return Array(HMACSHA256.authenticate(covered, key: key).prefix(Self.tagBytes))
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// `nil` for any text that `base64URL` does not produce.
    private static func bytes(_ text: String) -> [UInt8]? {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64), base64URL(Array(data)) == text else { return nil }
        return Array(data)
    }
}

extension Tenancy {
    /// The owner of the cursors. Keys with the same creditors share them, so that a rotated key can continue a list.
    fileprivate var cursorOwner: String {
        switch self {
        case .everyCreditor: "every"
        case .only(let creditors, _): "creditors \(Set(creditors.map(\.value)).sorted().joined(separator: ","))"
        case .citizen(let taxCode, let creditor): "citizen \(taxCode.value) \(creditor?.value ?? "")"
        case .registry(let creditors): "registry \(Set(creditors.map(\.value)).sorted().joined(separator: ","))"
        case .psp(let psp): "psp \(psp.value)"
        }
    }
}
