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
}
