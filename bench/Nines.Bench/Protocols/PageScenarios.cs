using System.Globalization;
using Nines.Bench.Scenarios;
using Nines.Core;
using Nines.Probing.Pages;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>A dApp's page: what its users run, what they can do, what stands behind it.</summary>
internal sealed class PageScenarios : ProtocolPart
{
    private const string Script = "document.querySelector('#connect').onclick = async () => { who.textContent = (await window.ethereum.request({ method: 'eth_requestAccounts' }))[0]; };";

    /// <summary>The same page, with a script that has nothing to connect with.</summary>
    private const string Broken = "document.querySelector('#connect').onclick = async () => { who.textContent = (await window.connector.accounts())[0]; };";

    private static readonly Duration HeadAgeLimit = Duration.FromSeconds(8);

    private const string Account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private static readonly string Pinned = Integrity.Of(System.Text.Encoding.UTF8.GetBytes(Script));

    private readonly Dictionary<string, Target> sites = new(StringComparer.Ordinal);
    private DevChain? chain;

    public override string Name => "page";

    public override TimeSpan Tail => TimeSpan.FromSeconds(20);

    public override IReadOnlyList<ProtocolScenario> Scenarios =>
    [
        new("wallet-connect-fails", State.EffectivelyDown, CauseKind.Technical, () => sites["wallet-connect-fails"].FailAsync())
            { HealAsync = () => sites["wallet-connect-fails"].HealAsync(), MustSay = "a script of the page threw: TypeError", Lasts = TimeSpan.FromSeconds(30) },
        new("script-hash-changed", State.EffectivelyDown, CauseKind.Security, () => sites["script-hash-changed"].FailAsync())
            { HealAsync = () => sites["script-hash-changed"].HealAsync(), MustSay = "which is not what is pinned" },
        new("rpc-behind-is-stale", State.EffectivelyDown, CauseKind.Upstream, StallAsync) { HealAsync = MoveAsync, MustSay = "needs chain", Lasts = TimeSpan.FromSeconds(20) },
    ];

    public override string Config => $"""
        components:
          - name: chain
            kind: chain
            block_time: 1s
            head_age_limit: {HeadAgeLimit.TotalSeconds}s
          - name: rpc
            kind: node
            chain: chain
            probes: [evm: "{chain!.Url}"]
        {Page("wallet-connect-fails", Journey)}
        {Page("wallet-connect-fails-twin", Journey)}
        {Page("script-hash-changed", Hash)}
        {Page("script-hash-changed-twin", Hash)}
        {Page("rpc-page", Hash)}
          - name: rpc-behind-is-stale
            kind: dapp
            needs: [rpc-page, rpc]
          - name: rpc-behind-is-stale-twin
            kind: dapp
            needs: [rpc-page]
        """;

    public override async Task StartAsync(BenchOptions options, string folder)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(place => File.Exists(Path.Combine(place, "chromium")))) throw new MissingException("there is no chromium in PATH");
        chain = Own(await DevChain.StartAsync(options));
        foreach (var name in (string[])["wallet-connect-fails", "wallet-connect-fails-twin", "script-hash-changed", "script-hash-changed-twin", "rpc-page"])
            sites[name] = Own(Target.Http(Serving(Script), Serving(name == "script-hash-changed" ? $"{Script} steal();" : Broken)));
    }

    private static Manner Serving(string script) => new()
    {
        Answer = exchange => exchange.Path == "/app.js"
            ? exchange.ReplyAsync(200, script)
            : exchange.ReplyAsync(200, "<!doctype html><title>Swap</title><button id=connect>Connect</button><p id=who>nobody</p><script src=/app.js></script>"),
    };

    private string Page(string name, Func<int, string> probe) => $"""
          - name: {name}
            kind: dapp
            probes:
              - {probe(sites[name].Port)}
        """;

    private static string Hash(int port) => string.Create(CultureInfo.InvariantCulture, $"{{ page: 'http://127.0.0.1:{port}/', pins: {{ /app.js: {Pinned} }} }}");

    private static string Journey(int port) => string.Create(CultureInfo.InvariantCulture, $$"""
        { browser: 'http://127.0.0.1:{{port}}/', every: 10s, timeout: 10s, no_sandbox: {{(Environment.IsPrivilegedProcess ? "true" : "false")}}, wallet: { account: '{{Account}}' },
                  steps: [{ name: connect, click: '#connect' }, { name: connected, see: '#who', text: '{{Account}}', timeout: 5s }] }
        """);

    /// <summary>No block comes any more: users are not served from when the newest is older than the limit, to its clock's whole second.</summary>
    private async Task<Bounds> StallAsync()
    {
        await chain!.AskAsync("evm_setIntervalMining", 0);
        var newest = await chain.AskAsync("eth_getBlockByNumber", "latest", false);
        var began = Instant.FromUnixTimeSeconds(long.Parse(newest.GetProperty("timestamp").GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)) + HeadAgeLimit;
        return new Bounds(began, began + Duration.FromSeconds(1));
    }

    /// <summary>Users are served again with the first new block.</summary>
    private Task<Bounds> MoveAsync() => DuringAsync(async () =>
    {
        var before = await chain!.HeadAsync();
        await chain.AskAsync("evm_setIntervalMining", 1);
        await DevChain.UntilAsync(async () => await chain.HeadAsync() != before, "a new block");
    });
}
