using System.Text.Json.Nodes;
using Nines.Cli.Config;
using Nines.Cli.Config.Binding;
using Nines.Core.Conditions;
using Nines.Probing;

namespace Nines.Cli.Tests.Config;

public sealed class ConfigSchemaTests
{
    [Fact]
    public void The_committed_schema_is_the_one_that_the_records_make()
    {
        var committed = File.ReadAllText(Path.Combine(Loading.Folder, "nines.schema.json"));
        Assert.True(committed == ConfigSchema.Text(ProbeType.All), "schema/nines.schema.json is stale: write the output of 'nines schema' there.");
    }

    [Fact]
    public void Every_key_that_the_loader_knows_is_in_the_schema_and_no_other_is_allowed()
    {
        var schema = JsonNode.Parse(ConfigSchema.Text(FakeProbeTypes.All))!;
        Assert.False((bool)schema["additionalProperties"]!);
        Assert.Equal(RecordKeys.Of(typeof(ConfigFile)).Keys.Select(key => key.Name), schema["properties"]!.AsObject().Select(pair => pair.Key));
        var forms = schema["$defs"]!["probe"]!["oneOf"]!.AsArray();
        Assert.Equal(["evm", "evm_file", "heartbeat", "http"], forms.Select(form => form!["required"]!.AsArray()[^1]!.GetValue<string>() is "token" ? "heartbeat" : form["required"]!.AsArray()[^1]!.GetValue<string>()).Order(StringComparer.Ordinal));
        var http = forms.Single(form => form!["properties"]!["http"] is not null)!["properties"]!.AsObject();
        Assert.Equal(["name", "every", "timeout", "from", "tells", "conditions", "http", "method", "headers", "token", "token_file", "redirects", "insecure", "ports"], http.Select(pair => pair.Key));
        Assert.Equal(10, (double)http["redirects"]!["anyOf"]![0]!["maximum"]!);
    }

    [Fact]
    public void Every_probe_type_has_options_that_can_be_bound_and_keys_that_no_other_has()
    {
        var settings = RecordKeys.Of(typeof(ProbeSettings)).Keys.Select(key => key.Name).ToList();
        Assert.NotEmpty(ProbeType.All);
        foreach (var type in ProbeType.All)
        {
            var keys = RecordKeys.Of(type.OptionsType).Keys;
            Assert.Single(keys, key => key.Main);
            var names = keys.Where(key => !key.Main).Select(key => key.Name).ToList();
            Assert.Empty(names.Intersect(settings));
            // tls is a type, and an option of tcp. The other way round nobody could tell which is meant.
            foreach (var other in ProbeType.All.Where(other => names.Contains(other.Key)))
                Assert.DoesNotContain(RecordKeys.Of(other.OptionsType).Keys, key => key.Name == type.Key);
            foreach (var key in keys)
            {
                var bound = Collections.ItemOf(key.Type) ?? Collections.ValueOf(key.Type) ?? key.Type;
                Assert.True(ScalarReader.Reads(bound) || RecordKeys.Of(bound).Keys.Length > 0, $"{type.Key}.{key.Name} cannot be bound");
            }
        }
    }

    [Fact]
    public void A_config_with_the_real_probe_types_loads_with_their_default_conditions()
    {
        var reading = Loading.Read("""
            components:
              - name: shop
                kind: dapp
                probes:
                  - http: https://shop.example/health
                    headers: {x-key: "${TOKEN}"}
                    conditions: ['json($.a["b"]) == "ok"', 'header("etag") != ""', 'body matches "o.*k"', 'cert_expires_in > 7d']
                  - tcp: shop.example:443
                    tls: true
                  - tls: shop.example:443
                    expiry_warn: 21d
                  - websocket: wss://shop.example/stream
                  - heartbeat: 0123456789abcdef
            """, ProbeType.All);
        var probes = Assert.IsType<ConfigReading.Loaded>(reading).Config.Topology.Components[0].Probes;
        Assert.Equal(["http", "tcp", "tls", "websocket", "heartbeat"], probes.Select(probe => probe.Id.Name));
        Assert.Equal(5, probes[0].Conditions.Length);
        Assert.Equal("since_last < 1h else down", probes[4].Conditions[0].ToCanonicalText(probes[4].Signals));
    }

    [Fact]
    public void What_a_real_probe_type_refuses_is_said_at_its_key()
    {
        var reading = Loading.Read("""
            components:
              - {name: shop, kind: dapp, probes: [{http: "ftp://shop.example", method: FETCH}]}
            """, ProbeType.All);
        var mistakes = Assert.IsType<ConfigReading.Refused>(reading).Mistakes;
        Assert.Equal(["components[0].probes[0].http", "components[0].probes[0].method"], mistakes.Select(mistake => mistake.Path));
        Assert.All(mistakes, mistake => Assert.Equal(MistakeCode.Option, mistake.Code));
    }

    [Fact]
    public void What_is_wrong_with_a_step_of_a_journey_is_said_at_its_key()
    {
        var reading = Loading.Read("""
            components:
              - name: shop
                kind: dapp
                probes:
                  - journey: checkout
                    steps:
                      - name: login
                        url: https://shop.example/login
                        capture: {token: "json($.token)"}
                      - name: order
                        url: https://shop.example/{{tokn}}
                        json: "{'a': 1}"
                        expect: [statsu == 200]
                    conditions: ['step_time("logon") < 1s']
            """, ProbeType.All);
        Assert.Equal(
            [
                (11, 18, "components[0].probes[0].steps[1].url"), (12, 19, "components[0].probes[0].steps[1].json"),
                (13, 21, "components[0].probes[0].steps[1].expect"), (14, 22, "components[0].probes[0].conditions[0]"),
            ],
            Assert.IsType<ConfigReading.Refused>(reading).Mistakes.Select(mistake => (mistake.Line, mistake.Column, mistake.Path)));
    }

    [Fact]
    public void The_secrets_of_a_journey_are_in_no_fact()
    {
        var reading = Loading.Read("""
            components:
              - name: shop
                kind: dapp
                probes:
                  - journey: checkout
                    secrets: {password: "${TOKEN}"}
                    steps:
                      - {name: login, url: "https://shop.example/", json: '{"p": "{{password}}", "k": "an-other-key"}', headers: {x-key: "a-third-key"}}
            """, ProbeType.All);
        var config = Assert.IsType<ConfigReading.Loaded>(reading).Config;
        foreach (var secret in new[] { Loading.Secret, "an-other-key", "a-third-key" }) Assert.DoesNotContain(secret, config.Json);
        Assert.Equal("x <secret> y", config.Redaction.Apply($"x {Loading.Secret} y"));
    }
}
