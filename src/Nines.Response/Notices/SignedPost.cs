using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Nines.Core.Network;
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
    /// <param name="Gone">The receiver says that there is none any more (410).</param>
    public sealed record Refused(string Reason, bool Gone = false) : PostOutcome;
}

/// <summary>Posts one body, once, signed when there is a secret. Follows no redirect, keeps no cookie, reads no more of an answer than was asked for.</summary>
/// <param name="rule">Which addresses may be connected to, whatever a name resolves to; null for all, where whoever wrote the config named the receivers.</param>
public sealed class SignedPost(NoticeOptions options, TimeProvider time, AddressRule? rule = null) : IDisposable
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
        UseProxy = rule is null, // a proxy would resolve and connect out of our sight
        ConnectCallback = rule is null ? null : (connection, cancellation) => ConnectAsync(rule, connection.DnsEndPoint, cancellation),
    })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan, // ours below runs on the TimeProvider
    };

    /// <param name="secret">Null: it is not signed.</param>
    public async Task<PostOutcome> SendAsync(Uri address, string mediaType, byte[] body, string? secret, CancellationToken stopping) =>
        (await AskAsync(address, mediaType, body, secret, mostAnswer: 0, stopping)).Outcome;

    /// <param name="mostAnswer">Octets of the answer that are read at most; it is cut there.</param>
    /// <returns>What came of it, and what was answered as UTF-8.</returns>
    public async Task<(PostOutcome Outcome, string Answer)> AskAsync(Uri address, string mediaType, byte[] body, string? secret, int mostAnswer, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType, "utf-8");
        if (secret is not null) request.Headers.Add(SignatureHeader, Sign(body, secret, Instant.FromDateTimeOffset(time.GetUtcNow())));

        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, timeout.Token);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (Judge(response), mostAnswer > 0 ? await ReadAsync(response, mostAnswer, either.Token) : "");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return (new PostOutcome.Failed($"no answer within {options.Timeout.TotalSeconds:0.###} s", null), "");
        }
        catch (HttpRequestException unreachable)
        {
            // Its message holds the host: only the kind is told.
            var why = unreachable.InnerException is ForbiddenAddressException ? "its name leads to no address that may be connected to" : $"could not be reached ({unreachable.HttpRequestError})";
            return (new PostOutcome.Failed(why, null), "");
        }
        catch (Exception odd) when (odd is IOException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            // One channel's oddity must not end what is sent to all.
            return (new PostOutcome.Failed($"could not be sent ({odd.GetType().Name})", null), "");
        }
    }

    public void Dispose() => http.Dispose();

    public static string Sign(byte[] body, string secret, Instant now)
    {
        var time = now.ToUnixTimeSeconds();
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{time}."), .. body];
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancellation)
    {
        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var octets = new byte[most];
        return Encoding.UTF8.GetString(octets, 0, await stream.ReadAtLeastAsync(octets, most, throwOnEndOfStream: false, cancellation));
    }

    /// <summary>The address that is judged is the one that is connected to: a name cannot change its mind between the two.</summary>
    private static async ValueTask<Stream> ConnectAsync(AddressRule rule, DnsEndPoint to, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(to.Host, cancellation);
        SocketException? last = null;
        foreach (var address in addresses.Where(address => rule.Allows(address.GetAddressBytes())))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, to.Port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException unreachable)
            {
                socket.Dispose();
                last = unreachable;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last ?? (Exception)new ForbiddenAddressException();
    }

    private sealed class ForbiddenAddressException : IOException;

    private PostOutcome Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is >= 200 and < 300) return new PostOutcome.Delivered();
        var reason = $"answered {status}";
        return status >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            ? new PostOutcome.Failed(reason, AskedFor(response.Headers.RetryAfter))
            : new PostOutcome.Refused(reason, response.StatusCode == HttpStatusCode.Gone);
    }

    private TimeSpan? AskedFor(RetryConditionHeaderValue? retryAfter)
    {
        var asked = retryAfter?.Delta ?? (retryAfter?.Date is { } date ? date - time.GetUtcNow() : null);
        return asked is not { } wait || wait < TimeSpan.Zero ? null : wait > options.LongestWait ? options.LongestWait : wait;
    }
}
