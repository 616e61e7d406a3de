import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func citizenRoutes(_ intermediary: Intermediary, _ links: Links) -> [Route] {
    let accounts = AccountHandlers(intermediary: intermediary)
    let sessions = SessionHandlers(intermediary: intermediary, links: links)
    return [
        Route(.post, "/v1/citizens", "register_citizen", isLimitedByAddress: true, accounts.registerCitizen),
        Route(.post, "/v1/citizens/verify", "verify_citizen", isLimitedByAddress: true, accounts.verifyCitizen),
        Route(
            .post, "/v1/password-resets", "request_password_reset", isLimitedByAddress: true,
            accounts.requestPasswordReset),
        Route(
            .post, "/v1/password-resets/confirm", "confirm_password_reset", isLimitedByAddress: true,
            accounts.confirmPasswordReset),
        Route(.post, "/v1/sessions", "open_session", isLimitedByAddress: true, sessions.openSession),
        Route(.post, "/v1/sessions/refresh", "refresh_session", sessions.refreshSession),
        Route(.delete, "/v1/sessions/current", "close_session", sessions.closeSession),
        Route(.get, "/v1/me", "show_me", accounts.showMe),
        Route(.patch, "/v1/me", "change_me", isConditional: true, accounts.changeMe),
        Route(.delete, "/v1/me", "erase_me", isConditional: true, accounts.eraseMe),
        Route(.post, "/v1/me/email/confirm", "confirm_email_change", accounts.confirmEmailChange),
    ]
}

private struct AccountHandlers: Sendable {
    let intermediary: Intermediary

    func registerCitizen(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        let registration = try inbound.object {
            try Registration.read(&$0, language: inbound.language, today: intermediary.today)
        }
        let render: @Sendable (Registered) -> Reply = { $0.reply(.created) }
        return try await intermediary.registerCitizen(
            registration, by: caller, repeating: inbound.repeating(hiding: "password", render)
        ).reply(render)
    }

    func verifyCitizen(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        let token = try inbound.object { reader in reader.required("token", text: credentialText) }
        let render: @Sendable (Registered) -> Reply = { $0.reply(.ok) }
        return try await intermediary.verifyCitizen(token: token, by: caller, repeating: inbound.repeating(render))
            .reply(render)
    }

    func requestPasswordReset(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        let (email, link) = try inbound.object { reader -> (EmailAddress, ReturnURL?)? in
            let email = reader.required("email") { try EmailAddress($0) }
            let link = reader.optional("reset_url") { try ReturnURL($0) }
            return email.map { ($0, link) }
        }
        let render: @Sendable (()) -> Reply = { _ in .json(.accepted) { $0.field("status", "accepted") } }
        return try await intermediary.requestPasswordReset(
            of: email, link: link, by: caller, repeating: inbound.repeating(render)
        ).reply(render)
    }

    func confirmPasswordReset(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        let (token, password) = try inbound.object { reader -> (String, Password)? in
            let token = reader.required("token", text: credentialText)
            let password = reader.required("new_password") { try Password($0) }
            guard let token, let password else { return nil }
            return (token, password)
        }
        let render: @Sendable (()) -> Reply = { _ in Reply(.noContent) }
        return try await intermediary.confirmPasswordReset(
            token: token, password: password, by: caller, repeating: inbound.repeating(hiding: "new_password", render)
        ).reply(render)
    }

    func showMe(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        return inbound.unlessHeld(try await intermediary.showMe(inbound.signedIn(), for: caller).reply)
    }

    func changeMe(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        let citizen = try inbound.signedIn()
        let patch = try inbound.json("application/merge-patch+json")
        let (credentials, others) = CitizenPatch.credentials(in: patch)
        // Nothing is hashed for a request that is refused anyway.
        let wanted = others.isEmpty ? credentials : CredentialChange()
        return try await intermediary.changeMe(
            citizen, by: caller, demanding: inbound.precondition(.optional) { $0.reply.tag }, credentials: wanted
        ) {
            try CitizenPatch.apply(patch, to: $0, others: others)
        }.reply
    }

    func confirmEmailChange(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        let citizen = try inbound.signedIn()
        let token = try inbound.object { reader in reader.required("token", text: credentialText) }
        let render: @Sendable (Citizen) -> Reply = { $0.reply }
        return try await intermediary.confirmEmailChange(
            of: citizen, token: token, by: caller, repeating: inbound.repeating(render)
        ).reply(render)
    }

    func eraseMe(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        try await intermediary.eraseMe(
            inbound.signedIn(), by: caller, demanding: inbound.precondition(.optional) { $0.reply.tag })
        return Reply(.noContent)
    }
}

private struct SessionHandlers: Sendable {
    let intermediary: Intermediary
    let links: Links

    func openSession(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        let (username, password) = try inbound.object { reader -> (String, String)? in
            let username = reader.required("username") { try boundedText($0, 1...254) }
            let password = reader.required("password", text: secretText)
            guard let username, let password else { return nil }
            return (username, password)
        }
        let path = inbound.path
        return try await intermediary.openSession(
            username: username, password: password, from: inbound.clientAddress, by: caller,
            repeating: inbound.repeating(hiding: "password") { _ in .secretShownOnce(path, links) }
        ).reply { $0.reply }
    }

    func refreshSession(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        let token = try inbound.object { reader in reader.required("refresh_token", text: credentialText) }
        return try await intermediary.refreshSession(token: token, by: caller).reply
    }

    func closeSession(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.citizens)
        try await intermediary.closeSession(of: inbound.signedIn(), by: caller)
        return Reply(.noContent)
    }
}

/// A token as somebody gives it: whether it is one is told by whoever looks it up.
private func credentialText(_ text: String) throws(InvalidValue) -> String { try boundedText(text, 1...512) }

/// A password as somebody gives it: whether it is one is not told.
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
