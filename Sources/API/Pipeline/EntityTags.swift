import Accounts
import HTTPTypes
import Operations
import PagoPA
import Requests

/// The value of If-Match or If-None-Match (RFC 9110, sections 13.1.1 and 13.1.2): `*` or a list of entity tags.
struct EntityTags: Sendable, Equatable {
    struct Tag: Sendable, Equatable {
        let isWeak: Bool
        /// With its quotes.
        let text: String
    }

    /// `*`: any current entity.
    let isAny: Bool
    let tags: [Tag]

    /// Reads up to the first malformed tag and ignores the rest.
    init(_ value: String) {
        let bytes = Array(value.utf8)
        isAny = value.filter { $0 != " " && $0 != "\t" } == "*"
        var tags: [Tag] = []
        var at = 0
        while at < bytes.count {
            if [0x20, 0x09, 0x2C].contains(bytes[at]) {
                at += 1
                continue
            }
            let isWeak = bytes[at...].starts(with: Array("W/".utf8))
            if isWeak { at += 2 }
            guard at < bytes.count, bytes[at] == 0x22,
                let end = bytes[(at + 1)...].firstIndex(where: { $0 == 0x22 || $0 <= 0x20 || $0 == 0x7F }),
                bytes[end] == 0x22
            else { break }
            tags.append(Tag(isWeak: isWeak, text: String(decoding: bytes[at...end], as: UTF8.self)))
            at = end + 1
        }
        self.tags = tags
    }

    /// Strong comparison, for If-Match: a weak tag never matches.
    /// - Parameter current: nil when there is no entity.
    func match(_ current: String?) -> Bool {
        guard let current else { return false }
        return isAny || tags.contains { !$0.isWeak && $0.text == current }
    }

    /// Weak comparison, for If-None-Match.
    func matchWeakly(_ current: String?) -> Bool {
        guard let current else { return false }
        return isAny || tags.contains { $0.text == current }
    }
}

extension EntityTags {
    /// Rejects If-Match on a write whose route issues no ETag: a tag is then never the current one. `*` matches any existing entity.
    static func demandNone(
        in headers: HTTPFields, of method: HTTPRequest.Method, for route: Route
    ) throws(Refusal) {
        guard route.access.needsKey, !route.isConditional, method != .get, method != .head else { return }
        if let tags = headers[.ifMatch].map(EntityTags.init), !tags.isAny { throw .preconditionFailed }
    }
}

/// Whether a write without If-Match and If-None-Match is rejected with 428.
enum PreconditionNeed: Sendable {
    case optional
    /// Required to change an existing resource, not to create one.
    case forChanges
    case always
}

extension HTTPFields {
    /// The precondition in If-Match and If-None-Match of a write, evaluated on a snapshot of the entity.
    /// - Parameters:
    ///   - snapshot: the entity as it was read; `nil` if it does not exist.
    ///   - tag: the ETag that GET returns for the entity now.
    func condition<Entity>(
        _ need: PreconditionNeed, on snapshot: Entity?, tag: (Entity) -> String?
    ) -> Precondition<Entity> {
        let wanted = self[.ifMatch].map(EntityTags.init)
        let unwanted = self[.ifNoneMatch].map(EntityTags.init)
        if wanted == nil, unwanted == nil {
            switch need {
            case .optional: return Precondition(.met, on: snapshot)
            case .forChanges: return Precondition(snapshot == nil ? .met : .missing, on: snapshot)
            case .always: return Precondition(.missing, on: snapshot)
            }
        }
        let current = snapshot.flatMap(tag)
        if let wanted, !wanted.match(current) { return Precondition(.failed, on: snapshot) }
        if let unwanted, unwanted.matchWeakly(current) { return Precondition(.failed, on: snapshot) }
        return Precondition(.met, on: snapshot)
    }
}

extension IncomingRequest {
    /// Runs a write whose If-Match and If-None-Match are optional. The entity is read only if the request has one of them.
    func underPrecondition<Entity: Sendable, Written: Sendable>(
        read: () async throws -> Entity, tag: (Entity) -> String?,
        write: (Precondition<Entity>) async throws -> Written
    ) async throws -> Written {
        guard headers[.ifMatch] != nil || headers[.ifNoneMatch] != nil else { return try await write(.none) }
        return try await withSnapshot(of: read) { try await write(headers.condition(.optional, on: $0, tag: tag)) }
    }

    /// 304 instead of a response that the caller has cached.
    func unlessCached(_ reply: Reply) -> Reply {
        guard let tag = reply.headers[.eTag], let cached = headers[.ifNoneMatch], EntityTags(cached).matchWeakly(tag)
        else {
            return reply
        }
        return Reply(.notModified).with(.eTag, tag)
    }
}

extension Reply {
    var tag: String? { headers[.eTag] }
}
