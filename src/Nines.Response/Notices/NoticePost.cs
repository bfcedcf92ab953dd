using System.Net;
using System.Net.Http.Headers;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Response.Notices;

/// <summary>How one attempt to deliver ended.</summary>
internal abstract record PostOutcome
{
    private PostOutcome() { }

    public sealed record Delivered : PostOutcome;

    /// <summary>May work later.</summary>
    /// <param name="Reason">Never holds an address.</param>
    /// <param name="After">What the other side asked for; null when it did not.</param>
    public sealed record Failed(string Reason, TimeSpan? After) : PostOutcome;

    /// <summary>Will not work, however often it is tried.</summary>
    public sealed record Refused(string Reason) : PostOutcome;
}

/// <summary>Posts one notice, once. Follows no redirect, keeps no cookie, reads no body.</summary>
internal sealed class NoticePost(NoticeOptions options, TimeProvider time) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        MaxResponseHeadersLength = 16, // KiB
        MaxResponseDrainSize = 0,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan, // ours below runs on the TimeProvider
    };

    public async Task<PostOutcome> SendAsync(NoticeChannel channel, Outage outage, NoticePhase phase, CancellationToken stopping)
    {
        var (mediaType, body) = NoticeBody.Of(channel, outage, phase, options.Source);
        using var request = new HttpRequestMessage(HttpMethod.Post, channel.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType, "utf-8");
        if (channel is NoticeChannel.Webhook { Secret: { } secret })
            request.Headers.Add(NoticeBody.SignatureHeader, NoticeBody.Sign(body, secret, Instant.FromDateTimeOffset(time.GetUtcNow())));

        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, timeout.Token);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Judge(response);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new PostOutcome.Failed($"no answer within {options.Timeout.TotalSeconds:0.###} s", null);
        }
        catch (HttpRequestException unreachable)
        {
            // Its message holds the host: only the kind is told.
            return new PostOutcome.Failed($"could not be reached ({unreachable.HttpRequestError})", null);
        }
        catch (Exception odd) when (odd is IOException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            // One channel's oddity must not end the notices of all.
            return new PostOutcome.Failed($"could not be sent ({odd.GetType().Name})", null);
        }
    }

    public void Dispose() => http.Dispose();

    private PostOutcome Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is >= 200 and < 300) return new PostOutcome.Delivered();
        var reason = $"answered {status}";
        return status >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            ? new PostOutcome.Failed(reason, AskedFor(response.Headers.RetryAfter))
            : new PostOutcome.Refused(reason);
    }

    private TimeSpan? AskedFor(RetryConditionHeaderValue? retryAfter)
    {
        var asked = retryAfter?.Delta ?? (retryAfter?.Date is { } date ? date - time.GetUtcNow() : null);
        return asked is not { } wait || wait < TimeSpan.Zero ? null : wait > options.LongestWait ? options.LongestWait : wait;
    }
}
