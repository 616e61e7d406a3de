import ArgumentParser
import Foundation
import Hummingbird

/// A simulated payment service provider for trying out the service: it accepts signed start calls, shows a portal page, and posts
/// signed outcomes and RTs. It shares no code with the service and stores everything in memory.
@main
struct PSPSimulator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "psp-simulator",
        abstract: "Plays a payment service provider (PSP) for trials: portal page, outcomes, signed RTs.",
        discussion: """
            The webhook secret comes from the environment variable PSP_SIMULATOR_SECRET or from a file, never from the command \
            line. It holds whsec_… for every PSP, or ABCDITMM=whsec_… for one, several separated by blanks; or the JSON that \
            'quietanza demo-data --format json' prints.

            POST /psps/{psp_id}/channels/{channel_id}/start   the service starts a payment (signed)
            POST /psps/{psp_id}/payments/{payment}/cancel     the service ends a payment (signed)
            GET  /pay/{payment}                               the portal page
            POST /pay/{payment}                               action=pay|refuse|cancel|late|twice|wrong_amount|never|conflict,
                                                              delay_seconds=N for late; Accept: application/json returns the result
            POST /rts                                         {"receipts_url", "rt": {…}}: signs and posts the RT as given
            GET  /payments, /payments/{payment}, /live

            It also plays an identity provider (SPID, CIE) for sign-in by ID token:
            GET  /oidc/jwks                                   its public key
            POST /oidc/tokens                                 {"nonce", "tax_code", "given_name", "family_name", "audience",
                                                              "acr"}: signs an ID token for anyone who asks
            GET  /oidc/authorize, POST /oidc/token            the authorization code flow, for the portal

            Allow access from trusted programs only: it posts to the URLs that start calls contain.

            'psp-simulator conformance' grades a service's webhook, or a PSP's sender.
            """,
        subcommands: [Simulate.self, Conformance.self], defaultSubcommand: Simulate.self)
}

/// Plays the PSP; the command without a name.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "simulate", abstract: "Plays a PSP (default).")

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on.")
    var port = 8090

    @Option(name: .customLong("public-url"), help: "How browsers reach it (default: http://HOST:PORT).")
    var publicURL: String?

    @OptionGroup var secretOptions: SecretOptions

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be 1 to 65535") }
        if let publicURL, !WebLink.isUsable(publicURL) {
            throw ValidationError("--public-url must be an absolute http or https URL")
        }
    }

    func run() async throws {
        let portal = Portal(book: PaymentStore(), courier: Courier(), secrets: try secretOptions.read())
        let link = publicURL ?? "http://\(host):\(port)"
        let base = link.hasSuffix("/") ? String(link.dropLast()) : link
        let routes = PortalRoutes(portal: portal, provider: IdentityProvider(publicURL: base), publicURL: base)
        let application = Application(
            router: routes.router(),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "psp-simulator"))
        try await application.runService()
    }
}

/// Where the webhook secrets come from.
struct SecretOptions: ParsableArguments {
    @Option(name: .customLong("secret-file"), help: "File with the webhook secrets (default: PSP_SIMULATOR_SECRET).")
    var secretFile: String?

    func read() throws -> Secrets {
        if let secretFile {
            return try Secrets(String(contentsOfFile: secretFile, encoding: .utf8))
        }
        guard let text = ProcessInfo.processInfo.environment["PSP_SIMULATOR_SECRET"] else { throw SecretsError.missing }
        return try Secrets(text)
    }
}
