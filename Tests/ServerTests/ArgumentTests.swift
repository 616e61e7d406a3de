import Accounts
import ArgumentParser
import Testing

@testable import Server

/// The command line, parsed in this process.
@Suite struct ArgumentTests {
    private static let id = "0199c0de-0000-7000-8000-000000000001"

    /// Each command with all its arguments.
    static let valid: [[String]] = [
        ["serve"], ["serve", "--no-loops"], ["serve", "--loops", "--config", "/x"], ["loops"],
        ["migrate"], ["migrate", "--dry-run"],
        ["api-key", "create", "--name", "n", "--kind", "frontend", "--scope", "positions:read"],
        [
            "api-key", "create", "--name", "n", "--kind", "ops", "--scope", "operations", "--scope", "psp-list:write",
            "--creditor", "12345678903", "--origin", "https://a.example.org", "--format", "json",
        ],
        ["api-key", "list", "--format", "json"], ["api-key", "rotate", id, "--overlap-seconds", "0"],
        ["api-key", "revoke", id], ["psp-secret", "create", "--psp", "ABCDITMM"],
        ["psp-secret", "list", "--psp", "ABCDITMM"], ["psp-secret", "revoke", "--psp", "ABCDITMM", id],
        ["psp-relay", "list"], ["rotate-secrets-key"], ["demo-data", "--keep", "/x", "--format", "json"],
        ["demo-data", "--simulator-url", "http://127.0.0.1:1"], ["verify"], ["retention", "--dry-run"],
        ["check-config"],
    ]

    @Test(arguments: valid) func `a command with its arguments is accepted`(arguments: [String]) throws {
        _ = try Server.parseAsRoot(arguments)
    }

    @Test(arguments: [
        ["sevre"], ["serve", "--port", "1"], ["serve", "x"], ["migrate", "--dry"], ["api-key", "create"],
        ["api-key", "create", "--name", "n", "--kind", "frontend"],
        ["api-key", "create", "--name", "n", "--kind", "psp", "--scope", "operations"],
        ["api-key", "create", "--name", "n", "--kind", "ops", "--scope", "everything"],
        ["api-key", "list", "--format", "xml"], ["api-key", "rotate"],
        ["api-key", "rotate", id, "--overlap-seconds", "x"],
        ["api-key", "revoke"], ["psp-secret", "create"], ["psp-secret", "revoke", id], ["psp-relay", "register"],
        ["demo-data", "--keep"],
    ])
    func `an unknown, missing or invalid argument is an error with the status of a usage error`(arguments: [String]) {
        do {
            _ = try Server.parseAsRoot(arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(Server.exitCode(for: error) == .validationFailure)
            #expect(!Server.fullMessage(for: error).isEmpty)
        }
    }

    @Test func `the kinds of callers and the scopes are their names in the API`() {
        for kind in CallerKind.allCases { #expect(CallerKind(argument: kind.rawValue) == kind) }
        for scope in Scope.allCases { #expect(Scope(argument: scope.rawValue) == scope) }
    }

    @Test func `background jobs run with the API unless they are switched off`() throws {
        #expect(try (Server.parseAsRoot(["serve"]) as? Serve)?.runsBackgroundJobs == true)
        #expect(try (Server.parseAsRoot(["serve", "--no-loops"]) as? Serve)?.runsBackgroundJobs == false)
    }

    @Test(arguments: Server.configuration.subcommands.map { $0._commandName })
    func `the help of a command states its purpose and its options in sentences`(name: String) throws {
        let command = try #require(Server.configuration.subcommands.first { $0._commandName == name })
        let help = Server.helpMessage(for: command, columns: 200)
        #expect(help.contains("OVERVIEW: ") && help.contains("USAGE: "))
        #expect(command.configuration.abstract.hasSuffix("."), "\(name)")
        for word in ["nobody", "whatever", "can not", "tells"] { #expect(!help.contains(word), "\(name): \(word)") }
    }
}
