import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func citizenRoutes(_ citizens: CitizenOperations, _ links: Links) -> [Route] {
    let accounts = AccountHandlers(citizens: citizens)
    let sessions = SessionHandlers(citizens: citizens, links: links)
    return [
        Route(
            .post, "/v1/citizens", "register_citizen", scope: .citizens, isLimitedByAddress: true,
            accounts.registerCitizen),
        Route(
            .post, "/v1/citizens/verify", "verify_citizen", scope: .citizens, isLimitedByAddress: true,
            accounts.verifyCitizen),
        Route(
            .post, "/v1/password-resets", "request_password_reset", scope: .citizens, isLimitedByAddress: true,
            accounts.requestPasswordReset),
        Route(
            .post, "/v1/password-resets/confirm", "confirm_password_reset", scope: .citizens, isLimitedByAddress: true,
            accounts.confirmPasswordReset),
        Route(.post, "/v1/sessions", "open_session", scope: .citizens, isLimitedByAddress: true, sessions.openSession),
        Route(
            .post, "/v1/sessions/oidc", "open_oidc_session", scope: .citizens, isLimitedByAddress: true,
            sessions.openOIDCSession),
        Route(.post, "/v1/sessions/refresh", "refresh_session", scope: .citizens, sessions.refreshSession),
        Route(.delete, "/v1/sessions/current", "close_session", scope: .citizens, sessions.closeSession),
        Route(.delete, "/v1/sessions", "close_sessions", scope: .citizens, sessions.closeSessions),
        Route(.get, "/v1/me", "show_me", scope: .citizens, accounts.showMe),
        Route(.patch, "/v1/me", "change_me", scope: .citizens, isConditional: true, accounts.changeMe),
        Route(.delete, "/v1/me", "erase_me", scope: .citizens, isConditional: true, accounts.eraseMe),
        Route(.post, "/v1/me/email/confirm", "confirm_email_change", scope: .citizens, accounts.confirmEmailChange),
    ]
}

private struct AccountHandlers: Sendable {
    let citizens: CitizenOperations

    func registerCitizen(_ request: KeyRequest) async throws -> Reply {
        let registration = try request.object {
            try Registration.read(&$0, language: request.language, today: citizens.today)
        }
        let render: Renderer<Registered, Reply> = { $0.reply(.created) }
        return try await citizens.register(
            registration, by: request.caller, repeating: request.repeating(hiding: "password", render)
        ).reply(render)
    }

    func verifyCitizen(_ request: KeyRequest) async throws -> Reply {
        let (token, mailbox) = try request.object { reader -> (String, EmailAddress?)? in
            let token = reader.required("token", text: credentialText)
            let mailbox = reader.optional("email") { try EmailAddress($0) }
            return token.map { ($0, mailbox) }
        }
        let render: Renderer<Registered, Reply> = { $0.reply(.ok) }
        return try await citizens.verify(
            token: token, mailbox: mailbox, by: request.caller, repeating: request.repeating(render)
        )
        .reply(render)
    }

