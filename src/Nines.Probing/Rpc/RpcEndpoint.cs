using System.Text;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using Nines.Probing.Quotas;
using NodaTime;

namespace Nines.Probing.Rpc;

/// <summary>
/// A JSON-RPC endpoint on a vantage point's path: asks it batches within what it allows, and turns everything that is no answer into
/// a sight.
/// </summary>
internal sealed class RpcEndpoint : IAsyncDisposable
{
    private readonly RpcOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly TlsRequest tls;
    private readonly HttpMessageHandler? transport;
    private readonly Allowance allowance;
    private Trip trip = new(CancellationToken.None);
    private (HttpMessageInvoker Http, JsonRpcClient Client)? kept;
    private Tripwire? tripwire;
    private (string? Credential, string? Encoded) authorized;

    /// <param name="transport">Carries the requests instead of the path, in tests; null otherwise.</param>
    public RpcEndpoint(ProbeDefinition definition, RpcOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport = null)
    {
        this.transport = transport;
        (this.options, this.path, this.environment, timeout) = (options, path, environment, definition.Timeout);
        Redaction = Redaction.For(options.Url, options.Headers.Values);
        allowance = new Allowance(options.Quota, HostPort.Of(options.Url).ToString(), path.VantagePoint.Id, environment, definition.Every, Redaction);
        tls = new TlsRequest { Roots = TlsRequest.RootsFrom(options.CaFile) };
    }

    public Redaction Redaction { get; private set; }

    public static IEnumerable<OptionMistake> MistakesIn(RpcOptions options, string key)
    {
        if (!options.Url.IsAbsoluteUri || (options.Url.Scheme != Uri.UriSchemeHttp && options.Url.Scheme != Uri.UriSchemeHttps))
            yield return new OptionMistake(key, "is not an absolute http or https URL. Try http://127.0.0.1:8545.");
        foreach (var mistake in HttpRequests.MistakesIn(options.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(options.CaFile)) yield return mistake;
    }

    public void HoldTripwire(Action<TripwireEvent> broke)
    {
        if (options.Tripwire == TripwireUse.Auto) tripwire ??= new Tripwire(path, HostPort.Of(options.Url), environment, broke);
    }

    /// <summary>From now on requests carry these credentials, unless the config's own headers do.</summary>
    /// <param name="credential">user:password; null for none.</param>
    public void Authorize(string? credential)
    {
        if (credential == authorized.Credential) return;
        var encoded = credential is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(credential));
        authorized = (credential, encoded);
        if (credential is not null && encoded is not null) Redaction = Redaction.For(options.Url, [.. options.Headers.Values, credential[(credential.IndexOf(':', StringComparison.Ordinal) + 1)..], encoded]);
    }

    /// <returns>The answers and how long they took, or the sight that there is instead.</returns>
    public async Task<(RpcBatchAnswers? Answers, Duration Took, Sight Failure)> AskAsync(RpcBatch batch, CancellationToken limit)
    {
        if (allowance.Waiting() is { } waiting) return (null, default, waiting);
        var started = environment.Time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var current = trip = new Trip(limit);
            var (http, client) = kept ??= Open();
            try
            {
                allowance.Count(batch.Count);   // providers count each call of a batch
                var answers = await client.SendAsync(batch, limit).ConfigureAwait(false);
                if (answers.RateRefusal is { } refusal) return (null, default, TooOften(refusal));
                allowance.Took();
                return (answers, Duration.FromTimeSpan(environment.Time.GetElapsedTime(started)), default);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                return (null, default, TimedOut(current));
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
            {
                // Giving up a request tears its connection down, which the stack may report first.
                if (limit.IsCancellationRequested) return (null, default, TimedOut(current));
                // A kept connection that the target closed just as we wrote to it is our race, not its failure: once more, on a new one.
                var keptConnectionWasLost = attempt == 1 && current is { Phase: Phases.Headers, Timings: { Connect: null } };
                if (!keptConnectionWasLost) return (null, default, HttpFailures.Of(e, HostPort.Of(options.Url).ToString(), timeout, Redaction));
                kept = null;
                http.Dispose();
            }
            finally
            {
                if (!options.Reuse)
                {
                    http.Dispose();
                    kept = null;
                }
            }
        }
    }

    /// <summary>What an answer that is none means. Codes: rpc_error, answer_truncated, malformed, http_503.</summary>
    public Sight FailureOf<T>(RpcAnswer<T> answer) => answer switch
    {
        RpcAnswer<T>.RpcError error => Refused("rpc_error", $"{error.Code}: {error.Message}"),
        RpcAnswer<T>.HttpRefused refused => Refused($"http_{refused.Status}", $"HTTP status {refused.Status} without a JSON-RPC answer{(refused.Said.Length == 0 ? "" : ": " + refused.Said)}"),
        RpcAnswer<T>.Malformed malformed => Refused(malformed.IsCutOff ? "answer_truncated" : "malformed", malformed.Why),
        _ => throw new InvalidOperationException("An answered question is no failure."),
    };

    private Sight TooOften(RateRefusal refusal) => allowance.Refused(refusal.Said, refusal.RetryAfter) switch
    {
        RateFault.Ours ours => ours.Sight,
        RateFault.Theirs theirs => Refused("rate_limited", theirs.Why),
        _ => throw new InvalidOperationException("RateFault is a closed hierarchy."),
    };

    public Sight Refused(string code, string message) => new(new Outcome.Refused(code, Redaction.Apply(message)), []);

    public async ValueTask DisposeAsync()
    {
        kept?.Http.Dispose();
        if (tripwire is not null) await tripwire.DisposeAsync().ConfigureAwait(false);
    }

    private (HttpMessageInvoker Http, JsonRpcClient Client) Open()
    {
        var http = new HttpMessageInvoker(new Introducing(options, () => authorized.Encoded, transport ?? PathHandler.Create(path, tls, () => trip)));
        return (http, new JsonRpcClient(http, options.Url, new JsonRpcOptions { MaxResponseBytes = environment.MaxAnswerBytes }));
    }

    private Sight TimedOut(Trip current) => new PathFailure.TimedOut(current.Phase).ToSight(timeout, Redaction);

    /// <summary>Says who we are, with the credentials that the config gives for this endpoint.</summary>
    private sealed class Introducing(RpcOptions options, Func<string?> authorization, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("User-Agent", HttpRequests.UserAgent);
            if (authorization() is { } basic) request.Headers.TryAddWithoutValidation("Authorization", $"Basic {basic}");
            foreach (var (name, value) in options.Headers)
            {
                request.Headers.Remove(name);
                if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
            return base.SendAsync(request, cancellationToken);
        }
    }
}
