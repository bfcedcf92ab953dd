using System.Text.Json;
using Nines.Core;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using Nines.Probing.Quotas;
using NodaTime;

namespace Nines.Probing.Http;

/// <summary>What an endpoint answered, whatever its status.</summary>
/// <param name="RetryAfter">How long it asks us to wait; null when it does not.</param>
/// <param name="Body">Decompressed, as far as it is read.</param>
/// <param name="Cut">It was longer than is read.</param>
/// <param name="Sent">Just before the request went out; before the connection was made, if one had to be.</param>
/// <param name="Received">When the last byte was there.</param>
internal sealed record JsonReply(int Status, Duration? RetryAfter, ReadOnlyMemory<byte> Body, bool Cut, Instant Sent, Instant Received)
{
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = JsonPath.MaxDepth };

    /// <returns>The body as JSON; null when it is not JSON, is cut, or is nested too deep.</returns>
    public JsonDocument? Parse()
    {
        if (Cut) return null;
        try
        {
            return JsonDocument.Parse(Body, Limits);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>
/// A REST interface on a vantage point's path: GETs, one after the other on one kept connection. Redirects are not followed:
/// an API that redirects is not the one that the config names.
/// </summary>
internal sealed class JsonSource : IAsyncDisposable
{
    private readonly HttpOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Redaction redaction;
    private readonly TlsRequest tls;
    private readonly int mostBytes;
    private HttpMessageInvoker? kept;
    private Trip trip = new(CancellationToken.None);

    /// <param name="options">Where the headers go to, and which; the URL's origin counts.</param>
    /// <param name="mostBytes">Most bytes of an answer that are read.</param>
    public JsonSource(HttpOptions options, NetworkPath path, ProbeEnvironment environment, Duration timeout, Redaction redaction, int mostBytes)
    {
        (this.options, this.path, this.environment, this.timeout, this.redaction, this.mostBytes) = (options, path, environment, timeout, redaction, mostBytes);
        tls = new TlsRequest { Roots = TlsRequest.RootsFrom(options.CaFile), ClientCertificate = ClientIdentity.From(options.ClientCert, options.ClientKey) };
    }

    /// <returns>The answer, or the sight that there is instead.</returns>
    public Task<(JsonReply? Reply, Sight Failure)> GetAsync(Uri url, CancellationToken limit) =>
        AskAsync(url, () => HttpRequests.Make(options, url, HttpMethod.Get), repeat: true, limit);

    /// <summary>A request that does something: it is sent once, whatever becomes of it.</summary>
    /// <returns>The answer, or the sight that there is instead.</returns>
    public Task<(JsonReply? Reply, Sight Failure)> SendAsync(Uri url, Func<HttpRequestMessage> make, CancellationToken limit) =>
        AskAsync(url, make, repeat: false, limit);

    private async Task<(JsonReply? Reply, Sight Failure)> AskAsync(Uri url, Func<HttpRequestMessage> make, bool repeat, CancellationToken limit)
    {
        var where = HostPort.Of(url).ToString();
        for (var attempt = 1; ; attempt++)
        {
            var current = trip = new Trip(limit);
            var http = kept ??= new HttpMessageInvoker(PathHandler.Create(path, tls, () => trip));
            try
            {
                return (await AskOnceAsync(http, make, limit).ConfigureAwait(false), default);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                return (null, TimedOut(current));
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or UriFormatException)
            {
                // Giving up a request tears its connection down, which the stack may report first.
                if (limit.IsCancellationRequested) return (null, TimedOut(current));
                // A kept connection that the target closed just as we wrote to it is our race, not its failure: once more, on a new one.
                var keptConnectionWasLost = repeat && attempt == 1 && current is { Phase: Phases.Headers, Timings: { Connect: null } };
                if (!keptConnectionWasLost) return (null, HttpFailures.Of(e, where, timeout, redaction));
                kept = null;
                http.Dispose();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        kept?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JsonReply> AskOnceAsync(HttpMessageInvoker http, Func<HttpRequestMessage> make, CancellationToken limit)
    {
        using var request = make();
        var sent = environment.Now();
        var started = environment.Time.GetTimestamp();
        using var response = await http.SendAsync(request, limit).ConfigureAwait(false);
        trip.Phase = Phases.Body;
        var (body, cut) = await HttpBody.ReadAsync(response.Content, mostBytes, limit).ConfigureAwait(false);
        // The wall clock only labels: a step of it between the two must not become a round trip.
        var received = sent + Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new JsonReply((int)response.StatusCode, RetryAfter.Of(response, environment.Now()), body, cut, sent, received);
    }

    private Sight TimedOut(Trip current) => new PathFailure.TimedOut(current.Phase).ToSight(timeout, redaction);
}
