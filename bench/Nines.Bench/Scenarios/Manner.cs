using System.Globalization;
using System.IO.Compression;
using System.Net.Security;
using System.Text;

namespace Nines.Bench.Scenarios;

/// <summary>How a target behaves until it is told otherwise.</summary>
internal sealed record Manner
{
    /// <summary>Nobody listens at the port.</summary>
    public bool Refuses { get; init; }

    /// <summary>The accept queue is full: the system drops what wants to connect, as a dead host does.</summary>
    public bool Swallows { get; init; }

    /// <summary>Accepts and reads, but never answers the TLS hello.</summary>
    public bool StallsHandshake { get; init; }

    /// <summary>Shown in the handshake; null for a target without TLS.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>What is done with one request (or, without HTTP, with the first line). Afterwards the connection is closed.</summary>
    public required Func<Exchange, Task> Answer { get; init; }
}

/// <summary>One request at a target.</summary>
/// <param name="Head">Request line and headers, or the line that came.</param>
/// <param name="Nth">The how manieth of this client since the target was last told to behave in another way, from 1.</param>
internal sealed record Exchange(string Head, int Nth, Stream Stream, CancellationToken Stop)
{
    public string Method { get; } = Head.Split(' ', 2)[0];

    public string Path { get; } = Head.Split(' ', 3) is [_, var path, ..] ? path : "";

    public Task SayAsync(string text) => Stream.WriteAsync(Encoding.UTF8.GetBytes(text), Stop).AsTask();

    public Task WaitAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, Stop);

    /// <summary>Holds the connection and says nothing more.</summary>
    public Task HangAsync() => WaitAsync(Timeout.InfiniteTimeSpan);

    /// <summary>A whole answer; nothing after the headers for a HEAD.</summary>
    public Task ReplyAsync(int status, string body, string headers = "")
    {
        var length = Encoding.UTF8.GetByteCount(body);
        return SayAsync(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} Said\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{(Method == "HEAD" ? "" : body)}"));
    }
}

/// <summary>Ways to answer a request.</summary>
internal static class Answers
{
    /// <summary>What users come for: its title, its script and its prices are what the probes look for.</summary>
    public const string Page = "<html><title>Bench Shop</title><script src=\"/static/app.js\"></script><p>Prices of today: 42</p></html>";

    public static Task Well(Exchange exchange) => exchange.ReplyAsync(200, Page);

    public static Func<Exchange, Task> Status(int status) => exchange => exchange.ReplyAsync(status, "<html>sorry</html>");

    public static Func<Exchange, Task> Body(string body) => exchange => exchange.ReplyAsync(200, body);

    /// <summary>Leads to a healthy page of the same target.</summary>
    public static Task Moved(Exchange exchange) =>
        exchange.Path == "/new" ? Well(exchange) : exchange.ReplyAsync(301, "", "Location: /new\r\n");

    public static Task Circle(Exchange exchange) =>
        exchange.ReplyAsync(302, "", exchange.Path == "/a" ? "Location: /b\r\n" : "Location: /a\r\n");

    /// <summary>Half of the body, then the end of the connection.</summary>
    public static Task Half(Exchange exchange) =>
        exchange.SayAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {2 * Page.Length}\r\n\r\n{Page}"));

    public static Task HangBeforeHeaders(Exchange exchange) => exchange.HangAsync();

    public static async Task HangInBody(Exchange exchange)
    {
        await exchange.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<html>");
        await exchange.HangAsync();
    }

    /// <summary>A byte every 100 ms: there is always progress, and never an end.</summary>
    public static async Task Drip(Exchange exchange)
    {
        await exchange.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        foreach (var character in Page)
        {
            await exchange.SayAsync(character.ToString());
            await exchange.WaitAsync(TimeSpan.FromMilliseconds(100));
        }
        await exchange.HangAsync();
    }

    /// <summary>Takes its time, within the probes' time-out.</summary>
    public static async Task SlowButWell(Exchange exchange)
    {
        await exchange.WaitAsync(TimeSpan.FromMilliseconds(400));
        await Well(exchange);
    }

    public static Task Chunked(Exchange exchange)
    {
        var half = Page.Length / 2;
        return exchange.SayAsync(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{half:x}\r\n{Page[..half]}\r\n{Page.Length - half:x}\r\n{Page[half..]}\r\n0\r\n\r\n"));
    }

    /// <summary>Compressed, for whoever says that it can take it.</summary>
    public static async Task Gzip(Exchange exchange)
    {
        if (!exchange.Head.Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            await Well(exchange);
            return;
        }
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(Encoding.UTF8.GetBytes(Page), exchange.Stop);
        await exchange.SayAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\nConnection: close\r\n\r\n"));
        await exchange.Stream.WriteAsync(packed.ToArray(), exchange.Stop);
    }

    /// <summary>By method: a server that treats HEAD and GET differently.</summary>
    public static Func<Exchange, Task> OfMethod(int head, int get) => exchange => exchange.Method == "HEAD" ? exchange.ReplyAsync(head, "") : exchange.ReplyAsync(get, Page);

    /// <summary>Each client's first request fails, all others do not.</summary>
    public static Task OnceBad(Exchange exchange) => exchange.Nth == 1 ? exchange.ReplyAsync(503, "") : Well(exchange);

    /// <summary>Each client's first, fifth, ninth … request fails: never two in a row.</summary>
    public static Task Flapping(Exchange exchange) => exchange.Nth % 4 == 1 ? exchange.ReplyAsync(503, "") : Well(exchange);

    public static Task Pong(Exchange exchange) => exchange.SayAsync("+PONG\r\n");
}
