using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Nines.Response.Notices;

/// <summary>How one attempt to deliver ended.</summary>
public abstract record PostOutcome
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

/// <summary>Posts one body, once, signed when there is a secret. Follows no redirect, keeps no cookie, reads no body.</summary>
public sealed class SignedPost(NoticeOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Header with the signature: <c>t=UNIX-SECONDS,v1=HEX</c>, HMAC-SHA256 over <c>t</c>, a full stop, and the body.</summary>
    public const string SignatureHeader = "Nines-Signature";

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

    /// <param name="secret">Null: it is not signed.</param>
    public async Task<PostOutcome> SendAsync(Uri address, string mediaType, byte[] body, string? secret, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType, "utf-8");
        if (secret is not null) request.Headers.Add(SignatureHeader, Sign(body, secret, Instant.FromDateTimeOffset(time.GetUtcNow())));

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
            // One channel's oddity must not end what is sent to all.
            return new PostOutcome.Failed($"could not be sent ({odd.GetType().Name})", null);
        }
    }

    public void Dispose() => http.Dispose();

    public static string Sign(byte[] body, string secret, Instant now)
    {
        var time = now.ToUnixTimeSeconds();
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{time}."), .. body];
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }

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
