"""Exchanges that are wrong in one way each: the checker must refuse every one of them, and nothing else."""
import unittest

import yaml
from contract import Contract, grouped, kind_of

CONTRACT = """
openapi: 3.0.3
info: {title: Things, version: '1'}
servers: [{url: 'https://api.example/base'}]
security: [{Key: []}]
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    get:
      operationId: show_thing
      x-scopes: ['things:read']
      parameters:
        - {name: count, in: query, required: true, schema: {type: integer, format: int32, minimum: 1, maximum: 9}}
        - {name: tag, in: query, schema: {type: array, items: {type: string, enum: [a, b]}}}
        - {name: If-Match, in: header, required: true, schema: {type: string, pattern: '^"'}}
      responses:
        '200': {$ref: '#/components/responses/Thing'}
  /things/search:
    post:
      operationId: search_things
      security: [{}]
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/Thing'}, example: {day: '2026-02-30'}}
      responses:
        '204': {description: Done}
components:
  responses:
    NotFound: {content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}}
    Thing:
      headers:
        ETag: {required: true, schema: {type: string, pattern: '^"'}}
        X-Left: {schema: {type: integer, format: int32}}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Thing'}
          examples: {one: {value: {day: '2028-02-29'}}}
        text/plain: {schema: {type: string, maxLength: 3}}
        application/x-ndjson: {schema: {$ref: '#/components/schemas/Thing'}}
  schemas:
    Problem: {type: object, required: [status], properties: {status: {type: integer, format: int32}}}
    Thing:
      type: object
      additionalProperties: false
      required: [day]
      properties:
        day: {type: string, format: date}
        at: {type: string, format: date-time}
        link: {type: string, format: uri}
        mail: {type: string, format: email}
        id: {type: string, format: uuid}
        note: {type: string, nullable: true, minLength: 2, maxLength: 3, pattern: '^[a-z]+$'}
        number: {type: integer, format: int32, minimum: 1, maximum: 5}
        big: {type: integer, format: int32}
        sum: {type: integer, format: int64}
        flag: {type: boolean}
        kind: {type: string, enum: [x, y]}
        parts: {type: array, minItems: 1, maxItems: 2, uniqueItems: true, items: {$ref: '#/components/schemas/Part'}}
        extra: {type: object, maxProperties: 1, additionalProperties: {type: string, maxLength: 3}}
    Part: {oneOf: [{type: string, maxLength: 3}, {type: object, anyOf: [{required: [a]}, {required: [b]}]}]}
"""
PATH = "/base/things/019ab3c4-0000-7000-8000-000000000000"
DAY = '{"day":"2026-02-01"'
NDJSON = {"ETag": '"1"', "Content-Type": "application/x-ndjson"}


def exchange(**changes):
    return {
        "method": "GET", "path": f"{PATH}?count=1", "status": 200, "body": DAY + "}", "request_headers": {"if-match": '"1"'},
        "headers": {"ETag": '"1"', "Content-Type": "application/json; charset=utf-8"}, **changes}


def search(**changes):
    return exchange(**{
        "method": "POST", "path": "/base/things/search", "status": 204, "body": "", "headers": {},
        "request_headers": {"Content-Type": "application/json"}, "request_body": DAY + "}", **changes})


