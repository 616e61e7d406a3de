import Accounts
import PagoPA
import Requests
import TestSupport
import Testing

@testable import API

/// The scopes that the routes demand, compared with the contract.
@Suite struct AccessTests {
    @Test func `each route demands the scopes that the contract names`() async throws {
        let routes = try await RouteRunner.shared.value.routes
        let contract = try Contract.project.get()

        for operation in contract.operations {
            let route = try #require(routes.first { $0.operation == operation.operationId }, "\(operation.operationId)")
            switch route.access {
            case .open: #expect(operation.isPublic, "\(operation.operationId)")
            case .psp: #expect(operation.isSigned, "\(operation.operationId)")
            case .key(let scopes, let forCitizen):
                // A front end that may start payments may also sign in citizens (`APIKey.holds`).
                let names = scopes.flatMap { $0 == .citizens ? [$0, .paymentsWrite] : [$0] }.map(\.rawValue)
                #expect(!operation.isPublic && !operation.isSigned, "\(operation.operationId)")
                #expect(Set(names) == Set(operation.scopes), "\(operation.operationId)")
                #expect(forCitizen == operation.needsCitizen, "\(operation.operationId)")
            }
        }
        #expect(Set(contract.operations.filter(\.isOpenToBrowsers).map(\.operationId)) == Route.openToBrowsers)
        #expect(Set(contract.operations.filter(\.isOpenToTestKeys).map(\.operationId)) == Route.openToTestKeys)
    }

    @Test func `a test key reaches the operations for test keys without a scope, and no other key does`() async throws {
        let (test, other) = (Caller(key: Sample.key([], kind: .test)), Caller(key: Sample.key([], kind: .creditor)))
        for route in try await RouteRunner.shared.value.routes {
            guard case .key(let scopes, _) = route.access, let first = scopes.first else { continue }
            #expect(throws: Refusal.forbidden(first), "\(route.operation)") { try route.authorize(other) }
            if Route.openToTestKeys.contains(route.operation) {
                try route.authorize(test)
            } else {
                #expect(throws: Refusal.forbidden(first), "\(route.operation)") { try route.authorize(test) }
            }
        }
    }

    @Test
    func `a browser key alone reaches only the operations for browsers, and with a citizen what the citizen reaches`()
        async throws
    {
        let key = Sample.key([.positionsRead, .paymentsWrite, .receiptsRead, .citizens], kind: .browser)
        let alone = Caller(key: key)
        let signedIn = Caller(key: key, citizen: try Sample.citizen())
        for route in try await RouteRunner.shared.value.routes where route.access.needsKey {
            let isOpen = Route.openToBrowsers.contains(route.operation)
            if isOpen {
                try route.demandOpenToBrowsers(alone)
            } else {
                #expect(throws: Refusal.citizenTokenInvalid, "\(route.operation)") {
                    try route.demandOpenToBrowsers(alone)
                }
            }
            try route.demandOpenToBrowsers(signedIn)
            try route.demandOpenToBrowsers(Caller(key: Sample.key([])))
        }
        #expect(!alone.seesContactData && !alone.seesSenders)
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

    @Test func `a citizen's request has no more rights than a citizen`() throws {
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
