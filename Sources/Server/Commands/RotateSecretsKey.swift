import ArgumentParser
import Operations

struct RotateSecretsKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-secrets-key",
        abstract: "Encrypt every stored secret under the first key of SECRETS_KEY; safe to run again.",
        discussion: "docs/secrets.md describes the complete procedure.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await withWiring(common) { wiring in
            let count = try await wiring.intermediary.secrets.rotateKey()
            printLine("encrypted \(count) webhook secrets under the first key of SECRETS_KEY")
        }
    }
}