    func requestPasswordReset(_ request: KeyRequest) async throws -> Reply {
        let (email, link) = try request.object { reader -> (EmailAddress, ReturnURL?)? in
            let email = reader.required("email") { try EmailAddress($0) }
            let link = reader.optional("reset_url") { try ReturnURL($0) }
            return email.map { ($0, link) }
        }
        let render: Renderer<Void, Reply> = { _ in .json(.accepted) { $0.field("status", "accepted") } }
        return try await citizens.requestPasswordReset(
            of: email, link: link, by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }

    func confirmPasswordReset(_ request: KeyRequest) async throws -> Reply {
        let (token, mailbox, password) = try request.object { reader -> (String, EmailAddress?, Password)? in
            let token = reader.required("token", text: credentialText)
            let mailbox = reader.optional("email") { try EmailAddress($0) }
            let password = reader.required("new_password") { try Password($0) }
            guard let token, let password else { return nil }
            return (token, mailbox, password)
        }
        let render: Renderer<Void, Reply> = { _ in Reply(.noContent) }
        return try await citizens.confirmPasswordReset(
            token: token, mailbox: mailbox, password: password, by: request.caller,
            repeating: request.repeating(hiding: "new_password", render)
        ).reply(render)
    }

    func showMe(_ request: CitizenRequest) async throws -> Reply {
        request.unlessCached(try await citizens.showMe(request.citizen).reply)
    }

    func changeMe(_ request: CitizenRequest) async throws -> Reply {
        let patch = try request.json("application/merge-patch+json")
        let (credentials, others) = CitizenPatch.credentials(in: patch)
        // No password is hashed for a request that is rejected anyway.
        let prepared = try await citizens.prepare(
            others.isEmpty ? credentials : CredentialChange(), of: request.citizen, by: request.caller)
        return try await withSnapshot {
            try await citizens.showMe(request.citizen)
        } write: { citizen in
            try await citizens.changeMe(
                request.citizen,
                to: Result {
                    guard let citizen else { throw Refusal.notFound }
                    return try CitizenPatch.apply(patch, to: citizen, others: others)
                }, by: request.caller, demanding: request.headers.condition(.optional, on: citizen) { $0.reply.tag },
                credentials: prepared)
        }.reply
    }

    func confirmEmailChange(_ request: CitizenRequest) async throws -> Reply {
        let token = try request.object { reader in reader.required("token", text: credentialText) }
        let render: Renderer<Citizen, Reply> = { $0.reply }
        return try await citizens.confirmEmailChange(
            of: request.citizen, token: token, by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }

    func eraseMe(_ request: CitizenRequest) async throws -> Reply {
        try await request.underPrecondition {
            try await citizens.showMe(request.citizen)
        } tag: {
            $0.reply.tag
        } write: {
            try await citizens.eraseMe(request.citizen, by: request.caller, demanding: $0)
        }
        return Reply(.noContent)
    }
}

private struct SessionHandlers: Sendable {
    let citizens: CitizenOperations
    let links: Links

    func openSession(_ request: KeyRequest) async throws -> Reply {
        let (username, password) = try request.object { reader -> (String, String)? in
            let username = reader.required("username") { try boundedText($0, 1...254) }
            let password = reader.required("password", text: secretText)
            guard let username, let password else { return nil }
            return (username, password)
        }
        let path = request.path
        return try await citizens.openSession(
            username: username, password: password, from: request.clientAddress, by: request.caller,
            repeating: request.repeating(hiding: "password") { _ in .secretShownOnce(path, links) }
        ).reply { $0.reply }
    }

    func openOIDCSession(_ request: KeyRequest) async throws -> Reply {
        let (token, nonce) = try request.object { reader -> (String, String)? in
            let token = reader.required("id_token") { try visibleText($0, 1...IDTokenLimits.bytes) }
            let nonce = reader.required("nonce") { try visibleText($0, IDTokenLimits.nonceCharacters) }
            guard let token, let nonce else { return nil }
            return (token, nonce)
        }
        let path = request.path
        return try await citizens.openOIDCSession(
            idToken: token, nonce: nonce, language: request.language, by: request.caller,
            repeating: request.repeating { _ in .secretShownOnce(path, links) }
        ).reply { $0.reply }
    }

    func refreshSession(_ request: KeyRequest) async throws -> Reply {
        let token = try request.object { reader in reader.required("refresh_token", text: credentialText) }
        return try await citizens.refreshSession(token: token, by: request.caller).reply
    }

    func closeSession(_ request: CitizenRequest) async throws -> Reply {
        try await citizens.closeSession(of: request.citizen, by: request.caller)
        return Reply(.noContent)
    }

    func closeSessions(_ request: CitizenRequest) async throws -> Reply {
        try await citizens.closeSessions(of: request.citizen, by: request.caller)
        return Reply(.noContent)
    }
}

/// The sizes of the members of an OIDC session. What a token contains is decided when it is verified, with the same response for every fault.
private enum IDTokenLimits {
    static let bytes = 16_384
    /// A shorter nonce could be guessed or repeated.
    static let nonceCharacters = 16...256
}

/// A text of visible ASCII characters.
private func visibleText(_ text: String, _ range: ClosedRange<Int>) throws(InvalidValue) -> String {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw InvalidValue(.badCharacters, "must contain visible ASCII characters only")
    }
    return try boundedText(text, range)
}

/// A token as sent. Whether it is valid is decided when it is looked up.
private func credentialText(_ text: String) throws(InvalidValue) -> String { try boundedText(text, 1...512) }

/// A password as sent. The rules for new passwords do not apply, because the response must not reveal whether one could be valid.
func secretText(_ text: String) throws(InvalidValue) -> String {
    guard (1...1_024).contains(text.utf8.count) else {
        throw InvalidValue(text.isEmpty ? .tooShort : .tooLong, "must be 1 to 1024 bytes long")
    }
    return text
}

extension GivenTokens {
    var reply: Reply {
        .json { json in
            json.field("access_token", access)
            json.field("refresh_token", refresh)
            json.field("token_type", "Bearer")
            json.field("expires_in", expiresInSeconds)
        }
    }
}
