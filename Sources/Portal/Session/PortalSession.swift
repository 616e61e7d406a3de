import Foundation
import JSON
import Text

/// The person for whom a citizen acts.
struct Delegator: Sendable, Equatable {
    /// The id of the delegation.
    let delegation: String
    let taxCode: String
    /// The name of the delegator's account, if the service tells it.
    var name: String?

    /// For pages.
    var description: String { name.map { "\($0) (\(taxCode))" } ?? taxCode }
}

/// What the sealed cookie holds about one visitor.
struct PortalSession: Sendable, Equatable {
    /// The most recent payments and notices of a visitor without an account.
    static let maximumGuestItems = 5

    /// Proves that a form came from this site.
    var csrf: String
    var startedAt: Date
    var seenAt: Date
    var tokens: SessionTokens?
    /// Only in the session of the staff desk.
    var staff: StaffKey?
    /// The path to show after sign-in.
    var next: String?
    /// Positions that the visitor found by their notice number, and attempts started without an account.
    var guestPositions: [String] = []
    var guestAttempts: [String] = []
    /// For whom the citizen acts, if not for themselves.
    var delegator: Delegator?
    /// Binds the answer of an identity provider or a card to this browser.
    var state: String?
    var nonce: String?
    var verifier: String?
    /// The key of a message to show once.
    var flash: TextKey?

    var isSignedIn: Bool { tokens != nil || staff != nil }

    init(now: Date) {
        csrf = Self.random()
        startedAt = now
        seenAt = now
    }

    /// 192 random bits in Base64url.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<24).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Base64URL.encode(bytes)
    }

    mutating func addGuestPosition(_ id: String) { Self.add(id, to: &guestPositions) }
    mutating func addGuestAttempt(_ id: String) { Self.add(id, to: &guestAttempts) }

    private static func add(_ id: String, to list: inout [String]) {
        list = ([id] + list.filter { $0 != id }).prefix(maximumGuestItems).map { $0 }
    }

    /// A new session for the same browser: nobody who knew the old token or cookie knows the new one.
    mutating func signIn(_ tokens: SessionTokens, now: Date) {
        var fresh = PortalSession(now: now)
        fresh.tokens = tokens
        fresh.guestPositions = guestPositions
        fresh.guestAttempts = guestAttempts
        self = fresh
    }

    /// A new session with the key of a staff member.
    mutating func signIn(_ key: StaffKey, now: Date) {
        self = PortalSession(now: now)
        staff = key
    }

    mutating func signOut(now: Date, flash: TextKey?) {
        self = PortalSession(now: now)
        self.flash = flash
    }

    // MARK: The cookie's content

    var bytes: [UInt8] {
        JSONWriter.object { json in
            json.field("c", csrf)
            json.field("s", Int64(startedAt.timeIntervalSince1970))  // Instants of this program's clock fit 64 bits.
            json.field("l", Int64(seenAt.timeIntervalSince1970))  // Instants of this program's clock fit 64 bits.
            if let tokens {
                json.field("a", tokens.access)
                json.field("r", tokens.refresh)
                json.field("e", Int64(tokens.expiresAt.timeIntervalSince1970))  // At most a token's life from now.
            }
            if let staff {
                json.object("k") { json in
                    json.field("s", staff.secret)
                    json.field("n", staff.name)
                    json.array("p", staff.scopes.map(\.rawValue).sorted()) { $0.value($1) }
                }
            }
            json.field("n", next)
            if let delegator {
                json.object("d") { json in
                    json.field("i", delegator.delegation)
                    json.field("t", delegator.taxCode)
                    json.field("m", delegator.name)
                }
            }
            if !guestPositions.isEmpty { json.array("gp", guestPositions) { $0.value($1) } }
            if !guestAttempts.isEmpty { json.array("ga", guestAttempts) { $0.value($1) } }
            json.field("st", state)
            json.field("no", nonce)
            json.field("ve", verifier)
            json.field("f", flash?.rawValue)
        }
    }

    /// Nil if the content is unreadable or the session has expired.
    init?(_ bytes: [UInt8], in area: Area = .citizens, now: Date) {
        guard let json = try? JSONValue.parse(bytes), let csrf = json.text("c"), let started = json.integer("s"),
            let seen = json.integer("l")
        else { return nil }
        self.csrf = csrf
        startedAt = Date(timeIntervalSince1970: Double(started))
        seenAt = Date(timeIntervalSince1970: Double(seen))
        guard now.timeIntervalSince(startedAt) < area.lifeSeconds, now.timeIntervalSince(seenAt) < area.idleSeconds
        else { return nil }
        if let access = json.text("a"), let refresh = json.text("r"), let expires = json.integer("e") {
            tokens = SessionTokens(
                access: access, refresh: refresh, expiresAt: Date(timeIntervalSince1970: Double(expires)))
        }
        if let key = json["k"], let secret = key.text("s"), let name = key.text("n") {
            staff = StaffKey(secret: secret, name: name, scopes: Set(key.strings("p").compactMap(Scope.init)))
        }
        if let person = json["d"], let delegation = person.text("i"), let taxCode = person.text("t") {
            delegator = Delegator(delegation: delegation, taxCode: taxCode, name: person.text("m"))
        }
        next = json.text("n")
        guestPositions = json.strings("gp")
        guestAttempts = json.strings("ga")
        state = json.text("st")
        nonce = json.text("no")
        verifier = json.text("ve")
        flash = json.text("f").flatMap(TextKey.init)
    }
}

extension JSONValue {
    func strings(_ key: String) -> [String] {
        list(key).compactMap { item in
            guard case .string(let text) = item else { return nil }
            return text
        }
    }
}
