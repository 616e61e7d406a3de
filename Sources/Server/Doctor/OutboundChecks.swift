import Accounts
import Foundation
import Gateways
import Operations
import PagoPA
import Storage

/// Checks of the servers that the service calls: mail, PSPs and identity providers. They send neither a message nor a request to a PSP.
struct OutboundChecks {
    let wiring: Wiring

    /// PSPs that are probed at the same time.
    private static let concurrentProbes = 16

    func mail() async -> [Finding] {
        guard let gateway = wiring.mail, let server = wiring.settings.mailServer else { return [] }
        do {
            try await gateway.probe()
            let step = server.needsLogin ? "the login" : "connections, without a login"
            return [.ok(.mail, "connection", "\(server.address) accepts \(step)")]
        } catch {
            return [.error(.mail, "connection", "\(error)")]
        }
    }

    /// Fetches the keys of each identity provider.
    func identityProviders() async -> [Finding] {
        let issuers = wiring.settings.identityProviders.map(\.issuer)
        guard !issuers.isEmpty else { return [] }
        let failures = await withTaskGroup(of: Finding?.self) { group in
            for issuer in issuers { group.addTask { await check(issuer) } }
            return await group.reduce(into: [Finding]()) { failures, found in failures += found.map { [$0] } ?? [] }
        }
        let reached = issuers.count - failures.count
        let summary: [Finding] =
            reached > 0
            ? [.ok(.identity, "keys", "the keys of \(reached) of \(issuers.count) issuers were fetched")] : []
        return summary + failures.sorted { $0.detail < $1.detail }
    }

    /// - Returns: nil if the issuer's keys were fetched.
    private func check(_ issuer: String) async -> Finding? {
        let reason: String
        switch await wiring.keySets.check(issuer) {
        case .fetched: return nil
        case .timedOut: reason = "no answer in time"
        case .unreachable: reason = "no connection, or no trusted TLS"
        case .notAllowed: reason = "not an address that OUTBOUND_ALLOWED_NETWORKS permits"
        case .malformed: reason = "the answer is no JSON Web Key Set with a key for signatures"
        case .busy: reason = "the fetch was not tried in time"
        }
        return .error(.identity, "keys", "\(issuer): \(reason)")
    }

    func psps() async -> [Finding] {
        do {
            let store = wiring.intermediary.store
            guard let version = try await store.read(within: .everyCreditor, PSPLists.currentVersion),
                let list = try await store.read(within: .everyCreditor, PSPLists.show(version))
            else { return [.warning(.psps, "list", "no PSP list was uploaded, so no payment can start")] }
            let enabled = list.psps.filter(\.isEnabled)
            let withoutSecret = try await store.read(within: .everyCreditor, PSPLists.withoutSecret)
            var findings: [Finding] = [.ok(.psps, "list", "version \(version) has \(enabled.count) enabled PSPs")]
            if !withoutSecret.isEmpty {
                findings.append(
                    .warning(
                        .psps, "secrets",
                        "without a webhook secret their calls are refused: "
                            + withoutSecret.map(\.value).joined(separator: ", ")))
            }
            return findings + (await connections(Self.targets(of: enabled)))
        } catch {
            return [.error(.psps, "list", "the PSP list could not be read: \(error)")]
        }
    }

    /// One start URL of a PSP for each host that its channels use.
    private struct Target: Sendable {
        let psp: String
        let url: String
        /// Without the path, which may contain an identifier of the contract.
        let host: String
    }

    private static func targets(of psps: [PSP]) -> [Target] {
        psps.flatMap { psp -> [Target] in
            var hosts: Set<String> = []
            return psp.channels.compactMap { channel -> Target? in
                guard let parts = URLComponents(string: channel.startURL), let name = parts.host else { return nil }
                let host = "\(name):\(parts.port ?? (parts.scheme == "http" ? 80 : 443))"
                guard hosts.insert(host).inserted else { return nil }
                return Target(psp: psp.id.value, url: channel.startURL, host: host)
            }
        }
    }

    private func connections(_ targets: [Target]) async -> [Finding] {
        let failures = await withTaskGroup(of: Finding?.self) { group in
            var waiting = targets[...]
            for target in waiting.prefix(Self.concurrentProbes) { group.addTask { await probe(target) } }
            waiting = waiting.dropFirst(Self.concurrentProbes)
            var failures: [Finding] = []
            for await failure in group {
                if let failure { failures.append(failure) }
                if let next = waiting.popFirst() { group.addTask { await probe(next) } }
            }
            return failures
        }
        let reached = targets.count - failures.count
        let summary: [Finding] =
            reached > 0 ? [.ok(.psps, "connection", "\(reached) of \(targets.count) hosts accept connections")] : []
        return summary + failures.sorted { $0.detail < $1.detail }
    }

    /// - Returns: nil if the PSP's host accepts connections.
    private func probe(_ target: Target) async -> Finding? {
        let reason: String
        do {
            try await wiring.portal.probe(target.url, for: target.psp)
            return nil
        } catch {
            switch error {
            case .notAllowed: reason = "not an address that OUTBOUND_ALLOWED_NETWORKS permits"
            case .timedOut: reason = "no connection in time"
            case .unreachable(let detail): reason = detail
            case .busy: reason = "the connection was not tried in time"
            case .refused, .malformedAnswer: reason = "unexpected answer"
            }
        }
        return .error(.psps, "connection", "\(target.psp) at \(target.host): \(reason)")
    }
}
