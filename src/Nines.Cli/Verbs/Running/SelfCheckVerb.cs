using System.CommandLine;
using System.Net;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Web.Health;

namespace Nines.Cli.Verbs.Running;

/// <summary><c>nines self-check</c>: does the running watch work, and does the outside watch hear of it?</summary>
public static class SelfCheckVerb
{
    private const int MostBytes = 64 << 10;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private sealed record Row(string Check, string Found, bool Ok, string Detail);

    public static Command Create(TimeProvider time, Screen screen)
    {
        var file = ConfigOption.Create();
        var output = OutputOption.Create();
        var command = new Command("self-check", "Ask the running watch whether it works, and call the outside watch once") { file, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (ConfigOption.Load(await ConfigOption.ReadAsync(parsed.GetValue(file)!, new ConfigSurroundings(), time, cancellation), screen, out var refused) is not { } config) return (int)refused;
            return (int)await RunAsync(config, time, OutputOption.Read(parsed, output), screen, cancellation);
        });
        return command;
    }

    /// <returns>0 when all is well; 1 when the watch is not ready or the outside refused; 4 when either could not be reached.</returns>
    private static async Task<ExitCode> RunAsync(LoadedConfig config, TimeProvider time, OutputFormat format, Screen screen, CancellationToken cancellation)
    {
        var (watch, ready) = await AskAsync(config.Listen.Endpoint, cancellation);
        var (outside, called) = await CallAsync(config.SelfCheck, ready, time, cancellation);
        var ok = ready == true && called is null or SelfCheckCall.Accepted;
        var result = Result.Of(
            new { Schema = "nines.self_check/1", Ok = ok && ready == true, Checks = (Row[])[watch, outside] },
            "checks",
            new Table(["CHECK", "FOUND", "DETAIL"], [.. new[] { watch, outside }.Select(row => (System.Collections.Immutable.ImmutableArray<string>)[row.Check, row.Found, row.Detail])]));
        ResultWriter.Write(result, format, screen);
        if (ready is null || called is SelfCheckCall.Unreached) return ExitCode.OutOfReach;
        return ready == true && called is null or SelfCheckCall.Accepted ? ExitCode.Done : ExitCode.SomethingIsWrong;
    }

    /// <returns>What was found; whether it is ready, null when that cannot be asked.</returns>
    private static async Task<(Row Row, bool? Ready)> AskAsync(IPEndPoint? listen, CancellationToken cancellation)
    {
        if (listen is null) return (new Row("watch", "cannot be asked", false, "'listen' is off"), null);
        if (listen.Port == 0) return (new Row("watch", "cannot be asked", false, "'listen' has port 0: give it a fixed one"), null);
        // Who listens on every address is asked on his own machine.
        var address = listen.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : listen.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen.Address;
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = Limit, MaxResponseContentBufferSize = MostBytes };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://{new IPEndPoint(address, listen.Port)}/readyz"), cancellation);
            var lines = (await answer.Content.ReadAsStringAsync(cancellation)).TrimEnd().ReplaceLineEndings("; ");
            if (answer.StatusCode == HttpStatusCode.OK && lines.StartsWith("watching ok", StringComparison.Ordinal)) return (new Row("watch", "ready", true, lines), true);
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable
                ? (new Row("watch", "not ready", false, lines), false)
                : (new Row("watch", "not Nines", false, FormattableString.Invariant($"{listen} answered {(int)answer.StatusCode} to /readyz: another program listens there")), false);
        }
        catch (HttpRequestException failed)
        {
            return (new Row("watch", "not reached", false, $"{listen}: {failed.HttpRequestError}: is 'nines up' running with this config?"), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (new Row("watch", "not reached", false, $"{listen} did not answer within {Limit.TotalSeconds:0} s"), null);
        }
    }

    /// <summary>Called only for a watch that works: the outside would otherwise take our call for a sign of life.</summary>
    private static async Task<(Row Row, SelfCheckCall? Call)> CallAsync(SelfCheckEntry? settings, bool? ready, TimeProvider time, CancellationToken cancellation)
    {
        if (settings is null) return (new Row("outside watch", "none", true, "the config has no 'self_check'"), null);
        if (ready != true) return (new Row("outside watch", "not called", false, "it is told only of a watch that works"), null);
        using var check = new SelfCheck(settings.Url, time);
        var call = await check.CallAsync(cancellation);
        return (new Row("outside watch", call is SelfCheckCall.Accepted ? "accepted" : "failed", call is SelfCheckCall.Accepted, call.Text), call);
    }
}
