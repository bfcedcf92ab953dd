using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>An anvil of its own with a block a second, told what to charge and what to take.</summary>
internal sealed class DevChain : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LabService service;
    private readonly CancellationTokenSource stopping = new();
    private long gwei;
    private Task? charging;

    private DevChain(LabService service) => this.service = service;

    public string Url => service.Ready.GetProperty("url").GetString()!;

    public static async Task<DevChain> StartAsync(BenchOptions options)
    {
        return new DevChain(await LabService.StartAsync(options.Root, "chain"));
    }

    public async Task<JsonElement> AskAsync(string method, params object[] parameters)
    {
        using var answer = await Http.PostAsJsonAsync(Url, new { jsonrpc = "2.0", id = 1, method, @params = parameters }, stopping.Token);
        var said = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(stopping.Token);
        return said.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException($"{method}: {said}");
    }

    public async Task<long> HeadAsync() => long.Parse((await AskAsync("eth_blockNumber")).GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>From now on every block has this base fee: without the protocol's fall by an eighth for empty ones.</summary>
    /// <returns>From the request to the first block at that fee.</returns>
    public async Task<Bounds> ChargeAsync(long gweiNow)
    {
        var before = Now();
        Volatile.Write(ref gwei, gweiNow);
        charging ??= ChargeOnAsync();
        await UntilAsync(async () => await BaseFeeAsync() == gweiNow * 1_000_000_000, $"a block at {gweiNow} gwei");
        return new Bounds(before, Now());
    }

    /// <exception cref="InvalidOperationException">It does not become so within 30 s.</exception>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience) throw new InvalidOperationException($"Waited {Patience.TotalSeconds} s in vain for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (charging is not null) await charging;
        await service.DisposeAsync();
        stopping.Dispose();
    }

    private async Task<long> BaseFeeAsync()
    {
        var block = await AskAsync("eth_getBlockByNumber", "latest", false);
        return long.Parse(block.GetProperty("baseFeePerGas").GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private async Task ChargeOnAsync()
    {
        while (!stopping.IsCancellationRequested)
            try
            {
                await AskAsync("anvil_setNextBlockBaseFeePerGas", string.Create(CultureInfo.InvariantCulture, $"0x{Volatile.Read(ref gwei) * 1_000_000_000:x}"));
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or InvalidOperationException)
            {
                if (!stopping.IsCancellationRequested) Talk.Say($"protocols: {Url} did not take a base fee: {e.Message}");
            }
    }

    private static Instant Now() => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());
}
