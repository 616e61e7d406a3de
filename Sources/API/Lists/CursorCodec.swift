import Accounts
import Cryptography
import Foundation
import PagoPA
import Requests
import Text

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
    case leftOutNotices = "notice_batch_items"
}

/// Writes and reads the cursors of one caller. A cursor carries an HMAC over its list, its order and the caller's tenancy, so that
/// only a cursor that this deployment issued, for this list and this caller, is accepted. Its content is opaque but not secret: it
/// repeats the sort key and the id of a row that the caller has just read.
struct CursorCodec: Sendable {
    private let authenticator: Authenticator
    private let caller: String

    /// Long enough that a tag cannot be guessed.
    private static let tagBytes = 16
    static let maximumTextBytes = 512

    init(_ secrets: SecretsKeys, for tenancy: Tenancy) {
        self.init(Self.authenticator(secrets), for: tenancy)
    }

    /// Its keys are derived once.
    static func authenticator(_ secrets: SecretsKeys) -> Authenticator {
        Authenticator(secrets, for: .cursors, tagBytes: tagBytes)
    }

    init(_ authenticator: Authenticator, for tenancy: Tenancy) {
        self.authenticator = authenticator
        self.caller = tenancy.cursorOwner
    }

    func text(of cursor: Cursor, in list: ListName) -> String {
        let content = Array("\(cursor.order)|\(cursor.key)|\(cursor.id.uuidString)|\(cursor.subkey)".utf8)
        return Base64URL.encode(authenticator.tag(of: covered(content, in: list)) + content)
    }

    /// - Throws: `InvalidValue` for a text that this deployment did not issue to this caller for this list and order.
    func cursor(_ text: String, in list: ListName, order: String) throws(InvalidValue) -> Cursor {
        let bad = InvalidValue(
            .badFormat,
            "is not a cursor of this list and order for this caller; use next_cursor of the page before")
        guard text.utf8.count <= Self.maximumTextBytes, let bytes = Base64URL.decode(text.utf8),
            bytes.count > Self.tagBytes
        else {
            throw bad
        }
        let given = Array(bytes.prefix(Self.tagBytes))
        let content = Array(bytes.dropFirst(Self.tagBytes))
        guard authenticator.isTag(given, of: covered(content, in: list)),
            let plain = String(validating: content, as: UTF8.self)
        else { throw bad }
        var parts = ArraySlice(plain.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false))
        guard parts.popFirst().map(String.init) == order, let key = parts.popFirst().flatMap({ Int64($0) }),
            let id = parts.popFirst().flatMap({ UUID(uuidString: String($0)) }), let subkey = parts.popFirst()
        else { throw bad }
        return Cursor(order: order, key: key, subkey: String(subkey), id: id)
    }

    /// The names of lists, tax codes and PSP ids contain no line feed, so that two different inputs never have the same bytes.
    private func covered(_ content: [UInt8], in list: ListName) -> [UInt8] {
        Array("\(list.rawValue)\n\(caller)\n".utf8) + content
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
