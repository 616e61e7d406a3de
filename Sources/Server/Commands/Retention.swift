import Accounts
import ArgumentParser
import JSON
import Operations
import PagoPA

struct Retention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete expired data (payment records remain).",
        discussion: "Background jobs do this every hour; --dry-run only counts the data.")

    @OptionGroup var common: CommonOptions
    @Flag(help: "Only count.") var dryRun = false
    @Option(help: "text or json.") var format = OutputFormat.text

    func run() async throws {
        try await withWiring(common) { wiring in
            let found =
                dryRun
                ? try await wiring.intermediary.retention.countExpired()
                : try await wiring.intermediary.retention.deleteExpired()
            switch format {
            case .json:
                printLine(
                    text { json in
                        json.field("dry_run", dryRun)
                        json.object("rows") { json in
                            for entry in found { json.field(entry.rule.rawValue, entry.rows) }
                        }
                    })
            case .text:
                for entry in found {
                    printLine("\(entry.rows) \(dryRun ? "expired" : "deleted"): \(entry.rule.detail)")
                }
            }
        }
    }
}
