import Accounts
import Cryptography
import Foundation
import HTTPTypes
import Logging
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import TestSupport
import Testing

@testable import API

/// The scopes of the routes: what they demand, and that the contract says the same.
@Suite struct AccessTests {
    private struct Unused: Error {}

    /// Every route, over operations that no test calls.
    private func routes() async throws -> [Route] {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let pool = Pool(
            configuration: PoolConfiguration(url: "postgres://localhost/none", maximumConnections: 1), logger: logger)
        let intermediary = Intermediary(
            store: Store(pool: pool),
            externalServices: ExternalServices(
                startPayment: { _, _ in throw Unused() }, cancelPayment: { _ in throw Unused() },
                deliver: { _, _, _, _ in throw Unused() }, checkURL: { _ in }, drawReceipt: { _ in [] }),
            settings: Intermediary.Settings(
                publicURL: "http://localhost", mailFrom: try EmailAddress("quietanza@example.org")),
            secrets: try Sample.configuration().secrets, logger: logger, clock: { Sample.now })
        let state = ServiceState(metrics: { "" }, migrationsAreCurrent: { true })
        let api = API(
            intermediary, configuration: try Sample.configuration(), service: state, logger: logger)
        await pool.shutdown()
        return api.routes
    }

    @Test func `each route demands the scopes that the contract names`() async throws {
        let routes = try await routes()
        let contract = try Contract.project.get()

        for operation in contract.operations {
            let route = try #require(routes.first { $0.operation == operation.operationId }, "\(operation.operationId)")
            switch route.access {
            case .open: #expect(operation.isPublic, "\(operation.operationId)")
            case .psp: #expect(operation.isSigned, "\(operation.operationId)")
            case .key(let scopes, let forCitizen):
                // A front end that starts payments may sign in those who pay (`APIKey.holds`).
                let names = scopes.flatMap { $0 == .citizens ? [$0, .paymentsWrite] : [$0] }.map(\.rawValue)
                #expect(!operation.isPublic && !operation.isSigned, "\(operation.operationId)")
                #expect(Set(names) == Set(operation.scopes), "\(operation.operationId)")
                #expect(forCitizen == operation.needsCitizen, "\(operation.operationId)")
            }
        }
    }

    @Test func `one of the scopes is enough, and a 403 names the first`() throws {
        let access = Access.key(anyOf: [.refundsWrite, .operations], forCitizen: false)
        try access.authorize(Caller(key: Sample.key([.operations], kind: .ops)))
        try access.authorize(Caller(key: Sample.key([.refundsWrite], kind: .creditor)))
        #expect(throws: Refusal.forbidden(.refundsWrite)) {
            try access.authorize(Caller(key: Sample.key([.positionsRead])))
        }
        try Access.key(anyOf: [], forCitizen: false).authorize(Caller(key: Sample.key([])))
    }

    @Test func `for a citizen a key may do no more than a citizen may`() throws {
        let citizen = try Sample.citizen()
        let key = Sample.key([.positionsRead, .positionsWrite, .citizens])
        try Access.key(anyOf: [.positionsRead], forCitizen: false).authorize(Caller(key: key, citizen: citizen))
        #expect(throws: Refusal.forbidden(.positionsWrite)) {
            try Access.key(anyOf: [.positionsWrite], forCitizen: false)
                .authorize(Caller(key: key, citizen: citizen))
        }
        #expect(throws: Refusal.citizenTokenInvalid) {
            try Access.key(anyOf: [.citizens], forCitizen: true).authorize(Caller(key: key))
        }
        try Access.key(anyOf: [.citizens], forCitizen: true).authorize(Caller(key: key, citizen: citizen))
    }
}
