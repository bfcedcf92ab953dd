using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Http;

/// <summary>An answer, read: what an http probe's signals are made of.</summary>
/// <param name="Plain">Values of the plain signals, in the order of <see cref="HttpProbeType.Signals"/>.</param>
internal sealed record HttpReading(SignalValue[] Plain, Answer Answer, Duration RoundTrip)
{
    public required int Status { get; init; }

    /// <summary>Where the answer came from, redirects followed.</summary>
    public required Uri Url { get; init; }

    /// <summary>As far as it was read, decompressed.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Only the beginning of the body was read.</summary>
    public required bool Cut { get; init; }

    /// <summary>How long the answer asks us to wait; null when it does not.</summary>
    public Duration? RetryAfter { get; init; }
}

/// <summary>One request, its redirects, the whole body.</summary>
internal sealed class HttpExchange(HttpOptions options, ProbeEnvironment environment)
{
    /// <returns>The reading, or why the answer is none.</returns>
    /// <param name="wantsText">The body is needed as text, and the headers: a condition or a capture is on them.</param>
    /// <param name="wantsDigest">Somebody reads body_sha256; else it is left missing, for it costs what reading the body costs.</param>
    /// <exception cref="HttpRequestException">As are the others of <see cref="HttpFailures"/>: there was no answer, or not a whole one.</exception>
    /// <exception cref="OperationCanceledException">The trip's limit.</exception>
    public async Task<(HttpReading? Reading, PathFailure? Refusal)> AskAsync(HttpMessageInvoker invoker, Trip current, bool wantsText, bool wantsDigest)
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
                return (await ReadAsync(response, url, current, started, firstByte, redirects, wantsText, wantsDigest).ConfigureAwait(false), null);
            if (redirects == options.Redirects) return Refused("too_many_redirects", $"more than {options.Redirects} redirects; the last one leads to {next}");
            if (next.Scheme != Uri.UriSchemeHttp && next.Scheme != Uri.UriSchemeHttps) return Refused("bad_redirect", $"a redirect leads to {next.Scheme}:, which is not HTTP");
            var after = Redirection.MethodAfter(response.StatusCode, method);
            if (!seen.Add(Without(next)) && after == method) return Refused("redirect_loop", $"a redirect leads back to {next}");
            if (request.Content is not null && after == method && !HttpRequests.SameOrigin(options.Url, next))
                return Refused("bad_redirect", $"a redirect would take the request's body to another origin, {HostPort.Of(next)}");
            (url, method) = (next, after);
        }
    }

    private async Task<HttpReading> ReadAsync(HttpResponseMessage response, Uri url, Trip current, long started, Duration firstByte, int redirects, bool wantsText, bool wantsDigest)
    {
        current.Phase = Phases.Body;
        var begun = environment.Time.GetTimestamp();
        var (bytes, cut) = await HttpBody.ReadAsync(response.Content, environment.MaxAnswerBytes, current.Limit).ConfigureAwait(false);
        var (bodyTime, roundTrip) = (Since(begun), Since(started));
        SignalValue[] plain =
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            SignalValue.Of((double)response.StatusCode),
            SignalValue.Of(current.Timings.Dns),
            SignalValue.Of(current.Timings.Connect),
            SignalValue.Of(current.Timings.Tls),
            SignalValue.Of(Math.Max(0, firstByte.TotalSeconds)),
            SignalValue.Of(bodyTime.TotalSeconds),
            SignalValue.Of((double)bytes.Length),
            SignalValue.Of(cut),
            SignalValue.Of(current.CertificateExpires is { } expires ? expires - environment.Now() : null),
            SignalValue.Of((double)redirects),
            cut || !wantsDigest ? SignalValue.Missing : SignalValue.Of(HttpBody.Sha256(bytes.Span)),
        ];
        var text = wantsText ? AnswerText.Decode(bytes.Span, response.Content.Headers.ContentType?.CharSet) : "";
        // The response ends before the reading does: what conditions want of its headers is read while it lives.
        var headers = wantsText ? HttpBody.HeadersOf(response) : [];
        return new HttpReading(plain, new Answer(text) { Cut = cut, Header = name => headers.GetValueOrDefault(name) }, roundTrip)
        {
            Status = (int)response.StatusCode, Url = url, Body = bytes, Cut = cut, RetryAfter = Quotas.RetryAfter.Of(response, environment.Now()),
        };
    }

    private static (HttpReading?, PathFailure?) Refused(string code, string message) => (null, new PathFailure.Refused(code, message, false));

    private static Duration Connecting(Trip current) =>
        (current.Timings.Dns ?? Duration.Zero) + (current.Timings.Proxy ?? Duration.Zero) + (current.Timings.Connect ?? Duration.Zero) + (current.Timings.Tls ?? Duration.Zero);

    private static string Without(Uri url) => url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);

    private Duration Since(long started) => Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
}
