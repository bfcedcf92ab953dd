using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using Nines.Probing.Quotas;
using NodaTime;

namespace Nines.Probing.Http;

/// <summary>Looks at a URL: one request, its redirects, the whole body. A connection of its own each time unless reuse is asked for.</summary>
public sealed class HttpProbe : Probe
{
    private static readonly ImmutableArray<SignalDefinition> Signals = new HttpProbeType().Signals;

    /// <summary>Most probes test neither body nor headers: they share one.</summary>
    private static readonly (SignalSchema Schema, Readout Readout) Untested = WithoutTests();

    private readonly HttpOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Readout readout;
    private readonly bool wantsDigest;
    private readonly Redaction redaction;
    private readonly TlsRequest tls;
    private readonly Allowance? allowance;
    private HttpMessageInvoker? kept;
    private Trip trip = new(CancellationToken.None);
    private Tripwire? tripwire;

    public HttpProbe(ProbeDefinition definition, HttpOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment, timeout) = (options, path, environment, definition.Timeout);
        readout = definition.Signals.Equals(Untested.Schema) ? Untested.Readout : new Readout(definition.Signals, Signals);
        wantsDigest = environment.EverySignal || AsksFor(definition, "body_sha256");
        redaction = Redaction.For(options.Url, options.Headers.Values);
        if (options.Quota is { } quota) allowance = new Allowance(quota, TargetOf(options).ToString(), path.VantagePoint.Id, environment, definition.Every, redaction);
        tls = new TlsRequest
        {
            Roots = TlsRequest.RootsFrom(options.CaFile),
            ClientCertificate = ClientIdentity.From(options.ClientCert, options.ClientKey),
            Protocols = [options.Protocol == HttpProtocol.Http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        };
    }

    private static bool AsksFor(ProbeDefinition definition, string signal)
    {
        var index = definition.Signals.IndexOf(signal);
        return definition.Conditions.Any(condition => condition.Holds.Mentioned().Contains(index));
    }

    private static (SignalSchema Schema, Readout Readout) WithoutTests()
    {
        var schema = SignalSchema.Of(Signals.Where(signal => !signal.TakesArgument));
        return (schema, new Readout(schema, Signals));
    }

    /// <summary>What the probe connects to first.</summary>
    public static HostPort TargetOf(HttpOptions options) => HostPort.TryParse(options.ConnectTo, out var other) ? other : HostPort.Of(options.Url);

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        if (allowance?.Waiting() is { } waiting) return waiting;
        var current = trip = new Trip(limit);
        var invoker = kept ?? new HttpMessageInvoker(Handler());
        if (Keeps) kept = invoker;
        try
        {
            return await AskAsync(invoker, current).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return TimedOut(current);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or UriFormatException)
        {
            // Giving up a request tears its connection down, which the stack may report first.
            return limit.IsCancellationRequested ? TimedOut(current) : HttpFailures.Of(e, HostPort.Of(options.Url).ToString(), timeout, redaction);
        }
        finally
        {
            if (!Keeps) invoker.Dispose();
        }
    }

    public override void HoldTripwire(Action<TripwireEvent> broke)
    {
        if (options.Tripwire == TripwireUse.Auto) tripwire ??= new Tripwire(path, TargetOf(options), environment, broke);
    }

    public override async ValueTask DisposeAsync()
    {
        kept?.Dispose();
        if (tripwire is not null) await tripwire.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>True when the handler outlives a look: to keep the connection, or because it keeps nothing.</summary>
    private bool Keeps => options.Reuse || options.Protocol == HttpProtocol.Http1;

    private HttpMessageHandler Handler()
    {
        var detour = new Detour(HostPort.Of(options.Url), TargetOf(options));
        return options is { Reuse: false, Protocol: HttpProtocol.Http1 }
            ? PathHandler.CreateSingleUse(path, tls, () => trip, detour)
            : PathHandler.Create(path, tls, () => trip, detour);
    }

    private async Task<Sight> AskAsync(HttpMessageInvoker invoker, Trip current)
    {
        allowance?.Count();
        var (reading, refusal) = await new HttpExchange(options, environment).AskAsync(invoker, current, readout.HasTests, wantsDigest).ConfigureAwait(false);
        if (reading is { Status: 429 or 418 } && allowance is not null)
        {
            return allowance.Refused($"HTTP status {reading.Status}", reading.RetryAfter) switch
            {
                RateFault.Ours ours => ours.Sight,
                RateFault.Theirs theirs => new PathFailure.Refused("rate_limited", theirs.Why, false).ToSight(timeout, redaction),
                _ => throw new InvalidOperationException("RateFault is a closed hierarchy."),
            };
        }
        if (reading is not null) allowance?.Took();
        return reading is null
            ? refusal!.ToSight(timeout, redaction)
            : new Sight(new Outcome.Answered(reading.RoundTrip), readout.Read(reading.Plain, reading.Answer));
    }

    private Sight TimedOut(Trip current) => new PathFailure.TimedOut(current.Phase).ToSight(timeout, redaction);
}
