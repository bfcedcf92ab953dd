using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>Contracts and price feeds on a real chain of one block in three seconds, each with a twin of its own that nothing happens to.</summary>
internal sealed class ContractScenarios : ProtocolPart
{
    private readonly SemaphoreSlim sending = new(1);
    private const string Paused = "contract-paused";
    private const string OneAction = "one-of-two-actions-reverts";
    private const string OneBlock = "invariant-broken-for-one-block";
    private const string PastHeartbeat = "oracle-past-its-heartbeat";
    private const string AnswerZero = "oracle-answer-0";
    private const int BlockSeconds = 3;

    /// <summary>Heartbeat and grace of the feeds.</summary>
    private static readonly Duration AgeLimit = Duration.FromSeconds(16);

    private static readonly BigInteger Amount = BigInteger.Pow(10, 30);

    private readonly Dictionary<string, JsonElement> artifacts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> addresses = new(StringComparer.Ordinal);
    private readonly HttpClient http = new();
    private string owner = "";
    private LabService? chain;
    private Feeding? feeding;

    public override string Name => "contract";

    public override IReadOnlyList<ProtocolScenario> Scenarios =>
    [
        new(Paused, State.EffectivelyDown, CauseKind.Unexplained, () => SentAsync("PausableToken", Paused, "pause()"))
            { HealAsync = () => SentAsync("PausableToken", Paused, "unpause()"), MustSay = "EnforcedPause()" },
        new(OneAction, State.EffectivelyDown, CauseKind.Unexplained, () => SentAsync("Bank", OneAction, "close(uint256)", 1_800_000_000))
            { HealAsync = () => SentAsync("Bank", OneAction, "close(uint256)", 0), MustSay = "reverted(swap) was true (NotOpen(opens: 1800000000))" },
        new(OneBlock, State.EffectivelyDown, CauseKind.Security, () => SentAsync("Bank", OneBlock, "set(uint256,uint256,uint256)", Amount, Amount + 1, 0))
            { HealAsync = () => SentAsync("Bank", OneBlock, "set(uint256,uint256,uint256)", Amount, Amount, 0), MustSay = "totalSupply() was 1000000000000000000000000000001", Lasts = TimeSpan.Zero },
        new(PastHeartbeat, State.EffectivelyDown, CauseKind.Technical, () => feeding!.StopAsync(addresses[PastHeartbeat]))
            { HealAsync = () => feeding!.ResumeAsync(addresses[PastHeartbeat], 200_000_000_000), MustSay = "answer_age was", Lasts = TimeSpan.FromSeconds(26) },
        new(AnswerZero, State.EffectivelyDown, CauseKind.Technical, () => feeding!.ResumeAsync(addresses[AnswerZero], 0))
            { HealAsync = () => feeding!.ResumeAsync(addresses[AnswerZero], 200_000_000_000), MustSay = "answer was 0" },
    ];

    public override string Config => string.Concat(
    [
        "components:\n",
        .. Twins(Paused).Select(name => Component(name, "contract", $"""
            contract: '{Url}', address: '{addresses[name]}',
                    simulate: &#123; name: transfer, from: '{owner}', call: 'transfer(address,uint256) returns (bool)', args: ['{owner}', '1'] &#125;
            """)),
        .. Twins(OneAction).Select(name => Component(name, "contract", $"""
            contract: '{Url}', address: '{addresses[name]}', errors: ['error NotOpen(uint256 opens)'],
                    actions: [&#123; name: swap, from: '{owner}', call: 'swap(uint256) returns (uint256)', args: ['1'] &#125;, &#123; name: deposit, from: '{owner}', call: 'deposit(uint256) returns (uint256)', args: ['1'] &#125;]
            """)),
        .. Twins(OneBlock).Select(name => Component(name, "contract", $"""
            contract: '{Url}', address: '{addresses[name]}', each_block: 8, conditions: ['totalSupply() <= locked()'],
                    reads: [&#123; name: totalSupply, call: totalSupply() returns (uint256), security: true &#125;, &#123; name: locked, call: locked() returns (uint256) &#125;]
            """)),
        .. Twins(PastHeartbeat).Concat(Twins(AnswerZero)).Select(name => Component(name, "oracle", $"oracle: '{Url}', address: '{addresses[name]}', heartbeat: {AgeLimit.TotalSeconds - 4}s, grace: 4s")),
    ]).Replace("&#123;", "{", StringComparison.Ordinal).Replace("&#125;", "}", StringComparison.Ordinal);

    private string Url => chain!.Ready.GetProperty("url").GetString()!;

    private static string[] Twins(string name) => [name, name + "-twin"];

    private static string Component(string name, string kind, string probe) => $$"""
          - name: {{name}}
            kind: {{kind}}
            probes:
              - { {{probe}} }

        """;

