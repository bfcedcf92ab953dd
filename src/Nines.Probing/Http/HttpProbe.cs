using System.Net;
using System.Net.Security;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Http;

/// <summary>Looks at a URL: one request, its redirects, the whole body. A connection of its own each time unless reuse is asked for.</summary>
public sealed class HttpProbe : Probe
{
    private readonly HttpOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly TlsRequest tls;
    private HttpMessageInvoker? kept;
    private Trip trip = new(CancellationToken.None);
    private Tripwire? tripwire;

    public HttpProbe(ProbeDefinition definition, HttpOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment, timeout) = (options, path, environment, definition.Timeout);
        readout = new Readout(definition.Signals, new HttpProbeType().Signals);
        redaction = Redaction.For(options.Url, options.Headers.Values);
        tls = new TlsRequest
        {
            Roots = TlsRequest.RootsFrom(options.CaFile),
            ClientCertificate = ClientIdentity.From(options.ClientCert, options.ClientKey),
            Protocols = [options.Protocol == HttpProtocol.Http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        };
    }

    /// <summary>What the probe connects to first.</summary>
    public static HostPort TargetOf(HttpOptions options) => HostPort.TryParse(options.ConnectTo, out var other) ? other : HostPort.Of(options.Url);

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
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
        var started = environment.Time.GetTimestamp();
        var (url, method) = (options.Url, new HttpMethod(options.Method));
        var seen = new HashSet<string>(StringComparer.Ordinal) { Without(url) };
        for (var redirects = 0; ; redirects++)
        {
            current.Phase = Phases.Headers;
            var connecting = Connecting(current);
            var sent = environment.Time.GetTimestamp();
            using var request = HttpRequests.Make(options, url, method);
            using var response = await invoker.SendAsync(request, current.Limit).ConfigureAwait(false);
            var firstByte = Since(sent) - (Connecting(current) - connecting);

            if (options.Redirects == 0 || Redirection.Next(response, url) is not { } next)
                return await ReadAsync(response, current, started, firstByte, redirects).ConfigureAwait(false);
            if (redirects == options.Redirects) return Refused("too_many_redirects", $"more than {options.Redirects} redirects; the last one leads to {next}");
            if (next.Scheme != Uri.UriSchemeHttp && next.Scheme != Uri.UriSchemeHttps) return Refused("bad_redirect", $"a redirect leads to {next.Scheme}:, which is not HTTP");
            if (Redirection.MethodAfter(response.StatusCode, method) is var after && !seen.Add(Without(next)) && after == method)
                return Refused("redirect_loop", $"a redirect leads back to {next}");
            (url, method) = (next, after);
        }
    }

    private async Task<Sight> ReadAsync(HttpResponseMessage response, Trip current, long started, Duration firstByte, int redirects)
    {
        current.Phase = Phases.Body;
        var begun = environment.Time.GetTimestamp();
        var (bytes, cut) = await HttpBody.ReadAsync(response.Content, environment.MaxAnswerBytes, current.Limit).ConfigureAwait(false);
        var (bodyTime, roundTrip) = (Since(begun), Since(started));
        SignalValue[] plain =
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            SignalValue.Of((double)response.StatusCode),
            Seconds(current.Timings.Dns),
            Seconds(current.Timings.Connect),
            Seconds(current.Timings.Tls),
            SignalValue.Of(Math.Max(0, firstByte.TotalSeconds)),
            SignalValue.Of(bodyTime.TotalSeconds),
            SignalValue.Of((double)bytes.Length),
            SignalValue.Of(cut),
            Seconds(current.CertificateExpires is { } expires ? expires - environment.Now() : null),
            SignalValue.Of((double)redirects),
            cut ? SignalValue.Missing : SignalValue.Of(HttpBody.Sha256(bytes.Span)),
        ];
        var text = readout.HasTests ? AnswerText.Decode(bytes.Span, response.Content.Headers.ContentType?.CharSet) : "";
        var answer = new Answer(text) { Cut = cut, Header = name => HttpBody.HeaderOf(response, name) };
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(plain, answer));
    }

    private Sight Refused(string code, string message) => new(new Outcome.Refused(code, redaction.Apply(message)), []);

    private Sight TimedOut(Trip current) => new PathFailure.TimedOut(current.Phase).ToSight(timeout, redaction);

    private static Duration Connecting(Trip current) =>
        (current.Timings.Dns ?? Duration.Zero) + (current.Timings.Proxy ?? Duration.Zero) + (current.Timings.Connect ?? Duration.Zero) + (current.Timings.Tls ?? Duration.Zero);

    private static string Without(Uri url) => url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);

    private static SignalValue Seconds(Duration? duration) => duration is { } known ? SignalValue.Of(known.TotalSeconds) : SignalValue.Missing;

    private Duration Since(long started) => Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
}
