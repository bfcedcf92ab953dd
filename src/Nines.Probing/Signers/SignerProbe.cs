using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Evm;
using Nines.Probing.Http;
using Nines.Probing.Rpc;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Signers;

/// <summary>Asks each signer, all at once, for its health; and the chain for the balance that pays. Reads only: no key is ever used.</summary>
public sealed class SignerProbe : Probe
{
    private const int MostWords = 300;

    /// <summary>1 ether = 10^18 wei.</summary>
    private const int CoinDigits = 18;

    private readonly SignerOptions options;
    private readonly ProbeEnvironment environment;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly JsonPath? queueAt;
    private readonly ImmutableArray<(Uri Url, JsonSource Source)> signers;
    private readonly RpcEndpoint? chain;
    private SignalValue lastBalance = SignalValue.Missing;

    public SignerProbe(ProbeDefinition definition, SignerOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.environment) = (options, environment);
        readout = new Readout(definition.Signals, new SignerProbeType().Signals);
        redaction = new Redaction([.. options.Headers.Values, .. options.Endpoints.SelectMany(Redaction.CredentialsIn)]);
        queueAt = options.Queue is { } queue ? JsonPath.TryParse(queue.At, out var at, out var mistake) ? at : throw new ArgumentException(mistake) : null;
        signers =
        [
            .. options.Endpoints.Select(url => (url, new JsonSource(
                new HttpOptions { Url = url, Headers = options.Headers, CaFile = options.CaFile, ClientCert = options.ClientCert, ClientKey = options.ClientKey },
                path, environment, definition.Timeout, redaction, environment.MaxAnswerBytes))),
        ];
        if (options.Balance is { } balance) chain = new RpcEndpoint(definition, new EvmOptions { Url = balance.Rpc }, path, environment);
    }

    /// <summary>What one signer said.</summary>
    /// <param name="Why">Why it is not well; null when it is.</param>
    /// <param name="Failure">The sight of a connection that could not be had.</param>
    private sealed record Health(string? Why, double? Keys = null, double? QueueAge = null, Sight? Failure = null);

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        var asking = signers.Select(signer => AskAsync(signer.Url, signer.Source, limit)).ToArray();
        var balance = BalanceAsync(limit);
        var said = await Task.WhenAll(asking).ConfigureAwait(false);
        var coin = await balance.ConfigureAwait(false);
        // None can be reached, and our path could be to blame for all of them: a control check has to vouch for it.
        if (said.All(health => health.Failure is { NeedsControl: true } or { Outcome: Outcome.ProbeFault })) return said[0].Failure!.Value;
        var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(Values(said, roundTrip, coin), null));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var (_, source) in signers) await source.DisposeAsync().ConfigureAwait(false);
        if (chain is not null) await chain.DisposeAsync().ConfigureAwait(false);
    }

    private SignalValue[] Values(Health[] said, Duration roundTrip, SignalValue balance)
    {
        var well = said.Count(health => health.Why is null);
        var words = string.Join("; ", said.Select((health, i) => (health.Why, signers[i].Url)).Where(pair => pair.Why is not null).Select(pair => $"{pair.Url.Authority}: {pair.Why}"));
        words = redaction.Apply(words);
        double? Of(Func<IEnumerable<double>, double> pick, Func<Health, double?> value)
        {
            double[] values = [.. said.Where(health => health.Why is null).Select(value).OfType<double>()];
            return values.Length == 0 ? null : pick(values);
        }
        var (keys, age) = (Of(Enumerable.Min, health => health.Keys), Of(Enumerable.Max, health => health.QueueAge));
        return
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            SignalValue.Of((double)well),
            SignalValue.Of((double)(well - SignerProbeType.Threshold(options))),
            words.Length == 0 ? SignalValue.Missing : SignalValue.Of(words.Length <= MostWords ? words : words[..MostWords]),
            keys is { } least ? SignalValue.Of(least) : SignalValue.Missing,
            age is { } oldest ? SignalValue.Of(oldest) : SignalValue.Missing,
            balance,
        ];
    }

    private async Task<Health> AskAsync(Uri url, JsonSource source, CancellationToken limit)
    {
        if (options.Upcheck != SignerProbeType.Off)
        {
            var (up, failure) = await source.GetAsync(At(url, options.Upcheck), limit).ConfigureAwait(false);
            if (up is null) return Unreached(failure);
            if (up.Status is < 200 or > 299) return new Health($"{options.Upcheck}: HTTP status {up.Status}");
        }
        if (options.Healthcheck != SignerProbeType.Off)
        {
            var (report, failure) = await source.GetAsync(At(url, options.Healthcheck), limit).ConfigureAwait(false);
            if (report is null) return Unreached(failure);
            if (Unwell(report) is { } why) return new Health(why);
        }
        double? keys = null;
        if (options.Keys is { } list)
        {
            var (reply, failure) = await source.GetAsync(At(url, list), limit).ConfigureAwait(false);
            if (reply is null) return Unreached(failure);
            using var json = reply.Status is >= 200 and <= 299 ? reply.Parse() : null;
            if (json?.RootElement is not { ValueKind: JsonValueKind.Array } array) return new Health($"{list}: HTTP status {reply.Status}, and no list of keys");
            keys = array.GetArrayLength();
            if (keys < options.MinKeys) return new Health($"it holds {keys} keys of {options.MinKeys}");
        }
        return await QueueAsync(url, source, keys, limit).ConfigureAwait(false);
    }

    private async Task<Health> QueueAsync(Uri url, JsonSource source, double? keys, CancellationToken limit)
    {
        if (options.Queue is not { } queue || queueAt is null) return new Health(null, keys);
        var (reply, failure) = await source.GetAsync(At(url, queue.Path), limit).ConfigureAwait(false);
        if (reply is null) return Unreached(failure);
        using var json = reply.Status is >= 200 and <= 299 ? reply.Parse() : null;
        if (json is null) return new Health($"{queue.Path}: HTTP status {reply.Status}, and no JSON");
        if (queueAt.Find(json.RootElement) is not { } found || found.ValueKind == JsonValueKind.Null) return new Health(null, keys, 0);
        // A number of this size is an age; seconds since 1970 and what is finer are moments.
        if (JsonPath.Written(found) is { Length: <= 40 } text && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var age) && age < 1e8) return new Health(null, keys, age);
        return VenueTime.Read(json.RootElement, queueAt) is { } since
            ? new Health(null, keys, Math.Max(0, (reply.Received - since.Earliest).TotalSeconds))
            : new Health($"{queue.Path}: no age where the config says it is");
    }

    /// <summary>The health report of web3signer: <c>status</c> (or, in other releases, <c>outcome</c>) and the checks behind it.</summary>
    /// <returns>Why the signer is not well; null when it is.</returns>
    private string? Unwell(JsonReply reply)
    {
        using var json = reply.Parse();
        if (json?.RootElement is not { ValueKind: JsonValueKind.Object } root) return reply.Status is >= 200 and <= 299 ? $"{options.Healthcheck}: an answer that is no report" : $"{options.Healthcheck}: HTTP status {reply.Status}";
        var word = Word(root, "status") ?? Word(root, "outcome");
        if (reply.Status is >= 200 and <= 299 && IsUp(word)) return null;
        var failing = root.TryGetProperty("checks", out var checks) && checks.ValueKind == JsonValueKind.Array
            ? checks.EnumerateArray().Take(100).Where(check => check.ValueKind == JsonValueKind.Object && Word(check, "status") is { } said && !IsUp(said)).Select(check => Word(check, "id") ?? "a check without a name").Take(10).ToList()
            : [];
        return $"{options.Healthcheck}: {word ?? $"HTTP status {reply.Status}"}{(failing.Count > 0 ? $" ({string.Join(", ", failing)})" : "")}";
    }

    private static bool IsUp(string? word) => word is not null && (word.Equals("UP", StringComparison.OrdinalIgnoreCase) || word.Equals("OK", StringComparison.OrdinalIgnoreCase));

    private static string? Word(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && JsonPath.Written(value) is { } text ? text.Length <= 60 ? text : text[..60] : null;

    /// <returns>In the chain's own coin, exactly; as last read, for a chain that cannot be asked says nothing of the signers. Missing before that.</returns>
    private async Task<SignalValue> BalanceAsync(CancellationToken limit)
    {
        if (chain is null || options.Balance is not { } floor) return SignalValue.Missing;
        var batch = new RpcBatch();
        var slot = batch.Add(EvmCalls.GetBalance(Address.Parse(floor.Account), BlockRef.Latest));
        var (answers, _, _) = await chain.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers?.Of(slot) is RpcAnswer<Wei>.Answered answered) lastBalance = SignalValue.Of(new ExactDecimal(answered.Value.Value, CoinDigits));
        return lastBalance;
    }

    private Health Unreached(Sight failure) => new(failure.Outcome switch
    {
        Outcome.Refused refused => refused.Code,
        Outcome.TimedOut late => $"no answer ({late.Phase})",
        Outcome.ProbeFault fault => fault.Reason,
        Outcome.Answered or _ => throw new InvalidOperationException("Outcome is a closed hierarchy, and an answer has a reply."),
    }, Failure: failure);

    private static Uri At(Uri url, string path) => new(url.AbsoluteUri.TrimEnd('/') + path);
}