    public override async Task StartAsync(BenchOptions options, string folder)
    {
        chain = await OwnServiceAsync(options, "chain", "--block-time", BlockSeconds.ToString(CultureInfo.InvariantCulture));
        owner = (await AskAsync("eth_accounts"))[0].GetString()!;
        foreach (var contract in (string[])["PausableToken", "Bank", "Feed"]) artifacts[contract] = await CompiledAsync(options, contract);
        await Task.WhenAll([
            .. Twins(Paused).Select(name => DeployAsync("PausableToken", name, Amount)),
            .. Twins(OneAction).Concat(Twins(OneBlock)).Select(name => DeployAsync("Bank", name, Amount)),
            .. Twins(PastHeartbeat).Concat(Twins(AnswerZero)).Select(name => DeployAsync("Feed", name, 8)),
        ]);
        feeding = Own(new Feeding([.. Twins(PastHeartbeat).Concat(Twins(AnswerZero)).Select(name => addresses[name])],
            (feed, round, answer) => SendAsync("Feed", feed, "set(uint80,int256,uint256)", round, answer, 0), UpdatedAtAsync));
        await feeding.BeginAsync();
    }

    private static async Task<JsonElement> CompiledAsync(BenchOptions options, string contract)
    {
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var compile = new Child("node", [Path.Combine(options.Root, "lab", "compile.mjs"), contract], line => said.TrySetResult(line));
        return await compile.EndAsync() == 0 ? JsonDocument.Parse(await said.Task).RootElement : throw new MissingException($"{contract} does not compile: {compile.Said}");
    }

    private async Task DeployAsync(string contract, string name, BigInteger value)
    {
        var made = await TransactAsync(new { from = owner, gas = "0x2dc6c0", data = artifacts[contract].GetProperty("bytecode").GetString() + Word(value) });
        lock (addresses) addresses[name] = made.GetProperty("contractAddress").GetString()!;
    }

    /// <summary>Between the sending and the block that has it, users begin to see it.</summary>
    private Task<Bounds> SentAsync(string contract, string name, string function, params BigInteger[] values) =>
        DuringAsync(() => SendAsync(contract, addresses[name], function, values));

    private Task<JsonElement> SendAsync(string contract, string address, string function, params BigInteger[] values) =>
        TransactAsync(new { from = owner, to = address, gas = "0x2dc6c0", data = artifacts[contract].GetProperty("selectors").GetProperty(function).GetString() + string.Concat(values.Select(Word)) });

    /// <returns>The receipt.</returns>
    private async Task<JsonElement> TransactAsync(object transaction)
    {
        // Two that are sent at once get one nonce from the node.
        await sending.WaitAsync();
        string hash;
        try
        {
            hash = (await AskAsync("eth_sendTransaction", transaction)).GetString()!;
        }
        finally
        {
            sending.Release();
        }
        while (true)
        {
            var receipt = await AskAsync("eth_getTransactionReceipt", hash);
            if (receipt.ValueKind == JsonValueKind.Object)
                return receipt.GetProperty("status").GetString() == "0x1" ? receipt : throw new InvalidOperationException($"{hash} failed");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private async Task<JsonElement> AskAsync(string method, params object[] parameters)
    {
        using var answer = await http.PostAsJsonAsync(Url, new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        var said = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        return said.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException($"{method}: {said.GetProperty("error")}");
    }

    /// <summary>The fourth word of the round: as the chain has it, in whole seconds.</summary>
    private async Task<Instant> UpdatedAtAsync(string feed)
    {
        var data = artifacts["Feed"].GetProperty("selectors").GetProperty("latestRoundData()").GetString();
        var round = (await AskAsync("eth_call", new { to = feed, data }, "latest")).GetString()!;
        return Instant.FromUnixTimeSeconds(long.Parse(round.AsSpan(2 + 3 * 64, 64)[^16..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private static string Word(BigInteger value) => value.ToString("x64", CultureInfo.InvariantCulture)[^64..];

    /// <summary>Who keeps the feeds fresh: a round for each of them, again and again, until one is stopped.</summary>
    private sealed class Feeding(string[] feeds, Func<string, int, BigInteger, Task<JsonElement>> set, Func<string, Task<Instant>> updatedAt) : IAsyncDisposable
    {
        private readonly CancellationTokenSource ending = new();
        private readonly SemaphoreSlim one = new(1);
        private readonly Dictionary<string, BigInteger> answers = feeds.ToDictionary(feed => feed, _ => new BigInteger(200_000_000_000));
        private readonly HashSet<string> stopped = [];
        private int round;
        private Task going = Task.CompletedTask;

        public async Task BeginAsync()
        {
            await RoundAsync();
            going = Task.Run(async () =>
            {
                while (!ending.IsCancellationRequested) await RoundAsync();
            });
        }

        /// <summary>No update comes any more: the answer is too old from the last one + the limit on, to the chain clock's whole second.</summary>
        public async Task<Bounds> StopAsync(string feed)
        {
            await one.WaitAsync();
            stopped.Add(feed);
            one.Release();
            var stale = await updatedAt(feed) + AgeLimit;
            return new Bounds(stale, stale + Duration.FromSeconds(1));
        }

        /// <summary>The feed says this from now on.</summary>
        public async Task<Bounds> ResumeAsync(string feed, BigInteger answer)
        {
            await one.WaitAsync();
            try
            {
                (answers[feed], _) = (answer, stopped.Remove(feed));
                return await DuringAsync(() => set(feed, ++round, answer));
            }
            finally
            {
                one.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await going;
            ending.Dispose();
            one.Dispose();
        }

        private async Task RoundAsync()
        {
            await one.WaitAsync();
            try
            {
                var next = ++round;
                await Task.WhenAll(feeds.Where(feed => !stopped.Contains(feed)).Select(feed => set(feed, next, answers[feed])));
            }
            finally
            {
                one.Release();
            }
        }
    }
}
