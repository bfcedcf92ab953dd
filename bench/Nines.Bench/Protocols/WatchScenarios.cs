using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;
using NodaTime.Text;

namespace Nines.Bench.Protocols;

/// <summary>What changes at a contract, and what a bridge mints, on three anvils that make a block a second.</summary>
internal sealed class WatchScenarios : ProtocolPart
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>A reorganisation replaces blocks of all contracts, so what it is tried on has a chain of its own.</summary>
    private readonly Dictionary<string, string> urls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Chain, string Address)> proxies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Vault, string Token)> bridges = new(StringComparer.Ordinal);
    private string root = "", first = "", second = "", secondOfFork = "", config = "";

    public override string Name => "watch";

    public override TimeSpan Tail => TimeSpan.FromSeconds(15);

    public override IReadOnlyList<ProtocolScenario> Scenarios =>
    [
        new("upgraded", State.EffectivelyDown, CauseKind.Security, () => UpgradeAsync("upgraded", second))
            { MustSay = "implementation is", HealAsync = () => UpgradeAsync("upgraded", first) },
        new("upgraded-in-window", State.Maintenance, CauseKind.Security, () => UpgradeAsync("upgraded-in-window", second)) { MustSay = "implementation was" },
        new("role-granted", State.EffectivelyDown, CauseKind.Security, GrantAsync) { MustSay = "RoleGranted(role: 0x" },
        new("upgrade-reorganised-away", State.Up, null, UpgradeAndForgetAsync),
        new("mint-without-lock", State.EffectivelyDown, CauseKind.Security, MintAsync)
            { MustSay = "minted 1500", HealAsync = () => DuringAsync(() => SendAsync("destination", "BridgedToken", bridges["mint-without-lock"].Token, "burn(uint256)", "1000")), Lasts = TimeSpan.FromSeconds(12) },
    ];

    public override string Config => config;

    public override async Task StartAsync(BenchOptions options, string folder)
    {
        root = options.Root;
        foreach (var name in (string[])["source", "destination", "forking"]) urls[name] = (await OwnServiceAsync(options, "chain")).Ready.GetProperty("url").GetString()!;
        var owner = (await AskAsync("source", "eth_accounts"))[0].GetString()!;
        first = await DeployAsync("source", "WatchedVault", "1");
        second = await DeployAsync("source", "WatchedVault", "2");
        foreach (var name in Pairs("upgraded", "upgraded-in-window", "role-granted")) proxies[name] = ("source", await DeployAsync("source", "WatchedProxy", first, owner));
        var firstOfFork = await DeployAsync("forking", "WatchedVault", "1");
        secondOfFork = await DeployAsync("forking", "WatchedVault", "2");
        foreach (var name in Pairs("upgrade-reorganised-away")) proxies[name] = ("forking", await DeployAsync("forking", "WatchedProxy", firstOfFork, owner));
        foreach (var name in Pairs("mint-without-lock"))
        {
            bridges[name] = (await DeployAsync("source", "BridgeVault"), await DeployAsync("destination", "BridgedToken"));
            await SendAsync("source", "BridgeVault", bridges[name].Vault, "lock(uint256)", "1000");
            await SendAsync("destination", "BridgedToken", bridges[name].Token, "mint(uint256)", "500");
        }
        // Until its deployment is confirmed, what a contract says as it is made would be news.
        var made = await HeadAsync("forking");
        while (await HeadAsync("forking") < made + 6) await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        config = Written();
    }

    private async Task<long> HeadAsync(string chain) => long.Parse((await AskAsync(chain, "eth_blockNumber")).GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Pairs(params string[] names) => names.SelectMany(name => new[] { name, $"{name}-twin" });

    private string Written()
    {
        var until = InstantPattern.General.Format(Now() + Duration.FromHours(1));
        var components = proxies.Select(proxy => $$"""
              - name: {{proxy.Key}}
                kind: contract
                probes:
                  - contract_watch: {{urls[proxy.Value.Chain]}}
                    address: "{{proxy.Value.Address}}"
                    confirmations: {{(proxy.Value.Chain == "forking" ? 5 : 2)}}
            {{(proxy.Key.StartsWith("upgraded", StringComparison.Ordinal) && !proxy.Key.Contains("window", StringComparison.Ordinal) ? $"        implementation: [\"{first}\"]\n        events: [{{ event: Paused }}]" : "")}}
            """).Concat(bridges.Select(bridge => $$"""
              - name: {{bridge.Key}}
                kind: bridge
                probes:
                  - bridge: {{urls["source"]}}
                    locked: { address: "{{bridge.Value.Vault}}", call: locked() returns (uint256) }
                    sent: { address: "{{bridge.Value.Vault}}", call: sent() returns (uint64) }
                    destination: {{urls["destination"]}}
                    minted: { address: "{{bridge.Value.Token}}", call: totalSupply() returns (uint256) }
                    received: { address: "{{bridge.Value.Token}}", call: received() returns (uint64) }
                    clock_skew: 2s
            """));
        return $$"""
            components:
            {{string.Join('\n', components)}}
            maintenance:
              - name: release
                components: [upgraded-in-window, upgraded-in-window-twin]
                from: "{{InstantPattern.General.Format(Now() - Duration.FromMinutes(1))}}"
                to: "{{until}}"
            """;
    }

    private Task<Bounds> UpgradeAsync(string name, string to) => DuringAsync(() => SendAsync(proxies[name].Chain, "WatchedVault", proxies[name].Address, "upgradeTo(address)", to));

    private Task<Bounds> GrantAsync() => DuringAsync(() => SendAsync("source", "WatchedVault", proxies["role-granted"].Address, "grantRole(bytes32,address)", "0x" + new string('a', 64), second));

    /// <summary>Somebody mints what nobody locked; what the twin mints is locked.</summary>
    private async Task<Bounds> MintAsync()
    {
        var began = await DuringAsync(() => SendAsync("destination", "BridgedToken", bridges["mint-without-lock"].Token, "mintWithoutMessage(uint256)", "1000"));
        await SendAsync("source", "BridgeVault", bridges["mint-without-lock-twin"].Vault, "lock(uint256)", "1000");
        await SendAsync("destination", "BridgedToken", bridges["mint-without-lock-twin"].Token, "mint(uint256)", "1000");
        return began;
    }

    /// <summary>The upgrade is in a block, and that block is replaced before it has five others on top.</summary>
    private Task<Bounds> UpgradeAndForgetAsync() => DuringAsync(async () =>
    {
        await UpgradeAsync("upgrade-reorganised-away", secondOfFork);
        await AskAsync("forking", "anvil_reorg", 4, Array.Empty<object>());
    });

    private async Task<string> DeployAsync(string chain, string contract, params string[] values) =>
        (await RunAsync(["deploy", contract, .. values, "--rpc", urls[chain]])).GetProperty("address").GetString()!;

    private Task SendAsync(string chain, string contract, string address, string signature, params string[] values) =>
        RunAsync(["send", contract, signature, .. values, "--rpc", urls[chain], "--address", address]);

    private async Task<JsonElement> RunAsync(string[] arguments)
    {
        var said = "";
        await using var child = new Child("node", [Path.Combine(root, "lab", "contract.mjs"), .. arguments], line => said += line);
        if (await child.EndAsync() != 0) throw new InvalidOperationException($"lab/contract.mjs {string.Join(' ', arguments)}: {child.Said}");
        return JsonDocument.Parse(said).RootElement;
    }

    private async Task<JsonElement> AskAsync(string chain, string method, params object[] parameters)
    {
        using var answer = await Http.PostAsJsonAsync(urls[chain], new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("result");
    }
}
