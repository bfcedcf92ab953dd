using System.Collections.Immutable;
using System.Net.Security;
using System.Text;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Pages;

/// <summary>
/// Looks at a page as a browser loads it, without running anything: the page, then its scripts and style sheets one after the other. Connections
/// are made anew for each look and kept within it.
/// </summary>
public sealed class PageProbe : Probe
{
    private const int MostSaid = 5;

    private readonly PageOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly TlsRequest tls;
    private readonly Dictionary<string, Integrity> pins;

    public PageProbe(ProbeDefinition definition, PageOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment, timeout) = (options, path, environment, definition.Timeout);
        readout = new Readout(definition.Signals, new PageProbeType().Signals);
        redaction = Redaction.For(options.Url, options.Headers.Values);
        tls = new TlsRequest { Roots = TlsRequest.RootsFrom(options.CaFile), Protocols = [SslApplicationProtocol.Http11] };
        pins = options.Pins.ToDictionary(pin => Key(new Uri(options.Url, pin.Key)), pin => Integrity.Parse(pin.Value)!, StringComparer.Ordinal);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var trip = new Trip(limit);
        using var handler = PathHandler.Create(path, tls, () => trip);
        using var http = new HttpMessageInvoker(handler);
        var started = environment.Time.GetTimestamp();
        var (page, failure) = await FetchAsync(http, options.Url, options.Headers, trip, timeout, wantsText: true).ConfigureAwait(false);
        if (page is null) return failure;
        var pageTime = Since(started);

