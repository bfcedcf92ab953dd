using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Facts;

namespace Nines.Ledger.Tests;

public sealed class DependencyGraphTests
{
    private const string Config = """
        {"components":[
          {"name":"dapp","needs":{"at_least":2,"of":["page","rpc"]}},
          {"name":"page"},
          {"name":"rpc","needs":{"at_least":1,"of":["node-a","node-b"]}},
          {"name":"node-a","chain":"mainnet"},
          {"name":"node-b","chain":"mainnet","needs":"rack"},
          {"name":"mainnet"},{"name":"rack"},
          {"name":"from the future","needs":7}
        ]}
        """;

    private static string DownWith(string component, string config = Config)
    {
        var ledger = new History().Add(new ConfigLoaded(History.At(0), "digest", config, "0.4.0", "2026a", [])).Fold();
        return string.Join(' ', ledger.Dependencies.DownWith(new ComponentId(component)));
    }

    [Theory]
    [InlineData("page", "page dapp")]
    [InlineData("node-a", "node-a")] // the other node carries on
    [InlineData("mainnet", "mainnet node-a node-b rpc dapp")]
    [InlineData("rack", "rack node-b")]
    [InlineData("dapp", "dapp")]
    [InlineData("elsewhere", "elsewhere")]
    public void What_a_component_takes_down_the_gates_say(string component, string down) => Assert.Equal(down, DownWith(component));

    [Fact]
    public void Without_a_graph_a_component_goes_alone() => Assert.Equal("page", DownWith("page", "{}"));

    [Fact]
    public void What_goes_down_alone_is_what_a_look_at_every_gate_says()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var count = random.Next(2, 12);
            var gates = new Dictionary<string, Need>();
            for (var i = 1; i < count; i++)
                if (random.Next(4) > 0) gates[$"c{i}"] = RandomNeed(random, i, 0);
            var config = $$"""{"components":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"name\":\"c{i}\"{(gates.TryGetValue($"c{i}", out var need) ? $",\"needs\":{JsonOf(need)}" : "")}}}"))}}]}""";
            for (var gone = 0; gone < count; gone++)
            {
                bool Works(string name) => name != $"c{gone}" && (!gates.TryGetValue(name, out var need) || Holds(need));
                bool Holds(Need need) => need is Need.On on ? Works(on.Component.Value) : need is Need.AtLeast gate && gate.Members.Count(Holds) >= gate.Count;
                var down = Enumerable.Range(0, count).Select(i => $"c{i}").Where(name => !Works(name)).Order(StringComparer.Ordinal);
                Assert.Equal(string.Join(' ', down), string.Join(' ', DownWith($"c{gone}", config).Split(' ').Order(StringComparer.Ordinal)));
            }
        }
    }

    /// <summary>Of those with lower numbers only: no cycles.</summary>
    private static Need RandomNeed(Random random, int below, int depth)
    {
        if (depth == 2 || random.Next(2) == 0) return new Need.On(new ComponentId($"c{random.Next(below)}"));
        var members = Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomNeed(random, below, depth + 1)).ToImmutableArray();
        return new Need.AtLeast(random.Next(1, members.Length + 1), members);
    }

    private static string JsonOf(Need need) => need is Need.AtLeast gate ? $"{{\"at_least\":{gate.Count},\"of\":[{string.Join(',', gate.Members.Select(JsonOf))}]}}" : $"\"{((Need.On)need).Component}\"";
}
