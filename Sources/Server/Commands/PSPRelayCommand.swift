import ArgumentParser
import Operations
import PagoPA

struct PSPRelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "psp-relay",
        abstract: "Register, list and remove senders that relay RTs of other PSPs, as pagoPA's node does.",
        subcommands: [Register.self, List.self, End.self])

    struct Register: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Accept RTs of any PSP from this sender. It signs with its own secrets: see psp-secret.")

        @OptionGroup var common: CommonOptions
        @Option(help: "The sender's PSP id.") var psp: String

        func run() async throws {
            try await withWiring(common) { _ = try await $0.intermediary.psps.registerRelay(PSPID(psp), by: nil) }
            printLine("registered")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the registered senders.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await withWiring(common) { wiring in
                for relay in try await wiring.intermediary.psps.listRelays(for: nil) {
                    printLine("\(relay.psp)  registered \(relay.registeredAt.rfc3339)")
                }
            }
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a registration: the sender may then post only its own RTs.")

        @OptionGroup var common: CommonOptions
        @Option(help: "The sender's PSP id.") var psp: String

        func run() async throws {
            try await withWiring(common) { try await $0.intermediary.psps.endRelay(PSPID(psp), by: nil) }
            printLine("ended")
        }
    }
}