class ContractTests(unittest.TestCase):
    contract = Contract(CONTRACT)

    def faults(self, one):
        return self.contract.response_faults(one) + self.contract.request_faults(one)

    def check(self, cases):
        """Each case has a fault at the place that is named, and none elsewhere."""
        for one, place in cases:
            with self.subTest(place=place, one=one):
                found = self.faults(one)
                self.assertTrue(found and all(place in fault for fault in found), found)

    def test_exchanges_that_keep_to_the_contract(self):
        whole = (
            '{"day":"2028-02-29","at":"2026-11-23T09:30:00.5Z","link":"https://a.example/?b=1","mail":"a@b.example",'
            '"id":"019ab3c4-0000-7000-8000-000000000000","note":null,"number":5,"big":-2147483648,"sum":9223372036854775807,'
            '"flag":true,"kind":"y","parts":["ab",{"a":1}],"extra":{"k":"v"}}')
        problem = {"Content-Type": "application/problem+json"}
        for one in [
            exchange(body=whole), exchange(method="HEAD", body=""), search(request_body=whole),
            exchange(path=f"{PATH}?count=3&tag=a&tag=b"), exchange(method="PUT", status=405, headers=problem, body='{"status":405}'),
            exchange(body="abc", headers={"ETag": '"1"', "Content-Type": "text/plain"}),
            exchange(body=f"{DAY}}}\n{whole}\n", headers=NDJSON), exchange(body="", headers=NDJSON),
        ]:
            with self.subTest(one=one):
                self.assertEqual(self.faults(one), [])

    def test_lines(self):
        self.check((exchange(body=body, headers=NDJSON), f"show_thing: body: {place}") for body, place in [
            (DAY + "}\n{}\n", "line 2: 'day'"), (DAY + "}" + DAY + "}\n", "is not application/x-ndjson"),
            ('{"day":7}\n', "line 1/day:"), ("\n", "is not application/x-ndjson"), (DAY + "}", "no line end")])

    def test_bodies(self):
        self.check((exchange(body=body), f"show_thing: body{place}") for body, place in [
            ("{}", ": 'day'"), ('{"day":7}', "/day:"), ('{"day":"2026-02-29"}', "/day:"), ('{"day":"20260201"}', "/day:"),
            (DAY + ',"at":"2026-02-01T24:00:00Z"}', "/at:"), (DAY + ',"at":"2026-02-01T10:00:00"}', "/at:"),
            (DAY + ',"at":"2026-02-30T10:00:00Z"}', "/at:"), (DAY + ',"link":"/relative"}', "/link:"),
            (DAY + ',"link":null}', "/link:"), (DAY + ',"link":"https://a b"}', "/link:"), (DAY + ',"mail":"a"}', "/mail:"),
            (DAY + ',"id":"1"}', "/id:"), (DAY + ',"note":"abcd"}', "/note:"), (DAY + ',"note":"a"}', "/note:"),
            (DAY + ',"note":"AB"}', "/note:"), (DAY + ',"note":"ab\\n"}', "/note:"), (DAY + ',"number":1.5}', "/number:"),
            (DAY + ',"number":2.0}', "/number:"), (DAY + ',"number":true}', "/number:"), (DAY + ',"number":"2"}', "/number:"),
            (DAY + ',"number":6}', "/number:"), (DAY + ',"number":0}', "/number:"), (DAY + ',"big":2147483648}', "/big:"),
            (DAY + ',"sum":9223372036854775808}', "/sum:"), (DAY + ',"flag":1}', "/flag:"), (DAY + ',"kind":"z"}', "/kind:"),
            (DAY + ',"parts":[]}', "/parts:"), (DAY + ',"parts":["a","a"]}', "/parts:"), (DAY + ',"parts":["a","b","c"]}', "/parts:"),
            (DAY + ',"parts":["abcd"]}', "/parts/0:"), (DAY + ',"parts":[{"c":1}]}', "/parts/0:"),
            (DAY + ',"extra":{"a":"1","b":"2"}}', "/extra:"), (DAY + ',"extra":{"a/b":"1234"}}', "/extra/a~1b:"),
            (DAY + ',"extra":[]}', "/extra:"), (DAY + ',"other":1}', ": Additional"), ("[]", ":"), ("null", ":"),
            (DAY, ": is not application/json"), (DAY + ',"day":"2026-02-01"}', ": is not application/json"),
            (DAY + ',"number":NaN}', ": is not application/json"), ("", ": is not application/json"),
        ])
        self.check([(exchange(body_base64="/w=="), "body: is not application/json")])

    def test_statuses_headers_and_media_types(self):
        tag = {"ETag": '"1"'}
        self.check([
            (exchange(status=201), "show_thing: the contract does not have this status"),
            (exchange(headers={"Content-Type": "application/json"}), "header ETag: is missing"),
            (exchange(headers={"ETag": "1", "Content-Type": "application/json"}), "header ETag:"),
            (exchange(headers={**tag, "X-Left": "many", "Content-Type": "application/json"}), "header X-Left:"),
            (exchange(headers={**tag, "X-Left": "4294967296", "Content-Type": "application/json"}), "header X-Left:"),
            (exchange(headers=tag), "Content-Type: none is not"),
            (exchange(headers={**tag, "Content-Type": "text/html"}), "Content-Type: text/html is not"),
            (exchange(headers={**tag, "Content-Type": "text/plain"}, body="abcd"), "body: "),
            (exchange(headers={**tag, "Content-Type": "text/plain"}, body_base64="/w=="), "body: is not text/plain"),
            (exchange(method="HEAD"), "body: HEAD has none"),
            (search(body="x"), "search_things: body: the contract has none here"),
            (search(status=200), "the contract does not have this status"),
        ])

    def test_where_there_is_no_operation_only_a_problem_is_an_answer(self):
        problem = {"Content-Type": "application/problem+json"}
        self.check([
            (exchange(method="PUT", status=405, body='{"status":405}'), "Content-Type: application/json is not"),
            (exchange(method="PUT", status=405, headers=problem, body="{}"), "body: 'status'"),
            (exchange(method="PUT", headers=problem), "no such operation"),
            (exchange(path="/things/1", status=500, headers=problem), "no such operation"),
        ])

    def test_requests_that_were_accepted(self):
        self.check([
            (exchange(path=PATH), "request query count: is missing"),
            (exchange(path=f"{PATH}?count=10"), "request query count: 10"),
            (exchange(path=f"{PATH}?count=a"), "request query count: 'a'"),
            (exchange(path=f"{PATH}?count=3&tag=c"), "request query tag/0:"),
            (exchange(path=f"{PATH}?count=3&count=4"), "request query count: is given twice"),
            (exchange(path=f"{PATH}?count=3&odd=1"), "request query odd: is not in the contract"),
            (exchange(path="/base/things/1?count=1"), "request path id:"),
            (exchange(request_headers={}), "request header If-Match: is missing"),
            (exchange(request_headers={"If-Match": "1"}), "request header If-Match:"),
            (exchange(request_body="x"), "request body: the contract has none here"),
            (search(request_body=""), "request body: is missing"),
            (search(request_body="{}"), "request body: 'day'"),
            (search(request_headers={}), "request Content-Type: none is not"),
        ])
        refused = exchange(path=PATH, status=400)
        self.assertEqual(self.contract.request_faults(refused), [])

    def test_operations(self):
        self.assertEqual([one.id for one in self.contract.operations], ["search_things", "show_thing"])
        self.assertEqual(self.contract.operation("post", "/base/things/search?x=1").id, "search_things")
        self.assertEqual(self.contract.operation("GET", "/base/things/search").id, "show_thing")
        self.assertIsNone(self.contract.operation("GET", "/base/things/"))

    def test_examples(self):
        examples = list(self.contract.examples())
        found = [self.contract.faults(value, schema, "") for *_, schema, _, value in examples]
        self.assertEqual([len(one) for one in found], [1, 0])

    def test_the_file_itself(self):
        for text in ["paths: {}\npaths: {}", "paths: {/a: {}, /a: {}}"]:
            with self.assertRaises(yaml.YAMLError):
                Contract(text)
        scalars = Contract("{paths: {}, a: 2026-02-01, b: no, c: 010, d: 1:30, e: '1', f: ~, g: -1.5}").document
        self.assertEqual(
            list(scalars.values())[1:], ["2026-02-01", "no", 10, "1:30", "1", None, -1.5])

    def test_alike_faults_are_printed_once(self):
        def lines(*exchanges):
            return list(grouped(
                ("show_thing", fault, f"GET {number}: {fault}")
                for number, one in enumerate(exchanges) for fault in self.contract.response_faults(one)))

        self.assertEqual(lines(exchange()), [])
        self.assertEqual(
            lines(*[exchange(body=f'{DAY},"number":{number}}}') for number in (6, 7, 8)], exchange(body="{}")),
            ["3 times in show_thing: show_thing: body/number: … is greater than the maximum of 5\n"
             "  for example GET 0: show_thing: body/number: 6 is greater than the maximum of 5",
             "GET 3: show_thing: body: 'day' is a required property"])
        many = list(grouped((f"operation_{number}", "header ETag: is missing", "first") for number in range(9)))
        self.assertEqual(many, [
            "9 times in operation_0, operation_1, operation_2, operation_3, operation_4 and 4 others: "
            "header ETag: is missing\n  for example first"])

    def test_the_kind_of_a_fault_names_its_rule_and_not_its_value(self):
        def kinds(*bodies):
            return {kind_of(fault) for body in bodies for fault in self.contract.response_faults(exchange(body=body))}

        for count, bodies in [
            (1, (DAY + ',"note":"a"}', DAY + ',"note":"b"}')), (2, (DAY + ',"note":"a"}', DAY + ',"note":"abcd"}')),
            (1, (DAY + ',"parts":["abcd"]}', DAY + ',"parts":["a","abcde"]}')), (2, ("{}", DAY + ',"other":1}')),
            (2, ('{"day":7}', '{"day":"2026-02-29"}')), (1, ('{"day":"2026-02-30"}', '{"day":"2026-02-29"}')),
            # The value is longer than what is printed of a message.
            (1, (DAY + ',"note":"' + 500 * "a" + '"}', DAY + ',"note":"' + 900 * "b" + '"}')),
            (1, (DAY + ',"kind":": is a"}', DAY + ',"kind":"z"}')),
        ]:
            with self.subTest(bodies=[body[:40] for body in bodies]):
                self.assertEqual(len(kinds(*bodies)), count, kinds(*bodies))


if __name__ == "__main__":
    unittest.main()