        var parts = PageParts.Of(page.Answer.Text, page.Url);
        var findings = new Findings();
        Judge(parts, page, findings);
        foreach (var asset in parts.Assets.Take(options.MostAssets))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit);
            using var expired = new CancellationTokenSource(options.AssetTimeout.ToTimeSpan(), environment.Time);
            using var link = expired.Token.Register(patience.Cancel);
            trip = new Trip(patience.Token);
            var headers = HttpRequests.SameOrigin(asset.Url, options.Url) ? options.Headers : ImmutableSortedDictionary<string, string>.Empty;
            var (found, gone) = await FetchAsync(http, asset.Url, headers, trip, Duration.Min(options.AssetTimeout, timeout), wantsText: false).ConfigureAwait(false);
            // What is left of the look is over, not this asset's own time.
            if (limit.IsCancellationRequested) return new PathFailure.TimedOut($"{trip.Phase} of {Name(asset.Url)}").ToSight(timeout, redaction);
            Judge(asset, found, gone, page.Url, findings);
        }
        foreach (var pin in options.Pins.Keys.Where(pin => !findings.Met.Contains(Key(new Uri(options.Url, pin)))))
            findings.Changed($"{pin} is pinned, but the page does not load it");
        return Answer(page, parts, findings, started, pageTime);
    }

    private Sight Answer(HttpReading page, PageParts parts, Findings findings, long started, Duration pageTime)
    {
        var roundTrip = Since(started);
        SignalValue[] plain =
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            SignalValue.Of((double)page.Status),
            SignalValue.Of(pageTime.TotalSeconds),
            SignalValue.Of((double)(parts.Assets.Length + parts.Unreadable.Length)),
            SignalValue.Of((double)findings.OwnFailed),
            SignalValue.Of((double)findings.OthersFailed),
            SignalValue.Of((double)findings.IntegrityBroken),
            SignalValue.Of(findings.IsChanged),
            SignalValue.Of(findings.IsUnexpected),
            SignalValue.Of((double)findings.Unprotected),
            SignalValue.Of((double)parts.Inline.Length),
            SignalValue.Of(redaction.Apply(findings.Why())),
        ];
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(plain, page.Answer), findings.NeedsControl);
    }

    /// <summary>What can be told from the page alone.</summary>
    private void Judge(PageParts parts, HttpReading page, Findings findings)
    {
        // Of a page that is not the page, nothing is expected: its status says what there is to say.
        if (page.Status is < 200 or >= 400)
        {
            findings.Met.UnionWith(pins.Keys);
            return;
        }
        foreach (var source in parts.Unreadable) findings.OwnGone($"\"{Cut(source)}\" is no address of a script or style sheet", false);
        foreach (var script in options.Inline is null ? [] : parts.Inline)
        {
            var text = Encoding.UTF8.GetBytes(script);
            if (!options.Inline!.Value.Any(hash => Integrity.Parse(hash)!.Holds(text))) findings.Unexpected($"the inline script \"{Cut(script.Trim())}\" ({Integrity.Of(text)})");
        }
        foreach (var script in parts.Assets.Where(asset => asset.IsScript && !HttpRequests.SameOrigin(asset.Url, page.Url)))
        {
            if (script.Integrity is null) findings.Unprotected++;
            if (options.Origins is { } origins && !origins.Any(origin => HttpRequests.SameOrigin(new Uri(origin), script.Url))) findings.Unexpected($"a script from {HostPort.Of(script.Url)}: {Name(script.Url)}");
        }
        if (parts.Assets.Length > options.MostAssets)
            foreach (var left in parts.Assets.Skip(options.MostAssets)) findings.Met.Add(Key(left.Url));
    }

    private void Judge(Asset asset, HttpReading? found, Sight gone, Uri page, Findings findings)
    {
        var name = Name(asset.Url);
        findings.Met.Add(Key(asset.Url));
        if (found is not { Status: >= 200 and < 300, Cut: false })
        {
            var why = found is null ? Said(gone.Outcome) : found.Cut ? $"is larger than {environment.MaxAnswerBytes} bytes" : $"answered with status {found.Status}";
            if (HttpRequests.SameOrigin(asset.Url, page)) findings.OwnGone($"{name} {why}", gone.NeedsControl);
            else findings.OthersGone($"{name} {why}", gone.NeedsControl);
            return;
        }
        if (asset.Integrity is { } attribute && !attribute.Holds(found.Body.Span)) findings.Broken($"{name} differs from its integrity attribute");
        if (pins.TryGetValue(Key(asset.Url), out var pin) && !pin.Holds(found.Body.Span)) findings.Changed($"{name} is {Integrity.Of(found.Body.Span)}, which is not what is pinned");
    }

    private async Task<(HttpReading? Reading, Sight Failure)> FetchAsync(
        HttpMessageInvoker http, Uri url, ImmutableSortedDictionary<string, string> headers, Trip trip, Duration most, bool wantsText)
    {
        try
        {
            var (reading, refusal) = await new HttpExchange(new HttpOptions { Url = url, Headers = headers }, environment).AskAsync(http, trip, wantsText, wantsDigest: false).ConfigureAwait(false);
            return (reading, reading is null ? refusal!.ToSight(most, redaction) : default);
        }
        catch (OperationCanceledException) when (trip.Limit.IsCancellationRequested)
        {
            return (null, new PathFailure.TimedOut(trip.Phase).ToSight(most, redaction));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or UriFormatException)
        {
            // Giving up a request tears its connection down, which the stack may report first.
            return (null, trip.Limit.IsCancellationRequested ? new PathFailure.TimedOut(trip.Phase).ToSight(most, redaction) : HttpFailures.Of(e, HostPort.Of(url).ToString(), most, redaction));
        }
    }

    private static string Said(Outcome outcome) => outcome switch
    {
        Outcome.Refused refused => $"failed: {refused.Code}: {refused.Message}",
        Outcome.TimedOut late => $"did not come within {late.Limit.TotalSeconds:0.###} s ({late.Phase})",
        Outcome.ProbeFault fault => $"could not be asked for: {fault.Reason}",
        Outcome.Answered => "",
        _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
    };

    /// <summary>As the config would pin it: the path for the page's own origin.</summary>
    private string Name(Uri url) => Cut(HttpRequests.SameOrigin(url, options.Url) ? url.PathAndQuery : Key(url));

    private static string Key(Uri url) => url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);

    private static string Cut(string text) => text.Length <= 120 ? text : $"{text.AsSpan(0, 119)}…";

    private Duration Since(long started) => Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));

    /// <summary>What of a page is not as it should be.</summary>
    private sealed class Findings
    {
        private readonly List<string> said = [];

        public int OwnFailed { get; private set; }
        public int OthersFailed { get; private set; }
        public int IntegrityBroken { get; private set; }
        public int Unprotected { get; set; }
        public bool IsChanged { get; private set; }
        public bool IsUnexpected { get; private set; }

        /// <summary>Our own path could be to blame for something in here.</summary>
        public bool NeedsControl { get; private set; }

        /// <summary>Assets that the page does load.</summary>
        public HashSet<string> Met { get; } = new(StringComparer.Ordinal);

        public void OwnGone(string what, bool needsControl)
        {
            OwnFailed++;
            Say(what, needsControl);
        }

        public void OthersGone(string what, bool needsControl)
        {
            OthersFailed++;
            Say(what, needsControl);
        }

        public void Broken(string what)
        {
            IntegrityBroken++;
            Say(what, false);
        }

        public void Changed(string what)
        {
            IsChanged = true;
            Say(what, false);
        }

        public void Unexpected(string what)
        {
            IsUnexpected = true;
            Say(what, false);
        }

        public string Why() => string.Join("; ", said.Count <= MostSaid ? said : [.. said.Take(MostSaid), $"and {said.Count - MostSaid} more"]);

        private void Say(string what, bool needsControl)
        {
            said.Add(what);
            NeedsControl |= needsControl;
        }
    }
}
