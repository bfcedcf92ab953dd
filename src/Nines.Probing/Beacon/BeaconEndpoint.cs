using Nines.Chains.Beacon;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Beacon;

/// <summary>What came of one question: the answer, or the sight that there is instead.</summary>
/// <param name="Sent">Just before it went out.</param>
/// <param name="Received">When the last byte of the answer was there.</param>
internal readonly record struct Asked<T>(BeaconAnswer<T>? Answer, Sight Failure, Instant Sent, Instant Received)
{
    public bool IsAnswered => Answer is BeaconAnswer<T>.Answered;

    /// <summary>The data. Only when it <see cref="IsAnswered"/>.</summary>
    public T Value => ((BeaconAnswer<T>.Answered)Answer!).Value;

    /// <summary>The node said in its protocol that it has no such thing, or does not offer it: other questions may well be answered.</summary>
    public bool IsNotOffered => Answer is BeaconAnswer<T>.Refused { Kind: BeaconErrorKind.NotFound or BeaconErrorKind.Unsupported or BeaconErrorKind.BadRequest or BeaconErrorKind.Denied };
}

/// <summary>A beacon node on a vantage point's path: asks it one question after another over a kept connection.</summary>
internal sealed class BeaconEndpoint : IAsyncDisposable
{
    /// <summary>After a refusal for the rate that says no time.</summary>
    private static readonly Duration UsualWait = Duration.FromMinutes(1);
    private static readonly Duration LongestWait = Duration.FromHours(1);

    private readonly BeaconApiOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly TlsRequest tls;
    private readonly HttpMessageHandler? transport;
    private Trip trip = new(CancellationToken.None);
    private (HttpMessageInvoker Http, BeaconClient Client)? kept;
    private Instant? waitUntil;

    /// <param name="transport">Carries the requests instead of the path, in tests; null otherwise.</param>
    public BeaconEndpoint(ProbeDefinition definition, BeaconApiOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport = null)
    {
        this.transport = transport;
        (this.options, this.path, this.environment, timeout) = (options, path, environment, definition.Timeout);
        Redaction = Redaction.For(options.Url, options.Headers.Values);
        tls = new TlsRequest { Roots = TlsRequest.RootsFrom(options.CaFile) };
    }

    public Redaction Redaction { get; }

    /// <summary>The longest that one answer took since this was last set to zero.</summary>
    public Duration Slowest { get; set; }

    public static IEnumerable<OptionMistake> MistakesIn(BeaconApiOptions options, string key)
    {
        if (!options.Url.IsAbsoluteUri || (options.Url.Scheme != Uri.UriSchemeHttp && options.Url.Scheme != Uri.UriSchemeHttps))
            yield return new OptionMistake(key, "is not an absolute http or https URL. Try http://127.0.0.1:5052.");
        else if (options.Url.AbsolutePath.Contains("/eth/v", StringComparison.Ordinal))
            yield return new OptionMistake(key, "names a method of the API. Give the node alone, such as http://127.0.0.1:5052; the probe adds /eth/v1/….");
        foreach (var mistake in HttpRequests.MistakesIn(options.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(options.CaFile)) yield return mistake;
    }

    /// <summary>Why nothing may be asked now: the node asked us to wait. Null when it may.</summary>
    public Sight? Waiting => waitUntil is { } until && environment.Now() < until ? Fault($"rate_limited: the node asked us to wait until {until}") : null;

    public async Task<Asked<T>> AskAsync<T>(Func<BeaconClient, CancellationToken, Task<BeaconAnswer<T>>> ask, CancellationToken limit)
    {
        var sent = environment.Now();
        var started = environment.Time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var current = trip = new Trip(limit);
            var (http, client) = kept ??= Open(() => trip);
            try
            {
                var answer = await ask(client, limit).ConfigureAwait(false);
                // The wall clock only labels: a step of it between the two must not become a round trip.
                var took = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
                Slowest = Duration.Max(Slowest, took);
                return new Asked<T>(answer, answer is BeaconAnswer<T>.Answered ? default : FailureOf(answer), sent, sent + took);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                return new Asked<T>(null, TimedOut(current), sent, sent);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
            {
                // Giving up a request tears its connection down, which the stack may report first.
                if (limit.IsCancellationRequested) return new Asked<T>(null, TimedOut(current), sent, sent);
                // A kept connection that the target closed just as we wrote to it is our race, not its failure: once more, on a new one.
                var keptConnectionWasLost = attempt == 1 && current is { Phase: Phases.Headers, Timings: { Connect: null } };
                kept = null;
                http.Dispose();
                if (!keptConnectionWasLost) return new Asked<T>(null, HttpFailures.Of(e, HostPort.Of(options.Url).ToString(), timeout, Redaction), sent, sent);
            }
        }
    }

    /// <summary>A client on a connection of its own; the invoker is the caller's to dispose of.</summary>
    public (HttpMessageInvoker Http, BeaconClient Client) Open(Func<Trip> trip)
    {
        var http = new HttpMessageInvoker(new Introducing(options, transport ?? PathHandler.Create(path, tls, trip)));
        return (http, new BeaconClient(http, options.Url, environment.MaxAnswerBytes));
    }

    public Tripwire HoldTripwire(Action<TripwireEvent> broke) => new(path, HostPort.Of(options.Url), environment, broke);

    public Sight Fault(string reason) => new(new Outcome.ProbeFault(Redaction.Apply(reason)), []);

    public Sight Refused(string code, string message) => new(new Outcome.Refused(code, Redaction.Apply(message)), []);

    public ValueTask DisposeAsync()
    {
        kept?.Http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What an answer that is none means. Codes: not_ready, http_…, malformed. No quota is declared, so a limit on the rate is ours.</summary>
    private Sight FailureOf<T>(BeaconAnswer<T> answer)
    {
        switch (answer)
        {
            case BeaconAnswer<T>.Refused { Kind: BeaconErrorKind.RateLimited } limited:
                waitUntil = environment.Now() + Duration.Max(Duration.FromSeconds(1), Duration.Min(LongestWait, limited.RetryAfter ?? UsualWait));
                return Fault("rate_limited: HTTP status 429; look less often, or ask for more");
            case BeaconAnswer<T>.Refused { Kind: BeaconErrorKind.Syncing } busy:
                return Refused("not_ready", $"HTTP status 503{Said(busy.Message)}");
            case BeaconAnswer<T>.Refused refused:
                return Refused($"http_{refused.Status}", $"HTTP status {refused.Status}{Said(refused.Message)}");
            case BeaconAnswer<T>.Malformed malformed:
                return Refused("malformed", malformed.Why);
            default:
                throw new InvalidOperationException("An answered question is no failure.");
        }
    }

    private static string Said(string message) => message.Length == 0 ? "" : $": {(message.Length <= 300 ? message : message[..300] + "…")}";

    private Sight TimedOut(Trip current) => new PathFailure.TimedOut(current.Phase).ToSight(timeout, Redaction);

    /// <summary>Says who we are, with the credentials that the config gives for this node.</summary>
    private sealed class Introducing(BeaconApiOptions options, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("User-Agent", HttpRequests.UserAgent);
            if (request.Headers.Accept.Count == 0) request.Headers.TryAddWithoutValidation("Accept", "application/json"); // nodes speak SSZ, too
            foreach (var (name, value) in options.Headers)
            {
                request.Headers.Remove(name);
                if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
            return base.SendAsync(request, cancellationToken);
        }
    }
}
