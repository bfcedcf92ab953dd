using Nines.Cli.Output;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using NodaTime;

namespace Nines.Cli.Demo.Lab;

/// <summary>Looks at the lab directly, past the uplink and with other code than the probes: what the demo holds to be true.</summary>
internal sealed class Direct(DemoLab lab, HttpClient http)
{
    // Selectors of the OpenZeppelin token: the first four bytes of keccak256 of "pause()" and so on.
    public const string Pause = "0x8456cb59", Unpause = "0x3f4ba83a";
    private const string Paused = "0x5c975abb";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<bool> IsAnsweringAsync(LabService node, CancellationToken cancellation)
    {
        try
        {
            await CallAsync(node, "eth_blockNumber", [], cancellation);
            return true;
        }
        catch (Exception e) when (IsAway(e, cancellation))
        {
            return false;
        }
    }

    /// <summary>The timestamp of the node's newest block: whole seconds.</summary>
    public async Task<Instant> HeadTimeAsync(LabService node, CancellationToken cancellation)
    {
        var block = await CallAsync(node, "eth_getBlockByNumber", ["latest", false], cancellation);
        var seconds = block.GetProperty("timestamp").GetString()!;
        return Instant.FromUnixTimeSeconds(long.Parse(seconds.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }

    public async Task<bool> IsPausedAsync(CancellationToken cancellation)
    {
        var word = await CallAsync(lab.NodeA, "eth_call", [new { to = lab.Token, data = Paused }, "latest"], cancellation);
        return word.GetString()!.EndsWith('1');
    }

    /// <summary>Sends <see cref="Pause"/> or <see cref="Unpause"/> as the token's owner; it takes effect with the next block.</summary>
    public Task SendToTokenAsync(string selector, CancellationToken cancellation) =>
        CallAsync(lab.NodeA, "eth_sendTransaction", [new { from = lab.TokenOwner, to = lab.Token, data = selector }], cancellation);

    /// <summary>Whether the dApp's page lets a user transfer.</summary>
    public async Task<bool> IsPageGoodAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return (await http.GetStringAsync(lab.Dapp.Url, limit.Token)).Contains(DemoConfig.GoodPage, StringComparison.Ordinal);
        }
        catch (Exception e) when (IsAway(e, cancellation))
        {
            return false;
        }
    }

    private async Task<JsonElement> CallAsync(LabService node, string method, object[] parameters, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var answer = await http.PostAsJsonAsync(node.Url, new { jsonrpc = "2.0", id = 1, method, @params = parameters }, limit.Token);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(limit.Token);
        return body.TryGetProperty("result", out var result)
            ? result
            : throw DemoFault.FaultFailed($"{method} at {node.Script}: {body.GetProperty("error")}");
    }

    private static bool IsAway(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);
}
